"""`triage ingest`: takes files in, reads them at once in this process, and prints what was read and advised.

A file that can't be used is one line with name, reason and way out; the others are still done.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from triage import bootstrap
from triage.domain.outcome import Understood
from triage.errors import InputError
from triage.intake import files
from triage.settings import Settings
from triage.store import facts, inbox, queue, results
from triage.tasks import console as showing
from triage.tasks import places
from triage.tasks import work as working


def run(
    settings: Settings,
    paths: Sequence[Path],
    *,
    as_json: bool,
    dry_run: bool,
    again: bool,
    snapshot: Path | None,
    show: Path | None = None,
) -> int:
    """Exit status: 0 all read, 1 a message failed, 2 a file can't be used.

    dry_run: nothing is kept. again: what was read before is read anew. snapshot: another ERP than that of the settings.
    show: folder for a page a message with the words marked.
    """
    if dry_run:
        settings = settings.model_copy(update={"database_url": type(settings.database_url)("sqlite://")})
    services = bootstrap.services(settings)
    work = working.of(services, snapshot=snapshot)
    console = Console()
    answers: list[dict[str, Any]] = []
    status = 0
    for path in paths:
        try:
            accepted = files.take(services.intake, path, door="command line")
        except InputError as error:
            sys.stderr.write(f"{error}\n")
            status = 2
            continue
        answer, failed = _read(work, accepted.message_id, new=accepted.new, again=again)
        answers.append({"file": str(path), "new": accepted.new} | answer)
        status = max(status, int(failed))
        if show is not None:
            _show(services, accepted.message_id, path.name, show, answers[-1], as_json=as_json)
        broken = _unreadable(results.outcome_of(services.store, accepted.message_id))
        if broken:
            sys.stderr.write(f"{path}: {broken}. Ask for the document again, or read it yourself.\n")
            status = 2
        if not as_json:
            _print(console, path, answer, accepted.new, results.outcome_of(services.store, accepted.message_id))
        elif failed:
            sys.stderr.write(f"{path}: {answer['reason']}. {answer['way_out']}\n")
    if as_json:
        sys.stdout.write(json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
    return status


def _show(
    services: bootstrap.Services, message_id: str, name: str, folder: Path, answer: dict[str, Any], *, as_json: bool
) -> None:
    """Write the page with the places marked, and say where it lies."""
    outcome = results.outcome_of(services.store, message_id)
    message = inbox.message_of(services.store, message_id)
    if outcome is None or message is None:
        return
    with bootstrap.reader(services.settings) as reader:
        written = places.write(folder, name, message, outcome, reader)
    answer["shown"] = str(written)
    if not as_json:
        sys.stdout.write(f"{name}: the places are marked in {written}\n")


def _unreadable(outcome: object) -> str:
    """Why nothing at all could be read of a file; "" where something was."""
    if not isinstance(outcome, Understood) or outcome.reading.parts or not outcome.reading.unreadable:
        return ""
    first = outcome.reading.unreadable[0]
    return f"{first.reason.value} ({first.detail})"


def _read(work: working.Work, message_id: str, *, new: bool, again: bool) -> tuple[dict[str, Any], bool]:
    """What became of a message, and whether it failed."""
    known = inbox.states(work.store, [message_id])[message_id]
    if not new and (again or known is inbox.State.FAILED):
        inbox.replay(work.store, message_id)
    working.through(work, message_id)
    state = inbox.states(work.store, [message_id])[message_id]
    outcome = results.outcome_of(work.store, message_id)
    if state in (inbox.State.RECEIVED, *inbox.CLAIMED, inbox.State.FAILED) or outcome is None:
        return {"message_id": message_id, "state": state} | _why(work, message_id, state), True
    return {"state": state} | facts.of_outcome(outcome), False


def _why(work: working.Work, message_id: str, state: inbox.State) -> dict[str, str]:
    for item in queue.failures(work.store):
        if item.message_id == message_id:
            return {"reason": f"{item.step}: {item.reason}", "way_out": item.way_out}
    steps = queue.steps_of(work.store, message_id)
    reason = steps[-1][2] if steps and state is inbox.State.RECEIVED else "another worker reads it"
    return {"reason": reason, "way_out": "It is tried again by itself; `triage queue` shows it then."}


def _print(console: Console, path: Path, answer: dict[str, Any], new: bool, outcome: Understood | None) -> None:
    if "reason" in answer or outcome is None:
        Console(stderr=True, soft_wrap=True).print(showing.safe(f"{path}: {answer['reason']}. {answer['way_out']}"))
        return
    showing.show_outcome(console, path.name, outcome)
    if not new:
        console.print("[dim]was here before: shown as stored; --again reads it anew[/dim]")


def show_queue(settings: Settings, filters: queue.Filters, *, as_json: bool, limit: int) -> int:
    """`triage queue`: the ranked list."""
    services = bootstrap.services(settings)
    page = queue.listed(services.store, filters, size=limit)
    if as_json:
        sys.stdout.write(
            json.dumps([facts.of_entry(item) for item in page.entries], ensure_ascii=False, indent=1) + "\n"
        )
        return 0
    totals = queue.totals(services.store)
    title = f"Queue: {len(page.entries)} of {totals.get(filters.state, 0)} {filters.state}"
    showing.show_queue(Console(), page.entries, now=services.store.now, title=title)
    failed = queue.failures(services.store)
    if failed:
        Console().print(f"[red]{len(failed)} message(s) failed[/red]; the pages show why, `triage serve` opens them.")
    return 0
