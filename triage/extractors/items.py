"""One item of a table becomes one line statement: reads quantity, unit, price, dates and codes from its cells.

Where the cells contradict their own arithmetic the statement says so; nothing is filled in from the order.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from triage.domain import codes, units
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement
from triage.extractors import cues, money, numbers, row_prices, row_words, vocabulary
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.item import Item, numbers_in, stated_in

_POSITION = re.compile(r"^\W{0,2}(?:[^\W\d]{1,8}\.?\s*)?0{0,5}(\d{1,5})(?:[./]\d{1,4})?\W{0,2}$")
_REMARK_WORDS = 1  # beside a code in its column
_CODE = re.compile(
    r"(?<!\w)[A-Z0-9][A-Z0-9./_+-]*\d[A-Z0-9./_+-]*(?!\w)|(?<!\w)[A-Z]{2,}(?:[-_/][A-Z]{1,6})+(?!\w)", re.I
)
_CONFIRMED = (Role.CONFIRMED_QUANTITY, Role.QUANTITY, Role.DELIVERED_QUANTITY, Role.ORDERED_QUANTITY)
_SHIPPED = (Role.DELIVERED_QUANTITY, Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.ORDERED_QUANTITY)


def statement(item: Item, header: Header, context: Context) -> LineStatement | None:
    """The statement of an item; None where it states nothing about any line."""
    whole = "   ".join(item.texts)
    found_codes = _codes(item, context)
    quantity, unit = _quantity(item, header, context)
    price, amount = row_prices.read_price(item, header, context), row_prices.read_amount(item, context)
    quantity, price, doubts = row_prices.check(item, context, quantity, price, amount)
    quantity, unit, price = row_words.unpacked(item, context, quantity, unit, price)
    promised, former = _dates(item, header, context)
    disposition = cues.disposition(" ".join([item.text(Role.STATUS), item.text(Role.REMARK), *item.loose]))
    if disposition is None and promised is None:
        disposition = cues.disposition(item.text(Role.PROMISED_DATE))  # "no longer available" in the place of a day
    if disposition is None and row_words.is_refused(item, price is None and not (quantity and quantity.value)):
        disposition = Disposition.REJECTED
    if disposition is Disposition.REJECTED and quantity is not None and not quantity.value:
        quantity = None
    if promised is None and any(cues.dates_in(text, context) for text in item.loose if _of_delivery(text)):
        doubts = (*doubts, "a remark of the row names days that could not be placed")
    replaced = _replaced(item, context)
    found_codes = (*found_codes, *replaced)
    substitute = _substitute(item, context) or _in_place_of(replaced, found_codes)
    if substitute is None and (successor := row_words.successor(item, found_codes, context)) is not None:
        substitute, replaced = successor, row_words.replaced_in_words(item, context)
        found_codes = (*found_codes, *replaced)
    if disposition is None and substitute is None and cues.has(item.text(Role.DESCRIPTION), "substitute"):
        doubts = (*doubts, "the words of the row speak of other goods than were ordered")
    if disposition is None and substitute is not None:
        other = bool(replaced) or _is_other(substitute.value, found_codes, context)
        disposition = Disposition.SUBSTITUTED if other else None
    position = _position(item, context)
    if not (found_codes or position or item.text(Role.DESCRIPTION)) or not (
        quantity or price or promised or disposition
    ):
        return None
    ordered = _ordered(item, context)
    return LineStatement(
        evidence=context.evidence(whole, page=item.page),
        order_number=_order_number(item, context),
        position=position,
        codes=found_codes,
        description=_description(item, context),
        quantity=quantity,
        unit=unit,
        price=price,
        amount=amount,
        promised=promised,
        former_date=former,
        ordered_quantity=ordered,
        disposition=_placed(item, context, disposition, whole),
        substitute_code=substitute,
        remainder=quantity is not None and not any(item.text(role) for role in _CONFIRMED),
        doubts=doubts,
    )


def _placed(item: Item, context: Context, found: Disposition | None, whole: str) -> Stated[Disposition] | None:
    if found is None:
        return None
    role = Role.STATUS if item.text(Role.STATUS) else Role.REMARK if item.text(Role.REMARK) else None
    text = item.text(role) if role else " ".join(item.loose) or whole
    return stated_in(item, context, role, found, text, 0.9)


def _position(item: Item, context: Context) -> Stated[int] | None:
    text = item.text(Role.POSITION).strip()
    first = text.split("\n")[0]
    match = _POSITION.match(first) or row_words.NUMBERED_CODE.fullmatch(first) if text else None
    if match is None:
        return None
    return stated_in(item, context, Role.POSITION, int(match.group(1)), text, 0.7)


def _order_number(item: Item, context: Context) -> Stated[str] | None:
    text = item.text(Role.ORDER_NUMBER).strip()
    return stated_in(item, context, Role.ORDER_NUMBER, text, text, 0.95) if text else None


def _description(item: Item, context: Context) -> Stated[str] | None:
    text = " ".join([item.text(Role.DESCRIPTION), *item.loose]).strip()
    return stated_in(item, context, Role.DESCRIPTION, text, text, 0.9) if text else None


def _codes(item: Item, context: Context) -> tuple[Stated[str], ...]:
    """Codes in code columns as they stand, and known codes anywhere else in the item."""
    found: dict[str, Stated[str]] = {}
    for role in (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.EAN):
        for cell in item.cells.get(role, ()):
            for text in (piece.strip() for piece in cell.text.split("\n")):
                tokens = [token for token in _CODE.findall(text) if not cues.dates_in(token, context)]
                if row_words.SPACED_CODE.fullmatch(text):
                    found.setdefault(codes.canonical(text), stated_in(item, context, role, text, text, 0.97))
                    continue  # "KG 540"
                if len(re.findall(r"[^\W\d_]{3,}", text)) > _REMARK_WORDS:
                    continue  # a description under the code; known codes are found there below
                # "BP-HB155-40 (sub)": the code, not the remark behind it.
                whole = [] if " " in text and (tokens or ":" in text) else [text]
                for token in [*whole, *tokens]:
                    if 3 <= len(codes.canonical(token)) <= 40 and any(char.isdigit() for char in token + "0"):
                        found.setdefault(codes.canonical(token), stated_in(item, context, role, token, token, 0.97))
    if numbered := row_words.NUMBERED_CODE.fullmatch(item.text(Role.POSITION).strip()):
        token = numbered.group(2)  # "000010 HX-42": the article beside its number
        found.setdefault(codes.canonical(token), stated_in(item, context, Role.POSITION, token, token, 0.95))
    known = context.hints.by_code.keys() | context.hints.product_codes.keys()
    texts: list[tuple[Role | None, str]] = [(None, text) for text in item.texts]
    for place, text in [*texts, (Role.DESCRIPTION, item.text(Role.DESCRIPTION))]:
        for token in [*_CODE.findall(text), *row_words.SPACED_CODE.findall(text)]:
            if codes.canonical(token) in known:
                found.setdefault(codes.canonical(token), stated_in(item, context, place, token, token, 0.95))
    return tuple(found.values())


def _quantity(item: Item, header: Header, context: Context) -> tuple[Stated[Decimal] | None, Stated[str] | None]:
    # A list of open orders tells nothing but what is open of each.
    order = _SHIPPED if context.is_shipping else (*_CONFIRMED, Role.OPEN_QUANTITY)
    for role in order:
        text = item.text(role)
        found = numbers_in(text, context)
        if not found:
            continue
        number = found[0]
        confidence = 0.97 if len(found) == 1 else 0.8
        if role is Role.ORDERED_QUANTITY:
            confidence = 0.85
        stated = stated_in(item, context, role, number.value, text, confidence)
        for unit, where in _units(item, header, text, number, role):
            if unit and units.find_unit(unit):
                return stated, stated_in(item, context, where, unit, unit, 0.95)
        return stated, None
    return None, None


def _units(
    item: Item, header: Header, text: str, number: numbers.FoundNumber, role: Role
) -> Iterator[tuple[str, Role]]:
    """(word, its column) of what may tell the unit: its column, the words beside the number, heads, the price."""
    yield item.text(Role.UNIT).strip(), Role.UNIT
    behind = re.match(r"\s*([mM][23²³](?!\w)|[㎡㎥]|[^\W\d]{1,12}\.?)", text[number.end :])
    if behind:
        yield behind.group(1), role
    before = re.search(r"([^\W\d]{1,12}\.?)\s*$", text[: number.start])
    if before:
        yield before.group(1), role
    # A head of two lines, "ME / Liefertermin": the unit stands above the day.
    for dated in (Role.PROMISED_DATE, Role.WEEK):
        yield from (
            (cell.text.split("\n")[0].strip(), dated) for cell in item.cells.get(dated, ()) if "\n" in cell.text
        )
    yield header.unit, role
    for priced in (Role.UNIT_PRICE, Role.NET_PRICE):
        index = header.index(priced)
        if index is not None:
            yield money.unit_behind(item.text(priced)) or money.unit_behind(header.texts[index]) or "", priced


def _ordered(item: Item, context: Context) -> Stated[Decimal] | None:
    text = item.text(Role.ORDERED_QUANTITY)
    found = numbers_in(text, context)
    other = any(item.text(role) for role in _CONFIRMED[:-1])
    return stated_in(item, context, Role.ORDERED_QUANTITY, found[0].value, text, 0.9) if found and other else None


def _dates(item: Item, header: Header, context: Context) -> tuple[Stated[date] | None, Stated[date] | None]:
    """The promised date, and the date it replaces. Arrival before dispatch; the order's own wish never counts."""
    promised: Stated[date] | None = None
    former: Stated[date] | None = None
    for role, confidence in ((Role.PROMISED_DATE, 0.97), (Role.WEEK, 0.95), (Role.DISPATCH_DATE, 0.8)):
        text = _as_week(item.text(role), role, header)
        found = _not_dispatched(text, cues.dates_in(text, context))
        if not found:
            continue
        bracketed = [day for day in found if _FORMER_IN_BRACKETS.search(text[: day.start])]
        if bracketed and len(bracketed) < len(found):
            # "04.05.27 (prev. 20.04.27)": what stood there before.
            former = stated_in(item, context, role, bracketed[0].value, text, 0.9)
            found = [day for day in found if day not in bracketed]
        elif len(found) > 1:
            former = stated_in(item, context, role, found[0].value, text, 0.6)
        last = found[-1]
        promised = stated_in(item, context, role, last.value, text, confidence * last.confidence)
        break
    if promised is None:
        # "50 Stk" above "KW 12/27" in one column: its head says that the second is the day.
        below = [cell.text for role in _CONFIRMED for cell in item.cells.get(role, ())[1:]]
        days = [day for text in below for day in cues.dates_in(text, context)]
        if len({day.value for day in days}) == 1:
            promised = stated_in(item, context, None, days[0].value, below[0], 0.9 * days[0].confidence)
    if promised is None:
        promised = _beside_label(item, context) or _in_remark(item, context)
        promised = promised or row_words.below_second_heads(item, context)
    if promised is None:
        # "Liefertermin: 18.12.2026" among the lines of a description.
        for text in [*item.loose, *_lines_of_words(item)]:
            labelled = row_words.arrival(text, context) or cues.labelled_date(text, context)
            if labelled is not None:
                promised = stated_in(item, context, None, labelled.value, text, 0.93 * labelled.confidence)
    former_text = item.text(Role.FORMER_DATE)
    before = cues.dates_in(former_text, context)
    if before and promised is None and cues.affirmed(item.text(Role.PROMISED_DATE), "as_ordered"):
        return stated_in(item, context, Role.FORMER_DATE, before[0].value, former_text, 0.9), None
    if before:
        former = stated_in(item, context, Role.FORMER_DATE, before[0].value, former_text, 0.9)
    elif former is None and promised is not None:
        former = _crossed_out(item, context)
    return promised, former


