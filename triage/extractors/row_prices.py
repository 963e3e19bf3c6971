"""Price and amount of a table's row, and what their arithmetic proves; nothing is filled in from the order."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from triage.domain.evidence import Stated
from triage.domain.statement import Price
from triage.extractors import arithmetic, money
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.item import Item, numbers_in, stated_in

T = TypeVar("T")
_ARROW = re.compile(r"→|⇒|➔|->|=>|»")
#: Letters in a column of price bases (US trade): each, hundred, thousand.
_BASIS_LETTERS = {
    "E": Decimal(1), "EA": Decimal(1), "PC": Decimal(1), "C": Decimal(100), "M": Decimal(1000), "%": Decimal(100),
    "‰": Decimal(1000), "CPC": Decimal(100), "MPC": Decimal(1000),
}  # fmt: skip


def _discounts(item: Item, context: Context) -> tuple[Decimal, ...]:
    return money.discounts_in_cell(item.text(Role.DISCOUNT), decimal_mark=context.decimal_mark)


def read_price(item: Item, header: Header, context: Context) -> Stated[Price] | None:
    """Net price before the basis is proved by arithmetic."""
    for role in (Role.NET_PRICE, Role.UNIT_PRICE, Role.GROSS_PRICE):
        text = _ARROW.split(item.text(role))[-1]  # "3.40→3.52": from … to …
        if not text:
            continue
        bases = money.find_price_basis(text)
        cut = text[: bases[0].start] if bases and bases[0].start > 0 else text
        found = numbers_in(cut, context)
        if not found:
            continue
        basis_cell = numbers_in(item.text(Role.PRICE_BASIS), context)
        letter = _BASIS_LETTERS.get(item.text(Role.PRICE_BASIS).strip().upper().rstrip("."))
        per = bases[0].per if bases else header.price_per or context.price_per or Decimal(1)
        if basis_cell and basis_cell[0].value > 0:
            per = basis_cell[0].value
        elif letter is not None:
            per = letter
        discounts = () if role is Role.NET_PRICE else _discounts(item, context)
        currency = money.currency_in(text) or money.currency_in(item.text(Role.CURRENCY)) or header.currency
        price = Price(amount=found[0].value, per=per, discounts=discounts, currency=currency or context.currency)
        return stated_in(item, context, role, price, text, 0.95 if len(found) == 1 else 0.75)
    return None


def names_basis(item: Item) -> bool:
    """The row's own price says how many units it is for: "185.00/C"."""
    texts = (item.text(role) for role in (Role.NET_PRICE, Role.UNIT_PRICE, Role.GROSS_PRICE))
    return any(basis.start > 0 for text in texts for basis in money.find_price_basis(text))


def read_amount(item: Item, context: Context) -> Stated[Decimal] | None:
    """The amount of the row, the last number of its cell."""
    text = item.text(Role.AMOUNT)
    found = numbers_in(text, context)
    return stated_in(item, context, Role.AMOUNT, found[-1].value, text, 0.95) if found else None


def _readings(item: Item, context: Context, roles: Iterable[Role], first: Decimal) -> list[Decimal]:
    """The value read, and the other ways in which its cell can be read."""
    values = [first]
    for role in roles:
        for number in numbers_in(item.text(role), context):
            values += [number.value, *number.alternatives]
    return list(dict.fromkeys(values))


def check(
    item: Item,
    context: Context,
    quantity: Stated[Decimal] | None,
    price: Stated[Price] | None,
    amount: Stated[Decimal] | None,
) -> tuple[Stated[Decimal] | None, Stated[Price] | None, tuple[str, ...]]:
    """Let arithmetic choose between readings of quantity, price and basis; say so where nothing agrees."""
    if quantity is None or price is None or amount is None:
        return quantity, price, ()
    stated_per = price.value.per if price.value.per != 1 else None
    agreed = arithmetic.reconcile(
        _readings(item, context, [Role.CONFIRMED_QUANTITY, Role.QUANTITY, Role.DELIVERED_QUANTITY], quantity.value),
        _readings(item, context, [Role.NET_PRICE, Role.UNIT_PRICE, Role.GROSS_PRICE], price.value.amount),
        _readings(item, context, [Role.AMOUNT], amount.value),
        per=stated_per,
        discounts=price.value.discounts,
    )
    if agreed is None:
        return _less(quantity), _less(price), ("quantity × price is not the amount of the row",)
    per = agreed.per
    sure = Stated(value=agreed.quantity, evidence=quantity.evidence, confidence=0.99, source="table")
    value = Price(amount=agreed.price, per=per, discounts=agreed.discounts, currency=price.value.currency)
    return sure, Stated(value=value, evidence=price.evidence, confidence=0.99, source="table"), ()


def _less(stated: Stated[T]) -> Stated[T]:
    return Stated(
        value=stated.value, evidence=stated.evidence, confidence=stated.confidence * 0.6, source=stated.source
    )
