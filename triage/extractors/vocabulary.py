"""The signal words of eleven languages, from data files that a native speaker can correct.

A file `words/<language>.yaml` holds sections ("columns", "labels", "titles", "cues"), each with names and their
phrases, divided by "|". A phrase is matched without regard to case and accents, at word borders (Chinese and Japanese
have none); a trailing * takes any ending.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from triage.extractors.calendar_words import plain_in_place

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "tr", "zh", "ja")


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
            name: tuple(item.strip() for item in str(phrases).split("|") if item.strip())
            for name, phrases in names.items()
        }
        for section, names in content.items()
    }


@cache
def phrases(section: str) -> tuple[str, ...]:
    """All phrases of a section ("cues.delay") in all languages, plain."""
    group, _, name = section.partition(".")
    found: dict[str, None] = {}
    for code in LANGUAGES:
        for phrase in language(code).get(group, {}).get(name, ()):
            found.setdefault(plain_in_place(phrase))
    return tuple(found)


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


def _expression(phrase: str) -> str:
    stem = phrase.rstrip("*")
    text = re.escape(stem).replace(r"\ ", r"[\s\u00a0]+")
    if stem and _is_cjk(stem[0]):
        return text
    head = r"(?<![^\W_])" if stem[:1].isalnum() else ""
    tail = r"[^\W\d_]*" if phrase.endswith("*") else r"(?![^\W_])" if stem[-1:].isalnum() else ""
    return f"{head}{text}{tail}"


@cache
def _pattern(section: str) -> re.Pattern[str] | None:
    found = sorted(phrases(section), key=len, reverse=True)
    return re.compile("|".join(_expression(phrase) for phrase in found)) if found else None


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return plain_in_place(text)


@lru_cache(maxsize=16384)
def phrases_in(text: str, section: str) -> tuple[Hit, ...]:
    """Every phrase of a section in a text, the longest at each place, in order.

    section: "columns.quantity", "labels.total", "titles.invoice", "cues.delay"; an unknown one holds nothing.
    """
    pattern = _pattern(section)
    if pattern is None or not text:
        return ()
    return tuple(
        Hit(section=section, phrase=text[match.start() : match.end()], start=match.start(), end=match.end())
        for match in pattern.finditer(_plain(text))
    )
