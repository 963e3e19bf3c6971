"""Does quantity × price = amount? The one proof a row carries in itself. Chooses between readings; invents none."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
#: Bases in use for prices, besides the one that is written.
USUAL_BASES = (Decimal(1), Decimal(100), Decimal(1000), Decimal(10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One consistent reading of a row's numbers."""

    quantity: Decimal
    price: Decimal
    per: Decimal
    discounts: tuple[Decimal, ...]  # those that the amount contains, in percent
    amount: Decimal


def net(price: Decimal, discounts: Iterable[Decimal]) -> Decimal:
    """Price after chained discounts, unrounded."""
    for percent in discounts:
        price = price * (Decimal(100) - percent) / Decimal(100)
    return price


def agrees(quantity: Decimal, price: Decimal, per: Decimal, amount: Decimal) -> bool:
    """quantity × price ÷ per equals amount to the cent, or to the rounding of a price written with two places."""
    exact = quantity * price / per
    if abs(exact.quantize(_CENT, ROUND_HALF_UP) - amount) <= _CENT:
        return True
    # A price shown rounded may differ by half of its last place for each unit, but never by more than 0.2 %.
    exponent = price.as_tuple().exponent
    place = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    slack = min(quantity * place / 2 / per, abs(amount) / 500)
    return abs(exact - amount) <= slack


def reconcile(
    quantities: Iterable[Decimal],
    prices: Iterable[Decimal],
    amounts: Iterable[Decimal],
    *,
    per: Decimal | None,
    discounts: tuple[Decimal, ...] = (),
) -> Reconciled | None:
    """The first reading in which the numbers agree; readings are given in order of likelihood.

    per: the basis that is written, None where none is: then the usual bases are tried, 1 first.
    """
    quantities, prices, amounts = list(quantities), list(prices), list(amounts)
    bases = (per, *(base for base in USUAL_BASES if base != per)) if per else USUAL_BASES
    chains = (discounts, ()) if discounts else ((),)
    for chain, base, amount, quantity, price in itertools.product(chains, bases, amounts, quantities, prices):
        if quantity > 0 and amount > 0 and agrees(quantity, net(price, chain), base, amount):
            return Reconciled(quantity=quantity, price=price, per=base, discounts=chain, amount=amount)
    return None


def multiplied(values: Sequence[Decimal], *, step: Decimal = Decimal("0.01")) -> tuple[int, int, int] | None:
    """Indexes of quantity, price and amount in a row ("20 x 289.00 = 5,780.00"), in this order; None where none fits.

    The quantity is whole and more than one, so that the product proves something.
    """
    for one, other, third in itertools.combinations(range(len(values)), 3):
        quantity, price, amount = values[one], values[other], values[third]
        whole = quantity == quantity.to_integral_value() and quantity > 1
        if whole and price > 0 and price != 1 and abs(quantity * price - amount) <= step:
            return one, other, third
    return None
