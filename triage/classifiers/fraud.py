"""Fraud in a superior's name: somebody asks for gift cards or an urgent transfer, in confidence, and names no order.

The words alone are enough where they stand together; a display name of one of our people from a foreign address adds
to fewer of them. Reasons repeat no name, account or amount. Words stand in `fraud.yaml`, eleven languages.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from triage.classifiers import authenticity, phrases
from triage.domain.assessment import Judged, Kind
from triage.domain.document import PartRole, Reading
from triage.domain.erp import OrderBook

_MOST = 6_000  # characters that are looked at: such mails are short
_REASON = "Somebody asks for money or gift cards in confidence, without any order."


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex(phrases.data_file("fraud.yaml"))


def _words(reading: Reading) -> Counter[str]:
    statements = [part.text for part in reading.parts if part.role in (PartRole.BODY, PartRole.FORWARDED)]
    return _index().count("\n".join([reading.headers.subject, *statements])[:_MOST])


def _asks_secretly(found: Counter[str]) -> bool:
    return bool(found["secret"] and (found["gift"] or found["transfer"])) or bool(found["gift"] and found["codes"])


def signs(reading: Reading, book: OrderBook) -> Iterator[authenticity.Sign]:
    """The sign of such a fraud, none where there is none."""
    found = _words(reading)
    if not (found["gift"] or found["transfer"]):
        return
    text = "\n".join(part.text for part in reading.parts)[:_MOST]
    if any(order.name in text for order in book.orders):
        return
    if _asks_secretly(found):
        yield authenticity.Sign(code="fraud", reason=_REASON, weight=0.9, fraud=True)
    elif authenticity.claims_own_name(reading.headers, book):
        yield authenticity.Sign(code="fraud", reason=_REASON, weight=0.88, fraud=True)


def checked(judged: Judged, reading: Reading) -> Judged:
    """Such a message is about nothing that a supplier writes: `other`, whatever account it names."""
    if judged.kind is Kind.OTHER or not _asks_secretly(_words(reading)):
        return judged
    return replace(judged, kind=Kind.OTHER, confidence=0.85, source="rule: fraud's words", runner_up=judged.kind)
