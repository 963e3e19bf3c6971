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
            for section, kind in KINDS.items():
                for hit in vocabulary.phrases_in(text, f"titles.{section}"):
                    share = _letters(text[hit.start : hit.end]) / max(_letters(_cell_at(text, hit.start)), 1)
                    rank = min(share, 1.0) - hit.start / 200 - index / 100 - (_LABEL if _is_label(text, hit.end) else 0)
                    if share >= _LEAST_SHARE and (best is None or rank > best[0]):
                        best = (rank, _kind_in(text) or kind)
    return best[1] if best else None


_GAP = re.compile(r"\s{3,}|\t")
_LABEL = 0.5  # what a title loses that a number follows behind a colon: "Delivery note: 4711" on an invoice


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def _cell_at(text: str, place: int) -> str:
    """What stands around a place between the gaps of its line."""
    start = max((match.end() for match in _GAP.finditer(text, 0, place)), default=0)
    end = next((match.start() for match in _GAP.finditer(text, place)), len(text))
    return text[start:end]


def _is_label(text: str, end: int) -> bool:
    return re.match(r"\s?(?:n[.°ºr]{1,2}|no\.?)?\s?[:：]\s*\S", text[end:], re.IGNORECASE) is not None


def _kind_in(text: str) -> str | None:
    """A line that calls itself a confirmation and a pro-forma invoice is a confirmation."""
    both = [bool(vocabulary.phrases_in(text, f"titles.{name}")) for name in ("order_confirmation", "invoice")]
    return "order_confirmation" if all(both) else None