def _crossed_out(item: Item, context: Context) -> Stated[date] | None:
    """The day that stands crossed out beside the new one."""
    for role in (Role.PROMISED_DATE, Role.WEEK, Role.DISPATCH_DATE):
        for cell in item.cells.get(role, ()):
            days = cues.dates_in(cell.struck, context)
            if len(days) == 1:
                return stated_in(item, context, role, days[0].value, cell.text, 0.9)
    return None


def _in_remark(item: Item, context: Context) -> Stated[date] | None:
    """ "Anlief. KW 9" as the remark of a row whose day is told for the whole document elsewhere."""
    text = item.text(Role.REMARK)
    days = cues.dates_in(text, context)
    if len(days) != 1 or days[0].value < context.today or cues.has(text, "former", "valid_until"):
        return None
    return stated_in(item, context, Role.REMARK, days[0].value, text, 0.75)


def _beside_label(item: Item, context: Context) -> Stated[date] | None:
    """ "Levering:" at the foot of one cell and "06-05-2026" at the foot of the next: a field torn apart."""
    lines = [line.strip() for line in _lines_of_words(item)]
    if not any(line.endswith(":") and _of_delivery(line) for line in lines):
        return None
    alone = {day.value: line for line in lines for day in cues.dates_in(line, context) if day.text == line}
    if len(alone) != 1:
        return None
    value, text = next(iter(alone.items()))
    return stated_in(item, context, None, value, text, 0.85)


