"""Finds goods by the words that describe them: rare words, types, sizes, three capital letters."""

import re
from collections.abc import Sequence
from functools import cache

from triage.domain import units
from triage.extractors import calendar_words, numbers, vocabulary
from triage.extractors.anchor import Anchor, anchor_at
from triage.extractors.hints import Candidate, Hints, words_of

_TYPE = re.compile(r"(?<![\w.,/-])\d{1,4}(?:[.,]\d{1,2})?(?:[-/x×]\d{1,4}(?:[.,]\d{1,2})?)+(?![\w/-]|[.,]\d)")


_INFLECTED = 5  # letters of a word whose last vowel may change
_LONGEST_ENDING = 5  # letters that a case or a plural adds to a word
_COMPOUND = 8  # letters of a word that can be a compound
_SHORTEST_HEAD = 4
_PLURALS = ("n", "en", "e", "er", "s")
#: "Die 160er kommen später", "the 160s": goods called by their size.
_CALLED_BY_SIZE = re.compile(r"(?<![\w.,/-])(\d{2,4})(?:ern?|s|-(?:ki|tki|er|ek))(?![\w/-])")


#: "0,18 kW", "1500 W", "φ3.5": a size with its unit tells goods that differ in nothing else.
_MEASURED = re.compile(
    r"(?<![\w.,/-])(?P<n>\d{1,4}(?:[.,]\d{1,3})?)\s?(?P<u>k?w|k?va|v|a|hp|ps|cv|bar|mbar|nm|hz|°|mm|µm|micron|zoll"
    r"|inch|\")(?![\w/²³])"
    r"|(?P<d>[φØø⌀Φ]\s?)(?P<m>\d{1,4}(?:[.,]\d{1,3})?)",
    re.IGNORECASE,
)


def _measure(match: re.Match[str]) -> tuple[str, str]:
    """(number, unit) of a size, alike however they are written."""
    number = (match.group("n") or match.group("m")).replace(",", ".")
    return number.rstrip("0").rstrip(".") if "." in number else number, (match.group("u") or "ø").lower()


#: "HK 4", "M 20": letters and a number that name a type; weeks and currencies do not.
_LETTERED = re.compile(
    r"(?<![\w/-])(?!KW|CW|WK|DIN|ISO|EN|EUR|USD|GBP|PLN|CHF|PO|NR|NO|TEL|FAX|HRB"
    r"|HRA)[A-ZÄÖÜ]{1,4}[ -]?\d{1,4}(?![\w/-]|[.,]\d)"
)


def _squeezed(name: str) -> str:
    return re.sub(r"[ -]", "", name)


def _written(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.line.description, candidate.line.product_code, *candidate.line.supplier_codes)


def by_type(text: str, hints: Hints) -> list[Anchor]:
    """Sizes that one product's description alone holds: "25-60" of "Circulator 25-60, 180 mm"."""
    found: list[Anchor] = []
    for match in _CALLED_BY_SIZE.finditer(text):
        size = re.compile(rf"(?<!\d){match.group(1)}(?!\d)")
        meant = [item for item in hints.candidates if any(size.search(words) for words in _written(item))]
        if len({item.line.product_id for item in meant}) == 1:
            found.append(anchor_at(text, match.start(), match.end(), meant, "description", 0.75))
    for match in _MEASURED.finditer(text):
        measure = _measure(match)
        meant = [
            item
            for item in hints.candidates
            if any(measure == _measure(other) for other in _MEASURED.finditer(item.line.description))
        ]
        if len({item.line.product_id for item in meant}) == 1 and len(hints.candidates) > 1:
            found.append(anchor_at(text, match.start(), match.end(), meant, "description", 0.72))
    for match in _LETTERED.finditer(text):
        name = _squeezed(match.group())
        meant = [
            item
            for item in hints.candidates
            if name in {_squeezed(other.group()) for other in _LETTERED.finditer(item.line.description)}
        ]
        if len({item.line.product_id for item in meant}) == 1 and len(hints.candidates) > 1:
            found.append(anchor_at(text, match.start(), match.end(), meant, "description", 0.75))
    for match in _TYPE.finditer(text):
        meant = [item for item in hints.candidates if match.group() in _types(item.line.description)]
        if len({item.line.product_id for item in meant}) == 1:
            found.append(anchor_at(text, match.start(), match.end(), meant, "description", 0.75))
    return found


def _types(description: str) -> set[str]:
    """Sizes of a description, also without what stands behind a stroke: "25-60" of "25-60/180"."""
    found = set(_TYPE.findall(description))
    # "480x390" of a pane "480x390x5"
    found |= {re.match(r"[^x×]+[x×][^x×]+", size).group() for size in found if len(re.findall(r"[x×]", size)) == 2}  # type: ignore[union-attr]
    return found | {size.partition("/")[0] for size in found if re.search(r"[-x×]", size.partition("/")[0])}


