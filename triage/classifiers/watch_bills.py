"""Suppliers' bills that are still drafts, against order and receipts, before anybody posts them (three-way match)."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from triage.domain.assessment import DeviationType
from triage.domain.erp import Order, OrderLine
from triage.domain.policy import Tolerances
from triage.domain.watch import BilledLine, Finding, Watched

_HUNDRED = Decimal(100)


def mismatched(watched: Watched, tolerances_of: Callable[[Order], Tolerances]) -> Iterator[Finding]:
    """Draft bills with another price than ordered, or for more than came and was not billed before."""
    lines = {line.id: (order, line) for order in watched.orders for line in order.lines}
    billed: dict[int, list[BilledLine]] = defaultdict(list)
    for item in watched.bills:
        if item.order_line_id in lines and item.quantity > 0:
            billed[item.order_line_id].append(item)
    for line_id, items in sorted(billed.items()):
        order, line = lines[line_id]
        allowed = tolerances_of(order)
        yield from _prices(order, line, items, allowed)
        quantity = sum((item.quantity for item in items), Decimal(0))
        # Odoo counts drafts as invoiced already.
        before = max(line.invoiced - quantity, Decimal(0))
        over = quantity - max(line.received - before, Decimal(0))
        if over > line.quantity * allowed.quantity_percent / _HUNDRED:
            yield Finding(
                type=DeviationType.INVOICE_MISMATCH,
                order=order,
                line_number=line.number,
                reason=f"Draft bill {items[0].bill}: {quantity:f} {line.uom} are billed, {over:f} more than came.",
                confidence=0.9,
                quantity=over,
                product_code=line.product_code,
            )


def _prices(order: Order, line: OrderLine, items: list[BilledLine], allowed: Tolerances) -> Iterator[Finding]:
    for item in items:
        if not line.price or (item.currency and item.currency != order.currency):
            continue
        percent = (item.price - line.price) / line.price * _HUNDRED
        if abs(percent) > allowed.price_percent:
            yield Finding(
                type=DeviationType.INVOICE_MISMATCH,
                order=order,
                line_number=line.number,
                reason=f"Draft bill {item.bill}: {item.price:f} {order.currency} a unit, ordered at {line.price:f}.",
                confidence=0.95,
                percent=round(percent, 1),
                product_code=line.product_code,
            )
            return
