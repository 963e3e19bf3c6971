"""Lets you quote a supplier without repeating what must never be repeated: accounts, links, addresses, hidden text.

Masks rather too much than too little: a long number that is not known to be ours is taken for an account.
"""

import re
import unicodedata
from collections.abc import Collection

from triage.domain import codes
from triage.domain.document import Reading

MASK = "[…]"
_LONGEST = 2000  # characters that are looked at
_SEPARATOR = r"[\s.\-‐-―−_/·]"
# Two letters, two digits, perhaps a bank's four letters, then groups with digits: an IBAN however it is grouped.
_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])(?:iban)?[A-Za-z]{{2}}{_SEPARATOR}?[0-9O]{{2}}(?:{_SEPARATOR}{{0,2}}[A-Za-z]{{4}}(?![A-Za-z]))?"
    rf"(?:{_SEPARATOR}{{0,2}}(?=[A-Za-z]{{0,7}}[0-9])[A-Za-z0-9]{{1,30}}){{1,12}}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.,])\d(?:[ \-‐-―−/]?\d){7,33}(?![\d.,]*\d)")
_NEAR_ACCOUNT = re.compile(
    r"\b(?:iban|bic|swift|kto|blz|rib|c/c|a/c|bankleitzahl\w*|konto\w*|hesap\w*|rekening\w*|sort\s?code|routing\s?n\w*|"
    r"(?:bank\s)?acc(?:oun)?t\.?\s?(?:n\w*|#|:)|compte\s?(?:n|:|banc)\w*|cuenta\s?(?:n|:|banc|corr)\w*|"
    r"conto\s?(?:n|:|banc|corr)\w*|conta\s?(?:n|:|banc|corr)\w*|rachun\w*\s?(?:n|:|bank)\w*|konta\s?(?:n|:|bank)\w*)|"
    r"账号|账户|帐号|帳號|口座|银行|銀行",
    re.IGNORECASE,
)
_AFTER_WORD = 80  # characters behind such a word in which every longer group of letters and digits is masked
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/]{2,40}")
_LINK = re.compile(
    r"\b(?:https?|hxxps?|ftp|file|javascript|vbscript|data|mailto|tel|smb|ldap|ms-[a-z]{2,12}):\S+|\bwww\.\S+|"
    r"\b[\w\-]{2,63}(?:\.[\w\-]{2,63}){0,4}"
    r"\.(?:com|net|org|info|biz|example|io|co|eu|de|at|ch|fr|es|it|nl|be|pl|pt|tr|cn|jp|uk|us|ru|xyz|top|online|site)"
    r"(?:[/:?#]\S*)?(?![\w])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>@\"'(),;:]{1,64}\s?(?:@|\(at\)|\[at\])\s?[^\s<>@\"'(),;:]{1,255}", re.IGNORECASE)


def cleaned(text: str) -> str:
    """One line without control and format characters; full-width digits and letters in their plain form."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST])
    return " ".join("".join(" " if _is_odd(char) else char for char in folded if not _is_format(char)).split())


def _is_format(char: str) -> bool:
    """Zero-width and direction marks: they would split a number for our patterns and join it again for a reader."""
    return unicodedata.category(char) == "Cf"


def _is_odd(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Co", "Cs", "Cn")


def masked(text: str, *, known: Collection[str] = (), most: int = 160) -> str:
    """Supplier text for people: one line of at most `most` characters. Not escaped.

    known: canonical numbers and codes of our own orders and products, which may be repeated.
    """
    clean = _ADDRESS.sub(MASK, cleaned(text))
    clean = _LINK.sub(MASK, clean)

    def unless_known(match: re.Match[str]) -> str:
        return match[0] if codes.canonical(match[0]) in known else MASK

    def iban(match: re.Match[str]) -> str:
        return MASK if _is_iban(match[0]) else match[0]

    clean = _IBAN.sub(iban, clean)
    clean = _NUMBER.sub(lambda match: unless_known(match) if _is_account(match[0]) else match[0], clean)
    clean = _behind_words(clean)
    clean = re.sub(rf"{re.escape(MASK)}(?:[\s,;/\-]*{re.escape(MASK)})+", MASK, clean)
    return clean if len(clean) <= most else clean[: most - 1].rstrip() + "…"


def _is_iban(written: str) -> bool:
    """True for 15 to 34 letters and digits in blocks as accounts are written, most of them digits."""
    plain = codes.canonical(written)
    digits = sum(char.isdigit() for char in plain)
    return len(plain) >= 15 and digits >= 8 and digits * 2 > len(plain)


def _is_account(written: str) -> bool:
    """True for eight digits in a row, or ten in groups of an account's form.

    Dates are none, and neither are the whole numbers of a table's row, whose groups differ in length.
    """
    if re.fullmatch(r"(?:19|20)\d\d[-/]\d\d[-/]\d\d|\d{1,2}[-/]\d{1,2}[-/](?:19|20)\d\d", written):
        return False
    groups = re.findall(r"[0-9]+", written)
    if any(len(group) >= 8 for group in groups):
        return True
    if sum(map(len, groups)) < 10:
        return False
    return " " not in written or len({len(group) for group in groups[:-1]}) == 1


def _behind_words(text: str) -> str:
    """Mask groups with digits shortly behind a word that announces an account: short ones are accounts there."""
    pieces, place = [], 0
    for word in _NEAR_ACCOUNT.finditer(text):
        if word.end() < place:
            continue
        end = min(len(text), word.end() + _AFTER_WORD)
        pieces.append(text[place : word.end()])
        pieces.append(_GROUP.sub(_digits_masked, text[word.end() : end]))
        place = end
    return "".join([*pieces, text[place:]])


def _digits_masked(match: re.Match[str]) -> str:
    found = match[0]
    has_digits = sum(char.isdigit() for char in found) >= 3
    is_bic = re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", found) is not None
    return MASK if has_digits or is_bic else found


class Hidden:
    """What a person does not see in the message: it is never shown to one."""

    def __init__(self, reading: Reading) -> None:
        self._texts = tuple(_plain(text) for part in reading.parts for text in part.hidden)

    def holds(self, quote: str) -> bool:
        """True where the quote is hidden text, or contains some."""
        wanted = _plain(quote)
        return bool(wanted) and any(wanted in text or (len(text) >= 4 and text in wanted) for text in self._texts)


def _plain(text: str) -> str:
    return "".join(cleaned(text).casefold().split())
