"""What is wrong with purchase orders by the ERP alone: no answer, overdue goods, approvals that stall.

Pure comparisons over the facts given. Never flags an order that has been received, answered or cancelled.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from triage.domain.assessment import DeviationType
from triage.domain.policy import Watch
from triage.domain.watch import Finding, Watched

_STAGES = (1, 8, 15, 31)  # days from which an overdue receipt is news again
_PRIOR_DAYS = 3.0  # answers of suppliers nobody knows: half within about three days, as in wholesale
_PRIOR_SPREAD = 0.9  # of the logarithm of the days
_KNOWN = 3  # answers from which on a supplier's silence counts
_PRIOR_WEIGHT = 4.0  # answers that the prior counts as


def overdue(watched: Watched) -> Iterator[Finding]:
    """Lines whose own day has passed while goods are still open; calendar days."""
    for order in watched.orders:
        if order.state not in ("purchase", "done"):
            continue
        for line in order.lines:
            days = (watched.today - line.due).days if line.due else 0
            if line.due is None or days < 1 or line.open_quantity <= 0 or line.product_id is None:
                continue
            of = f" of {_plain(line.quantity)}" if line.received else ""
            yield Finding(
                type=DeviationType.OVERDUE_RECEIPT,
                order=order,
                line_number=line.number,
                reason=f"Due on {line.due}, and {_plain(line.open_quantity)}{of} {line.uom} have not come.",
                confidence=0.99,
                since=line.due,
                quantity=line.open_quantity,
                stage=sum(days >= bar for bar in _STAGES),
                product_code=line.product_code,
            )


def unanswered(watched: Watched, policy: Watch) -> Iterator[Finding]:
    """Orders that their supplier should have answered by now: by its own usual time, or the policy's fixed window."""
    usual = _usual(watched)
    for order in watched.orders:
        if order.state != "purchase" or order.ordered_on is None or order.id in watched.answered:
            continue
        if any(line.received for line in order.lines) or not order.is_open:
            continue
        waited = (watched.today - order.ordered_on).days
        allowed = policy.answer_days or usual.get(order.supplier.id, _patience(()))
        due = min((line.due for line in order.lines if line.due), default=None)
        if waited < allowed or (due is not None and due < watched.today):
            continue  # overdue goods are told as such
        how = "the policy allows" if policy.answer_days else "nine of ten of this supplier's answers take"
        yield Finding(
            type=DeviationType.MISSING_CONFIRMATION,
            order=order,
            line_number=None,
            reason=f"Ordered on {order.ordered_on} and not confirmed: longer than {how}.",
            confidence=0.9,
            since=order.ordered_on,
            stage=1 + (waited >= 2 * allowed) + bool(due and (due - watched.today).days <= allowed),
        )


def stalled(watched: Watched, policy: Watch) -> Iterator[Finding]:
    """Orders that wait for approval longer than the policy allows, counted from their last change."""
    for order in watched.orders:
        moved = order.revised_at.date() if order.revised_at else order.ordered_on
        if order.state != "to approve" or moved is None:
            continue
        waited = (watched.today - moved).days
        if waited >= policy.approval_days:
            yield Finding(
                type=DeviationType.APPROVAL_STALLED,
                order=order,
                line_number=None,
                reason=f"Waits for approval since {moved}.",
                confidence=0.95,
                since=moved,
                stage=1 + (waited >= 2 * policy.approval_days),
            )


def _usual(watched: Watched) -> Mapping[int, int]:
    """Days within which a supplier answers nine of ten orders.

    Log-normal answer times with a prior; open orders count as not yet answered (they push the estimate up).
    """
    days: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for order in watched.orders:
        if order.ordered_on is None:
            continue
        answer = watched.answered.get(order.id)
        if answer is not None:
            days[order.supplier.id].append((max((answer.date() - order.ordered_on).days, 0), True))
        elif order.state == "purchase" and order.is_open:
            days[order.supplier.id].append((max((watched.today - order.ordered_on).days, 0), False))
    # Silence teaches something only about suppliers of whom answers are known, too.
    known = {supplier: sum(answered for _, answered in found) for supplier, found in days.items()}
    return {
        supplier: _patience(found if known[supplier] >= _KNOWN else [item for item in found if item[1]])
        for supplier, found in days.items()
    }


def _patience(found: Sequence[tuple[int, bool]]) -> int:
    """The ninth decile of answer times in whole days, from (days, answered) with a prior (log-normal, two EM steps)."""
    middle, spread = math.log(_PRIOR_DAYS), _PRIOR_SPREAD
    for _ in range(2):
        total, weight = _PRIOR_WEIGHT * math.log(_PRIOR_DAYS), _PRIOR_WEIGHT
        logs = []
        for waited, answered in found:
            value = math.log(waited + 0.5)
            if not answered and value < middle + spread:
                continue  # still within its usual time: says nothing yet
            logs.append(value)
            total, weight = total + value, weight + 1
        middle = total / weight
        square = sum((value - middle) ** 2 for value in logs) + _PRIOR_WEIGHT * _PRIOR_SPREAD**2
        spread = max(math.sqrt(square / (len(logs) + _PRIOR_WEIGHT)), 0.3)
    return max(math.ceil(math.exp(middle + 1.2816 * spread)), 2)


def _plain(value: object) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
