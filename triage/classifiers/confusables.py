"""Letters of other alphabets inside words: what they spell to the eye, and whether they disguise a text.

Cyrillic and Greek letters that look like Latin ones hide a word from whoever searches for it. A text that is really
Cyrillic or Greek mixes alphabets between words, not inside them; signs of units and formulas (µm, Ω) are no disguise.
Look-alikes after Unicode Technical Standard 39 (confusables), the part that matters for Latin.
"""

import re
import unicodedata
from functools import cache

_CYRILLIC = dict(
    zip(
        "аьсԁеҽғһіјкӏмոорԛгѕтսѵԝхуүҙзъпнвАВСЕНІЈКМОРЅТХУҮԌԚԜЗ",
        "abcdeefhijklmnopqrstuvwxyyszbnhbABCEHIJKMOPSTXYYGQWZ",
        strict=True,
    )
)
_GREEK = dict(zip("αβγεηικνορτυχωϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "abyenikvoptuxwcjABEZHIKMNOPTYXC", strict=True))
_OTHERS = dict(zip("ɑɡɩɪʀʏꓐꓚꓓꓰꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "agiiryBCDEGHIJKLMNOPRSTUVWXYZ", strict=True))
_TABLE = str.maketrans(_CYRILLIC | _GREEK | _OTHERS)
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0561-\u0587ɑɡɩɪʀʏ\ua4d0-\ua4f7]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
#: Greek letters that stand beside Latin ones in units and formulas.
_UNITS = frozenset("µμΩωΔδπσΣφΦλθαβγ")
#: Five or more single letters with the same sign between them: "i g n o r e".
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_]([ .\-_*·|]))(?:[^\W\d_]\1){3,}[^\W\d_](?![^\W_])")
_LEAST = 3  # mixed words from which on no slip of a keyboard explains them


def folded(text: str) -> str:
    """`text` as the eye reads it, character for character: look-alikes in Latin surroundings become Latin letters."""
    if text.isascii():
        return text
    if not _FOREIGN.search(text):
        return text
    return _WORD.sub(lambda match: _as_seen(match.group()), text)


def _as_seen(word: str) -> str:
    if not _FOREIGN.search(word):
        return word
    plain = word.translate(_TABLE)
    # A word that stays foreign in part is really written in that alphabet.
    return word if _FOREIGN.search(plain) else plain


def closed_up(text: str) -> str:
    """`text` with spaced-out words joined ("i g n o r e" is "ignore")."""
    return _SPACED.sub(lambda match: re.sub(rf"{re.escape(match.group(1))}", "", match.group()), text)


def mixed_words(text: str) -> int:
    """How many different words hold Latin letters and look-alikes of another alphabet, units left out."""
    if text.isascii():
        return 0
    return len({word for word in _WORD.findall(text) if _is_mixed(word)})


@cache
def _table_keys() -> frozenset[str]:
    return frozenset(chr(code) for code in _TABLE)


def _is_mixed(word: str) -> bool:
    foreign = [char for char in word if _FOREIGN.match(char) and char not in _UNITS]
    latin = sum(bool(_LATIN.match(char)) for char in word)
    return bool(foreign) and latin > 0 and all(char in _table_keys() for char in foreign)


def is_disguised(text: str) -> bool:
    """True where several words are spelt with letters of another alphabet among Latin ones."""
    return mixed_words(unicodedata.normalize("NFC", text)) >= _LEAST
