"""Place in the queue: a priority by the conventions, and a score from what is at stake and how soon.

The score orders within a priority and never across it: urgent from 3000, high from 2000, normal from 1000.
"""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from triage.advisors.effect import workday_after
from triage.domain.advice import Effect, Factor, Priority, Rank
from triage.domain.assessment import Assessment, Deviation, DeviationType, Kind
from triage.domain.policy import Policy

_BASE = {Priority.LOW: 0.0, Priority.NORMAL: 1000.0, Priority.HIGH: 2000.0, Priority.URGENT: 3000.0}
_ALWAYS_HIGH = {
    DeviationType.QUANTITY_SHORT, DeviationType.LINE_REJECTED, DeviationType.SUBSTITUTION,
    DeviationType.INVOICE_MISMATCH, DeviationType.QUALITY_ISSUE, DeviationType.BANK_DETAILS_CHANGE,
    DeviationType.SUSPICIOUS_CONTENT,
}  # fmt: skip
_FRAUD_KINDS = {Kind.BANK_DETAILS_CHANGE}


def _level(item: Deviation, assessment: Assessment, policy: Policy) -> tuple[Priority, str]:
    bars = policy.bars
    words = item.type.value.replace("_", " ")
    if item.type in _ALWAYS_HIGH:
        return Priority.HIGH, words
    if item.type is DeviationType.LATE_DELIVERY:
        days = item.days or 0
        return (Priority.HIGH if days > bars.late_days_high else Priority.NORMAL), f"{days} days late"
    if item.type is DeviationType.PRICE_DEVIATION:
        letter = assessment.kind.kind is Kind.PRICE_CHANGE_NOTICE
        bar = bars.letter_percent_high if letter else bars.price_percent_high
        percent = abs(item.percent or Decimal(0))
        return (Priority.HIGH if percent >= bar else Priority.NORMAL), f"price differs by {percent} %"
    if item.type is DeviationType.DUPLICATE_DOCUMENT:
        return Priority.LOW, "received before"
    return Priority.NORMAL, words


def _is_fraud(assessment: Assessment) -> bool:
    """Suspicion around money or identity."""
    return assessment.is_suspicious and any(
        item.type is DeviationType.BANK_DETAILS_CHANGE for item in assessment.deviations
    )


def _factors(
    assessment: Assessment, effects: Sequence[Effect], policy: Policy, now: date, stop_use: bool
) -> list[tuple[Priority, str]]:
    found = [_level(item, assessment, policy) for item in assessment.deviations]
    suffering = [demand for effect in effects for demand in effect.uncovered]
    if suffering:
        found.append((Priority.URGENT, f"{len(suffering)} customer order line(s) not covered"))
    if _is_fraud(assessment):
        found.append((Priority.URGENT, "bank details from a suspicious sender"))
    if stop_use:
        found.append((Priority.URGENT, "the supplier asks to stop using the goods"))
    if assessment.kind.kind is Kind.QUESTION:
        soon = assessment.respond_by is not None and assessment.respond_by <= workday_after(
            now, policy.bars.answer_workdays_high
        )
        found.append((Priority.HIGH if soon else Priority.NORMAL, "the supplier waits for an answer"))
    if assessment.kind.kind is Kind.CANCELLATION:
        found.append((Priority.HIGH, "the supplier cancels"))
    if assessment.kind.kind is Kind.QUOTATION:
        found.append((Priority.NORMAL, "an offer waits"))
    if assessment.needs_review and assessment.kind.kind not in (Kind.AUTO_REPLY, Kind.OTHER):
        found.append((Priority.NORMAL, "a person must read it"))
    return found


def value_at_stake(assessment: Assessment) -> Decimal:
    """Value of the deviating lines in the orders' currency, unconverted: an order of magnitude for ranking."""
    lines = {item.line.id: item.line for item in assessment.deviations if item.line is not None}
    return sum((line.price * line.open_quantity for line in lines.values()), Decimal(0))


def rank(
    assessment: Assessment,
    effects: Sequence[Effect],
    policy: Policy,
    now: date,
    *,
    stop_use: bool = False,
) -> Rank:
    """Priority and score with their factors."""
    found = _factors(assessment, effects, policy, now, stop_use)
    priority = max((level for level, _ in found), key=lambda level: _BASE[level], default=Priority.LOW)
    factors = [Factor(name="priority", points=_BASE[priority], sentence=f"{priority.value}: {_why(found, priority)}")]
    suffering = [demand for effect in effects for demand in effect.uncovered]
    if suffering:
        first = min(demand.due for demand in suffering)
        soon = max(0.0, 60.0 - max((first - now).days, 0)) * 5
        factors.append(
            Factor(
                name="customers",
                points=100.0 * min(len(suffering), 3) + soon,
                sentence=f"first customer order due {first}",
            )
        )
    days = max((item.days or 0 for item in assessment.deviations), default=0)
    if days:
        factors.append(Factor(name="days", points=min(days, 60) * 2.0, sentence=f"up to {days} days"))
    value = float(value_at_stake(assessment))
    if value > 0:
        points = min(20.0 * math.log10(1 + value), 140.0)
        factors.append(
            Factor(name="value", points=round(points, 2), sentence=f"value of the lines concerned {value:,.0f}")
        )
    if assessment.is_suspicious:
        factors.append(Factor(name="suspicion", points=150.0, sentence="suspicious content"))
    if assessment.respond_by is not None:
        left = max((assessment.respond_by - now).days, 0)
        factors.append(
            Factor(name="answer", points=max(0.0, 60.0 - 5 * left), sentence=f"answer by {assessment.respond_by}")
        )
    bonus = min(sum(factor.points for factor in factors[1:]), 999.0)
    return Rank(priority=priority, score=round(_BASE[priority] + bonus, 2), factors=tuple(factors))


def _why(found: Sequence[tuple[Priority, str]], priority: Priority) -> str:
    words = list(dict.fromkeys(text for level, text in found if level is priority))
    return ", ".join(words[:3]) or "nothing to do"
