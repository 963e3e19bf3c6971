"""Tables from words with boxes: header, rows with wrapped cells, tables that run over pages.

A table begins at a line that reads like column heads (or at lines of values under each other), and ends where no
line fits its columns any more. A table that is not certain is left out: the lines hold everything anyway.
"""

import bisect
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from triage.domain.document import Cell, Table
from triage.reading import columns, heads, invisible, page
from triage.reading.page import Row, Rules, Sheet, Spot, box_around, text_of

_FAR = 5.0  # line heights of white after which a table has ended
_PATIENCE = 9  # lines without values inside one row
_MOST_COLUMNS = 30
_STROKES = frozenset("-_=*.~–—|+ ")


@dataclass(slots=True)
class _Grid:
    """A table while it is read."""

    cuts: list[float]
    head: list[Row]
    values: set[int]  # columns that held a value in the first row of values
    rows: list[list[list[list[Spot]]]] = field(default_factory=list)  # row → column → line → words
    pages: list[int | None] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    open: bool = False  # reaches the foot of its page


def read_tables(sheets: Sequence[Sheet]) -> tuple[Table, ...]:
    """All tables of a document, those that run over pages joined."""
    grids: list[_Grid] = []
    for sheet in map(_without_drawn_lines, sheets):
        start = 0
        running = grids[-1] if grids and grids[-1].open else None
        if running is not None:
            start = _continued(running, sheet)
        while start < len(sheet.rows):
            found = _begin(sheet, start)
            if found is None:
                start += 1
                continue
            grid, behind = found
            if grids and _goes_on(grids[-1], grid) and running is grids[-1]:
                grids[-1].rows.extend(grid.rows[1:])
                grids[-1].pages.extend(grid.pages[1:])
                grids[-1].open = grid.open
            else:
                grids.append(grid)
            start = max(behind, start + 1)
    return tuple(_table(grid) for grid in grids)


def _without_drawn_lines(sheet: Sheet) -> Sheet:
    """The page without lines that are drawn with hyphens and the like."""
    rows = [row for row in sheet.rows if any(char not in _STROKES for spot in row.spots for char in spot.text)]
    return Sheet(sheet.number, rows, sheet.rules)


def _goes_on(before: _Grid, grid: _Grid) -> bool:
    """True where a page repeats the header of the table that the page before ended with."""
    one = [" ".join(text_of(line) for line in cell) for cell in before.rows[0]]
    other = [" ".join(text_of(line) for line in cell) for cell in grid.rows[0]]
    return one == other


def _continued(grid: _Grid, sheet: Sheet) -> int:
    """Rows at the top of a page that go on the table of the page before, without a header. The place behind them."""
    for index, row in enumerate(sheet.rows[:12]):
        texts = [band.text for band in columns.bands(row, page.walls_beside(row, sheet.rules))]
        if columns.is_header(texts):
            return 0
        if _holds_values(row, grid) and len(texts) >= 3:
            last = _last(sheet, index, grid)
            if last is None:
                return 0
            first = index
            while (
                first
                and not sheet.rows[first - 1].height * 1.2 < sheet.rows[first].y0 - sheet.rows[first - 1].y1
                and _inside(sheet.rows[first - 1], grid)
            ):
                first -= 1
            _add_rows(sheet, first, last, grid)
            return last + 1
    return 0


def _begin(sheet: Sheet, start: int) -> tuple[_Grid, int] | None:
    """A table whose header, or first row, is the line at `start`; and the place behind it."""
    row = sheet.rows[start]
    walls = page.walls_beside(row, sheet.rules)
    cells = columns.bands(row, walls)
    if len(cells) < 2 or len(cells) > _MOST_COLUMNS:
        return None
    if columns.is_header([cell.text for cell in cells]):
        return _with_header(sheet, start)
    return _without_header(sheet, start) if len(cells) >= 4 else None


