"""winmail.dat (MS-OXTNEF) to body and attachments, with a parser of our own that reads within bounds only."""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from triage.domain.document import Headers, PartRole
from triage.reading import charsets, kinds, lzfu, rtf, texts
from triage.reading.findings import Damaged
from triage.reading.lines import FlowLine

if TYPE_CHECKING:
    from triage.reading.mail import MailReader

_BODY, _PROPERTIES = 0x0002800C, 0x00069003
_FILE_START, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_PLAIN, _RTF, _HTML, _LONG_NAME, _DATA = 0x1000, 0x1009, 0x1013, 0x3707, 0x3701
_FIXED = {
    0x0000: 0,
    0x0001: 0,
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_VARIABLE = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_MOST_PROPERTIES = 2_000
_MOST_RTF = 20_000_000


def read_tnef(data: bytes, reader: "MailReader", name: str, depth: int) -> None:
    """Read the file: its text as a forwarded part, its files as attachments. Raises `Damaged` where it is damaged."""
    shown: dict[int, bytes] = {}
    files: list[tuple[str, bytes]] = []
    title, content = "", b""

    def finish() -> None:
        if content:
            files.append((title or f"attachment {len(files) + 1}", content))

    for mark, value in _attributes(data):
        if mark == _BODY:
            shown[_PLAIN] = value.rstrip(b"\0")
        elif mark == _PROPERTIES:
            shown.update({key: found for key, found in _properties(value) if key in (_PLAIN, _RTF, _HTML)})
        elif mark == _FILE_START:
            finish()
            title, content = "", b""
        elif mark == _FILE_TITLE:
            title = title or charsets.decode(value.rstrip(b"\0"))
        elif mark == _FILE_DATA:
            content = value
        elif mark == _FILE_PROPERTIES:
            for key, found in _properties(value):
                if key == _LONG_NAME:
                    title = charsets.decode(found).rstrip("\0")
                elif key == _DATA and not content:
                    content = found
    finish()
    _add_text(_texts(shown, reader.findings.limits.text_characters), reader, name)
    for inner, found in files:
        reader.documents.open(found, f"{name}/{inner.replace(chr(92), '/').rsplit('/', 1)[-1]}", depth=depth)


def _add_text(shown: list[texts.ShownText], reader: "MailReader", name: str) -> None:
    """Add the text as the mail's own where the mail has none; not at all where the mail says the same itself."""
    body = next((part for part in reader.findings.parts if part.role is PartRole.BODY), None)
    if body is None:
        reader.statement(shown, Headers(), "body", PartRole.BODY)
        return
    said = {word for lines in (body.lines, body.quoted, body.signature) for line in lines for word in line.text.split()}
    words = [word for text in shown for line in text.flow for word in line.text.split()]
    if sum(word in said for word in words) < 0.7 * len(words):
        reader.statement(shown, Headers(), name, PartRole.FORWARDED)


def _texts(shown: dict[int, bytes], limit: int) -> list[texts.ShownText]:
    if shown.get(_HTML, b"").strip():
        return [texts.html_text(charsets.decode(shown[_HTML]), limit)]
    if shown.get(_PLAIN, b"").strip(b"\0 \r\n"):
        return [texts.plain_text(charsets.decode(shown[_PLAIN]).rstrip("\0"), limit)]
    if shown.get(_RTF):
        lines, hidden = rtf.rtf_lines(lzfu.unpacked(shown[_RTF], most=_MOST_RTF), limit)
        return [texts.ShownText(flow=[FlowLine(text=line) for line in lines], hidden=hidden, kind=kinds.RTF)]
    return []


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Mark and value of each attribute. A length that points outside the file ends the reading."""
    place = 6
    while place + 9 <= len(data):
        mark, length = struct.unpack_from("<II", data, place + 1)
        start = place + 9
        if start + length > len(data):
            raise Damaged("a length points outside the file")
        yield mark, data[start : start + length]
        place = start + length + 2


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Identifier and value of each property that has a value of variable length; Unicode becomes UTF-8."""
    if len(data) < 4:
        return
    place = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], _MOST_PROPERTIES)):
        if place + 4 > len(data):
            return
        kind, key = struct.unpack_from("<HH", data, place)
        place += 4
        if key >= 0x8000:
            place = _behind_name(data, place)
        several, kind = kind & 0x1000, kind & 0x0FFF
        if kind not in _VARIABLE:
            if kind not in _FIXED:
                return
            count = 1
            if several:
                count, place = _number(data, place), place + 4
            place += max(_FIXED[kind], 4) * min(count, _MOST_PROPERTIES)
            continue
        count, place = _number(data, place), place + 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            length = _number(data, place)
            value = data[place + 4 : place + 4 + length]
            if len(value) < length:
                return
            if kind == 0x000D:
                value = value[16:]
            yield key, value.decode("utf-16-le", "replace").encode() if kind == 0x001F else value
            place += 4 + length + (-length % 4)


def _number(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise Damaged("a property is cut off")
    return int(struct.unpack_from("<I", data, place)[0])


def _behind_name(data: bytes, place: int) -> int:
    kind = _number(data, place + 16)
    if kind == 0:
        return place + 24
    length = _number(data, place + 20)
    return place + 24 + length + (-length % 4)
