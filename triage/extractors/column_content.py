"""Checks the meaning of columns against what stands in them: arithmetic names quantity, price and amount.

Header words are the first guess. Where the cells contradict them, or a column has no words, the cells decide.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from triage.domain import codes, units
from triage.domain.document import Cell
from triage.extractors import arithmetic, columns, cues, money, numbers, vocabulary
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context

_QUANTITIES = (
    Role.CONFIRMED_QUANTITY,
    Role.QUANTITY,
    Role.DELIVERED_QUANTITY,
    Role.ORDERED_QUANTITY,
    Role.OPEN_QUANTITY,
)
_OF_MONEY = {Role.UNIT_PRICE, Role.NET_PRICE, Role.GROSS_PRICE, Role.AMOUNT}
_DAY_OF = {
    Role.CONFIRMED_QUANTITY: Role.PROMISED_DATE, Role.ORDERED_QUANTITY: Role.REQUESTED_DATE,
    Role.DELIVERED_QUANTITY: Role.DISPATCH_DATE,
}  # fmt: skip
_DATES = {Role.PROMISED_DATE, Role.DISPATCH_DATE, Role.FORMER_DATE, Role.REQUESTED_DATE}
_KEEPS_ITS_TEXT = {Role.POSITION, Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.EAN, Role.DESCRIPTION, Role.WEEK}
#: A cell that is a code, with a short remark at most.
_CODE = re.compile(r"^(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9][\w./-]{3,24}(?:\s\(?[a-z]{2,6}\.?\)?)?$")
#: Columns of what is delivered; a nameless column of counts is one only where there is none of these.
_COMING = (Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.DELIVERED_QUANTITY)
_SHORT_COUNT = re.compile(r"^\d{1,4}(?:[.,]0+)?$")
_COUNT = re.compile(r"^\d[\d.,\s]*\s?([^\W\d_]{1,8}\.?)$")
_MOST_ROWS = 40
_ENOUGH = 0.6  # share of rows in which the arithmetic must hold
_THOUSANDS = re.compile(r"^\d{3}[.,]\d{1,4}\b|^\d{3}$|^\d{3}\s*(?:€|EUR|zł|PLN)")


def thousands_joined(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Columns that a blank between thousands tore apart ("2 | 720,00") put together again."""
    width = len(rows[0]) if rows else 0
    for index in range(width - 2, -1, -1):
        left = [row[index].text.strip() for row in rows]
        right = [row[index + 1].text.strip() for row in rows]
        torn = [
            re.fullmatch(r"\d{1,3}", one) is not None and _THOUSANDS.match(other) is not None
            for one, other in zip(left, right, strict=True)
        ]
        dated = [re.fullmatch(r"\d{1,2}\.?\s?[^\W\d_]{3,9}\.?", one) is not None for one in left]
        years = [re.fullmatch(r"20\d\d", other) is not None for other in right]
        if any(dated) and all(day == year for day, year in zip(dated, years, strict=True)):
            # "12 May | 2026"
            rows = [(*row[:index], _together(row[index], row[index + 1]), *row[index + 2 :]) for row in rows]
            continue
        if any(one[:1].isalpha() and other[:1].isalpha() for one, other in zip(left, right, strict=True)):
            continue  # each has a head of its own: "18 | 147,50" are a quantity and a price
        filled = [bool(one) and any(char.isdigit() for char in other) for one, other in zip(left, right, strict=True)]
        if sum(torn) and sum(torn) >= sum(filled) * 0.8 and any("," in text or "." in text for text in right):
            rows = [(*row[:index], _together(row[index], row[index + 1]), *row[index + 2 :]) for row in rows]
    return tuple(rows)


def _together(left: Cell, right: Cell) -> Cell:
    box = left.box.around(right.box) if left.box and right.box else left.box or right.box
    return Cell(text=" ".join(text for text in (left.text, right.text) if text.strip()), box=box)


def _counts_units(text: str) -> bool:
    """ "12 szt", "500 m": a number and a unit."""
    match = _COUNT.match(text)
    return match is not None and units.find_unit(match.group(1)) is not None


