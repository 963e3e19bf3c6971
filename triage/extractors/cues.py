"""What signal words say: dispositions, which date is new and which is old, what a date is for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from triage.domain.statement import Disposition
from triage.extractors import calendar_words, dates, vocabulary
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate

_NOT = re.compile(r"(?<![^\W\d_])(?:not|nicht|pas|no|non|niet|nie|não|nao)\s$", re.IGNORECASE)
#: "No equivalent product": a word that denies the noun behind it.
_NONE_OF = re.compile(
    r"(?<![^\W\d_])(?:no|any|kein\w*|aucune?|ning[uú]n\w*|nessun\w*|geen|brak|żadn\w*|nenhuma?|without"
    r"|ohne|sans|sin|senza|sem)"
    r"\s(?:[^\W\d_]+\s){0,2}$",
    re.IGNORECASE,
)
_NO_CHOICE = re.compile(r"(?<![^\W\d_])(?:but to|but|als zu|als die|que d'|qu'à|che)\s?$", re.IGNORECASE)
#: "ein Drittel liefern wir zum alten Termin": the former day is kept.
_ON_THE = re.compile(
    r"(?<![^\W\d_])(?:zum|am|at the|on the|by the|à la|alla|nella|en la|op de|na|no)\s$", re.IGNORECASE
)
#: "Not before 14 December", "not only": a negation that denies no day.
_NOT_BEFORE = re.compile(
    r"^\W{0,2}(?:before|until|till|earlier|sooner|later|only|vor|vorher|früher|später|nur|avant|plus t[oô]t|plus tard"
    r"|seulement|antes|m[aá]s tarde|solo|s[oó]lo|prima|oltre|voor|eerder|later|alleen|przed|wcześniej|później|tylko"
    r"|mais tarde|apenas)",
    re.IGNORECASE,
)
#: "zum 2. November nicht": in German and Dutch the negation ends the clause.
_NOT_BEHIND = re.compile(
    r"^\W{0,2}(?:(?!und\b|en\b|aber\b|maar\b)[^\W\d_]+\s){0,2}(?:nicht|niet)(?:\smehr|\smeer)?(?:\s(?!nur"
    r"|alleen|vor)[^\W\d_]+){0,4}\W*$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[.;:!?,。，；(（]|\s[-–—]\s"
    r"|\s(?:und|and|et|y|e|ed|en|i|oraz|ve|but|aber|sondern|mais|pero|sino|ma|maar|ale|lecz|mas)\s",
    re.IGNORECASE,
)
#: A word directly before a day that makes it the first on which something comes.
_UNTIL = re.compile(
    r"(?<![^\W\d_])(?:before|until|till|vor|bis|avant|jusqu'[aà]u?|antes de|antes del|hasta|prima de\w*|fino a\w*"
    r"|voor|tot|przed|do|antes d[eo]|até)\s(?:(?:the|dem|den|le|el|il|o|de|dnia)\s)?$",
    re.IGNORECASE,
)
_WITHOUT = frozenset({"without", "ohne", "sans", "sin", "senza", "zonder", "bez", "sem"})
#: Turkish, Chinese and Japanese put "instead of" behind the day.
INSTEAD_BEHIND = re.compile(
    r"[\s'’]{0,2}(?:yerine|değil|tarihi yerine|ではなく|でなく|に代わ|に代え|から変更"
    r"|(?:の|納期|予定|着|納期の|着の)?(?:ところ|予定でしたが)|でしたが)",
    re.IGNORECASE,
)
#: "The other 10", "los otros 4": a rest that is counted.
COUNTED_REST = re.compile(
    r"(?<![^\W\d_])(?:other|last|remaining|otr[oa]s|autres|anderen|restlichen|altri|altre|andere|overige"
    r"|outr[oa]s|diğer|kalan)\s(?=\d)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?<![^\W\d_])(?:the|an?|der|des|dem|den|einer|einem|eines)\s$", re.IGNORECASE)
_NUMBER_BEHIND = re.compile(r"\W{0,3}\d")
_MISS_REACH = 60  # characters before a day, and half as many behind it, in which it may be denied
_NEGATION_REACH = 28  # characters before or behind a cue in which a negation turns it round


def hits(text: str, *names: str) -> list[vocabulary.Hit]:
    """All hits of the named cue sections, in order of place."""
    found = [hit for name in names for hit in vocabulary.phrases_in(text, f"cues.{name}")]
    return sorted(found, key=lambda hit: (hit.start, -hit.end))


def has(text: str, *names: str) -> bool:
    """Any of the cues stands in the text."""
    return any(vocabulary.phrases_in(text, f"cues.{name}") for name in names)


def negated(text: str, hit: vocabulary.Hit) -> bool:
    """A negation stands close to the hit, without a clause's end between."""
    window = vocabulary.before(text, hit.start, _NEGATION_REACH)
    window = re.split(r"[.;:!?,。，；]", window)[-1]
    if _NO_CHOICE.search(window):
        return False  # "no choice but to cancel"
    behind = re.split(r"[.;:!?,。，；]", text[hit.end : hit.end + 16])[0]
    return has(window, "negation") or has(behind, "negation")


