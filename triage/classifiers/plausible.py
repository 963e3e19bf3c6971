"""Deviations so large that a misreading is likelier: a price for 100, a discount not seen, a wrong year."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from triage.domain import units
from triage.domain.assessment import ConfirmedLine, Deviation, DeviationType, Doubt, DoubtCode, Kind

#: Beyond these a person should look. Of 24 price deviations that buyers labelled none was over 8 percent.
FAR_PRICE = Decimal(15)  # percent
FAR_LATE = 150  # days
FAR_EARLY = 60  # days
FAR_OVER = Decimal("0.5")  # of the quantity ordered
FAR_SHORT = Decimal("0.9")  # of the quantity ordered


def doubts(
    found: Sequence[Deviation], lines: Sequence[ConfirmedLine], kind: Kind, written_on: date | None
) -> Iterator[Doubt]:
    """One doubt for each deviation that is too large to be believed unseen, each day gone by, each broken piece.

    written_on: the day of the message.
    """
    for line in lines:
        reason = _of_line(line, kind, written_on)
        if reason is not None:
            yield Doubt(code=DoubtCode.IMPLAUSIBLE, reason=reason, evidence=line.evidence[:1])
    for item in found:
        reason = _reason(item)
        if reason is not None:
            yield Doubt(code=DoubtCode.IMPLAUSIBLE, reason=reason, evidence=item.evidence[:1])


def _of_line(line: ConfirmedLine, kind: Kind, written_on: date | None) -> str | None:
    where = f"line {line.line_number} of {line.order_name}"
    promises = kind in (Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE) and line.line is not None
    if promises and line.promised is not None and written_on is not None and line.promised < written_on:
        return f"The day read for {where} was over when the message was written."
    whole = line.line is not None and line.line.quantity % 1 == 0 and units.find_unit(line.line.uom) == "unit"
    if whole and line.quantity is not None and line.quantity % 1:
        return f"The quantity read for {where} is no whole number."
    return None


def _reason(item: Deviation) -> str | None:
    ordered = item.line.quantity if item.line is not None else None
    if item.type is DeviationType.PRICE_DEVIATION and item.percent is not None and abs(item.percent) > FAR_PRICE:
        return (
            f"A price {item.percent} % off the order is unusual: its unit, discount or surcharge may be read wrongly."
        )
    if item.type is DeviationType.LATE_DELIVERY and item.days is not None and item.days > FAR_LATE:
        return f"A delay of {item.days} days is unusual: the day may be read wrongly."
    if item.type is DeviationType.EARLY_DELIVERY and item.days is not None and item.days > FAR_EARLY:
        return f"A delivery {item.days} days early is unusual: the day may be read wrongly."
    if not ordered or item.quantity is None:
        return None
    if item.type is DeviationType.QUANTITY_OVER and item.quantity > ordered * FAR_OVER:
        return "Far more than was ordered: the quantity or its unit may be read wrongly."
    if item.type is DeviationType.QUANTITY_SHORT and item.quantity > ordered * FAR_SHORT:
        return "Hardly anything of what was ordered: the quantity or its unit may be read wrongly."
    return None
