"""Finds where a text speaks of a known order line: by code, printed position, description or quantity.

An anchor only says "here it is about that line"; values are read around it by others.
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from triage.domain import codes, units
from triage.domain.evidence import Stated
from triage.extractors import clauses, descriptions, numbers, vocabulary
from triage.extractors.anchor import Anchor, anchor_at
from triage.extractors.context import Context
from triage.extractors.hints import SHORTEST_CODE, Candidate, Hints, words_of

_TOKEN = re.compile(r"(?<![\w])[A-Za-z0-9][\w./+-]*(?<![.,;/])", re.ASCII)
_POSITION_NUMBER = re.compile(r"\W{0,4}(?:n[or°º]?\.?\s*)?0{0,4}(\d{1,3})(?![\w.,]*\d)")
_NEXT_POSITION = re.compile(
    r"\s*(?P<joint>\+|&|/|,|und|and|et|y|e|en|i|ve|和|、|-|–|bis|to|through|à|al|a|t/m|tot|do)\s*"
    r"(?:(?:pos|position|line|item|regel|ligne|l[ií]nea|riga|poz)\w*\.?\s*)?0{0,4}(?P<n>\d{1,3})(?![\w.,]*\d)(?!\s?(?:%|[.:]\d))",
    re.IGNORECASE,
)
_RANGES = frozenset({"-", "–", "bis", "to", "through", "à", "al", "a", "t/m", "tot", "do"})
_MOST_POSITIONS = 60
_OPENS = 4  # characters before a number that opens its line
_WEAK_POSITIONS = frozenset({"n", "no", "nr", "num", "núm", "#", "n°", "nº"})
_ORDINAL_CJK = re.compile(r"第\s*([一二三四五六七八九十]|\d{1,2})\s*(?:项|項|行|条|款)")
_CJK_NUMBER = {char: number for number, char in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Squeezed:
    """A text without separators, with the way back."""

    text: str
    places: tuple[int, ...]


def _squeeze(text: str) -> _Squeezed:
    chars: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        folded = codes.canonical(char)
        for piece in folded:
            chars.append(piece)
            places.append(index)
    return _Squeezed(text="".join(chars), places=tuple(places))


def _at_borders(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    behind = text[end] if end < len(text) else " "
    return (not before.isalnum() and not behind.isalnum()) or (
        (_is_cjk(before) or not before.isalnum()) and (_is_cjk(behind) or not behind.isalnum())
    )


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff"


def by_code(text: str, hints: Hints) -> list[Anchor]:
    """Known codes, however they are spaced and hyphenated; then unique beginnings and ends of them."""
    squeezed = _squeeze(text)
    found: list[Anchor] = []
    for code in sorted(hints.by_code, key=len, reverse=True):
        if len(code) < SHORTEST_CODE and not any(char.isdigit() for char in code):
            continue
        at = squeezed.text.find(code)
        while at >= 0:
            start, end = squeezed.places[at], squeezed.places[at + len(code) - 1] + 1
            free = all(end <= other.start or start >= other.end for other in found)
            if free and _at_borders(text, start, end) and end - start <= len(code) + 6:
                found.append(anchor_at(text, start, end, hints.by_code[code], "code", 0.97))
            at = squeezed.text.find(code, at + 1)
    return found + _by_part_of_code(text, hints, found)


def _tokens(text: str) -> list[tuple[int, int]]:
    """Places of words that may be codes: pairs of neighbours ("FI 40/4") before single ones."""
    single = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    pairs = [
        (one[0], other[1])
        for one, other in itertools.pairwise(single)
        if text[one[1] : other[0]] == " " and text[one[0] : one[1]].isalpha() and text[one[0]].isupper()
    ]
    return [*pairs, *single]


def _by_part_of_code(text: str, hints: Hints, taken: list[Anchor]) -> list[Anchor]:
    found: list[Anchor] = []
    for start, end in _tokens(text):
        written = text[start:end]
        if len(written) > SHORTEST_CODE and written[-1] == "s" and written[-2].isdigit():
            written = written[:-1]  # "the C3280s": a plural
        token = codes.canonical(written)
        if not any(char.isdigit() for char in token) or token.isdigit():
            continue
        if len(token) < SHORTEST_CODE:
            found += _by_segment(text, start, end, token, hints)
            continue
        if any(start < other.end and end > other.start for other in (*taken, *found)):
            continue
        meant = [
            candidate
            for candidate in hints.candidates
            if any(
                len(token) * 2 >= len(code) and (code.endswith(token) or code.startswith(token))
                for code in candidate.codes
            )
        ]
        lines = {candidate.line.product_id for candidate in meant}
        if len(lines) == 1:
            found.append(anchor_at(text, start, end, tuple(meant), "code", 0.88))
    return found


def _by_segment(text: str, start: int, end: int, token: str, hints: Hints) -> list[Anchor]:
    """A short code that is the last piece of one product's code: "BC8" of "CM-BC8"."""
    if len(token) < SHORTEST_CODE - 1 or not any(char.isalpha() for char in token):
        return []
    meant = [
        item
        for item in hints.candidates
        if any(
            "-" in code and codes.canonical(code.rpartition("-")[2]) == token
            for code in (item.line.product_code, *item.line.supplier_codes)
        )
    ]
    if len({item.line.product_id for item in meant}) != 1:
        return []
    return [anchor_at(text, start, end, tuple(meant), "code", 0.85)]


