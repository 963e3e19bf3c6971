"""CSV and its relatives: any delimiter, any encoding. Never interprets a number: cells stay as written."""

import csv
import io
import statistics
from collections.abc import Sequence

from triage.domain.document import Part, PartRole, UnreadableReason
from triage.reading import charsets, formulas, grids, invisible, kinds
from triage.reading.findings import Findings

_DELIMITERS = (";", "\t", ",", "|")
_SAMPLE = 60  # lines looked at to find the delimiter


def read_delimited(data: bytes, name: str, role: PartRole, findings: Findings, label: str | None = None) -> None:
    """Add the file as a part with one table."""
    limits = findings.limits
    text = charsets.decode(data, label)
    if len(text) > limits.text_characters:
        findings.fail(name, UnreadableReason.TOO_LARGE, f"more than {limits.text_characters} characters of text")
        text = text[: limits.text_characters].rpartition("\n")[0]
    rows = parse(text)
    cells = 0
    for index, row in enumerate(rows):
        cells += len(row)
        if cells > limits.table_cells:
            findings.fail(name, UnreadableReason.TOO_LARGE, f"more than {limits.table_cells} cells")
            rows = rows[:index]
            break
    acts = formulas.in_delimited(cell for row in rows for cell in row)
    if acts:
        findings.act(name, acts)
    findings.parts.append(
        Part(
            name=name,
            role=role,
            media_type=kinds.CSV,
            lines=grids.lines_of(rows),
            tables=grids.tables_of(rows),
            hidden=tuple(found for found in invisible.smuggled(text) if invisible.is_telling(found)),
            turned=invisible.turned(text),
            metadata=(("numbers", "written"),),
        )
    )


def parse(text: str) -> list[list[str]]:
    """The rows of a delimited text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5:
        return _rows(rest, first[4])
    return _rows(text, delimiter_of(text) or ",")


def delimiter_of(text: str) -> str:
    """The delimiter that gives most lines the same number of cells, more than one; "" where none does."""
    sample = "\n".join(text.split("\n")[:_SAMPLE])
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in _rows(sample, delimiter) if any(cell.strip() for cell in row)]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = statistics.mode(wide)
        score = wide.count(usual) / len(widths) * (1 + min(usual, 12) / 12)
        if score > best_score * 1.15:
            best, best_score = delimiter, score
    return best


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Rows by the csv module; by plain splitting where quotes are broken."""
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        return [line.split(delimiter) for line in text.split("\n")]


def looks_delimited(lines: Sequence[str]) -> bool:
    """True for a text whose lines are nearly all rows of a delimited file (a body or .txt that is one)."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < 3:
        return False
    for delimiter in (";", "\t", "|"):
        counts = [line.count(delimiter) for line in filled]
        usual = statistics.mode(counts)
        if usual >= 2 and counts.count(usual) >= 0.9 * len(counts):
            return True
    return False
