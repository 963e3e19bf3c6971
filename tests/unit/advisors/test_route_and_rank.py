"""Who looks, how soon, and in which order: the conventions, one case each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import advice_examples as cast
import pytest

from triage.advisors.workdays import WorkCalendar, country_code
from triage.domain.advice import Advice, Priority, Role
from triage.domain.assessment import Assessment, Deviation, DeviationType, Kind
from triage.domain.policy import Policy
from triage.domain.statement import Disposition

Advise = Callable[..., Advice]
T = DeviationType


def message(kind: Kind, *found: tuple[DeviationType, dict[str, Any]], named: bool = True, **more: Any) -> Assessment:
    of = cast.order()
    deviations: list[Deviation] = [
        cast.deviates(type_, of if named else None, 1 if named else None, **figures) for type_, figures in found
    ]
    return cast.assessed(kind, *deviations, orders=(of,) if named else (), **more)


LATE9, LATE7 = (T.LATE_DELIVERY, {"days": 9}), (T.LATE_DELIVERY, {"days": 7})
CONFIRMED = Kind.ORDER_CONFIRMATION
SUSPICIOUS = (T.SUSPICIOUS_CONTENT, {})

CASES = [
    ("clean confirmation", message(CONFIRMED), "buyer", "low"),
    ("a little late", message(CONFIRMED, LATE7), "buyer planner", "normal"),
    ("late", message(CONFIRMED, (T.LATE_DELIVERY, {"days": 8})), "buyer planner", "high"),
    ("price", message(CONFIRMED, (T.PRICE_DEVIATION, {"percent": "2.9"})), "buyer", "normal"),
    ("price up", message(CONFIRMED, (T.PRICE_DEVIATION, {"percent": "3.0"})), "buyer purchasing_manager", "high"),
    ("price down", message(CONFIRMED, (T.PRICE_DEVIATION, {"percent": "-4.0"})), "buyer purchasing_manager", "high"),
    ("late and dear", message(CONFIRMED, LATE9, (T.PRICE_DEVIATION, {"percent": "4.0"})),
     "buyer planner purchasing_manager", "high"),
    ("short", message(CONFIRMED, (T.QUANTITY_SHORT, {"quantity": 3})), "buyer planner", "high"),
    ("over", message(CONFIRMED, (T.QUANTITY_OVER, {"quantity": 3})), "buyer", "normal"),
    ("early", message(CONFIRMED, (T.EARLY_DELIVERY, {"days": 12})), "buyer warehouse", "normal"),
    ("rejected", message(CONFIRMED, (T.LINE_REJECTED, {})), "buyer planner", "high"),
    ("substituted", message(CONFIRMED, (T.SUBSTITUTION, {})), "buyer quality", "high"),
    ("terms", message(CONFIRMED, (T.TERMS_CHANGE, {})), "buyer purchasing_manager", "normal"),
    ("delay", message(Kind.DELAY_NOTICE, LATE9), "buyer planner", "high"),
    ("delay within tolerance", message(Kind.DELAY_NOTICE), "buyer planner", "low"),
    ("cancelled", message(Kind.CANCELLATION, (T.LINE_REJECTED, {})), "buyer planner purchasing_manager", "high"),
    ("shipped", message(Kind.SHIPPING_NOTICE), "warehouse", "low"),
    ("shipped late", message(Kind.SHIPPING_NOTICE, LATE7), "warehouse planner", "normal"),
    ("shipped otherwise", message(Kind.SHIPPING_NOTICE, (T.SHIPMENT_DISCREPANCY, {"quantity": 2})),
     "buyer warehouse", "normal"),
    ("invoice", message(Kind.INVOICE), "accounts_payable", "low"),
    ("wrong invoice", message(Kind.INVOICE, (T.INVOICE_MISMATCH, {"percent": "5.1"})),
     "accounts_payable buyer", "high"),
    ("invoice twice", message(Kind.INVOICE, (T.DUPLICATE_DOCUMENT, {})), "accounts_payable", "normal"),
    ("confirmation twice", message(CONFIRMED, (T.DUPLICATE_DOCUMENT, {})), "buyer", "low"),
    ("quality", message(Kind.QUALITY_NOTICE, (T.QUALITY_ISSUE, {})), "quality buyer warehouse", "high"),
    ("stop use", message(Kind.QUALITY_NOTICE, (T.QUALITY_ISSUE, {}), stop_use=True),
     "quality buyer warehouse", "urgent"),
    ("bank", message(Kind.BANK_DETAILS_CHANGE, (T.BANK_DETAILS_CHANGE, {}), named=False),
     "accounts_payable master_data purchasing_manager", "high"),
    ("fraud", message(Kind.BANK_DETAILS_CHANGE, (T.BANK_DETAILS_CHANGE, {}), SUSPICIOUS, named=False),
     "security accounts_payable master_data purchasing_manager", "urgent"),
    ("attack", message(Kind.DELAY_NOTICE, LATE9, SUSPICIOUS), "security buyer planner", "high"),
    ("attack by a stranger", message(Kind.OTHER, SUSPICIOUS, named=False, review="odd"), "security", "high"),
    ("unreadable", message(CONFIRMED, (T.UNREADABLE_DOCUMENT, {}), review="broken"), "buyer", "normal"),
    ("unreadable invoice", message(Kind.INVOICE, (T.UNREADABLE_DOCUMENT, {}), review="broken"), "buyer", "normal"),
    ("price letter", message(Kind.PRICE_CHANGE_NOTICE, (T.PRICE_DEVIATION, {"percent": "4.9"}), named=False),
     "buyer purchasing_manager", "normal"),
    ("dear price letter", message(Kind.PRICE_CHANGE_NOTICE, (T.PRICE_DEVIATION, {"percent": "5.0"}), named=False),
     "buyer purchasing_manager", "high"),
    ("letter with several rates", message(Kind.PRICE_CHANGE_NOTICE, (T.PRICE_DEVIATION, {
        "place": cast.said("steel 3,0 %, brass 6.5 %")}), named=False), "buyer purchasing_manager", "high"),
    ("letter with low rates", message(Kind.PRICE_CHANGE_NOTICE, (T.PRICE_DEVIATION, {
        "place": cast.said("steel 3,0 %, brass 4.5 %")}), named=False), "buyer purchasing_manager", "normal"),
    ("letter without a rate", message(Kind.PRICE_CHANGE_NOTICE, (T.PRICE_DEVIATION, {
        "place": cast.said("list attached")}), named=False), "buyer purchasing_manager", "high"),
    ("quotation", message(Kind.QUOTATION), "buyer", "normal"),
    ("absence", message(Kind.AUTO_REPLY), "", "low"),
    ("advertising", message(Kind.OTHER, named=False), "", "low"),
    ("other mail about an order", message(Kind.OTHER), "buyer", "low"),
    ("other mail nobody understood", message(Kind.OTHER, named=False, review="unclear"), "buyer", "normal"),
    ("discontinued", message(Kind.OTHER, (T.SUBSTITUTION, {}), named=False), "buyer quality", "high"),
]  # fmt: skip


@pytest.mark.parametrize(("assessment", "roles", "priority"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_route_and_priority(advise: Advise, assessment: Assessment, roles: str, priority: str) -> None:
    advice = advise(assessment)
    assert " ".join(advice.route.roles) == roles
    assert advice.rank.priority == priority


@pytest.mark.parametrize(("shipped", "priority"), [(48, "high"), (52, "normal")])
def test_less_than_ordered_on_its_way_is_high(advise: Advise, shipped: int, priority: str) -> None:
    of = cast.order()
    differs = cast.deviates(T.SHIPMENT_DISCREPANCY, of, 1, quantity=2)
    told = cast.assessed(Kind.SHIPPING_NOTICE, differs, orders=(of,), lines=(cast.stated(of, quantity=shipped),))
    assert advise(told).rank.priority == priority


def test_a_suffering_customer_makes_it_urgent(advise: Advise) -> None:
    erp = cast.FakeErp(demand=[cast.demand(30, cast.DUE + timedelta(days=1))])
    advice = advise(cast.late_line(cast.order(), days=2), erp)
    assert advice.rank.priority is Priority.URGENT
    assert list(advice.route.roles) == [Role.BUYER, Role.PLANNER, Role.CUSTOMER_SERVICE]
    last = advice.route.steps[-1]
    assert (last.rule, "SO900" in last.reason) == ("customers who suffer", True)


@pytest.mark.parametrize(
    ("today", "answer", "priority"),
    [
        (date(2026, 4, 20), date(2026, 4, 22), "high"),
        (date(2026, 4, 20), date(2026, 4, 23), "normal"),
        (date(2026, 4, 24), date(2026, 4, 28), "high"),  # Friday to Tuesday
        (date(2026, 4, 30), date(2026, 5, 5), "high"),  # the first of May is a holiday in Germany
        (date(2026, 4, 20), date(2026, 4, 1), "high"),
        (date(2026, 4, 20), None, "normal"),
    ],
)
def test_a_question_is_as_urgent_as_its_answer(advise: Advise, today: date, answer: date | None, priority: str) -> None:
    erp = cast.FakeErp(now=datetime(today.year, today.month, today.day, 9, tzinfo=UTC))
    asked = message(Kind.QUESTION, (T.SUPPLIER_QUESTION, {}), respond_by=answer)
    assert advise(asked, erp).rank.priority == priority


def test_today_is_the_companys_day(advise: Advise, policy: Policy) -> None:
    late_evening = cast.FakeErp(now=datetime(2026, 4, 20, 23, 30, tzinfo=UTC))
    asked = message(Kind.QUESTION, (T.SUPPLIER_QUESTION, {}), respond_by=date(2026, 4, 23))
    assert advise(asked, late_evening).rank.priority is Priority.NORMAL
    berlin = replace(policy, timezone="Europe/Berlin")
    assert advise(asked, late_evening, policy=berlin).rank.priority is Priority.HIGH


def test_every_step_names_its_rule_and_the_buyer_is_the_orders_own(advise: Advise, policy: Policy) -> None:
    rules = {rule.name for rule in policy.routes}
    steps = advise(message(CONFIRMED, LATE9)).route.steps
    assert {step.rule for step in steps} <= rules
    assert [step.person for step in steps] == ["Nora <Buyer>", ""]


def test_scores_keep_to_the_priorities(advise: Advise) -> None:
    bands = {"low": 0, "normal": 1, "high": 2, "urgent": 3}
    for name, assessment, _, _ in CASES:
        rank = advise(assessment).rank
        assert int(rank.score // 1000) == bands[rank.priority], name
        assert sum(factor.points for factor in rank.factors) == pytest.approx(rank.score), name


def test_more_at_stake_stands_higher(advise: Advise) -> None:
    after = cast.DUE + timedelta(days=5)
    one = cast.FakeErp(demand=[cast.demand(30, after)])
    two = cast.FakeErp(demand=[cast.demand(30, after), cast.demand(30, after, number=901)])
    assessment = cast.late_line(cast.order())
    assert advise(assessment, two).rank.score > advise(assessment, one).rank.score
    assert (
        advise(message(CONFIRMED, (T.LATE_DELIVERY, {"days": 40}))).rank.score
        > advise(message(CONFIRMED, LATE9)).rank.score
    )
    huge = cast.late_line(cast.order(quantity=10**9))
    assert advise(huge).rank.score < 3000


def test_working_hours_leave_out_nights_weekends_and_holidays() -> None:
    calendar = WorkCalendar(country="DE", timezone="Europe/Berlin", opens=8, closes=17)
    thursday = datetime(2026, 4, 30, 13, 0, tzinfo=UTC)  # three in the afternoon in Berlin
    assert calendar.hours_after(thursday, 2) == datetime(2026, 4, 30, 15, 0, tzinfo=UTC)
    assert calendar.hours_after(thursday, 4) == datetime(2026, 5, 4, 8, 0, tzinfo=UTC), "Friday is Labour Day"
    assert calendar.workday_after(date(2026, 4, 30), 1) == date(2026, 5, 4)
    assert WorkCalendar().workday_after(date(2026, 4, 30), 1) == date(2026, 5, 1)
    assert WorkCalendar().workday_after(date(2026, 4, 30), 0) == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Germany", "DE"), ("united states", "US"), ("Türkiye", "TR"), ("Turkey", "TR"), ("Atlantis", ""), ("", "")],
)
def test_countries_by_the_erps_names(name: str, code: str) -> None:
    assert country_code(name) == code


def test_a_country_without_a_calendar_knows_weekends_only() -> None:
    assert WorkCalendar(country="XX").is_workday(date(2026, 5, 1))


def test_act_by_follows_the_priority_and_stays_away_where_nobody_looks(advise: Advise) -> None:
    assert advise(message(CONFIRMED, LATE9)).route.act_by == datetime(2026, 4, 20, 17, 0, tzinfo=UTC)
    assert advise(message(Kind.AUTO_REPLY)).route.act_by is None


def test_a_rejected_line_outweighs_a_late_one_for_the_record(advise: Advise) -> None:
    first, second = cast.order(1), cast.order(2)
    mixed = cast.assessed(
        CONFIRMED,
        cast.deviates(T.LATE_DELIVERY, first, days=30),
        cast.deviates(T.LINE_REJECTED, second),
        orders=(first, second),
        lines=(cast.stated(second, status=Disposition.REJECTED),),
    )
    advice = advise(mixed)
    assert (advice.key, advice.record) == ("purchase.order:2", second.ref)
    assert advice.headline.startswith("PQ00002, PQ00001: ")