def _numeric(text: str, context: Context) -> Decimal | None:
    """The number of a cell that holds one number and little else; None otherwise."""
    clean = text.strip()
    if not clean or len(clean) > 28 or cues.dates_in(clean, context):
        return None
    found = [item for item in numbers.find_numbers(clean, decimal_mark=context.decimal_mark) if not item.percent]
    letters = sum(char.isalpha() for char in clean)
    return found[0].value if len(found) == 1 and letters <= 8 else None


def _values(rows: Sequence[tuple[Cell, ...]], column: int, context: Context) -> list[Decimal | None]:
    return [_numeric(row[column].text, context) for row in rows[:_MOST_ROWS]]


def _share(values: Sequence[object]) -> float:
    return sum(value is not None for value in values) / len(values) if values else 0.0


def checked(header: Header, rows: Sequence[tuple[Cell, ...]], context: Context) -> Header:
    """The header with roles that its rows agree with. rows: those below it, of one section."""
    filled = [row for row in rows if sum(bool(cell.text.strip()) for cell in row) >= 3]
    if not filled:
        return header
    roles = list(header.roles)
    _drop_misfits(roles, header.texts, filled, context)
    _second_heads(roles, header, context)
    _shares(roles, header, filled)
    _by_arithmetic(roles, filled, context)
    _by_dates(roles, filled, context)
    return replace(header, roles=tuple(roles))


def _second_heads(roles: list[Role | None], header: Header, context: Context) -> None:
    """A role that its best head turned out not to have goes to the other head that names it."""
    lost = {role for role, now in zip(header.roles, roles, strict=True) if role is not None and role is not now}
    for role in lost - set(roles):
        for index, text in enumerate(header.texts):
            free = roles[index] is None and header.roles[index] is not role
            if free and columns.role_of(text, context.hints.meanings)[0] is role:
                roles[index] = role
                break


