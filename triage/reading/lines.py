"""Text to `TextLine`s, bounded. Never changes a visible character."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from triage.domain.document import TextLine
from triage.reading import invisible

#: Between two cells of one line stand at least this many blanks.
GAP = "   "
_LONGEST = 8_000  # characters of one line; longer ones are cut into several


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One line of a mail's text before the statement is told from what is quoted."""

    text: str  # blanks at the beginning and tabs are kept: text tables stand on them
    cells: tuple[str, ...] = ()  # of a table row; empty elsewhere
    struck: tuple[str, ...] = ()  # what is crossed out in each cell; empty where nothing is
    table: int | None = None  # rows with the same number belong to one table
    in_quote: bool = False  # the markup says that this is quoted
    in_signature: bool = False  # the markup says that this is a signature
    about: str = ""  # the quoted words that this line answers, where it stands between quoted lines
    breaks: bool = False  # the markup draws a rule or a border above this line


def split_lines(text: str, *, characters: int) -> list[str]:
    """The lines of `text` as a person sees them, without blanks at their ends, at most `characters` in all."""
    text = text[:characters].replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    found: list[str] = []
    for line in invisible.cleaned(text).split("\n"):
        plain = line.rstrip()
        if len(plain) <= _LONGEST:
            found.append(plain)
        else:
            found.extend(plain[start : start + _LONGEST] for start in range(0, len(plain), _LONGEST))
    return found


def text_lines(lines: Iterable[str]) -> tuple[TextLine, ...]:
    """`TextLine`s of the lines that hold anything; a tab counts as the gap between two cells."""
    return tuple(TextLine(text=line.strip().replace("\t", GAP)) for line in lines if line.strip())


def answering_lines(flow: Iterable[FlowLine]) -> tuple[TextLine, ...]:
    """`TextLine`s of a mail's lines that hold anything, with the gaps between them and the quoted words they answer."""
    found: list[TextLine] = []
    gap = False
    for line in flow:
        text = line.text.strip().replace("\t", GAP)
        if text:
            found.append(TextLine(text=text, after_gap=gap, about=line.about))
        gap = not text
    return tuple(found)


def joined_cells(cells: Iterable[str]) -> str:
    """The line that a row of cells makes: empty cells vanish, wrapped cells become one line."""
    return GAP.join(re.sub(r"\s*\n\s*", " ", cell) for cell in cells if cell)
