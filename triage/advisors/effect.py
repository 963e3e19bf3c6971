"""What deviations do to customers: which customer orders are no longer covered, and from when.

Rule (eval set format, "Uncovered"): the company's free stock plus earlier confirmed receipts, less earlier customer
orders, falls short of a customer order before the new date.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from triage.domain.advice import Effect
from triage.domain.assessment import Assessment, ConfirmedLine, Deviation, DeviationType
from triage.domain.erp import Demand, OrderLine, Supply
from triage.domain.statement import Disposition

#: Deviations that take goods away from where they were expected.
TAKES_AWAY = {
    DeviationType.LATE_DELIVERY, DeviationType.QUANTITY_SHORT, DeviationType.LINE_REJECTED, DeviationType.SUBSTITUTION,
    DeviationType.SHIPMENT_DISCREPANCY,
}  # fmt: skip
_NEVER = date(9999, 12, 31)


def affected(deviations: Sequence[Deviation]) -> list[Deviation]:
    """One deviation for each line whose goods come later, short or not at all."""
    seen: dict[int, Deviation] = {}
    for item in deviations:
        if item.type in TAKES_AWAY and item.line is not None and item.line.product_id is not None:
            seen.setdefault(item.line.id, item)
    return list(seen.values())


def effects(assessment: Assessment, supply: Supply) -> tuple[Effect, ...]:
    """The effect of every affected line, projected with all new dates and quantities of the message."""
    changed: dict[int, list[ConfirmedLine]] = defaultdict(list)
    for line in assessment.confirmation.lines:
        if line.line is not None:
            changed[line.line.id].append(line)
    return tuple(_effect(item, changed, supply) for item in affected(assessment.deviations))


def _arrivals(line: OrderLine, entries: Sequence[ConfirmedLine]) -> Iterator[tuple[date, Decimal]]:
    """When how much of an order line comes, as the message says."""
    rest = line.open_quantity
    for entry in entries:
        if entry.status is Disposition.REJECTED:
            rest -= entry.quantity if entry.quantity else rest
            continue
        day = entry.promised or line.due or _NEVER
        quantity = min(entry.quantity if entry.quantity is not None else rest, rest)
        rest -= quantity
        yield day, quantity
    first = entries[0]
    delayed = first.quantity is not None and first.promised is not None and line.due and first.promised > line.due
    if rest > 0 and len(entries) == 1 and delayed and line.due and first.status is not Disposition.REJECTED:
        # A delay of a part: the rest comes as ordered.
        yield line.due, rest


def _effect(item: Deviation, changed: dict[int, list[ConfirmedLine]], supply: Supply) -> Effect:
    line, order = item.line, item.order
    if line is None or order is None or line.product_id is None:
        raise ValueError("an effect needs an order line")
    company = order.company.id
    free = sum(
        (stock.free for stock in supply.stock if stock.product_id == line.product_id and stock.company_id == company),
        Decimal(0),
    )
    events: list[tuple[date, int, Decimal, Demand | None]] = []
    for incoming in supply.incoming:
        if incoming.product_id != line.product_id or incoming.company_id != company:
            continue
        if incoming.order_line_id not in changed:
            events.append((incoming.expected, 0, incoming.quantity, None))
    for entries in changed.values():
        ours = entries[0].line
        if ours is not None and ours.product_id == line.product_id:
            events.extend((day, 0, quantity, None) for day, quantity in _arrivals(ours, entries))
    for demand in supply.demand:
        if demand.product_id == line.product_id and demand.company_id == company:
            events.append((demand.due, 1, -demand.quantity, demand))
    new_day = max((entry.promised for entry in changed[line.id] if entry.promised), default=_NEVER)
    if any(entry.status is Disposition.REJECTED for entry in changed[line.id]):
        new_day = _NEVER
    stock, uncovered = free, []
    for day, _, quantity, customer in sorted(events, key=lambda event: event[:2]):
        stock += quantity
        if customer is not None and stock < 0 and day < new_day:
            uncovered.append(customer)
    return Effect(
        product_id=line.product_id,
        product_code=line.product_code,
        order_line_id=line.id,
        free_stock=free,
        short_from=uncovered[0].due if uncovered else None,
        uncovered=tuple(uncovered),
        sentence=_sentence(line, free, uncovered),
    )


def _sentence(line: OrderLine, free: Decimal, uncovered: Sequence[Demand]) -> str:
    name = line.product_code or line.description[:40]
    if not uncovered:
        return f"{name}: free stock of {free.normalize():f} and earlier receipts cover customer orders until then."
    orders = ", ".join(
        f"{item.order.name} ({item.customer}, {item.quantity.normalize():f} on {item.due})" for item in uncovered[:4]
    )
    return f"{name}: not covered until the goods come: {orders}. Free stock is {free.normalize():f} {line.uom}."


def workday_after(day: date, count: int) -> date:
    """`count` days from Monday to Friday after `day`."""
    for _ in range(count):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day
