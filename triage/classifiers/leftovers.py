"""Values that a message names, that no line took up and that no order explains: something was overlooked."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from triage.domain.assessment import Confirmation
from triage.domain.erp import Order
from triage.domain.statement import Loose, LooseKind, Statement


def leftovers(statement: Statement, confirmation: Confirmation) -> tuple[Loose, ...]:
    """What neither the lines read nor the orders spoken of explain, in the order of the message.

    Where a sentence names several days, counts or prices and one of them was read, the reader saw the others too.
    """
    days, counts = set(_days_read(statement, confirmation)), set(_counts_read(statement, confirmation))
    prices = set(_prices_read(statement, confirmation))
    read: dict[LooseKind, set[date] | set[Decimal]] = {
        LooseKind.DAY: days,
        LooseKind.COUNT: counts,
        LooseKind.PRICE: prices,
    }
    known: dict[LooseKind, set[date] | set[Decimal]] = {
        LooseKind.DAY: days | set(_days_of(confirmation.orders)),
        LooseKind.COUNT: _with_sums(counts, confirmation.orders),
        LooseKind.PRICE: prices | set(_prices_of(confirmation.orders)),
    }
    seen = {(item.kind, item.evidence) for item in statement.loose if item.value in read[item.kind]}
    return tuple(
        item
        for item in statement.loose
        if item.value not in known[item.kind] and (item.kind, item.evidence) not in seen
    )


def _days_read(statement: Statement, confirmation: Confirmation) -> Iterator[date]:
    for line in statement.lines:
        for day in (line.promised, line.former_date):
            if day is not None:
                yield day.value
    yield from (whole.promised.value for whole in statement.whole_orders if whole.promised is not None)
    yield from (line.promised for line in confirmation.lines if line.promised is not None)
    yield from (change.valid_from.value for change in statement.price_changes if change.valid_from is not None)
    if statement.respond_by is not None:
        yield statement.respond_by.value


def _days_of(orders: tuple[Order, ...]) -> Iterator[date]:
    for order in orders:
        yield from (line.due for line in order.lines if line.due is not None)


def _counts_read(statement: Statement, confirmation: Confirmation) -> Iterator[Decimal]:
    for line in statement.lines:
        for count in (line.quantity, line.ordered_quantity):
            if count is not None:
                yield count.value
    yield from (line.quantity for line in confirmation.lines if line.quantity is not None)


def _with_sums(read: set[Decimal], orders: tuple[Order, ...]) -> set[Decimal]:
    """The counts read, those of the orders, and what is missing between them."""
    known = set(read)
    for order in orders:
        for line in order.lines:
            whole = {line.quantity, line.open_quantity, line.quantity - line.open_quantity}
            known |= whole | {abs(item - count) for item in whole for count in read}
    return known


def _prices_read(statement: Statement, confirmation: Confirmation) -> Iterator[Decimal]:
    for line in statement.lines:
        if line.price is not None:
            yield line.price.value.amount
            yield line.price.value.per_unit
        if line.amount is not None:
            yield line.amount.value
    yield from (line.price for line in confirmation.lines if line.price is not None)


def _prices_of(orders: tuple[Order, ...]) -> Iterator[Decimal]:
    for order in orders:
        for line in order.lines:
            yield line.price
            yield line.price * line.quantity
