"""A PDF to lines with places, tables, form values, attachments and hidden text. Never runs what it carries.

pdfium reads the pages, pypdf the structure (encryption, attached files, scripts, metadata), and only where the
bytes hint that there is any.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from triage.domain.document import Part, PartRole, TextLine, UnreadableReason
from triage.reading import drawing, ocr, page, pdf_structure, pdf_words, tables
from triage.reading.findings import Damaged, Findings, Locked

_BROKEN = {
    2: "not found",
    3: "damaged or not a PDF",
    4: "a password is needed",
    5: "unsupported protection",
    6: "no such page",
}
_PASSWORD = 4
_RESOLUTION = 200  # dots an inch at which a page is drawn for OCR
_LONGEST_SIDE = 3_000  # pixels
_PROTECTION = 5


def read_pdf(
    data: bytes, name: str, role: PartRole, findings: Findings, open_file: Callable[[bytes, str], None]
) -> None:
    """Add the document as a part. `open_file` reads a file that is attached inside.

    Raises `Locked` where a password is needed, `Damaged` where it is too broken to open.
    """
    import pypdfium2

    structure = pdf_structure.inspect(data)
    for what in structure.active:
        findings.act(name, what)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD, _PROTECTION) or "password" in str(error).lower():
            raise Locked("the PDF is protected by a password") from error
        raise Damaged(_BROKEN.get(code or 0, "damaged")) from error
    try:
        part = _part(document, name, role, findings, structure)
        if name in findings.marks:
            drawing.draw_pdf(document, name, findings.marks[name], findings.show, most=findings.limits.drawn_pages)
    finally:
        document.close()
    if part is not None:
        findings.parts.append(part)
    for inner, content in structure.files:
        findings.expand(len(content))
        open_file(content, f"{name}/{inner}")


@dataclass(slots=True)
class _Story:
    """What grows while the pages are read."""

    lines: list[TextLine] = field(default_factory=list)
    sheets: list[page.Sheet] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)  # pages, from 1, on which nothing could be read
    scores: list[float] = field(default_factory=list)  # of each page read by OCR
    layer: bool = False
    characters: int = 0

    def add(self, sheet: page.Sheet) -> None:
        self.sheets.append(sheet)
        self.lines.extend(page.line_of(row, page.walls_beside(row, sheet.rules)) for row in sheet.rows)


def _part(
    document: Any, name: str, role: PartRole, findings: Findings, structure: pdf_structure.Structure
) -> Part | None:
    limits = findings.limits
    count = len(document)
    if count == 0:
        raise Damaged("it has no pages")
    story = _Story()
    for index in range(min(count, limits.pages)):
        words = _page_words(document, index)
        if words is None:
            story.blank.append(index + 1)
            continue
        story.hidden.extend(words.hidden)
        story.layer = story.layer or words.layer
        story.characters += sum(len(spot.text) for spot in words.spots)
        if words.cut_off or story.characters > limits.text_characters:
            findings.fail(name, UnreadableReason.TOO_LARGE, "more text than is read")
            if story.characters > limits.text_characters:
                break
        picture = words.garbled or (words.has_scan and len(words.spots) < 4) or (not words.spots and words.drawn > 0)
        if not picture:
            story.add(page.Sheet(index + 1, page.rows_of(words.spots, index + 1), words.rules))
            story.lines.extend(page.line_of(row) for row in page.rows_of(words.turned, index + 1))
        elif not _add_scan(document, index, words, story, limits.ocr_pages):
            story.blank.append(index + 1)
            if not words.garbled:
                story.add(page.Sheet(index + 1, page.rows_of(words.spots, index + 1), words.rules))
    lines, blank = story.lines, story.blank
    if count > limits.pages:
        findings.fail(name, UnreadableReason.TOO_LARGE, f"{count} pages, of which {limits.pages} are read")
    if blank:
        where = (
            "nothing legible" if len(blank) == count else f"nothing legible on page {', '.join(map(str, blank[:10]))}"
        )
        findings.fail(name, UnreadableReason.NO_TEXT, f"{where}: a picture without text")
    lines.extend(TextLine(text=text) for text in structure.fields)
    if not lines and not story.hidden:
        if not blank:
            findings.fail(name, UnreadableReason.NO_TEXT, "the pages are empty")
        return None
    return Part(
        name=name,
        role=role,
        media_type="application/pdf",
        lines=tuple(lines),
        tables=tables.read_tables(story.sheets),
        hidden=tuple(story.hidden),
        pages=count,
        ocr=story.layer or bool(story.scores),
        metadata=(*structure.metadata, *((("ocr confidence", str(min(story.scores))),) if story.scores else ())),
    )


def _page_words(document: Any, index: int) -> pdf_words.PageWords | None:
    """The words of one page, None where pdfium can't load it."""
    import pypdfium2

    try:
        loaded = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        return pdf_words.page_words(loaded)
    finally:
        loaded.close()


def _add_scan(document: Any, index: int, words: pdf_words.PageWords, story: _Story, most: int) -> bool:
    """Read a page that is a picture by OCR. False where that can't be done, is over the budget, or finds nothing."""
    if len(story.scores) >= most or not ocr.is_available():
        return False
    loaded = document[index]
    try:
        scale = min(_RESOLUTION / 72, _LONGEST_SIDE / max(words.width, words.height, 1.0))
        image = loaded.render(scale=scale).to_numpy()
    finally:
        loaded.close()
    found = ocr.ocr_page(image[:, :, :3], scale=scale)
    story.scores.append(found.confidence)
    if len(found.spots) < 3:
        return False
    story.add(page.Sheet(index + 1, page.rows_of(found.spots, index + 1), words.rules))
    return True
