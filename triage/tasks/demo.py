"""`triage demo`: takes a bundled mailbox through the whole path in this process and prints the ranked queue.

A second run adds nothing twice and says so. Nothing leaves this machine.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from triage import bootstrap
from triage.errors import InputError
from triage.intake import files
from triage.store import queue
from triage.tasks import console as showing
from triage.tasks import embedded

#: The mailbox that comes with the source.
MAILBOX = Path("eval_sets/first")

#: Entries shown on the terminal; the pages show all.
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Messages in the order of their arrival, and the ERP as it stood then."""

    messages: tuple[Path, ...]
    erp: Path


def mailbox(folder: Path) -> Mailbox:
    """The messages of a set. Raises InputError where the folder holds none."""
    found = tuple(path for case in sorted((folder / "cases").glob("*")) for path in _of_case(case))
    if not found or not (folder / "erp.json").is_file():
        raise InputError(
            "holds no mailbox: cases/*/message.eml and erp.json are wanted",
            subject=str(folder),
            way_out="Run it in the source folder, or name another with --mailbox.",
        )
    return Mailbox(messages=found, erp=folder / "erp.json")


def _of_case(case: Path) -> list[Path]:
    # A case with an ERP of its own speaks of orders that the mailbox's ERP does not know.
    if (case / "erp.json").is_file() or not (case / "message.eml").is_file():
        return []
    return [*sorted((case / "earlier").glob("*.eml")), case / "message.eml"]


def fill(services: bootstrap.Services, worker: embedded.Embedded, messages: Sequence[Path], console: Console) -> int:
    """Take the messages in and wait until all are read; returns how many were new."""
    # Every file of a mailbox is called message.eml: its folder says more.
    accepted = [
        files.take(services.intake, path, door="command line", name=f"{path.parent.name}.eml") for path in messages
    ]
    new = [item.message_id for item in accepted if item.new]
    for _ in new:
        worker.ring()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    ids = list(dict.fromkeys(item.message_id for item in accepted))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("reading messages", total=len(ids))
        worker.wait(ids, on_progress=lambda done: progress.update(task, completed=done))
    return len(new)


def show(services: bootstrap.Services, console: Console, *, new: int, known: int) -> None:
    """The ranked queue and a summary."""
    page = queue.listed(services.store, queue.Filters(), size=_SHOWN)
    showing.show_queue(console, page.entries, now=services.store.now, title="The queue, most urgent first")
    totals = queue.totals(services.store)
    messages = queue.message_totals(services.store)
    console.print(
        f"{new} new messages read"
        + (f", {known} were here before and were not added again" if known else "")
        + f"; {totals.get('open', 0)} entries open, {totals.get('info', 0)} for information, "
        f"{messages.get('failed', 0)} messages failed."
    )
    console.print(
        f"Notes left in the {services.poster.place}: {messages.get('posted', 0)}. There is no Odoo behind a demo: "
        "each note is kept beside its entry."
    )
    if services.settings.mode == "local" and importlib.util.find_spec("sentence_transformers") is None:
        console.print(
            "[dim]Without the embeddings extra: the local models work on words alone. "
            "Add it with `.venv/bin/pip install -r requirements/embeddings.txt` (750 MB).[/dim]"
        )
