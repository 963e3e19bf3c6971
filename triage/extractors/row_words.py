"""What the words of a table's row tell besides its numbers: a refusal, the goods it replaces, the day of arrival."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from triage.domain import codes, units
from triage.domain.document import Cell
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, Price
from triage.extractors import columns, cues, vocabulary
from triage.extractors.columns import Role
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.item import Item, numbers_in, stated_in

_CODES = (Role.SUPPLIER_CODE, Role.CODE, Role.OUR_CODE)
#: A code, also where Chinese or Japanese goes on behind it without a blank.
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9][A-Za-z0-9./_+-]*\d[A-Za-z0-9_+-]*(?![A-Za-z0-9])")
#: "000010 HX-42-30": an item's number with its article in one cell.
NUMBERED_CODE = re.compile(r"0{0,5}(\d{1,5})\s+((?=\S*\d)[A-Za-z][\w./-]{2,})")
#: "SA 310-B": letters, a blank, and what tells the article.
SPACED_CODE = re.compile(r"(?<![\w-])[A-Z]{1,5} (?=\S*\d)[A-Z0-9][A-Z0-9./-]{1,20}(?![\w-])")
_LEADING_CODE = re.compile(rf"{SPACED_CODE.pattern}|{_CODE.pattern}")
#: "10 Ktn = 500 Stk": packs, and the pieces that they hold.
_EQUATION = re.compile(r"(?<![\d.,])(\d[\d.,]*)\s?[^\W\d_]{1,14}\.?\s?=\s?(\d[\d.,]*)\s?([^\W\d_]{1,10})")
_WORDS = (Role.DESCRIPTION, Role.REMARK, Role.SUBSTITUTE)
#: Columns in which a refusal can stand in the place of what belongs there.
_VALUES = (
    Role.PROMISED_DATE, Role.WEEK, Role.DISPATCH_DATE, Role.CONFIRMED_QUANTITY, Role.QUANTITY, Role.UNIT_PRICE,
    Role.NET_PRICE, Role.AMOUNT, Role.STATUS, Role.REMARK,
)  # fmt: skip
_ARRIVES = ("labels.arrival", "labels.delivery_date", "columns.promised_date")
_LEAVES = ("labels.dispatch_date", "columns.dispatch_date")
_LABEL_REACH = 30  # characters between a word of arrival or dispatch and its day


def is_refused(item: Item, empty: bool) -> bool:
    """ "Not supplied" where the day, price or quantity should stand. empty: the row has neither quantity nor price."""
    return empty and any(vocabulary.phrases_in(item.text(role), "columns.not_supplied") for role in _VALUES)


def unpacked(
    item: Item,
    context: Context,
    quantity: Stated[Decimal] | None,
    unit: Stated[str] | None,
    price: Stated[Price] | None,
) -> tuple[Stated[Decimal] | None, Stated[str] | None, Stated[Price] | None]:
    """Quantity, unit and price in the units that the row's words say its packs hold: 10 boxes at 42.25, "(10 boxes
    = 50 m)", are 50 m at 8.45. As they are where the words say nothing of the kind.
    """
    words = " ".join([*(item.text(role) for role in _WORDS), *item.loose])
    for match in _EQUATION.finditer(words) if quantity is not None else ():
        told = [found for group in (1, 2) for found in numbers_in(match.group(group), context)]
        inner = units.find_unit(match.group(3))
        if len(told) != 2 or inner is None or inner in units.PACKS or quantity is None:
            continue
        packs, pieces = told[0].value, told[1].value
        if packs != quantity.value or not 0 < packs < pieces:
            continue
        if price is not None:
            price = replace(price, value=replace(price.value, per=price.value.per * pieces / packs))
        counted = stated_in(item, context, Role.DESCRIPTION, pieces, match.group(), 0.9)
        return counted, stated_in(item, context, Role.DESCRIPTION, match.group(3), match.group(), 0.9), price
    return quantity, unit, price


def is_item_without_numbers(filled: Mapping[Role, Cell], above: Item) -> bool:
    """A row with a code of its own, and dashes or a refusal where its quantity, price and day should stand."""
    own = {code for role in _CODES if role in filled for code in _codes_of(filled[role].text)}
    if not own or own & {code for role in _CODES for code in _codes_of(above.text(role))}:
        return False
    empty = [role for role in _VALUES if role in filled and _DASHES.fullmatch(filled[role].text)]
    refused = any(
        role in filled
        and (
            vocabulary.phrases_in(filled[role].text, "columns.not_supplied")
            or cues.disposition(filled[role].text) in (Disposition.REJECTED, Disposition.BACKORDERED)
        )
        for role in _VALUES
    )
    return len(empty) > 1 or refused


_DASHES = re.compile(r"[\s\-–—−./xX*]+")


def successor(item: Item, written: tuple[Stated[str], ...], context: Context) -> Stated[str] | None:
    """The row's own code, unknown to us, where its words say that it comes in place of one of ours; None else."""
    words = " ".join([*(item.text(role) for role in _WORDS), *item.loose])
    if not (cues.has(words, "substitute", "instead_of") or vocabulary.phrases_in(words, "columns.replaces")):
        return None
    known = context.hints.by_code
    in_cells = {code for role in _CODES for code in _codes_of(item.text(role))}
    own = [code for code in written if codes.canonical(code.value) in in_cells]
    if not in_cells and (lead := _LEADING_CODE.match(item.text(Role.DESCRIPTION))):
        own = [stated_in(item, context, Role.DESCRIPTION, lead.group(), lead.group(), 0.9)]
        in_cells = {codes.canonical(lead.group())}
    ours = (_codes_of(words) & known.keys()) - in_cells
    return own[0] if len(own) == 1 and not in_cells & known.keys() and len(ours) == 1 else None


