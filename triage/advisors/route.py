"""Who should look, by the rules of the policy, and by when. Names the rule for every role."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triage.domain.advice import Effect, Priority, Role, Route, RouteStep
from triage.domain.assessment import Assessment, Deviation
from triage.domain.policy import Policy, RouteRule

_DAY_STARTS, _DAY_ENDS = 8, 17  # UTC hours between which people work


def _fits(rule: RouteRule, item: Deviation) -> bool:
    if rule.when_deviation and item.type not in rule.when_deviation:
        return False
    if rule.min_abs_percent is not None and (item.percent is None or abs(item.percent) < rule.min_abs_percent):
        return False
    return rule.min_days is None or (item.days is not None and item.days >= rule.min_days)


def _reason(rule: RouteRule, assessment: Assessment, effects: Sequence[Effect]) -> str | None:
    """Why a rule applies; None where it does not."""
    if rule.when_kind and assessment.kind.kind not in rule.when_kind:
        return None
    if rule.when_uncovered:
        suffering = [effect for effect in effects if effect.uncovered]
        return f"{len(suffering)} product(s) leave customer orders uncovered" if suffering else None
    if rule.when_order and not assessment.confirmation.orders:
        return None
    if rule.when_review and not assessment.needs_review:
        return None
    types = {item.type for item in assessment.deviations}
    if rule.alone and types - set(rule.when_deviation):
        return None
    if rule.when_deviation or rule.min_days is not None or rule.min_abs_percent is not None:
        fitting = [item for item in assessment.deviations if _fits(rule, item)]
        return fitting[0].type.value.replace("_", " ") if fitting else None
    return assessment.kind.kind.value.replace("_", " ")


def route(
    assessment: Assessment, effects: Sequence[Effect], policy: Policy, priority: Priority, now: datetime
) -> Route:
    """Roles in the order of the rules, each once; rules marked `first` stand in front."""
    steps: dict[Role, RouteStep] = {}
    ordered = [rule for rule in policy.routes if rule.first] + [rule for rule in policy.routes if not rule.first]
    for rule in ordered:
        reason = _reason(rule, assessment, effects)
        if reason is None:
            continue
        for role in rule.roles:
            if role not in steps:
                steps[role] = RouteStep(
                    role=role, rule=rule.name, reason=reason, person=_person(role, assessment, policy)
                )
        if rule.final:
            break
    hours = dict(policy.act_within_hours).get(priority.value)
    act_by = working_hours_after(now, hours) if hours is not None and steps else None
    return Route(steps=tuple(steps.values()), act_by=act_by)


def _person(role: Role, assessment: Assessment, policy: Policy) -> str:
    if role is Role.BUYER:
        for order in assessment.confirmation.orders:
            if order.buyer is not None:
                return order.buyer.name
    return dict(policy.people).get(role, "")


def working_hours_after(start: datetime, hours: int) -> datetime:
    """`hours` working hours after `start`, Monday to Friday; both are aware, UTC."""
    moment, left = start, timedelta(hours=hours)
    for _ in range(400):
        opens = moment.replace(hour=_DAY_STARTS, minute=0, second=0, microsecond=0)
        closes = moment.replace(hour=_DAY_ENDS, minute=0, second=0, microsecond=0)
        if moment.weekday() > 4 or moment >= closes:
            moment = opens + timedelta(days=1)
            continue
        moment = max(moment, opens)
        if closes - moment >= left:
            return moment + left
        left -= closes - moment
        moment = opens + timedelta(days=1)
    return moment
