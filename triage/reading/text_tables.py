"""Tables written with blanks, tabs, bars or box drawing in plain text. A table that is not certain is left out."""

import re
from collections.abc import Sequence

from triage.domain.document import Cell, Table
from triage.reading import columns, invisible, narrow_tables

_BARS = re.compile(r"[|¦│┃║]")
_ONLY_RULE = re.compile(r"^[\s|¦+\-=_─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╓╖╙╜╟╢╥╨╫.:*]+$")
_CELLS = re.compile(r"\S+(?: \S+)*")
#: "17.90*", "tydz. 11 (**)": stars that point to a remark below.
_FOOTNOTE = re.compile(r"(?<=[^\s*])\*{1,3}(?=\s|$)|(?<=\S)\s+\(\*{1,3}\)(?=\s|$)")
_MOST_ROWS = 2_000
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
)


def read_text_tables(lines: Sequence[str]) -> tuple[Table, ...]:
    """The tables of a text, each as rows of cells without places."""
    found: list[Table] = []
    index = 0
    while index < len(lines):
        rows, behind = _barred(lines, index)
        if not rows:
            rows, behind = _tabbed(lines, index)
        if not rows:
            rows, behind = _spaced(lines, index)
        if not rows:
            rows, behind = narrow_tables.read(lines, index)
        if rows:
            found.append(_table(rows))
        index = max(behind, index + 1)
    return tuple(found)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    width = max(map(len, rows))
    return Table(
        rows=tuple(
            tuple(Cell(text=invisible.cleaned(text).strip()) for text in [*row, *[""] * (width - len(row))])
            for row in rows
        )
    )


