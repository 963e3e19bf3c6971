"""The command line as a person meets it: what is printed, what is told in one line, which status it ends with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from understood_examples import late, order

from triage import bootstrap, cli
from triage.domain.message import Message
from triage.domain.outcome import Failed, Outcome
from triage.tasks import work as working

Run = Callable[..., int]


def fake_triage(message: Message, _reached: object) -> Outcome:
    """Says what a message's bytes ask for."""
    if message.raw.startswith(b"fail"):
        return Failed(message_id=message.id, step="matching", reason="no unit", way_out="Mend it.", retry_helps=False)
    return late(message.id, order(len(message.raw)), headline=f"Late: [bold]{message.name}\x1b[31m")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("COLUMNS", "160")

    def of(services: bootstrap.Services, **_given: object) -> working.Work:
        return working.Work(
            store=services.store,
            terms=services.terms,
            triage=fake_triage,
            fingerprint=lambda _: "f",
            poster=services.poster,
        )

    monkeypatch.setattr(working, "of", of)
    (tmp_path / "a.eml").write_bytes(b"a")
    (tmp_path / "b.eml").write_bytes(b"bb")
    (tmp_path / "bad.eml").write_bytes(b"fail")
    return lambda *arguments: cli.main([str(item) for item in arguments])


def test_ingest_prints_what_was_read_and_advised(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ingest", "a.eml") == 0
    shown = capsys.readouterr().out
    for words in ("late delivery", "Liefertermin 12.04.2026", "order confirmation", "buyer, planner", "90%"):
        assert words in shown
    assert "[bold]a.eml" in shown  # a supplier's words are no markup
    assert "\x1b" not in shown  # nor do they reach the terminal's controls


def test_a_file_that_cannot_be_used_is_one_line_and_the_others_are_done(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")
    assert run("ingest", "none.eml", "a.eml", "empty.eml", tmp_path, "--json") == 2
    told = capsys.readouterr()
    lines = told.err.strip().splitlines()
    assert len(lines) == 3
    assert lines[0] == "none.eml: no such file or directory. Check the path and its rights."
    assert "empty" in lines[1]
    (answer,) = json.loads(told.out)
    assert (answer["file"], answer["state"]) == ("a.eml", "posted")
    assert answer["exceptions"][0]["type"] == "late_delivery"


def test_a_message_that_fails_is_told_and_the_status_says_so(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ingest", "bad.eml", "a.eml") == 1
    told = capsys.readouterr()
    assert "bad.eml: matching: no unit. Mend it." in told.err
    assert "late delivery" in told.out


def test_the_same_file_twice_is_one_message(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("ingest", "a.eml")
    assert run("ingest", "a.eml") == 0
    assert "was here before" in capsys.readouterr().out
    assert run("ingest", "a.eml", "--again", "--json") == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["new"] is False
    run("queue", "--json")
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_dry_run_keeps_nothing(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ingest", "a.eml", "--dry-run") == 0
    assert "late delivery" in capsys.readouterr().out
    assert not (tmp_path / "t.db").exists()


def test_the_queue_is_ranked_and_filtered(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("ingest", "a.eml", "b.eml", "bad.eml")
    capsys.readouterr()
    assert run("queue", "--text", "px00002") == 0
    shown = capsys.readouterr().out
    assert "PX00002" in shown
    assert "PX00001" not in shown
    assert "1 message(s) failed" in shown
    run("queue", "--priority", "urgent", "--json")
    assert json.loads(capsys.readouterr().out) == []


def test_wrong_settings_are_told_before_anything_is_done(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIAGE_PORT", "x")
    monkeypatch.setenv("TRIAGE_LEASE", "1")
    assert run("queue") == 2
    told = capsys.readouterr().err
    assert "TRIAGE_PORT" in told
    assert "TRIAGE_LEASE" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("command", ["worker", "scheduler"])
def test_a_worker_of_its_own_needs_a_broker_that_others_see(
    run: Run, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == 2
    assert "memory://" in capsys.readouterr().err


def test_migrate_says_what_it_did(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("migrate") == 0
    assert "were at nothing" in capsys.readouterr().out
    assert run("migrate") == 0
    assert "already" in capsys.readouterr().out


def test_watch_needs_a_folder(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("watch") == 2
    assert "TRIAGE_WATCH_FOLDER" in capsys.readouterr().err


def test_an_interrupt_is_no_error_message(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "services", interrupted)
    assert run("queue") == 130
    assert "Traceback" not in capsys.readouterr().err


def mailbox(folder: Path, count: int) -> None:
    for number in range(count):
        case = folder / "cases" / f"c{number}"
        case.mkdir(parents=True)
        (case / "message.eml").write_bytes(b"x" * (number + 1))
    (folder / "erp.json").write_text("{}", encoding="utf-8")


def test_the_demo_reads_a_mailbox_once(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mailbox(tmp_path / "box", 4)
    assert run("demo", "--no-serve", "--mailbox", "box") == 0
    shown = capsys.readouterr().out
    assert "4 new messages read" in shown
    assert "PX00003" in shown
    assert run("demo", "--no-serve", "--mailbox", "box") == 0
    shown = capsys.readouterr().out
    assert "0 new messages read, 4 were here before" in shown
    assert "PX00003" in shown


def test_a_demo_without_a_mailbox_says_what_to_do(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo", "--mailbox", "nowhere") == 2
    assert "--mailbox" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("ingest",), ("demo", "--mode", "magic")])
def test_a_call_that_makes_no_sense_ends_with_two(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
