"""Pictures sent as documents: scans and photos. A logo is boilerplate; a photo without text says nothing.

Without the extra `ocr` every larger picture is noted as illegible.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from triage.domain.document import Part, PartRole, TextLine, UnreadableReason
from triage.reading import ocr, page, tables
from triage.reading.findings import Damaged, Findings, TooMuch

_LOGO_BYTES = 15_000  # a scan that can be read is larger
_MOST_PIXELS = 60_000_000
_POINTS = 595.0  # width in points that a picture without a resolution is taken to have: a sheet of A4
_DOCUMENT_NAME = re.compile(
    r"scan|order|ord[_-]|confirm|auftrag|\bab[_-]|bestell|liefer|pedido|commande|ordine|zam[oó]w|sipari|订单|確認|注文|rechnung|invoice|fax|doc|img2pdf",
    re.I,
)
_LEAST_WORDS = 4


def read_picture(data: bytes, kind: str, name: str, role: PartRole, findings: Findings) -> None:
    """Add a picture's text as a part. Raises `Damaged`, or `TooMuch` for more pixels than are looked at."""
    if role is PartRole.BOILERPLATE or len(data) < _LOGO_BYTES:
        return
    if not ocr.is_available() or not findings.limits.ocr_pages:
        findings.fail(name, UnreadableReason.NO_TEXT, "a picture, whose text is not read")
        return
    lines: list[TextLine] = []
    sheets: list[page.Sheet] = []
    scores: list[float] = []
    for number, image in enumerate(_frames(data, findings.limits.ocr_pages), start=1):
        found = ocr.ocr_page(image, scale=image.shape[1] / _POINTS)
        scores.append(found.confidence)
        sheet = page.Sheet(number, page.rows_of(found.spots, number), page.Rules())
        sheets.append(sheet)
        lines.extend(page.line_of(row) for row in sheet.rows)
    if sum(len(line.words) for line in lines) < _LEAST_WORDS:
        if _DOCUMENT_NAME.search(name):
            findings.fail(name, UnreadableReason.NO_TEXT, "nothing legible on the picture")
        return
    findings.parts.append(
        Part(
            name=name,
            role=role,
            media_type=kind,
            lines=tuple(lines),
            tables=tables.read_tables(sheets),
            pages=len(sheets),
            ocr=True,
            metadata=(("ocr confidence", str(min(scores))),),
        )
    )


def _frames(data: bytes, most: int) -> Iterator[Any]:
    """The pictures in a file as arrays of BGR, upright as the camera noted it."""
    import numpy
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    try:
        with Image.open(io.BytesIO(data)) as opened:
            for number in range(min(getattr(opened, "n_frames", 1), most)):
                opened.seek(number)
                if opened.width * opened.height > _MOST_PIXELS:
                    raise TooMuch(UnreadableReason.TOO_LARGE, "a picture of too many pixels")
                upright = ImageOps.exif_transpose(opened)
                yield numpy.ascontiguousarray(numpy.asarray(upright.convert("RGB"))[:, :, ::-1])
    except (UnidentifiedImageError, OSError, EOFError, SyntaxError) as error:
        raise Damaged("a damaged picture") from error
