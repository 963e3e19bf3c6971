"""What differs between a confirmed line and the order: date, quantity, price, rejection, substitution.

Plain comparisons with the tolerances of the policy; every deviation says old and new in one sentence.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from triage.classifiers import statuses
from triage.domain.assessment import ConfirmedLine, Deviation, DeviationType, Kind
from triage.domain.erp import OrderLine
from triage.domain.policy import Tolerances
from triage.domain.statement import Disposition

_TENTH = Decimal("0.1")
#: Kinds whose lines are not compared with the order by these rules.
_NOT_COMPARED = {
    Kind.QUOTATION, Kind.PRICE_CHANGE_NOTICE, Kind.QUESTION, Kind.AUTO_REPLY, Kind.OTHER, Kind.BANK_DETAILS_CHANGE,
}  # fmt: skip


def line_deviations(
    lines: Sequence[ConfirmedLine], kind: Kind, tolerances: dict[int, Tolerances]
) -> Iterator[Deviation]:
    """Deviations of all lines that are on an order of ours. tolerances: by id of our order line."""
    if kind in _NOT_COMPARED:
        return
    groups: dict[int, list[ConfirmedLine]] = defaultdict(list)
    for line in lines:
        if line.line is not None:
            groups[line.line.id].append(line)
    for entries in groups.values():
        ours = entries[0].line
        if ours is None:
            continue
        allowed = tolerances[ours.id]
        if kind is Kind.INVOICE:
            yield from _invoice(entries, ours, allowed)
            continue
        yield from _dates(entries, ours, allowed)
        yield from _quantity(entries, ours, kind, allowed)
        yield from _price(entries, ours, allowed)
        yield from _fate(entries, ours, kind)


def _deviation(
    type_: DeviationType,
    entry: ConfirmedLine,
    reason: str,
    *,
    days: int | None = None,
    percent: Decimal | None = None,
    quantity: Decimal | None = None,
) -> Deviation:
    return Deviation(
        type=type_,
        reason=reason,
        confidence=entry.confidence,
        evidence=entry.evidence,
        order=entry.order,
        line=entry.line,
        days=days,
        percent=percent,
        quantity=quantity,
    )


def _dates(entries: Sequence[ConfirmedLine], ours: OrderLine, allowed: Tolerances) -> Iterator[Deviation]:
    for entry in entries:
        if _is_rejected(entry) or ours.due is None:
            continue
        if entry.promised is None:
            if len(entries) == 1 and _waits(entry):
                reason = f"{ours.due} will not be kept; no new day is told."
                yield _deviation(DeviationType.LATE_DELIVERY, entry, reason)
            continue
        days = (entry.promised - ours.due).days
        part = entry.quantity if entry.quantity is not None and entry.quantity < ours.quantity else None
        if part is None and entry.statement.remainder and ours.received > 0:
            part = ours.open_quantity
        if statuses.is_late(entry, ours, allowed):
            reason = f"Promised for {entry.promised} instead of {ours.due}: {days} days later."
            yield _deviation(DeviationType.LATE_DELIVERY, entry, reason, days=days, quantity=part)
        elif statuses.is_early(entry, ours, allowed):
            reason = f"Promised for {entry.promised} instead of {ours.due}: {-days} days earlier."
            yield _deviation(DeviationType.EARLY_DELIVERY, entry, reason, days=-days, quantity=part)


def _waits(entry: ConfirmedLine) -> bool:
    """Its day will not be kept, or it follows later, and no other day is told."""
    return entry.statement.former_date is not None or entry.status is Disposition.BACKORDERED


def _is_rejected(entry: ConfirmedLine) -> bool:
    return entry.status is Disposition.REJECTED


def _quantity(
    entries: Sequence[ConfirmedLine], ours: OrderLine, kind: Kind, allowed: Tolerances
) -> Iterator[Deviation]:
    stated = [entry for entry in entries if entry.quantity is not None and not _is_rejected(entry)]
    if not stated or len(stated) < len([entry for entry in entries if not _is_rejected(entry)]):
        # A balance whose quantity is not said may be all that is missing.
        return
    total = sum((entry.quantity for entry in stated if entry.quantity is not None), Decimal(0))
    expected = statuses.expected_quantity(stated, ours)
    difference = total - expected
    if not statuses.quantity_differs(total, expected, ours, allowed):
        return
    if kind is Kind.SHIPPING_NOTICE:
        reason = f"{_plain(total)} are shipped, {_plain(expected)} were expected."
        yield _deviation(DeviationType.SHIPMENT_DISCREPANCY, stated[0], reason, quantity=abs(difference))
        return
    if kind is Kind.DELAY_NOTICE and difference < 0:
        # A delay of a part says nothing against the rest.
        return
    type_ = DeviationType.QUANTITY_SHORT if difference < 0 else DeviationType.QUANTITY_OVER
    reason = f"{_plain(total)} are confirmed, {_plain(expected)} were ordered."
    yield _deviation(type_, stated[0], reason, quantity=abs(difference))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _price(entries: Sequence[ConfirmedLine], ours: OrderLine, allowed: Tolerances) -> Iterator[Deviation]:
    for entry in entries:
        percent = statuses.price_percent(entry, ours)
        if percent is None or _is_rejected(entry) or not statuses.price_differs(entry, ours, allowed):
            continue
        rounded = percent.quantize(_TENTH, ROUND_HALF_UP)
        reason = (
            f"Price {_plain(entry.price or Decimal(0))} instead of {_plain(ours.price)} {ours.currency}: {rounded:+} %."
        )
        yield _deviation(DeviationType.PRICE_DEVIATION, entry, reason, percent=rounded)
        return


def _fate(entries: Sequence[ConfirmedLine], ours: OrderLine, kind: Kind) -> Iterator[Deviation]:
    for entry in entries:
        if _is_rejected(entry):
            yield _deviation(DeviationType.LINE_REJECTED, entry, "The supplier will not deliver this line.")
            return
        if entry.status is Disposition.SUBSTITUTED:
            other = entry.supplier_product_code or "another article"
            yield _deviation(DeviationType.SUBSTITUTION, entry, f"{other} is to be delivered instead.")
            return


def _invoice(entries: Sequence[ConfirmedLine], ours: OrderLine, allowed: Tolerances) -> Iterator[Deviation]:
    """Three-way match: price against the order, quantity against receipts, or the order where nothing came yet."""
    for entry in entries:
        percent = statuses.price_percent(entry, ours)
        if percent is not None and statuses.price_differs(entry, ours, allowed):
            rounded = percent.quantize(_TENTH, ROUND_HALF_UP)
            reason = f"Invoiced at {_plain(entry.price or Decimal(0))} instead of {_plain(ours.price)}: {rounded:+} %."
            yield _deviation(DeviationType.INVOICE_MISMATCH, entry, reason, percent=rounded)
            break
    stated = [entry for entry in entries if entry.quantity is not None]
    if not stated:
        return
    total = sum((entry.quantity for entry in stated if entry.quantity is not None), Decimal(0))
    came = ours.received - ours.invoiced if ours.received > ours.invoiced else ours.received
    expected = came if ours.received > 0 else ours.quantity
    if statuses.quantity_differs(total, expected, ours, allowed):
        what = "were received" if ours.received > 0 else "were ordered"
        reason = f"{_plain(total)} are invoiced, {_plain(expected)} {what}."
        yield _deviation(DeviationType.INVOICE_MISMATCH, stated[0], reason, quantity=abs(total - expected))
