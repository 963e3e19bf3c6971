"""Characters that a person does not see: taken out of visible text, and reported where they smuggle words.

Never drops a visible character: NFC and blanks for no-break spaces are all that changes.
"""

import re
import unicodedata

#: Unicode's tag block mirrors ASCII without showing anything: used to hide instructions.
_TAGS = re.compile(r"[\U000e0000-\U000e007f]+")
#: A flag (🏴 + tags + cancel) is the one ordinary use of the tag block.
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,7}\U000e007f")
_VARIATION = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_NOTHING = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
#: What stands behind a right-to-left override is shown backwards. Left-to-right ones stand around copied telephone
#: numbers, isolates and marks in every Hebrew or Arabic mail.
_OVERRIDE = re.compile(r"\u202e([^\u202c\u202e\u2069\n]{1,2000})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb]")
_BLANKS = str.maketrans(
    dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
)
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u202a-\u202f"
    r"\u205f-\u206f\u2028\u2029\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)


def cleaned(text: str) -> str:
    """`text` as a person sees it: no invisible characters, ordinary blanks, composed accents."""
    if text.isascii() and not _SUSPECT.search(text):
        return text
    if _SUSPECT.search(text):
        text = _FLAG.sub("\U0001f3f4", text)
        text = _TAGS.sub("", text)
        text = _VARIATION.sub("", text)
        text = _NOTHING.sub("", text)
        text = _CONTROL.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n"))
        text = text.translate(_BLANKS)
    if "\uf0b7" in text or "\uf0a7" in text:
        text = text.replace("\uf0b7", "•").replace("\uf0a7", "•")  # bullets of symbol fonts
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def smuggled(text: str) -> tuple[str, ...]:
    """Words written in tag characters or variation selectors, readable again; empty where there are none."""
    if text.isascii():
        return ()
    found = []
    for run in _TAGS.findall(_FLAG.sub("", text)):
        plain = "".join(chr(ord(char) - 0xE0000) for char in run if 0xE0020 <= ord(char) <= 0xE007E).strip()
        if plain:
            found.append(plain)
    for run in _VARIATION.findall(text):
        if len(run) >= 8:  # a byte a selector: a known way to carry text behind one letter
            data = bytes(ord(c) - 0xFE00 if ord(c) < 0xE0000 else ord(c) - 0xE0100 + 16 for c in run)
            found.append(data.decode("utf-8", "replace"))
    return tuple(found)


def turned(text: str) -> tuple[str, ...]:
    """Latin words that an override shows backwards, as shown; empty where there are none."""
    if "\u202e" not in text:
        return ()
    found = []
    for run in _OVERRIDE.findall(text):
        if len(re.findall(r"[A-Za-z\u00c0-\u024f\u0370-\u04ff\u3040-\u9fff]", run)) >= 4:
            found.append(" ".join(cleaned(run)[::-1].split()))
    return tuple(found)


def is_telling(text: str) -> bool:
    """True where a hidden text holds at least three words, or six letters of a script without blanks."""
    wide = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
    return wide >= 6 or len(re.findall(r"[^\W\d_]{2,}", text)) >= 3
