"""How an xlsx workbook shows its cells: what it hides (rows, columns, white cells), percentages, comments.

Reads only as much of the file's XML as that takes; entities and network are off.
"""

import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from triage.domain.document import UnreadableReason
from triage.reading import formulas, invisible
from triage.reading.findings import Damaged, TooMuch

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LARGEST = 60_000_000  # bytes of one sheet's XML
_MOST_CELLS = 5_000_000  # in the rectangle up to the last cell
_WHITE = frozenset({"FFFFFFFF", "00FFFFFF", "FFFFFF"})
_REFERENCE = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


@dataclass(slots=True)
class Marks:
    """The unseen places of one sheet, counted from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    cells: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)  # cells shown as percentages
    comments: list[str] = field(default_factory=list)
    formulas: str = ""  # what its formulas would do, "" where they only calculate
    height: int = 0  # rows to the last cell that holds anything
    width: int = 0


def visible(rows: Sequence[Sequence[str]], marks: Marks | None) -> tuple[list[list[str]], list[str]]:
    """The rows without what is not shown, and what was not shown."""
    if marks is None or not (marks.rows or marks.columns or marks.cells or marks.percents):
        return [list(row) for row in rows], []
    kept: list[list[str]] = []
    unseen: list[str] = []
    for number, row in enumerate(rows):
        if number in marks.rows:
            unseen.extend(filter(None, row))
            continue
        cells = []
        for place, text in enumerate(row):
            if place in marks.columns or (number, place) in marks.cells:
                if text:
                    unseen.append(text)
                cells.append("")
            else:
                cells.append(_percent(text) if (number, place) in marks.percents else text)
        kept.append(cells)
    return kept, unseen


def _percent(text: str) -> str:
    """A stored share as the percentage that is shown: 0.065 is 6.5%."""
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        return text
    plain = format(value, "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) + "%"


def read_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """The marks of every sheet by its name. Raises `Damaged` for broken XML, `TooMuch` for a sheet of absurd size.

    A sheet's extent matters to the parser behind, which takes memory for every cell up to the last one.
    """
    import lxml.etree

    try:
        looks = _parsed(archive, "xl/styles.xml")
        styles, percents = _unseen_styles(looks), _percent_styles(looks)
        book = _parsed(archive, "xl/workbook.xml")
        links = _links(archive, "xl/workbook.xml")
        if book is None:
            return {}
        found = {}
        for sheet in list(book.iter(f"{_MAIN}sheet"))[:60]:
            path = links.get(sheet.get(_LINK, ""), "")
            if path in archive.NameToInfo:
                marks = _sheet_marks(archive, path, styles, percents)
                if marks.height * marks.width > _MOST_CELLS or archive.NameToInfo[path].file_size > _LARGEST:
                    raise TooMuch(UnreadableReason.TOO_LARGE, "a sheet with too many cells, or cells too far apart")
                marks.comments = _comments(archive, path)
                found[str(sheet.get("name"))] = marks
        return found
    except (lxml.etree.XMLSyntaxError, KeyError, zipfile.BadZipFile) as error:
        raise Damaged("damaged workbook") from error


def _parser() -> Any:
    import lxml.etree

    return lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _parsed(archive: zipfile.ZipFile, path: str) -> Any:
    import lxml.etree

    if path not in archive.NameToInfo:
        return None
    return lxml.etree.fromstring(archive.read(path), _parser())


def _links(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """Relationship ids of a part to paths in the archive."""
    folder, _, name = path.rpartition("/")
    root = _parsed(archive, f"{folder}/_rels/{name}.rels")
    if root is None:
        return {}
    found = {}
    for link in root:
        target = str(link.get("Target", ""))
        absolute = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[str(link.get("Id"))] = absolute
    return found


def _unseen_styles(root: Any) -> set[int]:
    """Indices of cell formats whose text can't be seen: white on white, or the number format ";;;"."""
    if root is None:
        return set()
    fonts = [_is_white(font.find(f"{_MAIN}color")) for font in root.iterfind(f"{_MAIN}fonts/{_MAIN}font")]
    fills = [_is_plain(fill) for fill in root.iterfind(f"{_MAIN}fills/{_MAIN}fill")]
    blank = {
        fmt.get("numFmtId")
        for fmt in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
        if (fmt.get("formatCode") or "").strip() == ";;;"
    }
    found = set()
    for index, form in enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        font, fill = int(form.get("fontId") or 0), int(form.get("fillId") or 0)
        white = font < len(fonts) and fonts[font] and (fill >= len(fills) or fills[fill])
        if white or form.get("numFmtId") in blank:
            found.add(index)
    return found


