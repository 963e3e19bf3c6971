"""OpenDocument texts to lines and tables. Never loads what they link to; hidden text and notes stay apart."""

from typing import Any

from triage.domain.document import Cell, Part, PartRole, Table, UnreadableReason
from triage.reading import archives, invisible, kinds
from triage.reading.findings import Damaged, Findings
from triage.reading.lines import joined_cells, text_lines

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_NOTE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def read_odt(data: bytes, name: str, role: PartRole, findings: Findings) -> None:
    """Add an OpenDocument text as a part. Raises `TooMuch` for a bomb, `Damaged` where it is broken."""
    import lxml.etree

    with archives.opened(data) as archive:
        archives.check_expansion(archive, findings)
        if any(entry.startswith(("Basic/", "Scripts/")) for entry in archive.namelist()):
            findings.act(name, "a document with macros")
        if not archives.has(archive, "content.xml"):
            raise Damaged("it holds no text")
        parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = lxml.etree.fromstring(archive.read("content.xml"), parser)
        except lxml.etree.XMLSyntaxError as error:
            raise Damaged("damaged document") from error
    lines: list[str] = []
    tables: list[Table] = []
    hidden = _taken_out(root)
    for node in root.iter(f"{_TEXT}p", f"{_TEXT}h", f"{_TABLE}table"):
        inside = next(node.iterancestors(f"{_TABLE}table"), None) is not None
        if node.tag == f"{_TABLE}table" and not inside:
            rows = [_odt_row(row) for row in node.iter(f"{_TABLE}table-row")]
            rows = [row for row in rows if any(row)]
            lines.extend(joined_cells(row) for row in rows)
            width = max(map(len, rows), default=0)
            if len(rows) >= 2 and width >= 2:
                padded = [[*row, *[""] * (width - len(row))] for row in rows]
                tables.append(Table(rows=tuple(tuple(Cell(text=text) for text in row) for row in padded)))
        elif node.tag != f"{_TABLE}table" and not inside:
            lines.append(_odt_text(node))
    _add(lines, tuple(tables), hidden, name, role, findings)


def _odt_row(row: Any) -> list[str]:
    cells = []
    for cell in row:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            cells.append("\n".join(_odt_text(line) for line in cell.iter(f"{_TEXT}p")).strip())
    return cells


def _odt_text(node: Any) -> str:
    pieces = [node.text or ""]
    for child in node:
        if child.tag == f"{_TEXT}tab":
            pieces.append("\t")
        elif child.tag in (f"{_TEXT}line-break", f"{_TEXT}s"):
            pieces.append(" ")
        elif child.tag not in (_NOTE, f"{_TEXT}tracked-changes"):
            pieces.append(_odt_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _taken_out(root: Any) -> list[str]:
    """Empty the pieces that are not shown (hidden, white) and return their texts, with those of notes."""
    unseen = set()
    for style in root.iter(f"{_STYLE}style"):
        look = style.find(f"{_STYLE}text-properties")
        if look is None:
            continue
        white = look.get(f"{_FO}color", "").lower() == "#ffffff" and not look.get(f"{_FO}background-color", "")
        if look.get(f"{_TEXT}display") in ("none", "true") or white:
            unseen.add(style.get(f"{_STYLE}name"))
    found = ["".join(note.itertext()) for note in root.iter(_NOTE)]
    for node in list(root.iter(f"{_TEXT}span", f"{_TEXT}p", f"{_TEXT}h", f"{_TEXT}hidden-text")):
        if node.get(f"{_TEXT}style-name") in unseen or node.tag == f"{_TEXT}hidden-text":
            found.append("".join(node.itertext()))
            node.text = ""
            for child in list(node):
                node.remove(child)
    return [" ".join(text.split()) for text in found if invisible.is_telling(text)]


def _add(
    lines: list[str], tables: tuple[Table, ...], hidden: list[str], name: str, role: PartRole, findings: Findings
) -> None:
    shown = text_lines(invisible.cleaned(line) for line in lines)
    if not shown and not hidden:
        findings.fail(name, UnreadableReason.NO_TEXT, "no text in the document")
        return
    findings.parts.append(
        Part(name=name, role=role, media_type=kinds.ODT, lines=shown, tables=tables, hidden=tuple(hidden))
    )
