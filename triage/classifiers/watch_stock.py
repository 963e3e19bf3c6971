"""When stock runs out: free stock and receipts against what customers wait for, day by day, per product and warehouse.

Goods that are overdue are not counted on: nobody knows when they come.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from triage.domain.assessment import DeviationType
from triage.domain.erp import Order
from triage.domain.watch import Finding, Watched

Place = tuple[int, int]  # product, company


def running_out(watched: Watched) -> Iterator[Finding]:
    """A finding for each product that can't serve all customers in time, on the order that should bring more."""
    names = {line.product_id: line.product_code for order in watched.orders for line in order.lines}
    events: dict[Place, list[tuple[date, int, Decimal, date]]] = defaultdict(list)
    free: dict[Place, Decimal] = defaultdict(Decimal)
    for stock in watched.supply.stock:
        free[stock.product_id, stock.company_id] += stock.free
    for coming in watched.supply.incoming:
        if coming.expected >= watched.today:
            events[coming.product_id, coming.company_id].append((coming.expected, 0, coming.quantity, coming.expected))
    customers: dict[Place, set[str]] = defaultdict(set)
    for wanted in watched.supply.demand:
        place = wanted.product_id, wanted.company_id
        # Overdue customers wait since their own day: told by that day, the finding stays the same tomorrow.
        events[place].append((max(wanted.due, watched.today), 1, -wanted.quantity, wanted.due))
        customers[place].add(wanted.order.name)
    for place in sorted(events):
        if not customers[place]:
            continue
        balance, short_from, lack = free[place], None, Decimal(0)
        for _, _, change, day in sorted(events[place]):
            balance += change
            if balance < 0 and short_from is None:
                short_from = day
            lack = min(lack, balance)
        if short_from is None:
            continue
        order, line = _bringing(watched.orders, place)
        orders = ", ".join(sorted(customers[place])[:3])
        yield Finding(
            type=DeviationType.STOCK_RISK,
            order=order,
            line_number=line,
            reason=f"Stock of {names.get(place[0]) or place[0]} ends on {short_from}: {-lack:f} short for {orders}.",
            confidence=0.9,
            since=short_from,
            quantity=-lack,
            stage=1 + ((short_from - watched.today).days <= 7),
            product_code=names.get(place[0], ""),
        )


def _bringing(orders: tuple[Order, ...], place: Place) -> tuple[Order | None, int | None]:
    """The open order line of the product that is due first, and its number."""
    found = [
        (line.due or date.max, order.id, order, line.number)
        for order in orders
        if order.is_open and order.company.id == place[1]
        for line in order.lines
        if line.product_id == place[0] and line.open_quantity > 0
    ]
    if not found:
        return None, None
    _, _, order, number = min(found, key=lambda item: item[:2])
    return order, number
