"""What one version of a mail's text says and the version that a person is shown leaves out.

Both versions of `multipart/alternative` should say the same. What stands in the unshown one alone is read by programs
only. Notes of mail programs ("this mail needs HTML"), addresses of links and pictures' names are no difference.
"""

import re
from collections.abc import Sequence

_LINK = re.compile(
    r"<?(?:https?|mailto|cid|tel):[^\s>\])]*>?|\[(?:cid|image|bild|logo)[^\]]{0,200}\]|[*_#|=~-]{2,}", re.I
)
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
#: Said by programs in the plain version of an HTML mail.
_NOTICE = re.compile(r"\bhtml\b|browser|mail (?:client|program)|mailprogramm|afficher|visuali[sz]|görüntüle", re.I)
_SHARE = 0.4  # of a line's words that the shown version may lack before the line counts as left out
_LEAST_WORDS = 4
_LEAST_SIGNS = 8  # Chinese or Japanese characters
_MOST = 40  # lines that are named
_MOST_LINES = 3_000


def only_in_others(versions: Sequence[Sequence[str]], *, shown: int) -> list[str]:
    """Lines of the other versions whose words the version at `shown` mostly lacks, in their order."""
    known = _tokens(" ".join(versions[shown]))
    if not known:
        return []  # an empty shown version is damage, and the plain one is read in its place
    found: list[str] = []
    for place, lines in enumerate(versions):
        if place == shown:
            continue
        for line in lines[:_MOST_LINES]:
            plain = " ".join(_LINK.sub(" ", line).split())
            words = _listed(plain)
            enough = len(words) >= (_LEAST_SIGNS if _CJK.search(plain) else _LEAST_WORDS)
            if enough and not _NOTICE.search(plain) and _lacking(words, known) > _SHARE:
                found.append(plain[:2000])
    return found[:_MOST]


def _lacking(words: Sequence[str], known: set[str]) -> float:
    return sum(word not in known for word in words) / len(words)


def _listed(text: str) -> list[str]:
    """Words, and pairs of signs where the script has no blanks."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if _CJK.search(word):
            found.extend(word[at : at + 2] for at in range(max(len(word) - 1, 1)))
        else:
            found.append(word)
    return found


def _tokens(text: str) -> set[str]:
    return set(_listed(text))
