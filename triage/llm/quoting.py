"""Supplier text as quoted data: numbered lines between boundaries that nobody can guess, length-limited, with what is
invisible shown, and with as much taken out as the redaction level says. Keeps what every line said before.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from triage.domain.asking import Found, Passage

_LONGEST_LINE = 600  # characters
_CUT = " […]"
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,190}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)\d[\d ()/.\-]{7,20}\d(?!\w)")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}\b")
#: Behind one of these stands a name that no record of ours knows.
_TITLE = re.compile(
    r"\b((?:Mr|Mrs|Ms|Dr|Herrn?|Frau|Mme|Mlle|M\.|Sig\.?(?:ra)?|Sr|Sra|Dhr|Mevr|Pan|Pani|Sayın|Bay|Bayan)\.?\s+)"
    r"[^\W\d_][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it was sent, and where it stands."""

    sent: str
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The passages of one question."""

    text: str  # without boundaries
    lines: dict[str, Line]  # by label

    def within(self, boundary: str) -> str:
        """The text between its boundaries."""
        return f"<<<{boundary}\n{self.text}\n{boundary}>>>"


def visible(text: str) -> str:
    """Invisible, direction and control characters as `[U+200B]`; other white space as a blank."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for char in text:
        if char in "\t\u00a0\u2007\u2009\u202f\u3000":
            shown.append(" ")
        elif unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"):
            shown.append(f"[U+{ord(char):04X}]")
        else:
            shown.append(char)
    return "".join(shown)


def redacted(text: str, names: Sequence[str]) -> str:
    """Without addresses, links, telephone and account numbers, and these names."""
    for pattern, word in ((_ADDRESS, "[address]"), (_LINK, "[link]"), (_ACCOUNT, "[account]"), (_PHONE, "[telephone]")):
        text = pattern.sub(word, text)
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return _TITLE.sub(lambda match: f"{match[1]}[name]", text)


def names_of(names: Sequence[str]) -> tuple[str, ...]:
    """Names worth taking out, the longest first, so that a part does not break the whole."""
    wanted = {" ".join(name.split()) for name in names}
    return tuple(sorted((name for name in wanted if len(name) >= 3), key=lambda name: (-len(name), name)))


def quote(passages: Sequence[Passage], names: Sequence[str], *, level: str, most: int) -> Quoted:
    """Number and clean the lines of all passages, at most `most` characters of them.

    level: "none", "names" or "line".
    """
    wanted = names_of(names)
    blocks: list[str] = []
    lines: dict[str, Line] = {}
    left = most
    for number, passage in enumerate(passages[:26]):
        letter = chr(ord("A") + number)
        part = visible(redacted(passage.part, wanted) if level != "none" else passage.part)[:80]
        shown = [f"part {letter}: {part}"]
        for index, written in enumerate(passage.lines):
            if level == "line" and passage.in_question and index not in passage.in_question:
                continue
            if not written.strip() or left <= 0:
                continue
            text = visible(written).strip()
            if level != "none":
                text = redacted(text, wanted)
            limit = min(_LONGEST_LINE, left)
            if len(text) > limit:
                text = text[:limit] + _CUT
            left -= len(text) + 8
            label = f"{letter}{index + 1}"
            page = passage.pages[index] if index < len(passage.pages) else None
            lines[label] = Line(sent=text, found=Found(part=passage.part, text=written, page=page))
            shown.append(f"{label}| {text}")
        if len(shown) > 1:
            blocks.append("\n".join(shown))
    if left <= 0:
        blocks.append("(the rest is left out)")
    return Quoted(text="\n\n".join(blocks), lines=lines)