def affirmed(text: str, *names: str) -> bool:
    """A cue stands in the text and is not negated."""
    return any(not negated(text, hit) for hit in hits(text, *names))


#: What carries goods, and is cancelled without the goods being so.
_VOYAGE = (
    r"(?:sailings?|crossings?|ferr(?:y|ies)|flights?|trains?|vessels?|voyages?|departures?|f[äa]hr(?:e|en|t|ten)|[üu]berfahrt(?:en)?"
    r"|abfahrt(?:en)?|fl(?:ug|[üu]ge)|z(?:ug|[üu]ge)|schiffe?|travers[ée]es?|vols?|bateaux?|navires?|rotations?|escales?"
    r"|traves[íi]as?|vuelos?|trenes|buques?|barcos?|traghett[oi]|cors[ae]|vol[oi]|tren[oi]|nav[ei]|overtocht(?:en)?"
    r"|afvaart(?:en)?|vlucht(?:en)?|treinen|veerbo(?:ot|ten)|prom(?:y|u|[óo]w)?|rejs(?:y|u|[óo]w)?|lot(?:y|u|[óo]w)|poci[ąa]g(?:i|u|[óo]w)?"
    r"|travessias?|voos?|comboios?|navios?|sefer\w*|u[çc]u[şs]\w*|feribot\w*|gemi\w*)(?![^\W\d_])"
)
_VOYAGE_BEFORE = re.compile(
    rf"(?<![^\W\d_]){_VOYAGE}[^.;:!?]{{0,40}}$|(?:航班|船期|船班|航次|班列|班轮|本船|便|フェリー)[^。；，]{{0,12}}$",
    re.I,
)
_VOYAGE_BEHIND = re.compile(
    rf"^(?:\s[^\W\d_]{{1,4}})?(?:\s[^\W\d_]+)?\s{_VOYAGE}|^了?(?:该|这班|本周的?)?(?:航班|船期|船班|航次|班列|班轮)",
    re.IGNORECASE,
)


_STRUCK = re.compile(r"gestrichen|entf[äa]ll|withdrawn|supprim|suspend", re.IGNORECASE)


def without_cancelled_voyages(text: str) -> str:
    """The text without "cancelled" where a sailing, a flight or a train is: its goods come, only later."""
    struck = [hit for hit in hits(text, "reject") if _STRUCK.match(hit.phrase)]
    for hit in sorted((*hits(text, "cancel"), *struck), key=lambda item: item.start, reverse=True):
        if _VOYAGE_BEFORE.search(text[: hit.start]) or _VOYAGE_BEHIND.match(text[hit.end :]):
            text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    return text


