"""The signal words of eleven languages, from data files that a native speaker can correct.

A file `words/<language>.yaml` holds sections ("columns", "labels", "titles", "cues"), each with names and their
phrases, divided by "|". A phrase is matched without regard to case and accents, at word borders (Chinese and Japanese
have none); a trailing * takes any ending. Braces hold alternatives, an empty one among them if they may be left out:
"as per {,your,the} {order,po}".
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from triage.extractors.calendar_words import plain_in_place

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "tr", "zh", "ja")


#: The languages of the message being read; none where they are not known.
_spoken: ContextVar[tuple[str, ...]] = ContextVar("_spoken", default=())
_LONGEST_SHARED = 5  # letters: "pas" is "not" in French and "not until" in Dutch; longer words rarely mean two things


@contextmanager
def spoken(languages: Sequence[str]) -> Iterator[None]:
    """Within it short cues of other languages than these (and English, that all use) say nothing."""
    token = _spoken.set(tuple(languages))
    try:
        yield
    finally:
        _spoken.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found in a text."""

    section: str
    phrase: str  # as the text has it
    start: int
    end: int


@cache
def language(code: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Sections of one language: section → name → phrases."""
    import yaml

    source = resources.files("triage.extractors") / "words" / f"{code}.yaml"
    content: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {
        section: {
            name: tuple(form for item in str(phrases).split("|") if item.strip() for form in forms(item))
            for name, phrases in names.items()
        }
        for section, names in content.items()
    }


_BRACES = re.compile(r"\{([^{}]*)\}")


def forms(phrase: str) -> Iterator[str]:
    """A phrase with each choice of its alternatives."""
    braces = _BRACES.search(phrase)
    if braces is None:
        yield " ".join(phrase.split())
        return
    for choice in braces.group(1).split(","):
        yield from forms(phrase[: braces.start()] + choice + phrase[braces.end() :])


_WRITTEN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
_UMLAUT = re.compile("[äöüßÄÖÜ]")


@cache
def phrases(section: str) -> tuple[str, ...]:
    """All phrases of a section ("cues.delay") in all languages, plain."""
    group, _, name = section.partition(".")
    found: dict[str, None] = {}
    for code in LANGUAGES:
        for phrase in language(code).get(group, {}).get(name, ()):
            found.setdefault(plain_in_place(phrase))
            if code == "de" and _UMLAUT.search(phrase):
                # Old programs write "Bestaetigung".
                found.setdefault(plain_in_place(_UMLAUT.sub(lambda match: _WRITTEN[match.group()], phrase)))
    return tuple(found)


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase as it is looked for: plain text, or a pattern where it has blanks."""

    section: str
    text: str
    open_end: bool  # any ending may follow
    pattern: re.Pattern[str] | None
    languages: frozenset[str] | None = None  # in which alone it says something; None: in all

    def end(self, text: str, start: int) -> int | None:
        """Where the phrase ends if it stands at `start`, else None."""
        if self.pattern is not None:
            match = self.pattern.match(text, start)
            if match is None:
                return None
            end = match.end()
        elif text.startswith(self.text, start):
            end = start + len(self.text)
        else:
            return None
        if self.open_end:
            rest = _ENDING.match(text, end)
            return rest.end() if rest else end
        if self.text[-1].isalnum() and end < len(text) and text[end].isalnum() and not _is_cjk(self.text[-1]):
            return None
        return end


_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"[^\W\d_]*")
_STEM = 3  # characters by which open-ended phrases are indexed


@dataclass(frozen=True, slots=True)
class _Index:
    """All phrases of all sections and languages, by how they begin."""

    by_word: dict[str, tuple[_Phrase, ...]]
    by_stem: dict[str, tuple[_Phrase, ...]]
    anywhere: tuple[_Phrase, ...]  # Chinese and Japanese ones, and those that begin with a sign


