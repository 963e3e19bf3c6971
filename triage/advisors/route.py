"""Lets you say who should look and by when, with the policy's rule for every role.

Never decides by itself who is responsible: where no rule applies, nobody is named.
"""

from collections.abc import Sequence
from datetime import datetime

from triage.advisors.workdays import WorkCalendar
from triage.domain.advice import Effect, Priority, Role, Route, RouteStep
from triage.domain.assessment import Assessment, Deviation
from triage.domain.policy import Policy, RouteRule


def route(
    assessment: Assessment,
    effects: Sequence[Effect],
    policy: Policy,
    priority: Priority,
    *,
    now: datetime,
    calendar: WorkCalendar,
) -> Route:
    """Roles in the order of the rules, each once; rules marked `first` stand in front. now: aware."""
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
    act_by = calendar.hours_after(now, hours) if hours is not None and steps else None
    return Route(steps=tuple(steps.values()), act_by=act_by)


def at_least(found: Route, floor: Route) -> Route:
    """The roles of `floor` first, then those that only `found` names; the earlier of the two deadlines."""
    roles = set(floor.roles)
    deadlines = [item for item in (found.act_by, floor.act_by) if item is not None]
    return Route(
        steps=(*floor.steps, *(step for step in found.steps if step.role not in roles)),
        act_by=min(deadlines, default=None),
    )


def _reason(rule: RouteRule, assessment: Assessment, effects: Sequence[Effect]) -> str | None:
    """Why a rule applies; None where it does not. Every condition that a rule names must hold."""
    types = {item.type for item in assessment.deviations}
    holds = (
        (not rule.when_kind or assessment.kind.kind in rule.when_kind)
        and (not rule.when_order or bool(assessment.confirmation.orders))
        and (not rule.when_review or assessment.needs_review)
        and not (rule.alone and types - set(rule.when_deviation))
    )
    if not holds:
        return None
    reasons = []
    if rule.when_deviation or rule.min_days is not None or rule.min_abs_percent is not None:
        fitting = [item for item in assessment.deviations if _fits(rule, item)]
        if not fitting:
            return None
        reasons.append(_words(fitting[0].type.value))
    if rule.when_uncovered:
        orders = {demand.order.name for effect in effects for demand in effect.uncovered}
        if not orders:
            return None
        reasons.append(f"not covered: {', '.join(sorted(orders)[:3])}")
    return "; ".join(reasons) or _words(assessment.kind.kind.value)


def _fits(rule: RouteRule, item: Deviation) -> bool:
    """True where one deviation meets all that a rule asks of a deviation."""
    if rule.when_deviation and item.type not in rule.when_deviation:
        return False
    if rule.min_abs_percent is not None and (item.percent is None or abs(item.percent) < rule.min_abs_percent):
        return False
    return rule.min_days is None or (item.days is not None and item.days >= rule.min_days)


def _words(value: str) -> str:
    return value.replace("_", " ")


def _person(role: Role, assessment: Assessment, policy: Policy) -> str:
    """The order's own buyer; for other roles the name in the policy."""
    if role is Role.BUYER:
        for order in assessment.confirmation.orders:
            if order.buyer is not None:
                return order.buyer.name
    return dict(policy.people).get(role, "")
