"""Cuts a sentence that speaks of several orders where each of them has its own say."""

import itertools
from dataclasses import replace

from triage.extractors import cues, regions, shifts
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.references import OrderNumbers

_SAYS = ("delay", "as_ordered", "confirm", "reject", "cancel", "backorder", "shipped", "not_yet_known")


def pieces(sentence: Sentence, finder: OrderNumbers, context: Context) -> list[tuple[str | None, Sentence]]:
    """(order or None, what is said of it). Orders that are only listed share the whole sentence."""
    places: dict[str, int] = {}
    for name, start in finder.mentions(sentence.text):
        places.setdefault(name, start)
    names = list(places)
    if len(names) < 2:
        return [(names[0] if names else None, sentence)]
    text = sentence.text
    cuts = [0]
    for left, right in itertools.pairwise(names):
        between = text[places[left] : places[right]]
        cuts.append(places[left] + regions.last_break(between))
    found = [replace(sentence, text=text[start:end]) for start, end in itertools.pairwise([*cuts, len(text)])]
    if all(_has_say(piece.text, context) for piece in found):
        return list(zip(names, found, strict=True))
    return [(name, sentence) for name in names]


def _has_say(text: str, context: Context) -> bool:
    return bool(cues.dates_in(text, context) or shifts.find_shifts(text) or cues.has(text, *_SAYS))
