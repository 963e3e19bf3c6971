"""What deviations do to customer orders: stock, receipts and orders day by day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import advice_examples as cast
import pytest

from triage.domain.advice import Advice, Effect, Priority
from triage.domain.assessment import Assessment, DeviationType, Kind
from triage.domain.statement import Disposition

Advise = Callable[..., Advice]
DUE = cast.DUE
AFTER = DUE + timedelta(days=5)  # between the old date and the new one
NEW = DUE + timedelta(days=14)


def only(advice: Advice) -> Effect:
    assert len(advice.effects) == 1
    return advice.effects[0]


@pytest.mark.parametrize(
    ("stock", "due", "suffers"),
    [
        (29, AFTER, True),
        (30, AFTER, False),
        (29, NEW - timedelta(days=1), True),
        (29, NEW, False),  # the goods are there on that day
        (0, DUE - timedelta(days=1), True),
    ],
)
def test_a_customer_order_before_the_new_date_must_be_covered_by_stock(
    advise: Advise, stock: int, due: date, suffers: bool
) -> None:
    erp = cast.FakeErp(stock=[cast.free(stock)], demand=[cast.demand(30, due)])
    effect = only(advise(cast.late_line(cast.order()), erp))
    assert bool(effect.uncovered) is suffers
    assert effect.short_from == (due if suffers else None)
    assert effect.missing == (30 - stock if suffers else 0)
    assert effect.until == NEW


def test_earlier_customer_orders_take_the_stock_first(advise: Advise) -> None:
    first, second = cast.demand(20, AFTER), cast.demand(20, AFTER + timedelta(days=1), number=901)
    erp = cast.FakeErp(stock=[cast.free(30)], demand=[second, first])
    assert only(advise(cast.late_line(cast.order()), erp)).uncovered == (second,)


@pytest.mark.parametrize(("expected", "suffers"), [(AFTER, False), (AFTER + timedelta(days=1), True)])
def test_earlier_receipts_of_other_orders_help(advise: Advise, expected: date, suffers: bool) -> None:
    erp = cast.FakeErp(demand=[cast.demand(30, AFTER)], incoming=[cast.coming(40, expected)])
    assert bool(only(advise(cast.late_line(cast.order()), erp)).uncovered) is suffers


def test_an_overdue_receipt_is_not_counted_before_today(advise: Advise) -> None:
    past = cast.NOW.date() - timedelta(days=20)
    erp = cast.FakeErp(demand=[cast.demand(5, past)], incoming=[cast.coming(40, past)])
    assert only(advise(cast.late_line(cast.order()), erp)).uncovered


def test_the_lines_own_old_date_no_longer_counts(advise: Advise) -> None:
    of = cast.order()
    erp = cast.FakeErp(demand=[cast.demand(30, AFTER)], incoming=[cast.coming(50, DUE, line=of.lines[0].id)])
    assert only(advise(cast.late_line(of), erp)).uncovered


def test_other_companies_and_products_do_not_count(advise: Advise) -> None:
    erp = cast.FakeErp(
        stock=[cast.free(99, company=2), cast.free(99, product=502)],
        demand=[cast.demand(30, AFTER), cast.demand(500, AFTER, company=2, number=901)],
    )
    effect = only(advise(cast.late_line(cast.order()), erp))
    assert [item.order.name for item in effect.uncovered] == ["SO900"]
    assert effect.free_stock == 0


def test_of_a_split_the_part_in_time_counts(advise: Advise) -> None:
    of = cast.order()
    split = (
        cast.stated(of, quantity=30, promised=DUE, status=Disposition.ACCEPTED),
        cast.stated(of, quantity=20, promised=NEW, status=Disposition.BACKORDERED),
    )
    late = cast.deviates(DeviationType.LATE_DELIVERY, of, days=14, quantity=20)
    message = cast.assessed(Kind.ORDER_CONFIRMATION, late, orders=(of,), lines=split)
    assert not only(advise(message, cast.FakeErp(demand=[cast.demand(30, AFTER)]))).uncovered
    effect = only(advise(message, cast.FakeErp(demand=[cast.demand(31, AFTER)])))
    assert effect.missing == 1


def test_a_delay_of_a_part_leaves_the_rest_as_ordered(advise: Advise) -> None:
    of = cast.order()
    message = cast.assessed(
        Kind.DELAY_NOTICE,
        cast.deviates(DeviationType.LATE_DELIVERY, of, days=14, quantity=20),
        orders=(of,),
        lines=(cast.stated(of, quantity=20, promised=NEW, status=Disposition.BACKORDERED),),
    )
    assert not only(advise(message, cast.FakeErp(demand=[cast.demand(30, AFTER)]))).uncovered
    assert only(advise(message, cast.FakeErp(demand=[cast.demand(31, AFTER)]))).uncovered


def short(of_quantity: int = 35) -> Assessment:
    of = cast.order()
    return cast.assessed(
        Kind.ORDER_CONFIRMATION,
        cast.deviates(DeviationType.QUANTITY_SHORT, of, quantity=50 - of_quantity),
        orders=(of,),
        lines=(cast.stated(of, quantity=of_quantity, promised=DUE, status=Disposition.CHANGED),),
    )


@pytest.mark.parametrize(("wanted", "suffers"), [(35, False), (36, True)])
def test_what_is_confirmed_short_is_missing_for_good(advise: Advise, wanted: int, suffers: bool) -> None:
    of = cast.order()
    erp = cast.FakeErp(
        demand=[cast.demand(wanted, DUE + timedelta(days=60))],
        incoming=[cast.coming(50, DUE, line=of.lines[0].id)],
    )
    effect = only(advise(short(), erp))
    assert bool(effect.uncovered) is suffers
    assert effect.until is None


def test_a_rejected_line_is_no_news_for_an_order_that_it_would_not_have_covered(advise: Advise) -> None:
    of = cast.order()
    message = cast.assessed(
        Kind.CANCELLATION,
        cast.deviates(DeviationType.LINE_REJECTED, of),
        orders=(of,),
        lines=(cast.stated(of, status=Disposition.REJECTED),),
    )
    ours = cast.coming(50, DUE, line=of.lines[0].id)
    served, hopeless = cast.demand(50, AFTER), cast.demand(80, AFTER + timedelta(days=90), number=901)
    effect = only(advise(message, cast.FakeErp(demand=[served, hopeless], incoming=[ours])))
    assert effect.uncovered == (served,)
    waiting = cast.demand(50, DUE - timedelta(days=10))  # late already, and now never
    assert only(advise(message, cast.FakeErp(demand=[waiting], incoming=[ours]))).uncovered == (waiting,)


def test_a_received_part_is_not_expected_again(advise: Advise) -> None:
    of = cast.order()
    of = replace(of, lines=(replace(of.lines[0], received=Decimal(30)), of.lines[1]))
    erp = cast.FakeErp(demand=[cast.demand(21, NEW + timedelta(days=1))])
    message = cast.late_line(of)
    assert only(advise(message, erp)).uncovered == (), "after the new date it is no matter of this message"
    erp = cast.FakeErp(stock=[cast.free(0)], demand=[cast.demand(21, AFTER)])
    assert only(advise(message, erp)).missing == 21


def test_lines_in_dozens_count_in_the_products_unit(advise: Advise) -> None:
    of = cast.order(quantity=5)
    dozens = [cast.coming(60, DUE, line=of.lines[0].id)]
    message = cast.assessed(
        Kind.ORDER_CONFIRMATION,
        cast.deviates(DeviationType.QUANTITY_SHORT, of, quantity=1),
        orders=(of,),
        lines=(cast.stated(of, quantity=4, promised=DUE),),
    )
    after = DUE + timedelta(days=3)
    assert not only(advise(message, cast.FakeErp(demand=[cast.demand(48, after)], incoming=dozens))).uncovered
    assert only(advise(message, cast.FakeErp(demand=[cast.demand(49, after)], incoming=dozens))).missing == 1


def test_the_minimum_stock_is_watched(advise: Advise) -> None:
    erp = cast.FakeErp(stock=[cast.free(40, minimum=25)], demand=[cast.demand(20, AFTER)])
    effect = only(advise(cast.late_line(cast.order()), erp))
    assert (effect.below_minimum, effect.minimum, effect.uncovered) == (AFTER, Decimal(25), ())
    assert "below the minimum of 25" in effect.sentence


def test_a_higher_price_costs_money_and_asks_no_customer(advise: Advise) -> None:
    of = cast.order()
    message = cast.assessed(
        Kind.ORDER_CONFIRMATION,
        cast.deviates(DeviationType.PRICE_DEVIATION, of, percent="5.0"),
        orders=(of,),
        lines=(cast.stated(of, quantity=50, price="2.10", promised=DUE),),
    )
    advice = advise(message, cast.FakeErp(demand=[cast.demand(500, AFTER)]))
    assert (only(advice).cost, only(advice).currency, only(advice).uncovered) == (Decimal("5.00"), "EUR", ())
    assert "5.00 EUR more than ordered" in only(advice).sentence
    assert advice.rank.priority is Priority.HIGH


def test_numbers_stand_in_the_sentence(advise: Advise) -> None:
    erp = cast.FakeErp(stock=[cast.free(4)], demand=[cast.demand(30, AFTER)])
    sentence = only(advise(cast.late_line(cast.order()), erp)).sentence
    for expected in ("NUT-1", "SO900", "Ocean & Sons", "30", "May 17, 2026", "Free stock 4 Units", "26 missing"):
        assert expected in sentence


def test_the_erp_is_asked_once_for_each_thing(advise: Advise) -> None:
    of = cast.order()
    erp = cast.FakeErp()
    both = cast.assessed(
        Kind.ORDER_CONFIRMATION,
        cast.deviates(DeviationType.LATE_DELIVERY, of, 1, days=9),
        cast.deviates(DeviationType.LATE_DELIVERY, of, 2, days=9),
        orders=(of,),
        lines=(cast.stated(of, 1, promised=NEW), cast.stated(of, 2, promised=NEW)),
    )
    assert len(advise(both, erp).effects) == 2
    assert erp.asked == ["supply", "offers"]
    clean = cast.FakeErp()
    advise(cast.assessed(orders=(of,)), clean)
    assert clean.asked == []
