"""`triage dead`: what failed is listed, shown with step and traceback, put back to the start, or given up and kept."""

import json
from pathlib import Path

import pytest

from triage import bootstrap, cli, settings
from triage.domain.message import message_of
from triage.store import inbox


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[bootstrap.Services, list[str]]:
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("TRIAGE_MODE", "rules")
    services = bootstrap.services(settings.load())
    names = []
    for number, content in enumerate((b"one", b"two"), start=1):
        message = message_of(content, door="folder", received_at=services.store.now, name=f"scan{number}.pdf\x1b[2J")
        inbox.add(services.store, message)
        claim = inbox.claim(services.store, message.id, services.terms)
        assert claim is not None
        failure = inbox.Failure(
            step="matching", reason="no such unit", way_out="Mend the unit.", retry_helps=False, trace="Traceback: x"
        )
        inbox.fail(services.store, claim, failure, services.terms)
        names.append(message.id)
    return services, names


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    assert cli.main(["dead", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_listed_and_shown(failed: tuple[bootstrap.Services, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    _, names = failed
    assert {item["message_id"] for item in told(capsys, "list")} == set(names)
    shown = told(capsys, "show", names[0][:8])
    assert (shown["step"], shown["reason"], shown["trace"]) == ("matching", "no such unit", "Traceback: x")
    assert [step[1] for step in shown["steps"]][-1] == "failed"
    assert cli.main(["dead", "show", names[0]]) == 0
    printed = capsys.readouterr().out
    assert "Mend the unit." in printed
    assert "\x1b" not in printed


def test_replayed_and_discarded(
    failed: tuple[bootstrap.Services, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    services, names = failed
    assert told(capsys, "replay", names[0][:8]) == {"messages": [names[0]]}
    assert told(capsys, "discard", names[1][:8], "--why", "advertising") == {"messages": [names[1]]}
    assert inbox.states(services.store, names) == {names[0]: inbox.State.RECEIVED, names[1]: inbox.State.DISCARDED}
    assert told(capsys, "list") == []
    assert told(capsys, "show", names[1])["steps"][-1][2].endswith("advertising")
    assert told(capsys, "replay", names[1][:10]) == {"messages": [names[1]]}


def test_what_can_not_be_found_is_told_with_a_way_out(
    failed: tuple[bootstrap.Services, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (["show", "000000"], ["show", "ab"], ["replay"], ["discard", "--why", "x"]):
        assert cli.main(["dead", *wrong]) == 2
        assert "triage dead list" in capsys.readouterr().err or wrong == ["show", "ab"]