def _percent_styles(root: Any) -> set[int]:
    """Indices of cell formats that show a number as a percentage."""
    if root is None:
        return set()
    own = {
        fmt.get("numFmtId")
        for fmt in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
        if "%" in (fmt.get("formatCode") or "")
    }
    forms = enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"))
    return {index for index, form in forms if form.get("numFmtId") in own | {"9", "10"}}


def _is_white(colour: Any) -> bool:
    if colour is None:
        return False
    return str(colour.get("rgb", "")).upper() in _WHITE or (colour.get("theme") == "0" and not colour.get("tint"))


def _is_plain(fill: Any) -> bool:
    """True for a fill that leaves the cell white."""
    pattern = fill.find(f"{_MAIN}patternFill")
    if pattern is None or pattern.get("patternType") in (None, "none"):
        return fill.find(f"{_MAIN}gradientFill") is None
    return pattern.get("patternType") == "solid" and _is_white(pattern.find(f"{_MAIN}fgColor"))


def _sheet_marks(archive: zipfile.ZipFile, path: str, styles: set[int], percents: set[int]) -> Marks:
    import lxml.etree

    marks = Marks()
    with archive.open(path) as stream:
        wanted = (f"{_MAIN}row", f"{_MAIN}col", f"{_MAIN}c")
        for _, node in lxml.etree.iterparse(
            stream, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            if node.tag == wanted[0]:
                if _is_hidden(node, "ht") and node.get("r", "").isdigit():
                    marks.rows.add(int(node.get("r")) - 1)
                node.clear()
            elif node.tag == wanted[1]:
                if _is_hidden(node, "width"):
                    first, last = int(node.get("min") or 1), min(int(node.get("max") or 1), 16_384)
                    if last - first < 2_000:  # hiding all that is unused hides nothing
                        marks.columns.update(range(first - 1, last))
            else:
                match = _REFERENCE.match(node.get("r") or "")
                written = node.findtext(f"{_MAIN}f")
                if written and not marks.formulas:
                    marks.formulas = formulas.in_workbook([written])
                if match and len(node):
                    row, column = int(match[2]) - 1, _column(match[1])
                    marks.height, marks.width = max(marks.height, row + 1), max(marks.width, column + 1)
                    style = int(node.get("s") or 0)
                    if style in styles:
                        marks.cells.add((row, column))
                    if style in percents and node.get("t", "n") == "n":
                        marks.percents.add((row, column))
    return marks


def _is_hidden(node: Any, extent: str) -> bool:
    if node.get("hidden") in ("1", "true"):
        return True
    value = node.get(extent)
    return value in ("0", "0.0")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _comments(archive: zipfile.ZipFile, path: str) -> list[str]:
    """The texts of a sheet's comments, as far as they hold words."""
    found = []
    for target in _links(archive, path).values():
        if "comments" in target.lower() and target.endswith(".xml"):
            root = _parsed(archive, target)
            for note in root.iter(f"{_MAIN}comment", "{*}threadedComment") if root is not None else ():
                text = " ".join("".join(note.itertext()).split())
                if invisible.is_telling(text):
                    found.append(text[:2000])
    return found[:100]
