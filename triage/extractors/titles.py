"""Finds the kind that a document prints on itself ("Auftragsbestätigung"). A hint for the classifier, not a verdict."""

import re

from triage.domain.document import PartRole, Reading
from triage.extractors import vocabulary

#: Vocabulary section → kind of message (values of `triage.domain.assessment.Kind`).
KINDS = {
    "order_confirmation": "order_confirmation",
    "delay_notice": "delay_notice",
    "shipping_notice": "shipping_notice",
    "cancellation": "cancellation",
    "price_change_notice": "price_change_notice",
    "quotation": "quotation",
    "invoice": "invoice",
    "credit_note": "invoice",
    "quality_notice": "quality_notice",
}
_FIRST_LINES = 25
_LEAST_SHARE = 0.25  # of a line's letters that the title covers


_APART = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")


def joined(text: str) -> str:
    """ "A U F T R A G" as the word that it is."""
    return _APART.sub(lambda match: match.group().replace(" ", ""), text)


def document_title(reading: Reading) -> str | None:
    """The kind named by the most title-like line near the top of an attachment; None where none is."""
    best: tuple[float, str] | None = None
    for part in reading.parts:
        if part.role is not PartRole.ATTACHMENT:
            continue
        titles = [joined(line.text) for line in part.lines if line.text.strip()][:_FIRST_LINES]
        titles += [table.title for table in part.tables if table.title]
        for index, text in enumerate(titles):
            letters = max(sum(char.isalpha() for char in text), 1)
            for section, kind in KINDS.items():
                for hit in vocabulary.phrases_in(text, f"titles.{section}"):
                    share = sum(char.isalpha() for char in text[hit.start : hit.end]) / letters
                    rank = min(share, 1.0) - hit.start / 200 - index / 100
                    if share >= _LEAST_SHARE and (best is None or rank > best[0]):
                        best = (rank, _kind_in(text) or kind)
    return best[1] if best else None


def _kind_in(text: str) -> str | None:
    """A line that calls itself a confirmation and a pro-forma invoice is a confirmation."""
    both = [bool(vocabulary.phrases_in(text, f"titles.{name}")) for name in ("order_confirmation", "invoice")]
    return "order_confirmation" if all(both) else None
