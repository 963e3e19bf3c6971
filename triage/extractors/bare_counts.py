"""Why a number without a unit counts goods: a label, the rest, a code, a column, a word of delivery beside it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from triage.extractors import calendar_words, cues, numbers, vocabulary
from triage.extractors.calendar_words import plain_in_place

_REST_BEHIND = 6  # characters between a number and the word that calls it the rest: "as 15 que faltam"
_NUMBERED = re.compile(r"(?<![^\W\d_])(?:n\.|nr\.?|n°|nº|no\.)\s?$", re.IGNORECASE)
_OPENS_CLAUSE = re.compile(r"(?:^|[:;,.–-]\s|\n)\W*$")


def thousands(text: str, found: Sequence[numbers.FoundNumber], expected: set[Decimal]) -> list[numbers.FoundNumber]:
    """The numbers with "1 800 m" as one: a blank groups digits where so many can have been ordered, and not 800."""
    most = max(expected, default=Decimal(0))
    result: list[numbers.FoundNumber] = []
    for number in found:
        last = result[-1] if result else None
        if (
            last is not None
            and text[last.end : number.start] == " "
            and re.fullmatch(r"[1-9]\d{0,2}", last.text)
            and re.fullmatch(r"\d{3}", number.text)
            and number.value not in expected
            and last.value * 1000 + number.value <= most
        ):
            whole = last.value * 1000 + number.value
            result[-1] = replace(last, value=whole, end=number.end, text=text[last.start : number.end])
        else:
            result.append(number)
    return result


_WHOLE_REACH = 60  # characters from what was ordered to the part of it


def part_of(text: str, number: numbers.FoundNumber, expected: set[Decimal]) -> bool:
    """ "Von den 80 Haken HK 4 liegen 55 bereit": fewer than a number told as the whole, and no piece of a type."""
    if number.value % 1 or re.search(r"[A-ZÀ-Þ]{1,5}\s$", text[: number.start]):
        return False
    before = text[max(0, number.start - _WHOLE_REACH) : number.start]
    return any(
        int(match.group(1)) > number.value and Decimal(match.group(1)) in expected for match in _OF_THE.finditer(before)
    )


_OF_THE = re.compile(
    r"(?<![^\W\d_])(?:of (?:the|your)|von (?:den|ihren)|sur (?:les|vos)|des|de (?:las|los|sus)|dei|degli"
    r"|delle|van (?:de|uw)|z|ze"
    r"|spośród|das|dos)\s(\d{1,6})(?![\d.,])",
    re.IGNORECASE,
)
_PER = re.compile(r"\s?(?:p\.?/|/|per\b|pro\b|je\b|each\b|ea\b|cad\b|la pi[eè]ce|p\.\s?st)", re.IGNORECASE)
_LESS = re.compile(
    r"\d[.,]\d{2,4}\s(?:€\s|EUR\s)?(?:meno|menos|moins|less|minus|min|minder|abz[uü]glich)\s(?:il\s|el\s|le\s)?$", re.I
)


def is_something_else(text: str, number: numbers.FoundNumber, taken: Sequence[tuple[int, int]]) -> bool:
    """A percentage, a negative number, a date, a price, a discount: no count."""
    if number.percent or number.value < 0 or (not number.value and not text[number.end :].strip()[:1].isalpha()):
        return True
    if any(number.start < end and number.end > start for start, end in taken):
        return True
    if _LESS.search(text[max(0, number.start - 16) : number.start]):
        return True  # "24,00 meno il 3": a discount
    # "598,00 p/st", "37,65 each": a price, whatever stands before
    return re.search(r"[.,]\d{2}$", number.text) is not None and _PER.match(text[number.end :]) is not None


def of_goods(text: str, number: numbers.FoundNumber, words: Iterable[str], expected: set[Decimal]) -> bool:
    """ "20 Matratzen": fewer than ordered, and the word behind is one by which the goods are called."""
    behind = re.match(r"\s([^\W\d_]{5,})", text[number.end :])
    if behind is None or number.value % 1 or not any(number.value < item for item in expected):
        return False
    stem = plain_in_place(behind.group(1).casefold())[:_STEM]
    return any(word[:_STEM] == stem for word in words if len(word) >= _STEM and word.isalpha())


_STEM = 5  # letters by which two forms of a word are one


def delivered(text: str, number: numbers.FoundNumber, expected: set[Decimal]) -> bool:
    """ "Ganchos: 7 llegan el 04/05", "3 on your date": fewer than ordered, and a word of delivery right behind."""
    if number.value % 1 or not any(number.value < item for item in expected):
        return False
    behind = text[number.end : number.end + 24]
    if not _OPENS_CLAUSE.search(text[: number.start]) or not re.match(r"\s[^\W\d_]", behind):
        return False
    sections = ("labels.arrival", "labels.delivery_date", "labels.dispatch_date", "cues.as_ordered", "cues.available")
    return any(hit.start <= _DELIVERED_REACH for name in sections for hit in vocabulary.phrases_in(behind, name))


_DELIVERED_REACH = 8  # characters from a number to the word that says what becomes of so many
_COLUMN_GAP = re.compile(r" {2,}|\t")


def in_column(text: str, number: numbers.FoundNumber) -> bool:
    """A row with columns of which one alone is a whole number: "CR-8   crochet   90   3,20 net   04/05"."""
    pieces = [piece.strip() for piece in _COLUMN_GAP.split(text)]
    whole = [piece for piece in pieces if re.fullmatch(r"\d{1,6}", piece)]
    return len(pieces) >= _FEWEST_COLUMNS and whole == [number.text.strip()]


_FEWEST_COLUMNS = 4


#: Codes are covered by underscores, so that no number is read out of them.
_CODE_BEHIND = re.compile(r"^\s{0,3}[x×]?\s{0,3}_{3,}\W*$", re.IGNORECASE)
_CODE_BEFORE = re.compile(r"^\W*_{3,}\s{0,3}[:=x×–-]?\s{0,3}$", re.IGNORECASE)


def beside_code(text: str, start: int, end: int) -> bool:
    """A row of nothing but a number and a code."""
    before, behind = text[:start], text[end:]
    return bool(
        (not before.strip(" -*•") and _CODE_BEHIND.match(behind))
        or (_CODE_BEFORE.match(before) and not behind.strip(" .,;"))
    )


def labelled(text: str, start: int) -> bool:
    """ "quantity 500", "n. 500", "数量 500": a word for quantity directly in front."""
    before = vocabulary.before(text, start, 16)
    if _NUMBERED.search(before):
        return True
    return any(not before[hit.end :].strip(" :.=") for hit in vocabulary.phrases_in(before, "columns.quantity"))


def rest(text: str, start: int, end: int) -> bool:
    """ "the remaining 10", "balance of 30", "los 15 restantes": a number beside a word for the rest."""
    before, behind = vocabulary.before(text, start, 16), text[end : end + 18]
    near = [hit.end for hit in cues.hits(before, "remainder", "missing") if len(before) - hit.end <= 4]
    near += [match.end() for match in cues.COUNTED_REST.finditer(before + "0") if match.end() == len(before)]
    far = [hit for hit in cues.hits(behind, "remainder", "backorder", "missing") if hit.start <= _REST_BEHIND]
    return bool(near or far)


#: Counts in words, two to twelve, that people write of goods; by language, since "due" is two in Italian alone.
_WORDS = {
    "de": "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf",
    "en": "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
    "fr": "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze",
    "it": "due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici",
    "es": "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce",
    "nl": "twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf",
    "pl": "dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|dziesięć|jedenaście|dwanaście",
    "pt": "dois|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze",
    "tr": "iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on|on bir|on iki",
}
_ALSO_TWO = {
    "de": "beide|beiden|zwo",
    "en": "both",
    "pl": "dwie|oba|obie",
    "pt": "duas|ambos|ambas",
    "es": "ambos|ambas",
    "it": "entrambi|entrambe",
    "nl": "beide",
}


_MORE = {
    "de": {12: "dutzend", 15: "fünfzehn", 20: "zwanzig", 30: "dreißig", 40: "vierzig", 50: "fünfzig", 100: "hundert"},
    "en": {12: "dozen", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 100: "hundred"},
    "fr": {12: "douzaine", 15: "quinze", 20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 100: "cent"},
    "it": {12: "dozzina", 15: "quindici", 20: "venti", 30: "trenta", 40: "quaranta", 50: "cinquanta", 100: "cento"},
    "es": {12: "docena", 15: "quince", 20: "veinte", 30: "treinta", 40: "cuarenta", 50: "cincuenta", 100: "cien"},
    "nl": {12: "dozijn", 15: "vijftien", 20: "twintig", 30: "dertig", 40: "veertig", 50: "vijftig", 100: "honderd"},
    "pl": {12: "tuzin", 15: "piętnaście", 20: "dwadzieścia", 30: "trzydzieści", 50: "pięćdziesiąt", 100: "sto"},
    "pt": {12: "dúzia", 15: "quinze", 20: "vinte", 30: "trinta", 40: "quarenta", 50: "cinquenta", 100: "cem"},
    "tr": {12: "düzine", 15: "on beş", 20: "yirmi", 30: "otuz", 40: "kırk", 50: "elli", 100: "yüz"},
}
_HALF = re.compile(
    r"(?<![^\W\d_])(?:half|h[äa]lfte|moiti[ée]|mitad|met[àa](?= (?:adesso|subito|il|l'|a|consegn|ora"
    r"|entro|pronti|pronte))|helft"
    r"|po[łl]ow[aęey]|metade|yar[ıi]s[ıi]n?[ıi]?)(?![^\W\d_])|一半|半分|半数",
    re.IGNORECASE,
)
#: "the first half of March", "half an hour", "half price", "half April": half of something else.
_OF_TIME = re.compile(
    r"(?:first|second|1st|2nd|erste\w*|zweite\w*|premi[èe]re|deuxi[èe]me|primera|segunda|prima|seconda|eerste"
    r"|tweede|pierwsz\w+|drug\w+|primeira)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_OF_ELSE = (
    r"\W?(?:an?\s|past|price|hour|year|day|time|the (?:price|time|year)|(?:of |de |di |d'|des |du "
    r"|van )?[^\W\d]{3,12}\s?(?:20\d\d|monat))"
    r"|\s(?:of |de |di |d'|van |w )?(?:%s)(?![^\W\d_])"
)


def in_words(
    text: str,
    languages: Sequence[str],
    expected: set[Decimal],
    taken: Sequence[tuple[int, int]],
    said: Iterable[Decimal] = (),
) -> list[tuple[Decimal, int, int]]:
    """(count, start, end) of "alle vier", "los dos", "the other dozen", "half": only where so many were ordered, or
    where they make that up with another number that was said; never of spans and days.
    """
    found = [
        item
        for item in _spoken(text, languages, expected)
        if not any(item[1] < end and item[2] > start for start, end in taken)
    ]
    whole = [item for item in found if item[0] in expected]
    others = list(said)
    if whole:
        return whole[:1] if expected.isdisjoint(others) else []
    return [
        item
        for index, item in enumerate(found)
        if any(item[0] + other in expected for other in (*others, *(x[0] for at, x in enumerate(found) if at != index)))
    ]


def _spoken(text: str, languages: Sequence[str], expected: set[Decimal]) -> list[tuple[Decimal, int, int]]:
    found: list[tuple[Decimal, int, int]] = []
    for language in languages:
        forms = [(word, number) for number, word in enumerate(_WORDS.get(language, "").split("|"), start=2) if word]
        forms += [(word, 2) for word in _ALSO_TWO.get(language, "").split("|") if word]
        forms += [(word, number) for number, word in _MORE.get(language, {}).items()]
        for word, number in forms:
            for match in re.finditer(rf"(?<![^\W_]){word}(?![^\W_])", text, re.IGNORECASE):
                found.append((Decimal(number), match.start(), match.end()))
    if len(expected) == 1:
        part = next(iter(expected)) / 2
        folded = plain_in_place(text)
        for match in _HALF.finditer(text):
            if not _OF_TIME.search(text[: match.start()]) and not _of_else().match(folded, match.end()):
                found.append((part, match.start(), match.end()))
    return sorted(set(found), key=lambda item: item[1])


@cache
def _of_else() -> re.Pattern[str]:
    return re.compile(_OF_ELSE % calendar_words.month_pattern(), re.IGNORECASE)
