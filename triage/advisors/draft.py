"""A reply to the supplier, ready to copy. It is never sent. Built from our own facts, not from the supplier's words."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import yaml

from triage.domain.advice import Effect
from triage.domain.assessment import Assessment, Deviation, DeviationType, Kind
from triage.domain.document import Reading


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    """Sentences by language, from `texts/replies.yaml`."""
    source = resources.files("triage.advisors") / "texts" / "replies.yaml"
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return found


_KEYS = {
    DeviationType.LATE_DELIVERY: "late", DeviationType.PRICE_DEVIATION: "price", DeviationType.QUANTITY_SHORT: "short",
    DeviationType.QUANTITY_OVER: "over", DeviationType.LINE_REJECTED: "rejected",
    DeviationType.SUBSTITUTION: "substitute", DeviationType.TERMS_CHANGE: "terms",
    DeviationType.INVOICE_MISMATCH: "invoice", DeviationType.SHIPMENT_DISCREPANCY: "shipment",
}  # fmt: skip
_LINE = {"en": "line", "de": "Position", "fr": "la ligne"}


def draft_reply(assessment: Assessment, reading: Reading, effects: Sequence[Effect]) -> str | None:
    """The draft in the message's language where we have it, else English; None where nothing is to be answered.

    A suspicious message, a change of bank details and a price letter get none: a person decides what to say.
    """
    if assessment.is_suspicious or assessment.kind.kind in (Kind.BANK_DETAILS_CHANGE, Kind.PRICE_CHANGE_NOTICE):
        return None
    orders = assessment.confirmation.orders
    answerable = [item for item in assessment.deviations if item.type in _KEYS]
    if not orders or not answerable:
        return None
    language = next((code for code in reading.languages if code in _texts()), "en")
    texts = _texts()[language]
    sentences = [_sentence(item, assessment, texts, language) for item in answerable[:10]]
    for effect in effects:
        if effect.uncovered:
            first = effect.uncovered[0]
            sentences.append(texts["needed"].format(quantity=f"{first.quantity.normalize():f}", day=first.due))
    names = ", ".join(order.name for order in orders[:3])
    return "\n\n".join([texts["open"].format(order=names), *dict.fromkeys(sentences), texts["close"]])


def _sentence(item: Deviation, assessment: Assessment, texts: Mapping[str, str], language: str) -> str:
    """One sentence about one deviation, with our own names of things."""
    line = item.line
    name = ""
    if line is not None:
        code = f" ({line.product_code})" if line.product_code else ""
        name = f"{_LINE[language]} {line.number}{code}"
    stated = next((entry for entry in assessment.confirmation.lines if line is not None and entry.line is line), None)
    new: object = "?"
    old: object = "?"
    if line is not None and stated is not None:
        if item.type is DeviationType.LATE_DELIVERY and line.due is not None:
            entries = [entry for entry in assessment.confirmation.lines if entry.line is line and entry.promised]
            new, old = max(entry.promised for entry in entries if entry.promised), line.due
        elif item.type is DeviationType.PRICE_DEVIATION:
            new, old = f"{stated.price} {line.currency}", f"{line.price} {line.currency}"
        else:
            total = sum(entry.quantity or 0 for entry in assessment.confirmation.lines if entry.line is line)
            new, old = f"{total:f}" if hasattr(total, "normalize") else total, f"{line.quantity.normalize():f}"
    return texts[_KEYS[item.type]].format(line=name, new=new, old=old)
