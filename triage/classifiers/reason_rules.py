"""The reason of a delay by signal words of eleven languages (`reasons.yaml`). Unknown where none is stated.

A word counts most in a sentence that gives a cause, less where only lateness is told, least elsewhere: carriers,
containers and machines stand in messages about everything.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from triage.classifiers import phrases
from triage.domain.assessment import DelayReason

_MOST = 6000  # characters
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])|[;；]")
_CAUSE, _LATE, _BOTH, _ELSEWHERE = 1.0, 0.6, 1.4, 0.2  # weight of a word by the sentence it stands in
#: Reasons that the lists know. OTHER and UNKNOWN have no words of their own.
STATED = tuple(item for item in DelayReason if item not in (DelayReason.OTHER, DelayReason.UNKNOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a message says about why goods come later."""

    telling: str  # the sentences that speak of a cause or of lateness
    causes: int  # how many give a cause
    weights: dict[DelayReason, float]  # signal words, weighed by their sentence


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex({**phrases.data_file("reasons.yaml"), **phrases.data_file("delays.yaml")})


def heard(texts: Collection[str]) -> Heard:
    """Weigh the signal words of every sentence."""
    weights: dict[DelayReason, float] = defaultdict(float)
    telling: list[str] = []
    causes = 0
    for sentence in _SENTENCE.split("\n".join(texts)[:_MOST]):
        if not sentence.strip():
            continue
        found = _index().count(sentence)
        cause, late = bool(found["because"]), bool(found["late"])
        weight = _BOTH if cause and late else _CAUSE if cause else _LATE if late else _ELSEWHERE
        if cause or late:
            telling.append(sentence.strip())
        causes += cause
        for reason in STATED:
            if found[reason.value]:
                weights[reason] += weight * (1 + 0.3 * min(found[reason.value] - 1, 2))
    return Heard(telling="\n".join(telling), causes=causes, weights=dict(weights))


class RuleReason:
    """The `ReasonModel` port by signal words."""

    name = "reason rules"
    digest = "rules"

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]:
        """The reason with the weightiest signal words; (UNKNOWN, 0.6) where there is none."""
        weights = heard(texts).weights
        if not weights:
            return DelayReason.UNKNOWN, 0.6
        best = max(STATED, key=lambda reason: weights.get(reason, 0.0))
        rest = sum(weights.values()) - weights[best]
        return best, round(weights[best] / (weights[best] + rest + 0.3), 4)
