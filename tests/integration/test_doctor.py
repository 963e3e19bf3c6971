"""`triage doctor` where no Odoo is set: it says so, and checks the rest."""

import json
from pathlib import Path

import pytest

from triage import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")


def test_all_parts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["odoo"] is None
    parts = [item["part"] for item in told["checks"]]
    assert parts == ["settings", "database", "policy", "models", "reading process", "ERP"]
    assert "no Odoo is set" in told["checks"][-1]["told"]


def test_one_wrong_part_does_not_hide_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIAGE_ERP_SNAPSHOT", str(tmp_path / "none.json"))
    monkeypatch.setenv("TRIAGE_BROKER_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("TRIAGE_BROKER_TIMEOUT", "2")
    assert cli.main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "ok     settings", "ok     database", "WRONG  broker", "ok     policy", "ok     models",
        "ok     reading process", "WRONG  ERP",
    ]  # fmt: skip
