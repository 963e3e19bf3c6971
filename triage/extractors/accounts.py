"""Finds bank accounts in a message, to compare them with the known ones. They are never shown to anybody."""

import re
from collections.abc import Iterator

from triage.domain.document import Reading
from triage.domain.evidence import Evidence, Stated

_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?:[ \u00a0.-]?[A-Z0-9]{2,4}){3,8}(?:[ \u00a0][A-Z0-9])?)(?![A-Z0-9])")
_ACCOUNT = re.compile(
    r"(?:account(?:\s+(?:no|number|nr))?|a/c|acct|konto(?:nummer|-?nr)?|compte|cuenta|conto|rekening(?:nummer)?|rachun\w+"
    r"|konto bankowe|conta|hesap(?:\s+no)?|账号|帳號|账户|口座(?:番号)?)\W{0,12}(\d[\d \u00a0-]{5,32}\d)",
    re.IGNORECASE,
)


def valid_iban(text: str) -> bool:
    """ISO 13616 check: the remainder of the rearranged number by 97 is 1."""
    compact = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not 15 <= len(compact) <= 34:
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _in_line(text: str) -> Iterator[str]:
    for match in _IBAN.finditer(text):
        compact = re.sub(r"[^A-Z0-9]", "", match.group(1))
        # A following word can be caught up in the groups: the longest beginning that checks is the account.
        for length in range(min(len(compact), 34), 14, -1):
            if valid_iban(compact[:length]):
                yield compact[:length]
                break
        else:
            # What does not check is kept only where it is called an account; VAT numbers look much alike.
            if re.search(r"iban", text[: match.start()], re.IGNORECASE) and len(compact) >= 15:
                yield compact
    for match in _ACCOUNT.finditer(text):
        yield re.sub(r"\D", "", match.group(1))


def bank_accounts(reading: Reading) -> tuple[Stated[str], ...]:
    """Every account in bodies, signatures and attachments, normalised. One that does not check is kept: a slip."""
    found: dict[str, Stated[str]] = {}
    for part in reading.parts:
        for line in (*part.lines[:800], *part.signature):
            for account in _in_line(line.text):
                place = Evidence(part=part.name, page=line.page, text=line.text[:120])
                found.setdefault(account, Stated(value=account, evidence=place, confidence=0.9, source="text"))
    return tuple(found.values())