def disposition(text: str) -> Disposition | None:
    """What a clause says happens to the goods; the graver one where several are said."""
    if not text.strip():
        return None
    # "cancels and replaces our earlier confirmation" is about a document, not about goods.
    for hit in reversed(hits(text, "correction")):
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    for hit in reversed(hits(text, "receipt_of_order")):
        # "We confirm receipt of your order": it came, nothing more.
        start = max(
            (word.start for word in hits(text, "confirm") if 0 <= hit.start - word.end <= 12), default=hit.start
        )
        text = text[:start] + " " * (hit.end - start) + text[hit.end :]
    for hit in reversed(hits(text, "please_reply")):
        # "Please say whether this suits you": who asks for a word confirms nothing.
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    for hit in reversed(hits(text, "answer_to_come")):
        # "I will confirm the dates next week": nothing is confirmed yet.
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    text = without_cancelled_voyages(text)
    for hit in reversed(hits(text, "cancel")):
        if _ARTICLE.search(text[: hit.start]):
            # "in stock from the cancelled job": what became of other goods.
            text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    if any(not _NONE_OF.search(text[: hit.start]) for hit in hits(text, "substitute")):
        return Disposition.SUBSTITUTED
    counted = [hit for hit in hits(text, "others_unchanged") if _NUMBER_BEHIND.match(text[hit.end :])]
    rests = [hit.end for hit in (*hits(text, "remainder"), *counted)]
    for end in (*rests, *(match.end() for match in COUNTED_REST.finditer(text))):
        # "Only 450 left, rest cancelled", "the other 4 we can't supply": a shortage, no fate of the whole line.
        if has(re.split(r"[.;]", text[end : end + 45])[0], "cancel", "reject", "discontinued"):
            return None
    if affirmed(text, "as_ordered") and not has(text, "delay", "not_available", "reject", "cancel"):
        return Disposition.ACCEPTED  # "the remaining 40 leave as planned"
    ends = affirmed(text, "cancel", "discontinued", "reject")
    if affirmed(text, "backorder", "remainder") or (has(text, "not_available") and not ends):
        return Disposition.BACKORDERED
    if ends and (affirmed(text, "cancel") or not has(text, "full_quantity")):
        # "Unable to supply the full quantity": a shortage; "we cancel it in full" is none.
        return Disposition.REJECTED
    if affirmed(text, "as_ordered", "confirm") or (affirmed(text, "available") and not has(text, "not_yet_known")):
        return Disposition.ACCEPTED
    return None


def dates_in(text: str, context: Context) -> list[FoundDate]:
    """All dates of a text, read the way this document writes them."""
    if not any(char.isdigit() for char in text) and len(text) < 4:
        return []
    found = dates.find_dates(
        text,
        today=context.today,
        day_first=context.day_first,
        languages=context.languages,
        near=context.near,
        told=context.told,
    )
    if any(item.precision == "relative" for item in found) and context.weekdays:
        found = tuple(_as_dated(item, context) for item in found)
    return list(found)


def _as_dated(day: FoundDate, context: Context) -> FoundDate:
    """ "On Wednesday" of a message that speaks of "Wednesday 17 March"."""
    if day.precision != "relative" or len(day.text.split()) > 1:
        return day
    dated = [item for item in context.weekdays if item.weekday() == day.value.weekday()]
    named = calendar_words.plain_in_place(day.text.casefold()) in calendar_words.weekdays()
    return replace(day, value=dated[0], alternatives=()) if named and len(dated) == 1 else day


def labelled_date(text: str, context: Context) -> FoundDate | None:
    """The date behind a delivery label ("Liefertermin: KW 49"); arrival before delivery before dispatch."""
    for section in ("arrival", "delivery_date", "dispatch_date"):
        labels = vocabulary.phrases_in(text, f"labels.{section}")
        if not labels:
            continue
        for found in dates_in(text, context):
            before = [label for label in labels if label.end <= found.start and found.start - label.end <= 40]
            if before and not has(text[before[-1].end : found.start], "former", "instead_of"):
                return found
    return None


def former_and_new(text: str, found: list[FoundDate], due: set[date]) -> tuple[list[date], list[FoundDate]]:
    """Tell dates that are replaced from dates that replace them.

    Old is what stands behind a word like "instead of"; the first of a "from … to …"; and, where two dates
    compete, the one that our order has. Returns (old dates, new ones).
    """
    if len(found) < 2:
        lone = found and behind_former(text, found[0])
        return ([found[0].value], []) if lone else ([], found)
    old = [item for item in found if behind_former(text, item)]
    if not old and len(found) == 2:
        known = [item for item in found if item.value in due]
        if len(known) == 1 and _leaves_and_arrives(text, known[0], found):
            return [], found
        if len(known) == 1 and has(text, "delay", "instead_of", "former", "earlier_delivery", "new"):
            old = known
        elif len(known) == 1 and known[0] is found[0] and found[1].value > found[0].value and not _both_hold(text):
            # "awaited on the 3rd, won't be with you until the 17th", in whatever words.
            old = known
    return [item.value for item in old], [item for item in found if item not in old]


