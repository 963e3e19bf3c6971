"""Why a number without a unit counts goods: a label, the rest, a code, a column, a word of delivery beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from triage.extractors import cues, numbers, vocabulary
from triage.extractors.calendar_words import plain_in_place

_REST_BEHIND = 6  # characters between a number and the word that calls it the rest: "os 10 que faltam"
_NUMBERED = re.compile(r"(?<![^\W\d_])(?:n\.|nr\.?|n°|nº|no\.)\s?$", re.IGNORECASE)
_OPENS_CLAUSE = re.compile(r"(?:^|[:;,.–-]\s|\n)\W*$")


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
        return True  # "11,90 meno il 5": a discount
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
    """ "Stars: 5 os llegan el 26/03", "3 on your date": fewer than ordered, and a word of delivery right behind."""
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
    """A row with columns of which one alone is a whole number: "PA-2   jeu de pierres   36   8,75 net   02/04"."""
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
    near = [hit for hit in cues.hits(before, "remainder", "missing") if len(before) - hit.end <= 4]
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


def in_words(
    text: str, languages: Sequence[str], expected: set[Decimal], taken: Sequence[tuple[int, int]]
) -> Iterator[tuple[Decimal, int, int]]:
    """(count, start, end) of "alle vier", "los dos": only where so many were ordered, and no span or day is meant."""
    for language in languages:
        words = [*_WORDS.get(language, "").split("|")]
        forms = [(word, Decimal(number)) for number, word in enumerate(words, start=2) if word]
        forms += [(word, Decimal(2)) for word in _ALSO_TWO.get(language, "").split("|") if word]
        for word, value in forms:
            if value not in expected:
                continue
            for match in re.finditer(rf"(?<![^\W_]){word}(?![^\W_])", text, re.IGNORECASE):
                if not any(match.start() < end and match.end() > start for start, end in taken):
                    yield value, match.start(), match.end()
                    return
