"""Text in a code inside a text: base64 and hexadecimal. Bounded; what decodes to no words is dropped."""

import base64
import binascii
import re
from collections.abc import Iterator

_BASE64 = re.compile(
    r"(?<![\w+/=:.-])(?:[A-Za-z0-9+/]{4}[\s>]{0,3}){7,400}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/])"
)
_HEX = re.compile(r"(?<![\w-])(?:(?:0x|\\x|%)?[0-9A-Fa-f]{2}[\s:,]{0,2}){24,800}(?![\w-])")
_MOST = 10  # codes of one text that are tried
_LONGEST = 60_000  # characters


def decoded(text: str) -> Iterator[str]:
    """Words that stand in a code in `text`."""
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for number, match in enumerate(pattern.finditer(text[:_LONGEST])):
            if number >= _MOST:
                break
            found = _words(decode(match.group()))
            if found:
                yield found


def _from_base64(code: str) -> bytes:
    plain = re.sub(r"[\s>]+", "", code)
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


def _from_hex(code: str) -> bytes:
    try:
        return bytes.fromhex(re.sub(r"0x|\\x|%|[\s:,]+", "", code))
    except ValueError:
        return b""


def _words(data: bytes) -> str:
    """The bytes as text where they are words: three of letters at least, nearly all signs printable."""
    for charset in ("utf-8", "utf-16-le") if data[1:2] == b"\0" else ("utf-8",):
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        odd = sum(not (char.isprintable() or char.isspace()) for char in text)
        wide = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
        if not odd and (wide >= 6 or len(re.findall(r"[^\W\d_]{2,}", text)) >= 3):
            return " ".join(text.split())[:2000]
    return ""
