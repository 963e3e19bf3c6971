"""The compose file keeps the compose specification's own schema, and names only what is there."""

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from triage import cli, settings
from triage.tasks import app

ROOT = Path(__file__).parents[2]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


def schema() -> dict[str, Any]:
    place = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def test_it_keeps_the_schema_and_the_schema_finds_mistakes() -> None:
    checker = jsonschema.validators.validator_for(schema())(schema())
    assert [error.message for error in checker.iter_errors(compose())] == []
    broken = compose()
    broken["services"]["api"]["comand"] = ["triage"]
    broken["services"]["odoo"]["depends_on"]["odoo-init"] = {"condition": "whenever"}
    assert len(list(checker.iter_errors(broken))) >= 2


def test_all_that_it_names_is_there() -> None:
    told = compose()
    services = told["services"]
    assert {"odoo", "postgres", "redis", "api", "worker", "scheduler", "migrate"} <= set(services)
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", [])) <= set(told["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in told["volumes"] or (ROOT / source).exists(), (name, volume)
        for value in service.get("environment", {}).values():
            secret = re.fullmatch(r"/run/secrets/(\w+)", str(value))
            assert secret is None or secret[1] in service["secrets"], (name, value)
            host = re.search(r"://([a-z-]+):\d+", str(value))
            assert host is None or host[1] in services, (name, value)


def test_ours_run_commands_and_settings_that_exist() -> None:
    known = {item.variable for item in settings.described()}
    commands = next(action.choices for action in cli.parser()._actions if action.choices)
    ours = {name: item for name, item in compose()["services"].items() if item.get("image") == "triage"}
    assert len(ours) == 6
    served = [item["command"][3] for item in ours.values() if item["command"][1] == "worker"]
    assert sorted(",".join(served).split(",")) == sorted(app.QUEUES)
    for name, service in ours.items():
        assert service["command"][0] == "triage", name
        assert service["command"][1] in (commands or ()), name
        assert {item.removesuffix("_FILE") for item in service["environment"]} <= known | {"TRIAGE_DATABASE_URL"}, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
    for name, service in ours.items():
        rounds = service["command"][1] in ("worker", "scheduler")
        # The image's own check asks the pages; what ends by itself needs none.
        expected = ["CMD", "triage", "alive"] if rounds else None
        assert service.get("healthcheck", {}).get("test") == expected, name
        assert service.get("healthcheck", {}).get("disable", False) is (name == "migrate"), name
    assert compose()["x-triage"]["environment"]["TRIAGE_HEARTBEAT"].startswith("/tmp/")  # what can be written there
    published = [port for item in compose()["services"].values() for port in item.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_manual_makes_every_secret() -> None:
    manual = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    missing = [name for name in compose()["secrets"] if not re.search(rf"> (?:secrets/)?{name}\b", manual)]
    assert missing == []


def test_the_image_is_slim_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = [stage.splitlines() for stage in re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]]
    last = stages[-1]
    assert len(stages) == 2
    assert all("-slim" in stage[0] for stage in stages)
    assert [line for line in last if line.startswith("USER")] == ["USER 10001"]
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(re.search(r"\b(?:apt-get|pip install|build-essential|gcc)\b", line) for line in last)
    assert "--require-hashes" in text
    assert "embeddings need TORCH_INDEX" in text  # torch comes from an index of CPU builds, or not at all
    locks = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.txt"))
    assert re.search(r"^(?:nvidia-|cuda-|triton==)", locks, re.MULTILINE) is None


def test_the_example_of_an_environment_names_settings_that_exist() -> None:
    known = {item.variable for item in settings.described()}
    told = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?(TRIAGE_\w+)=", told, re.MULTILINE))
    assert len(named) > 15
    assert {name.removesuffix("_FILE") if name not in known else name for name in named} <= known
