"""Statuses and deviations by the conventions: tolerances, splits, remainders, rejections, three-way match."""

from datetime import date
from decimal import Decimal

import pytest

from triage.classifiers import line_deviations, statuses
from triage.domain.assessment import ConfirmedLine, DeviationType, Kind
from triage.domain.erp import Company, Order, OrderLine, Partner
from triage.domain.evidence import Evidence, Stated
from triage.domain.policy import Tolerances
from triage.domain.statement import Disposition, LineStatement

DUE = date(2026, 11, 10)
ALLOWED = {1: Tolerances()}


def ours(quantity=100, received=0, invoiced=0):
    return OrderLine(
        id=1, order_id=1, number=1, product_id=1, product_code="A", supplier_codes=(), description="A",
        quantity=Decimal(quantity), received=Decimal(received), invoiced=Decimal(invoiced), uom="Units",
        price=Decimal("10"), currency="EUR", due=DUE,
    )  # fmt: skip


def entry(line, quantity=None, day=None, price=None, fate=None, currency="EUR", remainder=False):
    place = Evidence(part="body", text="x")
    disposition = Stated(value=fate, evidence=place, confidence=0.9, source="prose") if fate else None
    order = Order(
        id=1, name="PX1", supplier=Partner(id=1, name="S"), company=Company(id=1, name="C", currency="EUR"),
        currency="EUR", state="purchase", ordered_on=None, buyer=None, lines=(line,),
    )  # fmt: skip
    return ConfirmedLine(
        statement=LineStatement(evidence=place, disposition=disposition, remainder=remainder), order=order, line=line,
        matched_by="code", product_code="A", supplier_product_code=None,
        quantity=Decimal(quantity) if quantity is not None else None,
        price=Decimal(price) if price is not None else None, currency=currency if price is not None else None,
        promised=day, confidence=0.9,
    )  # fmt: skip


def judged(*entries, kind=Kind.ORDER_CONFIRMATION):
    lines = statuses.with_statuses(entries, kind, ALLOWED)
    found = [
        (item.type, item.days, item.percent, item.quantity)
        for item in line_deviations.line_deviations(lines, kind, ALLOWED)
    ]
    return [line.status for line in lines], found


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 11, 11), Disposition.ACCEPTED),  # one day late is on time
        (date(2026, 11, 12), Disposition.CHANGED),
        (date(2026, 11, 3), Disposition.ACCEPTED),  # seven days early is on time
        (date(2026, 11, 2), Disposition.CHANGED),
    ],
)
def test_dates_within_the_tolerance_are_accepted(day, status):
    assert judged(entry(ours(), 100, day))[0] == [status]


def test_days_are_calendar_days():
    assert judged(entry(ours(), 100, date(2026, 11, 19)))[1] == [(DeviationType.LATE_DELIVERY, 9, None, None)]


@pytest.mark.parametrize(("price", "percent"), [("10.05", None), ("10.06", "0.6"), ("9.70", "-3.0"), ("10.295", "3.0")])
def test_price_percent_is_signed_with_one_decimal(price, percent):
    found = judged(entry(ours(), 100, DUE, price))[1]
    expected = [(DeviationType.PRICE_DEVIATION, None, Decimal(percent), None)] if percent else []
    assert found == expected


def test_another_currency_is_no_price_deviation():
    states, found = judged(entry(ours(), 100, DUE, "11.20", currency="USD"))
    assert states == [Disposition.CHANGED]
    assert not found


def test_a_split_is_accepted_and_backordered_and_late_for_its_part():
    line = ours()
    states, found = judged(entry(line, 60, DUE), entry(line, 40, date(2026, 11, 30)))
    assert states == [Disposition.ACCEPTED, Disposition.BACKORDERED]
    assert found == [(DeviationType.LATE_DELIVERY, 20, None, Decimal(40))]


def test_less_than_ordered_is_short_and_more_is_over():
    assert judged(entry(ours(), 80, DUE))[1] == [(DeviationType.QUANTITY_SHORT, None, None, Decimal(20))]
    assert judged(entry(ours(), 120, DUE))[1] == [(DeviationType.QUANTITY_OVER, None, None, Decimal(20))]


def test_the_rest_after_a_part_delivery_is_no_shortage():
    line = ours(received=60)
    states, found = judged(entry(line, 40, date(2026, 11, 20), remainder=True), kind=Kind.DELAY_NOTICE)
    assert states == [Disposition.BACKORDERED]
    assert found == [(DeviationType.LATE_DELIVERY, 10, None, Decimal(40))]


def test_a_delay_of_a_part_says_nothing_against_the_rest():
    found = judged(entry(ours(), 30, date(2026, 11, 20)), kind=Kind.DELAY_NOTICE)[1]
    assert found == [(DeviationType.LATE_DELIVERY, 10, None, Decimal(30))]


def test_a_rejected_line_confirms_no_quantity():
    line = ours()
    lines = statuses.with_statuses([entry(line, 100, fate=Disposition.REJECTED)], Kind.CANCELLATION, ALLOWED)
    assert lines[0].quantity is None
    assert judged(entry(line, 100, fate=Disposition.REJECTED))[1] == [(DeviationType.LINE_REJECTED, None, None, None)]


def test_refused_goods_with_a_new_day_are_not_rejected():
    states, found = judged(entry(ours(), 100, date(2026, 11, 20), fate=Disposition.REJECTED))
    assert states == [Disposition.CHANGED]
    assert found[0][0] is DeviationType.LATE_DELIVERY


def test_shipping_notices_compare_with_what_is_open():
    found = judged(entry(ours(), 90, DUE), kind=Kind.SHIPPING_NOTICE)[1]
    assert found == [(DeviationType.SHIPMENT_DISCREPANCY, None, None, Decimal(10))]


def test_invoices_match_order_and_receipt_and_have_no_status():
    states, found = judged(entry(ours(received=95), 100, None, "10.40"), kind=Kind.INVOICE)
    assert states == [None]
    assert found == [
        (DeviationType.INVOICE_MISMATCH, None, Decimal("4.0"), None),
        (DeviationType.INVOICE_MISMATCH, None, None, Decimal(5)),
    ]
