"""Answers below quoted words: which goods are answered for, and what a "yes" accepts of what was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition
from triage.extractors import anchors, clause_values, cues, numbers, quantities, regions, vocabulary
from triage.extractors.anchor import Anchor, anchor_at
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context

_OPENS = 6  # characters before the word that opens an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The goods that quoted words name, how many of them, at what price and for which day."""

    anchor: Anchor
    values: Values


def answered(about: str, context: Context, order: str | None, named: Sequence[str]) -> Answered | None:
    """What an answer below quoted words is about: the goods of the nearest line that names any, where they are one."""
    for line in reversed(about.split("\n")):
        found = regions.narrowed(anchors.find_anchors(line, context.hints), order, named)
        if len({item.line.id for anchor in found for item in anchor.candidates}) != 1:
            found = _by_number(line, context, order, named) or found
        if not found:
            continue
        if len({item.line.id for anchor in found for item in anchor.candidates}) != 1:
            return None
        best = next((anchor for anchor in found if anchor.by == "code"), found[0])
        return Answered(anchor=best, values=_asked(regions.covered(line, found), best, context))
    return None


_NUMBER = re.compile(r"^\W{0,3}(\d{1,3})[.)]?\s{1,8}(?=\D)")


def _by_number(line: str, context: Context, order: str | None, named: Sequence[str]) -> list[Anchor]:
    """A quoted row of our own order begins with the number of its line, and names what was ordered of it."""
    match = _NUMBER.match(line)
    if match is None:
        return []
    mine = [
        item
        for item in context.hints.candidates
        if (item.order.name == order or (order is None and item.order.name in named))
        and int(match.group(1)) in (item.line.number, item.line.number * 10)
    ]
    counts = {item.value for item in numbers.find_numbers(line[match.end() :], decimal_mark=context.decimal_mark)}
    mine = [item for item in mine if item.line.quantity in counts]
    if len({item.line.id for item in mine}) != 1:
        return []
    return [anchor_at(line, match.start(1), match.end(1), mine, "position", 0.85)]


def _asked(line: str, anchor: Anchor, context: Context) -> Values:
    """The quantity that the quoted line names, where it is what was ordered, with its price and its day."""
    ordered = {item.line.quantity for item in anchor.candidates} | {
        item.line.open_quantity for item in anchor.candidates
    }
    counted = Values()
    for item in quantities.in_text(line, context, anchor.candidates):
        if item.value in ordered:
            place = context.evidence(item.text)
            quantity = Stated(value=item.value, evidence=place, confidence=0.85, source="prose")
            unit = Stated(value=item.unit, evidence=place, confidence=0.85, source="prose") if item.unit else None
            counted = Values(quantity=quantity, unit=unit)
            break
    if "?" in line or "？" in line:
        return counted
    said = Sentence(text=line, page=None, first_line=0, paragraph=0)
    values = clause_values.values_of(line, said, context, anchor.candidates)
    return replace(counted, price=values.price, promised=values.promised)


def asks_prices(about: str) -> bool:
    """The quoted words that are answered speak of prices alone."""
    last = next((line for line in reversed(about.split("\n")) if line.strip()), "")
    return bool(vocabulary.phrases_in(last, "labels.prices")) and not vocabulary.phrases_in(
        last, "labels.delivery_date"
    )


def _asked_day(sentence: Sentence, context: Context) -> Stated[date] | None:
    """The one day that quoted words ask about: a bare "yes" below them promises it."""
    days = {found.value for line in sentence.about.split("\n")[-2:] for found in cues.dates_in(line, context)}
    if len(days) != 1:
        return None
    place = context.evidence(sentence.about.split("\n")[-1], page=sentence.page)
    return Stated(value=days.pop(), evidence=place, confidence=0.8, source="prose")


def accepted(sentence: Sentence, values: Values, asked: Values | None, context: Context) -> Values:
    """What an answer says, with what its "yes" accepts of the quoted words.

    "OK 4 pcs and date" accepts the day alone, "agreed" everything; what the answer itself says stands.
    """
    if not sentence.about:
        return values
    text = sentence.text
    yes = cues.hits(text, "affirm")
    opens = bool(yes) and yes[0].start <= _OPENS
    agrees = opens or cues.affirmed(text, "as_ordered", "confirm") or bool(yes and _aspects(text))
    if not agrees or (cues.has(text, "answer_to_come", "question") and not _aspects(text)):
        return values
    aspects = _aspects(text)
    fate = values.disposition
    if fate is None and opens:
        place = context.evidence(text, page=sentence.page)
        fate = Stated(value=Disposition.ACCEPTED, evidence=place, confidence=0.8, source="prose")
    if fate is not None and fate.value is not Disposition.ACCEPTED:
        return values
    known = asked or Values()
    day = known.promised or (_asked_day(sentence, context) if opens else None)
    # A number of its own: of the rest more may be told, and the price is another sentence's.
    whole = not aspects and (values.quantity is None or clause_values.same_count(values, known))
    return replace(
        values,
        disposition=fate,
        promised=values.promised or (day if not aspects or "dates" in aspects else None),
        price=values.price or (known.price if whole or "prices" in aspects else None),
    )


def _aspects(text: str) -> frozenset[str]:
    """The fields that an answer names and agrees to, each in its own stretch: "Menge ok, Preis klären wir noch"."""
    found = set()
    for piece in _PIECES.split(text):
        if not cues.affirmed(piece, "as_ordered", "confirm", "affirm"):
            continue
        found |= {name for name in ("quantities", "dates", "prices") if vocabulary.phrases_in(piece, f"labels.{name}")}
    return frozenset(found)


_PIECES = re.compile(r"[,;.]\s|\s(?:aber|but|mais|ma|pero|maar|ale|mas|fakat|ama)\s", re.IGNORECASE)
