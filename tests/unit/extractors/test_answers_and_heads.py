"""Answers that accept what was asked, parts told relative to each other, heads and rows as programs print them."""

from datetime import date
from decimal import Decimal

import pytest
from test_sentences_and_tables import facts as rows_of
from test_sentences_and_tables import stated as tabled
from test_sentences_and_tables import table
from test_short_answers import answered
from test_stretches import facts, stated

from triage.domain.statement import Disposition
from triage.extractors import columns, dates, money
from triage.extractors.columns import Role
from triage.reading import text_tables

FIRST, LATER = date(2026, 11, 2), date(2026, 11, 16)
TODAY = date(2026, 10, 8)


def found(text, **options):
    return [item.value for item in dates.find_dates(text, today=TODAY, day_first=True, **options)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("w piątek 16.10 wyślemy resztę", [date(2026, 10, 16)]),
        ("il 19.11 invece del 2.11.", [date(2026, 11, 19), FIRST]),
        ("ratio 12.10 of the mixture", []),
        ("Monday 19th October if all goes well", [date(2026, 10, 19)]),
        ("KW 10/27", [date(2027, 3, 12)]),
        ("le mercredi d'après, 14 octobre", [date(2026, 10, 14)]),
        ("9,40 meno il 4, come al solito", []),
        ("lo consegno il 2/11", [FIRST]),
        ("ayın 20'sinde hazır", [date(2026, 10, 20)]),
    ],
)
def test_days_as_people_write_them(text, days):
    assert found(text) == days


def test_a_preposition_is_no_week_in_polish():
    assert found("w 14 dni", languages=("pl",)) == []


@pytest.mark.parametrize(
    ("text", "chain"), [("20,0", ["20"]), ("30/5", ["30", "5"]), ("40 % + 5 %", ["40", "5"]), ("netto", [])]
)
def test_discounts_below_a_head_that_says_so(text, chain):
    assert money.discounts_in_cell(text) == tuple(map(Decimal, chain))


def test_a_bare_agreement_accepts_what_the_quoted_row_asks():
    (line,) = answered(("agreed", "1) PV-CX40 60 pcs, EUR 2.45, 9 November")).lines
    assert (line.quantity.value, line.price.value.amount, line.promised.value) == (
        60,
        Decimal("2.45"),
        date(2026, 11, 9),
    )
    assert line.disposition.value is Disposition.ACCEPTED


def test_only_the_fields_that_are_agreed_to_are_accepted():
    (line,) = answered(
        ("Date fine, about the price I'll let you know", "1) PV-CX40 60 pcs, EUR 2.45, 9 November")
    ).lines
    assert (line.price, line.promised.value) == (None, date(2026, 11, 9))


def test_a_rest_is_counted_from_the_part_that_was_told():
    parts = stated("PV-CX40: 40 on 2 November, the other 20 two weeks after that.")
    assert facts(parts) == [(11, Decimal(40), FIRST), (11, Decimal(20), LATER)]


def test_the_day_of_the_week_that_was_dated_is_meant_again():
    said = stated("PV-CX40 come on Friday 23 October.", "PV-HZ25: all 200 on Friday as well.")
    assert {item.promised.value for item in said.lines} == {date(2026, 10, 23)}


def test_the_day_we_expect_behind_a_word_of_arrival_is_not_the_old_one():
    (line,) = stated("The brackets PV-CX40 ship on 28 October and arrive on 2 November as planned.").lines
    assert line.promised.value == FIRST


def test_a_number_that_sums_up_a_telephone_counts_nothing():
    (line,) = stated("PV-CX40 on 16 November, ring me on 348 555 0127").lines
    assert line.quantity is None


def test_a_new_price_beside_the_old_one_needs_no_currency():
    (line,) = stated("PV-CX40 is dearer now, please use 2.55 instead of 2.40, 60 pcs on 2 November.").lines
    assert line.price.value.amount == Decimal("2.55")


