"""Which signal words stand in a text: those of the vocabularies and this room's own of the kinds. One pass a text."""

from collections import Counter
from functools import cache

from triage.classifiers import phrases
from triage.extractors import vocabulary

TITLES = (
    "order_confirmation", "delay_notice", "shipping_notice", "cancellation", "price_change_notice", "quotation",
    "invoice", "credit_note", "quality_notice",
)  # fmt: skip
#: Cue sections of the vocabularies that tell kinds apart, and those of `kinds.yaml`.
SHARED = (
    "confirm", "as_ordered", "all_lines", "others_unchanged", "delay", "instead_of", "former", "new",
    "earlier_delivery", "not_available", "reject", "cancel", "discontinued", "substitute", "backorder", "partial",
    "remainder", "received", "short", "price_increase", "price_decrease", "price_change", "question", "please_reply",
    "valid_until", "correction", "quality", "stop_use", "bank_change", "shipped", "tracking", "invoice", "credit_note",
    "quote", "negation", "not_yet_known", "out_of_office", "delivery_failure", "apology", "urgent",
)  # fmt: skip


@cache
def own() -> tuple[str, ...]:
    """Sections of this room's own words."""
    return tuple(phrases.data_file("kinds.yaml"))


@cache
def _index() -> phrases.PhraseIndex:
    sections: dict[str, tuple[str, ...]] = {}
    for name in SHARED:
        sections[name] = _of_all_languages("cues", name)
    for name in TITLES:
        sections[f"title {name}"] = _of_all_languages("titles", name)
    sections.update(phrases.data_file("kinds.yaml"))
    return phrases.PhraseIndex(sections)


def _of_all_languages(group: str, name: str) -> tuple[str, ...]:
    return tuple(
        phrase for code in vocabulary.LANGUAGES for phrase in vocabulary.language(code).get(group, {}).get(name, ())
    )


def count(text: str) -> Counter[str]:
    """Section → hits; titles as "title invoice"."""
    return _index().count(text)
