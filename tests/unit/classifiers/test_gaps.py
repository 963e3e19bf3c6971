"""What a message should have told and did not, and what it told that is hard to believe."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from classifier_examples import HERE, entry, our_line, our_order

from triage.classifiers import gaps, leftovers, plausible
from triage.domain.assessment import Confirmation, Deviation, DeviationType, DoubtCode, Kind
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Loose, LooseKind, Statement

DAY = date(2026, 5, 4)
FIRST, SECOND = our_line(), our_line(number=2, quantity="12")
ORDER = our_order(FIRST, SECOND)


def told(*lines, order=ORDER):
    return Confirmation(orders=(order,), lines=lines)


def reasons(confirmation, kind=Kind.ORDER_CONFIRMATION):
    return [doubt.reason for doubt in gaps.doubts(confirmation, kind)]


def whole(line, **changes):
    return entry(ORDER, line, **{"quantity": "12", "promised": DAY, **changes})


def test_a_confirmation_that_tells_all_lines_alike_leaves_no_doubt():
    assert reasons(told(whole(FIRST), whole(SECOND))) == []


def test_an_open_line_that_a_confirmation_leaves_out_is_asked_about():
    assert reasons(told(whole(FIRST))) == ["P00777 is confirmed, but nothing was read of its line 2."]


def test_a_line_that_was_received_needs_no_confirmation():
    done = our_order(FIRST, our_line(number=2, quantity="12", received="12"))
    assert reasons(told(entry(done, FIRST, quantity="40", promised=DAY), order=done)) == []


@pytest.mark.parametrize("kind", [Kind.DELAY_NOTICE, Kind.SHIPPING_NOTICE])
def test_other_messages_may_speak_of_some_lines_only(kind):
    assert reasons(told(whole(FIRST)), kind) == []


def test_a_field_told_for_some_lines_only_was_overlooked_for_the_others():
    said = told(whole(FIRST, price="10"), whole(SECOND))
    assert reasons(said) == ["The price was read for some lines of P00777, but not for line 2."]


def test_a_rejected_line_has_no_quantity_and_no_day():
    gone = replace(entry(ORDER, SECOND), status=Disposition.REJECTED)
    assert reasons(told(whole(FIRST), gone)) == []


def test_a_confirmation_without_a_day_is_asked_about():
    said = told(entry(ORDER, FIRST, quantity="40"), entry(ORDER, SECOND, quantity="12"))
    assert reasons(said) == ["No promised date was read for line 1 of P00777."]


def test_late_without_a_day_is_no_gap_where_the_line_is_open():
    late = replace(entry(ORDER, FIRST), status=Disposition.BACKORDERED)
    assert reasons(told(late), Kind.DELAY_NOTICE) == []
    assert reasons(told(entry(ORDER, FIRST)), Kind.DELAY_NOTICE) == ["No promised date was read for line 1 of P00777."]


@pytest.mark.parametrize(
    ("kind", "value", "doubted"),
    [
        (DeviationType.PRICE_DEVIATION, {"percent": Decimal("6.5")}, False),
        (DeviationType.PRICE_DEVIATION, {"percent": Decimal(-42)}, True),
        (DeviationType.LATE_DELIVERY, {"days": 27}, False),
        (DeviationType.LATE_DELIVERY, {"days": 365}, True),
        (DeviationType.EARLY_DELIVERY, {"days": 26}, False),
        (DeviationType.EARLY_DELIVERY, {"days": 90}, True),
        (DeviationType.QUANTITY_OVER, {"quantity": Decimal(4)}, False),
        (DeviationType.QUANTITY_OVER, {"quantity": Decimal(360)}, True),
        (DeviationType.QUANTITY_SHORT, {"quantity": Decimal(20)}, False),
        (DeviationType.QUANTITY_SHORT, {"quantity": Decimal("39.6")}, True),
    ],
)
def test_deviations_too_large_to_be_believed(kind, value, doubted):
    found = Deviation(type=kind, reason="", confidence=0.9, order=ORDER, line=FIRST, **value)
    codes = [doubt.code for doubt in plausible.doubts([found], (), Kind.ORDER_CONFIRMATION, None)]
    assert codes == ([DoubtCode.IMPLAUSIBLE] if doubted else [])


def loose(kind, value, text="a sentence"):
    given = {"day" if kind is LooseKind.DAY else "number": value}
    return Loose(kind=kind, evidence=Evidence(part="body", text=text), **given)


def left(*named, lines=()):
    return [item.value for item in leftovers.leftovers(Statement(loose=named, lines=lines), told())]


def test_what_no_line_and_no_order_explains_is_left():
    strange = date(2026, 6, 1)
    named = (loose(LooseKind.DAY, strange), loose(LooseKind.COUNT, Decimal(7)), loose(LooseKind.PRICE, Decimal("9.4")))
    assert left(*named) == [strange, Decimal(7), Decimal("9.4")]


def test_what_an_order_says_itself_is_explained():
    assert (
        left(loose(LooseKind.DAY, DAY), loose(LooseKind.COUNT, Decimal(12)), loose(LooseKind.PRICE, Decimal(10))) == []
    )


def test_a_sentence_of_which_a_day_was_read_was_seen():
    read = LineStatement(
        evidence=HERE, promised=Stated(value=date(2026, 6, 9), evidence=HERE, confidence=0.9, source="x")
    )
    ready, there = loose(LooseKind.DAY, date(2026, 6, 1)), loose(LooseKind.DAY, date(2026, 6, 9))
    assert left(ready, there, lines=(read,)) == []
    assert left(loose(LooseKind.DAY, date(2026, 6, 1), "another sentence"), there, lines=(read,)) == [date(2026, 6, 1)]


def test_what_is_missing_to_an_ordered_quantity_is_explained():
    read = LineStatement(evidence=HERE, quantity=Stated(value=Decimal(30), evidence=HERE, confidence=0.9, source="x"))
    assert left(loose(LooseKind.COUNT, Decimal(10)), lines=(read,)) == []
