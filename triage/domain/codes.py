"""One normal form for order numbers and article codes, so that all rooms compare the same thing."""

import re
import unicodedata

_NOT_CODE = re.compile(r"[^0-9A-Z]+")


def canonical(code: str) -> str:
    """Upper-case ASCII letters and digits only: "KA-GM037 / b14" → "KAGM037B14". Full-width forms fold to ASCII."""
    folded = unicodedata.normalize("NFKD", code).upper()
    return _NOT_CODE.sub("", folded)


def shape(code: str) -> str:
    """The outline of a number: letters stay, digits become 9: "P04101" → "P99999"."""
    return re.sub(r"[0-9]", "9", canonical(code))


def digits(code: str) -> str:
    """Digits without leading zeros: "P04101" → "4101"."""
    return re.sub(r"[^0-9]", "", canonical(code)).lstrip("0")


def near(one: str, other: str) -> bool:
    """True where two canonical codes of equal length differ by one character or one swap of neighbours."""
    if len(one) != len(other) or one == other:
        return False
    differing = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]
