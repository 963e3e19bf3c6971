"""A PDF to lines with places, tables, form values, attachments and hidden text. Never runs what it carries.

pdfium reads the pages, pypdf the structure (encryption, attached files, scripts, metadata), and only where the
bytes hint that there is any.
"""

from collections.abc import Callable
from typing import Any

from triage.domain.document import Part, PartRole, TextLine, UnreadableReason
from triage.reading import page, pdf_structure, pdf_words, tables
from triage.reading.findings import Damaged, Findings, Locked

_BROKEN = {
    2: "not found",
    3: "damaged or not a PDF",
    4: "a password is needed",
    5: "unsupported protection",
    6: "no such page",
}
_PASSWORD = 4
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
    finally:
        document.close()
    if part is not None:
        findings.parts.append(part)
    for inner, content in structure.files:
        findings.expand(len(content))
        open_file(content, f"{name}/{inner}")


def _part(
    document: Any, name: str, role: PartRole, findings: Findings, structure: pdf_structure.Structure
) -> Part | None:
    limits = findings.limits
    count = len(document)
    if count == 0:
        raise Damaged("it has no pages")
    lines: list[TextLine] = []
    sheets: list[page.Sheet] = []
    hidden: list[str] = []
    blank: list[int] = []
    layer = False
    characters = 0
    for index in range(min(count, limits.pages)):
        words = _page_words(document, index)
        if words is None:
            blank.append(index + 1)
            continue
        hidden.extend(words.hidden)
        layer = layer or words.layer
        characters += sum(len(spot.text) for spot in words.spots)
        if words.cut_off or characters > limits.text_characters:
            findings.fail(name, UnreadableReason.TOO_LARGE, "more text than is read")
            if characters > limits.text_characters:
                break
        if words.garbled or (words.has_scan and len(words.spots) < 4) or (not words.spots and words.drawn > 0):
            blank.append(index + 1)
        if words.garbled:
            continue
        sheet = page.Sheet(index + 1, page.rows_of(words.spots, index + 1), words.rules)
        sheets.append(sheet)
        lines.extend(page.line_of(row, page.walls_beside(row, sheet.rules)) for row in sheet.rows)
        lines.extend(page.line_of(row) for row in page.rows_of(words.turned, index + 1))
    if count > limits.pages:
        findings.fail(name, UnreadableReason.TOO_LARGE, f"{count} pages, of which {limits.pages} are read")
    if blank:
        where = (
            "nothing legible" if len(blank) == count else f"nothing legible on page {', '.join(map(str, blank[:10]))}"
        )
        findings.fail(name, UnreadableReason.NO_TEXT, f"{where}: a picture without text")
    lines.extend(TextLine(text=text) for text in structure.fields)
    if not lines and not hidden:
        if not blank:
            findings.fail(name, UnreadableReason.NO_TEXT, "the pages are empty")
        return None
    return Part(
        name=name,
        role=role,
        media_type="application/pdf",
        lines=tuple(lines),
        tables=tables.read_tables(sheets),
        hidden=tuple(hidden),
        pages=count,
        ocr=layer,
        metadata=structure.metadata,
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