def _not_dispatched(text: str, found: list[FoundDate]) -> list[FoundDate]:
    """The days of a cell, without one of dispatch beside one of arrival: "S15 (expédition S14)"."""
    marks = vocabulary.phrases_in(text, "labels.dispatch_date")
    rest = [day for day in found if not any(0 <= day.start - mark.end <= _DISPATCH_REACH for mark in marks)]
    return rest or found


#: An opening bracket before a day, with a word or two between that tell what it was.
_FORMER_IN_BRACKETS = re.compile(r"[(\[（][^)\]）\d]{0,24}$")
_DISPATCH_REACH = 4  # characters between a word of dispatch and its day


def _of_delivery(text: str) -> bool:
    return any(vocabulary.phrases_in(text, f"labels.{name}") for name in ("delivery_date", "arrival", "dispatch_date"))


def _lines_of_words(item: Item) -> list[str]:
    """The lines of the cells that hold words: description, codes, remark."""
    roles = (Role.DESCRIPTION, Role.CODE, Role.OUR_CODE, Role.SUPPLIER_CODE, Role.REMARK)
    return [line for role in roles for cell in item.cells.get(role, ()) for line in cell.text.split("\n")]


def _as_week(text: str, role: Role, header: Header) -> str:
    """A bare number under a heading that speaks of weeks is one."""
    number = text.strip()
    if not number.isdigit() or not 1 <= int(number) <= 53:
        return text
    title = header.texts[header.roles.index(role)] if role in header.roles else ""
    weekly = role is Role.WEEK or _WEEKLY.search(title) is not None
    return f"KW {number}" if weekly else text


