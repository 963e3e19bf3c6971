"""Rows that tell what ships now and what stays open ("Ord 12, Ship 4, B/O 8"): two deliveries of one line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement
from triage.extractors import cues, numbers, quantities, vocabulary
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.item import Item

T = TypeVar("T")


def dates_are_of_open(header: Header, items: Sequence[Item], context: Context) -> bool:
    """The column of dates tells when the open quantities come: its head says so, or only their rows have a date."""
    index = header.index(Role.PROMISED_DATE, Role.WEEK, Role.DISPATCH_DATE)
    if index is None:
        return False
    head = header.texts[index]
    if vocabulary.phrases_in(head, "columns.open_quantity") or cues.has(head, "backorder"):
        return True
    dated = [bool(cues.dates_in(item.text(header.roles[index] or Role.PROMISED_DATE), context)) for item in items]
    still = [bool(_open(item, context)) for item in items]
    return any(dated) and dated == still


def split(line: LineStatement, item: Item, context: Context, *, open_dated: bool) -> tuple[LineStatement, ...]:
    """The statement of a row, in two where it states what comes now and what is open.

    open_dated: the row's date is that of the open quantity.
    """
    rest = _open(item, context)
    now = line.quantity
    if rest is None and (told := _scheduled(line, item, context) or _told_in_words(line, item, context)):
        return told
    if rest is None or now is None or context.is_shipping or context.is_invoice:
        return (line,)
    if not (item.text(Role.DELIVERED_QUANTITY) or item.text(Role.CONFIRMED_QUANTITY)) or now.value == rest.value == 0:
        return (line,)
    place = context.evidence(item.text(Role.OPEN_QUANTITY), page=item.page)
    own_day = _rest_day(rest.value, item, context)
    open_dated = open_dated and own_day is None
    fate = Stated(value=Disposition.BACKORDERED, evidence=place, confidence=0.9, source="table")
    later = replace(
        line,
        quantity=rest,
        amount=None,
        promised=line.promised if open_dated else own_day,
        disposition=fate,
        remainder=True,
        doubts=(),
    )
    if now.value == 0:
        return (later,)
    return (replace(line, promised=None if open_dated else line.promised), later)


def _open(item: Item, context: Context) -> Stated[Decimal] | None:
    """The open quantity of a row, where it is more than nothing."""
    text = item.text(Role.OPEN_QUANTITY)
    found = [item for item in numbers.find_numbers(text, decimal_mark=context.decimal_mark) if not item.percent]
    if len(found) != 1 or found[0].value <= 0:
        return None
    place = context.evidence(text, page=item.page)
    return Stated(value=found[0].value, evidence=place, confidence=0.93, source="table")


_REST = re.compile(
    r"(?<![^\W\d_])(?:b/o|bo|back ?orders?(?:ed)?|balance|r[uü]ckstand|rest|reliquat|solde|saldo|pendientes?|resto"
    r"|nalevering|naleverbaar|zaleg[lł]o[sś][cć]|em falta|bakiye|欠品|余数"
    r"|pozosta[lł]\w*|remaining|restliche\w*|restant\w*|resterende|rimanent\w*|kalan|残り)\s?[:.]?(?:\s?(?:de|of|von|di|van))?\s{0,3}(\d[\d.,]*)",
    re.IGNORECASE,
)


def _rest_day(rest: Decimal, item: Item, context: Context) -> Stated[date] | None:
    """The day of a remark below the row that tells when its open quantity comes: "Balance 200 est. 20 November"."""
    for text in item.loose:
        match = _REST.search(text)
        found = numbers.find_numbers(match.group(1).rstrip(".,"), decimal_mark=context.decimal_mark) if match else ()
        days = [day for day in cues.dates_in(text, context) if match and day.start >= match.end()]
        if found and found[0].value == rest and len(days) == 1:
            place = context.evidence(text, page=item.page)
            return Stated(value=days[0].value, evidence=place, confidence=0.88, source="table")
    return None


_LEADING = re.compile(r"\s*(\d{1,6})(?=\s+[^\W\d_])")


def _scheduled(line: LineStatement, item: Item, context: Context) -> tuple[LineStatement, ...]:
    """ "40 pieces on 5 March" and "20 pieces on 19 March" below a row of 60: its delivery schedule."""
    if line.quantity is None or context.is_shipping or context.is_invoice:
        return ()
    found: list[tuple[Decimal, date, str]] = []
    cells = [cell.text for held in item.cells.values() for cell in held]
    for text in "\n".join([*cells, *item.loose]).split("\n"):
        days = cues.dates_in(text, context)
        counts = [count for count in quantities.in_text(text, context, ()) if count.unit] if len(days) == 1 else []
        leading = _LEADING.match(text) if len(days) == 1 and not counts else None
        if len(counts) == 1:
            found.append((counts[0].value, days[0].value, text))
        elif leading and leading.end() <= days[0].start:
            found.append((Decimal(leading.group(1)), days[0].value, text))  # "25 allocated from stock, due 05/03"
    if len(found) < 2 or sum(count for count, _, _ in found) != line.quantity.value:
        return ()
    parts = []
    for count, day, text in found:
        place = context.evidence(text, page=item.page)
        parts.append(
            replace(
                line,
                quantity=Stated(value=count, evidence=place, confidence=0.92, source="table"),
                promised=Stated(value=day, evidence=place, confidence=0.92, source="table"),
                amount=None,
                doubts=(),
            )
        )
    return tuple(parts)


def _told_in_words(line: LineStatement, item: Item, context: Context) -> tuple[LineStatement, ...]:
    """ "12/02/2027   B/O 6   01/03/2027" in a row of 15 ordered, 9 now: two deliveries, each with its day."""
    text = "   ".join(item.texts)
    match = _REST.search(text)
    if match is None or line.quantity is None or context.is_shipping or context.is_invoice:
        return ()
    found = numbers.find_numbers(match.group(1).rstrip(".,"), decimal_mark=context.decimal_mark)
    rest = found[0].value if found else Decimal(0)
    ordered = line.ordered_quantity.value if line.ordered_quantity else None
    now = line.quantity.value
    others = {item.value for item in numbers.find_numbers(text[: match.start()], decimal_mark=context.decimal_mark)}
    if now == ordered or (ordered is None and now - rest in others):
        now -= rest  # the row's quantity is what was ordered
    if rest <= 0 or now <= 0 or (ordered is not None and now + rest != ordered):
        return ()
    days = cues.dates_in(text, context)
    before = [day for day in days if day.start < match.start()]
    behind = [day for day in days if day.start >= match.end()]
    if not behind:
        return ()
    place = context.evidence(text[match.start() : behind[0].end], page=item.page)

    def stated(value: T) -> Stated[T]:
        return Stated(value=value, evidence=place, confidence=0.88, source="table")

    first = replace(line, quantity=stated(now), promised=stated(before[-1].value) if before else None, disposition=None)
    later = replace(
        line, quantity=stated(rest), promised=stated(behind[0].value), disposition=stated(Disposition.BACKORDERED),
        amount=None, remainder=True, doubts=(),
    )  # fmt: skip
    return (first, later)
