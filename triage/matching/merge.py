"""Statements about the same line of ours become one, or a split; what contradicts is kept and said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from triage.domain.assessment import Doubt, DoubtCode
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement

T = TypeVar("T")
_FIELDS = ("quantity", "unit", "price", "promised", "former_date", "ordered_quantity", "disposition",
           "substitute_code", "description", "position", "amount")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The entries of one order line: one, or several where delivery is split."""

    entries: tuple[LineStatement, ...]
    doubts: tuple[Doubt, ...]


def _same(one: Stated[T] | None, other: Stated[T] | None) -> bool:
    return one is None or other is None or one.value == other.value


def _better(one: Stated[T] | None, other: Stated[T] | None) -> Stated[T] | None:
    """The surer of two; where both say the same they confirm each other."""
    if one is None or other is None:
        return one or other
    best = one if one.confidence >= other.confidence else other
    if one.value == other.value and one.evidence.part != other.evidence.part:
        return replace(best, confidence=min(0.995, best.confidence + (1 - best.confidence) * 0.5))
    return best


_GRAVITY = (Disposition.SUBSTITUTED, Disposition.BACKORDERED, Disposition.REJECTED)


def _graver(one: Stated[Disposition] | None, other: Stated[Disposition] | None) -> Stated[Disposition] | None:
    """Of two fates the one that explains the other: what is discontinued and replaced is substituted."""
    if one is None or other is None:
        return one or other
    for fate in _GRAVITY:
        for stated in (one, other):
            if stated.value is fate:
                return stated
    return one


def _join(one: LineStatement, other: LineStatement) -> LineStatement:
    values: dict[str, Any] = {name: _better(getattr(one, name), getattr(other, name)) for name in _FIELDS}
    values["disposition"] = _graver(one.disposition, other.disposition)
    seen = {code.value: code for code in (*other.codes, *one.codes)}
    return replace(
        one,
        codes=tuple(seen.values()),
        remainder=one.remainder or other.remainder,
        doubts=tuple(dict.fromkeys((*one.doubts, *other.doubts))),
        order_number=one.order_number or other.order_number,
        **values,
    )


def _prices_agree(one: LineStatement, other: LineStatement) -> bool:
    if one.price is None or other.price is None:
        return True
    return one.price.value.per_unit == other.price.value.per_unit


def _compatible(one: LineStatement, other: LineStatement) -> bool:
    if one.remainder != other.remainder and (one.quantity is None) != (other.quantity is None):
        return False  # "only 60, the balance on 20 January": the day is that of the rest
    return _same(one.quantity, other.quantity) and _same(one.promised, other.promised) and _prices_agree(one, other)


def _moves(row: LineStatement, remark: LineStatement) -> bool:
    """A remark that names the line and tells a later day for all of it, or the day that the row has as the old one."""
    if row.anchored_by or row.promised is None or remark.promised is None or remark.quantity is not None:
        return False
    if remark.remainder or row.promised.value == remark.promised.value:
        return False
    named = remark.anchored_by in ("code", "position")
    told = remark.former_date is not None and remark.former_date.value == row.promised.value
    late = named and remark.promised.value > row.promised.value and _same_part(row, remark)
    return told or late


def _has_later(rows: Sequence[LineStatement], remark: LineStatement) -> bool:
    """One of several rows of the line has that day or a later one: the remark tells why, and is no delivery more."""
    day = remark.promised.value if remark.promised else None
    days = [row.promised.value for row in rows if row.promised and not row.anchored_by]
    return day is not None and len(rows) > 1 and any(item >= day for item in days)


def _is_split(one: LineStatement, other: LineStatement, ordered: Collection[Decimal]) -> bool:
    """Two deliveries of one line: in the same part, each with its own quantity or its own day."""
    if one.evidence.part != other.evidence.part:
        return False
    if one.quantity is not None and one.quantity.value in ordered and other.quantity is None and not other.remainder:
        return False  # all of it was told; another day is a new day for all of it
    own_days = one.promised is not None and other.promised is not None and one.promised.value != other.promised.value
    counts = one.quantity is not None or other.quantity is not None
    told = bool(one.anchored_by and other.anchored_by)
    if told and one.quantity and other.quantity and one.quantity.value + other.quantity.value in ordered:
        return True  # two items of a list that make up what was ordered
    # "25 now, the remaining 15 on …": two quantities of which one is the rest.
    rest = one.remainder != other.remainder and counts
    return (own_days and counts) or rest


