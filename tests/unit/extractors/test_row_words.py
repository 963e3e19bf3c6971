"""Words in tables' rows that take the place of numbers, torn heads, weights, and marks of price bases."""

from datetime import date
from decimal import Decimal

import pytest
from test_sentences_and_tables import stated, table

from triage.domain.document import PartRole
from triage.domain.statement import Disposition
from triage.extractors import clauses, columns, money
from triage.extractors.columns import Role


def read(*content, lines=()):
    return stated(*lines, tables=(table(*content),), role=PartRole.ATTACHMENT, name="paper.pdf").lines


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("Brüt kg", Role.WEIGHT), ("Poids net (kg)", Role.WEIGHT), ("Netto kg", Role.WEIGHT), ("Peso bruto", Role.WEIGHT),
        ("毛重", Role.WEIGHT), ("Brüt fiyat", Role.GROSS_PRICE), ("Netto €/kg", Role.NET_PRICE), ("Net", Role.UNIT_PRICE),
        ("Est. Dlvy", Role.PROMISED_DATE), ("新价", Role.UNIT_PRICE), ("改定単価", Role.UNIT_PRICE),
    ],
)  # fmt: skip
def test_what_goods_weigh_is_no_price(head, role):
    assert columns.role_of(head, {})[0] is role


def test_a_word_of_confirmation_in_a_head_is_no_unit():
    (found,) = read(("Our code", "Qty ord.", "Qty conf.", "Price £"), ("MU-77", "40", "38", "12.50"))
    assert (found.quantity.value, found.unit) == (38, None)


def test_fields_directly_above_a_head_are_no_part_of_it():
    rows = table(
        ("Entrega en", "destino: planta", "Forma de pago:", "fecha"),
        ("Artículo", "Cant.", "Tarifa", "Importe"),
        ("MU-77", "40 ud", "10,00", "400,00"),
    )
    assert columns.header_at(rows, 0, {}) is None
    assert columns.header_at(rows, 1, {}).roles[0] is Role.CODE


def test_a_column_of_units_beside_the_quantity_needs_no_head():
    (found,) = read(("Item", "Part no", "Qty", "M", "Price", "Ship"), ("1", "MU-77", "40", "EA", "12.50", "02.11.2026"))
    assert found.unit.value == "EA"
    assert found.promised.value == date(2026, 11, 2)


@pytest.mark.parametrize(
    "told",
    ["not supplied", "liefern wir nicht", "non fornito", "não fornecemos", "nie dostarczamy", "供給不可", "不供应"],
)
def test_words_in_the_place_of_a_day_refuse_the_row(told):
    first, second = read(
        ("Ref.", "Qty", "Price", "Delivery date"),
        ("MU-77", "40", "12.50", "02.11.2026"),
        ("MU-88", "—", "—", told),
    )
    assert first.disposition is None
    assert second.disposition.value is Disposition.REJECTED
    assert second.codes[0].value == "MU-88"


@pytest.mark.parametrize(
    "told",
    ["ersetzt MU-77", "in sostituzione di MU-77, fuori catalogo", "replaces MU-77", "※MU-77の後継品", "替代MU-77"],
)
def test_a_row_in_place_of_goods_of_ours(told):
    (found,) = read(("Code", "Description", "Qty", "Price"), ("MU-79X", f"Kugelhahn neu\n{told}", "40", "12.50"))
    assert found.disposition.value is Disposition.SUBSTITUTED
    assert found.substitute_code.value == "MU-79X"
    assert not found.doubts


def test_the_day_of_arrival_beside_one_of_dispatch_below_the_code():
    (found,) = read(
        ("Ln", "Part no", "Qty", "Price"), ("1", "MU-77\nSHIPS 10/23/2026 - EST DLVY PLANT 10/30/2026", "40", "12.50")
    )
    assert found.promised.value == date(2026, 10, 30)


def test_a_legend_of_a_mark_holds_for_the_rows_that_bear_it():
    found = read(
        ("Part no", "Qty", "Price"), ("MU-77", "40", "12.50"), ("MU-88", "500", "1250.00/C"),
        lines=("/C = PRICE PER HUNDRED",),
    )  # fmt: skip
    assert [item.price.value.per_unit for item in found] == [Decimal("12.5"), Decimal("12.5")]


