"""Finds the phrases of many sections in a text in one pass. Knows no language and judges nothing.

Phrases come from data files, divided by "|", with alternatives in braces. Case, accents and punctuation do not count.
A trailing * takes any ending of a word, a leading * any beginning, a lone * exactly one word. Chinese and Japanese have
no word borders: their phrases are found anywhere. Time grows with the text, not with the number of phrases.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from triage.extractors import vocabulary
from triage.extractors.calendar_words import plain_in_place

_WORD = re.compile(r"[^\W_]+")
_ELEMENT = re.compile(r"\*?[^\W_]+\*?|\*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase of a section found in a text."""

    section: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    section: str
    words: tuple[str, ...]  # plain; "*" is any word


def plain(text: str) -> str:
    """Lower case without accents, character for character."""
    return plain_in_place(text)


def split(text: str) -> tuple[str, ...]:
    """The phrases of one entry of a data file."""
    return tuple(form.strip('"') for item in str(text).split("|") if item.strip() for form in vocabulary.forms(item))


@cache
def data_file(name: str) -> dict[str, tuple[str, ...]]:
    """Section → phrases of a data file of this room."""
    import yaml

    source = resources.files("triage.classifiers") / name
    content: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {section: split(text) for section, text in content.items()}


class PhraseIndex:
    """Sections of phrases, made ready for looking up."""

    def __init__(self, sections: Mapping[str, Iterable[str]]) -> None:
        self.sections = tuple(sections)
        self._exact: dict[str, list[_Phrase]] = defaultdict(list)
        self._starts: dict[str, list[_Phrase]] = defaultdict(list)
        self._inside: list[tuple[str, _Phrase]] = []
        self._anywhere: dict[str, list[tuple[str, str]]] = defaultdict(list)  # first sign → (phrase, section)
        for section, phrases in sections.items():
            for phrase in dict.fromkeys(plain(item) for item in phrases):
                self._add(section, phrase)
        self._lengths = tuple(sorted({len(stem) for stem in self._starts}))

    def _add(self, section: str, phrase: str) -> None:
        if _CJK.search(phrase):
            text = phrase.strip("* ")
            self._anywhere[text[0]].append((text, section))
            return
        words = tuple(_ELEMENT.findall(phrase))
        if not words:
            return
        entry = _Phrase(section, words)
        first = words[0]
        if first.startswith("*"):
            self._inside.append((first.strip("*"), entry))
        elif first.endswith("*"):
            self._starts[first[:-1]].append(entry)
        else:
            self._exact[first].append(entry)

    def hits(self, text: str) -> list[Hit]:
        """Every hit, in the order of place; within a section hits do not overlap, the longest wins."""
        folded = plain(text)
        words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(folded)]
        found: list[Hit] = []
        for index, (word, start, _) in enumerate(words):
            for phrase in self._candidates(word):
                end = _matched(phrase.words, words, index)
                if end is not None:
                    found.append(Hit(section=phrase.section, start=start, end=end))
        if _CJK.search(folded):
            found.extend(self._cjk(folded))
        return _without_overlaps(found)

    def count(self, text: str) -> Counter[str]:
        """Section → number of hits."""
        return Counter(hit.section for hit in self.hits(text))

    def _candidates(self, word: str) -> Iterable[_Phrase]:
        yield from self._exact.get(word, ())
        for length in self._lengths:
            if length > len(word):
                break
            yield from self._starts.get(word[:length], ())
        for part, phrase in self._inside:
            if part in word:
                yield phrase

    def _cjk(self, text: str) -> Iterable[Hit]:
        for start, char in enumerate(text):
            for phrase, section in self._anywhere.get(char, ()):
                if text.startswith(phrase, start):
                    yield Hit(section=section, start=start, end=start + len(phrase))


def _matched(pattern: tuple[str, ...], words: list[tuple[str, int, int]], index: int) -> int | None:
    """End of the match that begins at `index`, or None. The first word is known to fit unless it has a leading *."""
    if index + len(pattern) > len(words):
        return None
    for offset, element in enumerate(pattern):
        word = words[index + offset][0]
        if element == "*":
            continue
        if not _fits(element, word):
            return None
    return words[index + len(pattern) - 1][2]


def _fits(element: str, word: str) -> bool:
    if element.startswith("*"):
        stem = element.strip("*")
        return stem in word if element.endswith("*") else word.endswith(stem)
    return word.startswith(element[:-1]) if element.endswith("*") else word == element


def _without_overlaps(found: list[Hit]) -> list[Hit]:
    reached: dict[str, int] = {}
    kept = []
    for hit in sorted(found, key=lambda item: (item.start, -item.end, item.section)):
        if hit.start >= reached.get(hit.section, 0):
            reached[hit.section] = hit.end
            kept.append(hit)
    return kept
