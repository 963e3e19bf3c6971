"""Scans for what will go wrong: late lines, moving promises, draft bills, new suppliers, divided orders."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from test_watch import COMPANY, SUPPLIER, TODAY, order, policy, watched

from triage.classifiers import watch
from triage.domain.assessment import DeviationType as Type
from triage.domain.erp import Demand, Incoming, Partner, ReceiptFact, RecordRef, Stock, Supply
from triage.domain.watch import BilledLine


def receipts(late_by_supplier: dict[str, float], each: int = 40) -> tuple[ReceiptFact, ...]:
    """Past lines of suppliers who come late with these chances, by about ten days."""
    draw = random.Random(4)
    found = []
    for supplier, chance in late_by_supplier.items():
        for number in range(each):
            due = TODAY - timedelta(days=20 + number * 6)
            came = due + timedelta(days=draw.randint(8, 12) if draw.random() < chance else -1)
            found.append(
                ReceiptFact(
                    line=f"{supplier} {number}", supplier=supplier, promised_on=due, received_on=came,
                    ordered_on=due - timedelta(days=30), product=f"A-{number % 5}", quantity=Decimal(10),
                    price=Decimal(5),
                )
            )  # fmt: skip
    return tuple(found)


def coming(supplier: str, line: int) -> ReceiptFact:
    return ReceiptFact(
        line=str(line), supplier=supplier, promised_on=TODAY + timedelta(days=20), received_on=None,
        ordered_on=TODAY - timedelta(days=2), product="A-1", quantity=Decimal(10), price=Decimal(5),
    )  # fmt: skip


def of(type_: Type, seen: object, **more: int) -> list:
    return [item for item in watch.findings(seen, policy(**more)) if item.type is type_]  # type: ignore[arg-type]


@pytest.mark.parametrize(("supplier", "told"), [("Elm", 1), ("Oak", 0), ("Nobody", 0)])
def test_a_line_of_a_supplier_who_is_mostly_late_is_told(supplier: str, told: int) -> None:
    one = replace(order(1), supplier=Partner(id=7, name=supplier))
    past = receipts({"Elm": 0.95, "Oak": 0.05, "Ash": 0.1})
    seen = replace(watched(one, answered={1: watched().now}), receipts=(*past, coming(supplier, 10)))
    found = of(Type.SUPPLIER_DELAY_RISK, seen)
    assert len(found) == told
    for item in found:
        assert "one to two weeks" in item.reason
        assert item.confidence >= 0.6


def test_thin_history_says_nothing_about_lateness() -> None:
    past = receipts({"Elm": 1.0}, each=8)
    seen = replace(watched(order(1)), receipts=(*past, coming("Elm", 10)))
    assert of(Type.SUPPLIER_DELAY_RISK, seen) == []


def test_a_promise_that_keeps_moving_back_is_told_each_time() -> None:
    due = TODAY + timedelta(days=20)
    weeks = [due + timedelta(days=7 * count) for count in range(1, 4)]
    stages = []
    for told in ([], weeks[:1], weeks[:2], weeks, [weeks[0], due, weeks[0]]):
        found = of(Type.SUPPLIER_DELAY_RISK, replace(watched(order(1)), promises={10: tuple(told)}))
        stages.append(found[0].stage if found else 0)
    assert stages == [0, 0, 2, 3, 2]


def bill(quantity: int, price: str, currency: str = "EUR") -> BilledLine:
    return BilledLine(
        order_line_id=10, bill="BILL/7", quantity=Decimal(quantity), price=Decimal(price), currency=currency
    )


@pytest.mark.parametrize(
    ("bills", "received", "expected"),
    [
        ([bill(10, "5")], 10, []),
        ([bill(10, "5.01")], 10, []),  # within half a percent
        ([bill(10, "5.5")], 10, [(Decimal("10.0"), None)]),
        ([bill(10, "5")], 4, [(None, Decimal(6))]),
        ([bill(4, "5"), bill(4, "5")], 4, [(None, Decimal(4))]),
        ([bill(10, "6", "USD")], 10, []),  # amounts in two currencies are not compared
    ],
)
def test_a_draft_bill_is_held_against_order_and_receipts(bills: list, received: int, expected: list) -> None:
    total = sum(int(item.quantity) for item in bills)
    one = order(1, received=received)
    one = replace(one, lines=(replace(one.lines[0], invoiced=Decimal(total)),))
    found = of(Type.INVOICE_MISMATCH, replace(watched(one, answered={1: watched().now}), bills=tuple(bills)))
    assert [(item.percent, item.quantity) for item in found] == expected


def test_the_first_order_to_a_supplier_of_known_goods_is_told() -> None:
    earlier = [order(number, days=20 + number) for number in range(1, 26)]
    new = replace(order(30), supplier=Partner(id=9, name="Stranger"))
    found = of(Type.UNUSUAL_PURCHASE, watched(*earlier, new))
    assert [(item.order.name, SUPPLIER.name in item.reason) for item in found if "first" in item.reason] == [
        ("P00030", True)
    ]
    assert not [item for item in of(Type.UNUSUAL_PURCHASE, watched(*earlier[:5], new)) if "first" in item.reason]


def test_orders_divided_below_the_amount_that_needs_approval_are_told_once() -> None:
    company = replace(COMPANY, approval_from=Decimal(100))
    two = [replace(order(number, days=number, quantity=Decimal(15 + number)), company=company) for number in (1, 2)]
    (found,) = of(Type.UNUSUAL_PURCHASE, watched(*two))
    assert found.order.name == "P00002"
    assert "P00001, P00002" in found.reason
    assert of(Type.UNUSUAL_PURCHASE, watched(two[0])) == []
    apart = [two[0], replace(two[1], ordered_on=TODAY - timedelta(days=7))]
    assert of(Type.UNUSUAL_PURCHASE, watched(*apart)) == []


def supply(*, east: int, west: int, wanted: int, expected: date | None = None) -> Supply:
    houses = ((1, "East", east), (2, "West", west))
    stock = tuple(
        Stock(product_id=1, warehouse_id=number, warehouse=name, company_id=1, free=Decimal(free))
        for number, name, free in houses
    )
    demand = Demand(
        order=RecordRef(model="sale.order", id=5, name="S5"), customer="C", product_id=1, quantity=Decimal(wanted),
        due=TODAY + timedelta(days=10), company_id=1, warehouse_id=1,
    )  # fmt: skip
    incoming = ()
    if expected is not None:
        incoming = (
            Incoming(
                order_line_id=10, order_name="P00001", product_id=1, quantity=Decimal(50), expected=expected,
                company_id=1, warehouse_id=1,
            ),
        )  # fmt: skip
    return Supply(stock=stock, demand=(demand,), incoming=incoming)


def test_a_warehouse_runs_out_while_another_has_enough() -> None:
    (found,) = of(Type.STOCK_RISK, watched(order(1), supply=supply(east=2, west=20, wanted=10)))
    assert ("East" in found.reason, "transfer" in found.reason, found.quantity) == (True, True, Decimal(8))
    (found,) = of(Type.STOCK_RISK, watched(order(1), supply=supply(east=2, west=3, wanted=10)))
    assert ("East" in found.reason, found.quantity) == (False, Decimal(5))


def test_what_a_supplier_promised_last_counts_for_stock() -> None:
    in_time = supply(east=2, west=0, wanted=10, expected=TODAY + timedelta(days=8))
    assert of(Type.STOCK_RISK, watched(order(1), supply=in_time)) == []
    later = replace(watched(order(1), supply=in_time), promises={10: (TODAY + timedelta(days=15),)})
    assert len(of(Type.STOCK_RISK, later)) == 1
