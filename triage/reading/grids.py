"""Rows of cells (a sheet, a CSV file) to lines and tables. Never guesses what a column means."""

from collections.abc import Sequence

from triage.domain.document import Cell, Table, TextLine
from triage.reading import columns, invisible
from triage.reading.lines import joined_cells


def lines_of(rows: Sequence[Sequence[str]], page: int | None = None) -> tuple[TextLine, ...]:
    """One line for every row that holds anything."""
    found = []
    for row in rows:
        text = invisible.cleaned(joined_cells(cell.strip() for cell in row))
        if text:
            found.append(TextLine(text=text, page=page))
    return tuple(found)


def tables_of(rows: Sequence[Sequence[str]], *, title: str = "", page: int | None = None) -> tuple[Table, ...]:
    """The tables among the rows: from each row of column heads on, else all rows where several have three cells."""
    filled = [[invisible.cleaned(cell).strip() for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    starts = [
        index
        for index, row in enumerate(filled)
        if sum(map(bool, row)) >= 3 and columns.is_header([cell for cell in row if cell])
    ]
    if not starts:
        wide = [index for index, row in enumerate(filled) if sum(map(bool, row)) >= 3]
        if len(wide) < 2:
            return ()
        starts = wide[:1]
    found = []
    for start, end in zip(starts, [*starts[1:], len(filled)], strict=True):
        if end - start >= 2:
            found.append(_table(filled[start:end], title, page))
    return tuple(found)


def _table(rows: Sequence[Sequence[str]], title: str, page: int | None) -> Table:
    """The rows without the columns that are empty in all of them."""
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    used = [place for place in range(width) if any(row[place] for row in padded)]
    return Table(rows=tuple(tuple(Cell(text=row[place]) for place in used) for row in padded), title=title, page=page)
