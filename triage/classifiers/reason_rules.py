"""The reason of a delay by signal words of eleven languages (`reasons.yaml`). Unknown where none is stated."""

import re
from collections.abc import Collection
from functools import cache
from importlib import resources

from triage.domain.assessment import DelayReason
from triage.extractors.calendar_words import plain_in_place


@cache
def _patterns() -> dict[DelayReason, re.Pattern[str]]:
    import yaml

    source = resources.files("triage.classifiers") / "reasons.yaml"
    content: dict[str, str] = yaml.safe_load(source.read_text(encoding="utf-8"))
    found = {}
    for name, text in content.items():
        phrases = {plain_in_place(item.strip()) for item in text.split("|") if item.strip()}
        found[DelayReason(name)] = re.compile("|".join(sorted(map(_expression, phrases), key=len, reverse=True)))
    return found


def _expression(phrase: str) -> str:
    stem = phrase.rstrip("*")
    body = re.escape(stem.lstrip("*")).replace(r"\ ", r"\s+").replace(r"\*", r"[^\W\d_]*")
    if stem.startswith("*"):
        return body + (r"[^\W\d_]*" if phrase.endswith("*") else r"(?![^\W_])")
    if "\u3040" <= stem[0] <= "\u9fff":
        return body
    return rf"(?<![^\W_]){body}" + (r"[^\W\d_]*" if phrase.endswith("*") else r"(?![^\W_])")


class RuleReason:
    """The `ReasonModel` port by signal words."""

    name = "reason rules"
    digest = "rules"

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]:
        """The reason with the most signal words; (UNKNOWN, 0.6) where there is none."""
        text = plain_in_place("\n".join(texts))[:6000]
        counts = {reason: len(set(pattern.findall(text))) for reason, pattern in _patterns().items()}
        best = max(counts, key=lambda reason: counts[reason])
        if not counts[best]:
            return DelayReason.UNKNOWN, 0.6
        rest = sum(counts.values()) - counts[best]
        return best, round(counts[best] / (counts[best] + rest + 0.3), 4)