def merge(statements: Sequence[LineStatement], ordered: Collection[Decimal] = ()) -> Merged:
    """Bring together what is said about one line, in the order of the message; the surest part first.

    ordered: the quantities that stand for all of the line.
    """
    entries: list[LineStatement] = []
    doubts: list[Doubt] = []
    for statement in sorted(statements, key=lambda item: bool(item.anchored_by)):
        if entries and statement.quantity is None and statement.promised is None:
            # A price or a fate alone is said of every delivery of the line.
            entries = [
                entry
                if not _prices_agree(entry, statement)
                else _completed(entry, statement)
                if not entry.anchored_by and statement.anchored_by
                else _join(entry, statement)
                for entry in entries
            ]
            if all(_prices_agree(entry, statement) for entry in entries):
                continue
        moved = next((index for index, entry in enumerate(entries) if _moves(entry, statement)), None)
        if statement.anchored_by and statement.quantity is None and _has_later(entries, statement):
            continue
        if moved is not None:
            entries[moved] = _replace(entries[moved], statement)
            continue
        for index, entry in enumerate(entries):
            if _compatible(entry, statement):
                remark = not entry.anchored_by and statement.anchored_by and _same_part(entry, statement)
                entries[index] = _completed(entry, statement) if remark else _join(entry, statement)
                break
        else:
            rivals = [index for index, entry in enumerate(entries) if not _is_split(entry, statement, ordered)]
            if not rivals or (len(entries) > 1 and statement.quantity is None and statement.promised is None):
                entries.append(statement)
                continue
            index = rivals[-1]
            entry = entries[index]
            if entry.evidence.part == statement.evidence.part and not entry.anchored_by and statement.anchored_by:
                # What a table states is not replaced by a remark below it.
                entries[index] = _completed(entry, statement)
            elif entry.evidence.part == statement.evidence.part and statement.anchored_by:
                # Within one text the later word replaces the earlier one.
                entries[index] = _replace(entry, statement)
            else:
                doubts.append(_contradiction(entry, statement))
                entries[index] = _join(entry, statement)
    return Merged(entries=_with_common(entries), doubts=tuple(doubts))


def _with_common(entries: Sequence[LineStatement]) -> tuple[LineStatement, ...]:
    """Deliveries of one line in one text have one unit and one price, said once."""
    if len({entry.evidence.part for entry in entries}) != 1:
        return tuple(entries)
    prices = [entry.price for entry in entries if entry.price is not None]
    units = [entry.unit for entry in entries if entry.unit is not None]
    price = prices[0] if len({item.value.per_unit for item in prices}) == 1 else None
    unit = units[0] if len({item.value.casefold() for item in units}) == 1 else None
    return tuple(
        replace(entry, price=entry.price or price, unit=entry.unit or (unit if entry.quantity else None))
        for entry in entries
    )


def _same_part(one: LineStatement, other: LineStatement) -> bool:
    return one.evidence.part == other.evidence.part


def _completed(row: LineStatement, remark: LineStatement) -> LineStatement:
    """The row, with what only the remark says."""
    values: dict[str, Any] = {name: getattr(row, name) or getattr(remark, name) for name in _FIELDS}
    late = remark.disposition is not None and remark.disposition.value is Disposition.BACKORDERED
    values["disposition"] = _graver(row.disposition, remark.disposition)
    if row.disposition is None and late and row.quantity is not None:
        values["disposition"] = None
    return replace(row, remainder=row.remainder or remark.remainder, **values)


def _replace(earlier: LineStatement, later: LineStatement) -> LineStatement:
    values: dict[str, Any] = {name: getattr(later, name) or getattr(earlier, name) for name in _FIELDS}
    if values["promised"] is not None and values["promised"] is not later.promised:
        values["promised"] = replace(values["promised"], confidence=values["promised"].confidence * 0.9)
    return replace(earlier, remainder=earlier.remainder or later.remainder, **values)


def _contradiction(one: LineStatement, other: LineStatement) -> Doubt:
    what = [
        name
        for name, left, right in (
            ("quantity", one.quantity, other.quantity),
            ("date", one.promised, other.promised),
            ("price", one.price, other.price),
        )
        if left is not None and right is not None and left.value != right.value
    ]
    return Doubt(
        code=DoubtCode.CONTRADICTION,
        reason=f"Two places of the message state a different {' and '.join(what)} for the same line.",
        evidence=(one.evidence, other.evidence),
    )
