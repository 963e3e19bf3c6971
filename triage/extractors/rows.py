"""Turns the rows of a table with a header into line statements, each value with the cell it stands in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from triage.domain.document import Cell, Table
from triage.domain.statement import LineStatement
from triage.extractors import (
    below_rows,
    column_content,
    columns,
    items,
    open_quantities,
    packed_rows,
    row_prices,
    row_words,
    told_discounts,
    vocabulary,
)
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context
from triage.extractors.item import Item

POSITION = re.compile(r"^\W{0,2}(?:[^\W\d]{1,8}\.?\s*)?0{0,5}(\d{1,5})(?:[./]\d{1,4})?\W{0,2}$")
#: Columns whose content starts a new item.
_STARTS = (
    Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.ORDERED_QUANTITY, Role.DELIVERED_QUANTITY, Role.OPEN_QUANTITY,
    Role.UNIT_PRICE, Role.NET_PRICE, Role.AMOUNT,
)  # fmt: skip
_QUANTITIES = _STARTS[:5]
_NAMES = (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.DESCRIPTION, Role.POSITION, Role.ORDER_NUMBER)
_DATES = (Role.PROMISED_DATE, Role.WEEK, Role.DISPATCH_DATE)


def table_statements(table: Table, context: Context) -> tuple[LineStatement, ...]:
    """All line statements of a table; none where no header gives its columns a meaning."""
    found: list[LineStatement] = []
    joined = column_content.thousands_joined(table.rows)
    if len(joined[0]) != len(table.rows[0]) if joined else False:
        table = replace(table, rows=joined)
    for header, found_items in _sections(table, context):
        if context.price_per is not None and any(row_prices.names_basis(item) for item in found_items):
            # "/C = price per hundred" below: what a mark of some rows means, and of no other row.
            context = replace(context, price_per=None)
        told_discounts.apply(header, found_items, context)
        open_dated = open_quantities.dates_are_of_open(header, found_items, context)
        section: list[LineStatement] = []
        for item, below in zip(found_items, [*found_items[1:], None], strict=True):
            statement = items.statement(item, header, context)
            if statement is not None and item.again and section and not statement.codes:
                statement = replace(statement, codes=section[-1].codes)
            if statement is not None and (item.again or (below is not None and below.again)):
                section.append(statement)  # the rows below tell what is open, each with its day
            elif statement is not None:
                section.extend(open_quantities.split(statement, item, context, open_dated=open_dated))
        found.extend(packed_rows.added_up(section, header, context))
    return tuple(found)


def without_foot(table: Table) -> Table:
    """The table without notes that stand alone in a row behind its totals: they speak of the whole document."""
    end = len(table.rows)
    while end > 1 and sum(bool(cell.text.strip()) for cell in table.rows[end - 1]) == 1:
        end -= 1
    if end == len(table.rows) or end < _LEAST_ROWS or not _is_summary(table.rows[end - 1]):
        return table
    return replace(table, rows=table.rows[:end], pages=table.pages[:end])


_LEAST_ROWS = 3  # a head, an item, a total


def learned_columns(table: Table, context: Context) -> tuple[tuple[str, str], ...]:
    """(head, role) of columns that got their meaning from what stands in them, no word list knowing their head."""
    found = []
    for header, below in _sections(table, context):
        for text, role in zip(header.texts, header.roles, strict=True):
            known, _ = columns.role_of(text, context.hints.meanings)
            if below and role is not None and known is None and any(char.isalpha() for char in text):
                found.append((text, role.value))
    return tuple(found)


def _sections(table: Table, context: Context) -> Iterator[tuple[Header, list[Item]]]:
    """Each header with the items below it; a header repeated on the next page continues."""
    header: Header | None = None
    found: list[Item] = []
    index = 0
    while index < len(table.rows):
        fresh = columns.header_at(table, index, context.hints.meanings)
        if fresh is not None:
            if header is not None and fresh.texts != header.texts and found:
                yield header, found
                found = []
            header = column_content.checked(fresh, _rows_below(table, index + fresh.rows, context), context)
            index += fresh.rows
            continue
        if header is not None:
            page = table.pages[index] if index < len(table.pages) else table.page
            _collect(table.rows[index], header, found, page, context)
        index += 1
    if header is not None and found:
        yield header, found


def _rows_below(table: Table, start: int, context: Context) -> list[tuple[Cell, ...]]:
    """The rows under a header, up to the next one."""
    rows: list[tuple[Cell, ...]] = []
    for index in range(start, len(table.rows)):
        if rows and columns.header_at(table, index, context.hints.meanings) is not None:
            break
        if not _is_summary(table.rows[index]):
            rows.append(table.rows[index])
    return rows


def _is_summary(row: tuple[Cell, ...]) -> bool:
    """A row of totals, carry-overs or taxes. Decided by its first words."""
    text = " ".join(cell.text for cell in row if cell.text.strip())[:80]
    return any(
        hit.start < 12
        for section in ("labels.total", "labels.subtotal", "labels.vat", "labels.freight")
        for hit in vocabulary.phrases_in(text, section)
    )


#: "KW 12/27", "30 Stk KW 12" below a quantity: its day, no quantity of another item.
_DAY_ALONE = re.compile(
    r"\s*(?:\d[\d.,]*\s?[^\W\d_]{1,6}\.?\s)?(?:KW|CW|WK|week|sem\.?|sett\.?|tydz\.?|S)\s?\d{1,2}(?!\d)|\s*\d{1,2}[./-]\d{1,2}[./-]\d",
    re.IGNORECASE,
)


def _is_freight(filled: Mapping[Role, Cell]) -> bool:
    """ "40 | Carriage, crate | 1 | incl.": a numbered row of the cost of carriage or packing, without an article."""
    named = any(role in filled for role in (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.EAN))
    words = filled[Role.DESCRIPTION].text if Role.DESCRIPTION in filled else ""
    counts = {re.sub(r"[.,]0+$", "", filled[role].text.strip()) for role in _QUANTITIES if role in filled}
    if named or not counts <= {"", "1", "-", "–", "—"}:
        return False  # "Packing, PTFE 10 mm | 40": goods
    return any(hit.start == 0 for hit in vocabulary.phrases_in(words.strip(), "labels.freight"))


def _is_labelled_amount(filled: Mapping[Role, Cell]) -> bool:
    """ "Reliquat HT" in the column of prices, and an amount: a line of totals under whatever name."""
    named = filled.keys() & set(_NAMES)
    words = [role for role, cell in filled.items() if re.fullmatch(r"[^\W\d_][^\d]{2,}", cell.text.strip())]
    return not named and Role.AMOUNT in filled and any(role in (*_STARTS, Role.DISCOUNT, Role.TAX) for role in words)


def _is_field(text: str) -> bool:
    """ "Liefertermin: Tag 12.03.2027" below an article: a field of the item, and no goods."""
    label, colon, value = text.partition(":")
    if not colon or not any(char.isdigit() for char in value) or len(label) > _LONGEST_LABEL:
        return False
    return any(vocabulary.phrases_in(label, f"labels.{name}") for name in ("delivery_date", "arrival", "dispatch_date"))


_LONGEST_LABEL = 32


def _collect(row: tuple[Cell, ...], header: Header, found: list[Item], page: int | None, context: Context) -> None:
    """Put a row where it belongs: a new item, the continuation of the last one, or nowhere."""
    filled = {
        role: cell for role, cell in zip(header.roles, row, strict=False) if role is not None and cell.text.strip()
    }
    text = "   ".join(cell.text for cell in row if cell.text.strip())
    if not text:
        return
    if found and (line := below_rows.price_line(filled, found[-1], context)) is not None:
        below_rows.add(line, found[-1], filled, text)
        return
    filled, again = below_rows.repeated(filled, found[-1] if found else None)
    has_number = any(
        role in filled and any(char.isdigit() for char in filled[role].text) and not _DAY_ALONE.match(filled[role].text)
        for role in _STARTS
    )
    has_date = any(role in filled and any(char.isdigit() for char in filled[role].text) for role in _DATES)
    names = any(
        role in filled and not _is_field(filled[role].text) and not row_words.is_remark(filled[role].text, context)
        for role in (Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.DESCRIPTION)
    )
    numbered = filled[Role.POSITION].text.strip() if Role.POSITION in filled else ""
    position = POSITION.match(numbered) is not None or row_words.NUMBERED_CODE.fullmatch(numbered) is not None
    starts = (has_number and (names or position or has_date)) or (position and (names or has_date))
    starts = starts or (
        has_date and names and not has_number and bool(filled.keys() - {Role.DESCRIPTION} - set(_DATES))
    )
    starts = starts or (bool(found) and row_words.is_item_without_numbers(filled, found[-1]))
    # Below heads of two lines an item takes two rows; the number stands in its first.
    layered = Role.POSITION in header.roles and any("\n" in text for text in header.texts)
    starts = starts and (position or not layered or not found)
    if ((_is_summary(row) or _is_labelled_amount(filled)) and not position) or _is_freight(filled):
        return
    if starts or (not found and has_number and has_date):
        item = Item(page=page, again=again)
        if found and not names and not position:
            # A row with a quantity and a day of its own under an item: another delivery of the same goods.
            item.cells = {role: list(found[-1].cells[role]) for role in _NAMES if role in found[-1].cells}
            item.again = True
        found.append(item)
    elif found:
        item = found[-1]
        item.loose.append(text)
    else:
        return
    item.texts.append(text)
    for role, cell in filled.items():
        if role is not Role.DISCOUNT:
            item.cells.setdefault(role, []).append(cell)
    # Discounts in columns of their own are taken off one after the other.
    chain = [cell for role, cell in zip(header.roles, row, strict=False) if role is Role.DISCOUNT and cell.text.strip()]
    if chain:
        item.cells.setdefault(Role.DISCOUNT, []).extend(chain)
    for meaning, cell in zip(header.roles, row, strict=False):
        if meaning is None and cell.text.strip():
            item.loose.append(cell.text)
