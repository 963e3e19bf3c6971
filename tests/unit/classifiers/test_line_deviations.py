"""Lines against orders: dates, quantities, prices and statuses by the conventions of the eval set format."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from classifier_examples import TOLERANCES, entry, our_line, our_order

from triage.classifiers import line_deviations, statuses
from triage.domain.assessment import ConfirmedLine, Deviation, Kind
from triage.domain.erp import OrderLine
from triage.domain.policy import Tolerances
from triage.domain.statement import Disposition

DUE = date(2026, 5, 4)


def judged(
    kind: Kind, line: OrderLine, *entries: ConfirmedLine, allowed: Tolerances = TOLERANCES
) -> tuple[list[Disposition | None], list[Deviation]]:
    limits = {line.id: allowed}
    lines = statuses.with_statuses(entries, kind, limits)
    return [item.status for item in lines], list(line_deviations.line_deviations(lines, kind, limits))


def told(found: list[Deviation]) -> list[tuple[str, int | None, str | None, str | None]]:
    return [
        (item.type.value, item.days, str(item.percent) if item.percent is not None else None,
         f"{item.quantity.normalize():f}" if item.quantity is not None else None)
        for item in found
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        (date(2026, 5, 5), []),
        (date(2026, 5, 6), [("late_delivery", 2, None, None)]),
        (date(2026, 4, 27), []),
        (date(2026, 4, 26), [("early_delivery", 8, None, None)]),
    ],
)
def test_a_day_late_and_a_week_early_are_on_time(promised: date, expected: list[object]) -> None:
    line = our_line()
    status, found = judged(
        Kind.ORDER_CONFIRMATION, line, entry(our_order(line), line, quantity="40", promised=promised)
    )
    assert told(found) == expected
    assert status == [Disposition.CHANGED if expected else Disposition.ACCEPTED]


@pytest.mark.parametrize(
    ("price", "percent"), [("10.05", None), ("10.06", "0.6"), ("9.9", "-1.0"), ("10.425", "4.3"), ("10.424", "4.2")]
)
def test_percent_is_signed_with_one_decimal_rounded_half_up(price: str, percent: str | None) -> None:
    line = our_line()
    _, found = judged(Kind.ORDER_CONFIRMATION, line, entry(our_order(line), line, price=price))
    assert told(found) == ([("price_deviation", None, percent, None)] if percent else [])


def test_a_price_in_another_currency_is_not_compared() -> None:
    line = our_line()
    status, found = judged(
        Kind.ORDER_CONFIRMATION, line, entry(our_order(line), line, quantity="40", price="99", currency="SEK")
    )
    assert found == []
    assert status == [Disposition.CHANGED]


def test_a_split_on_time_and_late_is_accepted_and_backordered_and_never_short() -> None:
    line = our_line()
    order = our_order(line)
    status, found = judged(
        Kind.ORDER_CONFIRMATION,
        line,
        entry(order, line, quantity="25", promised=DUE),
        entry(order, line, quantity="15", promised=date(2026, 5, 20)),
    )
    assert status == [Disposition.ACCEPTED, Disposition.BACKORDERED]
    assert told(found) == [("late_delivery", 16, None, "15")]


def test_a_split_that_does_not_add_up_is_short_by_the_difference() -> None:
    line = our_line()
    order = our_order(line)
    _, found = judged(
        Kind.ORDER_CONFIRMATION,
        line,
        entry(order, line, quantity="20", promised=DUE),
        entry(order, line, quantity="15", promised=DUE),
    )
    assert told(found) == [("quantity_short", None, None, "5")]


def test_a_balance_without_a_number_is_no_shortage() -> None:
    line = our_line()
    order = our_order(line)
    _, found = judged(
        Kind.ORDER_CONFIRMATION, line, entry(order, line, quantity="20", promised=DUE), entry(order, line)
    )
    assert found == []


def test_what_is_left_after_a_part_delivery_is_compared_with_the_open_quantity() -> None:
    line = our_line(quantity="600", received="400")
    status, found = judged(
        Kind.DELAY_NOTICE,
        line,
        entry(our_order(line), line, quantity="200", promised=date(2026, 5, 25), remainder=True),
    )
    assert status == [Disposition.BACKORDERED]
    assert told(found) == [("late_delivery", 21, None, "200")]


def test_a_delay_of_a_part_says_nothing_against_the_rest() -> None:
    line = our_line()
    _, found = judged(Kind.DELAY_NOTICE, line, entry(our_order(line), line, quantity="10", promised=date(2026, 5, 14)))
    assert told(found) == [("late_delivery", 10, None, "10")]


def test_more_than_ordered_is_over_and_a_tolerance_of_quantity_forgives() -> None:
    line = our_line()
    said = entry(our_order(line), line, quantity="42")
    assert told(judged(Kind.ORDER_CONFIRMATION, line, said)[1]) == [("quantity_over", None, None, "2")]
    lenient = replace(TOLERANCES, quantity_percent=Decimal(5))
    status, found = judged(Kind.ORDER_CONFIRMATION, line, said, allowed=lenient)
    assert (status, found) == ([Disposition.ACCEPTED], [])


def test_a_shipping_notice_tells_of_a_discrepancy_instead_of_a_shortage() -> None:
    line = our_line()
    _, found = judged(Kind.SHIPPING_NOTICE, line, entry(our_order(line), line, quantity="35"))
    assert told(found) == [("shipment_discrepancy", None, None, "5")]


def test_a_rejected_line_confirms_no_quantity_and_is_not_short() -> None:
    line = our_line()
    said = entry(our_order(line), line, quantity="40", said=Disposition.REJECTED)
    lines = statuses.with_statuses([said], Kind.CANCELLATION, {line.id: TOLERANCES})
    assert lines[0].status is Disposition.REJECTED
    assert not lines[0].quantity
    found = list(line_deviations.line_deviations(lines, Kind.CANCELLATION, {line.id: TOLERANCES}))
    assert told(found) == [("line_rejected", None, None, None)]


def test_what_was_refused_but_has_a_day_to_come_is_not_rejected() -> None:
    line = our_line()
    status, found = judged(
        Kind.DELAY_NOTICE,
        line,
        entry(our_order(line), line, promised=date(2026, 5, 11), said=Disposition.REJECTED),
    )
    assert status == [Disposition.CHANGED]
    assert told(found) == [("late_delivery", 7, None, None)]


@pytest.mark.parametrize(
    ("received", "invoiced", "quantity", "price", "expected"),
    [
        ("0", "0", "40", "10", []),
        ("0", "0", "38", "10", [("invoice_mismatch", None, None, "2")]),
        ("30", "0", "40", "10", [("invoice_mismatch", None, None, "10")]),
        ("40", "30", "10", "10", []),
        ("40", "0", "40", "10.5", [("invoice_mismatch", None, "5.0", None)]),
    ],
)
def test_an_invoice_is_held_against_order_and_receipts(
    received: str, invoiced: str, quantity: str, price: str, expected: list[object]
) -> None:
    line = our_line(received=received, invoiced=invoiced)
    status, found = judged(Kind.INVOICE, line, entry(our_order(line), line, quantity=quantity, price=price))
    assert status == [None]
    assert told(found) == expected


@pytest.mark.parametrize("kind", [Kind.QUOTATION, Kind.PRICE_CHANGE_NOTICE])
def test_lines_of_quotations_and_price_letters_have_no_status_and_no_deviation(kind: Kind) -> None:
    line = our_line()
    status, found = judged(
        kind, line, entry(our_order(line), line, quantity="1", price="99", promised=date(2027, 1, 1))
    )
    assert (status, found) == ([None], [])


def test_the_reason_tells_old_and_new() -> None:
    line = our_line()
    _, found = judged(
        Kind.ORDER_CONFIRMATION, line, entry(our_order(line), line, price="10.42", promised=date(2026, 5, 13))
    )
    assert "2026-05-13" in found[0].reason
    assert "2026-05-04" in found[0].reason
    assert "10.42" in found[1].reason
    assert "+4.2" in found[1].reason
