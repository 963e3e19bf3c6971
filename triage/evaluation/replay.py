"""`triage replay`: reads past messages again in the order of their dates: what would have been flagged, and how early.

Each message knows only those before it. Stores nothing, leaves nothing.
"""

import email
import email.policy
import email.utils
import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from triage import bootstrap, pipeline
from triage.domain.message import message_of
from triage.domain.outcome import Failed, NeedsPerson, Understood
from triage.errors import InputError
from triage.evaluation.run import CaseMemory
from triage.settings import Settings

_MOST = 100_000  # messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One deviation of one order line, at the first message that told it."""

    type: str
    order: str
    line: int | None
    told_on: date
    file: str
    due: date | None
    confidence: float
    needs_person: bool

    @property
    def days_before(self) -> int | None:
        """Calendar days from the message to the day on which the goods were due; negative: afterwards."""
        return (self.due - self.told_on).days if self.due else None


def run(settings: Settings, folder: Path, *, snapshot: Path | None, as_json: bool) -> int:
    """Replay and print. Returns 0. Raises InputError where the folder holds no message, SnapshotError."""
    mails = _mails(folder)
    flags, counts = _replayed(settings, mails, snapshot)
    early = sorted(item.days_before for item in flags if item.days_before is not None)
    told = {
        "messages": len(mails),
        "outcomes": dict(counts),
        "read_by_a_person": round(counts["NeedsPerson"] / len(mails), 4),
        "flags": len(flags),
        "by_type": dict(Counter(item.type for item in flags).most_common()),
        "days_before_due": {"median": median(early), "least": early[0], "most": early[-1]} if early else None,
    }
    if as_json:
        listed = [_plain(item) for item in flags]
        sys.stdout.write(json.dumps({**told, "list": listed}, indent=1, ensure_ascii=False) + "\n")
    else:
        _print(told, flags)
    return 0


def _mails(folder: Path) -> list[tuple[datetime, Path]]:
    """(date, file) of every mail, oldest first; one without a date comes by its file's time."""
    if not folder.is_dir():
        raise InputError("is no folder", subject=str(folder), way_out="Name a folder with .eml files.")
    found = []
    for path in sorted(folder.rglob("*.eml"))[:_MOST]:
        with path.open("rb") as file:
            header = email.message_from_bytes(file.read(65_536), policy=email.policy.compat32).get("Date", "")
        try:
            at = email.utils.parsedate_to_datetime(str(header))
        except (ValueError, TypeError):
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found.append((at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), path))
    if not found:
        raise InputError("holds no .eml file", subject=str(folder), way_out="Name a folder with .eml files.")
    return sorted(found)


def _replayed(
    settings: Settings, mails: Sequence[tuple[datetime, Path]], snapshot: Path | None
) -> tuple[list[Flag], Counter[str]]:
    flags: dict[tuple[str, str, int | None], Flag] = {}
    counts: Counter[str] = Counter()
    memory = CaseMemory()
    erp = bootstrap.erp(settings, snapshot)
    with closing(bootstrap.reader(settings)) as reader, Progress(console=Console(stderr=True), transient=True) as bar:
        second = bootstrap.second_reader(settings)
        tools = bootstrap.toolkit(settings, memory, reader_of_parts=reader, second=second)
        task = bar.add_task("reading again", total=len(mails))
        for at, path in mails:
            message = message_of(path.read_bytes(), door="evaluation", received_at=at, name=path.name)
            outcome = pipeline.triage_message(message, erp, tools)
            counts[type(outcome).__name__] += 1
            memory.keep(message, outcome)
            if not isinstance(outcome, Failed):
                for flag in _flags(outcome, at.date(), path.name):
                    flags.setdefault((flag.type, flag.order, flag.line), flag)
            bar.advance(task)
    return list(flags.values()), counts


def _flags(outcome: Understood, told_on: date, file: str) -> list[Flag]:
    return [
        Flag(
            type=item.type.value,
            order=item.order.name if item.order else "",
            line=item.line.number if item.line else None,
            told_on=told_on,
            file=file,
            due=item.line.due if item.line else None,
            confidence=item.confidence,
            needs_person=isinstance(outcome, NeedsPerson),
        )
        for item in outcome.assessment.deviations
    ]


def _plain(item: Flag) -> dict[str, Any]:
    return {
        "type": item.type, "purchase_order": item.order or None, "line_number": item.line, "file": item.file,
        "told_on": item.told_on.isoformat(), "due": item.due.isoformat() if item.due else None,
        "days_before_due": item.days_before, "confidence": item.confidence, "needs_person": item.needs_person,
    }  # fmt: skip


def _print(told: dict[str, Any], flags: Sequence[Flag]) -> None:
    console = Console()
    table = Table("told on", "what", "order", "due", "days before", "file")
    for item in sorted(flags, key=lambda flag: flag.told_on):
        where = f"{item.order}{f'/{item.line}' if item.line else ''}"
        before = "" if item.days_before is None else str(item.days_before)
        table.add_row(
            str(item.told_on), item.type.replace("_", " "), where, str(item.due or ""), before, item.file[:40]
        )
    console.print(table)
    early = told["days_before_due"]
    when = f", the median {early['median']} days before the goods were due" if early else ""
    read = f"a person reads {told['read_by_a_person']:.0%} of them"
    console.print(f"{told['messages']} messages, {told['flags']} flags{when}; {read}")
