"""What a supplier's accepted answers teach: codes that mean goods of ours, words that head a column.

Learned only where a person accepted what was read, and used only for that supplier. Never a value, never a rule of
policy.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from triage.domain import codes
from triage.domain.assessment import ConfirmedLine
from triage.domain.erp import Order, OrderBook, SupplierProduct
from triage.domain.outcome import Understood
from triage.domain.statement import Disposition

_SHORTEST, _LONGEST = 4, 40  # characters of a code, without separators
_LONGEST_HEAD = 60  # characters of a column's head


class LessonKind(enum.StrEnum):
    """What was learned."""

    CODE = "code"  # meaning: the id of our product
    COLUMN = "column"  # meaning: what the column holds, as `Role` names it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One thing that a supplier writes, and what it means."""

    supplier_id: int
    kind: LessonKind
    written: str  # a canonical code, or the head of a column in lower case
    meaning: str


def head(text: str) -> str:
    """The head of a column as it is compared: lower case, single blanks."""
    return " ".join(text.casefold().split())[:_LONGEST_HEAD]


def learned_from(understood: Understood) -> tuple[Lesson, ...]:
    """What an accepted reading teaches. A code only where a line names exactly one that we did not know."""
    found: dict[tuple[int, str, str], Lesson | None] = {}

    def note(lesson: Lesson) -> None:
        key = (lesson.supplier_id, lesson.kind, lesson.written)
        # The same words with two meanings teach nothing.
        found[key] = lesson if found.get(key, lesson) == lesson else None

    for line in understood.assessment.confirmation.lines:
        for lesson in _codes_of(line):
            note(lesson)
    suppliers = {order.supplier.id for order in understood.assessment.confirmation.orders}
    if len(suppliers) == 1:
        supplier = suppliers.pop()
        for words, role in understood.statement.columns:
            if words.strip():
                note(Lesson(supplier_id=supplier, kind=LessonKind.COLUMN, written=head(words), meaning=role))
    return tuple(lesson for lesson in found.values() if lesson is not None)


def _codes_of(line: ConfirmedLine) -> Iterable[Lesson]:
    if line.order is None or line.line is None or line.line.product_id is None:
        return
    if line.status in (Disposition.SUBSTITUTED, Disposition.REJECTED, Disposition.ADDED):
        return
    ours = {codes.canonical(item) for item in (line.line.product_code, *line.line.supplier_codes)}
    others = {
        codes.canonical(code)
        for other in line.order.lines
        if other.id != line.line.id
        for code in (other.product_code, *other.supplier_codes)
    }
    strange = {codes.canonical(item.value) for item in line.statement.codes} - ours
    strange = {item for item in strange if _SHORTEST <= len(item) <= _LONGEST and any(map(str.isdigit, item))}
    if len(strange) == 1 and not strange & others and not strange & {codes.canonical(line.order.name)}:
        yield Lesson(
            supplier_id=line.order.supplier.id,
            kind=LessonKind.CODE,
            written=strange.pop(),
            meaning=str(line.line.product_id),
        )


def applied(book: OrderBook, learned: Sequence[Lesson]) -> OrderBook:
    """The order book with what was learned about its suppliers; the ERP's own codes go first."""
    if not learned:
        return book
    known = {(item.supplier_id, codes.canonical(item.code)) for item in book.supplier_products if item.code}
    aliases = [
        SupplierProduct(supplier_id=item.supplier_id, product_id=int(item.meaning), code=item.written)
        for item in learned
        if item.kind is LessonKind.CODE and (item.supplier_id, item.written) not in known
    ]
    meanings = tuple((item.written, item.meaning) for item in learned if item.kind is LessonKind.COLUMN)
    return replace(
        book,
        orders=tuple(_with_codes(order, aliases) for order in book.orders),
        supplier_products=(*book.supplier_products, *aliases),
        column_meanings=meanings,
    )


def _with_codes(order: Order, aliases: Sequence[SupplierProduct]) -> Order:
    mine: dict[int, list[str]] = {}
    for alias in aliases:
        if alias.supplier_id == order.supplier.id:
            mine.setdefault(alias.product_id, []).append(alias.code)
    if not mine:
        return order
    lines = tuple(
        replace(line, supplier_codes=(*line.supplier_codes, *mine[line.product_id]))
        if line.product_id in mine
        else line
        for line in order.lines
    )
    return replace(order, lines=lines)
