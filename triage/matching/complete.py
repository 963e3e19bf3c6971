"""Completes a confirmation by what a language model pointed at: fills what is not stated, overwrites nothing, and says
where the two disagree. What is not plausible against the order is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from triage.domain.assessment import Confirmation, ConfirmedLine, Doubt, DoubtCode
from triage.domain.erp import Order, OrderBook, OrderLine
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import LineStatement, Statement
from triage.matching import assign, match

#: A value further from the order's than this factor is none of this line's, whatever a model says.
_FACTOR = 20
_PAST, _AHEAD = timedelta(days=60), timedelta(days=3 * 365)
_LEAST_FIT = 0.07  # of a line that may be offered for a row: quantity or price agree at least
_MOST_OFFERED = 12
_CHOSEN = 0.45  # confidence of a row whose line a model chose: a person is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The confirmation, what disagrees, and how many values were not plausible."""

    confirmation: Confirmation
    doubts: tuple[Doubt, ...]
    dropped: int


def completed(
    confirmation: Confirmation, pointed: Sequence[LineStatement], book: OrderBook, *, today: date
) -> Completed:
    """Fill and add lines. today: in the company's time zone."""
    matched = match.match(Statement(order_numbers=_named(confirmation, pointed), lines=tuple(pointed)), book)
    lines, doubts, dropped = list(confirmation.lines), list(matched.doubts), 0
    for other in matched.lines:
        if other.line is None or other.order is None or other.line.id not in {item.anchor for item in pointed}:
            dropped += 1
            continue
        plausible = _plausible(other, other.line, other.order, today)
        dropped += sum(
            getattr(other, name) is not None and getattr(plausible, name) is None
            for name in ("quantity", "price", "promised")
        )
        mine = [index for index, line in enumerate(lines) if line.line is not None and line.line.id == other.line.id]
        if not mine:
            if _says_something(plausible):
                lines.append(plausible)
        elif len(mine) == 1:
            doubts += _disagreements(lines[mine[0]], plausible)
            lines[mine[0]] = _filled(lines[mine[0]], plausible)
    return Completed(confirmation=replace(confirmation, lines=tuple(lines)), doubts=tuple(doubts), dropped=dropped)


def _named(confirmation: Confirmation, pointed: Sequence[LineStatement]) -> tuple[Stated[str], ...]:
    """The orders of the confirmation, as if the message named just these."""
    place = pointed[0].evidence if pointed else Evidence(part="", text="")
    return tuple(
        Stated(value=order.name, evidence=place, confidence=1.0, source="model") for order in confirmation.orders
    )


def _plausible(line: ConfirmedLine, ours: OrderLine, order: Order, today: date) -> ConfirmedLine:
    """The line without what can't be meant."""
    values: dict[str, object] = {}
    if line.quantity is not None and line.quantity > _FACTOR * max(ours.quantity, Decimal(1)):
        values["quantity"] = None
    wrong_currency = line.currency is not None and line.currency != order.currency
    if line.price is not None and (wrong_currency or (ours.price and not _near(line.price, ours.price))):
        values |= {"price": None, "currency": None}
    if line.promised is not None and not today - _PAST <= line.promised <= today + _AHEAD:
        values["promised"] = None
    if not values:
        return line
    said = {"price": "price", "quantity": "quantity", "promised": "promised"}
    entry = replace(line.statement, **{said[name]: None for name in values if name in said})  # type: ignore[arg-type]
    return replace(line, statement=entry, **values)  # type: ignore[arg-type]


def _near(price: Decimal, ours: Decimal) -> bool:
    return ours / _FACTOR <= price <= ours * _FACTOR


def _says_something(line: ConfirmedLine) -> bool:
    entry = line.statement
    return bool(entry.quantity or entry.price or entry.promised or entry.disposition)


def _filled(line: ConfirmedLine, other: ConfirmedLine) -> ConfirmedLine:
    """The line with what only the other one states."""
    entry, more = line.statement, other.statement
    values: dict[str, object] = {}
    said: dict[str, object] = {}
    if line.quantity is None and other.quantity is not None:
        values |= {"quantity": other.quantity, "uom": line.uom or other.uom}
        said |= {"quantity": more.quantity, "unit": entry.unit or more.unit}
    if line.price is None and other.price is not None:
        values |= {"price": other.price, "currency": other.currency}
        said["price"] = more.price
    if line.promised is None and other.promised is not None:
        values["promised"] = other.promised
        said["promised"] = more.promised
    if not values:
        return line
    return replace(
        line,
        statement=replace(entry, **said),  # type: ignore[arg-type]
        confidence=min(line.confidence, other.confidence),
        **values,  # type: ignore[arg-type]
    )


def _disagreements(line: ConfirmedLine, other: ConfirmedLine) -> list[Doubt]:
    named = [
        name
        for name, mine, theirs in (
            ("quantity", line.quantity, other.quantity),
            ("price", line.price, other.price),
            ("date", line.promised, other.promised),
        )
        if mine is not None and theirs is not None and mine != theirs
    ]
    if not named:
        return []
    what = " and ".join(named)
    return [
        Doubt(
            code=DoubtCode.CONTRADICTION,
            reason=f"A language model reads another {what} for line {line.line_number} of {line.order_name}.",
            evidence=(other.statement.evidence,),
        )
    ]


def open_rows(confirmation: Confirmation) -> tuple[tuple[ConfirmedLine, tuple[OrderLine, ...]], ...]:
    """Rows that are on none of the orders named, each with those of our unmentioned lines that it could be."""
    spoken = {line.line.id for line in confirmation.lines if line.line is not None}
    free = [(order, line) for order in confirmation.orders for line in order.lines if line.id not in spoken]
    found = []
    for row in confirmation.lines:
        if row.line is not None or row.order is not None or not confirmation.orders:
            continue
        fits = [assign.fit(row.statement, order, line) for order, line in free]
        good = sorted((fit for fit in fits if fit.score >= _LEAST_FIT), key=lambda fit: -fit.score)
        if good:
            found.append((row, tuple(fit.line for fit in good[:_MOST_OFFERED])))
    return tuple(found)


def chosen(confirmation: Confirmation, row: ConfirmedLine, line_id: int, book: OrderBook) -> Confirmation:
    """The row on the line that was chosen for it; as before where the two can't be brought together."""
    entry = replace(row.statement, anchor=line_id, anchored_by="model")
    matched = match.match(Statement(order_numbers=_named(confirmation, [entry]), lines=(entry,)), book)
    mine = [line for line in matched.lines if line.line is not None and line.line.id == line_id]
    if len(mine) != 1:
        return confirmation
    moved = replace(mine[0], matched_by="model", confidence=min(mine[0].confidence, _CHOSEN))
    return replace(confirmation, lines=tuple(moved if line is row else line for line in confirmation.lines))
