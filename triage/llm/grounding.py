"""Holds an answer against the message: every value must be the message's own words in the line that the answer names.

What fails is dropped and counted; what is nothing without it is dropped whole. Never adds and never mends a value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from triage.domain.asking import Found
from triage.llm.quoting import Line


class Prose(Protocol):
    """Says whether prose may be shown. whole: it must hold every number of the facts."""

    def __call__(self, text: str, *, whole: bool) -> bool: ...


@dataclass(slots=True, kw_only=True)
class Grounded:
    """What is left of an answer."""

    answer: dict[str, Any] | None = None
    dropped: int = 0
    places: dict[str, Found] = field(default_factory=dict)


def ground(
    schema: Mapping[str, Any],
    answer: dict[str, Any],
    *,
    lines: Mapping[str, Line],
    candidates: frozenset[str],
    prose: Prose,
) -> Grounded:
    """An answer that keeps its schema, with only what the message holds."""
    result = Grounded()
    check = _Check(lines, candidates, prose, result)
    result.answer = check.object(schema, answer)
    return result


class _Check:
    def __init__(self, lines: Mapping[str, Line], candidates: frozenset[str], prose: Prose, result: Grounded) -> None:
        self._lines, self._candidates, self._prose, self._result = lines, candidates, prose, result

    def object(self, schema: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any] | None:
        """The object with what holds; None where it is nothing without what does not."""
        kept: dict[str, Any] = {}
        spoken = hollow = False
        for name, item in schema["properties"].items():
            one = value[name]
            if item["type"] == "array":
                one = self._list(item, one)
            elif item["type"] == "object":
                one = self.object(item, one)
                if one is None:
                    return self._dropped()
            elif item["type"] == "string":
                if not self._label_holds(item, one) or not self._may_be_shown(item, one):
                    return self._dropped()
                at = item.get("x-words-at")
                if at is not None:
                    hollow = True
                    if one.strip() and not self._stands(one, str(value[at])):
                        self._result.dropped += 1
                        one = ""
                    if not one.strip() and item.get("x-needed"):
                        return None if value[name] != one else self._dropped()
                    spoken = spoken or bool(one.strip())
            kept[name] = one
        if hollow and not spoken:
            return self._dropped()
        for name, item in schema["properties"].items():
            if item.get("x-place") and kept[name] in self._lines:
                self._result.places[kept[name]] = self._lines[kept[name]].found
        return kept

    def _list(self, schema: Mapping[str, Any], values: list[Any]) -> list[Any]:
        if schema["items"]["type"] != "object":
            return values
        return [one for one in (self.object(schema["items"], item) for item in values) if one is not None]

    def _label_holds(self, schema: Mapping[str, Any], value: str) -> bool:
        if schema.get("x-place"):
            return value in self._lines
        return not schema.get("x-candidate") or value == "none" or value in self._candidates

    def _may_be_shown(self, schema: Mapping[str, Any], value: str) -> bool:
        mark = schema.get("x-prose")
        return not mark or self._prose(value, whole=mark == "whole")

    def _stands(self, words: str, label: str) -> bool:
        line = self._lines.get(label)
        return line is not None and stands_in(words, line.sent) and stands_in(words, line.found.text)

    def _dropped(self) -> dict[str, Any] | None:
        self._result.dropped += 1
        return None


def stands_in(words: str, text: str) -> bool:
    """True where the words stand in the text as whole words and whole numbers; case and white space aside."""
    wanted, whole = _folded(words), _folded(text)
    if not wanted:
        return False
    start = whole.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not _joined(whole, start) and not _joined(whole, end):
            return True
        start = whole.find(wanted, start + 1)
    return False


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _joined(text: str, at: int) -> bool:
    """True where a word or a number goes on across this place."""
    before, behind = text[:at], text[at:]
    if not before or not behind:
        return False
    left, right = before[-1], behind[0]
    if left.isalnum() and right.isalnum():
        return not (_is_cjk(left) or _is_cjk(right))
    # "1.250": neither "1" nor "250" stands there; a stop behind a number ends a sentence.
    return bool(re.search(r"\d[.,'’]$", before) and right.isdigit()) or bool(
        left.isdigit() and re.match(r"[.,'’]\d", behind)
    )


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"
