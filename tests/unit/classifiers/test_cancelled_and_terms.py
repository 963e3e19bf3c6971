"""What belongs to a cancellation or a price letter: lines that fall together, days that were over, new terms."""

from datetime import UTC, date, datetime

import pytest
from classifier_examples import book, our_line, our_order

from triage.classifiers import assess, message_deviations
from triage.domain.assessment import Confirmation, ConfirmedLine, Judged, Kind
from triage.domain.document import Headers, Part, PartRole, Reading, TextLine
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Term, TermKind
from triage.extractors import extract as extracting

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)


def told(line, text, *, fate=None, promised=None):
    place = Evidence(part="body", text=text)
    said = Stated(value=fate, evidence=place, confidence=0.9, source="prose") if fate else None
    return ConfirmedLine(
        statement=LineStatement(evidence=place, disposition=said), order=None, line=line, matched_by="code",
        product_code=None, supplier_product_code=None, quantity=None, price=None, promised=promised, status=None,
        confidence=0.9,
    )  # fmt: skip


def test_goods_cancelled_in_one_sentence_fall_together() -> None:
    one, other, third = our_line(number=1), our_line(number=2), our_line(number=3)
    both = "Please cancel both A and B of your order of 2 October."
    past = date(2026, 10, 2)
    confirmation = Confirmation(
        orders=(),
        lines=(
            told(one, both, promised=past),
            told(other, both, fate=Disposition.REJECTED, promised=past),
            told(third, "C comes.", promised=date(2026, 10, 20)),
        ),
    )
    found = assess._cancelled_together(assess._without_past_days(confirmation, NOW.date())).lines
    assert [line.promised for line in found] == [None, None, date(2026, 10, 20)]
    fates = [line.statement.disposition and line.statement.disposition.value for line in found]
    assert fates == [Disposition.REJECTED, Disposition.REJECTED, None]


def terms(*lines):
    part = Part(
        name="body", role=PartRole.BODY, media_type="text/plain", lines=tuple(TextLine(text=text) for text in lines)
    )
    reading = Reading(headers=Headers(subject="", sender=None, date=NOW), parts=(part,), languages=("en",))
    return [item.value for item in extracting.extract(reading, book(), NOW).terms if item.kind is TermKind.PAYMENT]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (("Betaling: 21 dagen netto (nieuw, was 60 dagen)",), ["21"]),
        (("Nos factures sont payables à 20 jours, et non plus 60 jours.",), ["20"]),
        (("Payment terms change from 60 to 30 days.",), ["30"]),
        (("付款方式由 60 天改为", "30% 预付，余款发货前付清。"), ["0"]),
        (("Prices firm 30 days. Standard terms and conditions apply.",), []),
    ],
)
def test_the_new_term_counts(lines, days) -> None:
    assert terms(*lines) == days


@pytest.mark.parametrize(("ours", "expected"), [("60 Days", 1), ("30 Days", 0)])
def test_a_price_letter_with_another_term(ours: str, expected: int) -> None:
    term = Term(kind=TermKind.PAYMENT, value="30", evidence=Evidence(part="body", text="30 days"), confidence=0.85)
    kind = Judged(kind=Kind.PRICE_CHANGE_NOTICE, confidence=0.9, source="test")
    confirmation = Confirmation(orders=(), lines=(), terms=(term,))
    orders = book(our_order(our_line(), payment_term=ours))
    found = message_deviations._letter_terms(confirmation, kind.kind, orders)
    assert len(list(found)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The minimum order rises from 150 to 300 EUR.", 1),
        ("Der Mindestbestellwert steigt auf 300 EUR.", 1),
        ("L'importo minimo d'ordine passa da 150 a 300 euro.", 1),
        ("Minimum order 150 EUR.", 0),
    ],
)
def test_a_price_letter_with_another_smallest_order(text: str, expected: int) -> None:
    term = Term(kind=TermKind.MINIMUM, value=text, evidence=Evidence(part="body", text=text), confidence=0.7)
    confirmation = Confirmation(orders=(), lines=(), terms=(term,))
    found = message_deviations._letter_terms(confirmation, Kind.PRICE_CHANGE_NOTICE, book(our_order(our_line())))
    assert len(list(found)) == expected
