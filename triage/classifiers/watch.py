"""All scans over what the ERP shows: one list of findings, those of each order together."""

from triage.classifiers import watch_orders, watch_purchases, watch_stock
from triage.domain.policy import Policy
from triage.domain.watch import Finding, Watched


def findings(watched: Watched, policy: Policy) -> tuple[Finding, ...]:
    """Everything that somebody should know, by order and kind; the same facts give the same list."""
    found = [
        *watch_orders.overdue(watched),
        *watch_orders.unanswered(watched, policy.watch),
        *watch_orders.stalled(watched, policy.watch),
        *watch_stock.running_out(watched),
        *watch_purchases.unusual(watched, policy.watch),
    ]
    return tuple(sorted(found, key=_place))


def _place(item: Finding) -> tuple[int, str, int, str]:
    return (item.order.id if item.order else 0, item.type.value, item.line_number or 0, item.reason)
