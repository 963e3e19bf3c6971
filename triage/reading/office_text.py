"""OpenDocument texts and RTF to lines. Never loads what they link to; objects inside RTF are reported, not opened."""

import re
from typing import Any

from triage.domain.document import Cell, Part, PartRole, Table, UnreadableReason
from triage.reading import archives, invisible, kinds
from triage.reading.findings import Damaged, Findings
from triage.reading.lines import joined_cells, split_lines, text_lines

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_RTF_WORD = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+")
_RTF_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata colorschememapping latentstyles datastore generator listtable "
    b"listoverridetable rsidtbl xmlnstbl fldinst bkmkstart bkmkend header footer ftnsep mmathPr".split()
)
_RTF_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
}
_RTF_PAGES = {b"ansi": "cp1252", b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}


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
    _add(lines, tuple(tables), kinds.ODT, name, role, findings)


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
        elif child.tag == f"{_TEXT}line-break" or child.tag == f"{_TEXT}s":
            pieces.append(" ")
        elif child.tag not in (
            "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation",
            f"{_TEXT}tracked-changes",
        ):
            pieces.append(_odt_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def read_rtf(data: bytes, name: str, role: PartRole, findings: Findings) -> None:
    """Add an RTF text as a part: its text only, table cells a tab apart."""
    if re.search(rb"\\obj(?:data|embed|ocx|link|autlink)", data):
        findings.act(name, "a text with an embedded object")
    lines = rtf_lines(data, findings.limits.text_characters)
    _add(lines, (), kinds.RTF, name, role, findings)


def rtf_lines(data: bytes, characters: int) -> list[str]:
    """The lines of an RTF text. Groups that hold fonts, pictures or objects are passed over."""
    page = "cp1252"
    pieces: list[str] = []
    pending = bytearray()
    stack: list[tuple[bool, int]] = []
    silent, skip, after = False, 0, 1  # after: how many fallback characters follow a Unicode one
    length = 0

    def flush() -> None:
        if pending:
            pieces.append(bytes(pending).decode(page, "replace"))
            pending.clear()

    for match in _RTF_WORD.finditer(data):
        word, number, byte, symbol, brace, text = match.groups()
        if brace == b"{":
            stack.append((silent, after))
        elif brace == b"}":
            silent, after = stack.pop() if stack else (False, 1)
        elif symbol == b"*":
            silent = True
        elif word is not None:
            if word in _RTF_SILENT:
                silent = True
            elif word == b"ansicpg" and number:
                page = _page(number)
            elif word in _RTF_PAGES:
                page = _RTF_PAGES[word]
            elif word == b"uc" and number:
                after = max(0, min(int(number), 10))
            elif word == b"u" and number and not silent:
                flush()
                pieces.append(chr(int(number) % 65536) if not 0xD800 <= int(number) % 65536 <= 0xDFFF else "\ufffd")
                skip = after
            elif word in _RTF_SIGNS and not silent:
                flush()
                pieces.append(_RTF_SIGNS[word])
        elif silent:
            continue
        elif byte is not None:
            if skip:
                skip -= 1
            else:
                pending.append(int(byte, 16))
        elif symbol is not None:
            flush()
            pieces.append({b"~": " ", b"_": "-", b"-": ""}.get(symbol, symbol.decode("latin-1")))
        elif text is not None:
            rest = text[skip:]
            skip = max(0, skip - len(text))
            pending.extend(rest)
            length += len(rest)
            if length > characters:
                break
    flush()
    return split_lines("".join(pieces), characters=characters)


def _page(number: bytes) -> str:
    name = f"cp{int(number)}"
    return (
        name
        if name in ("cp932", "cp936", "cp949", "cp950", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257")
        else "cp1252"
    )


def _add(lines: list[str], tables: tuple[Table, ...], kind: str, name: str, role: PartRole, findings: Findings) -> None:
    shown = text_lines(invisible.cleaned(line) for line in lines)
    if not shown:
        findings.fail(name, UnreadableReason.NO_TEXT, "no text in the document")
        return
    findings.parts.append(Part(name=name, role=role, media_type=kind, lines=shown, tables=tables))
