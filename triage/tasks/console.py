"""Shows outcomes and the queue on a terminal. What a supplier wrote is plain text there, without control characters."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from triage.domain.assessment import ConfirmedLine, Deviation
from triage.domain.evidence import Evidence
from triage.domain.outcome import Understood
from triage.store import facts
from triage.store.queue import Entry

_COLOURS = {"urgent": "bold red", "high": "red", "normal": "yellow", "low": "dim"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def safe(text: object, limit: int = 400, *, lines: bool = False) -> Text:
    """Foreign words as plain text: no markup, no control or direction characters, not too long; `lines` keeps lines."""
    kept = str(text).splitlines() if lines else [str(text)]
    words = "\n".join(_CONTROL.sub(" ", line) for line in kept)
    return Text(words if len(words) <= limit else words[: limit - 1] + "…")


def number(value: Decimal | None) -> str:
    """A figure without needless zeros; "" where it was not stated."""
    return "" if value is None else f"{value.normalize():f}"


def priority(value: str) -> Text:
    return Text(value, style=_COLOURS.get(value, ""))


def show_queue(console: Console, entries: Sequence[Entry], *, now: datetime, title: str) -> None:
    """The ranked list as a table."""
    table = Table(title=title, title_justify="left", expand=True, row_styles=["", "on grey7"])
    table.add_column("#", justify="right")
    table.add_column("priority")
    table.add_column("what", ratio=5)
    table.add_column("record", no_wrap=True)
    table.add_column("supplier", ratio=3)
    table.add_column("who", no_wrap=True)
    table.add_column("age", justify="right")
    for place, entry in enumerate(entries, start=1):
        table.add_row(
            str(place),
            priority(entry.priority),
            safe(entry.headline, 200),
            safe(entry.record_name or "-", 40),
            safe(entry.supplier, 60),
            _who(entry.roles),
            age(entry.first_at, now),
        )
    console.print(table)


def _who(roles: Sequence[str]) -> str:
    """Who acts, and how many look besides."""
    if not roles:
        return "nobody"
    others = f" +{len(roles) - 1}" if len(roles) > 1 else ""
    return roles[0].replace("_", " ") + others


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(int((now - since).total_seconds()), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return "now"


def show_outcome(console: Console, name: str, outcome: Understood) -> None:
    """What was read, with evidence, what deviates, and the advice."""
    hide = facts.hiding(outcome)
    assessment, advice = outcome.assessment, outcome.advice
    orders = ", ".join(order.name for order in assessment.confirmation.orders) or "none of ours"
    head = Text.assemble(
        priority(advice.rank.priority),
        f"  {assessment.kind.kind.replace('_', ' ')} ({assessment.kind.confidence:.0%}), order ",
        safe(orders),
        f"\nroute: {', '.join(role.replace('_', ' ') for role in advice.route.roles) or 'nobody'}"
        f"  ·  mode {advice.mode}  ·  {'a person must read it' if assessment.needs_review else 'read surely enough'}",
    )
    parts: list[object] = [head]
    if assessment.confirmation.lines:
        parts.append(_lines(assessment.confirmation.lines, hide))
    if assessment.deviations:
        parts.append(_deviations(assessment.deviations, hide))
    for doubt in assessment.doubts:
        parts.append(Text.assemble(("? ", "yellow"), safe(hide(doubt.reason))))
    for part in outcome.reading.unreadable:
        parts.append(Text.assemble(("not read: ", "yellow"), safe(part.name, 80), f", {part.reason}"))
    for option in advice.options:
        parts.append(Text.assemble(("option: ", "cyan"), safe(option.sentence)))
    if advice.draft_reply:
        draft = safe(advice.draft_reply, 2000, lines=True)
        worded = ", worded by a language model" if "draft" in advice.worded else ""
        parts.append(Panel(draft, title=f"draft reply, not sent{worded}", border_style="dim"))
    console.print(
        Panel(Group(*parts), title=safe(f"{name}: {advice.headline}", 160), title_align="left")  # type: ignore[arg-type]
    )


def _lines(lines: Sequence[ConfirmedLine], hide: facts.Hide) -> Table:
    table = Table(expand=True, show_edge=False)
    for column in ("line", "product", "quantity", "price", "promised", "status", "sure", "where it stands"):
        table.add_column(column)
    for line in lines:
        table.add_row(
            f"{line.order_name or '?'}/{line.line_number or '?'}",
            safe(line.product_code or line.supplier_product_code or "", 40),
            safe(f"{number(line.quantity)} {line.uom or ''}".strip(), 30),
            safe(f"{number(line.price)} {line.currency or ''}".strip(), 30),
            str(line.promised or ""),
            str(line.status or ""),
            f"{line.confidence:.0%}",
            _place(line.evidence, hide),
        )
    return table


def _deviations(deviations: Sequence[Deviation], hide: facts.Hide) -> Table:
    table = Table(expand=True, show_edge=False)
    for column in ("exception", "line", "why", "sure", "where it stands"):
        table.add_column(column)
    for item in deviations:
        table.add_row(
            item.type.replace("_", " "),
            f"{item.order.name if item.order else ''}{f'/{item.line.number}' if item.line else ''}",
            safe(hide(item.reason)),
            f"{item.confidence:.0%}",
            _place(item.evidence, hide),
        )
    return table


def _place(evidence: Sequence[Evidence], hide: facts.Hide) -> Text:
    if not evidence:
        return Text("")
    first = evidence[0]
    page = f" p. {first.page}" if first.page else ""
    return safe(f"{first.part}{page}: “{hide(first.text)}”", 140)
