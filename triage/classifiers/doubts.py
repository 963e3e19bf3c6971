"""All reasons why a person must read the message itself."""

from collections.abc import Iterator, Sequence
from datetime import date

from triage.classifiers import gaps, leftovers, plausible
from triage.domain.assessment import (
    Confirmation,
    ConfirmedLine,
    Deviation,
    DeviationType,
    Doubt,
    DoubtCode,
    Judged,
    Kind,
)
from triage.domain.document import Reading
from triage.domain.policy import Policy
from triage.domain.statement import Statement

_NEEDS_LINES = {Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE, Kind.SHIPPING_NOTICE, Kind.INVOICE}
#: The kind is asked about below this confidence: set so that few of the sure ones are wrong.
KIND_BAR = 0.65


def _of_deviations(found: Sequence[Deviation]) -> Iterator[Doubt]:
    types = {item.type: item for item in found}
    if DeviationType.SUSPICIOUS_CONTENT in types:
        yield Doubt(code=DoubtCode.SUSPICIOUS, reason=types[DeviationType.SUSPICIOUS_CONTENT].reason)
    if DeviationType.UNREADABLE_DOCUMENT in types:
        yield Doubt(code=DoubtCode.UNREADABLE, reason=types[DeviationType.UNREADABLE_DOCUMENT].reason)
    if DeviationType.BANK_DETAILS_CHANGE in types:
        yield Doubt(code=DoubtCode.SUSPICIOUS, reason="Bank details must be checked by a person.")
    if DeviationType.UNMATCHED_REFERENCE in types:
        item = types[DeviationType.UNMATCHED_REFERENCE]
        yield Doubt(code=DoubtCode.UNKNOWN_ORDER, reason=item.reason, evidence=item.evidence)


def _of_lines(lines: Sequence[ConfirmedLine], policy: Policy) -> Iterator[Doubt]:
    for line in lines:
        if line.line is not None and line.confidence < policy.review_below:
            yield Doubt(
                code=DoubtCode.LOW_CONFIDENCE,
                reason=f"Line {line.line_number} of {line.order_name} was read with little certainty.",
                evidence=line.evidence[:1],
            )


def _of_reading(reading: Reading, statement: Statement, confirmation: Confirmation, kind: Judged) -> Iterator[Doubt]:
    for text in statement.doubts:
        yield Doubt(code=DoubtCode.UNREADABLE, reason=f"Part of a structured document is unclear: {text[:120]}.")
    if statement.unplaced and kind.kind in _NEEDS_LINES:
        reason = "A sentence states something of goods that could not be told from the others."
        yield Doubt(code=DoubtCode.UNMATCHED_LINE, reason=reason, evidence=statement.unplaced[:3])
    left = leftovers.leftovers(statement, confirmation) if kind.kind in _NEEDS_LINES else ()
    for item in left[:3]:
        reason = f"The message names a {item.kind.value} that no line of the order explains."
        yield Doubt(code=DoubtCode.UNMATCHED_LINE, reason=reason, evidence=(item.evidence,))
    if any(part.ocr for part in reading.parts):
        yield Doubt(code=DoubtCode.OCR, reason="A document was read from a picture.", needs_person=False)
    if kind.confidence < KIND_BAR:
        yield Doubt(code=DoubtCode.KIND_UNSURE, reason="It is not clear what kind of message this is.")
    if kind.kind in _NEEDS_LINES and not confirmation.lines and not reading.unreadable:
        if confirmation.orders:
            reason = "The message is about an order, but nothing about its lines could be read."
            yield Doubt(code=DoubtCode.UNMATCHED_LINE, reason=reason)
        else:
            yield Doubt(code=DoubtCode.UNKNOWN_ORDER, reason="The message is about an order that could not be found.")


def _written_on(reading: Reading) -> date | None:
    return reading.headers.date.date() if reading.headers.date else None


def doubts(
    reading: Reading,
    statement: Statement,
    confirmation: Confirmation,
    kind: Judged,
    found: Sequence[Deviation],
    policy: Policy,
) -> tuple[Doubt, ...]:
    """Every doubt once, those of matching first."""
    everything = [
        *confirmation.doubts,
        *_of_deviations(found),
        *plausible.doubts(found, confirmation.lines, kind.kind, _written_on(reading)),
        *gaps.doubts(confirmation, kind.kind),
        *gaps.unsaid(confirmation, statement.mentioned, kind.kind),
        *_of_lines(confirmation.lines, policy),
        *_of_reading(reading, statement, confirmation, kind),
    ]
    return tuple({(item.code, item.reason): item for item in everything}.values())
