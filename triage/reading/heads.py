"""Finds a table's header: lines of column heads, which may be wrapped over two or three lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.reading import columns, page
from triage.reading.page import Row, Rules, Sheet

#: An article's code under the heads is the first line of the first row; "EUR/100" is a head.
_CODE = re.compile(r"(?!(?:EUR|USD|GBP|CHF|PLN|PRICE|NET|HT|VE|PE|UOM)\b)(?=.*\d)[A-Z][A-Z0-9._/-]{3,}")
_MOST_LINES = 4
_FARTHER = 1.0
_NEAR = 0.55  # of a line's height: the widest gap between lines of one header


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The header of a table."""

    rows: tuple[Row, ...]  # its lines
    main: Row  # the one with most cells
    end: int  # place behind it
    cells: tuple[columns.Band, ...]  # one for each column that it names, from left to right


def head_at(sheet: Sheet, start: int) -> Head:
    """The header whose first line with known heads is at `start`."""
    first, end = _block(sheet, start)
    main = max(range(first, end), key=lambda index: len(_bands(sheet, index)))
    while end - 1 > main and not _stands_under(sheet, end - 1, main, range(first, end)):
        end -= 1
    while first < main and not _stands_under(sheet, first, main, range(first, end)):
        first += 1
    return Head(
        rows=tuple(sheet.rows[first:end]), main=sheet.rows[main], end=end, cells=_cells(sheet, main, first, end)
    )


def rule_between(rules: Rules, above: Row, below: Row) -> bool:
    """True where a drawn line separates two lines over most of their width."""
    left = min(spot.x0 for spot in [*above.spots, *below.spots])
    right = max(spot.x1 for spot in [*above.spots, *below.spots])
    top, foot = above.y0 + 0.6 * above.height, below.y0 + 0.4 * below.height
    covered = sum(
        min(x1, right) - max(x0, left) for y, x0, x1 in rules.horizontal if top < y < foot and x0 < right and x1 > left
    )
    return covered > 0.6 * (right - left)


def _bands(sheet: Sheet, index: int) -> list[columns.Band]:
    row = sheet.rows[index]
    return columns.bands(row, page.walls_beside(row, sheet.rules))


def _block(sheet: Sheet, start: int) -> tuple[int, int]:
    """The lines around `start` that are as near as lines of one header and hold no values."""
    rows = sheet.rows
    end = start + 1
    while end < min(start + _MOST_LINES, len(rows)):
        above = max(row.y1 for row in rows[start:end])
        reach = _FARTHER if _goes_on(sheet, start, end) else _NEAR
        near = rows[end].y0 - above < reach * rows[end].height
        if not near or rule_between(sheet.rules, rows[end - 1], rows[end]) or not _is_wordy(sheet, end):
            break
        end += 1
    first = start
    while first > max(start - 2, 0):
        texts = [band.text for band in _bands(sheet, first - 1)]
        near = rows[first].y0 - rows[first - 1].y1 < 0.45 * rows[first].height
        known = columns.heads(texts)
        short = all(len(text) < 30 and not text.endswith((":", "：")) for text in texts)
        wordy = _is_wordy(sheet, first - 1)
        if not (near and known and known * 2 >= len(texts) and short and wordy):
            break
        if rule_between(sheet.rules, rows[first - 1], rows[first]):
            break
        first -= 1
    return first, end


def _goes_on(sheet: Sheet, start: int, index: int) -> bool:
    """True for a line that must be of the header though it stands farther off: heads again, or the ends of wrapped
    ones ("EUR", "lordo"), each under a head.
    """
    bands = _bands(sheet, index)
    if columns.is_header([band.text for band in bands]):
        return True
    spans = [(band.x0 - 3, band.x1 + 3) for band in _bands(sheet, start)]
    under = all(sum(a < band.x1 and band.x0 < b for a, b in spans) == 1 for band in bands)
    return under and len(bands) < len(spans) and all(len(band.text) <= 12 for band in bands)


def _is_wordy(sheet: Sheet, index: int) -> bool:
    """True for a line of words without values; units ("EUR", "/100") count as words."""
    texts = [band.text for band in _bands(sheet, index)]
    if any(columns.is_value(text) for text in texts) or any(len(text) > 48 for text in texts):
        return False
    if any(_CODE.fullmatch(text) for text in texts):
        return False
    if all(len(text) <= 12 and not text[0].isdigit() for text in texts):
        return True
    return not any(char.isdigit() for text in texts for char in text)


def _stands_under(sheet: Sheet, index: int, main: int, block: range) -> bool:
    """False for a line of text that only stands near the header: one piece that runs past several heads or none."""
    others = [place for place in block if place != index]
    spans = [(band.x0 - 12, band.x1 + 12) for place in others for band in _bands(sheet, place)]
    bands = _bands(sheet, index)
    inner = [(band.x0, band.x1) for band in _bands(sheet, main)]
    if any(sum(a < band.x1 and band.x0 < b for a, b in inner) > 1 for band in bands):
        return False
    if len(bands) > 1:
        return True
    return any(a < bands[0].x1 and bands[0].x0 < b for a, b in spans) or columns.heads([bands[0].text]) > 0


def _cells(sheet: Sheet, main: int, first: int, end: int) -> tuple[columns.Band, ...]:
    """The header's cells: those of its main line, and of the others where they stand beside them."""
    cells = _bands(sheet, main)
    for index in range(first, end):
        if index == main:
            continue
        for band in _bands(sheet, index):
            over = [cell for cell in cells if cell.x0 < band.x1 + 2 and band.x0 < cell.x1 + 2]
            if not over:
                cells.append(band)
            elif len(over) == 1:
                place = cells.index(over[0])
                spots: Sequence[page.Spot] = sorted([*over[0].spots, *band.spots], key=lambda spot: spot.x0)
                cells[place] = columns.Band(tuple(spots))
    return tuple(sorted(cells, key=lambda cell: cell.x0))