@cache
def _index() -> _Index:
    words: dict[str, list[_Phrase]] = {}
    stems: dict[str, list[_Phrase]] = {}
    anywhere: list[_Phrase] = []
    for section in sections():
        for written in phrases(section):
            text = written.rstrip("*")
            pattern = None
            if " " in text:
                # A star within a phrase takes any ending too: "increase* by".
                escaped = re.escape(text).replace(r"\*", r"[^\W\d_]*").replace(r"\ ", r"[\s\u00a0]+")
                pattern = re.compile(escaped)
            phrase = _Phrase(section, text, written.endswith("*"), pattern, _only_in(section, written))
            first = _WORD.match(text)
            if first is None or _is_cjk(text[0]):
                anywhere.append(phrase)
            elif (phrase.open_end and first.end() == len(text)) or text[first.end() : first.end() + 1] == "*":
                stems.setdefault(text[:_STEM], []).append(phrase)
            else:
                words.setdefault(first.group(), []).append(phrase)
    return _Index(
        by_word={key: tuple(items) for key, items in words.items()},
        by_stem={key: tuple(items) for key, items in stems.items()},
        anywhere=tuple(anywhere),
    )


def _only_in(section: str, written: str) -> frozenset[str] | None:
    """The languages of a short cue that another language may use otherwise."""
    if (
        not section.startswith("cues.")
        or len(written) > _LONGEST_SHARED
        or not (written.isascii() and written.isalpha())
    ):
        return None
    owners = frozenset(code for code in LANGUAGES if written in _plain_phrases(code, section))
    if section == "cues.negation":
        return owners  # "no dia 4": Portuguese for "on the"
    return None if "en" in owners else owners


@cache
def _plain_phrases(code: str, section: str) -> frozenset[str]:
    group, _, name = section.partition(".")
    return frozenset(plain_in_place(phrase) for phrase in language(code).get(group, {}).get(name, ()))


@cache
def sections() -> tuple[str, ...]:
    """Names of all sections ("cues.delay")."""
    found = dict.fromkeys(
        f"{group}.{name}" for code in LANGUAGES for group, names in language(code).items() for name in names
    )
    return tuple(found)


@lru_cache(maxsize=4096)
def _scan(text: str, speaking: tuple[str, ...]) -> dict[str, tuple[Hit, ...]]:
    """Every phrase of every section in one pass; the longest at each place, none overlapping within a section."""
    plain = plain_in_place(text)
    index = _index()
    found: dict[str, list[tuple[int, int]]] = {}
    for word in _WORD.finditer(plain):
        start = word.start()
        for phrase in (*index.by_word.get(word.group(), ()), *index.by_stem.get(word.group()[:_STEM], ())):
            if phrase.languages is not None and speaking and phrase.languages.isdisjoint(speaking):
                continue
            end = phrase.end(plain, start)
            if end is not None:
                found.setdefault(phrase.section, []).append((start, end))
    if not text.isascii() or "#" in text:
        for phrase in index.anywhere:
            start = plain.find(phrase.text)
            while start >= 0:
                end = phrase.end(plain, start)
                if end is not None:
                    found.setdefault(phrase.section, []).append((start, end))
                start = plain.find(phrase.text, start + 1)
    return {section: tuple(_longest(section, text, places)) for section, places in found.items()}


def _longest(section: str, text: str, places: list[tuple[int, int]]) -> Iterator[Hit]:
    reached = 0
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= reached:
            yield Hit(section=section, phrase=text[start:end], start=start, end=end)
            reached = end


def before(text: str, at: int, width: int, *, least: int = 0) -> str:
    """At most `width` characters before a place, not beyond `least`, without the end of a word cut through."""
    start = max(least, at - width)
    if 0 < start < at and text[start - 1].isalnum() and not _is_cjk(text[start]):
        while start < at and text[start].isalnum():
            start += 1
    return text[start:at]


def phrases_in(text: str, section: str) -> tuple[Hit, ...]:
    """Every phrase of a section in a text, the longest at each place, in order.

    section: "columns.quantity", "labels.total", "titles.invoice", "cues.delay"; an unknown one holds nothing.
    """
    return _scan(text, _spoken.get()).get(section, ()) if text else ()
