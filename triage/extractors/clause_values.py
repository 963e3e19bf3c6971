"""What one stretch of a sentence states: quantity, price, day and fate, assuming it is about one line or one order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, Price
from triage.extractors import clause_days, clause_prices, cues, fields, money, quantities, quantity_roles, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.hints import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of one clause."""

    quantity: Stated[Decimal] | None = None
    unit: Stated[str] | None = None
    price: Stated[Price] | None = None
    promised: Stated[date] | None = None
    former_date: Stated[date] | None = None
    ordered_quantity: Stated[Decimal] | None = None
    disposition: Stated[Disposition] | None = None
    remainder: bool = False

    @property
    def says_something(self) -> bool:
        return any((self.quantity, self.price, self.promised, self.former_date, self.disposition))


_DELIVERY_CUES = (
    "confirm",
    "as_ordered",
    "delay",
    "earlier_delivery",
    "backorder",
    "partial",
    "remainder",
    "shipped",
    "not_yet_known",
    "available",
    "short",
    "same_shipment",
)


def about_delivery(text: str, values: Values, candidates: Sequence[Candidate] = ()) -> Values:
    """In a sentence that names no goods, a day counts only beside a word of delivery, a price beside one of price.

    candidates: lines whose goods the words describe: an amount near their price is a price.
    """
    labels = [hit for name in clause_days.DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name)]
    delivers = cues.has(text, *_DELIVERY_CUES) or any(
        not fields.within_other_label(text, hit.start, hit.end) for hit in labels
    )
    # A row of a list names goods only to say how many, when, for how much.
    delivers = delivers or (bool(candidates) and is_row(text))
    # "Ten days are lost against the 12th, so plan on the 22nd": one day instead of another is a delivery.
    delivers = delivers or (values.promised is not None and values.former_date is not None and bool(candidates))
    # "We have 20 pcs for 2 November": so many on a day are a delivery, however it is put.
    sure = values.unit is not None or (values.quantity is not None and values.quantity.confidence >= _SURE_COUNT)
    counted = values.quantity is not None and sure and values.promised is not None
    # "Straps all there 15/3": goods, a day and hardly a word more.
    terse = values.promised is not None and len(re.findall(r"[^\W\d_]{2,}", text)) <= _MOST_WORDS
    delivers = delivers or (bool(candidates) and (counted or terse) and "?" not in text)
    if cues.has(text, "paper") and values.quantity is None and not labels:
        return Values(price=values.price)  # "the written confirmation follows tomorrow"
    prices = bool(vocabulary.phrases_in(text, "columns.unit_price") or cues.has(text, "price_change", "price_increase"))
    prices = prices or _is_usual(values, candidates)
    named = bool(vocabulary.phrases_in(text, "columns.quantity"))
    return replace(
        values,
        promised=values.promised if delivers else None,
        former_date=values.former_date if delivers else None,
        quantity=values.quantity if delivers or values.disposition or named else None,
        price=values.price if prices else None,
    )


def _is_usual(values: Values, candidates: Sequence[Candidate]) -> bool:
    """The amount is between half and twice what one of the lines costs."""
    if values.price is None:
        return False
    said = values.price.value.per_unit
    return any(item.line.price / 2 <= said <= item.line.price * 2 for item in candidates if item.line.price)


def same_count(one: Values, other: Values) -> bool:
    return one.quantity is not None and other.quantity is not None and one.quantity.value == other.quantity.value


def only_mentioned(text: str, values: Values) -> bool:
    """A quantity alone, in a sentence that promises nothing, only says which goods are meant."""
    if values.price or values.promised or values.former_date or values.disposition:
        return False
    if values.quantity is not None and _is_labelled_count(text, values.quantity.evidence.text):
        return False
    if is_row(text) and (values.unit is not None or len(re.findall(r"[^\W\d_]{2,}", text)) <= _FEWEST_WORDS):
        return False
    return not cues.has(text, "confirm", "shipped", "short", "over", "partial", "remaining_open", "as_ordered", "delay")


def _is_labelled_count(text: str, written: str) -> bool:
    """ "Menge 250 Stück", "数量:40個": a word for quantity stands directly before it, and no question is asked."""
    at = text.find(written)
    hits = vocabulary.phrases_in(text, "columns.quantity") if at > 0 else ()
    return "?" not in text and any(hit.end <= at and not text[hit.end : at].strip(" :：.=") for hit in hits)


_ROW_BEGIN = re.compile(r"^\W{0,3}(?:\d|(?=\S*\d)[A-Z][\w./-]{2,}|[-*•–·]\s)")
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S[^\n]*?(?: {3,}|\t)\S")
_LABELLED = re.compile(r"^\W{0,3}[^\W\d_][^:：.!?]{1,40}[:：]\s")
_MOST_WORDS = 9
_SURE_COUNT = 0.8  # of a number without a unit: it is what was ordered, or makes it up with another
_FEWEST_WORDS = 4  # a number beside these is how many of the goods there are


def is_row(text: str) -> bool:
    """A line of a list rather than a sentence: begins with a number, a code, a bullet or a label, or has
    columns; few words."""
    return (
        any(pattern.search(text) for pattern in (_ROW_BEGIN, _COLUMNS, _LABELLED))
        and len(re.findall(r"[^\W\d_]{2,}", text)) <= _MOST_WORDS
        and not text.rstrip().endswith(("?", "？"))
    )


