"""Finds spans by which a date moves: "10 Tage", "two weeks", "3 semaines"."""

import re
from dataclasses import dataclass

from triage.extractors.calendar_words import plain_in_place
from triage.extractors.numbers import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShift:
    """A span by which something moves ("two weeks later")."""

    days: int
    working: bool  # working days are counted
    start: int
    end: int


_COUNT = (
    r"(\d{1,3}|one|two|three|four|five|six|an?|ein(?:e|en|er)?|zwei|drei|vier|funf|sechs|une?|una|uno|deux|trois|quatre|cinq|dos|tres|cuatro|due|tre|quattro"
    r"|een|twee|drie|vier|dwa|dwoch|trzy|cztery|um|uma|dois|duas|bir|iki|uc|dort|一|两|三|四)"
)


_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a": 1, "an": 1, "ein": 1, "eine": 1, "einen": 1, "einer": 1, "zwei": 2,
    "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "un": 1, "une": 1, "una": 1, "uno": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dos": 2, "tres": 3,
    "cuatro": 4, "due": 2, "tre": 3, "quattro": 4, "een": 1, "twee": 2, "drie": 3, "dwa": 2, "dwoch": 2, "trzy": 3, "cztery": 4, "um": 1,
    "uma": 1, "dois": 2, "duas": 2, "bir": 1, "iki": 2, "uc": 3, "dort": 4, "一": 1, "两": 2, "三": 3, "四": 4,
}  # fmt: skip


_SHIFT = re.compile(
    rf"(?<![\w.,-]){_COUNT}(?:\s?(?:-|–|to|bis|a|o|oder|or)\s?(\d{{1,2}}))?\s?(?:(?P<w>(?P<two>fortnights?|quincenas?|quindicina)|weeks?|wochen?|semaines?|semanas?|settiman[ae]|we(?:ek|ken)|tygodni\w*|tydzien|hafta|周|週間?|个?星期)"
    rf"|(?P<d>(?:calendar |working |business |werk|arbeits|kalender)?(?:days?|tagen?|jours?|dias?|giorni|giorno|gg|dagen|dag|dni|dzien|gun|天|日間))|(?P<mo>months?|monat\w*|mois|mes(?:es)?|mesi|mese|maand\w*|miesiac\w*|ay|个月|ヶ月))(?![^\W\d_])"
)


_WORKING = re.compile(r"working|business|werk|arbeits")
_WORKING_BEHIND = re.compile(
    r"\s?(?:ouvr[ée]|h[áa]bil|lavorativ|laborabl|robocz|[úu]teis|i[şs] g[üu]n|工作日|営業日)", re.IGNORECASE
)


def find_shifts(text: str) -> tuple[FoundShift, ...]:
    """Spans of days, weeks or months ("10 Tage", "two weeks", "3 semaines"); of "2-3 weeks" the longer counts."""
    found = []
    for match in _SHIFT.finditer(plain_in_place(fold(text[:4000]))):
        first = match.group(1)
        count = int(match.group(2) or (first if first.isdigit() else _COUNTS[first]))
        unit = 14 if match.group("two") else 7 if match.group("w") else 1 if match.group("d") else 30
        start = match.start()
        if match.group(2) and first.isdigit() and int(first) >= count:
            start = match.start(2)  # "80 - 3 weeks": a quantity and a span, no range
        working = bool(match.group("d")) and bool(
            _WORKING.search(match.group("d")) or _WORKING_BEHIND.match(text, match.end())
        )
        found.append(FoundShift(days=count * unit, working=working, start=start, end=match.end()))
    return tuple(found)
