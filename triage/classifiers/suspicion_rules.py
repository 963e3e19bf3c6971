"""Does a sentence address the reading program rather than a person? Rules in eleven languages (`addressed.yaml`).

Precision first: "please disregard our earlier confirmation" is business, and so is "according to your previous
instructions". A sentence must name a reading program and demand something of it, demand what only such a program
could do, or carry a marker that no supplier writes.
"""

import re
from collections import Counter
from collections.abc import Collection
from functools import cache

from triage.classifiers import phrases

#: From here on a sentence counts as addressed to the program.
BAR = 0.6
#: From here on a person should look, though nothing is called suspicious.
DOUBT = 0.4
_LONGEST = 1500  # characters of a sentence that are looked at
#: A sentence that opens like a turn of a conversation with a program.
_ROLE_MARK = re.compile(
    r"^[\s\W_]{0,8}(?:system|systeem|syst[eè]me|sistema|s[iİ]stem|systemmeldung|assistant|assistente?|asistente|asystent"
    r"|asistan|ai|bot|llm|user|developer|instruction|admin|系统|系统提示|助手|システム|アシスタント)s?"
    r"(?: (?:override|note|message|prompt|instruction|directive|command|update))?[\s\W_]{0,3}[:：>\]}]",
    re.IGNORECASE,
)
#: Signs of a model's own conversation format.
_FORMAT = re.compile(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant)>"
    r"|###\s*(?:instruction|system|response)|\"(?:document_type|needs_review|priority|route)\"\s*:",
    re.IGNORECASE,
)
#: In capitals only: "j'ai", "ki" and "ia" are ordinary words.
_SHORT = re.compile(r"(?<![A-Za-zÀ-ÿ0-9'’.-])(?:AI|A\.I\.|KI|K\.I\.|IA|I\.A\.|LLM|GPT|YZ)(?![A-Za-zÀ-ÿ0-9])")


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex(phrases.data_file("addressed.yaml"))


def signals(sentence: str) -> Counter[str]:
    """Section → hits of a sentence; "role" and "format" for conversation marks, "short" for AI and its like."""
    text = sentence[:_LONGEST]
    found = _index().count(text)
    found["role"] = int(bool(_ROLE_MARK.match(text)))
    found["format"] = len(_FORMAT.findall(text))
    found["short"] = len(_SHORT.findall(text))
    return found


def rule_score(sentence: str) -> float:
    """Likelihood by rules, 0 to 1; `BAR` and more is an attack."""
    return score_of(sentence, signals(sentence))


def score_of(sentence: str, found: Counter[str]) -> float:
    """As `rule_score`, for signals at hand."""
    if found["markers"] or found["format"]:
        return 0.97
    named = found["readers"] + found["short"]
    if found["role"] and (found["orders"] or found["verbs"] > 1):
        return 0.95
    if named and found["orders"]:
        return 0.92
    if found["programs"] and (found["orders"] or found["verbs"] or found["inside"] or found["human"]):
        return 0.9
    if named and found["address"] and (found["verbs"] or _spoken_to(sentence)):
        return 0.88
    if named and found["verbs"] and _spoken_to(sentence):
        return 0.85
    automatic = found["readers_auto"]
    if automatic and found["address"] and _spoken_to(sentence, ":："):
        return 0.85
    if automatic + found["readers_weak"] and found["orders"] and (_spoken_to(sentence) or found["orders"] > 1):
        return 0.85
    if found["orders"] > 2:
        return 0.7
    return _faint(found, named, automatic)


def _faint(found: Counter[str], named: int, automatic: int) -> float:
    """Below the bar: what may be an attack, and what mostly is not."""
    if named and found["verbs"]:
        return 0.5
    if automatic and (found["orders"] or found["verbs"]):
        return 0.45
    if found["machine"] and found["reads"] and found["orders"]:
        return 0.5
    if named or found["programs"]:
        return 0.3
    return 0.2 if found["orders"] > 1 else 0.05 if automatic + found["readers_weak"] else 0.02


def hints(found: Counter[str]) -> bool:
    """Anything beyond words that people use among themselves: without it no sentence is more than ordinary."""
    named = found["readers"] + found["short"] + found["readers_auto"] + found["readers_weak"]
    inner = found["programs"] + found["inside"] + found["human"] + found["orders"] + found["role"]
    return bool(named or inner or (found["machine"] and found["reads"]))


def hidden_score(sentence: str) -> float:
    """Likelihood for text that a person does not see: whoever hides an instruction means a program."""
    found = signals(sentence)
    score = score_of(sentence, found)
    named = found["readers"] + found["short"]
    others = found["verbs"] + found["address"] + found["readers_weak"] + found["readers_auto"]
    if found["orders"] > 1 or (found["orders"] and others):
        return max(score, 0.8)
    if (found["role"] and found["verbs"]) or (named and others) or (found["readers_auto"] and found["address"]):
        return max(score, 0.75)
    return score


def _spoken_to(sentence: str, marks: str = ":：,，、!！") -> bool:
    """The program is named near the beginning, and one of the marks follows: it is spoken to."""
    head = sentence[:90]
    mark = re.search(f"[{marks}]", head)
    if mark is None:
        return False
    spoken = _index().count(head[: mark.start()])
    return bool(
        spoken["readers"] + spoken["readers_auto"] + spoken["readers_weak"] or _SHORT.search(head[: mark.start()])
    )


class RuleSuspicion:
    """The `SuspicionModel` port by rules."""

    name = "suspicion rules"
    digest = "rules"

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]:
        """One likelihood a sentence."""
        return tuple(rule_score(sentence) for sentence in sentences)
