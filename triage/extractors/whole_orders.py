"""What a sentence that names no goods says about the whole order, about each of its lines, or about the other lines."""

from dataclasses import replace

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, WholeOrder
from triage.extractors import cues, regions, vocabulary
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context

_OPENS = 6  # characters before the words that open a sentence


def is_whole(text: str) -> bool:
    """The sentence speaks of all lines, or of all other lines."""
    return cues.has(text, "all_lines", "every_line") or bool(regions.of_others(text))


def is_about_some(text: str, values: Values) -> bool:
    """A quantity, or a rest, of goods that the sentence does not name so that we know them: not the whole order."""
    if is_whole(text):
        return False
    part = cues.has(text, "short", "partial", "missing") or values.remainder
    counted = values.quantity is not None and values.unit is not None
    opens = any(hit.start <= _OPENS for hit in cues.hits(text, "remainder"))
    return (counted and (part or values.promised is not None)) or (opens and values.promised is not None)


def _excepts_below(text: str) -> bool:
    """ "All confirmed, except:" - the exceptions stand in the lines below."""
    return any(not text[hit.end :].strip(" :–-.") for hit in cues.hits(text, "except"))


def whole_order(sentence: Sentence, values: Values, context: Context, order: str | None) -> WholeOrder | None:
    """The statement about the order; None where the sentence makes none. values: what the sentence says."""
    text = sentence.text
    others = bool(regions.of_others(text))
    as_ordered = cues.affirmed(text, "as_ordered") or (cues.affirmed(text, "others_unchanged") and others)
    if values.promised is None and values.disposition is None and not as_ordered:
        return None
    place = context.evidence(text, page=sentence.page)
    if as_ordered and others:
        # "The rest as ordered" accepts the other lines; the rest is no backorder here.
        fate = Stated(value=Disposition.ACCEPTED, evidence=place, confidence=0.8, source="prose")
        values = replace(values, disposition=fate)
    price = bool(vocabulary.phrases_in(text, "columns.unit_price"))
    day = not others and bool(
        vocabulary.phrases_in(text, "labels.delivery_date") or vocabulary.phrases_in(text, "columns.promised_date")
    )
    amount = bool(vocabulary.phrases_in(text, "columns.quantity"))
    # "All others unchanged" accepts them; it states no quantity, price or date of theirs.
    all_of_it = as_ordered and not (price or day or amount) and not others
    return WholeOrder(
        evidence=place,
        order_number=order,
        disposition=values.disposition,
        promised=values.promised,
        others_only=others,
        every_line=cues.has(text, "every_line") or _excepts_below(text),
        confirms_quantity=as_ordered and (amount or all_of_it),
        confirms_price=as_ordered and (price or all_of_it),
        confirms_date=as_ordered and (day or all_of_it) and values.promised is None,
    )
