"""What the words of a table's row tell besides its numbers: a refusal, the goods it replaces, the day of arrival."""

import re
from collections.abc import Mapping

from triage.domain import codes
from triage.domain.document import Cell
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition
from triage.extractors import cues, vocabulary
from triage.extractors.columns import Role
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.item import Item, stated_in

_CODES = (Role.SUPPLIER_CODE, Role.CODE, Role.OUR_CODE)
#: A code, also where Chinese or Japanese goes on behind it without a blank.
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9][A-Za-z0-9./_+-]*\d[A-Za-z0-9_+-]*(?![A-Za-z0-9])")
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
    ours = (_codes_of(words) & known.keys()) - in_cells
    return own[0] if len(own) == 1 and not in_cells & known.keys() and len(ours) == 1 else None


def replaced_in_words(item: Item, context: Context) -> tuple[Stated[str], ...]:
    """The codes of ours that the words of a row name."""
    words = " ".join(item.text(role) for role in _WORDS)
    known = [token for token in _CODE.findall(words) if codes.canonical(token) in context.hints.by_code]
    return tuple(stated_in(item, context, Role.DESCRIPTION, token, token, 0.95) for token in known)


def _codes_of(text: str) -> set[str]:
    return {codes.canonical(token) for token in _CODE.findall(text)}


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
