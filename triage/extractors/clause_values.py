"""What one stretch of a sentence states: quantity, price, day and fate, assuming it is about one line or one order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, Price
from triage.extractors import clause_prices, cues, fields, money, quantities, shifts, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.date_relative import add_workdays
from triage.extractors.hints import Candidate

_REFERENCE_DAY = re.compile(
    r"(?<!\w)(?:vom|von|v\.|d\.?d\.?|dated?|of|du|del|dell'?|de|van|z dnia|z|tarihli)\s*$", re.IGNORECASE
)


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
)


_DELIVERY_LABELS = ("labels.delivery_date", "labels.arrival", "labels.dispatch_date")


def about_delivery(text: str, values: Values, candidates: Sequence[Candidate] = ()) -> Values:
    """In a sentence that names no goods, a day counts only beside a word of delivery, a price beside one of price.

    candidates: lines whose goods the words describe: an amount near their price is a price.
    """
    labels = [hit for name in _DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name)]
    delivers = cues.has(text, *_DELIVERY_CUES) or any(
        not fields.within_other_label(text, hit.start, hit.end) for hit in labels
    )
    # A row of a list names goods only to say how many, when, for how much.
    delivers = delivers or (bool(candidates) and is_row(text))
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


def one_day(text: str, context: Context) -> bool:
    return len({found.value for found in cues.dates_in(text, context)}) in (1, 2)


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


_LETTER = re.compile(
    r"(?<![^\W\d_])(?:letter|e-?mail|mail|fax|brief|schreiben|courrier|lettre|carta|lettera|pism\w{1,3}|ofício|mektub\w*)\s*$",
    re.IGNORECASE,
)


def is_reference(text: str, day: FoundDate) -> bool:
    """The day of an earlier letter or of our order, not a delivery: "your order of 5 October"."""
    before = vocabulary.before(text, day.start, 60)
    if not _REFERENCE_DAY.search(before):
        return False
    said = _REFERENCE_DAY.sub("", before)  # "del 02/04/27" can be "delivery" as well
    return bool(
        vocabulary.phrases_in(before, "labels.our_order_number")
        or vocabulary.phrases_in(said, "labels.document_date")
        or vocabulary.phrases_in(before, "columns.order_number")
        or re.search(r"\d{3,}[^\s]*\s*(?:\w{1,4}\.?\s*)?$", said)
        or _LETTER.search(said)
    )


def values_of(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> Values:
    """Everything one stretch says, assuming it is about one line (or about the whole order)."""
    quantity, unit, ordered = _quantity(text, sentence, context, candidates)
    promised, former = _day(text, sentence, context, candidates)
    if quantity is not None and unit is None:
        per = money.unit_behind(text, decimal_mark=context.decimal_mark)
        if per:
            unit = Stated(value=per, evidence=quantity.evidence, confidence=quantity.confidence, source="prose")
    fate = cues.disposition(text)
    if fate is Disposition.REJECTED and quantity is not None and ordered is not None and quantity.value < ordered.value:
        # "We cancel 20 of the 60": what is left is told elsewhere, or nowhere.
        quantity, unit, fate = None, None, None
    dated = former is not None or (promised is not None and promised.value not in _dues(candidates))
    if fate is Disposition.REJECTED and dated and not cues.has(text, "cancel", "discontinued"):
        fate = None  # "we can no longer deliver on the 5th, but on the 9th"
    if fate is Disposition.REJECTED and promised is not None and promised.value in _dues(candidates):
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


def _begins_price(text: str, day: FoundDate) -> bool:
    """ "From 1 October the price is …": the day from which a price holds promises no goods."""
    before = vocabulary.before(text, day.start, 16)
    return any(not before[hit.end :].strip(" :") for hit in vocabulary.phrases_in(before, "labels.price_valid_from"))


def _is_beside(day: FoundDate, shut: vocabulary.Hit) -> bool:
    return -_SHUT <= day.start - shut.end <= _SHUT // 3 or 0 <= shut.start - day.end <= _SHUT


_SHUT = 12  # characters between a day and the word that says the works is closed on it
_GONE = timedelta(days=3)  # a day that was over this long when it was written is no promise
_BUT = re.compile(
    r"[^.;!?]{0,40}(?:(?<![^\W\d_])(?:but|aber|sondern|doch|mais|pero|sino|ma|bens[ìi]|maar|doch|ale|lecz|mas|ama|fakat)(?![^\W\d_])"
    r"|但|而是|ですが|ただし)",
    re.IGNORECASE,
)


def _dues(candidates: Sequence[Candidate]) -> set[date]:
    return {item.line.due for item in candidates if item.line.due}


def _quantity(
    text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]
) -> tuple[Stated[Decimal] | None, Stated[str] | None, Stated[Decimal] | None]:
    found = quantities.in_text(text, context, candidates)
    stated = [item for item in found if item.role is quantities.Use.STATED]
    ordered = [item for item in found if item.role is quantities.Use.ORDERED]
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


def _day(
    text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]
) -> tuple[Stated[date] | None, Stated[date] | None]:
    found = [day for day in cues.dates_in(text, context) if not is_reference(text, day)]
    if vocabulary.phrases_in(text, "labels.prices") or cues.has(text, "price_change", "price_increase"):
        found = [day for day in found if not _begins_price(text, day)]
    shut = cues.hits(text, "closure")
    found = [
        day
        for day in found
        if not any(-_SHUT <= day.start - hit.end <= 4 or 0 <= hit.start - day.end <= _SHUT for hit in shut)
    ]
    missed = [day for day in found if cues.misses(text, day, found)]
    found = [day for day in found if day not in missed]
    if not (context.is_shipping or context.is_invoice or cues.has(text, "shipped", "received")):
        found = [day for day in found if day.value >= context.today - _GONE or day.value in _dues(candidates)]
    due = _dues(candidates)
    old, new = cues.former_and_new(text, found, due)
    old = [*(day.value for day in missed), *old]
    former = None
    if cues.has(text, "answer_to_come", "production"):
        return None, None  # the day of an answer, of a machine that runs again
    if old:
        former = Stated(
            value=old[0], evidence=context.evidence(text, page=sentence.page), confidence=0.8, source="prose"
        )
    if not new:
        return None if missed else _shifted(text, sentence, context, due), former
    if len({day.value for day in new}) == 1 and new[0].value in due:
        # "The delivery planned for 3 December will be two days late": from the day that we know.
        moved = _shifted(text, sentence, context, {new[0].value})
        if moved is not None:
            place = context.evidence(text, page=sentence.page)
            return moved, Stated(value=new[0].value, evidence=place, confidence=0.8, source="prose")
    answer = fields.respond_by(sentence, context)
    if answer is not None:
        new = [day for day in new if day.value != answer.value or _behind_delivery(text, day)]
    asks = "?" in text or "？" in text or cues.has(text, "valid_until")
    if not new or (asks and not cues.has(text, "delay", "confirm", "as_ordered")):
        return None, former
    if len(new) == 2 and former is None and _BUT.match(text[new[0].end : new[1].start]):
        # "They stand there with 23 February, but it will be 3 March."
        place = context.evidence(new[0].text, page=sentence.page)
        former = Stated(value=new[0].value, evidence=place, confidence=0.8, source="prose")
        new = new[1:]
    chosen, confidence = _arrival(text, new)
    place = context.evidence(chosen.text, page=sentence.page)
    return Stated(value=chosen.value, evidence=place, confidence=confidence, source="prose"), former


def _behind_delivery(text: str, day: FoundDate) -> bool:
    """A word of delivery stands directly before the day."""
    return any(0 <= day.start - hit.end <= 25 for name in _DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name))


def _arrival(text: str, new: Sequence[FoundDate]) -> tuple[FoundDate, float]:
    """The day that counts: behind a word of arrival, else the only one, else the last with doubt."""
    if len(new) == 1:
        return new[0], 0.9 * new[0].confidence
    for section, certainty in (("arrival", 0.9), ("delivery_date", 0.85)):
        for hit in vocabulary.phrases_in(text, f"labels.{section}"):
            # "arrives on 3.11." before "3.11. at your site": what follows the word belongs to it.
            near = [day for day in new if 0 <= day.start - hit.end <= 40]
            near = near or [day for day in new if 0 <= hit.start - day.end <= 20]
            if near:
                closest = min(near, key=lambda day: min(abs(day.start - hit.end), abs(hit.start - day.end)))
                return closest, certainty * closest.confidence
    behind_dispatch = {
        day.start
        for hit in vocabulary.phrases_in(text, "labels.dispatch_date")
        for day in new
        if 0 <= day.start - hit.end <= 40
    }
    rest = [day for day in new if day.start not in behind_dispatch] or list(new)
    same = len({day.value for day in rest}) == 1
    return rest[-1], (0.85 if same else 0.55) * rest[-1].confidence


_AFTER = re.compile(
    r"^\W{0,3}(?:(?:danach|darauf|drauf|sp[aä]ter|nachher|later|after(?:wards)?|on from|plus tard|apr[eè]s|dopo"
    r"|pi[uù] tardi|despu[eé]s|m[aá]s tarde|daarna|p[oó][zź]niej|potem|depois|mais tarde|sonra)(?![^\W\d_])"
    r"|之后|以后|后|後)",
    re.IGNORECASE,
)


def shifts_behind(text: str) -> list[shifts.FoundShift]:
    """Spans that count from what was told before: "two weeks later"."""
    return [shift for shift in shifts.find_shifts(text) if _AFTER.match(text[shift.end :])]


def later_than(day: Stated[date], text: str, sentence: Sentence, context: Context) -> Stated[date] | None:
    """ "… and the other four two weeks after that": counted from the day that was told before; None where no such
    span is told, or several.
    """
    spans = shifts_behind(text)
    if len(spans) != 1:
        return None
    moved = add_workdays(day.value, spans[0].days) if spans[0].working else day.value + timedelta(days=spans[0].days)
    return Stated(value=moved, evidence=context.evidence(text, page=sentence.page), confidence=0.8, source="prose")


_NET = re.compile(
    r"\d\s*(?:tage?|days?|jours?|d[ií]as?|giorni|dagen|dni)\s*(?:netto|net\b|fin de mois|f\.?m)", re.IGNORECASE
)


def _shifted(text: str, sentence: Sentence, context: Context, due: set[date]) -> Stated[date] | None:
    """A delay told as a span ("two weeks later") from the order's own date, where that is one date."""
    marks = cues.hits(text, "delay")
    spans = [
        shift
        for shift in shifts.find_shifts(text)
        if any(abs(shift.start - mark.end) < 45 or abs(mark.start - shift.end) < 45 for mark in marks)
    ]
    if len(spans) != 1 or len(due) != 1 or vocabulary.phrases_in(text, "labels.payment_terms") or _NET.search(text):
        return None
    day = next(iter(due))
    moved = add_workdays(day, spans[0].days) if spans[0].working else day + timedelta(days=spans[0].days)
    return Stated(value=moved, evidence=context.evidence(text, page=sentence.page), confidence=0.7, source="prose")