def _with_header(sheet: Sheet, start: int) -> tuple[_Grid, int] | None:
    found = heads.head_at(sheet, start)
    body = _likely_body(sheet, found.end)
    if not body:
        return None
    head, cells = found.rows, found.cells
    cuts = _ruled_cuts(sheet, found.main, body, cells)
    if cuts is None:
        inner = sheet.rows[found.end : sheet.rows.index(body[-1]) + 1]
        cuts = sorted(columns.between(a, b, inner) for a, b in itertools.pairwise(cells))
        cuts = columns.extra_cuts(cuts, body, head)
        cuts = columns.refined(cuts, inner, body, head)
    if len(cuts) >= _MOST_COLUMNS or not cuts:
        return None
    grid = _Grid(cuts=cuts, head=list(head), values=set())
    grid.values = _value_columns(body, cuts)
    if not grid.values or (len(cuts) == 1 and columns.heads([cell.text for cell in cells]) < 2):
        return None
    grid.left = min(spot.x0 for line in [*head, *body] for spot in line.spots)
    grid.right = max(spot.x1 for line in [*head, *body] for spot in line.spots)
    last = _last(sheet, found.end, grid)
    if last is None:
        return None
    _add_head(grid, head)
    _add_rows(sheet, found.end, last, grid)
    return grid, last + 1


def _likely_body(sheet: Sheet, start: int) -> list[Row]:
    """The lines with values under a header, as far as they surely belong to it."""
    found: list[Row] = []
    misses = 0
    for index in range(start, len(sheet.rows)):
        row = sheet.rows[index]
        before = sheet.rows[index - 1]
        if row.y0 - before.y1 > _FAR * row.height or len(found) >= 60:
            break
        texts = [band.text for band in columns.bands(row, page.walls_beside(row, sheet.rules))]
        if columns.is_header(texts) and found:
            break
        values = sum(columns.is_value(text) for text in texts)
        wanted = 3 if not found else max(2, min(len(columns.bands(found[0])), 4))
        if values and len(texts) >= min(wanted, 2 if not found else wanted):
            found.append(row)
            misses = 0
        else:
            misses += 1
            if misses > _PATIENCE:
                break
    if not found:
        return []
    most = max(len(columns.bands(row, page.walls_beside(row, sheet.rules))) for row in found)
    return [row for row in found if len(columns.bands(row, page.walls_beside(row, sheet.rules))) * 2 >= most]


def _ruled_cuts(sheet: Sheet, head: Row, body: Sequence[Row], cells: Sequence[columns.Band]) -> list[float] | None:
    """The cuts that drawn vertical lines make, where they run past header and rows and cut no word."""
    walls = page.walls_beside(head, sheet.rules)
    shared = [
        x for x in walls if all(any(abs(x - y) < 2 for y in page.walls_beside(row, sheet.rules)) for row in body[:20])
    ]
    merged: list[float] = []
    for x in shared:
        if not merged or x - merged[-1] > 3:
            merged.append(x)
    left = min(spot.x0 for row in [head, *body] for spot in row.spots)
    right = max(spot.x1 for row in [head, *body] for spot in row.spots)
    inner = [x for x in merged if left + 1 < x < right - 1]
    if len(inner) < max(2, len(cells) - 2) or len(inner) >= _MOST_COLUMNS:
        return None
    if any(spot.x0 + 1.5 < x < spot.x1 - 1.5 for row in [head, *body] for spot in row.spots for x in inner):
        return None
    return inner


def _value_columns(body: Sequence[Row], cuts: Sequence[float]) -> set[int]:
    """Columns in which at least a third of the rows hold a value."""
    counts: dict[int, int] = {}
    for row in body:
        for place, spots in enumerate(columns.cut(row, cuts)):
            if spots and columns.is_value(text_of(spots)):
                counts[place] = counts.get(place, 0) + 1
    return {place for place, count in counts.items() if count * 3 >= len(body)}


def _holds_values(row: Row, grid: _Grid) -> bool:
    """True for a line that is a row of the table: values in its columns of values, nothing across its cuts."""
    cells = columns.cut(row, grid.cuts)
    filled = [place for place, spots in enumerate(cells) if spots]
    values = [place for place in filled if place in grid.values and columns.is_value(text_of(cells[place]))]
    if not values or len(filled) == 1:
        return False
    crossed = columns.crossings(row, grid.cuts)
    return crossed <= (1 if len(values) >= 2 else 0) or _is_sum(row, grid)


