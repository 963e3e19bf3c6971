"""All scans over what the ERP shows: one list of findings, those of each order together."""

from triage.classifiers import watch_bills, watch_orders, watch_purchases, watch_risk, watch_stock
from triage.domain.erp import Order
from triage.domain.policy import Policy, Tolerances
from triage.domain.watch import Finding, Watched


def findings(watched: Watched, policy: Policy) -> tuple[Finding, ...]:
    """Everything that somebody should know, by order and kind; the same facts give the same list."""

    def tolerances_of(order: Order) -> Tolerances:
        return policy.tolerances_for(company=order.company.name, supplier=order.supplier.name, category="")

    found = [
        *watch_orders.overdue(watched),
        *watch_orders.unanswered(watched, policy.watch),
        *watch_orders.stalled(watched, policy.watch),
        *watch_stock.running_out(watched),
        *watch_purchases.unusual(watched, policy.watch),
        *watch_risk.likely_late(watched, policy.watch),
        *watch_risk.eroding(watched),
        *watch_bills.mismatched(watched, tolerances_of),
    ]
    return tuple(sorted(found, key=_place))


def _place(item: Finding) -> tuple[int, str, int, str]:
    return (item.order.id if item.order else 0, item.type.value, item.line_number or 0, item.reason)