def test_a_price_behind_list_and_discount_is_net():
    (found,) = read(("Part no", "Qty", "List", "Disc", "Net"), ("MU-77", "40", "15.00", "20%", "12.00"))
    assert found.price.value.per_unit == 12


@pytest.mark.parametrize(
    "told",
    ["8,50 € je Tausend", "8,50 € el mil", "8,50 € il mille", "8,50 € le mille", "8.50 per thousand", "8,50 o milhar",
     "8,50 € al millar", "8,50 € per duizend"],
)  # fmt: skip
def test_a_price_for_a_thousand(told):
    assert [basis.per for basis in money.find_price_basis(told)] == [1000]


@pytest.mark.parametrize("told", ["Qty U/M List", "il mille euro", "el mil 500"])
def test_a_unit_of_measure_is_no_price_basis(told):
    assert not money.find_price_basis(told)


def test_an_item_number_and_its_article_in_one_cell():
    found = read(
        ("Pos.", "Material", "Bezeichnung\nMenge", "Preis"),
        ("000010 MU-77", "Ihre Nr. AB-100", "Kugelhahn\n40 ST", "12,50"),
        ("", "Liefertermin: Tag 05.11.2026", "40 ST", ""),
        ("000020 MU-88", "Ihre Nr. AB-200", "Dichtring\n500 ST", "1,10"),
        ("", "Liefertermin: Tag 09.11.2026", "500 ST", ""),
    )
    assert [item.position.value for item in found] == [10, 20]
    assert [item.promised.value.day for item in found] == [5, 9]
    assert {"MU-88", "AB-200"} <= {code.value for code in found[1].codes}


def test_a_code_of_letters_and_a_number_with_a_blank_between():
    (found,) = read(("Articolo", "Q.tà", "Prezzo"), ("QX 540\nKit guarnizioni", "40", "12,50"))
    assert found.codes[0].value == "QX 540"


def test_packs_are_counted_in_the_units_that_the_row_says_they_hold():
    (found,) = read(
        ("Ref.", "Descripción", "Cant.", "Precio", "Importe"),
        ("MU-88", "Junta en cajas (10 cajas = 500 uds)", "10", "55,00", "550,00"),
    )
    assert (found.quantity.value, found.unit.value) == (500, "uds")
    assert found.price.value.per_unit == Decimal("1.1")


def test_the_date_of_the_document_dates_no_delivery_beside_it():
    fields = "Data dokumentu: 12.10.2026   Termin płatności: 30 dni   Dostawa: DAP Gdynia"
    assert clauses.split_sentences(fields)[-1] == "Dostawa: DAP Gdynia"
    row = "Artikel: MU-77   Menge: 40   Datum: 05.11.2026"
    assert clauses.split_sentences(row) == [row]


def test_days_below_heads_of_a_second_line():
    found = read(
        ("Line", "Item Number", "Description", "Quantity", "Unit Price"),
        ("1.000", "MU-77", "Ball valve\n10/30/26 11/13/26", "40", "12.50"),
        ("2.000", "MU-88", "Seal", "500", "1.10"),
        ("", "** LN 2.000: TOOL UNDER REPAIR **", "10/30/26 11/20/26", "", "550.00"),
        lines=(
            "Line   Item Number   Description   Quantity   Unit Price",
            "Requested   Promised Ship   Extended Price",
        ),
    )
    days = [item.promised.value for item in found if item.promised]
    assert days == [date(2026, 11, 13), date(2026, 11, 20)]
    assert len(found) == len(days)


def test_powers_of_ten_behind_a_price_are_its_basis():
    found = read(
        ("Lig", "Réf", "Qté", "P.U. brut", "Remise", "UV", "Livraison"),
        ("1", "MU-77", "40", "12,50", "10", "1", "02/11/26"),
        ("2", "MU-88", "500", "110,00", "10+5", "100", "02/11/26"),
    )
    assert [item.price.value.per for item in found] == [1, 100]
    assert [item.unit for item in found] == [None, None]


@pytest.mark.parametrize("told", ["Transport", "Carriage, crate", "Verpackung", "Trasporto", "Koszt transportu"])
def test_a_numbered_row_of_carriage_is_no_item(told):
    found = read(
        ("Pos", "Artikel", "Bezeichnung", "Menge", "Preis"),
        ("10", "MU-77", "Kugelhahn", "40", "12,50"),
        ("20", "", told, "1", "incl."),
    )
    assert [item.quantity.value for item in found] == [40]
