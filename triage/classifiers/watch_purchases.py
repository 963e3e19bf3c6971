"""Purchases that are unlike what was bought before: price, quantity, doubled or divided orders, new suppliers.

Silent where history is thin. Never says that something is wrong: it says what is unusual, and why.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from triage.domain.assessment import DeviationType
from triage.domain.erp import Order, OrderLine
from triage.domain.policy import Watch
from triage.domain.watch import Finding, Watched

_LEAST = 4  # earlier purchases of a product below which nothing is said
_FAR = Decimal(5)  # median absolute deviations
_LEAST_PERCENT = Decimal(15)  # a price less far from usual is not unusual, however steady it was
_COMPANY_ORDERS = 20  # orders of a company below which everything is new
_JUST_BELOW = Decimal("0.4")  # of the amount that needs approval
_TWICE_DAYS = 5  # days within which the same order to the same supplier is probably doubled


def unusual(watched: Watched, policy: Watch) -> Iterator[Finding]:
    """Findings on the orders of the last days; older ones are history."""
    history: dict[tuple[int, str], list[tuple[Order, OrderLine]]] = defaultdict(list)
    fresh = []
    for order in sorted(watched.orders, key=lambda item: (item.ordered_on or watched.today, item.id)):
        ordered = order.ordered_on or watched.today
        if (watched.today - ordered).days <= policy.fresh_days:
            fresh.append(order)
            continue
        for line in order.lines:
            if line.product_id is not None:
                history[line.product_id, line.uom].append((order, line))
    for order in fresh:
        for line in order.lines:
            earlier = history.get((line.product_id or 0, line.uom), [])
            yield from _values(order, line, earlier)
        yield from _doubled(order, watched.orders)
        yield from _first(order, watched)
        yield from _divided(order, fresh)


def _values(order: Order, line: OrderLine, earlier: Sequence[tuple[Order, OrderLine]]) -> Iterator[Finding]:
    prices = [item.price for other, item in earlier if other.currency == order.currency and item.price > 0]
    if len(prices) >= _LEAST and line.price > 0:
        usual = Decimal(median(prices))
        percent = (line.price - usual) / usual * 100
        if abs(percent) >= _LEAST_PERCENT and abs(line.price - usual) > _FAR * _spread(prices, usual):
            yield Finding(
                type=DeviationType.UNUSUAL_PURCHASE,
                order=order,
                line_number=line.number,
                reason=f"Price {line.price:f} {order.currency}, usually {usual:f}.",
                confidence=0.85,
                percent=round(percent, 1),
                product_code=line.product_code,
            )
    quantities = [item.quantity for _, item in earlier if item.quantity > 0]
    if len(quantities) >= _LEAST and line.quantity > 0:
        usual = Decimal(median(quantities))
        if line.quantity >= 4 * usual and line.quantity > 2 * max(quantities):
            yield Finding(
                type=DeviationType.UNUSUAL_PURCHASE,
                order=order,
                line_number=line.number,
                reason=f"{line.quantity:f} {line.uom}, usually {usual:f}, never more than {max(quantities):f}.",
                confidence=0.8,
                quantity=line.quantity,
                product_code=line.product_code,
            )


def _spread(values: Sequence[Decimal], usual: Decimal) -> Decimal:
    return Decimal(median(abs(value - usual) for value in values))


def _doubled(order: Order, orders: Sequence[Order]) -> Iterator[Finding]:
    """The same goods in the same quantities from the same supplier within a few days, both still open."""
    mine = _content(order)
    if not mine or order.ordered_on is None or not order.is_open:
        return
    for other in orders:
        near = other.ordered_on is not None and abs((order.ordered_on - other.ordered_on).days) <= _TWICE_DAYS
        if other.id >= order.id or not near or other.supplier.id != order.supplier.id or not other.is_open:
            continue
        if other.company.id == order.company.id and _content(other) == mine:
            yield Finding(
                type=DeviationType.UNUSUAL_PURCHASE,
                order=order,
                line_number=None,
                reason=f"The same goods and quantities as {other.name} of {other.ordered_on}: ordered twice?",
                confidence=0.75,
                since=order.ordered_on,
            )
            return


def _content(order: Order) -> frozenset[tuple[int, Decimal]]:
    return frozenset((line.product_id, line.quantity) for line in order.lines if line.product_id is not None)


def _first(order: Order, watched: Watched) -> Iterator[Finding]:
    """The first order ever to a supplier, where the company's others are known and its goods have another one."""
    others = [other for other in watched.orders if other.company.id == order.company.id and other.id != order.id]
    if len(others) < _COMPANY_ORDERS or not order.lines or order.state == "draft":
        return
    if any(other.supplier.id == order.supplier.id and other.id < order.id for other in others):
        return
    mine = {line.product_id for line in order.lines if line.product_id is not None}
    elsewhere = sorted(
        {other.supplier.name for other in others for line in other.lines if line.product_id in mine}
        - {order.supplier.name}
    )
    if elsewhere:
        usual = ", ".join(elsewhere[:3])
        yield Finding(
            type=DeviationType.UNUSUAL_PURCHASE,
            order=order,
            line_number=None,
            reason=f"The first order to {order.supplier.name}; so far {usual} delivered these goods.",
            confidence=0.7,
            since=order.ordered_on,
        )


def _divided(order: Order, fresh: Sequence[Order]) -> Iterator[Finding]:
    """Orders to one supplier within days, each just below the amount that needs approval, together above it."""
    limit = order.company.approval_from
    if limit is None or limit <= 0 or order.ordered_on is None or order.state == "cancel":
        return
    group = [
        other
        for other in fresh
        if other.supplier.id == order.supplier.id
        and other.company.id == order.company.id
        and other.currency == order.currency == order.company.currency
        and other.ordered_on is not None
        and abs((other.ordered_on - order.ordered_on).days) <= _TWICE_DAYS
        and limit * _JUST_BELOW <= _amount(other) < limit
    ]
    total = sum((_amount(other) for other in group), Decimal(0))
    if len(group) < 2 or total < limit or order.id != max(other.id for other in group):
        return
    names = ", ".join(sorted(other.name for other in group))
    yield Finding(
        type=DeviationType.UNUSUAL_PURCHASE,
        order=order,
        line_number=None,
        reason=f"{names} are each below the {limit:f} {order.currency} that need approval, together {total:.2f}.",
        confidence=0.75,
        since=order.ordered_on,
    )


def _amount(order: Order) -> Decimal:
    """Net, without taxes: what Odoo's approval looks at has them; the difference is on the safe side."""
    return sum((line.quantity * line.price for line in order.lines), Decimal(0))
