"""Reads by when an answer is asked for, or after which day silence counts as consent."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from triage.domain.evidence import Stated
from triage.extractors import calendar_words, cues, date_relative, shifts, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate

_HOURS = re.compile(
    r"(?P<n>\d{1,3})\s*(?:(?:h|hrs?|hours?|stunden|std|heures?|horas?|ore|uur|godz\w*|saat)\b|小时|時間)", re.IGNORECASE
)
#: A week and a fortnight by French count.
_EIGHT_DAYS = re.compile(r"\b(?:sous|dans la|d'ici) (?:huitaine|quinzaine)\b", re.IGNORECASE)
#: Complaints "within 8 days of receipt of the goods" are terms of sale: nobody waits for that answer now.
_FROM_RECEIPT = re.compile(
    r"(?:of|after|from|upon) (?:receipt of (?:the )?goods|receiving the goods|delivery|arrival)"
    r"|(?:nach|ab|seit) (?:erhalt der ware|waren?eingang|(?:an)?lieferung|empfang der ware)"
    r"|r[ée]ception (?:de la |des |de vos |du )?(?:marchandise|colis|produit)|apr[èe]s (?:la )?livraison"
    r"|(?:recepci[óo]n|entrega) de (?:la |las )?mercanc|ricevimento (?:della )?merce|dalla consegna"
    r"|na (?:ontvangst van de goederen|levering)|(?:otrzymani[au]|odbioru|odebrani[au]|dostawy) towaru"
    r"|rece[çp][çc]?[ãa]o d[ao]s? (?:mercador|material)|teslim\w* (?:sonra|itibaren)"
    r"|(?:收货|到货|签收)后|(?:納品|受領|到着)後",
    re.IGNORECASE,
)
_BY_TODAY = re.compile(
    r"(?<![^\W\d_])(?:(?:bis|noch) heute|by (?:the end of )?today|(?:by|before) close of (?:business|play)|entro oggi"
    r"|entro stasera|aujourd'hui m[eê]me|d'ici ce soir|hoy mismo|antes de hoy|nog vandaag|v[oó][oó]r vandaag|do dzisiaj"
    r"|jeszcze dzi[sś]|ainda hoje|at[eé] hoje|bug[uü]n i[cç]inde)(?![^\W\d_])|今天之内|今天内|本日中",
    re.IGNORECASE,
)
#: "El lunes 9 como mucho", "Wednesday at the latest": behind the day in every language.
_LATEST_BEHIND = re.compile(
    r"^\W{0,3}(?:(?:at|by) the (?:very )?latest|latest|sp[äa]testens|allersp[äa]testens|au plus tard|dernier d[ée]lai"
    r"|como (?:muy|m[áa]s|m[áa]ximo)"
    r"(?: tarde)?|a m[áa]s tardar|al pi[ùu] tardi|uiterlijk|op zijn laatst|ten laatste|najp[óo][źz]niej|o mais tardar"
    r"|no m[áa]ximo|en ge[çc])(?![^\W\d_])",
    re.IGNORECASE,
)
_BY_REACH = 24  # characters between "by" and its day: a weekday may stand there
_BEHIND_REACH = 6  # characters between a day and the "by" behind it
_FURTHEST = 60  # days ahead in which a weekday with its day of the month is looked for
_BEFORE_THEN = re.compile(
    r"(?<![^\W\d_])(?:(?:before|by) (?:then|that date)|bis dahin|vorher melden|d'ici l[àa]|avant cette date"
    r"|antes de (?:esa fecha|entonces)|para entonces|entro (?:allora|tale data)|prima di allora|voor die tijd"
    r"|vóór die datum|do tego czasu|przed tym terminem|até lá|o zamana kadar)(?![^\W\d_])|在此之前|届时之前|それまで",
    re.IGNORECASE,
)


#: Words that ask for something: with "an answer" beside them they ask for that.
_WANTS = re.compile(
    r"(?<![^\W\d_])(?:need|like|want|requir|please|kindly|appreciate|grateful|must have|bitte|brauch|br[äa]ucht"
    r"|ben[öo]tig|erbeten|erbitten|h[äa]tte[nst]* gern|w[üu]nsch|merci|besoin|aimerai|souhait|veuillez|pri[èe]re"
    r"|il (?:me|nous) (?:faut|faudrait)|voudr|necesit|ruego|rogamos|agradec|quisi[ée]r|por favor|pedimos|hace falta"
    r"|precis|serv(?:e|irebbe)|chied|preg|gradi|bisogno|vorre|cortes|graag|nodig|verzoek|gelieve|prosz|prosi|potrzeb"
    r"|solicit|gostar|necessit|rica|l[üu]tfen|ihtiya|gerek|isti)|请|烦|望|盼|需|お願い|ください|下さい|いただ|頂|必要",
    re.IGNORECASE,
)
#: "By end of business Friday (5 May)": words between "by" and its day.
_BETWEEN = re.compile(
    r"(?:the )?(?:close of (?:business|play)|end of (?:the )?(?:day|business|play)|[ce]ob|feierabend"
    r"|gesch[äa]ftsschluss|ende des tages|la fin de journ[ée]e|fin de jornada|fine giornata|einde (?:van de )?dag"
    r"|ko[ńn]ca dnia|final do dia|g[üu]n sonu|noon|midday|mittags?|midi|mediod[íi]a|mezzogiorno|meio-dia)"
    r"(?: (?:on|am|de|del|di|du|van))?",
    re.IGNORECASE,
)
#: "The box closes Wednesday (10th)": a weekday with the day of the month.
_WEEKDAY = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,12}\.?)\s?[(（](?:the |den |le |el |il |de |dia )?(\d{1,2})(?:st|nd|rd|th|\.)?[)）]"
)


def respond_by(sentence: Sentence, context: Context) -> Stated[date] | None:
    """The date by which an answer is asked for, or after which silence counts as consent."""
    text = sentence.text.replace("’", "'")
    evidence = context.evidence(text, page=sentence.page)
    then = _BEFORE_THEN.search(text)
    if then is not None:
        # "The mould closes on Friday 5 May: a word before then, please."
        days = [item.value for item in cues.dates_in(text, context) if item.end <= then.start()]
        days = days or list(_weekdays(text[: then.start()], context.today))
        if days and days[-1] >= context.today:
            return Stated(value=days[-1], evidence=evidence, confidence=0.8, source="prose")
    if not _asks_for_reply(text) and not _wants_answer(text):
        return None
    # "By" stands directly before the day; in Chinese, Japanese and Turkish directly behind it.
    behind = any("\u3040" <= char <= "\u9fff" for char in text) or "tr" in context.languages
    terms = _FROM_RECEIPT.search(text) is not None
    hits = cues.hits(text, "respond_by")
    near = [
        item
        for item in cues.dates_in(text, context)
        if item.value >= context.today
        and not (terms and item.precision == "relative")
        and (_LATEST_BEHIND.match(text[item.end :]) or any(_stands_by(text, hit, item, behind=behind) for hit in hits))
    ]
    if near:
        return Stated(value=near[-1].value, evidence=evidence, confidence=0.85, source="prose")
    if _BY_TODAY.search(text):  # "by close of play", and no day behind
        return Stated(value=context.today, evidence=evidence, confidence=0.8, source="prose")
    value = None if terms else _by_span(text, context)
    return None if value is None else Stated(value=value, evidence=evidence, confidence=0.75, source="prose")


def _asks_for_reply(text: str) -> bool:
    """A word of ours is asked for; "you will hear the dates from me on Friday" promises one of the supplier's."""
    if cues.has(text, "silence_is_consent", "question"):
        return True
    promised = [
        hit
        for hit in cues.hits(text, "answer_to_come", "answer_follows")
        if " " in hit.phrase or not hit.phrase.isascii()
    ]
    asked = [
        hit
        for hit in cues.hits(text, "please_reply")
        if not any(other.start < hit.end and hit.start < other.end for other in promised)
    ]
    return bool(asked) or (cues.has(text, "please_reply") and _WANTS.search(text) is not None)


