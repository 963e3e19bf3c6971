"""What the sentences of a message name, whatever was made of it: days to come, counts of goods, prices.

The readers of lines take from this what they understand. What no reader took and no order explains was overlooked.
"""

from collections.abc import Iterator, Sequence

from triage.domain import units
from triage.domain.statement import Loose, LooseKind
from triage.extractors import anchors, clause_prices, cues, quantities, regions, topics, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.quantity_roles import Use

_LONGEST = 400  # characters; more is small print
_MOST = 60  # values of a message
_FAR = 2  # an amount this many times off our prices is no price of our goods


def named(sentences: Sequence[Sentence], context: Context) -> tuple[Loose, ...]:
    """Days, counts and prices that the sentences name, at most 60."""
    found: list[Loose] = []
    for sentence in sentences:
        found.extend(_of(sentence, context))
        if len(found) >= _MOST:
            break
    return tuple(found[:_MOST])


def _of(sentence: Sentence, context: Context) -> Iterator[Loose]:
    text = sentence.text
    if len(text) > _LONGEST or any(vocabulary.phrases_in(text, name) for name in topics.OTHER_DAYS):
        return
    place = context.evidence(text, page=sentence.page)
    if topics.names_a_day(sentence, context):
        for day in cues.dates_in(text, context):
            if day.value > context.today and not cues.behind_former(text, day):
                yield Loose(kind=LooseKind.DAY, day=day.value, evidence=place)
    covered = regions.covered(text, anchors.find_anchors(text, context.hints))
    own = {units.find_unit(item.line.uom) for item in context.hints.candidates}
    for item in quantities.in_text(covered, context, context.hints.candidates):
        if item.role is Use.STATED and item.unit and units.find_unit(item.unit) in own:
            yield Loose(kind=LooseKind.COUNT, number=item.value, evidence=place)
    ours = {item.line.price for item in context.hints.candidates if item.line.price}
    for amount in clause_prices.unit_amounts(covered, context):
        if any(price / _FAR < amount < price * _FAR for price in ours):
            yield Loose(kind=LooseKind.PRICE, number=amount, evidence=place)
