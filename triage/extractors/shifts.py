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


#: Count words without accents, of Latin script with a blank behind, of Chinese and Japanese without.
_COUNTS = {
    1: "one a an ein eine einen einer un une una uno een um uma bir jednego jeden 一",
    2: "two zwei deux dos due twee dwa dwoch dois duas iki 两 二",
    3: "three drei trois tres tre drie trzy trzech uc 三",
    4: "four vier quatre cuatro quattro cztery czterech quatro dort 四",
    5: "five funf cinq cinco cinque vijf piec pieciu bes 五",
    6: "six sechs seis sei zes szesc szesciu alti 六",
    7: "seven sieben sept siete sette zeven siedem siedmiu sete yedi 七",
    8: "eight acht huit ocho otto osiem osmiu oito sekiz 八",
    9: "nine neun neuf nueve nove negen dziewiec dziewieciu dokuz 九",
    10: "ten zehn dix diez dieci tien dziesiec dziesieciu dez 十",
    12: "twelve zwolf douze doce dodici twaalf dwanascie dwunastu doze",
    14: "fourteen vierzehn quatorze catorce quattordici veertien czternascie czternastu catorze",
    15: "fifteen funfzehn quinze quince quindici vijftien pietnascie pietnastu",
}
_NUMBER_OF = {word: number for number, words in _COUNTS.items() for word in words.split()}
_COUNT = r"(\d{1,3}|" + "|".join(sorted(_NUMBER_OF, key=len, reverse=True)) + ")"


_SHIFT = re.compile(
    rf"(?<![0-9A-Za-z_.,-]){_COUNT}(?:\s?(?:-|–|to|bis|a|o|oder|or)\s?(\d{{1,2}}))?\s?(?:(?P<w>(?P<two>fortnights?|quincenas?|quindicina)|weeks?|wochen?|semaines?|semanas?|settiman[ae]|we(?:ek|ken)|tygodni\w*|tydzien|hafta|周|週間?|个?星期)"
    rf"|(?P<d>(?:calendar |working |business |werk|arbeits|kalender)?(?:days?|tagen?|jours?|dias?|giorni|giorno|gg|dagen|dag|dni|dzien|gun|天|日間|日(?=以?内)))|(?P<mo>months?|monat\w*|mois|mes(?:es)?|mesi|mese|maand\w*|miesiac\w*|ay|个月|ヶ月))(?![^\W\d_\u3040-\u9fff])"
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
        count = int(match.group(2) or (first if first.isdigit() else _NUMBER_OF[first]))
        unit = 14 if match.group("two") else 7 if match.group("w") else 1 if match.group("d") else 30
        start = match.start()
        if match.group(2) and first.isdigit() and int(first) >= count:
            start = match.start(2)  # "80 - 3 weeks": a quantity and a span, no range
        working = bool(match.group("d")) and bool(
            _WORKING.search(match.group("d")) or _WORKING_BEHIND.match(text, match.end())
        )
        found.append(FoundShift(days=count * unit, working=working, start=start, end=match.end()))
    return tuple(found)
