"""Several deliveries told in one stretch: quantities with days of their own, and the rest that follows."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from triage.domain.evidence import Stated
from triage.extractors import (
    clause_days,
    clause_prices,
    clause_values,
    clauses,
    cues,
    quantities,
    quantity_roles,
    regions,
)
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.hints import Candidate


def split_values(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> list[Values]:
    """The values of a stretch of text; several where quantities are paired with days of their own."""
    found = quantities.in_text(text, context, candidates)
    stated = [item for item in found if item.role is quantity_roles.Use.STATED]
    days = [day for day in cues.dates_in(text, context) if not clause_days.is_reference(text, day)]
    days = [day for day in days if not cues.behind_former(text, day) and not cues.misses(text, day, days)]
    distinct = len({day.value for day in days})
    if len(stated) >= 2 and distinct >= 2:
        pairs = _pairs(stated, days, text)
        if len(pairs) >= 2:
            return _paired(text, pairs, stated, days, sentence, context, candidates)
    cut = _rest_begins(text, stated, days, distinct)
    if cut is not None:
        first, rest = text[:cut], text[cut:]
        if cues.has(rest, "cancel", "reject", "discontinued"):
            # "150 now, the remaining 50 are cancelled": a shortage, no second delivery.
            return [clause_values.values_of(first, sentence, context, candidates)]
        now = _counted(
            clause_values.values_of(first, sentence, context, candidates), stated, (0, cut), sentence, context
        )
        later = clause_values.values_of(rest, sentence, context, candidates)
        later = _counted(later, stated, (cut, len(text)), sentence, context)
        if later.promised is None and now.promised is not None:
            later = replace(later, promised=clause_days.later_than(now.promised, rest, sentence, context))
        return [now, replace(later, remainder=True)]
    return [clause_values.values_of(text, sentence, context, candidates)]


def _counted(
    values: Values,
    stated: Sequence[quantity_roles.FoundQuantity],
    stretch: tuple[int, int],
    sentence: Sentence,
    context: Context,
) -> Values:
    """The number of a stretch counts by the whole sentence: "24 in time, the last 6 on …" of 30."""
    mine = [item for item in stated if stretch[0] <= item.start < stretch[1]]
    if len(mine) != 1:
        return values
    known = values.quantity
    if known is not None and known.value == mine[0].value and known.confidence >= mine[0].confidence:
        return values
    place = context.evidence(mine[0].text, page=sentence.page)
    return replace(
        values, quantity=Stated(value=mine[0].value, evidence=place, confidence=mine[0].confidence, source="prose")
    )


def _paired(
    text: str,
    pairs: Sequence[tuple[int, int]],
    stated: Sequence[quantity_roles.FoundQuantity],
    days: Sequence[FoundDate],
    sentence: Sentence,
    context: Context,
    candidates: Sequence[Candidate],
) -> list[Values]:
    """The values of each stretch; its number counts by the whole sentence, and a price is said of all of them."""
    price = clause_prices.price(text, sentence, context, candidates)
    found = []
    for start, end in pairs:
        values = clause_values.values_of(text[start:end], sentence, context, candidates)
        mine = next(item for item in stated if start <= item.start < end)
        # "60 in two lots: 30 on …, 30 on …": the number that the whole sentence pairs with this day.
        values = _counted(values, [mine], (start, end), sentence, context)
        day = [item for item in days if start <= item.start < end]
        if values.promised is not None and len(day) == 1 and day[0].value != values.promised.value:
            # "6 on 8 March and the other 4 on the 15th": the month was told before.
            values = replace(values, promised=replace(values.promised, value=day[0].value))
        found.append(replace(values, price=values.price or price))
    return found


def _rest_begins(
    text: str, stated: Sequence[quantity_roles.FoundQuantity], days: Sequence[FoundDate], distinct: int
) -> int | None:
    """Where "… and the balance on …" begins: behind the first quantity or day, with a quantity or day of its own."""
    for hit in sorted(
        [*cues.hits(text, "remainder", "backorder"), *clause_values.rest_words(text)], key=lambda item: item.start
    ):
        if regions.WITH.search(text[: hit.start]):
            # "20 with the rest of your order and 10 in week 46"; "15 travel with the rest in May"
            second = [item.start for item in stated[1:] if item.start > hit.start]
            if second:
                return second[0]
            continue
        # "los 15 restantes": the number of the rest stands before the word for it.
        own = [
            item
            for item in stated
            if 0 <= hit.start - item.end <= 4 and not re.search(r"[,;.:，；]", text[item.end : hit.start])
        ]
        start = own[-1].start if own else hit.start
        if _ROW_GAPS.search(text[: hit.start]) and len(stated) == 1:
            continue  # "A-100   50 pcs   17.40   rest, two weeks later": a row of its own for the rest
        before = any(item.end <= start for item in stated)
        behind = any(item.start >= start for item in stated) or any(day.start >= start for day in days)
        behind = behind or bool(clause_days.shifts_behind(text[start:]))
        if before and behind:
            return start
    return None


def _pairs(
    stated: Sequence[quantity_roles.FoundQuantity], days: Sequence[FoundDate], text: str
) -> list[tuple[int, int]]:
    """Stretches that each hold one quantity and one day."""
    leading = days[0].start < stated[0].start
    places = [(day.start, day.end) for day in days] if leading else [(item.start, item.end) for item in stated]
    starts = _starts(places, text)
    ends = [*starts[1:], len(text)]
    stretches = [(0 if index == 0 else start, end) for index, (start, end) in enumerate(zip(starts, ends, strict=True))]
    return [
        (start, end)
        for start, end in stretches
        if sum(start <= item.start < end for item in stated) == 1 and any(start <= day.start < end for day in days)
    ]


def _starts(places: Sequence[tuple[int, int]], text: str) -> list[int]:
    """Where the stretch of each begins: "… on 24-9 and the remaining 800": the words before a number belong to it.

    places: (start, end) of the numbers or days that lead.
    """
    starts = [places[0][0]]
    for (_, end), (start, _) in itertools.pairwise(places):
        breaks = clauses.breaks(text, end, start)
        rest = [found for found in breaks if not _DATE_MARK.search(text[found.end() : start])]
        starts.append(rest[-1].start() if rest else start)
    return starts


_ROW_GAPS = re.compile(r"\S(?: {2,}|\t)\S.*\S(?: {2,}|\t)\S")
_DATE_MARK = re.compile(r"\d")