def by_description(text: str, hints: Hints, named: frozenset[int | None] = frozenset()) -> list[Anchor]:
    """The line whose rare description words stand in the text, where one line clearly leads.

    named: products that are named elsewhere in the sentence; words that fit several mean one of the others.
    """
    words = words_of(_COUNTED_UNIT.sub(_without_unit, text))
    if not words or not hints.candidates:
        return []
    scores: dict[int, float] = {}
    for index, candidate in enumerate(hints.candidates):
        shared = [word for word in candidate.words if stands_in(word, words)]
        if any(
            len(word) >= 4
            or _is_cjk(word[0])
            or _is_type(word)
            or _is_mark(word, text, candidate)
            or (len(word) >= 3 and f"{word}s" in words)
            for word in shared
        ):
            scores[index] = sum(hints.word_weight.get(word, 0.0) for word in shared)
    if not scores:
        return []
    ranked = sorted(scores, key=lambda index: scores[index], reverse=True)
    best = hints.candidates[ranked[0]]
    rivals = [
        index
        for index in ranked[1:]
        if hints.candidates[index].line.product_id != best.line.product_id and scores[index] > scores[ranked[0]] * 0.6
    ]
    confidence = 0.75
    if rivals:
        # "outdoor unit": the goods that are called so rather than the bracket for them.
        called = [index for index in (ranked[0], *rivals) if _is_called(hints.candidates[index], text)]
        if len({hints.candidates[index].line.product_id for index in called}) != 1:
            called = [i for i in (ranked[0], *rivals) if hints.candidates[i].line.product_id not in named]
            if not named or len({hints.candidates[index].line.product_id for index in called}) != 1:
                called = _counted(text, hints, (ranked[0], *rivals))
            if len({hints.candidates[index].line.product_id for index in called}) != 1:
                return []
        best, confidence = hints.candidates[called[0]], 0.68
    if scores[ranked[0]] < 0.5:
        return []
    same = [hints.candidates[i] for i in ranked if hints.candidates[i].line.product_id == best.line.product_id]
    start, end = _span(text, best.words)
    return [anchor_at(text, start, end, same, "description", confidence)]


_COUNTED_UNIT = re.compile(r"(?<=\d)(\s?)([^\W\d_]{2,12})(?![\w-])")


def _without_unit(match: re.Match[str]) -> str:
    """ "200 Stück" counts; it is no word of a "T-Stück"."""
    return " " * len(match.group()) if units.find_unit(match.group(2)) else match.group()


_HEAD = re.compile(r"^(?:\[[^\]]*\])?\W*([^\W\d_]{4,})")


def _counted(text: str, hints: Hints, among: Sequence[int]) -> list[int]:
    """Of several goods that the words fit those of which the text names as many as were ordered, or are open."""
    said = {item.value for item in numbers.find_numbers(text) if not item.percent and not item.measure}
    return [
        index
        for index in among
        if said & {hints.candidates[index].line.quantity, hints.candidates[index].line.open_quantity}
    ]


def fits_several(text: str, hints: Hints) -> bool:
    """Words of the text describe goods of ours, and it can't be told which."""
    words = words_of(text)
    goods = {
        candidate.line.product_id
        for candidate in hints.candidates
        if any(len(word) >= 5 and word.isalpha() and stands_in(word, words) for word in candidate.words)
    }
    return len(goods) > 1


#: "Both belts", "alle Ventile", "les deux vannes": goods called together, and how many where that is said.
_TOGETHER = re.compile(
    r"(?<![^\W\d_])(?:(?P<two>both|beiden?|les deux|los dos|las dos|ambos|ambas|entrambi|entrambe|i due"
    r"|le due|obie|oba|os dois"
    r"|as duas|de twee|the two|die zwei|her iki)|all(?: the| of the)?|alle|s[äa]mtliche|tou(?:s|tes) les"
    r"|todos los|todas las"
    r"|tutti i|tutti gli|tutte le|wszystkie|todos os|todas as|t[üu]m)\s(?:(?:the|of the|die|les|i|le|os"
    r"|as)\s)?(?P<word>[^\W\d_]{4,})",
    re.IGNORECASE,
)


def together(text: str, candidates: Sequence[Candidate]) -> list[Anchor]:
    """Some lines of an order, not all, that are called by one word of their descriptions: "both belts"."""
    for match in _TOGETHER.finditer(text):
        said = words_of(match.group("word"))
        meant = [item for item in candidates if any(len(w) >= 4 and stands_in(w, said) for w in item.words)]
        count = len({item.line.id for item in meant})
        orders = {item.order.id for item in meant}
        if len(orders) != 1 or count < 2 or count == len({item.line.id for item in candidates}):
            continue
        if match.group("two") and count != 2:
            continue
        return [anchor_at(text, match.start(), match.end(), (item,), "description", 0.72) for item in meant]
    return []


def _is_called(candidate: Candidate, text: str) -> bool:
    """The first word of the goods' description stands in the text, in some form."""
    head = _HEAD.match(candidate.line.description)
    if head is None:
        return False
    return any(stands_in(word, words_of(text)) for word in words_of(head.group(1)))


