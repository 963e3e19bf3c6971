"""Names of months and weekdays, and the words of calendar weeks and parts of months, in eleven languages.

Names come from CLDR through babel; what suppliers write besides (abbreviations, inflections, spellings without
accents) is added here.
"""

import re
import unicodedata
from functools import cache

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "tr")
_MORE_MONTHS: dict[int, str] = {
    1: "jan jänner jaenner janv ene gen sty stycznia janeiro oca ocak", 2: "feb feber fevr févr fev lut lutego şub sub",
    3: "mrz maerz mar mär märz mars mrt marca marzec", 4: "apr avr abr kwi kwietnia nis nisan", 5: "mai mag mei maj maja mayıs",
    6: "jun juni jui giu czerwca cze haz haziran juin", 7: "jul juli juil lug lipca lip tem temmuz", 8: "aug août aout ago sierpnia sie ağu agu ağustos agustos",
    9: "sep sept set września wrzesnia wrz eyl eylul eylül", 10: "okt oct ott out października pazdziernika paź paz eki ekim",
    11: "nov listopada lis kas kasim kasım noviembre", 12: "dez dec déc dic grudnia gru ara aralik aralık dezember desember",
}  # fmt: skip
_SPECIAL = {"ß": "s", "İ": "i", "’": "'"}


def plain(text: str) -> str:
    """Lower case without accents; the length may change only for letters that fold to two."""
    return (
        "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
        .replace("ı", "i")
        .replace("ł", "l")
    )


def plain_in_place(text: str) -> str:
    """Lower case without accents, character for character, so that places in the text stay true."""
    if text.isascii():
        return text.lower()
    chars = []
    for char in text:
        folded = [item for item in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(item)]
        chars.append(folded[0] if len(folded) == 1 else _SPECIAL.get(char, char))
    return "".join(chars).replace("ı", "i").replace("ł", "l")


@cache
def months() -> dict[str, int]:
    """Plain name or abbreviation → month."""
    from babel import Locale

    found: dict[str, int] = {}
    for language in LANGUAGES:
        names = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[context][width].items():
                    key = plain(name).strip(". ")
                    if len(key) >= 3 and not key.isdigit():
                        found.setdefault(key, number)
    for number, words in _MORE_MONTHS.items():
        for word in words.split():
            found[plain(word)] = number
    return found


@cache
def weekdays() -> dict[str, int]:
    """Plain name → weekday, Monday is 0. Abbreviations are too much like other words and left out."""
    from babel import Locale

    found: dict[str, int] = {}
    for language in LANGUAGES:
        days = Locale(language).days
        for context in ("format", "stand-alone"):
            for number, name in days[context]["wide"].items():
                found[plain(name)] = number
                found.setdefault(plain(name).removesuffix("-feira"), number)
    found.update({"srode": 2, "sobote": 5, "niedziele": 6, "piatku": 4, "poniedzialku": 0})
    for index, char in enumerate("一二三四五六日"):
        for prefix in ("周", "星期", "礼拜"):
            found[prefix + char] = index
    for index, char in enumerate("月火水木金土日"):
        found[char + "曜日"] = index
        found[char + "曜"] = index
    return found


@cache
def month_pattern() -> str:
    """An alternation of all month names, the longest first."""
    return "|".join(sorted(map(re.escape, months()), key=len, reverse=True))


@cache
def weekday_pattern() -> str:
    """An alternation of all weekday names, the longest first."""
    return "|".join(sorted(map(re.escape, weekdays()), key=len, reverse=True))


WEEK = (
    r"kw|kalenderwochen?|cw|calendar weeks?|wks?\.?|weeks?|semaines?|sem\.?|settimane?|settimana|sett\.?|semanas?"
    r"|weken|weeknr\.?|tydz\.?|tydzien|tygodni[ua]?|tyg\.?|haftasi|hafta|woche|ww|leverweek|lieferwoche|leverwk"
)
BEGIN = r"anfang|begin(?:ning)?(?: of)?|early|debut|principios de|a principios de|inizio|begin|poczatek|poczatku|inicio de|basi|başı"
MIDDLE = r"mitte|mid(?:dle of)?[- ]?|mi-?|milieu|mediados de|meta|half|medio|polowa|polowie|meados de|ortasi"
END = r"ende|end(?: of)?|late|fin(?: de)?|finales de|fine|eind(?:e)?|koniec|koncu|final de|fim de|sonu"
NEXT = r"next|nachsten?|naechsten?|kommenden?|prochaine?|proximo|proxima|prossimo|prossima|volgende|przyszly|przyszla|przyszlym|najblizszy|gelecek|onumuzdeki|que viene"
