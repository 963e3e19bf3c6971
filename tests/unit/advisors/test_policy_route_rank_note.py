"""The policy file's errors, routes and priorities by the conventions, and notes that repeat nothing dangerous."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.advisors import advise as advising
from triage.advisors import masking, policy_file
from triage.domain.advice import Priority, Role
from triage.domain.assessment import (
    Assessment,
    Confirmation,
    ConfirmedLine,
    Deviation,
    DeviationType,
    Judged,
    Kind,
)
from triage.domain.document import Headers, Part, PartRole, Reading
from triage.domain.erp import Company, Demand, Incoming, Order, OrderLine, Partner, RecordRef, Stock, Supply
from triage.domain.evidence import Evidence
from triage.domain.statement import LineStatement
from triage.errors import PolicyError

POLICY = policy_file.load_policy()
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LINE = OrderLine(
    id=5, order_id=1, number=1, product_id=9, product_code="AB-1", supplier_codes=(), description="Valve",
    quantity=Decimal(100), received=Decimal(0), invoiced=Decimal(0), uom="Units", price=Decimal(4), currency="EUR",
    due=date(2026, 11, 20),
)  # fmt: skip
ORDER = Order(
    id=1, name="PX1", supplier=Partner(id=3, name="S"), company=Company(id=1, name="C", currency="EUR"), currency="EUR",
    state="purchase", ordered_on=None, buyer=None, lines=(LINE,),
)  # fmt: skip


def assessed(kind, *deviations, promised=None):
    statement = LineStatement(evidence=Evidence(part="body", text="row"))
    lines = ()
    if promised:
        lines = (
            ConfirmedLine(
                statement=statement, order=ORDER, line=LINE, matched_by="code", product_code="AB-1",
                supplier_product_code=None, promised=promised, confidence=0.9,
            ),
        )  # fmt: skip
    return Assessment(
        kind=Judged(kind=kind, confidence=0.9, source="test"),
        confirmation=Confirmation(orders=(ORDER,), lines=lines),
        deviations=deviations,
    )


def deviation(type_, **values):
    return Deviation(type=type_, reason="because", confidence=0.9, order=ORDER, line=LINE, **values)


class FakeErp:
    """Answers with what a test puts in."""

    now = NOW
    version = "19.0"

    def __init__(self, supply=None):
        self._supply = supply or Supply()

    def order_book(self, **_):
        raise AssertionError("advice needs no orders")

    def supply(self, product_ids):
        return self._supply

    def offers(self, product_ids):
        return ()


READING = Reading(headers=Headers(), parts=(Part(name="body", role=PartRole.BODY, media_type="text/plain"),))


def advised(assessment, supply=None):
    return advising.advise(assessment, READING, FakeErp(supply), POLICY, mode="rules", message_id="m1")


def roles(assessment, supply=None):
    return list(advised(assessment, supply).route.roles)


LATE = DeviationType.LATE_DELIVERY


@pytest.mark.parametrize(
    ("kind", "deviations", "expected"),
    [
        (Kind.ORDER_CONFIRMATION, [], [Role.BUYER]),
        (Kind.ORDER_CONFIRMATION, [deviation(LATE, days=9)], [Role.BUYER, Role.PLANNER]),
        (Kind.ORDER_CONFIRMATION, [deviation(DeviationType.PRICE_DEVIATION, percent=Decimal("2.9"))], [Role.BUYER]),
        (
            Kind.ORDER_CONFIRMATION,
            [deviation(DeviationType.PRICE_DEVIATION, percent=Decimal("-3.0"))],
            [Role.BUYER, Role.PURCHASING_MANAGER],
        ),
        (Kind.SHIPPING_NOTICE, [], [Role.WAREHOUSE]),
        (Kind.SHIPPING_NOTICE, [deviation(DeviationType.SHIPMENT_DISCREPANCY)], [Role.BUYER, Role.WAREHOUSE]),
        (Kind.INVOICE, [], [Role.ACCOUNTS_PAYABLE]),
        (Kind.INVOICE, [deviation(DeviationType.INVOICE_MISMATCH)], [Role.ACCOUNTS_PAYABLE, Role.BUYER]),
        (Kind.QUALITY_NOTICE, [deviation(DeviationType.QUALITY_ISSUE)], [Role.QUALITY, Role.BUYER, Role.WAREHOUSE]),
        (
            Kind.CANCELLATION,
            [deviation(DeviationType.LINE_REJECTED)],
            [Role.BUYER, Role.PLANNER, Role.PURCHASING_MANAGER],
        ),
        (Kind.AUTO_REPLY, [], []),
        (
            Kind.BANK_DETAILS_CHANGE,
            [deviation(DeviationType.SUSPICIOUS_CONTENT)],
            [Role.SECURITY, Role.ACCOUNTS_PAYABLE, Role.MASTER_DATA, Role.PURCHASING_MANAGER],
        ),
    ],
)
def test_routes_by_the_conventions(kind, deviations, expected):
    assert roles(assessed(kind, *deviations)) == expected


def test_every_role_names_its_rule_and_a_time():
    found = advised(assessed(Kind.DELAY_NOTICE, deviation(LATE, days=9))).route
    assert all(step.rule and step.reason for step in found.steps)
    assert found.act_by > NOW
    assert found.act_by.weekday() < 5


@pytest.mark.parametrize(
    ("deviations", "priority"),
    [
        ([], Priority.LOW),
        ([deviation(LATE, days=7)], Priority.NORMAL),
        ([deviation(LATE, days=8)], Priority.HIGH),
        ([deviation(DeviationType.PRICE_DEVIATION, percent=Decimal("2.9"))], Priority.NORMAL),
        ([deviation(DeviationType.PRICE_DEVIATION, percent=Decimal("3.0"))], Priority.HIGH),
        ([deviation(DeviationType.QUANTITY_SHORT)], Priority.HIGH),
        ([deviation(DeviationType.EARLY_DELIVERY, days=9)], Priority.NORMAL),
    ],
)
def test_priorities_by_the_conventions(deviations, priority):
    assessment = assessed(Kind.ORDER_CONFIRMATION, *deviations)
    assert advised(assessment).rank.priority is priority


def test_scores_never_cross_priorities():
    low = advised(assessed(Kind.ORDER_CONFIRMATION)).rank
    normal = advised(assessed(Kind.ORDER_CONFIRMATION, deviation(LATE, days=2))).rank
    high = advised(assessed(Kind.ORDER_CONFIRMATION, deviation(LATE, days=40))).rank
    assert low.score < normal.score < high.score
    assert high.factors


def demand(quantity, due):
    return Demand(
        order=RecordRef(model="sale.order", id=1, name="S1"), customer="K", product_id=9, quantity=Decimal(quantity),
        due=due, company_id=1,
    )  # fmt: skip


def supply(free, *demands, incoming=()):
    stock = Stock(product_id=9, warehouse_id=1, warehouse="W", company_id=1, free=Decimal(free))
    return Supply(stock=(stock,), demand=demands, incoming=incoming)


def uncovered(*demands, free, incoming=()):
    assessment = assessed(Kind.DELAY_NOTICE, deviation(LATE, days=12), promised=date(2026, 12, 2))
    return advised(assessment, supply(free, *demands, incoming=incoming))


def test_a_customer_order_before_the_new_date_is_uncovered():
    found = uncovered(demand(30, date(2026, 11, 27)), free=10)
    assert [item.order.name for effect in found.effects for item in effect.uncovered] == ["S1"]
    assert found.rank.priority is Priority.URGENT
    assert Role.CUSTOMER_SERVICE in found.route.roles
    assert "S1" in found.note_html


def test_stock_earlier_customers_and_other_receipts_are_counted():
    early, late = demand(20, date(2026, 11, 18)), demand(30, date(2026, 11, 27))
    other = Incoming(
        order_line_id=77,
        order_name="PX2",
        product_id=9,
        quantity=Decimal(50),
        expected=date(2026, 11, 25),
        company_id=1,
    )
    results = [
        uncovered(late, free=40),
        uncovered(early, late, free=40),
        uncovered(early, late, free=40, incoming=(other,)),
        uncovered(demand(30, date(2026, 12, 3)), free=0),
    ]
    assert [any(effect.uncovered for effect in found.effects) for found in results] == [False, True, False, False]


def test_supplier_words_are_escaped_and_accounts_and_links_masked():
    words = "<script>alert(1)</script> pay to DE89 3704 0044 0532 0130 00 see http://evil.example/x or a@evil.example"
    item = replace(deviation(LATE, days=3), evidence=(Evidence(part="<b>.pdf", text=words, page=1),))
    html = advised(assessed(Kind.ORDER_CONFIRMATION, item)).note_html
    assert "<script>" not in html
    assert "<b>.pdf" not in html
    assert "0532" not in html
    assert "evil.example" not in html


def test_a_suspicious_message_is_quoted_nowhere():
    item = replace(deviation(LATE, days=3), evidence=(Evidence(part="body", text="SECRET WORDS"),))
    strange = Deviation(type=DeviationType.SUSPICIOUS_CONTENT, reason="A text addresses the program.", confidence=0.9)
    found = advised(assessed(Kind.ORDER_CONFIRMATION, item, strange))
    assert "SECRET" not in found.note_html
    assert found.draft_reply is None
    assert found.route.roles[0] is Role.SECURITY


def test_the_draft_names_the_order():
    found = advised(assessed(Kind.DELAY_NOTICE, deviation(LATE, days=12), promised=date(2026, 12, 2)))
    assert found.draft_reply
    assert "PX1" in found.draft_reply


@pytest.mark.parametrize(
    "text", ["PL61 1090 1014 0000 0712 1981 2874", "PL61109010140000071219812874", "0123 4567 8901 23"]
)
def test_accounts_are_masked_in_every_form(text):
    assert "1014" not in masking.masked(f"please use {text} from now on")
    assert "4567" not in masking.masked(f"please use {text} from now on")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("tolerances:\n  late_dayz: 2\nroutes: []\n", 2, "late_dayz"),
        ("tolerances:\n  late_days: soon\nroutes: []\n", 2, "whole number"),
        ("routes:\n  - name: a\n    roles: [boss]\n", 3, "boss"),
        ("review_below: 2\nroutes: []\n", 1, "from 0 to 1"),
        ("routes:\n  - roles: [buyer]\n", 2, "has no name"),
        ("routes: [\n", 2, "YAML"),
        ("", 0, "empty"),
    ],
)
def test_a_wrong_policy_is_named_with_line_and_key(tmp_path, text, line, words):
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        policy_file.load_policy(path)
    told = str(caught.value)
    assert str(path) in told
    assert words in told
    assert not line or f":{line}" in told
