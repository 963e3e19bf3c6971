"""A log of calls that was cut off, changed or replaced is found without anybody having kept its head by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage import bootstrap, cli, settings
from triage.erp.odoo import audit
from triage.tasks import checks, log_head


@pytest.fixture
def log(tmp_path: Path) -> audit.AuditLog:
    return audit.AuditLog(tmp_path / "calls.jsonl")


@pytest.fixture
def services(tmp_path: Path, log: audit.AuditLog, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Services:
    for name, value in (
        ("DATABASE_URL", f"sqlite:///{tmp_path}/t.db"), ("ODOO_URL", "http://127.0.0.1:1"), ("ODOO_KEY", "k"),
        ("ODOO_AUDIT", str(log.path)),
    ):  # fmt: skip
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    return bootstrap.services(settings.load(dotenv=None))


def grow(log: audit.AuditLog, lines: int = 5) -> None:
    for number in range(lines):
        log.record(datetime.now(UTC), {"call": number})


def test_a_log_that_only_grows_is_right(services: bootstrap.Services, log: audit.AuditLog) -> None:
    assert log_head.keep(services) == ""  # there is none yet
    for _ in range(3):
        grow(log)
        assert log_head.keep(services) == ""
    assert cli.main(["audit", "verify"]) == 0


@pytest.mark.parametrize("how", ["cut off", "cut off and grown again", "last line changed", "replaced", "removed"])
def test_what_was_done_to_a_log_is_found_and_stays_told_until_a_person_has_looked(
    services: bootstrap.Services, log: audit.AuditLog, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    grow(log)
    assert log_head.keep(services) == ""
    lines = log.path.read_bytes().splitlines(keepends=True)
    if how == "removed":
        log.path.unlink()
    elif how == "replaced":
        log.path.unlink()
        grow(log, 9)
    elif how == "last line changed":
        log.path.write_bytes(b"".join([*lines[:-1], lines[-1].replace(b'"hash": "', b'"hash": "0')]))
    else:
        log.path.write_bytes(b"".join(lines[:3]))
        if how != "cut off":
            grow(log, 9)
    assert log_head.keep(services) != ""
    assert log_head.keep(services) != ""
    (check,) = [item for item in checks.all_of(services.settings) if item.part == "log of calls"]
    assert not check.right
    if how not in ("removed", "replaced"):
        assert cli.main(["audit", "verify", "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["fault"]
    assert cli.main(["audit", "accept"]) == 0
    assert "from now on" in capsys.readouterr().out
    if how != "last line changed":
        assert log_head.keep(services) == ""


def test_the_same_log_seen_from_another_host_is_the_same_log(
    services: bootstrap.Services, log: audit.AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(log)
    assert log_head.keep(services) == ""
    monkeypatch.setattr(log_head.socket, "gethostname", lambda: "another-container")
    grow(log)
    assert log_head.keep(services) == ""
    log.path.write_bytes(log.path.read_bytes()[:-200])
    assert log_head.keep(services) != ""
