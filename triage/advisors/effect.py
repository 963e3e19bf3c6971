"""Lets you see what deviations do: which customer orders are no longer covered, from when, and what it costs.

Rule (eval set format, "Uncovered"): the company's free stock plus earlier confirmed receipts, less earlier customer
orders, falls short of a customer order before the new date. Never asks the ERP itself: it gets one batch of supply.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from triage.advisors import changes
from triage.advisors.wording import Money, Wording
from triage.domain.advice import Effect
from triage.domain.assessment import Assessment, ConfirmedLine, Deviation, DeviationType
from triage.domain.erp import Demand, OrderLine, Supply
from triage.domain.statement import Disposition

#: Deviations that take goods away from where they were expected.
TAKES_AWAY = frozenset(
    (
        DeviationType.LATE_DELIVERY,
        DeviationType.QUANTITY_SHORT,
        DeviationType.LINE_REJECTED,
        DeviationType.SUBSTITUTION,
        DeviationType.SHIPMENT_DISCREPANCY,
    )
)
#: After these nobody knows when the missing goods come, if at all.
_NO_DATE = frozenset((DeviationType.QUANTITY_SHORT, DeviationType.LINE_REJECTED, DeviationType.SHIPMENT_DISCREPANCY))
_COSTS = frozenset((DeviationType.PRICE_DEVIATION, DeviationType.QUANTITY_OVER))
_NEVER = date.max
_MOST_NAMED = 4

_Changed = Mapping[int, Sequence[ConfirmedLine]]
_Types = Mapping[int, set[DeviationType]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Projection:
    """A product's stock of one company over time."""

    free: Decimal
    short: tuple[tuple[Demand, Decimal], ...]  # customer orders not covered, with the level after each
    levels: tuple[tuple[date, Decimal], ...]  # after each event

    def level_on(self, day: date) -> Decimal:
        """The stock at the end of a day."""
        return next((level for moment, level in reversed(self.levels) if moment <= day), self.free)


def concerned(deviations: Sequence[Deviation]) -> tuple[Deviation, ...]:
    """One deviation for each order line of a product on which goods or money depend; those on goods first."""
    seen: dict[int, Deviation] = {}
    for wanted in (TAKES_AWAY, _COSTS):
        for item in deviations:
            if item.type in wanted and item.line is not None and item.order is not None and item.line.product_id:
                seen.setdefault(item.line.id, item)
    return tuple(seen.values())


def effects(assessment: Assessment, supply: Supply, *, today: date, words: Wording) -> tuple[Effect, ...]:
    """The effect on every concerned line, projected with all new dates and quantities of the message together."""
    changed: dict[int, list[ConfirmedLine]] = defaultdict(list)
    for entry in assessment.confirmation.lines:
        if entry.line is not None:
            changed[entry.line.id].append(entry)
    types: dict[int, set[DeviationType]] = defaultdict(set)
    for item in assessment.deviations:
        if item.line is not None:
            types[item.line.id].add(item.type)
            changed.setdefault(item.line.id, [])
    lines = {item.line.id: item.line for item in assessment.deviations if item.line is not None}
    found = []
    for item in concerned(assessment.deviations):
        effect = _effect(item, assessment, changed, types, lines, supply, today)
        found.append(_with_sentence(effect, words))
    return tuple(found)


def _effect(
    item: Deviation,
    assessment: Assessment,
    changed: _Changed,
    types: _Types,
    lines: Mapping[int, OrderLine],
    supply: Supply,
    today: date,
) -> Effect:
    line, order = item.line, item.order
    if line is None or order is None or line.product_id is None:
        raise ValueError("an effect needs an order line with a product")
    arrivals = _arrivals_of_product(line, changed, types, lines, supply)
    company = order.company.id
    after = _project(line.product_id, company, supply, arrivals, skip=changed.keys(), today=today)
    until = _until(line, changed[line.id], types[line.id])
    uncovered: tuple[tuple[Demand, Decimal], ...] = ()
    if item.type in TAKES_AWAY:
        uncovered = tuple(entry for entry in after.short if entry[0].due < until)
        if until is _NEVER:
            # Without a new date every later order would count: take those that the goods as ordered would have served.
            before = _project(line.product_id, company, supply, (), skip=(), today=today)
            due = line.due or today
            uncovered = tuple(entry for entry in uncovered if before.level_on(max(entry[0].due, due)) >= 0)
    minima = [
        stock.minimum
        for stock in supply.stock
        if stock.product_id == line.product_id and stock.company_id == company and stock.minimum
    ]
    minimum = sum(minima, Decimal(0)) if minima else None
    below = next(
        (day for day, level in after.levels if minimum is not None and 0 <= level < minimum and day < until), None
    )
    cost = _cost(line, assessment)
    return Effect(
        product_id=line.product_id,
        product_code=line.product_code or line.description[:40],
        order_line_id=line.id,
        free_stock=after.free,
        short_from=uncovered[0][0].due if uncovered else None,
        uncovered=tuple(demand for demand, _ in uncovered),
        uom=line.uom,
        until=None if until is _NEVER else until,
        missing=max((-level for _, level in uncovered), default=Decimal(0)),
        below_minimum=below if item.type in TAKES_AWAY else None,
        minimum=minimum,
        cost=cost,
        currency=line.currency if cost is not None else "",
    )


