"""A statement in the supplier's units, in the terms of our order line. What can't be converted is doubted."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from triage.domain.assessment import Doubt, DoubtCode
from triage.domain.erp import OrderLine
from triage.domain.statement import LineStatement

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Values in the order line's unit."""

    quantity: Decimal | None
    price: Decimal | None  # net per order unit
    currency: str | None
    doubts: tuple[Doubt, ...]


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, never in exponent form."""
    rounded = value.quantize(_PLACES, ROUND_HALF_UP).normalize()
    exponent = rounded.as_tuple().exponent
    return rounded.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else rounded


def convert(statement: LineStatement, line: OrderLine | None, order_currency: str) -> Converted:
    """Bring quantity and price to the order's unit.

    A price that is 10, 100 or 1000 times ours, with no basis written, is more likely a price per 100 than a
    deviation: it is kept as written and a person is asked.
    """
    doubts: list[Doubt] = []
    quantity = plain(statement.quantity.value) if statement.quantity else None
    price = plain(statement.price.value.per_unit) if statement.price else None
    currency = None
    if statement.price is not None:
        currency = statement.price.value.currency or order_currency or None  # unnamed: the order's
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
    return Converted(quantity=quantity, price=price, currency=currency, doubts=tuple(doubts))
