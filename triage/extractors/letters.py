"""Reads price letters: by how many percent a range of goods changes, and from when."""

import re
from decimal import Decimal

from triage.domain.evidence import Stated
from triage.domain.statement import PriceChange
from triage.extractors import cues, numbers, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context

_CLAUSE = re.compile(r"[,;:()（），；。]\s*(?!\d)")
_LARGEST = Decimal(60)  # percent; more is a discount scale or a material share, no price change


def price_change(sentence: Sentence, context: Context) -> PriceChange | None:
    """The change a sentence announces for prices in general; None where it announces none."""
    text = sentence.text
    if not cues.has(text, "price_increase", "price_decrease", "price_change"):
        return None
    evidence = context.evidence(text, page=sentence.page)
    found = [item for item in numbers.find_numbers(text, decimal_mark=context.decimal_mark) if item.percent]
    found = [item for item in found if 0 < abs(item.value) <= _LARGEST]
    percent = None
    causes = [item for item in found if _is_cause(text, item)]
    if causes and not vocabulary.phrases_in(text, "labels.prices"):
        found = []  # "the rise of energy (+11 %) and fibre (+7.8 %) can't be absorbed": why, not how much
    elif len({abs(item.value) for item in found}) > 1:
        found = [item for item in found if not _is_cause(text, item)] or found
    if found:
        distinct = {abs(item.value) for item in found}
        value = max(distinct)
        several = len(distinct) > 1  # for different goods: none of them is for all
        falls = cues.affirmed(text, "price_decrease") and not cues.has(text, "price_increase")
        if not several:
            percent = Stated(value=-value if falls else value, evidence=evidence, confidence=0.9, source="prose")
    days = cues.dates_in(text, context)
    valid = None
    if days:
        valid = Stated(value=days[-1].value, evidence=evidence, confidence=0.8 * days[-1].confidence, source="prose")
    elif not found and not vocabulary.phrases_in(text, "labels.price_valid_from"):
        return None
    return PriceChange(percent=percent, valid_from=valid, evidence=evidence)


def _is_cause(text: str, item: numbers.FoundNumber) -> bool:
    """The clause of a percentage tells what went up for the supplier: materials, energy, wages, purchases."""
    left = max((match.end() for match in _CLAUSE.finditer(text[: item.start])), default=0)
    if left and text[left - 1] in "(（":
        # "raw materials (up 11 %)": brackets belong to the words before them.
        left = max((match.end() for match in _CLAUSE.finditer(text[: left - 1])), default=0)
    right = _CLAUSE.search(text, item.end)
    clause = text[left : right.start() if right else len(text)]
    return cues.has(clause, "own_costs") and not vocabulary.phrases_in(clause, "labels.prices")
