"""Lets you rank a message: a priority by the conventions, and a score from what is at stake and how soon.

The score orders within a priority and never across one: each priority has a band of 1000 points. The factors add up
to the score. Never converts currencies: a value is an order of magnitude here.
"""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from triage.advisors.workdays import WorkCalendar
from triage.domain.advice import Effect, Factor, Priority, Rank
from triage.domain.assessment import Assessment, Deviation, DeviationType, Kind
from triage.domain.policy import Policy

_BASE = {Priority.LOW: 0.0, Priority.NORMAL: 1000.0, Priority.HIGH: 2000.0, Priority.URGENT: 3000.0}
_BAND = 999.0
_HALF_WAY = 400.0  # raw points that fill half of the band
_ALWAYS_HIGH = frozenset(
    (
        DeviationType.QUANTITY_SHORT,
        DeviationType.LINE_REJECTED,
        DeviationType.SUBSTITUTION,
        DeviationType.INVOICE_MISMATCH,
        DeviationType.QUALITY_ISSUE,
        DeviationType.BANK_DETAILS_CHANGE,
        DeviationType.SUSPICIOUS_CONTENT,
        DeviationType.STOCK_RISK,
    )
)
#: Part of a line's value that is lost at worst, by deviation; dates and prices are reckoned from their size.
_AT_RISK = {
    DeviationType.LINE_REJECTED: 0.5,
    DeviationType.QUANTITY_SHORT: 0.4,
    DeviationType.SUBSTITUTION: 0.3,
    DeviationType.QUALITY_ISSUE: 0.6,
    DeviationType.INVOICE_MISMATCH: 0.2,
    DeviationType.SHIPMENT_DISCREPANCY: 0.3,
    DeviationType.QUANTITY_OVER: 0.1,
    DeviationType.EARLY_DELIVERY: 0.02,
}
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?[%％]")
_Found = tuple[Priority, str]


def rank(
    assessment: Assessment, effects: Sequence[Effect], policy: Policy, *, today: date, calendar: WorkCalendar
) -> Rank:
    """Priority and score with their factors. today: the day in the company's own time zone."""
    found = [*_of_message(assessment, effects, policy, today, calendar)]
    found += [_of_deviation(item, assessment, policy) for item in assessment.deviations]
    priority = max((level for level, _ in found), key=_BASE.__getitem__, default=Priority.LOW)
    reasons = list(dict.fromkeys(text for level, text in found if level is priority))
    why = ", ".join(reasons[:3]) or "nothing to do"
    raw = [factor for factor in _stakes(assessment, effects, today) if factor.points > 0]
    total = sum(factor.points for factor in raw)
    scale = _BAND / (total + _HALF_WAY)  # never leaves the band, and never makes two sums equal
    factors = [Factor(name="priority", points=_BASE[priority], sentence=f"{priority.value}: {why}")]
    factors += [Factor(name=item.name, points=round(item.points * scale, 3), sentence=item.sentence) for item in raw]
    return Rank(priority=priority, score=round(sum(factor.points for factor in factors), 3), factors=tuple(factors))


def at_least(found: Rank, floor: Rank) -> Rank:
    """`found`, or `floor` where that one stands higher."""
    return found if (_BASE[found.priority], found.score) >= (_BASE[floor.priority], floor.score) else floor


def _of_deviation(item: Deviation, assessment: Assessment, policy: Policy) -> _Found:
    """The least priority that a deviation asks for."""
    bars, words = policy.bars, item.type.value.replace("_", " ")
    if item.type in _ALWAYS_HIGH:
        return Priority.HIGH, words
    if item.type is DeviationType.LATE_DELIVERY:
        days = item.days or 0
        return (Priority.HIGH if days > bars.late_days_high else Priority.NORMAL), f"{days} days late"
    if item.type is DeviationType.OVERDUE_RECEIPT:
        days = item.days or 0
        return (Priority.HIGH if days > bars.late_days_high else Priority.NORMAL), f"{days} days overdue"
    if item.type is DeviationType.PRICE_DEVIATION:
        if assessment.kind.kind is Kind.PRICE_CHANGE_NOTICE or item.percent is None:
            return _of_letter(item, bars.letter_percent_high)
        percent = abs(item.percent or Decimal(0))
        return (Priority.HIGH if percent >= bars.price_percent_high else Priority.NORMAL), f"price {item.percent:+} %"
    if item.type is DeviationType.SHIPMENT_DISCREPANCY and _falls_short(item, assessment):
        return Priority.HIGH, "less was shipped than ordered"
    if item.type is DeviationType.DUPLICATE_DOCUMENT and assessment.kind.kind is not Kind.INVOICE:
        return Priority.LOW, "received before"
    return Priority.NORMAL, words