def _is_sum(row: Row, grid: _Grid) -> bool:
    """True for a label and, apart from it, a value in a column of values: a total, a carry-over, a surcharge."""
    bands = columns.bands(row)
    if not 2 <= len(bands) <= 3 or not columns.is_value(bands[-1].text):
        return False
    place = bisect.bisect(grid.cuts, (bands[-1].x0 + bands[-1].x1) / 2)
    inside = place == 0 or bands[-1].x0 > grid.cuts[place - 1] - 4
    return inside and place in grid.values and len(bands[0].text) <= 60


def _inside(row: Row, grid: _Grid) -> bool:
    """True for a line that can continue a cell: not wider than the table."""
    return row.spots[0].x0 >= grid.left - 8 and max(spot.x1 for spot in row.spots) <= grid.right + 25


def _last(sheet: Sheet, start: int, grid: _Grid) -> int | None:
    """The last line of the table that begins before `start`."""
    last: int | None = None
    quiet = 0
    for index in range(start, len(sheet.rows)):
        row = sheet.rows[index]
        if index > start and row.y0 - sheet.rows[index - 1].y1 > _FAR * row.height:
            break
        texts = [band.text for band in columns.bands(row, page.walls_beside(row, sheet.rules))]
        if columns.is_header(texts) and len(texts) >= 3 and (last is not None or index > start + 3):
            break
        if _holds_values(row, grid):
            last = index
            quiet = 0
        else:
            quiet += 1
            if quiet > _PATIENCE:
                break
    if last is None:
        return None
    return _with_continuation(sheet, last, grid)


def _with_continuation(sheet: Sheet, last: int, grid: _Grid) -> int:
    """Lines right under the last row that continue its cells: as close as lines of a cell, starting in a column."""
    pitch = _pitch(sheet, last, grid)
    end = last
    grid.open = False
    for index in range(last + 1, min(last + 1 + _PATIENCE, len(sheet.rows))):
        row, above = sheet.rows[index], sheet.rows[index - 1]
        alike = _like_one_above(sheet, row, last, grid)
        most = max(pitch, (0.7 if alike else 0.35) * row.height)
        if row.y0 - above.y1 > most or heads.rule_between(sheet.rules, above, row):
            break
        if not _inside(row, grid) or not (alike or _starts_in_cell(row, grid)):
            break
        end = index
    behind = len(sheet.rows) - 1 - end
    grid.open = behind <= 8
    return end


def _like_one_above(sheet: Sheet, row: Row, last: int, grid: _Grid) -> bool:
    """True for a line that begins as a line under one of the rows before does: "SHIPS 12 Jan - ARRIVES 20 Jan"."""
    first, top = row.spots[0], grid.head[-1].y1 if grid.head else 0.0
    lines = [line for line in sheet.rows[max(0, last - _PATIENCE) : last] if line.y1 > top]
    alike = [line for line in lines if (line.spots[0].text, round(line.spots[0].x0)) == (first.text, round(first.x0))]
    return any(not _holds_values(line, grid) for line in alike)


def _pitch(sheet: Sheet, last: int, grid: _Grid) -> float:
    """The gap between lines of one cell, where the table shows any."""
    gaps = []
    for index in range(max(0, last - 12), last):
        row, below = sheet.rows[index], sheet.rows[index + 1]
        if not _holds_values(below, grid) and _inside(below, grid):
            gaps.append(below.y0 - row.y1)
    return min(gaps) + 1.0 if gaps else 0.0


def _starts_in_cell(row: Row, grid: _Grid) -> bool:
    """True where a line begins behind the first cut and goes over at most one."""
    first = row.spots[0]
    if first.x0 < grid.cuts[0] - 2 and len(grid.cuts) > 2:
        return False
    return columns.crossings(row, grid.cuts) <= 1


def _add_head(grid: _Grid, head: Sequence[Row]) -> None:
    cells: list[list[list[Spot]]] = [[] for _ in range(len(grid.cuts) + 1)]
    for row in head:
        for place, spots in enumerate(columns.cut(row, grid.cuts)):
            if spots:
                cells[place].append(spots)
    grid.rows.append(cells)
    grid.pages.append(head[0].page if head else None)


