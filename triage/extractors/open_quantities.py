"""Rows that tell what ships now and what stays open ("Ord 12, Ship 4, B/O 8"): two deliveries of one line."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement
from triage.extractors import cues, numbers, vocabulary
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.items import Item


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
    if rest is None or now is None or context.is_shipping or context.is_invoice:
        return (line,)
    if not (item.text(Role.DELIVERED_QUANTITY) or item.text(Role.CONFIRMED_QUANTITY)) or now.value == rest.value == 0:
        return (line,)
    place = context.evidence(item.text(Role.OPEN_QUANTITY), page=item.page)
    fate = Stated(value=Disposition.BACKORDERED, evidence=place, confidence=0.9, source="table")
    later = replace(
        line,
        quantity=rest,
        amount=None,
        promised=line.promised if open_dated else None,
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
