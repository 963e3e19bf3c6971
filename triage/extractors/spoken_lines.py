"""What a sentence says of one line, as a statement; and whether it can be said of that line at all.

Goods that a sentence does not name are those of the sentence before, unless its numbers belong elsewhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from triage.domain import units
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement
from triage.extractors import anchors, clause_days, cues, numbers, quantities, quantity_roles, topics, vocabulary
from triage.extractors.anchor import Anchor, anchor_at
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.hints import Candidate

_MUCH_MORE = Decimal("1.5")  # times what was ordered: no rounding up to full packs
_NEAR, _FAR = Decimal("0.1"), Decimal("0.35")  # of a price, by which it is a line's or is none of it
_LABEL = re.compile(r"^\W{0,3}((?:[^\W\d_]+['’\s]){0,3}[^\W\d_]{3,})\s?[:：]")


#: "… and the 16 port cleats likewise": as was said just before.
_LIKEWISE = re.compile(
    r"(?<![^\W\d_])(?:ebenfalls|ebenso|gleichfalls|auch|dito|also|too|as well|likewise|ditto|également"
    r"|aussi|idem|de même|también"
    r"|igualmente|anche|pure|altrettanto|ook|eveneens|idem|również|także|też|também|da)(?![^\W\d_])|同样|也|も同様|も同じ",
    re.IGNORECASE,
)


def with_others(text: str, values: Values, told: Sequence[LineStatement], sentence: Sequence[LineStatement]) -> Values:
    """The values with the day of the goods before, where these come "in the same lorry", or "likewise".

    told: all statements before; sentence: those of the same sentence.
    """
    if values.promised is not None or (values.disposition and values.disposition.value is not Disposition.ACCEPTED):
        return values
    if cues.has(text, "delay", "reject", "cancel", "not_yet_known"):
        return values
    same = cues.has(text, "same_shipment") or (bool(sentence) and _LIKEWISE.search(text) is not None)
    dated = [line.promised for line in (told if cues.has(text, "same_shipment") else sentence) if line.promised]
    if not same or not dated:
        return values
    day = next((line.promised for line in told if line.promised and _names_count(text, line)), dated[-1])
    return replace(values, promised=replace(day, confidence=min(day.confidence, 0.75)))


def codes_of(found: Sequence[Anchor], sentence: Sentence, context: Context) -> dict[int, Stated[str]]:
    """The codes by which a sentence calls lines of ours, by the id of the line."""
    return {
        anchor.candidates[0].line.id: Stated(
            value=anchor.text, evidence=context.evidence(anchor.text, page=sentence.page), confidence=anchor.confidence,
            source="prose",
        )
        for anchor in found
        if anchor.by == "code" and len({item.line.id for item in anchor.candidates}) == 1
    }  # fmt: skip


def with_code(line: LineStatement, codes: Mapping[int, Stated[str]]) -> LineStatement:
    """The statement with the code that another sentence names for its goods."""
    code = codes.get(line.anchor) if line.anchor is not None else None
    if line.codes or code is None or (line.disposition and line.disposition.value is Disposition.SUBSTITUTED):
        return line
    return replace(line, codes=(code,))


def _names_count(text: str, line: LineStatement) -> bool:
    """ "In the same lorry as the 300": the goods that were counted so."""
    said = {item.value for hit in cues.hits(text, "same_shipment") for item in numbers.find_numbers(text[hit.end :])}
    return line.quantity is not None and line.quantity.value in said


def line_of(sentence: Sentence, anchor: Anchor, values: Values, context: Context) -> LineStatement:
    """The statement of a sentence about the goods of an anchor."""
    orders = {item.order.id for item in anchor.candidates}
    lone = anchor.candidates[0] if len({item.line.id for item in anchor.candidates}) == 1 else None
    confidence = anchor.confidence if len(orders) <= 1 else anchor.confidence * 0.7
    place = context.evidence(anchor.text, page=sentence.page)
    substituted = values.disposition is not None and values.disposition.value is Disposition.SUBSTITUTED
    code = Stated(value=anchor.text, evidence=place, confidence=confidence, source="prose")
    return LineStatement(
        evidence=context.evidence(sentence.text, page=sentence.page),
        codes=(code,) if anchor.by == "code" or anchor.code else (),
        quantity=values.quantity,
        unit=values.unit,
        price=values.price,
        promised=values.promised,
        former_date=values.former_date,
        ordered_quantity=values.ordered_quantity,
        disposition=values.disposition,
        remainder=values.remainder,
        substitute_code=anchors.substitute(sentence.text, anchor, context) if substituted else None,
        anchor=lone.line.id if lone else None,
        anchored_by=anchor.by,
    )


def told_in_part(lines: Sequence[LineStatement], goods: Sequence[Anchor]) -> bool:
    """Of the goods less than what was ordered was told."""
    mine = {item.line.id: item.line for anchor in goods for item in anchor.candidates}
    return any(
        line.anchor in mine and line.quantity is not None and line.quantity.value < mine[line.anchor].quantity
        for line in lines
    )


def has_day(lines: Sequence[LineStatement], anchor: Anchor) -> bool:
    """One of the statements tells a day for the goods of an anchor."""
    ids = {item.line.id for item in anchor.candidates}
    return any(line.anchor in ids and line.promised is not None for line in lines)


def contradicts(text: str, values: Values, lines: Sequence[LineStatement], anchor: Anchor) -> bool:
    """Another day for all of the goods, with no word of a change: it is of goods that the sentence names otherwise."""
    if _settled_before(text, values, lines, anchor):
        return True
    if values.promised is None or values.quantity is not None or values.remainder:
        return False
    ids = {item.line.id for item in anchor.candidates}
    told = [line for line in lines if line.anchor in ids and line.promised is not None]
    days = {line.promised.value for line in told if line.promised is not None}
    accepted = values.disposition is not None and values.disposition.value is Disposition.ACCEPTED
    settled = (accepted or cues.affirmed(text, "as_ordered")) and not cues.has(
        text, "delay", "instead_of", "new", "correction"
    )
    return settled and bool(days) and values.promised.value not in days


def _settled_before(text: str, values: Values, lines: Sequence[LineStatement], anchor: Anchor) -> bool:
    """ "The lamps are not affected, as ordered", after these goods got a day: it is of goods that we did not know."""
    if values.quantity or values.price or values.promised or values.former_date or values.remainder:
        return False
    fate = values.disposition
    if fate is None or fate.value is not Disposition.ACCEPTED or not cues.affirmed(text, "as_ordered", "unaffected"):
        return False
    if any(vocabulary.phrases_in(text, name) for name in ("labels.prices", "columns.unit_price", "labels.quantities")):
        return False
    ids = {item.line.id for item in anchor.candidates}
    return any(line.anchor in ids and line.promised is not None and line.disposition is None for line in lines)


def after_told(values: Values, before: Sequence[LineStatement], sentence: Sentence, context: Context) -> Values:
    """The values with the day that "the other four two weeks later" counts from the one told last for these goods."""
    told = [line.promised for line in before if line.promised is not None]
    if values.quantity is None or not told:
        return values
    day = clause_days.later_than(told[-1], sentence.text, sentence, context)
    if values.promised is not None and (day is None or not clause_days.is_span(sentence.text, values.promised)):
        return values
    return replace(values, promised=day, remainder=values.remainder or day is not None)


def without_vague_substitute(text: str, values: Values, context: Context) -> Values:
    """ "There will be a successor in summer" names nothing that is delivered instead."""
    fate = values.disposition
    if fate is None or fate.value is not Disposition.SUBSTITUTED or topics.names_goods(text, context):
        return values
    return replace(values, disposition=None)


def fits(text: str, values: Values, goods: Sequence[Anchor], candidates: Sequence[Candidate]) -> bool:
    """The values can be those of the goods that were named before, and are not plainly another line's."""
    mine = [item.line for anchor in goods for item in anchor.candidates]
    ids = {line.id for line in mine}
    others = [item.line for item in candidates if item.line.id not in ids]
    if not mine or not others:
        return True
    if (values.quantity or values.price or values.promised) and is_of_others(text):
        return False
    if values.quantity is not None:
        said = values.quantity.value
        if all(said > line.quantity * _MUCH_MORE for line in mine) and any(said <= line.quantity for line in others):
            return False
        unit = units.find_unit(values.unit.value) if values.unit else None
        if unit and unit not in {units.find_unit(line.uom) for line in mine}:
            return unit not in {units.find_unit(line.uom) for line in others}
    if values.price is not None:
        price = values.price.value.per_unit
        if all(_off(price, line.price) > _FAR for line in mine):
            return not any(_off(price, line.price) < _NEAR for line in others)
    return True


def _off(price: Decimal, ours: Decimal) -> Decimal:
    return abs(price - ours) / ours if ours else Decimal(1)


def is_of_others(text: str) -> bool:
    """ "Les cylindres : 120 pièces": a label that is no word of ours opens a statement about goods not named before."""
    match = _LABEL.match(text)
    return match is not None and not any(vocabulary.phrases_in(match.group(1), name) for name in vocabulary.sections())


def by_sum(text: str, context: Context, candidates: Sequence[Candidate]) -> list[Anchor]:
    """ "300 now, the other 200 on 26 April": quantities that together are what exactly one line has ordered or open."""
    said = [item for item in quantities.in_text(text, context, candidates) if item.role is quantity_roles.Use.STATED]
    if len(said) < 2 or len({item.value for item in said}) > len(said):
        return []
    total = sum((item.value for item in said), Decimal(0))
    meant = [item for item in candidates if total in (item.line.quantity, item.line.open_quantity)]
    if len({item.line.id for item in meant}) != 1:
        return []
    return [anchor_at(text, said[0].start, said[-1].end, meant, "quantity", 0.7)]