def _add_rows(sheet: Sheet, start: int, last: int, grid: _Grid) -> None:
    """Group the lines from `start` to `last` to rows and add them."""
    lines = sheet.rows[start : last + 1]
    for group in _grouped(lines, sheet.rules, grid):
        cells: list[list[list[Spot]]] = [[] for _ in range(len(grid.cuts) + 1)]
        for row in group:
            for place, spots in enumerate(_cells_of(row, grid)):
                if spots:
                    cells[place].append(spots)
        grid.rows.append(cells)
        grid.pages.append(group[0].page)


def _cells_of(row: Row, grid: _Grid) -> list[list[Spot]]:
    """A line by column; a sentence that runs over cuts stays whole in the column where it begins."""
    if _holds_values(row, grid) and not _is_sum(row, grid):
        return columns.cut(row, grid.cuts)
    found: list[list[Spot]] = [[] for _ in range(len(grid.cuts) + 1)]
    for band in columns.bands(row):
        at = (band.x0 + band.x1) / 2 if columns.is_value(band.text) else band.x0 + 1
        found[bisect.bisect(grid.cuts, at)].extend(band.spots)
    return found


def _grouped(lines: Sequence[Row], rules: Rules, grid: _Grid) -> list[list[Row]]:
    """Lines to rows: by drawn lines where they separate every row, else around the lines that hold values."""
    bands: list[list[Row]] = []
    for row in lines:
        if bands and not heads.rule_between(rules, bands[-1][-1], row):
            bands[-1].append(row)
        else:
            bands.append([row])
    found: list[list[Row]] = []
    for band in bands:
        anchors = [index for index, row in enumerate(band) if _holds_values(row, grid)]
        if len(anchors) <= 1:
            found.append(band)
        else:
            found.extend(_around(band, anchors))
    return found


def _around(lines: Sequence[Row], anchors: Sequence[int]) -> list[list[Row]]:
    """Give the lines between two rows of values to the nearer one; without a difference to the one above."""
    starts = [0]
    for before, anchor in itertools.pairwise(anchors):
        gaps = [lines[index + 1].y0 - lines[index].y1 for index in range(before, anchor)]
        widest = max(range(len(gaps)), key=gaps.__getitem__)
        others = [gap for place, gap in enumerate(gaps) if place != widest]
        height = statistics.median(line.height for line in lines)
        if others and gaps[widest] > max(others) + 0.12 * height:
            starts.append(before + 1 + widest)
        else:
            starts.append(anchor)
    ends = [*starts[1:], len(lines)]
    return [list(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _without_header(sheet: Sheet, start: int) -> tuple[_Grid, int] | None:
    """A table without heads: at least three lines of as many cells, each with two values in the same columns."""
    body: list[Row] = []
    count = 0
    for row in sheet.rows[start : start + 40]:
        cells = columns.bands(row, page.walls_beside(row, sheet.rules))
        values = sum(columns.is_value(cell.text) for cell in cells)
        if values >= 2 and (not body or len(cells) == count):
            count = len(cells)
            body.append(row)
        elif len(cells) >= 3 or (body and row.y0 - body[-1].y1 > 3 * row.height):
            break
    if len(body) < 3 or any(cell.text.endswith((":", "：")) for row in body for cell in columns.bands(row)):
        return None
    cells = columns.bands(body[0], page.walls_beside(body[0], sheet.rules))
    cuts = sorted(columns.between(a, b, body) for a, b in itertools.pairwise(cells))
    grid = _Grid(cuts=cuts, head=[], values=_value_columns(body, cuts))
    if len(grid.values) < 2 or any(columns.crossings(row, cuts) for row in body):
        return None
    grid.left = min(spot.x0 for row in body for spot in row.spots)
    grid.right = max(spot.x1 for row in body for spot in row.spots)
    last = _last(sheet, start, grid)
    if last is None:
        return None
    _add_rows(sheet, start, last, grid)
    return grid, last + 1


def _table(grid: _Grid) -> Table:
    rows = []
    for row in grid.rows:
        cells = []
        for lines in row:
            spots = [spot for line in lines for spot in line]
            text = "\n".join(text_of(line) for line in lines)
            cells.append(Cell(text=invisible.cleaned(text), box=box_around(spots) if spots else None))
        rows.append(tuple(cells))
    several = len(set(grid.pages)) > 1
    return Table(
        rows=tuple(rows), page=grid.pages[0] if grid.pages else None, pages=tuple(grid.pages) if several else ()
    )