_WEEKLY = re.compile(
    r"week|\bkw\b|\bwk|woche|semaine|\bsem\b|semana|settiman|\bsett|tydz|tygod|hafta|周|週", re.IGNORECASE
)


def _is_other(code: str, own: Iterable[Stated[str]], context: Context) -> bool:
    """A code that is not the row's own, beside one of the row that we know."""
    written = {codes.canonical(item.value) for item in own}
    return codes.canonical(code) not in written and any(item in context.hints.by_code for item in written)


def _replaced(item: Item, context: Context) -> tuple[Stated[str], ...]:
    """Codes of our orders that stand crossed out beside another code: the goods that the row's goods replace."""
    known = context.hints.by_code
    return tuple(
        stated_in(item, context, role, token, cell.text, 0.9)
        for role in (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE)
        for cell in item.cells.get(role, ())
        for token in _CODE.findall(cell.struck)
        if codes.canonical(token) in known and (written := _CODE.findall(cell.text))
        if not any(codes.canonical(other) in known for other in written)
    )


def _in_place_of(replaced: tuple[Stated[str], ...], written: tuple[Stated[str], ...]) -> Stated[str] | None:
    """The code written beside one that is crossed out."""
    gone = {codes.canonical(item.value) for item in replaced}
    return next((item for item in written if gone and codes.canonical(item.value) not in gone), None)


def _substitute(item: Item, context: Context) -> Stated[str] | None:
    text = item.text(Role.SUBSTITUTE).strip()
    match = _CODE.search(text)
    return stated_in(item, context, Role.SUBSTITUTE, match.group(), text, 0.9) if match else None
