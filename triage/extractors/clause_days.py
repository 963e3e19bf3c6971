"""Which day one stretch of a sentence promises, which one it replaces, and days counted from another."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from triage.domain.evidence import Stated
from triage.extractors import clauses, cues, deadlines, shifts, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.date_relative import add_workdays
from triage.extractors.hints import Candidate

DELIVERY_LABELS = ("labels.delivery_date", "labels.arrival", "labels.dispatch_date")
_REFERENCE_DAY = re.compile(
    r"(?<!\w)(?:vom|von|v\.|d\.?d\.?|dated?|of|du|del|dell'?|de|van|z dnia|z|tarihli)\s*$", re.IGNORECASE
)


_LETTER = re.compile(
    r"(?<![^\W\d_])(?:letter|e-?mail|mail|fax|brief|schreiben|courrier|lettre|carta|lettera|pism\w{1,3}"
    r"|ofício|mektub\w*)\s*$",
    re.IGNORECASE,
)


def is_reference(text: str, day: FoundDate) -> bool:
    """The day of an earlier letter or of our order, not a delivery: "your order of 5 October"."""
    before = vocabulary.before(text, day.start, 60)
    if re.match(r"\s?(?:tarihli|日付|付け?の|的订单|的來函|的来函)", text[day.end :]):
        return True
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


def one_day(text: str, context: Context) -> bool:
    return len({found.value for found in cues.dates_in(text, context)}) in (1, 2)


def _begins_price(text: str, day: FoundDate) -> bool:
    """ "From 1 October the price is …": the day from which a price holds promises no goods."""
    before = vocabulary.before(text, day.start, 16)
    return any(not before[hit.end :].strip(" :") for hit in vocabulary.phrases_in(before, "labels.price_valid_from"))


_SHUT = 12  # characters between a day and the word that says the works is closed on it
_BUT = re.compile(
    r"[^.;!?]{0,40}(?:(?<![^\W\d_])(?:but|aber|sondern|doch|mais|pero|sino|ma|bens[ìi]|maar|doch|ale|lecz"
    r"|mas|ama|fakat)(?![^\W\d_])"
    r"|但|而是|ですが|ただし)",
    re.IGNORECASE,
)


def dues(candidates: Sequence[Candidate]) -> set[date]:
    return {item.line.due for item in candidates if item.line.due}


def day_of(
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
    gone = {day.value for day in missed}
    found = [day for day in found if day.value not in gone]  # "tomorrow's delivery won't come on Wednesday": one day
    if not (context.is_invoice or cues.has(text, "received")):
        found = [day for day in found if day.value >= context.today or day.value in dues(candidates)]
    due = dues(candidates)
    old, new = cues.former_and_new(text, found, due)
    old = [*(day.value for day in missed), *old]
    former = None
    marks = cues.hits(text, "answer_to_come", "production")
    if marks:
        # The day of an answer, of a machine that runs again; "… so they will be with you on 5 May" is one of delivery.
        new = [day for day in new if _apart(text, day, marks) and _behind_delivery(text, day)]
        if not new:
            return None, None
    if old:
        former = Stated(
            value=old[0], evidence=context.evidence(text, page=sentence.page), confidence=0.8, source="prose"
        )
    later = _after_a_day(text, [*found, *missed], sentence, context)
    if later is not None:
        return later
    if not new:
        return None if missed else _shifted(text, sentence, context, due), former
    if len({day.value for day in new}) == 1 and new[0].value in due:
        # "The delivery planned for 3 December will be two days late": from the day that we know.
        moved = _shifted(text, sentence, context, {new[0].value})
        if moved is not None:
            place = context.evidence(text, page=sentence.page)
            return moved, Stated(value=new[0].value, evidence=place, confidence=0.8, source="prose")
    answer = deadlines.respond_by(sentence, context)
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
    new = _corrected(text, new)
    chosen, confidence = _arrival(text, new)
    if chosen.precision == "relative" and not _tells_delivery(text):
        return None, former  # "the mould broke on Monday"
    place = context.evidence(chosen.text, page=sentence.page)
    return Stated(value=chosen.value, evidence=place, confidence=confidence, source="prose"), former


#: Between a span and the day from which it counts: "a week after the 4th", "una semana después del 4".
_AFTER_THE = re.compile(
    r"\s?(?:behind|after|past|later than|following|nach|hinter|apr[eè]s|despu[eé]s de|m[aá]s tarde que"
    r"|dopo|oltre|na|po|depois d[eo]"
    r"|mais tarde que|later dan)\s?(?:the|dem|den|le|la|el|il|l'|de|het|del|o|dia)?\s?$",
    re.IGNORECASE,
)


def _after_a_day(
    text: str, days: Sequence[FoundDate], sentence: Sentence, context: Context
) -> tuple[Stated[date], Stated[date]] | None:
    """(the day, the former one) of "a week after the 4th"; None where no span counts from a day so."""
    for shift in shifts.find_shifts(text):
        for day in days:
            if 0 < day.start - shift.end <= _PLACE_REACH // 2 and _AFTER_THE.match(text[shift.end : day.start]):
                span = shift.days
                moved = add_workdays(day.value, span) if shift.working else day.value + timedelta(days=span)
                place = context.evidence(text, page=sentence.page)
                return (
                    Stated(value=moved, evidence=place, confidence=0.75, source="prose"),
                    Stated(value=day.value, evidence=place, confidence=0.8, source="prose"),
                )
    return None


_PLACE_REACH = 45  # characters between a day and the words for the buyer's place


def _at_the_place(text: str, days: Sequence[FoundDate]) -> FoundDate | None:
    """ "ETA Genoa 2 April, at your works on 9 April": goods arrive where the buyer is, not in a port."""
    found = {
        day.start: day
        for hit in cues.hits(text, "at_your_place")
        for day in sorted(days, key=lambda day: min(abs(day.start - hit.end), abs(hit.start - day.end)))[:1]
        if min(abs(day.start - hit.end), abs(hit.start - day.end)) <= _PLACE_REACH
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _as_agreed(text: str, days: Sequence[FoundDate]) -> FoundDate | None:
    """ "They leave on Monday and are with you on the 17th as agreed": the day beside these words."""
    near = [
        day
        for day in days
        for hit in cues.hits(text, "as_ordered")
        if 0 <= day.start - hit.end <= _SHUT or 0 <= hit.start - day.end <= _SHUT
    ]
    return near[0] if len(near) == 1 else None


#: "… am 6.3., das ist ein Samstag, also Montag, der 8.": the speaker puts another day in place of the one just told.
_CORRECTS = re.compile(
    r"(?<![^\W\d_])(?:let'?s say|make (?:it|that)|rather|facciamo|anzi|diciamo|disons|plut[ôo]t|mettons"
    r"|digamos|pongamos|mejor dicho|sagen wir"
    r"|also eher|vielmehr|beziehungsweise eher|zeggen we|laten we zeggen|powiedzmy|raczej|ou melhor"
    r"|daha doğrusu|diyelim)(?![^\W\d_])"
    r"|改为|还是|というか|いや",
    re.IGNORECASE,
)


def _corrected(text: str, new: list[FoundDate]) -> list[FoundDate]:
    """Without days in whose place the speaker puts the next one."""
    return [
        day
        for index, day in enumerate(new)
        if index + 1 == len(new) or not _CORRECTS.search(text[day.end : new[index + 1].start])
    ]


_DELIVERS = (
    "confirm", "as_ordered", "delay", "earlier_delivery", "backorder", "partial", "remainder", "shipped", "available",
    "at_your_place", "same_shipment", "instead_of", "new",
)  # fmt: skip


def _tells_delivery(text: str) -> bool:
    """The day of a sentence without a date is one of delivery: by a word for it, or by the row that it stands in."""
    row = len(re.findall(r"[^\W\d_]{2,}", text)) <= _ROW and any(char.isdigit() for char in text)
    named = any(vocabulary.phrases_in(text, name) for name in DELIVERY_LABELS)
    return row or named or cues.has(text, *_DELIVERS)


_ROW = 9  # words of a row, in which any day is one of delivery


def _apart(text: str, day: FoundDate, marks: Sequence[vocabulary.Hit]) -> bool:
    """None of the words stands in the stretch of the day."""
    start, end = next(((a, b) for a, b in clauses.stretches(text) if a <= day.start < b), (0, len(text)))
    return not any(start <= hit.start < end for hit in marks)


def _behind_delivery(text: str, day: FoundDate) -> bool:
    """A word of delivery stands directly before the day."""
    return any(0 <= day.start - hit.end <= 25 for name in DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name))


def _arrival(text: str, new: Sequence[FoundDate]) -> tuple[FoundDate, float]:
    """The day that counts: behind a word of arrival, else the only one, else the last with doubt."""
    if len(new) == 1:
        return new[0], 0.9 * new[0].confidence
    settled = _at_the_place(text, new) or _as_agreed(text, new)
    if settled is not None:
        return settled, 0.9 * settled.confidence
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


def is_span(text: str, day: Stated[date]) -> bool:
    """The day is told as a span alone ("two weeks later")."""
    said = day.evidence.text
    return any(text[shift.start : shift.end].strip() in said for shift in shifts_behind(text))


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