def _until(line: OrderLine, entries: Sequence[ConfirmedLine], types: set[DeviationType]) -> date:
    """The day on which all goods of a line are there, `_NEVER` where none is known."""
    if types & _NO_DATE or any(entry.status is Disposition.REJECTED for entry in entries):
        return _NEVER
    days = [entry.promised for entry in entries if entry.promised is not None]
    return max([*days, line.due] if line.due else days, default=_NEVER)


def _arrivals_of_product(
    line: OrderLine, changed: _Changed, types: _Types, lines: Mapping[int, OrderLine], supply: Supply
) -> tuple[tuple[date, Decimal], ...]:
    """What comes when on every line of the message with this product, in the product's own unit."""
    expected = {incoming.order_line_id: incoming.quantity for incoming in supply.incoming}
    found: list[tuple[date, Decimal]] = []
    for line_id, entries in changed.items():
        ours = entries[0].line if entries else lines.get(line_id)
        if ours is None or ours.product_id != line.product_id:
            continue
        in_product_unit = expected.get(line_id)
        ratio = in_product_unit / ours.open_quantity if in_product_unit and ours.open_quantity else Decimal(1)
        found.extend((day, quantity * ratio) for day, quantity in _arrivals(ours, entries, types[line_id]))
    return tuple(found)


def _arrivals(
    line: OrderLine, entries: Sequence[ConfirmedLine], types: set[DeviationType]
) -> Iterator[tuple[date, Decimal]]:
    """When how much of an order line comes, as the message says; what it says nothing about comes as ordered."""
    rest = line.open_quantity
    # Parts with a quantity first: what is left belongs to a part without one.
    for entry in sorted(entries, key=lambda entry: entry.quantity is None):
        quantity = rest if entry.quantity is None else min(entry.quantity, rest)
        if entry.status is Disposition.REJECTED:
            rest -= quantity if entry.quantity else rest
            continue
        rest -= quantity
        day = entry.promised or line.due
        if day is not None and quantity > 0:
            yield day, quantity
    if rest > 0 and line.due is not None and not types & _NO_DATE:
        yield line.due, rest


def _project(
    product_id: int,
    company_id: int,
    supply: Supply,
    arrivals: Sequence[tuple[date, Decimal]],
    *,
    skip: Collection[int],
    today: date,
) -> _Projection:
    """Stock day by day. On one day goods come before they go; an overdue receipt is expected today at the earliest."""
    free = sum(
        (stock.free for stock in supply.stock if stock.product_id == product_id and stock.company_id == company_id),
        Decimal(0),
    )
    events: list[tuple[date, int, Decimal, Demand | None]] = [(day, 0, quantity, None) for day, quantity in arrivals]
    for incoming in supply.incoming:
        ours = incoming.product_id == product_id and incoming.company_id == company_id
        if ours and incoming.order_line_id not in skip:
            events.append((max(incoming.expected, today), 0, incoming.quantity, None))
    for demand in supply.demand:
        if demand.product_id == product_id and demand.company_id == company_id:
            events.append((demand.due, 1, -demand.quantity, demand))
    level = free
    short, levels = [], []
    for day, _, quantity, customer in sorted(events, key=lambda event: event[:2]):
        level += quantity
        levels.append((day, level))
        if customer is not None and level < 0:
            short.append((customer, level))
    return _Projection(free=free, short=tuple(short), levels=tuple(levels))


def _cost(line: OrderLine, assessment: Assessment) -> Decimal | None:
    """What the message makes this line cost more, or less, in the order's currency."""
    found: list[Decimal] = []
    for item in assessment.deviations:
        if item.line is None or item.line.id != line.id:
            continue
        change = changes.change_of(item, assessment)
        if item.type is DeviationType.PRICE_DEVIATION and change.is_known:
            entry = changes.entries_of(item, assessment)[0]
            if entry.currency in (None, line.currency):
                found.append((Decimal(str(change.new)) - line.price) * (line.open_quantity or line.quantity))
        elif item.type is DeviationType.QUANTITY_OVER and item.quantity is not None:
            found.append(item.quantity * line.price)
    return round(sum(found, Decimal(0)), 2) if found else None


def _with_sentence(effect: Effect, words: Wording) -> Effect:
    return replace(effect, sentence=sentence(effect, words))


def sentence(effect: Effect, words: Wording) -> str:
    """What the effect is, with its numbers, in one or a few sentences."""
    said = []
    name = {"product": effect.product_code}
    if effect.uncovered:
        orders = ", ".join(
            words.say(
                "note.customer_order",
                order=item.order.name,
                customer=item.customer,
                quantity=item.quantity,
                day=item.due,
            )
            for item in effect.uncovered[:_MOST_NAMED]
        )
        rest = len(effect.uncovered) - _MOST_NAMED
        if rest > 0:
            orders = words.say("note.and_more", some=orders, count=rest)
        said.append(
            words.say(
                "note.uncovered_until" if effect.until else "note.uncovered",
                **name,
                orders=orders,
                day=effect.until or "",
                free=effect.free_stock,
                unit=effect.uom,
                missing=effect.missing,
            )
        )
    elif effect.cost is None or effect.below_minimum is not None:
        said.append(words.say("note.covered", **name, free=effect.free_stock, unit=effect.uom))
    if effect.below_minimum is not None and effect.minimum is not None:
        said.append(words.say("note.below_minimum", day=effect.below_minimum, minimum=effect.minimum, unit=effect.uom))
    if effect.cost is not None:
        key = "note.costs_more" if effect.cost >= 0 else "note.costs_less"
        said.append(words.say(key, **name, amount=Money(abs(effect.cost)), currency=effect.currency))
    return " ".join(said)
