"""The status of each confirmed line, after the standard order responses and the conventions of the eval set format.

Within the tolerances a line is accepted, outside it is changed; in a split the part on time is accepted and the later
balance is backordered. Invoices, quotations and price notices give lines no status.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from triage.domain.assessment import ConfirmedLine, Kind
from triage.domain.erp import OrderLine
from triage.domain.policy import Tolerances
from triage.domain.statement import Disposition

WITHOUT_STATUS = {Kind.INVOICE, Kind.QUOTATION, Kind.PRICE_CHANGE_NOTICE}
_HUNDRED = Decimal(100)


def is_late(line: ConfirmedLine, ours: OrderLine, allowed: Tolerances) -> bool:
    """Promised later than the order's own date for the line, beyond the tolerance."""
    if line.promised is None or ours.due is None:
        return False
    return line.promised > ours.due + timedelta(days=allowed.late_days)


def is_early(line: ConfirmedLine, ours: OrderLine, allowed: Tolerances) -> bool:
    """Promised so much earlier that the goods are in the way."""
    if line.promised is None or ours.due is None:
        return False
    return line.promised < ours.due - timedelta(days=allowed.early_days)


def price_percent(line: ConfirmedLine, ours: OrderLine) -> Decimal | None:
    """By how many percent the stated price differs from the order's, unrounded; None where they can't be compared."""
    if line.price is None or not ours.price:
        return None
    if line.currency and ours.currency and line.currency != ours.currency:
        return None
    return (line.price - ours.price) / ours.price * _HUNDRED


def price_differs(line: ConfirmedLine, ours: OrderLine, allowed: Tolerances) -> bool:
    """Outside the tolerance, either way."""
    percent = price_percent(line, ours)
    return percent is not None and abs(percent) > allowed.price_percent


def expected_quantity(entries: Sequence[ConfirmedLine], ours: OrderLine) -> Decimal:
    """What the entries of a line are to add up to: the open balance where they speak of it, else what was ordered."""
    said = sum((entry.quantity for entry in entries if entry.quantity is not None), Decimal(0))
    if ours.received > 0 and (any(entry.statement.remainder for entry in entries) or said <= ours.open_quantity):
        return ours.open_quantity
    return ours.quantity


def quantity_differs(said: Decimal, expected: Decimal, ours: OrderLine, allowed: Tolerances) -> bool:
    """Outside the tolerance, which is a share of the ordered quantity."""
    return abs(said - expected) > ours.quantity * allowed.quantity_percent / _HUNDRED


def shipped(lines: Sequence[ConfirmedLine]) -> tuple[ConfirmedLine, ...]:
    """The lines of a dispatch without what stays behind: "8 of 10, 2 to follow" ships 8, whatever is said of the 2."""
    counts = {line.line.id for line in lines if line.line is not None and line.quantity and not _stays(line)}
    kept = []
    for line in lines:
        if line.line is None or line.line.id not in counts:
            kept.append(line)
        elif not _stays(line):
            fate = line.statement.disposition
            vague = (
                fate is not None and fate.value is Disposition.SUBSTITUTED and line.statement.substitute_code is None
            )
            if fate is not None and (vague or fate.value is Disposition.BACKORDERED):
                line = replace(line, statement=replace(line.statement, disposition=None))
            kept.append(line)
    return tuple(kept)


def _stays(line: ConfirmedLine) -> bool:
    fate = line.statement.disposition
    behind = fate is not None and fate.value is Disposition.BACKORDERED
    return behind and (line.statement.remainder or line.quantity is None)


def with_statuses(lines: Sequence[ConfirmedLine], kind: Kind, tolerances: dict[int, Tolerances]) -> list[ConfirmedLine]:
    """The lines with their status. tolerances: by id of our order line."""
    groups: dict[int, list[ConfirmedLine]] = defaultdict(list)
    for line in lines:
        if line.line is not None:
            groups[line.line.id].append(line)
    result = []
    for line in lines:
        if line.line is None:
            result.append(replace(line, status=None) if kind in WITHOUT_STATUS else line)
            continue
        status = None if kind in WITHOUT_STATUS else _status(line, line.line, groups[line.line.id], tolerances)
        if status is Disposition.REJECTED:
            # A number beside a rejection is what was ordered: nothing is confirmed.
            line = replace(line, quantity=None, promised=None, price=None, currency=None)
        result.append(replace(line, status=status))
    return result


def _status(
    line: ConfirmedLine, ours: OrderLine, entries: Sequence[ConfirmedLine], tolerances: dict[int, Tolerances]
) -> Disposition | None:
    allowed = tolerances[ours.id]
    said = line.statement.disposition.value if line.statement.disposition else None
    if said is Disposition.REJECTED and line.promised is not None:
        # "The batch was refused, new delivery on …": what has a day to come is not rejected.
        said = None
    if said in (Disposition.REJECTED, Disposition.SUBSTITUTED, Disposition.ADDED):
        return said
    late = is_late(line, ours, allowed)
    if len(entries) > 1:
        follows = late if line.promised is not None and ours.due is not None else said is Disposition.BACKORDERED
        return Disposition.BACKORDERED if follows else Disposition.ACCEPTED
    if line.promised is None and line.statement.former_date is not None and said is not Disposition.ACCEPTED:
        return Disposition.BACKORDERED  # the day will not be kept, no other is told
    if said is Disposition.BACKORDERED or (line.statement.remainder and ours.received > 0):
        return Disposition.BACKORDERED
    differs = line.quantity is not None and quantity_differs(
        line.quantity, expected_quantity(entries, ours), ours, allowed
    )
    if late or is_early(line, ours, allowed) or differs or price_differs(line, ours, allowed):
        return Disposition.CHANGED
    if line.currency and line.price is not None and ours.currency and line.currency != ours.currency:
        return Disposition.CHANGED
    return Disposition.ACCEPTED
