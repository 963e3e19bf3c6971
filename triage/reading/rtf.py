"""RTF to lines, text only. Objects inside are reported, not opened; hidden and white text stays apart."""

import re
from dataclasses import dataclass, field, replace

from triage.domain.document import Part, PartRole, UnreadableReason
from triage.reading import invisible, kinds
from triage.reading.findings import Findings
from triage.reading.lines import split_lines, text_lines

_PIECE = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+")
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata colorschememapping latentstyles datastore generator "
    b"listtable listoverridetable rsidtbl xmlnstbl fldinst bkmkstart bkmkend ftnsep mmathPr".split()
)
_SIGNS = {
    **dict.fromkeys((b"par", b"line", b"row", b"sect", b"page"), "\n"),
    **dict.fromkeys((b"tab", b"cell"), "\t"),
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
}
_CODE_PAGES = {b"ansi": "cp1252", b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}
_KNOWN = frozenset({"cp932", "cp936", "cp949", "cp950", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257"})
_TINY = 4  # half points


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside one pair of braces."""

    silent: bool = False  # holds no text
    unseen: bool = False  # \v
    colour: int = 0
    size: int = 24  # half points
    after: int = 1  # fallback characters behind a Unicode one


@dataclass(slots=True)
class _Text:
    """What grows while an RTF is read."""

    white: frozenset[int]
    page: str = "cp1252"
    group: _Group = field(default_factory=_Group)
    skip: int = 0
    pending: bytearray = field(default_factory=bytearray)
    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def flush(self) -> None:
        if self.pending:
            text = bytes(self.pending).decode(self.page, "replace")
            self.pending.clear()
            self.add(text)

    def add(self, text: str) -> None:
        group = self.group
        unseen = group.unseen or group.size <= _TINY or group.colour in self.white
        (self.hidden if unseen else self.shown).append(text)


def read_rtf(data: bytes, name: str, role: PartRole, findings: Findings) -> None:
    """Add an RTF as a part, its table cells a tab apart."""
    if re.search(rb"\\obj(?:data|embed|ocx|link|autlink)", data):
        findings.act(name, "a text with an embedded object")
    lines, hidden = rtf_lines(data, findings.limits.text_characters)
    shown = text_lines(invisible.cleaned(line) for line in lines)
    if not shown and not hidden:
        findings.fail(name, UnreadableReason.NO_TEXT, "no text in the document")
        return
    findings.parts.append(Part(name=name, role=role, media_type=kinds.RTF, lines=shown, hidden=tuple(hidden)))


def rtf_lines(data: bytes, characters: int) -> tuple[list[str], list[str]]:
    """The lines of an RTF, and what it holds unseen."""
    text = _Text(white=_white(data))
    stack: list[_Group] = []
    length = 0
    for match in _PIECE.finditer(data):
        word, number, byte, symbol, brace, plain = match.groups()
        if brace == b"{":
            stack.append(text.group)
        elif brace == b"}":
            text.flush()
            text.group = stack.pop() if stack else _Group()
        elif symbol == b"*":
            text.group = replace(text.group, silent=True)
        elif word is not None:
            _word(text, word, number)
        elif not text.group.silent:
            _plain(text, byte, symbol, plain)
            length += len(plain or b"")
            if length > characters:
                break
    text.flush()
    unseen = " ".join("".join(text.hidden).split())
    return split_lines("".join(text.shown), characters=characters), [unseen] if invisible.is_telling(unseen) else []


def _word(text: _Text, word: bytes, number: bytes | None) -> None:
    """A control word."""
    group = text.group
    value = int(number) if number else None
    if word in _SILENT:
        text.group = replace(group, silent=True)
    elif word == b"ansicpg" and value:
        text.page = f"cp{value}" if f"cp{value}" in _KNOWN else "cp1252"
    elif word in _CODE_PAGES:
        text.page = _CODE_PAGES[word]
    elif word == b"uc" and value is not None:
        text.group = replace(group, after=max(0, min(value, 10)))
    elif word in (b"v", b"cf", b"fs", b"plain"):
        text.flush()
        if word == b"v":
            text.group = replace(group, unseen=value != 0)
        elif word == b"cf":
            text.group = replace(group, colour=value or 0)
        elif word == b"fs":
            text.group = replace(group, size=24 if value is None else value)
        else:
            text.group = replace(group, unseen=False, colour=0, size=24)
    elif group.silent:
        return
    elif word == b"u" and value is not None:
        text.flush()
        code = value % 65536
        text.add("\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code))
        text.skip = group.after
    elif word in _SIGNS:
        text.flush()
        text.add(_SIGNS[word])


def _plain(text: _Text, byte: bytes | None, symbol: bytes | None, plain: bytes | None) -> None:
    """Characters; those that only stand in for a Unicode one are passed over."""
    if byte is not None:
        if text.skip:
            text.skip -= 1
        else:
            text.pending.append(int(byte, 16))
    elif symbol is not None:
        text.flush()
        text.add({b"~": " ", b"_": "-", b"-": ""}.get(symbol, symbol.decode("latin-1")))
    elif plain is not None:
        text.pending.extend(plain[text.skip :])
        text.skip = max(0, text.skip - len(plain))


def _white(data: bytes) -> frozenset[int]:
    """The numbers of white in the colour table."""
    match = re.search(rb"\{\\colortbl([^{}]{0,20000})\}", data)
    if not match:
        return frozenset()
    entries = match[1].split(b";")
    return frozenset(
        number
        for number, entry in enumerate(entries)
        if len(found := re.findall(rb"\\(?:red|green|blue)(\d{1,3})", entry)) == 3 and min(map(int, found)) >= 240
    )
