"""Rows that tell more of the row above, packages added up, discounts told once, and heads that contents decide."""

from datetime import date
from decimal import Decimal

import pytest
from test_sentences_and_tables import stated, table

from triage.domain.document import Cell, PartRole, Table
from triage.domain.statement import Disposition
from triage.extractors import columns, rows
from triage.extractors.columns import Role
from triage.reading import columns as printed


def read(*content, lines=()):
    return stated(*lines, tables=(table(*content),), role=PartRole.ATTACHMENT, name="paper.pdf").lines


def prices(found):
    return [item.price.value.per_unit for item in found]


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("PU HT\nle cent", Role.UNIT_PRICE), ("Netto €/100", Role.NET_PRICE), ("Unit £", Role.UNIT_PRICE),
        ("Unit", Role.UNIT), ("Delivery qty", Role.QUANTITY), ("Total qty", Role.QUANTITY), ("Qty/ctn", None),
        ("Stk je Karton", None), ("入数", None), ("Preis/VE", Role.UNIT_PRICE), ("Total €", Role.AMOUNT),
    ],
)  # fmt: skip
def test_what_a_head_speaks_of(head, role):
    assert columns.role_of(head, {})[0] is role


def test_a_delivery_note_has_heads_too():
    assert printed.is_header(["Artikel", "Omschrijving", "Besteld", "Geleverd", "Eenh.", "Rest"])


def test_the_net_price_below_a_row_is_its_price():
    found = read(
        ("Pos", "Artikel", "Menge", "Einzel €", "Gesamt €"),
        ("1", "MU-77 Kugelhahn", "40", "15,00", ""),
        ("", "./. 20 % Rabatt", "", "-3,00", ""),
        ("", "Nettopreis", "", "12,00", "480,00"),
        ("", "Summe netto", "", "480,00", ""),
    )
    assert prices(found) == [12]


def test_discounts_below_rows_are_taken_off_one_after_the_other():
    found = read(
        ("Artikel", "Bezeichnung", "Menge", "Preis", "Betrag"),
        ("MU-77", "Kugelhahn", "40", "16,00", "640,00"),
        ("", "abzgl. 20 % Mengenrabatt", "", "", "-128,00"),
        ("MU-88", "Dichtring", "500", "0,31", "155,00"),
    )
    assert prices(found) == [Decimal("12.8"), Decimal("0.31")]


def test_a_discount_in_the_head_of_the_amounts_is_taken_off_where_they_prove_it():
    head = ("Item", "Qty", "List price", "Amount (less 10%, less 5%)")
    assert prices(read(head, ("MU-77", "40", "10.00", "342.00"), ("MU-88", "500", "2.00", "855.00"))) == [
        Decimal("8.55"),
        Decimal("1.71"),
    ]
    assert prices(read(head, ("MU-77", "40", "10.00", "400.00"), ("MU-88", "500", "2.00", "1000.00"))) == [10, 2]


def test_a_discount_of_the_sum_is_one_of_the_prices_but_none_for_paying_early():
    content = (
        ("Código", "Cantidad", "Precio", "Importe"),
        ("MU-77", "40", "15,00", "600,00"),
        ("MU-88", "500", "0,40", "200,00"),
    )
    told = ("Suma 800,00", "Dto. 10 % 80,00", "Base imponible 720,00")
    assert prices(read(*content, lines=told)) == [Decimal("13.5"), Decimal("0.36")]
    early = ("Suma 800,00", "Dto. 10 % pronto pago 80,00", "A pagar 720,00")
    assert prices(read(*content, lines=early)) == [15, Decimal("0.4")]


def test_a_column_that_may_be_text_or_discount_is_what_it_holds():
    found = read(
        ("Artigo", "Designação", "Qtd.", "P. unit.", "Desc.", "Valor"),
        ("MU-77", "Válvula", "40", "10,00", "10+5", "342,00"),
    )
    assert prices(found) == [Decimal("8.55")]


def test_a_row_that_says_the_same_again_is_a_second_delivery():
    found = read(
        ("No", "Item", "Description", "Qty", "Price", "Arrival"),
        ("1", "MU-88", "Seal ring", "300", "0.31", "2026-11-02"),
        ("", "", "2nd delivery", "200", '"', "2026-11-16"),
    )
    assert [(item.codes[0].value, item.quantity.value, item.promised.value) for item in found] == [
        ("MU-88", 300, date(2026, 11, 2)),
        ("MU-88", 200, date(2026, 11, 16)),
    ]
    assert prices(found) == [Decimal("0.31")] * 2


