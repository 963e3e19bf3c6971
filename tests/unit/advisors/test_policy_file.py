"""The policy file: the default is what the conventions demand, and errors name file, line, key and the right thing."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from triage.advisors.policy_file import DEFAULT, json_schema, load_policy
from triage.domain.policy import Bars, Policy, Tolerances
from triage.errors import PolicyError

ROUTES = "routes:\n  - name: all\n    roles: [buyer]\n"


def test_the_default_policy_holds_the_conventions(policy: Policy) -> None:
    assert policy.tolerances == Tolerances(
        late_days=1, early_days=7, price_percent=Decimal("0.5"), quantity_percent=Decimal(0)
    )
    assert policy.bars == Bars(
        late_days_high=7, price_percent_high=Decimal(3), letter_percent_high=Decimal(5), answer_workdays_high=2
    )
    assert len(policy.digest) == 64


def test_the_digest_is_the_files(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(DEFAULT.read_bytes())
    assert load_policy(path).digest == load_policy().digest
    path.write_bytes(DEFAULT.read_bytes() + b"\n")
    assert load_policy(path).digest != load_policy().digest


def test_what_a_file_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "timezone: Europe/Berlin\nworking_hours: [7, 15]\ntolerances: {late_days: 3}\n"
        "variants:\n  - supplier: Zeta\n    tolerances: {price_percent: 2.5}\n" + ROUTES,
        encoding="utf-8",
    )
    found = load_policy(path)
    assert (found.timezone, found.working_hours, found.tolerances.late_days) == ("Europe/Berlin", (7, 15), 3)
    assert found.tolerances.early_days == 7
    assert found.tolerances_for(company="A", supplier="Zeta", category="").price_percent == Decimal("2.5")
    assert found.tolerances_for(company="A", supplier="Other", category="").late_days == 3


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("tolerance: {}\n" + ROUTES, 1, "Did you mean tolerances?"),
        ("tolerances:\n  late_days: soon\n" + ROUTES, 2, "whole number"),
        ("tolerances:\n  late_days: -1\n" + ROUTES, 2, "tolerances.late_days"),
        ("bars:\n  price_percent_high: nan\n" + ROUTES, 2, "bars.price_percent_high"),
        ("review_below: 7\n" + ROUTES, 1, "from 0 to 1"),
        ("timezone: Berlin\n" + ROUTES, 1, "Europe/Berlin"),
        ("timezone: ../../etc/passwd\n" + ROUTES, 1, "timezone"),
        ("working_hours: [17, 8]\n" + ROUTES, 1, "working_hours"),
        ("act_within_hours:\n  urgnt: 2\n" + ROUTES, 2, "Did you mean urgent?"),
        ("people:\n  buyer: {a: b}\n" + ROUTES, 2, "people.buyer"),
        ("variants:\n  - tolerances: {late_days: 2}\n" + ROUTES, 2, "holds for everybody"),
        ("routes:\n  - name: all\n    roles: [byer]\n", 3, "Did you mean buyer?"),
        ("routes:\n  - name: all\n", 2, "has no roles"),
        ("routes:\n  - name: all\n    roles: []\n", 3, "names nobody"),
        ("routes:\n  - name: all\n    roles: buyer\n", 3, "must be a list"),
        ("routes:\n  - name: all\n    roles: [buyer]\n    first: perhaps\n", 4, "true or false"),
        ("routes:\n  - name: a\n    roles: [buyer]\n  - name: a\n    roles: [planner]\n", 4, "another rule"),
        (ROUTES + ROUTES, 4, "stands twice"),
        ("? [a, b]\n: c\n" + ROUTES, 1, "is unknown"),
        ("timezone: [\n", 2, "is not YAML"),
        ("- a\n", 1, "must hold keys"),
    ],
)
def test_errors_name_file_line_key_and_the_right_thing(text: str, line: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert f"{path}:{line}" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"timezone: UTC\n"])
def test_a_file_without_a_policy_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=str(path)):
        load_policy(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="TRIAGE_POLICY_FILE"):
        load_policy(tmp_path / "none.yaml")


def test_the_published_schema_is_the_codes() -> None:
    published = Path(__file__).parents[3] / "docs" / "policy.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json.loads(json.dumps(json_schema()))


def test_the_schema_knows_every_key_of_the_default_file() -> None:
    import yaml

    schema = json_schema()
    content = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    assert set(content) <= set(schema["properties"])
    rules = schema["properties"]["routes"]["items"]["properties"]
    assert all(set(rule) <= set(rules) for rule in content["routes"])
