"""When stock runs out: free stock and receipts against what customers wait for, day by day, per product and warehouse.

Goods that are overdue are not counted on: nobody knows when they come.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain.assessment import DeviationType
from triage.domain.erp import Order
from triage.domain.watch import Finding, Watched

Place = tuple[int, int, int | None]  # product, company, warehouse; None: all warehouses of the company


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shortage:
    """Where and when customers can't be served any more."""

    since: date
    lack: Decimal
    customers: tuple[str, ...]


def running_out(watched: Watched) -> Iterator[Finding]:
    """A finding for each product that can't serve all customers in time, on the order that should bring more.

    Where the company has enough and one warehouse has not, the finding says so: goods can be moved.
    """
    names = {line.product_id: line.product_code for order in watched.orders for line in order.lines}
    short = _shortages(watched, by_warehouse=False)
    houses = {stock.warehouse_id: stock.warehouse for stock in watched.supply.stock if stock.warehouse}
    for place, lack in [*short.items(), *_shortages(watched, by_warehouse=True).items()]:
        product, company, warehouse = place
        if warehouse is not None and ((product, company, None) in short or len(houses) < 2):
            continue
        order, line = _bringing(watched.orders, product, company)
        customers = ", ".join(lack.customers[:3])
        where, moved = "", ""
        if warehouse is not None:
            where = f" in {houses.get(warehouse) or f'warehouse {warehouse}'}"
            moved = " Other warehouses have enough: a transfer would do."
        yield Finding(
            type=DeviationType.STOCK_RISK,
            order=order,
            line_number=line,
            reason=f"Stock of {names.get(product) or product}{where} ends on {lack.since}:"
            f" {-lack.lack:f} short for {customers}.{moved}",
            confidence=0.9 if warehouse is None else 0.8,
            since=lack.since,
            quantity=-lack.lack,
            stage=1 + ((lack.since - watched.today).days <= 7),
            product_code=names.get(product, ""),
        )


def _shortages(watched: Watched, *, by_warehouse: bool) -> dict[Place, _Shortage]:
    """Day by day: free stock and what comes, less what customers wait for. What suppliers promised last counts."""
    events: dict[Place, list[tuple[date, int, Decimal, date]]] = defaultdict(list)
    free: dict[Place, Decimal] = defaultdict(Decimal)

    def place_of(product: int, company: int, warehouse: int | None) -> Place | None:
        if by_warehouse:
            return (product, company, warehouse) if warehouse is not None else None
        return product, company, None

    for stock in watched.supply.stock:
        place = place_of(stock.product_id, stock.company_id, stock.warehouse_id)
        if place is not None:
            free[place] += stock.free
    for coming in watched.supply.incoming:
        place = place_of(coming.product_id, coming.company_id, coming.warehouse_id)
        expected = max([coming.expected, *watched.promises.get(coming.order_line_id, ())[-1:]])
        if place is not None and expected >= watched.today:
            events[place].append((expected, 0, coming.quantity, expected))
    customers: dict[Place, set[str]] = defaultdict(set)
    for wanted in watched.supply.demand:
        place = place_of(wanted.product_id, wanted.company_id, wanted.warehouse_id)
        if place is not None:
            # Overdue customers wait since their own day: told by that day, the finding stays the same tomorrow.
            events[place].append((max(wanted.due, watched.today), 1, -wanted.quantity, wanted.due))
            customers[place].add(wanted.order.name)
    found: dict[Place, _Shortage] = {}
    for place in sorted(customers, key=lambda item: (item[0], item[1], item[2] or 0)):
        balance, since, lack = free[place], None, Decimal(0)
        for _, _, change, day in sorted(events[place]):
            balance += change
            if balance < 0 and since is None:
                since = day
            lack = min(lack, balance)
        if since is not None:
            found[place] = _Shortage(since=since, lack=lack, customers=tuple(sorted(customers[place])))
    return found


def _bringing(orders: tuple[Order, ...], product: int, company: int) -> tuple[Order | None, int | None]:
    """The open order line of the product that is due first, and its number."""
    found = [
        (line.due or date.max, order.id, order, line.number)
        for order in orders
        if order.is_open and order.company.id == company
        for line in order.lines
        if line.product_id == product and line.open_quantity > 0
    ]
    if not found:
        return None, None
    _, _, order, number = min(found, key=lambda item: item[:2])
    return order, number
