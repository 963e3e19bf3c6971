"""Keeps out of notes what must never be repeated: accounts, links and addresses in supplier text."""

import re

_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0.-]?[A-Z0-9]{2,4}){3,8}\b|\b\d(?:[ \u00a0-]?\d){9,}\b")
_LINK = re.compile(r"(?:https?|ftp|file|javascript|data|mailto):\S+|\bwww\.\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str, most: int = 160) -> str:
    """Supplier text for a note: one line, shortened, without accounts, links and addresses. Not yet escaped."""
    clean = " ".join(text.split())
    for pattern in (_LINK, _ADDRESS, _ACCOUNT):
        clean = pattern.sub("[…]", clean)
    return clean if len(clean) <= most else clean[: most - 1] + "…"