def _is_mark(word: str, text: str, candidate: Candidate) -> bool:
    """ "NYM", "FIL": three capital letters, here and in the description."""
    if word.isdigit():
        return _is_called_by_number(word, text)
    mark = re.compile(rf"(?<![^\W_]){re.escape(word.upper())}(?![^\W_])")
    if len(word) == 2 and not re.match(rf"\W*{re.escape(word.upper())}\s*[:：]", text):
        return False  # two letters only as the label of a row
    return len(word) in (2, 3) and bool(mark.search(text)) and bool(mark.search(candidate.line.description))


def _is_called_by_number(word: str, text: str) -> bool:
    """ "Der 320 fehlt noch …": a size with an article before it, and nothing that it counts behind."""
    for match in re.finditer(rf"(?<![\w.,/-]){word}(?![\w.,/-]*\d)", text):
        behind = re.match(r"\s?([^\W\d_]{1,12})", text[match.end() :])
        counted = behind is not None and units.find_unit(behind.group(1)) is not None
        if _ARTICLE.search(text[: match.start()]) and not counted:
            return True
    return False


_ARTICLE = re.compile(
    r"(?<![^\W\d_])(?:the|die|der|das|den|dem|le|la|les|el|los|las|il|i|gli|della|delle|dei|del|de|het|o"
    r"|os|as|da|do)\s$",
    re.IGNORECASE,
)


def _is_type(word: str) -> bool:
    """ "5x2", "b16": letters and digits together name a type."""
    return len(word) >= 3 and any(char.isdigit() for char in word) and any(char.isalpha() for char in word)


def stands_in(word: str, words: frozenset[str]) -> bool:
    """The word itself, or one that begins alike (plural, case endings)."""
    if word in words:
        return True
    if len(word) >= 3 and word.isalpha() and not _is_cjk(word[0]) and (f"{word}s" in words or f"{word}es" in words):
        return True
    if _PARTICIPLE.fullmatch(word):
        # "verzinkt" tells goods apart; the "Verzinker" and the "Verzinken" are a process.
        return any(other.startswith(word[:-1]) and len(other) <= len(word) + 2 for other in words if other[-1:] != "r")
    stem = word[: max(5, len(word) - 2)]
    longest = len(word) + (2 if len(word) <= _INFLECTED else _LONGEST_ENDING)  # "porta" is not in "portanto"
    if len(word) >= 5 and word.isalpha() and any(o.startswith(stem) and len(o) <= longest for o in words):
        return True
    if len(word) == _INFLECTED and word.isascii() and word[-1] in "aeiouy":
        # "pompy" of a "pompa": the last vowel changes with the case or the number.
        return any(other[:-1] == word[:-1] and other[-1] in "aeiouy" for other in words if len(other) == len(word))
    if len(word) >= _COMPOUND and word.isalpha() and any(_is_shortened(word, other) for other in words):
        return True
    # "die Muffen" of an "Übergangsmuffe": what a compound ends in names the thing.
    return len(word) >= _COMPOUND and word.isalpha() and any(_ends(word, other) for other in words)


#: Folded, in lower case: "verzinkt", "lackiert", "zincato", "galvanizado".
_PARTICIPLE = re.compile(r"\w{4,}(?:iert|nkt|ztet|aertet|artet|ichtet|ato|ata|ado|ada|ised|ized)")
_LEAST_ALIKE = 6, 4  # letters with which a compound and its shorter form begin, and end


def _is_shortened(compound: str, word: str) -> bool:
    """ "Kelderdeurslot" of a "kelderbuitendeurslot": the middle of the compound is left out."""
    begins, ends = _LEAST_ALIKE
    return (
        begins + ends <= len(word) < len(compound)
        and compound[:begins] == word[:begins]
        and compound[-ends:] == word[-ends:]
    )


def _ends(compound: str, word: str) -> bool:
    """The compound ends in the word, in the singular or the plural of German and Dutch."""
    if len(word) < _SHORTEST_HEAD or len(compound) < len(word) + 2 or _is_of_business(word):
        return False  # "less" is no stainless steel
    heads = [word, *(word.removesuffix(ending) for ending in _PLURALS if word.endswith(ending))]
    return any(compound.endswith(head) for head in heads if len(head) >= _SHORTEST_HEAD)


@cache
def _is_of_business(word: str) -> bool:
    """A signal word by itself, in any language: it names no goods."""
    with vocabulary.spoken(()):  # the answer is kept for messages in other languages, too
        return any(
            hit.end - hit.start == len(word)
            for section in vocabulary.sections()
            for hit in vocabulary.phrases_in(word, section)
        )


def _span(text: str, words: frozenset[str]) -> tuple[int, int]:
    folded = calendar_words.plain_in_place(text)
    places = [(folded.find(word[:5]), len(word)) for word in words if len(word) >= 3 and folded.find(word[:5]) >= 0]
    if not places:
        return 0, len(text)
    start = min(place for place, _ in places)
    return start, min(len(text), max(place + length for place, length in places))


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff"