def _shares(roles: list[Role | None], header: Header, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Columns of discounts that share their head with another word ("Desc."), or that show chains ("10+5")."""
    for index, text in enumerate(header.texts):
        texts = [row[index].text.strip() for row in rows[:_MOST_ROWS] if row[index].text.strip()]
        if roles[index] not in (None, Role.DESCRIPTION, Role.CODE) or not texts:
            continue
        told = bool(vocabulary.phrases_in(text, "columns.discount")) and all(map(_SHARE.fullmatch, texts))
        if told or all(map(_CHAIN.fullmatch, texts)):
            roles[index] = Role.DISCOUNT


_SHARE = re.compile(r"[-−–]?\s?\d{1,2}(?:[.,]\d{1,2})?\s?%?(?:\s?[+/]\s?\d{1,2}(?:[.,]\d{1,2})?\s?%?)*|[-–—]")
_CHAIN = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?\s?%?(?:\s?\+\s?\d{1,2}(?:[.,]\d{1,2})?\s?%?)+")
_NO_FACTORS = (Role.DISCOUNT, Role.PRICE_BASIS)


#: Heads of codes that name no goods: of single pieces, lots, parcels, customs.
_NO_GOODS = re.compile(
    r"serial|serie|seri no|s/n|\blots?\b|batch|charge|lott[oi]|\blote|parti|sscc|nve|track|sendung|parcel|tariff|zoll"
    r"|\bhs\b|customs|douan|arancel|origin|ursprung|herkunft|heat|schmelze|certificat|zeugnis|批|序列|追跡|ロット|シリアル",
    re.IGNORECASE,
)


def _drop_misfits(
    roles: list[Role | None], heads: Sequence[str], rows: Sequence[tuple[Cell, ...]], context: Context
) -> None:
    """A unit column full of money is a price; a date column without dates, or a quantity full of dates, is neither."""
    names = {codes.canonical(item.order.name) for item in context.hints.candidates}
    for index, role in enumerate(roles):
        texts = [row[index].text.strip() for row in rows[:_MOST_ROWS] if row[index].text.strip()]
        if texts and role not in _KEEPS_ITS_TEXT and all(codes.canonical(text) in names for text in texts):
            # "Commande" heads quantities elsewhere; here it heads the numbers of our orders.
            roles[index] = Role.ORDER_NUMBER
            continue
        if role is Role.POSITION and Role.CODE not in roles and texts and all(_CODE.match(text) for text in texts):
            roles[index] = Role.CODE  # "Item" heads articles
            continue
        if role is Role.ORDER_NUMBER and texts and all(_SHORT_COUNT.match(text) for text in texts):
            # "Zam.", "Best.": what was ordered of each, not the number of the order.
            roles[index] = None if Role.ORDERED_QUANTITY in roles else Role.ORDERED_QUANTITY
            continue
        if role is None and texts and all(_counts_units(text) for text in texts):
            roles[index] = next(
                (item for item in (Role.QUANTITY, Role.CONFIRMED_QUANTITY) if not set(_COMING) & set(roles)), None
            )
        if role is None and texts and _is_unit_column(roles, index, texts):
            roles[index] = Role.UNIT
        if role is None and texts and all(map(_CODE.match, texts)) and not _NO_GOODS.search(heads[index]):
            roles[index] = next((item for item in (Role.CODE, Role.SUPPLIER_CODE) if item not in roles), None)
        if role is None or not texts:
            continue
        dated = sum(bool(cues.dates_in(text, context)) for text in texts) / len(texts)
        if role is Role.UNIT and sum(any(char.isdigit() for char in text) for text in texts) > len(texts) / 2:
            priced = any(item.currency for item in money.find_money(texts[0]))
            roles[index] = Role.UNIT_PRICE if priced and Role.UNIT_PRICE not in roles else None
            if _are_bases(roles, index, texts):
                roles[index] = Role.PRICE_BASIS  # "UV | 1 | 100": what prices are for
        elif role in _QUANTITIES and dated > 0.5:
            # "Ordered for | Confirmed" above days: the day wished, and the day promised.
            day = _DAY_OF.get(role)
            roles[index] = day if day not in roles else None
        elif role in _QUANTITIES and not any(any(char.isdigit() for char in text) for text in texts):
            roles[index] = Role.SUPPLIER_CODE if any("-" in text for text in texts) else None
        elif role in _QUANTITIES and all(re.search(r"[A-Za-z]+\d|\d[A-Za-z-]+\d", text) for text in texts):
            # "Ordered | Will ship" can head articles instead of quantities.
            roles[index] = Role.CODE if Role.CODE not in roles else Role.SUBSTITUTE


def _is_unit_column(roles: Sequence[Role | None], index: int, texts: Sequence[str]) -> bool:
    """Nothing but units directly beside a quantity, below whatever a torn head left there ("U/" above "M")."""
    if Role.UNIT in roles or not all(text.replace(".", "").isalpha() and units.find_unit(text) for text in texts):
        return False
    return any(roles[at] in _QUANTITIES for at in (index - 1, index + 1) if 0 <= at < len(roles))


def _are_bases(roles: Sequence[Role | None], index: int, texts: Sequence[str]) -> bool:
    """Powers of ten behind a price, or behind its discount: the numbers of pieces that the prices are for."""
    if Role.PRICE_BASIS in roles or not all(_POWER_OF_TEN.fullmatch(text) for text in texts):
        return False
    before = [role for role in roles[:index] if role is not Role.DISCOUNT]
    return bool(before) and before[-1] in _OF_MONEY - {Role.AMOUNT}


_POWER_OF_TEN = re.compile(r"1|10|100|1[.,\s]?000")


def _by_dates(roles: list[Role | None], rows: Sequence[tuple[Cell, ...]], context: Context) -> None:
    """The only column of dates that no words explain holds the promised dates."""
    if Role.PROMISED_DATE in roles or Role.WEEK in roles:
        return
    nameless = [
        index
        for index, role in enumerate(roles)
        if role is None
        and _share([cues.dates_in(row[index].text, context) or None for row in rows[:_MOST_ROWS]]) >= _ENOUGH
    ]
    if len(nameless) == 1:
        roles[nameless[0]] = Role.PROMISED_DATE


def _by_arithmetic(roles: list[Role | None], rows: Sequence[tuple[Cell, ...]], context: Context) -> None:
    """The triple of columns in which quantity × price = amount holds, where the words do not name one that does."""
    numeric = {
        index: _values(rows, index, context)
        for index, role in enumerate(roles)
        if role not in _KEEPS_ITS_TEXT and role not in _DATES and role not in _NO_FACTORS
    }
    numeric = {index: values for index, values in numeric.items() if _share(values) >= _ENOUGH}
    if len(numeric) < 3:
        return
    best: tuple[float, tuple[int, int, int]] | None = None
    chains = _discounts(roles, rows, context)
    counted = bool(set(_QUANTITIES) & set(roles))
    for quantity, price, amount in itertools.permutations(numeric, 3):
        if roles[amount] in _QUANTITIES or roles[price] in _QUANTITIES or Role.WEIGHT in (roles[price], roles[amount]):
            continue  # "4 cartons of 10, 40 in all" multiplies too
        if counted and roles[quantity] not in _QUANTITIES and not {roles[price], roles[amount]} & _OF_MONEY:
            continue  # against the words of another column, and without a word of money
        held = _held(numeric[quantity], numeric[price], numeric[amount], chains)
        if held < _ENOUGH:
            continue
        # Words count too: they choose between triples that hold alike (ordered and confirmed quantity).
        words = sum(
            (
                0.3 * (roles[quantity] in _QUANTITIES) - 0.02 * _rank(roles[quantity]),
                0.3 * (roles[price] in (Role.UNIT_PRICE, Role.NET_PRICE)),
                0.3 * (roles[amount] is Role.AMOUNT),
                0.1 * (quantity < price < amount),
            )
        )
        if best is None or held + words > best[0]:
            best = (held + words, (quantity, price, amount))
    if best is None:
        return
    quantity, price, amount = best[1]
    _assign(roles, quantity, Role.QUANTITY, _QUANTITIES)
    _assign(roles, price, Role.UNIT_PRICE, (Role.UNIT_PRICE, Role.NET_PRICE))
    _assign(roles, amount, Role.AMOUNT, (Role.AMOUNT,))


def _rank(role: Role | None) -> int:
    return _QUANTITIES.index(role) if role in _QUANTITIES else 9


def _assign(roles: list[Role | None], index: int, role: Role, kept: Sequence[Role]) -> None:
    """Give a column its role; other columns lose it, but for quantities of another meaning."""
    if roles[index] in kept:
        role = roles[index] or role
    for other, given in enumerate(roles):
        if other != index and given is not None and (given is role or (given in kept and role not in _QUANTITIES)):
            roles[other] = None
    roles[index] = role


def _discounts(
    roles: list[Role | None], rows: Sequence[tuple[Cell, ...]], context: Context
) -> list[tuple[Decimal, ...]]:
    columns_of = [index for index, role in enumerate(roles) if role is Role.DISCOUNT]
    texts = [" + ".join(row[index].text for index in columns_of if row[index].text.strip()) for row in rows]
    return [money.discounts_in_cell(text, decimal_mark=context.decimal_mark) for text in texts]


def _held(
    quantities: Sequence[Decimal | None],
    prices: Sequence[Decimal | None],
    amounts: Sequence[Decimal | None],
    discounts: Sequence[tuple[Decimal, ...]],
) -> float:
    """Share of complete rows in which the arithmetic holds; rows of quantity 1 prove nothing."""
    right = complete = 0
    for quantity, price, amount, chain in zip(quantities, prices, amounts, discounts, strict=False):
        if quantity is None or price is None or amount is None or quantity <= 0 or amount <= 0:
            continue
        if (quantity == 1 and price == amount) or quantity == amount:
            continue  # proves nothing: "500 × 100 per 100 = 500"
        complete += 1
        if quantity == quantity.to_integral_value() and arithmetic.reconcile(
            [quantity], [price], [amount], per=None, discounts=chain
        ):
            right += 1
    return right / complete if complete else 0.0
