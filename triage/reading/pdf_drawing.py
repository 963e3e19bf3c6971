"""What is drawn on a PDF page beside text: ruled lines, filled areas, pictures. Never renders anything."""

import ctypes
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from triage.reading.page import Rules

#: left, top, right, bottom in points from the top left corner of the page as shown
Extent: TypeAlias = tuple[float, float, float, float]

_MOST_OBJECTS = 6_000
_MOST_EDGES = 24_000
_DEEPEST = 3  # forms in forms
_THIN = 2.2  # points: a filled rectangle thinner than this is a line
_SHORTEST = 7.0  # points: of a rule


@dataclass(slots=True)
class Ground:
    """A filled area."""

    box: Extent
    colour: tuple[int, int, int] | None  # None: a picture, a pattern, or half transparent


@dataclass(slots=True)
class Drawing:
    """Everything drawn on a page, in the order of painting."""

    rules: Rules = field(default_factory=Rules)
    grounds: list[Ground] = field(default_factory=list)
    largest_image: float = 0.0  # square points
    objects: int = 0


class Frame:
    """Turns a page's own coordinates into points from the top left corner as shown."""

    def __init__(self, page: Any, raw: Any) -> None:
        bounds = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page, bounds)
        self.left, self.bottom, self.right, self.top = bounds.left, bounds.bottom, bounds.right, bounds.top
        self.turn = int(raw.FPDFPage_GetRotation(page)) % 4
        wide, high = self.right - self.left, self.top - self.bottom
        self.width, self.height = (wide, high) if self.turn % 2 == 0 else (high, wide)

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        if self.turn == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        if self.turn == 1:
            return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
        if self.turn == 2:
            return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
        return self.top - y1, self.right - x1, self.top - y0, self.right - x0


def drawing_of(page: Any, raw: Any, frame: Frame) -> Drawing:
    """The drawing of a raw pdfium page."""
    pen = _Pen(raw, frame)
    for index in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        pen.take(raw.FPDFPage_GetObject(page, index), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
    for x0, y0, x1, y1 in pen.edges:
        if abs(x1 - x0) < _THIN and y1 - y0 >= _SHORTEST:
            pen.found.rules.vertical.append(((x0 + x1) / 2, y0, y1))
        elif abs(y1 - y0) < _THIN and x1 - x0 >= _SHORTEST:
            pen.found.rules.horizontal.append(((y0 + y1) / 2, x0, x1))
    return pen.found


_Matrix: TypeAlias = tuple[float, float, float, float, float, float]


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e * oa + f * oc + oe, e * ob + f * od + of
    )  # fmt: skip


class _Pen:
    """Walks the drawn objects, those inside forms included."""

    def __init__(self, raw: Any, frame: Frame) -> None:
        self.raw = raw
        self.frame = frame
        self.found = Drawing()
        self.edges: list[Extent] = []
        self.bounds = tuple(ctypes.c_float() for _ in range(4))
        self.fill, self.stroke = ctypes.c_int(), ctypes.c_int()

    def take(self, drawn: Any, outer: _Matrix, depth: int) -> None:
        raw = self.raw
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            return
        self.found.objects += 1
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < _DEEPEST:
                inner = _times(self.matrix(drawn), outer)
                for index in range(
                    max(0, min(raw.FPDFFormObj_CountObjects(drawn), _MOST_OBJECTS - self.found.objects))
                ):
                    self.take(raw.FPDFFormObj_GetObject(drawn, index), inner, depth + 1)
            return
        if not raw.FPDFPageObj_GetBounds(drawn, *self.bounds):
            return
        left, bottom, right, top = (value.value for value in self.bounds)
        box = self.shown((left, bottom), (right, top), outer)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            self.path(drawn, box, outer)
            return
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            self.found.largest_image = max(self.found.largest_image, (box[2] - box[0]) * (box[3] - box[1]))
        self.found.grounds.append(Ground(box, None))

    def matrix(self, drawn: Any) -> _Matrix:
        matrix = self.raw.FS_MATRIX()
        self.raw.FPDFPageObj_GetMatrix(drawn, matrix)
        return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f

    def shown(self, one: tuple[float, float], other: tuple[float, float], outer: _Matrix) -> Extent:
        """The box around two points of an object's own space, as shown."""
        a, b, c, d, e, f = outer
        xs = [a * x + c * y + e for x, y in (one, other)]
        ys = [b * x + d * y + f for x, y in (one, other)]
        return self.frame.shown(min(xs), min(ys), max(xs), max(ys))

    def path(self, drawn: Any, box: Extent, outer: _Matrix) -> None:
        raw = self.raw
        raw.FPDFPath_GetDrawMode(drawn, self.fill, self.stroke)
        if box[2] - box[0] < _THIN or box[3] - box[1] < _THIN:
            if self.stroke.value or self.fill.value:
                self.edges.append(box)
            return
        if self.fill.value:
            self.filled(drawn, box)
        count = raw.FPDFPath_CountSegments(drawn)
        if self.stroke.value and 2 <= count <= 800 and len(self.edges) < _MOST_EDGES:
            self.segments(drawn, count, _times(self.matrix(drawn), outer))

    def filled(self, drawn: Any, box: Extent) -> None:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        known = self.raw.FPDFPageObj_GetFillColor(drawn, red, green, blue, alpha)
        if known and alpha.value < 13:
            return
        colour = (red.value, green.value, blue.value) if known and alpha.value >= 128 else None
        self.found.grounds.append(Ground(box, colour))

    def segments(self, drawn: Any, count: int, outer: _Matrix) -> None:
        """Add the straight pieces of a stroked path."""
        raw = self.raw
        x, y = ctypes.c_float(), ctypes.c_float()
        start = here = (0.0, 0.0)
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(drawn, index)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = (x.value, y.value)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                self.edges.append(self.shown(here, point, outer))
            here = point
            if raw.FPDFPathSegment_GetClose(segment):
                self.edges.append(self.shown(here, start, outer))
                here = start
