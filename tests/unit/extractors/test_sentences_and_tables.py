"""What a message states: rows of tables, sentences around goods, statements about the whole order."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.domain.document import Address, Cell, Headers, Part, PartRole, Reading, Table, TextLine
from triage.domain.erp import Company, Order, OrderBook, OrderLine, Partner
from triage.domain.statement import Disposition
from triage.extractors import extract as extracting

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)


def line(number, code, supplier_code, name, quantity, due, received=0):
    return OrderLine(
        id=number, order_id=1, number=number, product_id=number, product_code=code, supplier_codes=(supplier_code,),
        description=f"[{supplier_code}] {name}", quantity=Decimal(quantity), received=Decimal(received),
        invoiced=Decimal(0), uom="Units", price=Decimal("12.5"), currency="EUR", due=due,
    )  # fmt: skip


SUPPLIER = Partner(id=7, name="Muster GmbH", country="Germany", is_company=True)
ORDER = Order(
    id=1, name="PX0042", supplier=SUPPLIER, company=Company(id=1, name="We", currency="EUR"), currency="EUR",
    state="purchase", ordered_on=date(2026, 9, 20), buyer=None,
    lines=(
        line(1, "AB-100", "MU-77", "Kugelhahn DN 20", 40, date(2026, 11, 2)),
        line(2, "AB-200", "MU-88", "Dichtring Viton", 500, date(2026, 11, 2)),
    ),
)  # fmt: skip
BOOK = OrderBook(
    companies=(ORDER.company,), senders=(SUPPLIER,), sender_known_by="domain", orders=(ORDER,), products=(),
    supplier_products=(),
)  # fmt: skip


def stated(*lines, tables=(), role=PartRole.BODY, name="body", subject="PX0042"):
    part = Part(
        name=name, role=role, media_type="text/plain", lines=tuple(TextLine(text=text) for text in lines), tables=tables
    )
    sender = Address(name="", email="a@muster.example")
    reading = Reading(headers=Headers(subject=subject, sender=sender, date=NOW), parts=(part,), languages=("de",))
    return extracting.extract(reading, BOOK, NOW)


def facts(statement):
    return [
        (
            item.anchor,
            item.quantity.value if item.quantity else None,
            item.promised.value if item.promised else None,
        )
        for item in statement.lines
    ]


def table(*rows):
    return Table(rows=tuple(tuple(Cell(text=text) for text in row) for row in rows))


def test_a_sentence_is_about_the_goods_it_names():
    found = stated("Die 40 Stück MU-77 kommen leider erst am 16.11.2026.")
    assert facts(found) == [(1, 40, date(2026, 11, 16))]


def test_the_sentence_behind_goes_on_about_the_same_goods():
    found = stated("Die 40 Stück MU-77 sind nicht fertig geworden. Neuer Liefertermin ist die KW 47.")
    assert facts(found) == [(1, 40, None), (1, None, date(2026, 11, 20))]


def test_two_goods_in_one_sentence_keep_their_own_dates():
    found = stated("MU-77 kommt am 9.11.2026, MU-88 am 16.11.2026.")
    assert facts(found) == [(1, None, date(2026, 11, 9)), (2, None, date(2026, 11, 16))]


def test_a_split_gives_two_statements():
    found = stated(
        "Von den 500 Stück MU-88 liefern wir 200 Stück am 2.11.2026, die restlichen 300 Stück am 16.11.2026."
    )
    assert facts(found) == [(2, 200, date(2026, 11, 2)), (2, 300, date(2026, 11, 16))]


def test_the_old_date_is_not_taken_for_the_new():
    found = stated("MU-77 liefern wir am 16.11.2026 statt am 02.11.2026.")
    assert facts(found) == [(1, None, date(2026, 11, 16))]


def test_quantities_named_in_passing_state_nothing():
    assert stated("Eine Frage zu den 40 Stück MU-77: welche Farbe?").lines == ()


def test_as_ordered_speaks_of_every_line():
    found = stated("Wir bestätigen Ihre Bestellung PX0042 wie bestellt.")
    (whole,) = found.whole_orders
    assert whole.disposition.value is Disposition.ACCEPTED
    assert whole.confirms_quantity
    assert whole.confirms_date


def test_a_row_is_proved_by_its_arithmetic_and_the_price_basis_found():
    rows = table(
        ("Pos", "Artikel", "Menge", "Preis", "Betrag", "Termin"),
        ("1", "MU-77", "40 St", "1.250,00", "500,00", "02.11.2026"),
        ("2", "MU-88", "500 St", "31,00", "155,00", "KW 47"),
    )
    found = stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf")
    assert [item.price.value.per_unit for item in found.lines] == [Decimal("12.5"), Decimal("0.31")]
    assert [item.promised.value for item in found.lines] == [date(2026, 11, 2), date(2026, 11, 20)]
    assert all(item.price.confidence > 0.95 for item in found.lines)


def test_a_row_that_contradicts_itself_says_so():
    rows = table(("Artikel", "Menge", "Preis", "Betrag"), ("MU-77", "40", "12,50", "480,00"))
    (found,) = stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf").lines
    assert found.doubts
    assert found.quantity.confidence < 0.7


def test_columns_without_words_are_named_by_arithmetic():
    rows = table(
        ("Item", "Part", "???", "!!!", "xxx", "when"),
        ("1", "MU-77", "40", "12.50", "500.00", "2026-11-02"),
        ("2", "MU-88", "500", "0.31", "155.00", "2026-11-09"),
    )
    found = stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf")
    quantities = [item.quantity.value for item in found.lines if item.quantity]
    assert quantities in ([], [40, 500])


def test_ordered_and_confirmed_quantity_are_told_apart():
    rows = table(
        ("Artikel", "Bestellt", "Bestätigt", "Preis", "Betrag"),
        ("MU-77", "40", "30", "12,50", "375,00"),
    )
    (found,) = stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf").lines
    assert found.quantity.value == 30
    assert found.ordered_quantity.value == 40


def test_chained_discounts_are_applied():
    rows = table(
        ("Artikel", "Menge", "Listenpreis", "Rabatt", "Betrag"),
        ("MU-77", "40", "20,00", "20 % + 10 %", "576,00"),
    )
    (found,) = stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf").lines
    assert found.price.value.per_unit == Decimal("14.4")


def test_totals_are_no_lines():
    rows = table(
        ("Pos", "Artikel", "Menge", "Preis", "Betrag"),
        ("1", "MU-77", "40", "12,50", "500,00"),
        ("", "Summe netto", "", "", "500,00"),
    )
    assert len(stated(tables=(rows,), role=PartRole.ATTACHMENT, name="ab.pdf").lines) == 1


def test_the_date_of_the_document_is_for_all_its_lines():
    found = stated("Liefertermin: 09.11.2026", role=PartRole.ATTACHMENT, name="ab.pdf")
    assert found.whole_orders[0].promised.value == date(2026, 11, 9)


def test_payment_dates_are_no_delivery_dates():
    found = stated("Termin płatności 30.10.2026", "Rechnungsdatum: 01.10.2026", role=PartRole.ATTACHMENT, name="a.pdf")
    assert not [item for item in found.whole_orders if item.promised]
    assert not [item for item in found.lines if item.promised]


def test_silence_is_consent_by_a_day():
    found = stated("Sollten wir bis zum 20.10.2026 nichts von Ihnen hören, gehen wir von Ihrem Einverständnis aus.")
    assert found.respond_by.value == date(2026, 10, 20)
    assert not [item for item in found.lines if item.promised]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Einwände bitte binnen drei Tagen.", 11),
        ("Sans remarque de votre part sous huitaine, la confirmation est réputée acceptée.", 16),
        ("Brak zastrzeżeń w ciągu 2 dni roboczych traktujemy jako akceptację.", 12),
        ("如无异议，请于三天内回复。", 11),
        ("If I hear by close of play Tuesday 13 October I can keep the slot.", 13),
        ("Please let me know by close of play.", 8),
    ],
)
def test_an_answer_is_awaited_within_a_span(text, day):
    assert stated(text).respond_by.value == date(2026, 10, day)


@pytest.mark.parametrize(
    "text",
    [
        "Eventuali contestazioni entro 8 giorni dal ricevimento della merce.",
        "Beanstandungen bitte innerhalb von 8 Tagen nach Erhalt der Ware.",
        "Any queries must be raised within 3 days of delivery.",
    ],
)
def test_complaints_after_receipt_are_terms(text):
    assert stated(text).respond_by is None


def test_a_number_of_our_shape_that_is_not_ours_is_kept_apart():
    found = stated("Ihre Bestellung PX0099 liefern wir am 9.11.2026.", subject="AB")
    assert [item.value for item in found.order_numbers] == ["PX0099"]


def test_every_value_has_its_words_in_the_message():
    text = "Von den 500 Stück MU-88 liefern wir 200 Stück am 2.11.2026, die restlichen 300 Stück am 16.11.2026."
    for item in stated(text).lines:
        for value in (item.quantity, item.promised):
            assert value.evidence.text in text


def lines_of(text):
    from triage.matching import match as matching

    found = matching.match(stated(*text.split("\n")), BOOK)
    return [(item.line_number, item.quantity, item.promised) for item in found.lines]


def test_the_rest_of_a_line_is_a_second_delivery():
    text = "Unfortunately MU-88 is out of stock. We can ship 200 pcs on 4 Nov and the balance on 20 November."
    assert lines_of(text) == [(2, 200, date(2026, 11, 4)), (2, None, date(2026, 11, 20))]


def test_one_line_accepted_and_the_other_late_do_not_share_a_day():
    assert lines_of("Wir bestätigen Pos. 1 wie bestellt, Pos. 2 erst zum 20.11.2026.") == [
        (1, None, None),
        (2, None, date(2026, 11, 20)),
    ]


def test_all_others_unchanged_accepts_the_lines_that_are_not_named():
    text = "Pozycja MU-77 (40 szt.) zostanie dostarczona dopiero 16.11.2026, pozostałe pozycje bez zmian."
    assert lines_of(text) == [(1, 40, date(2026, 11, 16)), (2, None, None)]


def test_arrival_counts_and_not_dispatch():
    text = "Votre commande PX0042 sera expédiée le 30/10/2026 et arrivera chez vous le 03/11/2026."
    assert {day for _, _, day in lines_of(text)} == {date(2026, 11, 3)}


def test_a_delay_told_as_a_span_counts_from_the_order():
    assert lines_of("Levering van MU-77 wordt met twee weken vertraagd.") == [(1, None, date(2026, 11, 16))]


def test_except_one_line():
    text = "Confermiamo il vs. ordine PX0042 come richiesto, ad eccezione della riga 2: consegna 20/11/2026."
    assert lines_of(text) == [(1, None, None), (2, None, date(2026, 11, 20))]