def _barred(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """Rows separated by bars; a rule between groups of lines tells that cells wrap."""
    rows: list[list[str]] = []
    counts: list[int] = []
    index = start
    while index < len(lines) and len(rows) < _MOST_ROWS:
        line = lines[index].strip()
        if line and _ONLY_RULE.match(line) and rows:
            index += 1
            continue
        pieces = [piece.strip() for piece in _BARS.split(line)]
        if len(pieces) < 3 or (counts and abs(len(pieces) - counts[0]) > 1):
            break
        counts.append(len(pieces))
        if _BARS.match(line[0]) if line else False:
            pieces = pieces[1:]
        if line and _BARS.match(line[-1]):
            pieces = pieces[:-1]
        if rows and len(pieces) == len(rows[0]) and not pieces[0] and sum(map(bool, pieces)) <= len(pieces) // 3:
            rows[-1] = [
                f"{above}\n{piece}".strip() if piece else above for above, piece in zip(rows[-1], pieces, strict=False)
            ]
        elif any(pieces):
            rows.append(pieces)
        index += 1
    return (rows, index) if len(rows) >= 2 and max(map(len, rows)) >= 2 else ([], start)


def _tabbed(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """Rows separated by single tabs, as pasted from a spreadsheet."""
    rows: list[list[str]] = []
    index = start
    while index < len(lines) and len(rows) < _MOST_ROWS:
        line = lines[index]
        if line.count("\t") < 1 or not line.strip():
            break
        pieces = [piece.strip() for piece in line.split("\t")]
        if rows and abs(len(pieces) - len(rows[0])) > 1:
            break
        rows.append(pieces)
        index += 1
    filled = [sum(map(bool, row)) for row in rows]
    if len(rows) < 2 or max(filled) < 3:
        return [], start
    return rows, index


def _pieces(line: str) -> list[tuple[int, int, str]]:
    """The cells of a line that is aligned by runs of two or more blanks: start, end, text. Wide letters count two."""
    line = _FOOTNOTE.sub(lambda match: " " * len(match[0]), line.expandtabs(8))
    shown = _WIDE.sub(lambda match: match[0] + "\x00", line)
    return [(match.start(), match.end(), match[0].replace("\x00", "")) for match in _CELLS.finditer(shown)]


def _spaced(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """Rows under a header line, aligned by blanks."""
    head = _pieces(lines[start])
    if len(head) < 3 or not columns.is_header([text for _, _, text in head]):
        return [], start
    body: list[list[tuple[int, int, str]]] = []
    quiet = 0
    behind = start + 1
    for index in range(start + 1, min(len(lines), start + _MOST_ROWS)):
        line = lines[index]
        pieces = _pieces(line)
        if not pieces or _ONLY_RULE.match(line):
            quiet += 1
            if quiet > 2:
                break
            continue
        values = sum(columns.is_value(text) for _, _, text in pieces)
        if len(pieces) >= min(3, len(head)) and values:
            body.append(pieces)
            behind = index + 1
            quiet = 0
        elif body and len(pieces) <= 2 and _lies_under(pieces, head) and quiet == 0 and line.startswith("  "):
            body.append(pieces)
            behind = index + 1
        else:
            quiet += 1
            if quiet > 2 or len(line) > 90:
                break
    heads = _with_heads_apart(head, body)
    rows = [[text for _, _, text in heads]]
    for pieces in body:
        row = _placed(pieces, heads)
        if row is None:
            return [], start
        if len(rows) > 1 and not row[0] and not any(columns.is_value(text) for text in row if text):
            rows[-1] = [
                f"{above}\n{text}".strip() if text else above for above, text in zip(rows[-1], row, strict=True)
            ]
        else:
            rows.append(row)
    return (rows, behind) if len(rows) >= 2 else ([], start)


def _with_heads_apart(
    head: Sequence[tuple[int, int, str]], body: Sequence[Sequence[tuple[int, int, str]]]
) -> Sequence[tuple[int, int, str]]:
    """The heads, those split at a blank that are two ("Pos. Artikelnummer"), where the rows have a cell more."""
    wanted = max(map(len, body), default=0)
    for place, (start, end, text) in enumerate(head):
        first, _, second = text.partition(" ")
        if len(head) < wanted and second and columns.heads([first]) and columns.heads([second]):
            middle = start + len(first)
            apart = [*head[:place], (start, middle, first), (middle + 1, end, second), *head[place + 1 :]]
            return _with_heads_apart(apart, body)
    return head


def _lies_under(pieces: Sequence[tuple[int, int, str]], head: Sequence[tuple[int, int, str]]) -> bool:
    return all(any(start - 2 <= piece[0] <= end + 2 for start, end, _ in head) for piece in pieces)


def _placed(pieces: Sequence[tuple[int, int, str]], head: Sequence[tuple[int, int, str]]) -> list[str] | None:
    """The cells of a line under the heads they overlap or stand nearest to, in their order; None where they clash."""
    if len(pieces) == len(head):
        return [text for _, _, text in pieces]
    if len(pieces) > len(head):
        # "… 5/3/2027   (2 crates of 60)": a remark behind the last column.
        last = " ".join(text for _, _, text in pieces[len(head) - 1 :])
        remark = pieces[len(head)][2]
        ends = pieces[len(head)][0] > head[-1][1]
        return [text for _, _, text in pieces[: len(head) - 1]] + [last] if ends and remark[:1] in "(*[-" else None
    pieces = _apart(pieces, head)
    row = [""] * len(head)
    least = 0
    for number, (start, end, text) in enumerate(pieces):
        latest = len(head) - (len(pieces) - number)
        choices = range(least, latest + 1)
        place = min(choices, key=lambda column: _distance(start, end, head[column]))
        row[place] = text
        least = place + 1
    return row


def _apart(
    pieces: Sequence[tuple[int, int, str]], head: Sequence[tuple[int, int, str]]
) -> Sequence[tuple[int, int, str]]:
    """The cells of a line with fewer than it has heads; two values with one blank between stand under two of them."""
    found: list[tuple[int, int, str]] = []
    lacking = len(head) - len(pieces)
    for start, end, text in pieces:
        left, _, right = text.partition(" ")
        middle = start + len(left)
        heads = [_nearest(start, middle, head), _nearest(middle + 1, end, head)]
        if lacking and _IS_NUMBER.match(left) and _IS_VALUE.match(right) and heads[0] != heads[1]:
            found += [(start, middle, left), (middle + 1, end, right)]
            lacking -= 1
        else:
            found.append((start, end, text))
    return found


_IS_VALUE = re.compile(
    r"[\d.,]*\d[\d.,]*%?$|(?:KW|CW|WK|week|sem\.?|sett\.?|tydz\.?)\s?\d|\d{1,4}[./-]\d", re.IGNORECASE
)
_IS_NUMBER = re.compile(r"[\d.,]*\d[\d.,]*%?$")


def _nearest(start: int, end: int, head: Sequence[tuple[int, int, str]]) -> int:
    return min(range(len(head)), key=lambda column: _distance(start, end, head[column]))


def _distance(start: int, end: int, head: tuple[int, int, str]) -> float:
    overlap = min(end, head[1]) - max(start, head[0])
    if overlap > 0:
        return -overlap
    return min(abs(start - head[0]), abs(end - head[1]), float(-overlap))
