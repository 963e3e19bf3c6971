"""Draws pages of a document with places marked on them, as PNG. Draws what is there; never reads a word."""

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from triage.domain.evidence import Box

if TYPE_CHECKING:
    import numpy as np

#: Places to mark, by page counted from 1.
Marks = Mapping[int, Sequence[Box]]
#: Is given part, page and the picture.
Show = Callable[[str, int, bytes], None]

_SCALE = 110 / 72  # 110 dots an inch: readable, and a page stays under 300 kB
_LONGEST_SIDE = 2_400  # pixels
_MARK = (255, 214, 0)  # what a highlighter leaves
_EDGE = (214, 90, 0)
_AROUND = 1.5  # points of air around a mark


def draw_pdf(document: Any, name: str, marks: Marks, show: Show, *, most: int) -> None:
    """Draw the marked pages of an open pdfium document, at most `most` of them, each handed to `show`."""
    for number in sorted(marks)[:most]:
        if not 1 <= number <= len(document):
            continue
        page = document[number - 1]
        try:
            scale = min(_SCALE, _LONGEST_SIDE / max(*page.get_size(), 1.0))
            picture = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].copy()
        finally:
            page.close()
        show(name, number, png(marked(picture, marks[number], scale)))


def marked(picture: "np.ndarray[Any, Any]", boxes: Sequence[Box], scale: float) -> "np.ndarray[Any, Any]":
    """The picture (rows, columns, RGB) with each box coloured as by a highlighter. scale: pixels a point."""
    import numpy as np

    height, width = picture.shape[:2]
    for box in boxes:
        left, right = (int(value * scale) for value in (box.left - _AROUND, box.right + _AROUND))
        top, bottom = (int(value * scale) for value in (box.top - _AROUND, box.bottom + _AROUND))
        left, right = max(left, 0), min(right, width - 1)
        top, bottom = max(top, 0), min(bottom, height - 1)
        if left >= right or top >= bottom:
            continue
        area = picture[top : bottom + 1, left : right + 1]
        area[:] = np.minimum(area, np.asarray(_MARK, dtype=picture.dtype))
        area[[0, -1], :] = _EDGE
        area[:, [0, -1]] = _EDGE
    return picture


def png(picture: "np.ndarray[Any, Any]") -> bytes:
    """A picture (rows, columns, RGB of 8 bits) as PNG (ISO/IEC 15948)."""
    height, width = picture.shape[:2]
    rows = b"".join(b"\x00" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