def _wants_answer(text: str) -> bool:
    """ "An answer until Thursday would help": an answer of ours, not one that the supplier promises."""
    return cues.has(text, "answer") and not cues.has(text, "answer_to_come") and _WANTS.search(text) is not None


def _stands_by(text: str, hit: vocabulary.Hit, day: FoundDate, *, behind: bool) -> bool:
    """A word like "by" belongs to the day: directly before it, or directly behind."""
    if behind and hit.start >= day.end and len(_weekday_out(text[day.end : hit.start])) < _BEHIND_REACH:
        return True
    return hit.end <= day.start and len(_BETWEEN.sub("", text[hit.end : day.start])) < _BY_REACH


def _weekday_out(between: str) -> str:
    """What stands between a day and its "by", but for the name of the weekday ("17 Şubat Çarşamba gününe kadar")."""
    words = [word for word in between.split() if calendar_words.plain(word) not in calendar_words.weekdays()]
    return " ".join(words) if len(words) < len(between.split()) else between


def _weekdays(text: str, today: date) -> Iterator[date]:
    """Weekdays with the day of the month, the next such day from today."""
    for match in _WEEKDAY.finditer(text):
        weekday = calendar_words.weekdays().get(calendar_words.plain(match.group(1)).strip(". "))
        for ahead in range(_FURTHEST):
            day = today + timedelta(days=ahead)
            if weekday is not None and day.day == int(match.group(2)) and day.weekday() == weekday:
                yield day
                break


def _by_span(text: str, context: Context) -> date | None:
    """The end of "within three days"; of any span where silence counts as consent."""
    eight = _EIGHT_DAYS.search(text)
    if eight is not None:
        return context.today + timedelta(days=15 if "quin" in eight.group().lower() else 8)
    silent = cues.has(text, "silence_is_consent")
    hits = cues.hits(text, "respond_by")

    def is_meant(start: int, end: int) -> bool:
        return silent or any(0 <= start - hit.end < _BY_REACH or 0 <= hit.start - end < _BY_REACH for hit in hits)

    for match in _HOURS.finditer(text):
        if is_meant(match.start(), match.end()):
            return context.today + timedelta(days=-(-int(match.group("n")) // 24))
    for span in shifts.find_shifts(text):
        if is_meant(span.start, span.end):
            working = date_relative.add_workdays(context.today, span.days)
            return working if span.working else context.today + timedelta(days=span.days)
    return None
