"""Which tables of an HTML document hold data, and how their rows are read where cells span columns and rows."""

from collections.abc import Iterable, Sequence

from triage.domain.document import Cell, Table
from triage.reading import html_style
from triage.reading.lines import FlowLine

CELL_PROSE = 400  # characters: a cell that holds more is a text block, not a value
_MOST_SPANNED = 50  # columns or rows of one cell


def own_rows(table: "html_style.Node") -> "list[html_style.Node]":
    """The rows of a table, without those of tables inside it."""
    rows = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("tbody", "thead", "tfoot"):
            rows.extend(row for row in child if row.tag == "tr")
    return rows


def _filled(row: "html_style.Node") -> int:
    """How many cells of a row hold text."""
    return sum(1 for cell in row if cell.tag in ("td", "th") and "".join(cell.itertext()).strip())


def is_substantial(table: "html_style.Node") -> bool:
    """A nested table that is a table of data itself, not one that arranges the lines of a cell."""
    rows = own_rows(table)
    wide = sum(1 for row in rows if _filled(row) >= 3)
    return wide >= 2 or sum(1 for row in rows if _filled(row) >= 2) >= 3


def is_grid(rows: "list[html_style.Node]") -> bool:
    """Two rows at least with two filled cells at least, whose cells are values rather than text blocks."""
    wide = [row for row in rows if _filled(row) >= 2]
    if len(wide) < 2:
        return False
    lengths = [len(" ".join("".join(cell.itertext()).split())) for row in wide for cell in row]
    return sum(length > CELL_PROSE for length in lengths) * 8 <= len(lengths)


def _span(cell: "html_style.Node", name: str) -> int:
    value = cell.get(name, "1")
    return min(int(value), _MOST_SPANNED) if value.isdigit() and value != "0" else 1


class Columns:
    """The columns of a table, row by row: a cell that spans rows stands in each of them."""

    def __init__(self) -> None:
        self._spanning: dict[int, tuple[int, str]] = {}  # column → (rows still to come, text)

    def placed(self, cells: "Iterable[tuple[html_style.Node, str]]") -> list[str]:
        """The texts of the next row by column; one that spans columns stands in the first of them."""
        row: list[str] = []
        below: dict[int, tuple[int, str]] = {}
        for cell, text in cells:
            self._fill(row, below)
            for more in range(_span(cell, "colspan")):
                row.append("" if more else text)
                below[len(row) - 1] = (_span(cell, "rowspan") - 1, row[-1])
        self._fill(row, below)
        self._spanning = {column: rest for column, rest in below.items() if rest[0] > 0}
        return row

    def _fill(self, row: list[str], below: dict[int, tuple[int, str]]) -> None:
        while len(row) in self._spanning:
            left, text = self._spanning[len(row)]
            below[len(row)] = (left - 1, text)
            row.append(text)


def tables_of(flow: Sequence[FlowLine]) -> tuple[Table, ...]:
    """The tables among the lines, rows made equally long; a list of labels with their values is none."""
    groups: dict[int, list[FlowLine]] = {}
    for line in flow:
        if line.table is not None and line.cells:
            groups.setdefault(line.table, []).append(line)
    found = []
    for lines in groups.values():
        rows = [line.cells for line in lines]
        width = max(map(len, rows))
        if width == 2 and sum(row[0].rstrip().endswith((":", "：")) for row in rows) * 2 > len(rows):
            continue
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        used = [place for place in range(width) if any(row[place] for row in padded)]
        if len(rows) >= 2 and len(used) >= 2:
            struck = [[*line.struck, *[""] * (width - len(line.struck))] for line in lines]
            found.append(
                Table(
                    rows=tuple(
                        tuple(Cell(text=row[place], struck=out[place]) for place in used)
                        for row, out in zip(padded, struck, strict=True)
                    )
                )
            )
    return tuple(found)