_LETTERS = re.compile(r"(?<![^\W_])[A-Z][A-Za-z]{3,11}(?![^\W_])")


def by_letters(text: str, hints: Hints) -> list[Anchor]:
    """Capital letters that one product's code holds: "BAES" of "EV-BAES45"."""
    found: list[Anchor] = []
    for match in _LETTERS.finditer(text):
        meant = [
            item
            for item in hints.candidates
            if any(
                match.group().upper() in re.findall(r"[A-Z]+", code.upper())
                for code in (item.line.product_code, *item.line.supplier_codes)
            )
        ]
        if len({item.line.product_id for item in meant}) == 1:
            found.append(anchor_at(text, match.start(), match.end(), meant, "code", 0.8))
    return found


def _line_at(hints: Hints, position: int) -> tuple[Candidate, ...]:
    """Lines with that number; printed tens (10, 20, 30) count as 1, 2, 3 where no line has such a number."""
    found = tuple(item for item in hints.candidates if item.line.number == position)
    if not found and position % 10 == 0:
        found = tuple(item for item in hints.candidates if item.line.number == position // 10)
    return found


def _positions(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """(number, start, end) of "1", "1+2", "1, 2 and 4", "2-5" behind a word for positions."""
    match = _POSITION_NUMBER.match(text, end)
    if match is None:
        return []
    weak = text[start:end].strip(" .:").casefold() in _WEAK_POSITIONS
    if weak and re.match(r"\s?[^\W\d_]{2,}", text[match.end() :]):
        return []  # "n. 3 colli": a count
    if weak and start > _OPENS:
        return []  # "Ofen Nr. 2 steht": something else is numbered
    found = [(int(match.group(1)), start, match.end(1))]
    while len(found) < _MOST_POSITIONS and (following := _NEXT_POSITION.match(text, found[-1][2])):
        number, at = int(following.group("n")), following.start("n")
        if following.group("joint").lower() in _RANGES:
            if not found[-1][0] < number <= found[-1][0] + 20:
                break
            found += [(between, at, at) for between in range(found[-1][0] + 1, number)]
        found.append((number, at, following.end("n")))
    return found


def by_position(text: str, hints: Hints) -> list[Anchor]:
    """ "Pos. 2", "line 3", "第三项": a hint, so less sure than a code."""
    found = []
    hits = [*vocabulary.phrases_in(text, "columns.position"), *vocabulary.phrases_in(text, "labels.positions")]
    for hit in hits:
        for number, start, end in _positions(text, hit.start, hit.end):
            candidates = _line_at(hints, number)
            if candidates:
                found.append(anchor_at(text, start, end, candidates, "position", 0.85))
    for match in _ORDINAL_CJK.finditer(text):
        number = _CJK_NUMBER.get(match.group(1)) or int(match.group(1) if match.group(1).isdigit() else 0)
        candidates = _line_at(hints, number)
        if candidates:
            found.append(anchor_at(text, match.start(), match.end(), candidates, "position", 0.85))
    return found


_WITH_ARTICLE = re.compile(
    r"(?<![^\W\d_])(?:the|die|den|der|les|los|las|le|i|gli|de|os|as|alle|all|all the|tutti i|toutes les|tous les)\s"
    r"(\d[\d.,]*)(?=\s[^\W\d_])(?!\s(?:days?|tage?n?|jours|d[ií]as|giorni|dagen|%|o'clock|uhr|h\b))",
    re.IGNORECASE,
)
_ROW_GAP = 12  # characters between a row's number and its code
_COUNTED = re.compile(
    r"(?:(?<=[\u3040-\u9fff])|(?<![\w.,/-]))(\d[\d.,]*)\s?([个個件支只本枚台套根卷巻箱张張米]|[^\W\d_]{1,14}\.?)"
)


def by_quantity(text: str, hints: Hints) -> list[Anchor]:
    """A quantity with its unit that exactly one line has ordered or open."""
    found: list[Anchor] = []
    counts = Counter(match.group(1) for match in _COUNTED.finditer(text))
    for match in _COUNTED.finditer(text):
        if counts[match.group(1)] > 1:
            continue  # "12 now, 12 later": halves of something else
        if units.find_unit(match.group(2)) is None:
            continue
        for number in numbers.find_numbers(match.group(1)):
            values = {number.value, *number.alternatives}
            meant = [item for item in hints.candidates if values & {item.line.quantity, item.line.open_quantity}]
            if len({item.line.id for item in meant}) == 1:
                found.append(anchor_at(text, match.start(), match.end(), meant, "quantity", 0.7))
    return found


def substitute(text: str, anchor: Anchor, context: Context) -> Stated[str] | None:
    """The code that comes instead of the anchor's goods: alike in its letters, and none of those we know."""
    own = {code for item in anchor.candidates for code in item.codes}
    for match in _TOKEN.finditer(text):
        code = codes.canonical(match.group())
        mixed = any(char.isdigit() for char in code) and any(char.isalpha() for char in code)
        if not mixed or len(code) < SHORTEST_CODE or code in own or code in context.hints.by_code:
            continue
        if any(codes.shape(code)[:2] == codes.shape(mine)[:2] and abs(len(code) - len(mine)) <= 3 for mine in own):
            place = context.evidence(match.group())
            return Stated(value=match.group(), evidence=place, confidence=0.8, source="prose")
    return None


def replaced(text: str, candidates: Sequence[Candidate], context: Context) -> Anchor | None:
    """The line whose code is most like a strange code of the text; None where there is none, or two are as like."""
    found: list[tuple[float, Candidate]] = []
    for candidate in candidates:
        anchor = Anchor(start=0, end=0, text="", candidates=(candidate,), by="topic", confidence=0.8)
        instead = substitute(text, anchor, context)
        if instead is not None:
            like = max(fuzz.ratio(codes.canonical(instead.value), code) for code in candidate.codes)
            found.append((like, candidate))
    ranked = sorted(found, key=lambda item: -item[0])
    if not ranked or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return None
    return Anchor(start=0, end=0, text="", candidates=(ranked[0][1],), by="topic", confidence=0.8)


def find_anchors(text: str, hints: Hints) -> list[Anchor]:
    """All anchors of a text in order of place; descriptions only in stretches where no code or position stands."""
    found = by_code(text, hints)
    for anchor in (*by_position(text, hints), *by_letters(text, hints)):
        if all(anchor.end <= other.start or anchor.start >= other.end for other in found):
            found.append(anchor)
    for anchor in descriptions.by_type(text, hints):
        if all(anchor.end <= other.start or anchor.start >= other.end for other in found):
            found.append(anchor)
    exact = len(found)
    for start, end in clauses.stretches(text):
        if all(anchor.end <= start or anchor.start >= end for anchor in found[:exact]):
            found += _described(text, start, end, hints, beside_codes=exact > 0)
    if not found:
        found = descriptions.by_description(text, hints) or by_quantity(text, hints)
    elif not exact:
        named = frozenset(item.line.product_id for anchor in found for item in anchor.candidates)
        for start, end in clauses.stretches(text):
            if all(anchor.end <= start or anchor.start >= end for anchor in found):
                found += _described(text, start, end, hints, beside_codes=False, named=named)
    return _without_numbers_of_rows(text, sorted(found, key=lambda anchor: (anchor.start, anchor.end)))


def _without_numbers_of_rows(text: str, found: list[Anchor]) -> list[Anchor]:
    """ "Pos 1   A-100": the code says which goods, the number of the row is the supplier's own."""
    return [
        anchor
        for anchor, following in itertools.zip_longest(found, found[1:])
        if not (
            anchor.by == "position"
            and following is not None
            and following.by == "code"
            and following.start - anchor.end <= _ROW_GAP
            and not re.search(r"[^\W_]", text[anchor.end : following.start])
        )
    ]


def by_count(text: str, candidates: Sequence[Candidate]) -> list[Anchor]:
    """ "The 24 …", "i 150 sifoni": a number behind an article that exactly one of these lines has ordered or open."""
    found: list[Anchor] = []
    for match in _WITH_ARTICLE.finditer(text):
        for number in numbers.find_numbers(match.group(1)):
            values = {number.value, *number.alternatives}
            meant = [item for item in candidates if values & {item.line.quantity, item.line.open_quantity}]
            if len({item.line.id for item in meant}) == 1:
                found.append(anchor_at(text, match.start(1), match.end(1), meant, "quantity", 0.7))
    return found


def _described(
    text: str, start: int, end: int, hints: Hints, *, beside_codes: bool, named: frozenset[int | None] = frozenset()
) -> list[Anchor]:
    """The goods that one stretch describes; beside codes only by a long word, since a short one repeats the code's."""
    found = []
    for anchor in descriptions.by_description(text[start:end], hints, named):
        words = anchor.candidates[0].words
        stretch = words_of(text[start:end])
        shared = [word for word in words if descriptions.stands_in(word, stretch)]
        long = any(len(word) >= 5 and word.isalpha() for word in shared)
        long = long or sum(hints.word_weight.get(word, 0.0) for word in shared) >= 1.0
        if long or not beside_codes:
            moved = replace(anchor, start=anchor.start + start, end=anchor.end + start)
            found.append(moved)
    return found
