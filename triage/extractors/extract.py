"""A reading becomes a statement: everything the message says about orders, each value with its place.

One function, `extract`. It orders the readers of this room: numbers of orders, fields, tables, sentences.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from triage.domain import codes
from triage.domain.document import Cell, Part, PartRole, Reading, Table
from triage.domain.erp import Order, OrderBook
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Loose, PriceChange, Statement, Term, WholeOrder
from triage.extractors import (
    accounts,
    clauses,
    dated_weekdays,
    deadlines,
    fields,
    letters,
    loose,
    own_numbers,
    prose,
    references,
    rows,
    superseded,
    titles,
    vocabulary,
    whole_orders,
)
from triage.extractors.context import Context
from triage.extractors.edi import reader as edi
from triage.extractors.edi.structured import Structured
from triage.extractors.hints import Hints, hints_of
from triage.extractors.references import FoundNumbers, OrderNumbers
from triage.extractors.topics import Names

_SHIPPING = {"shipping_notice"}
_INVOICE = {"invoice"}
_MOST_SENTENCES = 400
_LEAST_WORDS = 40  # by which languages can be told
#: Blanks, and stars that point to a remark: tables are read without either.
_SPACE = re.compile(r"\s+|\(\*+\)|(?<=\S)\*{1,3}(?=\s|$)")


def extract(reading: Reading, book: OrderBook, now: datetime) -> Statement:
    """Everything the message states.

    now: aware; stands in for the day of writing where the message has no date of its own.
    """
    words = sum(len(line.text.split()) + len(line.text) // 12 for part in reading.parts for line in part.lines)
    # Of a few words the languages are a guess.
    with vocabulary.spoken(reading.languages if words >= _LEAST_WORDS else ()):
        return _extracted(reading, book, now)


def _extracted(reading: Reading, book: OrderBook, now: datetime) -> Statement:
    found = references.order_numbers(reading, book)
    title = titles.document_title(reading)
    orders = _orders_meant(book, found)
    hints = hints_of(book, orders)
    today = reading.headers.date.date() if reading.headers.date else now.date()
    collector = _Collector(reading, book, hints, found, title, today)
    replaced = superseded.superseded(reading, hints)
    for part in references.stating_parts(reading):
        if not any(part is other for other in replaced):
            collector.read(part)
    return collector.statement()


def _orders_meant(book: OrderBook, found: FoundNumbers) -> tuple[Order, ...]:
    """The orders named; where none is, every open order of the sender, those a misprint away included."""
    names = {item.value for item in found.named}
    named = tuple(order for order in book.orders if order.name in names)
    return named or tuple(order for order in book.orders if order.is_open) or book.orders


class _Collector:
    """Gathers what the parts of one message state."""

    def __init__(
        self, reading: Reading, book: OrderBook, hints: Hints, found: FoundNumbers, title: str | None, today: date
    ) -> None:
        self._reading = reading
        self._book = book
        self._hints = hints
        self._found = found
        self._title = title
        self._today = today
        self._finder = OrderNumbers(book)
        self._has_documents = bool(reading.unreadable) or any(
            part.role is PartRole.ATTACHMENT for part in reading.parts
        )
        self._structured: list[Structured] = []
        self._lines: list[LineStatement] = []
        self._wholes: list[WholeOrder] = []
        self._terms: list[Term] = []
        self._mentioned: list[int] = []
        self._unplaced: list[Evidence] = []
        self._loose: list[Loose] = []
        self._changes: list[PriceChange] = []
        self._columns: list[tuple[str, str]] = []
        self._respond_by: Stated[date] | None = None
        self._document_date: date | None = None

    def read(self, part: Part) -> None:
        """All that one part states."""
        structured = edi.read(part)
        if structured is not None:
            self._structured.append(structured)
            return
        context = self._context(part)
        spoken_for, tabled = self._tables(part, context)
        found = fields.document_fields(part, context, spoken_for)
        context = replace(context, price_per=found.price_per, currency=found.currency)
        if tabled:
            self._lines.extend(self._table_lines(part, context))
        self._terms.extend(found.terms)
        self._document_date = self._document_date or found.document_date
        whole = fields.whole_order_of(found, None)
        if whole is not None:
            self._wholes.append(whole)
        self._sentences(part, context, spoken_for | found.used, beside_table=tabled)

    def _context(self, part: Part) -> Context:
        return Context(
            part=part,
            hints=self._hints,
            today=self._today,
            languages=self._reading.languages,
            decimal_mark=fields.decimal_mark_of(part),
            day_first=self._hints.day_first,
            weekdays=dated_weekdays.named_weekdays([line.text for line in part.lines[:_MOST_SENTENCES]], self._today),
            is_invoice=self._title in _INVOICE,
            is_shipping=self._title in _SHIPPING,
        )

    def _tables(self, part: Part, context: Context) -> tuple[frozenset[int], bool]:
        """Indexes of lines that stand in tables that state something, and whether there are such tables."""
        tables = map(rows.without_foot, part.tables)
        stating = [table for table in tables if rows.table_statements(table, context)]
        return _lines_of(part, stating), bool(stating)

    def _table_lines(self, part: Part, context: Context) -> Iterable[LineStatement]:
        for table in map(rows.without_foot, part.tables):
            self._columns.extend(rows.learned_columns(table, context))
            for line in rows.table_statements(table, context):
                yield self._with_order(part, line)

    def _with_order(self, part: Part, line: LineStatement) -> LineStatement:
        """Where a message has several orders, a row belongs to the number printed last above it."""
        if line.order_number is not None or len(self._found.named) < 2:
            return line
        above = _order_above(part, line, self._finder)
        if above is None:
            return line
        return replace(line, order_number=Stated(value=above, evidence=line.evidence, confidence=0.85, source="table"))

    def _sentences(self, part: Part, context: Context, skip: frozenset[int], *, beside_table: bool) -> None:
        sentences = clauses.sentences(part, skip)[:_MOST_SENTENCES]
        if part.role is PartRole.ATTACHMENT and self._lines:
            # Beside a table of lines the small print of a document speaks in general terms.
            sentences = [item for item in sentences if not _is_small_print(item.text)]
        names = [item.value for item in self._found.named]
        document = part.role is PartRole.ATTACHMENT and beside_table
        if not document:
            self._loose.extend(loose.named(sentences, context))
        spoken = prose.Narrator(context, self._finder, names, self._called(), beside_table=document).tell(sentences)
        self._lines.extend(spoken.lines)
        self._mentioned.extend(spoken.mentioned)
        self._unplaced.extend(spoken.unplaced)
        self._wholes.extend(item for item in spoken.wholes if not self._is_cover_note(item))
        for sentence in sentences:
            change = letters.price_change(sentence, context)
            if change is not None:
                self._changes.append(change)
            answer = deadlines.respond_by(sentence, context)
            if answer is not None and (self._respond_by is None or answer.confidence > self._respond_by.confidence):
                self._respond_by = answer

    def _called(self) -> Names:
        """The goods as the rows of tables call them."""
        names = Names()
        for line in self._lines:
            meant = [item for code in line.codes for item in self._hints.by_code.get(codes.canonical(code.value), ())]
            if line.description is not None and meant:
                names.learn(line.description.value, meant)
        return names

    def _is_cover_note(self, whole: WholeOrder) -> bool:
        """ "Attached is our confirmation" confirms nothing by itself: what is attached does, or can't be read."""
        bare = not (whole.promised or whole.confirms_date or whole.confirms_price or whole.confirms_quantity)
        accepted = whole.disposition is not None and whole.disposition.value is Disposition.ACCEPTED
        return bare and accepted and self._has_documents

    def statement(self) -> Statement:
        """Everything gathered. A structured document is exact: its lines stand before those read from text."""
        exact = [line for item in self._structured for line in item.lines]
        reference = next((item.reference for item in self._structured if item.reference), None)
        title = next((item.kind for item in self._structured), self._title)
        return Statement(
            order_numbers=self._order_numbers(),
            supplier_reference=reference or own_numbers.supplier_reference(self._reading, self._book),
            lines=(*exact, *self._lines),
            whole_orders=(
                *whole_orders.settled(self._wholes),
                *(_whole(item) for item in self._structured if _is_whole(item)),
            ),
            terms=tuple(self._terms),
            price_changes=tuple(self._changes),
            respond_by=self._respond_by,
            document_date=self._document_date,
            document_title=title,
            columns=tuple(dict.fromkeys(self._columns)),
            mentioned=tuple(dict.fromkeys(self._mentioned)),
            unplaced=tuple(self._unplaced),
            loose=tuple(self._loose),
            bank_accounts=accounts.bank_accounts(self._reading),
            doubts=tuple(doubt for item in self._structured for doubt in item.doubts),
        )

    def _order_numbers(self) -> tuple[Stated[str], ...]:
        """Known numbers, strange ones, and those that a structured document names as ours and that are unknown."""
        numbers = [*self._found.named, *self._found.strange]
        seen = {codes.canonical(item.value) for item in numbers}
        for structured in self._structured:
            for item in structured.order_numbers:
                known = [name for name, _ in self._finder.known(item.value)]
                if codes.canonical(item.value) not in seen and not any(codes.canonical(name) in seen for name in known):
                    numbers.append(item)
                    seen.add(codes.canonical(item.value))
        return tuple(numbers)