def test_what_stands_behind_an_equals_sign_is_net():
    (line,) = stated("PV-CX40: 60 pcs, 3.00 EUR less 20 % = 2.40 EUR, 2 November").lines
    assert line.price.value.per_unit == Decimal("2.40")


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("Pr. confermato", Role.UNIT_PRICE), ("Q.tà confermata", Role.CONFIRMED_QUANTITY), ("Menge bestellt", Role.ORDERED_QUANTITY),
        ("Consegna richiesta", Role.REQUESTED_DATE), ("Cena netto EUR", Role.UNIT_PRICE), ("LT", Role.PROMISED_DATE),
    ],
)  # fmt: skip
def test_heads_of_two_words(head, role):
    found, _ = columns.role_of(head, {})
    assert found is role or (role is Role.UNIT_PRICE and found is Role.NET_PRICE)


def test_heads_that_span_columns_are_said_for_each_of_them():
    rows = table(
        ("Artikel", "Menge", "", "Liefertermin", ""),
        ("Artikel", "bestellt", "bestätigt", "bestellt", "bestätigt"),
        ("MU-77", "40", "30", "02.11.2026", "09.11.2026"),
    )
    assert rows_of(tabled(tables=(rows,))) == [(None, Decimal(30), date(2026, 11, 9))]


def test_the_day_in_brackets_is_the_former_one():
    rows = table(("Artikel", "Menge", "Termin"), ("MU-77", "40", "16.11.2026 (bisher 02.11.2026)"))
    (line,) = tabled(tables=(rows,)).lines
    assert (line.promised.value, line.former_date.value) == (LATER, FIRST)


def test_unchanged_in_the_place_of_a_day_means_the_former_one():
    rows = table(("Artikel", "Menge", "Termin alt", "Neuer Termin"), ("MU-77", "40", "02.11.2026", "unverändert"))
    (line,) = tabled(tables=(rows,)).lines
    assert line.promised.value == FIRST


def test_a_field_below_an_article_is_no_article():
    rows = table(
        ("Pos", "Artikel", "Menge", "Preis EUR"),
        ("10", "MU-77", "40 Stk", "12,50"),
        ("", "Liefertermin: 16.11.2026", "40 Stk", ""),
    )
    (line,) = tabled(tables=(rows,)).lines
    assert (line.quantity.value, line.promised.value) == (40, LATER)


def test_a_day_below_the_quantity_under_a_head_of_two_lines():
    rows = table(
        ("Pos", "Artikel", "Menge\nLiefertermin", "Preis EUR"),
        ("10", "MU-77", "40 Stk", "12,50"),
        ("", "Kugelhahn", "KW 47", ""),
    )
    (line,) = tabled(tables=(rows,)).lines
    assert (line.quantity.value, line.promised.value) == (40, date(2026, 11, 20))


def test_what_we_ordered_at_is_no_price_of_theirs():
    rows = table(("Artikel", "Menge", "Ihr Preis", "Unser Preis"), ("MU-77", "40", "12,50", "12,90"))
    (line,) = tabled(tables=(rows,)).lines
    assert line.price.value.amount == Decimal("12.90")


def test_stars_and_remarks_beside_a_text_table_are_no_columns():
    (rows,) = text_tables.read_text_tables(
        [
            "Pos  Article    Qty   Price    Due",
            "10   MU-77      40    12.90*   16.11.2026   (two pallets)",
            "20   MU-88      500   0.45     16.11.2026",
        ]
    )
    assert [cell.text for cell in rows.rows[1]][:4] == ["10", "MU-77", "40", "12.90"]
    assert rows.rows[1][4].text.startswith("16.11.2026")


def test_a_price_and_its_basis_with_one_blank_between_stand_in_two_columns():
    (rows,) = text_tables.read_text_tables(
        [
            "Pos  Artikel     Menge   Preis EUR  PE    Termin",
            "10   MU-77          40       12,90    1   16.11.2026",
            "20   MU-88         500    1.290,00 100    16.11.2026",
        ]
    )
    assert [cell.text for cell in rows.rows[2]] == ["20", "MU-88", "500", "1.290,00", "100", "16.11.2026"]
