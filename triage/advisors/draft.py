"""Lets you answer the supplier: a reply ready to copy, in the message's language, built from our own facts.

Never sends anything, never accepts a change, never repeats the supplier's words, and never answers a message that is
suspicious or about bank details.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from triage.advisors import changes
from triage.advisors.wording import Wording, wording
from triage.domain.advice import Effect
from triage.domain.assessment import Assessment, Deviation, DeviationType, DoubtCode, Kind
from triage.domain.document import Reading

#: What a reply says about a deviation.
_KEYS = {
    DeviationType.LATE_DELIVERY: "late",
    DeviationType.EARLY_DELIVERY: "early",
    DeviationType.PRICE_DEVIATION: "price",
    DeviationType.QUANTITY_SHORT: "short",
    DeviationType.QUANTITY_OVER: "over",
    DeviationType.LINE_REJECTED: "rejected",
    DeviationType.SUBSTITUTION: "substitute",
    DeviationType.TERMS_CHANGE: "terms",
    DeviationType.INVOICE_MISMATCH: "invoice",
    DeviationType.SHIPMENT_DISCREPANCY: "shipment",
    DeviationType.QUALITY_ISSUE: "quality",
    DeviationType.SUPPLIER_QUESTION: "question",
    DeviationType.UNREADABLE_DOCUMENT: "unreadable",
    DeviationType.UNMATCHED_REFERENCE: "unmatched",
}
#: Sentences that name old and new value, and say nothing without them.
_NEEDS_VALUES = frozenset(("late", "early", "price", "short", "over"))
#: Answers that ask for what we could not read: they are right however unsure the rest is.
_ASKS_AGAIN = frozenset(("unreadable", "unmatched"))
_NO_REPLY = frozenset((Kind.BANK_DETAILS_CHANGE, Kind.PRICE_CHANGE_NOTICE, Kind.AUTO_REPLY, Kind.QUOTATION))
_HARMLESS = frozenset((DoubtCode.UNREADABLE, DoubtCode.UNKNOWN_ORDER, DoubtCode.OCR))
_MOST = 10


def draft_reply(
    assessment: Assessment, reading: Reading, effects: Sequence[Effect], *, plain: bool = False
) -> str | None:
    """The reply in the language of the message where we have it, else in English; None where nothing is to be answered.

    Where a person must first read what the message says, only what could not be read is asked for again.
    plain: in English, with days and numbers that mean the same in every language.
    """
    types = {item.type for item in assessment.deviations}
    silent = assessment.is_suspicious or assessment.kind.kind in _NO_REPLY
    if silent or types & {DeviationType.BANK_DETAILS_CHANGE, DeviationType.DUPLICATE_DOCUMENT}:
        return None
    words = replace(wording("reply"), plain=True) if plain else wording("reply", *reading.languages[:1])
    unsure = any(doubt.needs_person and doubt.code not in _HARMLESS for doubt in assessment.doubts)
    sentences = []
    for item in assessment.deviations:
        key = _KEYS.get(item.type)
        if key is None or (unsure and key not in _ASKS_AGAIN):
            continue
        said = _sentence(key, item, assessment, words)
        if said is not None:
            sentences.append(said)
    if not sentences:
        return None
    if not unsure:
        sentences += _needs(effects, words)
    orders = ", ".join(order.name for order in assessment.confirmation.orders[:3])
    opening = words.say("reply.open_order", order=orders) if orders else words.say("reply.open")
    body = list(dict.fromkeys(sentences))[:_MOST]
    return "\n\n".join([words.say("reply.greeting"), opening, *body, words.say("reply.close")])


def _sentence(key: str, item: Deviation, assessment: Assessment, words: Wording) -> str | None:
    """One sentence about one deviation with our own names of things; None where its values are not known."""
    change = changes.change_of(item, assessment)
    if key in _NEEDS_VALUES and not change.is_known:
        return None
    if item.line is not None:
        code = f" ({item.line.product_code})" if item.line.product_code else ""
        line = words.say("reply.line", number=item.line.number, code=code)
    elif key in ("question", "unreadable", "unmatched", "terms", "quality", "invoice"):
        line = words.say("reply.message")
    else:
        return None
    unit = change.unit
    return words.say(f"reply.{key}", line=line, old=change.old, new=change.new, unit=unit)


def _needs(effects: Sequence[Effect], words: Wording) -> Iterator[str]:
    """How much of each late product customers need, and by when."""
    for effect in effects:
        if effect.uncovered and effect.short_from is not None and effect.missing > 0:
            yield words.say(
                "reply.needed",
                quantity=effect.missing,
                unit=effect.uom,
                product=effect.product_code,
                day=effect.short_from,
            )
