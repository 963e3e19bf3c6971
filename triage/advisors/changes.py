"""Lets you tell what a deviation changes: the old value of our order and the new one of the message.

Never takes a value from the message's words: both are the matched, typed ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from triage.advisors.wording import Money
from triage.domain.assessment import Assessment, ConfirmedLine, Deviation, DeviationType
from triage.domain.statement import Disposition

_DAY = {DeviationType.LATE_DELIVERY: 1, DeviationType.EARLY_DELIVERY: -1}
_QUANTITY = {
    DeviationType.QUANTITY_SHORT: -1,
    DeviationType.QUANTITY_OVER: 1,
    DeviationType.SHIPMENT_DISCREPANCY: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Old and new value; None where one of them is not known."""

    old: date | Decimal | None = None
    new: date | Decimal | None = None
    unit: str = ""  # of both: a unit of measure, or a currency

    @property
    def is_known(self) -> bool:
        return self.old is not None and self.new is not None


def entries_of(item: Deviation, assessment: Assessment) -> tuple[ConfirmedLine, ...]:
    """What the message says about the deviation's order line; the statement that it came from first."""
    if item.line is None:
        return ()
    found = [
        entry for entry in assessment.confirmation.lines if entry.line is not None and entry.line.id == item.line.id
    ]
    return tuple(sorted(found, key=lambda entry: entry.evidence != item.evidence))


def change_of(item: Deviation, assessment: Assessment) -> Change:
    """What changes. Empty where the deviation is not about a date, a quantity or a price of an order line."""
    line, entries = item.line, entries_of(item, assessment)
    if line is None or not entries:
        return Change()
    if item.type in _DAY and item.days is not None and line.due is not None:
        return Change(old=line.due, new=line.due + timedelta(days=item.days * _DAY[item.type]))
    if item.type in _QUANTITY:
        return _quantity(item, entries)
    if item.type is DeviationType.PRICE_DEVIATION or (
        item.type is DeviationType.INVOICE_MISMATCH and item.percent is not None
    ):
        price = next((entry.price for entry in entries if entry.price is not None and entry.price != line.price), None)
        return Change(old=Money(line.price), new=None if price is None else Money(price), unit=line.currency)
    return Change()


def _quantity(item: Deviation, entries: Sequence[ConfirmedLine]) -> Change:
    """Stated in all and expected: the order's quantity where the deviation agrees, else what was still open."""
    line = entries[0].line
    stated = [entry.quantity for entry in entries if entry.status is not Disposition.REJECTED]
    if line is None or not stated or item.quantity is None:
        return Change()
    total = sum((quantity for quantity in stated if quantity is not None), Decimal(0))
    for expected in (line.quantity, line.open_quantity):
        if abs(total - expected) == item.quantity:
            return Change(old=expected, new=total, unit=line.uom)
    return Change()
