"""Word documents to lines and tables in reading order. Never runs a field, never loads what it links to.

Text that Word does not show (vanish, white, tiny), comments and tracked deletions are no statements.
"""

import zipfile
from dataclasses import dataclass, field
from typing import Any

from triage.domain.document import Cell, Part, PartRole, Table, TextLine, UnreadableReason
from triage.reading import archives, invisible, kinds
from triage.reading.findings import Damaged, Findings
from triage.reading.lines import joined_cells, text_lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(slots=True)
class _Story:
    """What grows while a document is read."""

    lines: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    characters: int = 0


def read_docx(data: bytes, name: str, role: PartRole, findings: Findings) -> None:
    """Add the document as a part. Raises `TooMuch` for a bomb, `Damaged` where it is broken."""
    import lxml.etree

    with archives.opened(data) as archive:
        archives.check_expansion(archive, findings)
        names = archive.namelist()
        if any(entry.lower().endswith("vbaproject.bin") for entry in names):
            findings.act(name, "a document with macros")
        if _has_outside_template(archive):
            findings.act(name, "a document that loads its template from elsewhere")
        story = _Story()
        try:
            for entry in _stories(names):
                root = lxml.etree.fromstring(archive.read(entry), _parser())
                _fields(root, name, findings)
                _blocks(root if root.tag != f"{_W}document" else root[0], story, findings.limits.text_characters)
            hidden = [*story.hidden, *_comments(archive)]
        except (lxml.etree.XMLSyntaxError, IndexError) as error:
            raise Damaged("damaged document") from error
    lines = text_lines(invisible.cleaned(line) for line in story.lines)
    if story.characters > findings.limits.text_characters:
        findings.fail(name, UnreadableReason.TOO_LARGE, "more text than is read")
    if not lines and not hidden:
        findings.fail(name, UnreadableReason.NO_TEXT, "no text in the document")
        return
    findings.parts.append(
        Part(
            name=name,
            role=role,
            media_type=kinds.DOCX,
            lines=_bounded(lines),
            tables=tuple(story.tables),
            hidden=tuple(text for text in hidden if invisible.is_telling(text)),
        )
    )


def _bounded(lines: tuple[TextLine, ...]) -> tuple[TextLine, ...]:
    return lines[:50_000]


def _stories(names: list[str]) -> list[str]:
    """Headers, the text, footers, in this order."""

    def of(kind: str) -> list[str]:
        return sorted(name for name in names if name.startswith(f"word/{kind}") and name.endswith(".xml"))[:6]

    return [*of("header"), *(["word/document.xml"] if "word/document.xml" in names else []), *of("footer")]


def _parser() -> Any:
    import lxml.etree

    return lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _has_outside_template(archive: zipfile.ZipFile) -> bool:
    for entry in ("word/_rels/settings.xml.rels", "word/_rels/document.xml.rels"):
        if entry in archive.NameToInfo:
            text = archive.read(entry)[:200_000]
            if b'TargetMode="External"' in text and (
                b"/attachedTemplate" in text or b"/oleObject" in text or b"/frame" in text
            ):
                return True
    return False


def _fields(root: Any, name: str, findings: Findings) -> None:
    """Field codes may be cut into several runs: they are looked at together."""
    codes = " ".join((node.text or "") for node in root.iter(f"{_W}instrText"))
    codes += " ".join(node.get(f"{_W}instr", "") for node in root.iter(f"{_W}fldSimple"))
    words = codes.upper().replace("\u201c", '"').split()
    if any(word in ("DDE", "DDEAUTO", "MACROBUTTON") for word in words):
        findings.act(name, "a document with a field that starts a program")


def _blocks(parent: Any, story: _Story, limit: int) -> None:
    """Paragraphs and tables, in order; containers (content controls, text boxes) are entered."""
    for node in parent:
        if story.characters > limit:
            return
        if node.tag == f"{_W}p":
            for line in _paragraph(node, story):
                story.characters += len(line)
                story.lines.append(line)
            for box in node.iter(f"{_W}txbxContent"):
                _blocks(box, story, limit)
        elif node.tag == f"{_W}tbl":
            _table(node, story, limit)
        elif node.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}smartTag", f"{_W}moveTo"):
            _blocks(node, story, limit)