_BALANCE = re.compile(
    r"\b(?:balance|bal\.?|rest|resto|reste|saldo)(?=\s(?:\d|on\b|in\b|by\b|w/?k|week|mid|end|early|el\b|le\b|il\b|op\b))"
    r"|\b(?:the other|other|the last|the final|die letzten|de laatste|les derni[eè]re?s|gli ultimi|le ultime"
    r"|l?[oa]s [uú]ltim[oa]s|ostatnie|ostatnich|son)(?=\s\d)",
    re.I,
)


#: "les 60 autres", "los 20 otros": the word for the rest stands behind its number.
_OTHERS_BEHIND = re.compile(
    r"(?<=\d )(?:autres?|otr[oa]s|altr[ie]|others|outr[oa]s|restant\w*|rimanent\w*|derni[eè]re?s|ultim[ie]"
    r"|[uú]ltim[oa]s|letzten|laatste)(?!\w)",
    re.IGNORECASE,
)


def rest_words(text: str) -> list[vocabulary.Hit]:
    """ "balance 20 Jan", "the other 60": a day or a number follows. "Balance before shipment" is money."""
    bare = [
        vocabulary.Hit(section="cues.remainder", phrase=match.group(), start=match.start(), end=match.end())
        for match in _BALANCE.finditer(text)
    ]
    bare += [
        vocabulary.Hit(section="cues.remainder", phrase=match.group(), start=match.start(), end=match.end())
        for match in _OTHERS_BEHIND.finditer(text)
    ]
    return [*bare, *(hit for hit in cues.hits(text, "others_unchanged") if re.match(r"\W{0,3}\d", text[hit.end :]))]


def values_of(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> Values:
    """Everything one stretch says, assuming it is about one line (or about the whole order)."""
    quantity, unit, ordered = _quantity(text, sentence, context, candidates)
    promised, former = clause_days.day_of(text, sentence, context, candidates)
    if quantity is not None and unit is None:
        per = money.unit_behind(text, decimal_mark=context.decimal_mark)
        if per:
            unit = Stated(value=per, evidence=quantity.evidence, confidence=quantity.confidence, source="prose")
    fate = cues.disposition(text)
    if fate is Disposition.REJECTED and quantity is not None and ordered is not None and quantity.value < ordered.value:
        # "We cancel 20 of the 60": what is left is told elsewhere, or nowhere.
        quantity, unit, fate = None, None, None
    dated = former is not None or (promised is not None and promised.value not in clause_days.dues(candidates))
    if fate is Disposition.REJECTED and dated and not cues.has(text, "cancel", "discontinued"):
        fate = None  # "we can no longer deliver on the 5th, but on the 9th"
    if fate is Disposition.REJECTED and promised is not None and promised.value in clause_days.dues(candidates):
        promised, former = None, promised  # "300 pieces, due on 26 March, are cancelled"
    if fate is Disposition.SUBSTITUTED and ("?" in text or "？" in text):
        fate = None  # "would you take X instead?" replaces nothing yet
    marks = [*cues.hits(text, "remainder", "remaining_open"), *rest_words(text)]
    rest = bool(marks)
    if rest and quantity is not None and cues.has(text, "cancel", "reject", "discontinued"):
        if any(hit.start < text.find(quantity.evidence.text) for hit in marks):
            quantity, unit = None, None  # "the remaining 20 are cancelled": a shortage, no delivery
        rest = False
    unknown = cues.has(text, "not_yet_known") and not cues.has(text, "question") and not context.is_shipping
    if fate is None and promised is None and unknown:
        fate = Disposition.BACKORDERED  # they come, and nobody knows when
    disposition = None
    if fate is not None:
        evidence = context.evidence(text, page=sentence.page)
        disposition = Stated(value=fate, evidence=evidence, confidence=0.8, source="prose")
    return Values(
        quantity=quantity,
        unit=unit,
        ordered_quantity=ordered,
        price=clause_prices.price(text, sentence, context, candidates),
        promised=promised,
        former_date=former,
        disposition=disposition,
        remainder=rest,
    )


def _quantity(
    text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]
) -> tuple[Stated[Decimal] | None, Stated[str] | None, Stated[Decimal] | None]:
    found = quantities.in_text(text, context, candidates)
    stated = [item for item in found if item.role is quantity_roles.Use.STATED]
    ordered = [item for item in found if item.role is quantity_roles.Use.ORDERED]
    before = None
    if ordered:
        place = context.evidence(ordered[0].text, page=sentence.page)
        before = Stated(value=ordered[0].value, evidence=place, confidence=0.8, source="prose")
    if not stated:
        return None, None, before
    best = max(stated, key=lambda item: item.confidence)
    values = {item.value for item in stated if item.confidence >= best.confidence - 0.1}
    confidence = best.confidence if len(values) == 1 else best.confidence * 0.6
    place = context.evidence(best.text, page=sentence.page)
    quantity = Stated(value=best.value, evidence=place, confidence=confidence, source="prose")
    unit = Stated(value=best.unit, evidence=place, confidence=0.9, source="prose") if best.unit else None
    return quantity, unit, before