def _falls_short(item: Deviation, assessment: Assessment) -> bool:
    """Fewer goods are on their way than the order still waits for: somebody is short of them."""
    if item.line is None:
        return False
    told = [
        line.quantity
        for line in assessment.confirmation.lines
        if line.line is not None and line.line.id == item.line.id
    ]
    counted = [quantity for quantity in told if quantity is not None]
    return bool(counted) and sum(counted, Decimal(0)) < item.line.open_quantity


def _of_letter(item: Deviation, bar: Decimal) -> _Found:
    """A price letter: by its percentage, else by the largest that its words name; high where it names none."""
    if item.percent is not None:
        return (Priority.HIGH if abs(item.percent) >= bar else Priority.NORMAL), f"prices change by {item.percent:+} %"
    named = [
        Decimal(written.replace(",", ".")) for place in item.evidence for written in _PERCENT.findall(place.text[:500])
    ]
    if named:
        largest = max(named)
        return (Priority.HIGH if largest >= bar else Priority.NORMAL), f"prices change by up to {largest} %"
    return Priority.HIGH, "prices change, nobody knows yet by how much"


def _of_message(
    assessment: Assessment, effects: Sequence[Effect], policy: Policy, today: date, calendar: WorkCalendar
) -> Iterator[_Found]:
    """What the message as a whole asks for."""
    kind = assessment.kind.kind
    types = {item.type for item in assessment.deviations}
    suffering = {demand.order.name for effect in effects for demand in effect.uncovered}
    if suffering:
        yield Priority.URGENT, f"customer orders not covered: {', '.join(sorted(suffering)[:3])}"
    if assessment.is_suspicious and DeviationType.BANK_DETAILS_CHANGE in types:
        yield Priority.URGENT, "bank details in a suspicious message"
    if any(item.fraud for item in assessment.deviations):
        yield Priority.URGENT, "a fraud: money is asked for"
    if assessment.stop_use:
        yield Priority.URGENT, "the supplier asks to stop using the goods"
    if kind is Kind.QUESTION or DeviationType.SUPPLIER_QUESTION in types:
        soon = assessment.respond_by is not None and assessment.respond_by <= calendar.workday_after(
            today, policy.bars.answer_workdays_high
        )
        yield (Priority.HIGH if soon else Priority.NORMAL), "the supplier waits for an answer"
    if kind is Kind.CANCELLATION:
        yield Priority.HIGH, "the supplier cancels"
    if kind is Kind.QUOTATION:
        yield Priority.NORMAL, "an offer waits"
    if assessment.needs_review and kind is not Kind.AUTO_REPLY:
        yield Priority.NORMAL, "a person must read it"


def _stakes(assessment: Assessment, effects: Sequence[Effect], today: date) -> Iterator[Factor]:
    """Expected loss and urgency. Both enter by their logarithm, so that adding them multiplies them."""
    suffering = {demand for effect in effects for demand in effect.uncovered}
    loss = sum(_loss(item) for item in assessment.deviations)
    loss += sum(float(demand.value or 0) for demand in suffering)
    loss += sum(abs(float(effect.cost or 0)) for effect in effects)
    if loss > 0:
        yield Factor(name="value", points=50.0 * math.log10(1 + loss), sentence=f"value at risk about {loss:,.0f}")
    if suffering:
        customers = {demand.customer for demand in suffering}
        yield Factor(
            name="customers",
            points=120.0 * math.log2(1 + len(suffering)),
            sentence=f"{len(suffering)} customer order(s) of {len(customers)} customer(s)",
        )
    days = max((item.days or 0 for item in assessment.deviations), default=0)
    if days:
        yield Factor(name="days", points=40.0 * math.log2(1 + days / 7), sentence=f"up to {days} days")
    deadlines = [demand.due for demand in suffering]
    if assessment.respond_by is not None:
        deadlines.append(assessment.respond_by)
    deadlines += [item.line.due for item in assessment.deviations if item.line is not None and item.line.due]
    if deadlines:
        left = max((min(deadlines) - today).days, 0)
        yield Factor(name="urgency", points=60.0 * math.log2(1 + 60 / (1 + left)), sentence=f"{left} days left")
    if assessment.is_suspicious:
        yield Factor(name="suspicion", points=200.0, sentence="suspicious content")


def _loss(item: Deviation) -> float:
    """Value at risk of one deviation times how sure it is."""
    line = item.line
    if line is None:
        return 0.0
    value = float(line.price * (line.open_quantity or line.quantity))
    if item.type is DeviationType.LATE_DELIVERY:
        part = min((item.days or 0) / 180, 0.5)
    elif item.percent is not None:
        part = min(abs(float(item.percent)) / 100, 1.0)
    else:
        part = _AT_RISK.get(item.type, 0.0)
    return value * part * item.confidence
