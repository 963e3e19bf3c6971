"""Does a sentence address the reading program rather than a person? Rules in eleven languages (`addressed.yaml`).

Precision first: "please disregard our earlier confirmation" is business. A sentence must name a reading program and
demand something of it, or carry a marker that no supplier writes.
"""

import re
from collections.abc import Collection
from functools import cache
from importlib import resources

from triage.extractors.calendar_words import plain_in_place

_ROLE_MARK = re.compile(
    r"^\s*[\[<#*_]*\s*(?:system|assistant|ai|bot|llm|instruction)s?\s*(?:override|note|message|prompt)?\s*[\]>*_]*\s*:",
    re.I,
)


#: In capitals only: "j'ai", "ki" and "ia" are ordinary words.
_SHORT = re.compile(r"(?<![\w'’.-])(?:AI|A\.I\.|KI|K\.I\.|IA|I\.A\.|LLM|GPT|YZ)(?![\w])")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    import yaml

    source = resources.files("triage.classifiers") / "addressed.yaml"
    content: dict[str, str] = yaml.safe_load(source.read_text(encoding="utf-8"))
    phrases = {plain_in_place(item.strip().strip('"')) for item in content[name].split("|") if item.strip()}
    # "<|im_start|>" is divided by the list's own mark; its middle is telling enough.
    return re.compile("|".join(sorted(map(_expression, phrases - {"<", ">"}), key=len, reverse=True)))


def _expression(phrase: str) -> str:
    stem = phrase.rstrip("*")
    body = re.escape(stem).replace(r"\ \*\ ", r"\s+\S{1,30}\s+").replace(r"\ ", r"\s+")
    if not stem or "\u3040" <= stem[0] <= "\u9fff" or not stem[0].isalnum():
        return body
    tail = r"[^\W\d_]*" if phrase.endswith("*") else r"(?![^\W_])" if stem[-1].isalnum() else ""
    return rf"(?<![^\W_]){body}{tail}"


def rule_score(sentence: str) -> float:
    """Likelihood by rules, 0 to 1."""
    text = plain_in_place(sentence[:1500])
    if _pattern("markers").search(text):
        return 0.97
    reader, demand = _SHORT.search(sentence[:1500]) or _pattern("readers").search(text), _pattern("demands").search(text)
    if reader and ":" in text[reader.end() : reader.end() + 45] and reader.start() < 60:
        # "Note for AI assistants: …" speaks to the reader whatever follows.
        return 0.92
    if _ROLE_MARK.match(sentence) and demand:
        return 0.95
    if reader and demand:
        return 0.9
    return 0.15 if reader else 0.02


class RuleSuspicion:
    """The `SuspicionModel` port by rules."""

    name = "suspicion rules"
    digest = "rules"

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]:
        """One likelihood a sentence."""
        return tuple(rule_score(sentence) for sentence in sentences)