def _is_whole(structured: Structured) -> bool:
    return structured.header_disposition is not None and not structured.lines


def _whole(structured: Structured) -> WholeOrder:
    """A response without lines speaks of every line: an acceptance confirms quantity, price and date as ordered."""
    fate = structured.header_disposition
    accepted = fate is not None and fate.value is Disposition.ACCEPTED
    place = fate.evidence if fate is not None else Evidence(part="", text="")
    number = structured.order_numbers[0].value if structured.order_numbers else None
    return WholeOrder(
        evidence=place,
        order_number=number,
        disposition=fate,
        confirms_quantity=accepted,
        confirms_price=accepted,
        confirms_date=accepted,
    )


def _squeeze(text: str) -> str:
    return _SPACE.sub("", text)


def _lines_of(part: Part, tables: Iterable[Table]) -> frozenset[int]:
    """Indexes of the part's lines whose words stand in these tables."""
    inside: set[str] = set()
    cells: set[str] = set()
    for table in tables:
        for row in table.rows:
            inside.add(_squeeze("".join(cell.text for cell in row)))
            # Cells that wrap: each printed line of the row by itself.
            inside.update(_squeeze("".join(pieces)) for pieces in _printed(row))
            for cell in row:
                cells.update(_squeeze(piece) for piece in cell.text.split("\n") if piece.strip())
    joined = "\x00".join(inside)
    found = set()
    for index, line in enumerate(part.lines):
        text = _squeeze(line.text)
        if text and (text in joined or text in cells or _made_of(line.text, cells)):
            found.add(index)
    return frozenset(found)


def _printed(row: Iterable[Cell]) -> Iterable[tuple[str, ...]]:
    """The lines of a row's cells side by side, as they stand on the page."""
    return itertools.zip_longest(*(cell.text.split("\n") for cell in row), fillvalue="")


def _made_of(text: str, cells: set[str]) -> bool:
    """Every column of the line is a cell or the beginning of one."""
    pieces = [_squeeze(piece) for piece in re.split(r" {3,}|\t|\|", text) if piece.strip()]
    return len(pieces) >= 2 and all(piece in cells for piece in pieces)


def _order_above(part: Part, line: LineStatement, finder: OrderNumbers) -> str | None:
    """The order number printed last above a row."""
    wanted = _squeeze(line.evidence.text)[:40]
    mark = _squeeze(line.codes[0].value) if line.codes else ""
    current: str | None = None
    by_code: str | None = None
    for text in part.lines:
        for name, _ in finder.known(text.text):
            current = name
        squeezed = _squeeze(text.text)
        if squeezed and squeezed.startswith(wanted):
            return current
        if by_code is None and mark and mark in squeezed:
            by_code = current  # the same article can stand under another order, too
    return by_code or current


def _is_small_print(text: str) -> bool:
    return len(text) > 500
