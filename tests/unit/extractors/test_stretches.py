"""Sentences that speak of several goods, orders, deliveries and days; days told from the day of writing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.domain.document import Address, Cell, Headers, Part, PartRole, Reading, Table, TextLine
from triage.domain.erp import Company, Order, OrderBook, OrderLine, Partner
from triage.domain.statement import Disposition
from triage.extractors import clauses, dates, money
from triage.extractors import extract as extracting

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)  # a Thursday
SUPPLIER = Partner(id=7, name="Roble y Acero", country="Spain", is_company=True)
COMPANY = Company(id=1, name="We", currency="EUR")
GOODS = (
    ("RA-10", "PV-CX40", "Corner bracket 40 mm", 60, "2.4"),
    ("RA-20", "PV-HZ25", "Hinge stainless 25", 200, "4.8"),
    ("RA-30", "PV-LK9", "Padlock brass", 30, "19.5"),
)


def order(identity, name):
    lines = tuple(
        OrderLine(
            id=identity * 10 + number, order_id=identity, number=number, product_id=number, product_code=code,
            supplier_codes=(theirs,), description=f"[{theirs}] {what}", quantity=Decimal(quantity), received=Decimal(0),
            invoiced=Decimal(0), uom="Units", price=Decimal(price), currency="EUR", due=date(2026, 11, 2),
        )
        for number, (code, theirs, what, quantity, price) in enumerate(GOODS, start=1)
    )  # fmt: skip
    return Order(
        id=identity, name=name, supplier=SUPPLIER, company=COMPANY, currency="EUR", state="purchase",
        ordered_on=date(2026, 9, 20), buyer=None, lines=lines,
    )  # fmt: skip


FIRST, SECOND = order(1, "PX0042"), order(2, "PX0057")
BOOK = OrderBook(
    companies=(COMPANY,), senders=(SUPPLIER,), sender_known_by="domain", orders=(FIRST,), products=(),
    supplier_products=(),
)  # fmt: skip


def stated(*lines, orders=(FIRST,), tables=(), subject="PX0042"):
    part = Part(
        name="body", role=PartRole.BODY, media_type="text/plain", tables=tables,
        lines=tuple(TextLine(text=item) if isinstance(item, str) else item for item in lines),
    )  # fmt: skip
    headers = Headers(subject=subject, sender=Address(name="", email="a@roble.example"), date=NOW)
    reading = Reading(headers=headers, parts=(part,), languages=("en",))
    return extracting.extract(reading, replace(BOOK, orders=orders), NOW)


def facts(found):
    """(line, quantity, day) of each statement."""
    return [
        (item.anchor, item.quantity and item.quantity.value, item.promised and item.promised.value)
        for item in found.lines
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The brackets arrive on 9 November, the hinges on 16 November and padlocks as ordered.",
            [(11, None, date(2026, 11, 9)), (12, None, date(2026, 11, 16)), (13, None, None)],
        ),
        ("Lines 1+3 will be delivered 12 November.", [(11, None, date(2026, 11, 12)), (13, None, date(2026, 11, 12))]),
        (
            "Positions 1-3 come on 12 November.",
            [(11, None, date(2026, 11, 12)), (12, None, date(2026, 11, 12)), (13, None, date(2026, 11, 12))],
        ),
        (
            "PV-LK9: 20 off on 3 November, remaining 10 to follow on 1 December.",
            [(13, 20, date(2026, 11, 3)), (13, 10, date(2026, 12, 1))],
        ),
        (
            "De bisagras (PV-HZ25) solo tenemos 150; las 50 restantes llegan el 20 de noviembre.",
            [(12, 150, None), (12, 50, date(2026, 11, 20))],
        ),
        ("PV-HZ25: 150 pcs on 2 November, the remaining 50 are cancelled.", [(12, 150, date(2026, 11, 2))]),
    ],
)
def test_each_of_several_goods_or_deliveries_has_its_own_values(text, expected):
    assert facts(stated(text)) == expected


def test_a_sentence_about_two_orders_is_cut_between_them():
    found = stated(
        "PX0042 line 1 moves to 9 November and PX0057 line 2 moves to 16 November.", orders=(FIRST, SECOND), subject=""
    )
    assert facts(found) == [(11, None, date(2026, 11, 9)), (22, None, date(2026, 11, 16))]


def test_orders_that_are_only_listed_share_what_is_said():
    found = stated("Orders PX0042 and PX0057 will be delivered complete on 9 November.", orders=(FIRST, SECOND))
    assert {(item.order_number, item.promised.value) for item in found.whole_orders} == {
        ("PX0042", date(2026, 11, 9)),
        ("PX0057", date(2026, 11, 9)),
    }


def test_surcharge_freight_and_total_are_no_price():
    (found, *_) = stated("PV-CX40 costs EUR 2.50 each, plus freight EUR 45.00.").lines
    assert found.price.value.per_unit == Decimal("2.5")
    (found, *_) = stated("60 Stk PV-CX40 zu 2,40 EUR zzgl. Legierungszuschlag 0,35 EUR.").lines
    assert found.price.value.per_unit == Decimal("2.4")


def test_a_discount_beside_the_price_is_taken_off():
    (found,) = stated("PV-HZ25: 200 pz a 5,00 € sconto 4% consegna 2.11.").lines
    assert found.price.value.per_unit == Decimal("4.8")


def test_the_basis_of_a_price_stands_beside_it():
    (found,) = stated("PV-HZ25 liefern wir zu 485,00 EUR/100 Stk.").lines
    assert found.price.value.per_unit == Decimal("4.85")


def test_a_substitute_is_named_by_its_own_code():
    (found,) = stated("PV-CX40 is discontinued, instead we offer the replacement PV-CX45.").lines
    assert found.disposition.value is Disposition.SUBSTITUTED
    assert found.substitute_code.value == "PV-CX45"


def test_goods_that_are_out_of_stock_wait():
    (found,) = stated("PV-LK9 est en rupture, pas de date à ce jour.").lines
    assert found.disposition.value is Disposition.BACKORDERED
    assert found.promised is None


def test_rows_of_a_list_state_their_quantities_and_a_question_does_not():
    found = stated("Today we shipped:", "60 pcs PV-CX40", "200 pcs PV-HZ25")
    assert facts(found) == [(11, 60, None), (12, 200, None)]
    assert stated("About the 60 pcs PV-CX40: which colour would you like?").lines == ()


def test_a_row_without_goods_is_another_delivery_of_those_above():
    cells = (
        ("Pos", "Article", "Qty", "Delivery"),
        ("2", "PV-HZ25", "150 pcs", "02.11.2026"),
        ("", "", "50 pcs", "20.11.2026"),
    )
    table = Table(rows=tuple(tuple(Cell(text=text) for text in row) for row in cells))
    found = stated(tables=(table,))
    assert [(item.codes[0].value, item.quantity.value) for item in found.lines] == [("PV-HZ25", 150), ("PV-HZ25", 50)]


def test_a_count_of_parcels_is_no_position():
    assert stated("Oggi abbiamo affidato al corriere n. 3 colli.").lines == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Levering op 27-10. Regel 2 volgt.", ["Levering op 27-10.", "Regel 2 volgt."]),
        ("In KW 50. Hauptschalter folgt.", ["In KW 50.", "Hauptschalter folgt."]),
        ("Am 4. Dezember kommt es.", ["Am 4. Dezember kommt es."]),
        ("In der 50. Woche kommt es.", ["In der 50. Woche kommt es."]),
        ("We can do 50 now. More later.", ["We can do 50 now.", "More later."]),
        ("Zu 1,15 EUR/m. Liefertermin folgt.", ["Zu 1,15 EUR/m.", "Liefertermin folgt."]),
        ("12 Stk. Kabel und Art. 4 liegen bereit.", ["12 Stk. Kabel und Art. 4 liegen bereit."]),
    ],
)
def test_where_sentences_end(text, expected):
    assert clauses.split_sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("dispo sous 8 jours ouvrés", date(2026, 10, 20)),
        ("2-3 weeks ARO", date(2026, 10, 29)),
        ("Lieferzeit ca. 3 Wochen", date(2026, 10, 29)),
        ("consegna 15 gg dalla data odierna", date(2026, 10, 23)),
        ("livraison s. 50", date(2026, 12, 11)),
        ("with you Tuesday", date(2026, 10, 13)),
        ("dostawa w piątek", date(2026, 10, 9)),
        ("in der ersten Januarwoche", date(2027, 1, 8)),
        ("la primera semana de diciembre", date(2026, 12, 4)),
        ("next week", date(2026, 10, 16)),
        ("明日発送", date(2026, 10, 9)),
        ("op 27-10", date(2026, 10, 27)),
    ],
)
def test_days_told_from_the_day_of_writing(text, day):
    (found,) = dates.find_dates(text, today=NOW.date(), day_first=True)
    assert found.value == day


@pytest.mark.parametrize(
    "text",
    [
        "payment in 30 days net",
        "please reply within 5 days",
        "we are open Monday to Friday",
        "the offer is valid for 30 days",
        "delayed by two weeks",
        "Guten Morgen",
    ],
)
def test_spans_that_are_no_day_of_delivery(text):
    assert dates.find_dates(text, today=NOW.date(), day_first=True) == ()


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("8,65 cad.", None),
        ("CAD 8.65", "CAD"),
        ("单价8.40美元，", "USD"),
        ("単価は11.90ドルで", "USD"),
        ("a € 8,65 cad.", "EUR"),
    ],
)
def test_currencies_beside_amounts(text, currency):
    (found,) = money.find_money(text)
    assert found.currency == currency


def test_the_total_of_a_line_is_no_price():
    (found,) = stated("PV-HZ25  200 pcs x 4,95 = 990,00 €").lines
    assert found.price.value.per_unit == Decimal("4.95")


def test_rows_that_begin_with_a_quantity_are_rows_however_long():
    found = stated(
        "60 Stk Corner bracket 40 mm verzinkt und verpackt (PV-CX40) zu 2,40 EUR/Stk",
        "200 Stk Hinge stainless 25 poliert (PV-HZ25) zu 4,80 EUR/Stk",
    )
    assert [(item.anchor, item.quantity.value) for item in found.lines] == [(11, 60), (12, 200)]


def test_the_rest_after_a_line_that_is_told_whole_is_the_rest_of_the_order():
    found = stated("Position 3 was shipped today.", "The rest will be delivered on 9 November.")
    (whole,) = found.whole_orders
    assert whole.others_only
    assert whole.promised.value == date(2026, 11, 9)


def test_an_alternative_is_for_the_goods_whose_code_it_resembles():
    found = stated("Line 3 is cancelled. Lines 1 and 2 unaffected. The alternative would be PV-LK8 at EUR 21.00.")
    substituted = [item for item in found.lines if item.substitute_code is not None]
    assert [(item.anchor, item.substitute_code.value) for item in substituted] == [(13, "PV-LK8")]


def test_numbers_stand_beside_chinese_words():
    found = stated("订单PX0042确认：PV-CX40 60个，单价EUR2.50，交货期11月9日", subject="")
    assert [item.value for item in found.order_numbers] == ["PX0042"]
    assert found.lines[0].price.value.amount == Decimal("2.50")


def test_of_several_quantities_the_one_that_comes_is_stated():
    for text in (
        "PV-CX40: 60 x, 40 OK 2 Nov, 20 short, no ETA",
        "PV-CX40: we can only deliver 40 brackets of the 60 ordered",
        "PV-CX40 total 40 pcs (order 60 pcs)",
    ):
        (found,) = stated(text).lines
        assert (found.quantity.value, found.ordered_quantity.value) == (Decimal(40), Decimal(60)), text


def test_rows_of_goods_that_are_described_have_days_and_deliveries_of_their_own():
    found = stated("We confirm:", "- Brackets: 20 pcs on 02/11 and 40 pcs on 16/11", "- Hinges: 200 pcs, 02/11")
    assert facts(found) == [
        (11, Decimal(20), date(2026, 11, 2)),
        (11, Decimal(40), date(2026, 11, 16)),
        (12, Decimal(200), date(2026, 11, 2)),
    ]


def test_an_item_that_is_not_recognised_says_nothing_of_the_one_before():
    found = stated("- Hinges: 200 pcs, 2 November", "- Something else entirely: 12 pcs, 9 November")
    assert facts(found) == [(12, Decimal(200), date(2026, 11, 2))]


def test_rows_that_begin_with_a_position_are_rows_however_long():
    found = stated(
        "Pos 1: PV-CX40, 60 pcs, price 2.40 EUR each, delivery week 45/2026",
        "Pos 2: PV-HZ25, 200 pcs, price 4.80 EUR less 3% project discount, delivery 02.11.2026",
    )
    assert facts(found) == [(11, Decimal(60), date(2026, 11, 6)), (12, Decimal(200), date(2026, 11, 2))]
    assert found.lines[1].price.value.per_unit == Decimal("4.656")


def test_a_lead_time_from_a_payment_or_an_approval_is_no_day():
    assert not dates.find_dates("Delivery time: 25 days after deposit", today=date(2026, 10, 8))
    assert not dates.find_dates("Lieferzeit 4 Wochen nach Freigabe", today=date(2026, 10, 8))


@pytest.mark.parametrize(
    ("text", "day", "words"),
    [
        ("60 OK 2 Dec, 20 short", date(2026, 12, 2), "2 Dec"),
        ("Lieferung KW 49, 20 Stück", date(2026, 12, 4), "KW 49"),
        ("3 dec 27 stuks", date(2026, 12, 3), "3 dec"),
        ("2 Dec 26 to be confirmed", date(2026, 12, 2), "2 Dec 26"),
        ("Kw50 '26", date(2026, 12, 11), "Kw50 '26"),
    ],
)
def test_what_is_counted_behind_a_day_is_no_year(text, day, words):
    (found,) = dates.find_dates(text, today=date(2026, 11, 16), day_first=True)
    assert (found.value, found.text) == (day, words)


def test_a_day_long_past_is_never_sure():
    (found,) = dates.find_dates("Lieferung 2. Dezember 2020", today=date(2026, 11, 16), day_first=True)
    assert found.confidence <= 0.5
