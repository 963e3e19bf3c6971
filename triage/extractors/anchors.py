"""Finds where a text speaks of a known order line: by code, printed position, description or quantity.

An anchor only says "here it is about that line"; values are read around it by others.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from triage.domain import codes
from triage.extractors import numbers, units, vocabulary
from triage.extractors.hints import SHORTEST_CODE, Candidate, Hints, words_of

_TOKEN = re.compile(r"(?<![\w])[A-Za-z0-9][\w./+-]*(?<![.,;/])", re.ASCII)
_POSITION_NUMBER = re.compile(
    r"\W{0,4}(?:n[or°º]?\.?\s*)?0{0,4}(\d{1,3})(?![\w.,]*\d)(?:\s*(?:\+|&|/|,|und|and|et|y|e|en|i|ve|和)\s*0{0,4}(\d{1,3})(?![\w.,]*\d))?"
)
_ORDINAL_CJK = re.compile(r"第\s*([一二三四五六七八九十]|\d{1,2})\s*(?:项|項|行|条|款)")
_CJK_NUMBER = {char: number for number, char in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A place that speaks of a line of ours."""

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]  # several where the same goods are on several orders
    by: str
    confidence: float
    code: bool = False  # the words are a code, though a later sentence goes on about it


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
                found.append(_anchor(text, start, end, hints.by_code[code], "code", 0.97))
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
        token = codes.canonical(text[start:end])
        if len(token) < SHORTEST_CODE or not any(char.isdigit() for char in token) or token.isdigit():
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
            found.append(_anchor(text, start, end, tuple(meant), "code", 0.88))
    return found


def _anchor(text: str, start: int, end: int, candidates: Iterable[Candidate], by: str, confidence: float) -> Anchor:
    return Anchor(
        start=start, end=end, text=text[start:end], candidates=tuple(candidates), by=by, confidence=confidence
    )


def _line_at(hints: Hints, position: int) -> tuple[Candidate, ...]:
    """Lines with that number; printed tens (10, 20, 30) count as 1, 2, 3 where no line has such a number."""
    found = tuple(item for item in hints.candidates if item.line.number == position)
    if not found and position % 10 == 0:
        found = tuple(item for item in hints.candidates if item.line.number == position // 10)
    return found


def by_position(text: str, hints: Hints) -> list[Anchor]:
    """ "Pos. 2", "line 3", "第三项": a hint, so less sure than a code."""
    found = []
    for hit in vocabulary.phrases_in(text, "columns.position"):
        match = _POSITION_NUMBER.match(text[hit.end : hit.end + 24])
        if match is None:
            continue
        for group in (1, 2):
            if match.group(group) is None:
                continue
            candidates = _line_at(hints, int(match.group(group)))
            if candidates:
                start = hit.start if group == 1 else hit.end + match.start(group)
                found.append(_anchor(text, start, hit.end + match.end(group), candidates, "position", 0.85))
    for match in _ORDINAL_CJK.finditer(text):
        number = _CJK_NUMBER.get(match.group(1)) or int(match.group(1) if match.group(1).isdigit() else 0)
        candidates = _line_at(hints, number)
        if candidates:
            found.append(_anchor(text, match.start(), match.end(), candidates, "position", 0.85))
    return found


def by_description(text: str, hints: Hints) -> list[Anchor]:
    """The line whose rare description words stand in the text, where one line clearly leads."""
    words = words_of(text)
    if not words or not hints.candidates:
        return []
    scores: dict[int, float] = {}
    for index, candidate in enumerate(hints.candidates):
        shared = [word for word in candidate.words if _stands_in(word, words)]
        if any(len(word) >= 4 or _is_cjk(word[0]) for word in shared):
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
    if rivals or scores[ranked[0]] < 0.5:
        return []
    same = [hints.candidates[i] for i in ranked if hints.candidates[i].line.product_id == best.line.product_id]
    start, end = _span(text, best.words)
    return [_anchor(text, start, end, same, "description", 0.75)]


def _stands_in(word: str, words: frozenset[str]) -> bool:
    """The word itself, or one that begins alike (plural, case endings)."""
    if word in words:
        return True
    stem = word[: max(5, len(word) - 2)]
    return len(word) >= 5 and word.isalpha() and any(other.startswith(stem) for other in words)


def _span(text: str, words: frozenset[str]) -> tuple[int, int]:
    folded = text.casefold()
    places = [(folded.find(word[:5]), len(word)) for word in words if len(word) >= 3 and folded.find(word[:5]) >= 0]
    if not places:
        return 0, len(text)
    start = min(place for place, _ in places)
    return start, min(len(text), max(place + length for place, length in places))


_COUNTED = re.compile(r"(?<![\w.,/-])(\d[\d.,]*)\s?([^\W\d_]{1,14}\.?|[个個件支只本枚台套])")


def by_quantity(text: str, hints: Hints) -> list[Anchor]:
    """A quantity with its unit that exactly one line has ordered or open."""
    found: list[Anchor] = []
    for match in _COUNTED.finditer(text):
        if units.find_unit(match.group(2)) is None:
            continue
        for number in numbers.find_numbers(match.group(1)):
            values = {number.value, *number.alternatives}
            meant = [item for item in hints.candidates if values & {item.line.quantity, item.line.open_quantity}]
            if len({item.line.id for item in meant}) == 1:
                found.append(_anchor(text, match.start(), match.end(), meant, "quantity", 0.7))
    return found if len({anchor.candidates[0].line.id for anchor in found}) == 1 else []


def find_anchors(text: str, hints: Hints) -> list[Anchor]:
    """All anchors of a text in order of place; descriptions only where no code or position stands."""
    found = by_code(text, hints)
    for anchor in by_position(text, hints):
        if all(anchor.end <= other.start or anchor.start >= other.end for other in found):
            found.append(anchor)
    if not found:
        found = by_description(text, hints) or by_quantity(text, hints)[:1]
    return sorted(found, key=lambda anchor: anchor.start)
