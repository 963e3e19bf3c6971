"""Discounts told once for all rows of a table: in the head of the amounts, above or below it, at its total.

A discount is taken off the prices only where the document's own figures prove that it applies to them.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from triage.domain.document import Cell
from triage.extractors import arithmetic, below_rows, money, numbers, row_prices, vocabulary
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.item import Item, numbers_in

_COUNTS = (Role.CONFIRMED_QUANTITY, Role.QUANTITY, Role.DELIVERED_QUANTITY, Role.ORDERED_QUANTITY)
_CENT = Decimal("0.01")
_MOST_LINES = 200
_LONGEST = 160  # characters of a line that tells a discount
#: Discounts for paying early are none of the price.
_FOR_PAYING = re.compile(
    r"s[ck]onto\s?cassa|skonto|cash|prompt|early pay|settlement|escompte|pronto pag\w+|betalingskorting"
    r"|kredietbeperking|pe[şs]in|zahlbar|zahlung|pay(?:able|ment|ing)|paiement|pago|pagamento|betaling|p[łl]atno|ödeme|付款|支払"
    r"|\d\s?(?:days?|tage?n?|jours?|días|giorni|dagen|dni|dias|gün)(?![^\W\d_])",
    re.IGNORECASE,
)


def apply(header: Header, items: Sequence[Item], context: Context) -> None:
    """Give the items the discount that the document tells for all of them and that their amounts prove."""
    if Role.DISCOUNT in header.roles or any(item.cells.get(Role.DISCOUNT) for item in items):
        return
    rows = [row for item in items if (row := _figures(item, header, context)) is not None]
    if not rows or Role.NET_PRICE in header.roles:
        return
    chains = list(dict.fromkeys(_told(header, context)))
    plain = [_holds(row, ()) for row in rows]
    chain = None
    if not any(plain):
        chain = next((chain for chain in chains if all(_holds(row, chain) for row in rows)), None)
    elif all(plain):
        total = sum((row[3] for row in rows), Decimal(0))
        written = set(_numbers_of(context))
        chain = next((chain for chain in chains if _after(total, chain) in written and total in written), None)
    for item in items if chain else ():
        item.cells[Role.DISCOUNT] = [Cell(text="+".join(f"{share}%" for share in chain or ()))]
        if all(plain):
            item.cells.pop(Role.AMOUNT, None)  # before the discount: it proves nothing of the net price


def _figures(item: Item, header: Header, context: Context) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
    """Quantity, price, its basis and amount of an item, where it has them all."""
    price = row_prices.read_price(item, header, context)
    amount = row_prices.read_amount(item, context)
    count = next((found[0].value for role in _COUNTS if (found := numbers_in(item.text(role), context))), None)
    if price is None or amount is None or count is None:
        return None
    return count, price.value.amount, price.value.per, amount.value


def _holds(row: tuple[Decimal, Decimal, Decimal, Decimal], chain: tuple[Decimal, ...]) -> bool:
    count, price, per, amount = row
    found = arithmetic.reconcile([count], [price], [amount], per=per if per != 1 else None, discounts=chain)
    return found is not None and found.discounts == chain


def _after(total: Decimal, chain: tuple[Decimal, ...]) -> Decimal:
    return arithmetic.net(total, chain).quantize(_CENT, ROUND_HALF_UP)


def _told(header: Header, context: Context) -> Iterator[tuple[Decimal, ...]]:
    """Chains of discounts that heads or lines of the part tell; all single ones together at last."""
    for role, text in zip(header.roles, header.texts, strict=True):
        if role in (Role.AMOUNT, Role.UNIT_PRICE, Role.GROSS_PRICE) and (chain := money.find_discounts(text)):
            yield chain
    single: list[Decimal] = []
    for line in context.part.lines[:_MOST_LINES]:
        text = line.text
        if len(text) > _LONGEST or _FOR_PAYING.search(text) or not _names_discount(text):
            continue
        chain = money.find_discounts(text)
        if chain:
            yield chain
        single.extend(chain)
    if len(single) > 1:
        yield tuple(single)


def _names_discount(text: str) -> bool:
    return below_rows.speaks_of_discount(text) or bool(vocabulary.phrases_in(text, "columns.discount"))


def _numbers_of(context: Context) -> Iterator[Decimal]:
    for line in context.part.lines[:_MOST_LINES]:
        yield from (number.value for number in numbers.find_numbers(line.text, decimal_mark=context.decimal_mark))
