"""A place in a text that speaks of a known order line."""

from collections.abc import Iterable
from dataclasses import dataclass

from triage.extractors.hints import Candidate


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


def anchor_at(text: str, start: int, end: int, candidates: Iterable[Candidate], by: str, confidence: float) -> Anchor:
    """The anchor of a stretch of a text."""
    return Anchor(
        start=start, end=end, text=text[start:end], candidates=tuple(candidates), by=by, confidence=confidence
    )