def test_a_second_delivery_has_the_codes_of_the_row_above():
    found = read(
        ("No", "Goods", "Ordered", "Delivery date", "Delivery qty", "Balance"),
        ("1", "Seal ring (MU-88)", "500", "2 Nov 2026", "300", "200"),
        ("", "", "", "16 Nov 2026", "200", "0"),
    )
    assert [([code.value for code in item.codes], item.quantity.value) for item in found] == [
        (["MU-88"], 300),
        (["MU-88"], 200),
    ]


def test_cartons_of_the_same_goods_are_added_up():
    found = read(
        ("Ctn No.", "Part", "Cartons", "Qty/ctn", "Total qty", "Serial from", "N.W. kg"),
        ("1-4", "MU-77", "4", "8", "32", "KH8-70441", "3.2"),
        ("5", "MU-77", "1", "8", "8", "KH8-70473", "0.8"),
        ("6-10", "MU-88", "5", "100", "500", "DR1-00001", "5.0"),
    )
    assert [item.quantity.value for item in found] == [40, 500]
    assert not any(item.price for item in found)


def test_a_confirmation_of_two_deliveries_is_not_added_up():
    found = read(
        ("Part", "Qty shipped", "Arrival"),
        ("MU-88", "300", "2026-11-02"),
        ("MU-88", "200", "2026-11-16"),
    )
    assert [item.quantity.value for item in found] == [300, 200]


def test_a_list_of_open_quantities_tells_them():
    (found,) = read(("Pos", "Artikel", "offen Stk", "Termin"), ("2", "MU-88", "200", "16.11.2026"))
    assert (found.quantity.value, found.unit.value, found.remainder) == (200, "Stk", True)


def test_days_below_a_head_of_quantities_are_those_promised():
    found = read(
        ("Art.-Nr.", "Menge", "Wunsch", "Bestätigt"),
        ("MU-77", "40", "02.11.2026", "02.11.2026"),
        ("MU-88", "500", "02.11.2026", "16.11.2026"),
    )
    assert [item.promised.value for item in found] == [date(2026, 11, 2), date(2026, 11, 16)]


def test_the_day_of_a_rest_stands_below_its_row():
    found = read(
        ("Item", "Description", "Qty Ord", "Qty Shp", "Qty B/O", "Promise"),
        ("MU-88", "Seal ring", "500", "300", "200", "02.11.2026"),
        ("", "** BALANCE 200 EST 20.11.2026", "", "", "", ""),
    )
    assert [(item.quantity.value, item.promised.value) for item in found] == [
        (300, date(2026, 11, 2)),
        (200, date(2026, 11, 20)),
    ]


def test_a_note_behind_the_total_is_no_part_of_the_last_row():
    whole = table(
        ("Pos", "Ref.", "Cant.", "Importe"),
        ("1", "MU-77", "40", "500"),
        ("", "", "Total", "500"),
        ("Entrega en destino: 02/11/2026", "", "", ""),
    )
    assert len(rows.without_foot(whole).rows) == 3
    found = stated("Entrega en destino: 02/11/2026", tables=(whole,), role=PartRole.ATTACHMENT, name="a.xlsx")
    assert [item.promised for item in found.lines] == [None]
    assert [item.promised.value for item in found.whole_orders] == [date(2026, 11, 2)]


@pytest.mark.parametrize(("written", "fate"), [("MU-79", Disposition.SUBSTITUTED), ("AB-100", None)])
def test_a_code_crossed_out_beside_another_is_replaced_by_it(written, fate):
    head = tuple(Cell(text=text) for text in ("Artikel", "Menge", "Termin"))
    row = (Cell(text=written, struck="MU-77"), Cell(text="40"), Cell(text="02.11.2026"))
    (found,) = stated(tables=(Table(rows=(head, row)),), role=PartRole.ATTACHMENT, name="a.html").lines
    assert (found.disposition.value if found.disposition else None) is fate
    assert (found.substitute_code is not None) is (fate is not None)


def test_a_day_crossed_out_is_the_former_one():
    head = tuple(Cell(text=text) for text in ("Indeks", "Ilość", "Termin"))
    row = (Cell(text="MU-77"), Cell(text="40 szt"), Cell(text="16.11.2026", struck="02.11.2026"))
    (found,) = stated(tables=(Table(rows=(head, row)),), role=PartRole.ATTACHMENT, name="a.html").lines
    assert (found.promised.value, found.former_date.value) == (date(2026, 11, 16), date(2026, 11, 2))