def _paragraph(node: Any, story: _Story) -> list[str]:
    """The lines of a paragraph: its runs as shown, without tracked deletions."""
    pieces: list[str] = []
    unseen: list[str] = []
    marker = "- " if node.find(f"{_W}pPr/{_W}numPr") is not None else ""
    for run in node.iter(f"{_W}r"):
        if _is_deleted(run, node) or next(run.iterancestors(f"{_W}txbxContent", f"{_W}p"), None) is not node:
            continue
        if _is_struck(run.find(f"{_W}rPr")):
            continue  # crossed out: no statement
        text = _run_text(run)
        (unseen if _is_unseen(run.find(f"{_W}rPr")) else pieces).append(text)
    if unseen:
        plain = " ".join("".join(unseen).split())
        if plain:
            story.hidden.append(plain[:4000])
    text = "".join(pieces)
    return [marker + line if index == 0 and line.strip() else line for index, line in enumerate(text.split("\n"))]


def _run_text(run: Any) -> str:
    pieces = []
    for node in run:
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag == f"{_W}tab":
            pieces.append("\t")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif node.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
    return "".join(pieces)


def _is_deleted(run: Any, paragraph: Any) -> bool:
    for above in run.iterancestors():
        if above is paragraph:
            return False
        if above.tag in (f"{_W}del", f"{_W}moveFrom"):
            return True
    return False


def _is_struck(style: Any) -> bool:
    """True for a run that is crossed out."""
    marks = [] if style is None else [style.find(f"{_W}{name}") for name in ("strike", "dstrike")]
    return any(mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false") for mark in marks)


def _is_unseen(style: Any) -> bool:
    """True for a run that is vanished, white on paper, or smaller than a point and a half."""
    if style is None:
        return False
    vanish = style.find(f"{_W}vanish")
    if vanish is not None and vanish.get(f"{_W}val", "1") not in ("0", "false"):
        return True
    size = style.find(f"{_W}sz")
    if size is not None and size.get(f"{_W}val", "22").isdigit() and int(size.get(f"{_W}val", "22")) <= 3:
        return True
    colour = style.find(f"{_W}color")
    dark = style.find(f"{_W}shd") is not None or style.find(f"{_W}highlight") is not None
    return colour is not None and colour.get(f"{_W}val", "").upper() == "FFFFFF" and not dark


def _table(node: Any, story: _Story, limit: int) -> None:
    """A table as rows; one with a single column, or with a table inside, only arranges text."""
    rows: list[list[str]] = []
    for row in node.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl"), None) is not node:
            continue
        if row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr"), None) is not row:
                continue
            cells.append(_cell(cell, story, limit))
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            value = span.get(f"{_W}val", "1") if span is not None else "1"
            cells.extend([""] * (min(int(value), 50) - 1 if value.isdigit() else 0))
        if any(cells):
            rows.append(cells)
    for cells in rows:
        line = joined_cells(cells)
        story.characters += len(line)
        story.lines.append(line)
    width = max(map(len, rows), default=0)
    if len(rows) >= 2 and width >= 2:
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        story.tables.append(Table(rows=tuple(tuple(Cell(text=text) for text in row) for row in padded)))


def _cell(cell: Any, story: _Story, limit: int) -> str:
    inner = _Story(characters=story.characters)
    _blocks(cell, inner, limit)
    story.hidden.extend(inner.hidden)
    story.tables.extend(inner.tables)
    return "\n".join(line.strip() for line in inner.lines if line.strip())


def _comments(archive: zipfile.ZipFile) -> list[str]:
    import lxml.etree

    if "word/comments.xml" not in archive.NameToInfo:
        return []
    root = lxml.etree.fromstring(archive.read("word/comments.xml"), _parser())
    return [" ".join("".join(node.itertext()).split())[:2000] for node in root.iter(f"{_W}comment")][:100]
