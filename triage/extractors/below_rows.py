"""Rows below an item that tell more of it: its discount or net price, another delivery of the same goods."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from triage.domain.document import Cell
from triage.extractors import money, vocabulary
from triage.extractors.columns import Role
from triage.extractors.context import Context
from triage.extractors.item import Item, numbers_in

_NAMES = (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.EAN, Role.DESCRIPTION)
_PRICES = (Role.NET_PRICE, Role.UNIT_PRICE, Role.GROSS_PRICE)
_NO_PART_OF_PRICES = (
    Role.POSITION, Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.DELIVERED_QUANTITY, Role.ORDERED_QUANTITY,
    Role.OPEN_QUANTITY, Role.PROMISED_DATE, Role.DISPATCH_DATE, Role.WEEK, Role.ORDER_NUMBER,
)  # fmt: skip
_HALF = 0.5  # of the letters that words of price must make up
_CENT = Decimal("0.02")
#: Marks below a cell that say "the same".
_DITTO = re.compile(r"\s*(?:[-–—]+\s*)?(?:[\"”“″〃]|''|,,)(?:\s*[-–—]+)?\s*")


def _covered(text: str, *sections: str) -> float:
    """The share of a text's letters that phrases of these sections make up."""
    letters = sum(char.isalpha() for char in text)
    hits = [hit for section in sections for hit in vocabulary.phrases_in(text, section)]
    places = {place for hit in hits for place in range(hit.start, hit.end) if text[place].isalpha()}
    return len(places) / letters if letters else 0.0


def speaks_of_discount(text: str) -> bool:
    """The words of a short text are those of a discount, whatever its size: "./. 20 % volume rebate"."""
    bare = _TAKEN_OFF.sub(" ", text)
    return _COMPOUND.search(bare) is not None or _covered(bare, "columns.discount") >= _HALF


#: Words that take something off, and German and Dutch words for discounts of a kind ("Mengenrabatt").
_TAKEN_OFF = re.compile(
    r"(?<![^\W\d_])(?:abz[üu]e?gl?(?:ich)?|less|minus|moins|menos|meno|dedott[oa]|aftrek|eksi|odj[ęe]t[oy])(?![^\W\d_])",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:rabatte?|nachlass|korting)(?![^\W\d_])", re.IGNORECASE)


def price_line(filled: Mapping[Role, Cell], above: Item, context: Context) -> dict[Role, list[Cell]] | None:
    """What a row of its own tells of the price of the item above: "less 20 % | -79.50", "Net price | 318.00".

    None where the row is something else; empty where it tells a discount of the whole document.
    """
    if any(role in filled and any(char.isalnum() for char in filled[role].text) for role in _NO_PART_OF_PRICES):
        return None
    words = " ".join(cell.text for cell in filled.values() if any(char.isalpha() for char in cell.text))
    priced = next((filled[role] for role in _PRICES if role in filled and numbers_in(filled[role].text, context)), None)
    amount = filled.get(Role.AMOUNT)
    if priced is not None and _covered(words, "columns.net_price") > _HALF and _is_less(priced, above, context):
        found = {Role.NET_PRICE: [priced]}
        return {**found, Role.AMOUNT: [amount]} if amount is not None else found
    shares = money.find_discounts(words) or money.find_discounts(" ".join(cell.text for cell in filled.values()))
    if not shares or not speaks_of_discount(words):
        return None
    if amount is not None and not _takes_off(amount, shares, above, context):
        return {}
    told = Cell(text="+".join(f"{share}%" for share in shares), box=next(iter(filled.values())).box)
    return {Role.DISCOUNT: [told]}


def _is_less(net: Cell, above: Item, context: Context) -> bool:
    """A net price below the price of the item, not a sum that stands in the same column."""
    gross = next((found for role in _PRICES if (found := numbers_in(above.text(role), context))), None)
    return gross is not None and 0 < numbers_in(net.text, context)[0].value <= gross[0].value


def _takes_off(amount: Cell, shares: tuple[Decimal, ...], above: Item, context: Context) -> bool:
    """The amount of a discount is that share of the item's own amount, not of a sum."""
    off = [abs(number.value) for number in numbers_in(amount.text, context)]
    whole = [number.value for number in numbers_in(above.text(Role.AMOUNT), context)]
    if not off or not whole:
        return bool(off)
    rest = whole[-1]
    for share in shares:
        rest -= rest * share / 100
    return abs(whole[-1] - rest - off[-1]) <= _CENT


def add(line: Mapping[Role, list[Cell]], item: Item, row: Mapping[Role, Cell], text: str) -> None:
    """Put what `price_line` found to its item; the amount before a discount proves nothing of the net price."""
    item.texts.append(text)
    if Role.DISCOUNT in line and Role.AMOUNT in row:
        item.cells.pop(Role.AMOUNT, None)
    for role, cells in line.items():
        if role is Role.AMOUNT:
            item.cells[role] = list(cells)
        else:
            item.cells.setdefault(role, []).extend(cells)


def repeated(filled: Mapping[Role, Cell], above: Item | None) -> tuple[dict[Role, Cell], bool]:
    """The cells of a row, "ditto" replaced by what stands above, the goods named again where it names none of its own:
    "same as above, second delivery", the balance of the item above it. And whether it is another delivery of those.
    """
    cells = dict(filled)
    if above is None:
        return cells, False
    same = [role for role in filled if role in _NAMES and _covered(filled[role].text, "columns.ditto") >= _HALF]
    for role, cell in filled.items():
        marked = _DITTO.fullmatch(cell.text) is not None
        if (marked or (role in same and role is not Role.DESCRIPTION)) and above.cells.get(role):
            cells[role] = replace(above.cells[role][-1], box=cell.box)
            same = [*same, role] if role in _NAMES and marked else same
    named = [role for role in _NAMES if role in cells]
    if Role.DESCRIPTION in named and " ".join(cells[Role.DESCRIPTION].text.split()) == _words_of(above):
        same.append(Role.DESCRIPTION)
    if Role.POSITION in filled or not named or not set(named) <= set(same):
        return cells, False
    for role in (*_NAMES, Role.POSITION, Role.ORDER_NUMBER):
        if above.cells.get(role):
            cells[role] = above.cells[role][0]
    return cells, True


def _words_of(item: Item) -> str:
    return " ".join(item.text(Role.DESCRIPTION).split())
