"""What scans find in the ERP, and that they are silent where nothing is wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.classifiers import watch, watching
from triage.domain.assessment import DeviationType as Type
from triage.domain.erp import Company, Demand, Incoming, Order, OrderLine, Partner, RecordRef, Stock, Supply
from triage.domain.policy import Bars, Policy, Tolerances, Watch
from triage.domain.watch import Watched
from triage.errors import InputError

TODAY = date(2026, 11, 16)
COMPANY = Company(id=1, name="We", currency="EUR")
SUPPLIER = Partner(id=7, name="Elm")


def policy(**more: int) -> Policy:
    return Policy(
        digest="d",
        tolerances=Tolerances(),
        bars=Bars(),
        variants=(),
        routes=(),
        act_within_hours=(),
        watch=Watch(**more),
    )


def order(
    number: int, *, days: int = 2, due: int = 20, state: str = "purchase", received: int = 0, **line: object
) -> Order:
    """An order of `days` ago, due in `due` days."""
    values: dict[str, object] = {"quantity": Decimal(10), "price": Decimal(5), **line}
    item = OrderLine(
        id=number * 10, order_id=number, number=1, product_id=1, product_code="A-1", supplier_codes=(),
        description="x", received=Decimal(received), invoiced=Decimal(0), uom="Units", currency="EUR",
        due=TODAY + timedelta(days=due),
        **values,
    )  # fmt: skip
    ordered = TODAY - timedelta(days=days)
    return Order(
        id=number, name=f"P{number:05}", supplier=SUPPLIER, company=COMPANY, currency="EUR", state=state,
        ordered_on=ordered, buyer=None, lines=(item,), revised_at=datetime(ordered.year, ordered.month, ordered.day,
        9, tzinfo=UTC),
    )  # fmt: skip


def watched(*orders: Order, supply: Supply | None = None, answered: dict[int, datetime] | None = None) -> Watched:
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    return Watched(now=now, today=TODAY, orders=orders, supply=supply or Supply(), answered=answered or {})


def found(seen: Watched, **more: int) -> list[tuple[Type, str | None]]:
    return [(item.type, item.order and item.order.name) for item in watch.findings(seen, policy(**more))]


def at(days: int) -> datetime:
    return datetime(2026, 11, 16, 9, tzinfo=UTC) - timedelta(days=days)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 90), st.integers(1, 500)), max_size=12))
def test_a_quiet_erp_gives_no_finding(orders: list[tuple[int, int, int]]) -> None:
    quiet = [
        order(number, days=days, due=due, quantity=Decimal(quantity * 100 + number))
        for number, (days, due, quantity) in enumerate(orders, start=1)
    ]
    assert found(watched(*quiet)) == []


def test_overdue_goods_are_told_once_a_stage() -> None:
    late = order(1, days=30, due=-3, received=4)
    (finding,) = watch.findings(watched(late, answered={1: at(25)}), policy())
    assert (finding.type, finding.quantity, finding.since, finding.stage) == (
        Type.OVERDUE_RECEIPT, Decimal(6), TODAY - timedelta(days=3), 1,
    )  # fmt: skip
    same = watching.written("k", "P00001", [finding])
    tomorrow = replace(watched(late, answered={1: at(25)}), today=TODAY + timedelta(days=1))
    assert watching.written("k", "P00001", watch.findings(tomorrow, policy())) == same
    next_week = replace(tomorrow, today=TODAY + timedelta(days=6))
    assert watching.written("k", "P00001", watch.findings(next_week, policy())) != same
    assert found(watched(order(1, days=30, due=-3, received=10))) == []
    assert found(watched(order(1, days=30, due=-3, state="draft"))) == []


def test_silence_is_measured_by_the_supplier_s_own_usual_time() -> None:
    waiting = order(9, days=12, due=40)
    quick = {number: at(60 - 1) for number in range(1, 9)}
    slow = {number: at(60 - 14) for number in range(1, 9)}
    past = [order(number, days=60, due=-20, received=10) for number in range(1, 9)]
    assert found(watched(*past, waiting, answered=quick)) == [(Type.MISSING_CONFIRMATION, "P00009")]
    assert found(watched(*past, waiting, answered=slow)) == []
    assert found(watched(*past, waiting, answered={**quick, 9: at(1)})) == []


def test_a_new_supplier_gets_the_usual_patience_and_a_policy_may_set_a_window() -> None:
    assert found(watched(order(1, days=5, due=40))) == []
    assert found(watched(order(1, days=15, due=40))) == [(Type.MISSING_CONFIRMATION, "P00001")]
    assert found(watched(order(1, days=5, due=40)), answer_days=3) == [(Type.MISSING_CONFIRMATION, "P00001")]


def test_an_approval_that_stalls() -> None:
    assert found(watched(order(1, days=2, state="to approve"))) == []
    assert found(watched(order(1, days=5, state="to approve"))) == [(Type.APPROVAL_STALLED, "P00001")]


def demand(quantity: int, days: int) -> Demand:
    ref = RecordRef(model="sale.order", id=5, name="S00005")
    return Demand(
        order=ref,
        customer="C",
        product_id=1,
        quantity=Decimal(quantity),
        due=TODAY + timedelta(days=days),
        company_id=1,
    )


def stock(free: int) -> Stock:
    return Stock(product_id=1, warehouse_id=1, warehouse="W", company_id=1, free=Decimal(free))


def incoming(quantity: int, days: int) -> Incoming:
    return Incoming(
        order_line_id=10, order_name="P00001", product_id=1, quantity=Decimal(quantity),
        expected=TODAY + timedelta(days=days), company_id=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("supply", "short"),
    [
        (Supply(stock=(stock(5),), demand=(demand(4, 3),)), None),
        (Supply(stock=(stock(5),), demand=(demand(8, 3),)), 3),
        (Supply(stock=(stock(5),), demand=(demand(8, 30),), incoming=(incoming(10, 20),)), None),
        (Supply(stock=(stock(5),), demand=(demand(8, 10),), incoming=(incoming(10, 20),)), 3),
        (Supply(stock=(stock(5),), demand=(demand(8, 10),), incoming=(incoming(10, -2),)), 3),
    ],
)
def test_stock_that_runs_out(supply: Supply, short: int | None) -> None:
    findings = [
        item for item in watch.findings(watched(order(1), supply=supply), policy()) if item.type is Type.STOCK_RISK
    ]
    assert [item.quantity for item in findings] == ([] if short is None else [Decimal(short)])
    assert all(item.order is not None and "S00005" in item.reason for item in findings)


def test_a_price_unlike_all_before_and_not_on_thin_history() -> None:
    before = [order(number, days=40 + number, received=10, price=Decimal("5.0") + number % 2) for number in range(1, 8)]
    dear = order(20, days=1, price=Decimal(50))
    assert (Type.UNUSUAL_PURCHASE, "P00020") in found(watched(*before, dear))
    assert found(watched(*before, order(20, days=1, price=Decimal(6)))) == []
    assert found(watched(*before[:3], dear)) == []


def test_an_order_that_looks_doubled() -> None:
    assert found(watched(order(1, days=3), order(2, days=1))) == [(Type.UNUSUAL_PURCHASE, "P00002")]
    assert found(watched(order(1, days=3), order(2, days=1, quantity=Decimal(11)))) == []


def test_what_is_written_is_read_back_and_anything_else_is_refused() -> None:
    findings = watch.findings(watched(order(1, days=30, due=-9, received=4)), policy())
    told = watching.read(watching.written("watch:P00001", "P00001", findings))
    assert (told.key, told.order_name, [item.reason for item in told.findings]) == (
        "watch:P00001", "P00001", [item.reason for item in findings],
    )  # fmt: skip
    for raw in (b"", b"[]", b'{"key": 1}', b"\xff", b'{"key": "k", "order": "o", "findings": [{}]}'):
        with pytest.raises(InputError):
            watching.read(raw)
