"""The reason of a delay by signal words of eleven languages (`reasons.yaml`). Unknown where none is stated.

A word counts most in a sentence that gives a cause, less where only lateness is told, least elsewhere: carriers,
containers and machines stand in messages about everything.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from triage.classifiers import phrases
from triage.domain.assessment import DelayReason
from triage.extractors import vocabulary

_MOST = 6000  # characters
#: A line that goes on in lower case belongs to the one before.
_WRAPPED = re.compile(r"(?<=\S)\n(?=[^\W\d_A-Z\u3040-\u9fff])")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])|[;；]")
#: Weight of a word by the sentence it stands in: one that gives a cause, tells of lateness, does both, stands beside
#: such a one, or elsewhere.
_CAUSE, _LATE, _BOTH, _BESIDE, _ELSEWHERE = 1.0, 0.6, 1.4, 0.5, 0.2
_WEAK = 0.5  # of a word that is often named without being a reason
#: A storm or the customs hold a ship up: the rarer word is the reason, the carrier only suffers from it.
_SPECIFIC = {
    DelayReason.WEATHER: 1.8, DelayReason.CUSTOMS: 2.2, DelayReason.HOLIDAY: 1.1, DelayReason.QUALITY: 1.1,
    DelayReason.BREAKDOWN: 1.15,
}  # fmt: skip
#: Reasons that the lists know. OTHER and UNKNOWN have no words of their own.
STATED = tuple(item for item in DelayReason if item not in (DelayReason.OTHER, DelayReason.UNKNOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a message says about why goods come later."""

    telling: str  # the sentences that speak of a cause or of lateness
    whole: str  # everything that was read
    weights: dict[DelayReason, float]  # signal words, weighed by their sentence


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex({**phrases.data_file("reasons.yaml"), **phrases.data_file("delays.yaml")})


def _is_terms(sentence: str) -> bool:
    """ "Payment terms: 30 days net": terms are no cause."""
    return any(hit.start <= 3 for hit in vocabulary.phrases_in(sentence, "labels.payment_terms"))


def heard(texts: Collection[str]) -> Heard:
    """Weigh the signal words of every sentence."""
    text = _WRAPPED.sub(" ", "\n".join(texts)[:_MOST])
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
    sentences = [sentence for sentence in sentences if not _is_terms(sentence)]
    counts = [_index().count(sentence) for sentence in sentences]
    tells = [bool(found["because"] or found["late"]) for found in counts]
    weights: dict[DelayReason, float] = defaultdict(float)
    for at, found in enumerate(counts):
        beside = any(tells[max(0, at - 1) : at + 2])
        for reason in STATED:
            strong, weak = found[reason.value], found[f"{reason.value}_weak"]
            if strong or weak:
                times = 1 + 0.3 * min(strong + weak - 1, 2)
                weights[reason] += _weight(found, beside) * times * (1 if strong else _WEAK)
    return Heard(
        telling="\n".join(sentence for sentence, telling in zip(sentences, tells, strict=True) if telling),
        whole=text,
        weights=dict(weights),
    )


def specific(weights: dict[DelayReason, float]) -> dict[DelayReason, float]:
    """The weights with rarer reasons before those that only suffer from them."""
    return {reason: weight * _SPECIFIC.get(reason, 1.0) for reason, weight in weights.items()}


def _weight(found: Counter[str], beside: bool) -> float:
    if found["because"]:
        return _BOTH if found["late"] else _CAUSE
    return _LATE if found["late"] else _BESIDE if beside else _ELSEWHERE


class RuleReason:
    """The `ReasonModel` port by signal words."""

    name = "reason rules"
    digest = "rules"

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]:
        """The reason with the weightiest signal words; (UNKNOWN, 0.6) where there is none."""
        weights = heard(texts).weights
        if not weights:
            return DelayReason.UNKNOWN, 0.6
        weights = specific(weights)
        best = max(STATED, key=lambda reason: weights.get(reason, 0.0))
        rest = sum(weights.values()) - weights[best]
        return best, round(weights[best] / (weights[best] + rest + 0.3), 4)
