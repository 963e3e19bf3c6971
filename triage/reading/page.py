"""Words on a page in the order a person reads them: the geometry between a medium (PDF, OCR) and lines and tables.

Knows nothing of PDF. Coordinates are points from the top left corner of the page as shown; `Spot` coordinates are
those of the text's own direction, which differ on a page whose text runs upwards.
"""

import itertools
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from triage.domain.document import TextLine, Word
from triage.domain.evidence import Box
from triage.reading import invisible
from triage.reading.lines import GAP

#: A gap wider than this share of the line's height separates cells. A blank is a quarter of the type size wide.
CELL_GAP = 0.55


@dataclass(slots=True)
class Spot:
    """A word with its place along the text's direction."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    box: Box

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(slots=True)
class Row:
    """One visual line of words, from left to right."""

    spots: list[Spot]
    y0: float
    y1: float
    page: int | None

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def groups(self, walls: Sequence[float] = ()) -> list[list[Spot]]:
        """The words of the line as cells: split at wide gaps, and at vertical rules between two words."""
        limit = max(CELL_GAP * statistics.median(spot.height for spot in self.spots), _typewriter_gap(self.spots))
        found = [[self.spots[0]]]
        for before, spot in itertools.pairwise(self.spots):
            gap = spot.x0 - before.x1
            walled = gap > -1 and any(before.x1 - 1.5 <= wall <= spot.x0 + 1.5 for wall in walls)
            if gap > limit or walled:
                found.append([spot])
            else:
                found[-1].append(spot)
        return found


def _typewriter_gap(spots: Sequence[Spot]) -> float:
    """The gap that separates cells where all letters are equally wide, and a blank as wide as a letter; else 0."""
    widths = [(spot.x1 - spot.x0) / len(spot.text) for spot in spots if len(spot.text) >= 3 and spot.text.isascii()]
    if len(widths) < 3 or max(widths) - min(widths) > 0.03 * max(widths):
        return 0.0
    return 1.4 * statistics.median(widths)


@dataclass(slots=True)
class Rules:
    """Straight lines drawn on a page, in the text's direction."""

    vertical: list[tuple[float, float, float]] = field(default_factory=list)  # x, y0, y1
    horizontal: list[tuple[float, float, float]] = field(default_factory=list)  # y, x0, x1


@dataclass(slots=True)
class Sheet:
    """What stands on one page."""

    number: int | None  # from 1
    rows: list[Row]
    rules: Rules


def rows_of(spots: Iterable[Spot], page: int | None) -> list[Row]:
    """Group words into visual lines, top to bottom, each from left to right."""
    rows: list[Row] = []
    for spot in sorted(spots, key=lambda item: (item.middle, item.x0)):
        for row in reversed(rows[-4:]):
            tolerance = 0.45 * min(spot.height, row.y1 - row.y0)
            if abs(spot.middle - (row.y0 + row.y1) / 2) <= tolerance and not _covers(row, spot):
                row.spots.append(spot)
                break
        else:
            rows.append(Row(spots=[spot], y0=spot.y0, y1=spot.y1, page=page))
    for row in rows:
        row.spots.sort(key=lambda item: item.x0)
        row.y0 = statistics.median(spot.y0 for spot in row.spots)
        row.y1 = statistics.median(spot.y1 for spot in row.spots)
    rows.sort(key=lambda row: row.y0 + row.y1)
    return rows


def _covers(row: Row, spot: Spot) -> bool:
    """True where the word would lie over another word of the line: then it is a line of its own."""
    return any(
        min(other.x1, spot.x1) - max(other.x0, spot.x0) > 0.5 * min(other.x1 - other.x0, spot.x1 - spot.x0)
        for other in row.spots
    )


def walls_beside(row: Row, rules: Rules) -> list[float]:
    """The vertical rules that run past a line."""
    middle = (row.y0 + row.y1) / 2
    return sorted({round(x, 1) for x, y0, y1 in rules.vertical if y0 - 1 <= middle <= y1 + 1})


def box_around(spots: Sequence[Spot]) -> Box:
    box = spots[0].box
    for spot in spots[1:]:
        box = box.around(spot.box)
    return box


def text_of(spots: Sequence[Spot]) -> str:
    """The words with one blank between them; none between ideographs that touch."""
    return " ".join(spot.text for spot in spots)


def line_of(row: Row, walls: Sequence[float] = ()) -> TextLine:
    """The line as text, its cells at least three blanks apart."""
    return TextLine(
        text=invisible.cleaned(GAP.join(text_of(group) for group in row.groups(walls))),
        words=tuple(Word(text=invisible.cleaned(spot.text), box=spot.box) for spot in row.spots),
        page=row.page,
        box=box_around(row.spots),
    )
