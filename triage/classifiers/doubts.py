"""All reasons why a person must read the message itself."""

import re
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


_STATED_CHANGES = frozenset(
    (
        DeviationType.LATE_DELIVERY,
        DeviationType.EARLY_DELIVERY,
        DeviationType.LINE_REJECTED,
        DeviationType.QUANTITY_SHORT,
        DeviationType.DUPLICATE_DOCUMENT,
    )
)
#: Goods that are kept back until others are there, in eleven languages.
_HELD = re.compile(
    r"(?<![^\W\d_])(?:(?:hold|keep)(?:ing)? (?:them|it|these|those|the \w+) (?:back|here)|held back"
    r"|(?:send|ship|go|travel)\w*"
    r" (?:it |them |everything )?(?:all )?together"
    r"|halten wir (?:\w+ )?zur[üu]ck|zur[üu]ckgehalten|alles (?:zusammen|miteinander)"
    r"|nous (?:les )?gardons|tout (?:partira )?ensemble"
    r"|l[oa]s (?:guardamos|retenemos)|todo junto|(?:li|le) teniamo|viagger(?:anno|à) insieme"
    r"|houden (?:we|wij) (?:ze )?(?:hier|vast|achter)"
    r"|alles (?:samen|tegelijk)|zatrzym(?:amy|ujemy)|wszystko razem"
    r"|(?:ficam|guardamos) (?:aqui|c[áa])|tudo junto|hepsini birlikte|bekletiyoruz)"
    r"(?![^\W\d_])|一起发|一并发|等齐|まとめて(?:出荷|発送|お送り)",
    re.IGNORECASE,
)


def _of_delay(
    reading: Reading, confirmation: Confirmation, kind: Judged, found: Sequence[Deviation]
) -> Iterator[Doubt]:
    """A delay that no line has, goods that wait for late ones and have no day, and a whole line that comes twice."""
    if kind.kind is Kind.DELAY_NOTICE and confirmation.orders:
        if not any(item.type in _STATED_CHANGES for item in found):
            reason = "The message announces a delay, but no line was read that comes later."
            yield Doubt(code=DoubtCode.INCOMPLETE, reason=reason)
        dated = {line.line.id for line in confirmation.lines if line.line and line.promised is not None}
        ours = [line for order in confirmation.orders for line in order.lines if line.open_quantity > 0]
        body = reading.body.text if reading.body else ""
        if dated and any(line.id not in dated for line in ours) and _HELD.search(" ".join(body.split())):
            reason = "Goods are kept back for others; their day was not read."
            yield Doubt(code=DoubtCode.INCOMPLETE, reason=reason)
    for line in confirmation.lines:
        whole = line.line is not None and line.quantity is not None and line.quantity >= line.line.quantity
        if whole and any(
            other.line is line.line and other.promised is not None and other.promised != line.promised
            for other in confirmation.lines
        ):
            reason = f"Line {line.line_number} of {line.order_name} is told in full, and again for another day."
            yield Doubt(code=DoubtCode.CONTRADICTION, reason=reason, evidence=line.evidence[:1])


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
        *_of_delay(reading, confirmation, kind, found),
        *_of_reading(reading, statement, confirmation, kind),
    ]
    return tuple({(item.code, item.reason): item for item in everything}.values())