def replaced_in_words(item: Item, context: Context) -> tuple[Stated[str], ...]:
    """The codes of ours that the words of a row name."""
    words = " ".join(item.text(role) for role in _WORDS)
    tokens = (*_CODE.findall(words), *SPACED_CODE.findall(words))
    known = [token for token in tokens if codes.canonical(token) in context.hints.by_code]
    return tuple(stated_in(item, context, Role.DESCRIPTION, token, token, 0.95) for token in known)


def _codes_of(text: str) -> set[str]:
    return {codes.canonical(token) for token in (*_CODE.findall(text), *SPACED_CODE.findall(text))}


def is_remark(text: str, context: Context) -> bool:
    """ "** Item 20: tool under repair, next run in week 13 **", "03/22/27 04/05/27": a line of stars with a remark
    between, days alone: no goods.
    """
    if _STARRED.match(text.strip()):
        return True
    return not any(char.isalpha() for char in text) and bool(cues.dates_in(text, context))


_STARRED = re.compile(r"\*{2,}[^*]*[^\W\d_]{2}[^*]*\*{2,}$")


def below_second_heads(item: Item, context: Context) -> Stated[date] | None:
    """The day promised where an item's second line holds days alone ("03/22/27 04/05/27") below heads of a second
    line of their own ("Requested   Promised Ship"): the heads tell which of the days it is.
    """
    lines = [line for role in _WORDS for cell in item.cells.get(role, ()) for line in cell.text.split("\n")]
    for line in [*lines, *item.loose]:
        days = cues.dates_in(line, context)
        rest = "".join(line[start:end] for start, end in _around(days, len(line)))
        if len(days) < _TWO or any(char.isalpha() for char in rest):
            continue
        for roles in _second_heads(context):
            if len(roles) == len(days):
                wanted = Role.PROMISED_DATE if Role.PROMISED_DATE in roles else Role.DISPATCH_DATE
                day = days[roles.index(wanted)]
                return stated_in(item, context, Role.DESCRIPTION, day.value, line, 0.85 * day.confidence)
    return None


def _around(days: Sequence[FoundDate], end: int) -> Iterator[tuple[int, int]]:
    """The stretches of a line that no day covers."""
    start = 0
    for day in days:
        yield start, day.start
        start = day.end
    yield start, end


def _second_heads(context: Context) -> Iterator[list[Role]]:
    """The roles of the days in lines of heads: two of different meaning, one of them promised or of dispatch."""
    for line in context.part.lines[:_MOST_LINES]:
        pieces = _BETWEEN.split(line.text.strip())
        if len(pieces) < _TWO or len(line.text) > _LONGEST_HEADS or any(char.isdigit() for char in line.text):
            continue
        found = [columns.role_of(piece, context.hints.meanings)[0] for piece in pieces]
        roles = [role for role in found if role in _DAYS]
        if len(set(roles)) == len(roles) >= _TWO and {Role.PROMISED_DATE, Role.DISPATCH_DATE} & set(roles):
            yield roles


_TWO = 2
_MOST_LINES = 120
_LONGEST_HEADS = 120  # characters
_BETWEEN = re.compile(r"\s{2,}|\t")
_DAYS = (Role.REQUESTED_DATE, Role.PROMISED_DATE, Role.DISPATCH_DATE, Role.FORMER_DATE)


def arrival(text: str, context: Context) -> FoundDate | None:
    """ "SHIPS 12 Jan - EST DLVY 20 Jan": of several days the one that alone stands behind a word of arrival, where
    a word of dispatch stands before another; None where it is not told like this.
    """
    days = cues.dates_in(text, context)
    if len(days) < 2:
        return None
    starts = [0, *(day.end for day in days)]
    arriving, leaving = [], []
    for start, day in zip(starts, days, strict=False):
        before = text[max(start, day.start - _LABEL_REACH) : day.start]
        if any(vocabulary.phrases_in(before, name) for name in _ARRIVES):
            arriving.append(day)
        elif any(vocabulary.phrases_in(before, name) for name in _LEAVES):
            leaving.append(day)
    return arriving[0] if len(arriving) == 1 and leaving else None