def _leaves_and_arrives(text: str, due: FoundDate, found: Sequence[FoundDate]) -> bool:
    """ "Salen el 4/05, llegada el 9/05": the day we expect stands behind a word of arrival, the other of dispatch."""

    def behind(section: str, day: FoundDate) -> bool:
        return any(0 <= day.start - hit.end <= _LABEL_REACH for hit in vocabulary.phrases_in(text, f"labels.{section}"))

    others = [day for day in found if day is not due]
    return behind("arrival", due) and all(behind("dispatch_date", day) for day in others)


_LABEL_REACH = 30  # characters between a word of arrival or dispatch and its day


def _both_hold(text: str) -> bool:
    """Two days of one line can both be told: part now and part later, ready and there, ordered and invoiced."""
    named = any(vocabulary.phrases_in(text, name) for name in ("labels.dispatch_date", "labels.payment_terms"))
    return named or has(text, "as_ordered", "confirm", "shipped", "partial", "remainder", "available", "production")


def behind_former(text: str, found: FoundDate) -> bool:
    """The day stands behind a word like "instead of" or "originally"."""
    window = vocabulary.before(text, found.start, 40)
    # "Not before 14 December" tells the new day.
    if INSTEAD_BEHIND.match(text[found.end :]):
        return True
    kept = hits(window, "as_ordered")
    marks = [
        hit
        for hit in hits(window, "instead_of", "former")
        if not any(word.start <= hit.start and hit.end <= word.end for word in kept)  # "as was planned before"
        and not _NOT.search(window[: hit.start])
        and not _ON_THE.search(window[: hit.start])
        and not INSTEAD_BEHIND.match(hit.phrase)
        and not (_UNTIL.search(f"{hit.phrase} ") and has(window[: hit.start], "negation"))
    ]
    if not marks:
        return False
    between = window[marks[-1].end :]
    return not re.search(r"\d", between) and not has(between, "new")


#: "ne partiront que le 4 mai", "no salen sino el 4": only on that day.
_ONLY = re.compile(r"(?<![^\W\d_])(?:que|qu'(?:[àa]|au|en|le)|sino|se non|senão|dan)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


def misses(text: str, found: FoundDate, others: Sequence[FoundDate]) -> bool:
    """The clause says that this day will not be kept ("no llegarán el 4 de mayo", "4月20日の納入が難しく").

    others: all days of the text; between the words that deny a day and the day no other may stand.
    """
    left = max((item.end for item in others if item.end <= found.start), default=0)
    right = min((item.start for item in others if item.start >= found.end), default=len(text))
    behind = re.split(r"[.;!?。；、,，]", text[found.end : min(right, found.end + _MISS_REACH // 2)])[0]
    last = right == len(text)
    if has(behind, "misses") or (last and _NOT_BEHIND.match(behind)):
        return True
    before = _CLAUSE_END.split(vocabulary.before(text, found.start, _MISS_REACH, least=left))[-1]
    if _UNTIL.search(before):
        return False  # "not available before 14 December"
    if has(before, "misses") and not has(before, "delay"):
        return True
    soothing = hits(before, "as_ordered", "confirm", "tentative", "answer_to_come", "unaffected")
    return any(
        hit.phrase.casefold() not in _WITHOUT
        and not _ONLY.search(before[hit.end :])
        and not _NOT_BEFORE.match(before[hit.end :])
        and not any(calm.start <= hit.start and hit.end <= calm.end for calm in soothing)
        and re.search(r"[^\W\d_]{2,}", before[hit.end :]) is not None
        and not has(before[hit.end :], "new")
        for hit in hits(before, "negation")
    )
