"""A delay that no line has, goods that wait for others, a line told in full twice: a person looks."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from classifier_examples import our_line, our_order

from triage.classifiers import doubts
from triage.domain.assessment import Confirmation, ConfirmedLine, Deviation, DeviationType, Judged, Kind
from triage.domain.document import Headers, Part, PartRole, Reading, TextLine
from triage.domain.evidence import Evidence
from triage.domain.statement import LineStatement

DELAY = Judged(kind=Kind.DELAY_NOTICE, confidence=0.9, source="test")
LATE = Deviation(type=DeviationType.LATE_DELIVERY, reason="Later.", confidence=0.9)


def reading(text):
    body = Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=(TextLine(text=text),))
    headers = Headers(subject="", sender=None, date=datetime(2026, 10, 8, tzinfo=UTC))
    return Reading(headers=headers, parts=(body,), languages=("en",))


def told(line, promised, quantity=None):
    return ConfirmedLine(
        statement=LineStatement(evidence=Evidence(part="body", text="")), order=None, line=line, matched_by="code",
        product_code=None, supplier_product_code=None, quantity=quantity, price=None, promised=promised, status=None,
        confidence=0.9,
    )  # fmt: skip


def found(text, *lines, deviations=(), ours=()):
    confirmation = Confirmation(orders=(our_order(*ours),) if ours else (our_order(our_line()),), lines=lines)
    return [item.code.value for item in doubts._of_delay(reading(text), confirmation, DELAY, deviations)]


def test_a_delay_that_no_line_has():
    assert found("It takes longer.", told(our_line(), date(2026, 10, 20))) == ["incomplete"]
    assert found("It takes longer.", told(our_line(), date(2026, 10, 20)), deviations=(LATE,)) == []


def test_goods_that_wait_for_others():
    one, other = our_line(number=1), our_line(number=2)
    other = replace(other, id=one.id + 1)
    for text in ("We hold them back.", "Wir schicken alles miteinander.", "一起发。"):
        assert found(text, told(one, date(2026, 11, 20)), deviations=(LATE,), ours=(one, other)) == ["incomplete"]
    assert found("They are ready.", told(one, date(2026, 11, 20)), deviations=(LATE,), ours=(one, other)) == []


def test_a_line_told_in_full_twice():
    line = our_line()
    lines = (told(line, date(2026, 10, 20), line.quantity), told(line, date(2026, 11, 20)))
    assert found("", *lines, deviations=(LATE,)) == ["contradiction"]
    part = (told(line, date(2026, 10, 20), line.quantity - Decimal(1)), told(line, date(2026, 11, 20)))
    assert found("", *part, deviations=(LATE,)) == []
