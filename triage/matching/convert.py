"""A statement in the supplier's units, in the terms of our order line. What can't be converted is doubted."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from triage.domain import units
from triage.domain.assessment import Doubt, DoubtCode
from triage.domain.erp import OrderLine
from triage.domain.evidence import Stated
from triage.domain.statement import LineStatement, Price

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Values in the order line's unit."""

    quantity: Decimal | None
    price: Decimal | None  # net per order unit
    currency: str | None
    doubts: tuple[Doubt, ...]
    packs: bool = False  # the supplier counts packs of several of our units


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, never in exponent form."""
    rounded = value.quantize(_PLACES, ROUND_HALF_UP).normalize()
    exponent = rounded.as_tuple().exponent
    return rounded.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else rounded


def _packed(statement: LineStatement, line: OrderLine | None) -> tuple[Decimal | None, Doubt | None]:
    """(how many of our units one of the supplier's packs holds, or None where it counts in our unit; a doubt)."""
    said = units.find_unit(statement.unit.value) if statement.unit else None
    if line is None or statement.quantity is None or said not in units.PACKS or said == units.find_unit(line.uom):
        return None, None
    texts = (statement.evidence.text, statement.description.value if statement.description else "")
    size = next((found for found in map(units.pack_size, texts) if found), None)
    expected = (line.quantity, line.open_quantity)
    if size is not None and size > 1:
        whole = statement.quantity.value * size
        if whole in expected or (whole < line.quantity and statement.quantity.value not in expected):
            return size, None
    if statement.quantity.value in expected:
        return None, None  # the word is another one for our unit
    reason = f"The quantity is told in packs ({statement.unit.value if statement.unit else ''}), ordered is {line.uom}."
    return None, Doubt(code=DoubtCode.AMBIGUOUS_QUANTITY, reason=reason, evidence=(statement.evidence,))


#: Currencies that are written with one sign.
_ONE_SIGN = (
    frozenset({"CNY", "JPY"}),
    frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
    frozenset({"SEK", "NOK", "DKK"}),
)
_NAMED = re.compile(r"[A-Za-z]{2}\$|(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])|[元円圆]|人民币|dollar", re.IGNORECASE)


def _currency(price: Stated[Price], of_order: str) -> str | None:
    """The currency of a price: as it is named; the order's where none is, or where its sign stands for several."""
    said = price.value.currency
    if not said:
        return of_order or None
    shared = any({said, of_order} <= group for group in _ONE_SIGN)
    return of_order if shared and not _NAMED.search(price.evidence.text) else said


def convert(statement: LineStatement, line: OrderLine | None, order_currency: str) -> Converted:
    """Bring quantity and price to the order's unit.

    A price that is 10, 100 or 1000 times ours, with no basis written, is more likely a price per 100 than a
    deviation: it is kept as written and a person is asked.
    """
    doubts: list[Doubt] = []
    quantity = plain(statement.quantity.value) if statement.quantity else None
    price = plain(statement.price.value.per_unit) if statement.price else None
    size, unclear = _packed(statement, line)
    if unclear is not None:
        doubts.append(unclear)
    if size is not None and quantity is not None and line is not None:
        quantity = plain(quantity * size)
        if price is not None and abs(price / size - line.price) < abs(price - line.price):
            price = plain(price / size)
    currency = None
    if statement.price is not None:
        currency = _currency(statement.price, order_currency)
    if line is not None and price and line.price and statement.price is not None:
        ratio = price / line.price
        for factor in (Decimal(10), Decimal(100), Decimal(1000), Decimal("0.1"), Decimal("0.01"), Decimal("0.001")):
            if abs(ratio / factor - 1) < Decimal("0.08"):
                doubts.append(
                    Doubt(
                        code=DoubtCode.ARITHMETIC,
                        reason="The price is a power of ten away from the order's: its basis is not written.",
                        evidence=(statement.price.evidence,),
                    )
                )
    return Converted(quantity=quantity, price=price, currency=currency, doubts=tuple(doubts), packs=size is not None)
