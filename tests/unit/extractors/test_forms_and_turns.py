"""Turns of phrase and forms of tables that answers and documents of suppliers taught."""

from datetime import date
from decimal import Decimal

import pytest
from test_sentences_and_tables import facts, stated, table
from test_stretches import facts as goods
from test_stretches import stated as told

from triage.domain import units
from triage.domain.statement import Disposition
from triage.extractors import cues, vocabulary

FIRST, LATER = date(2026, 11, 2), date(2026, 11, 16)
HEAD = ("Artikel", "Menge", "Preis EUR", "Betrag", "Liefertermin")


def test_alternatives_of_a_phrase_are_all_looked_for():
    for text in ("wie in Ihrer Bestellung", "conform je bestelling", "as per your PO", "come da vostro ordine"):
        assert cues.affirmed(text, "as_ordered"), text
    assert "{" not in "".join(vocabulary.phrases("cues.as_ordered"))


def test_prices_as_in_the_order_are_those_of_every_line():
    (whole,) = told("PV-CX40: 60 pcs on 16 November.", "Prices as per your PO.").whole_orders
    assert (whole.confirms_price, whole.confirms_quantity, whole.every_line) == (True, False, True)


def test_unchanged_prices_state_none():
    assert not any(whole.confirms_price for whole in told("Los precios no varían.").whole_orders)


def test_only_then_denies_nothing():
    assert goods(told("Les PV-CX40, attendus le 2 novembre, ne pourront être livrés que le 16 novembre.")) == [
        (11, None, LATER)
    ]


def test_the_middle_of_a_wrapped_sentence_is_no_field():
    found = told(
        "Unfortunately the corner brackets PV-CX40 which were to be",
        "delivered on 2 November will only come with the next truck.",
    )
    assert not found.whole_orders


def test_a_compound_is_called_by_its_end():
    lines = stated("Die Ringe kommen am 16.11.2026.").lines
    assert [(line.anchor, line.promised.value) for line in lines] == [(2, LATER)]


def test_working_days_of_a_delay_are_counted_as_such():
    (line,) = told("PV-CX40 is delayed by 10 working days.").lines
    assert line.promised.value == LATER  # from Monday, 2 November


def test_a_price_each_is_no_quantity():
    (line,) = told("PV-CX40 now at 2.45 each, delivery 16 November.").lines
    assert line.quantity is None


def test_goods_that_only_come_along_are_not_spoken_of():
    assert goods(told("The hinges PV-HZ25 leave together with the brackets PV-CX40 on 16 November.")) == [
        (12, None, LATER)
    ]


def test_the_month_of_a_split_is_told_once():
    assert goods(told("PV-CX40: 40 on 2 November and the other 20 on the 16th.")) == [
        (11, Decimal(40), FIRST),
        (11, Decimal(20), LATER),
    ]


def test_a_rest_that_will_not_come_is_a_shortage():
    (line,) = told("PV-LK9: only 20 left; the other 10 we can't supply.").lines
    assert (line.quantity.value, line.disposition) == (20, None)


def test_papers_that_follow_promise_no_goods():
    assert goods(told("PV-CX40: 60 pcs on 16 November.", "The written confirmation follows tomorrow.")) == [
        (11, Decimal(60), LATER)
    ]


def test_a_day_of_price_change_is_no_delivery():
    (line,) = told("PV-CX40 60 pcs at 2.50 EUR (price increase from 1 October).").lines
    assert line.promised is None


def test_a_quantity_beside_a_price_of_three_digits_stays_a_quantity():
    rows = table(HEAD, ("MU-77", "40", "125,00", "5.000,00", "02.11.2026"), ("MU-88", "18", "147,50", "2.655,00", ""))
    lines = stated("x", tables=(rows,)).lines
    assert [(line.quantity.value, line.price.value.amount) for line in lines] == [
        (40, Decimal("125.00")), (18, Decimal("147.50")),
    ]  # fmt: skip


def test_a_column_of_price_units_is_never_the_price():
    head = ("Artikel", "bestellt", "bestätigt", "Preis EUR", "PE", "Liefertermin")
    rows = table(
        head, ("MU-77", "500", "500", "1.250,00", "100", "02.11.2026"), ("MU-88", "300", "300", "90,00", "100", "")
    )
    lines = stated("x", tables=(rows,)).lines
    assert [(line.price.value.amount, line.price.value.per) for line in lines] == [(1250, 100), (90, 100)]


def test_discounts_in_two_columns_are_taken_off_one_after_the_other():
    head = ("Artikel", "Menge", "Listenpreis", "Rab. 1", "Rab. 2", "Betrag")
    (line,) = stated("x", tables=(table(head, ("MU-77", "40", "17,36", "20", "10", "499,97")),)).lines
    assert line.price.value.discounts == (20, 10)


def test_a_box_with_the_delivery_date_is_for_all_lines():
    box = table(("Nummer", "Datum", "Lieferdatum"), ("AB 1", "07.10.2026", "16.11.2026"))
    assert [whole.promised.value for whole in stated("x", tables=(box,)).whole_orders] == [LATER]


def test_a_schedule_below_a_row_is_several_deliveries():
    words = "MU-77\nKugelhahn\nEinteilung: 25 Stück zum 02.11.2026\n15 Stück zum 16.11.2026"
    rows = table(("Artikel / Bezeichnung", "Menge", "Einheit", "Preis"), (words, "40", "Stück", "12,50"))
    assert [fact[1:] for fact in facts(stated("x", tables=(rows,)))] == [(25, FIRST), (15, LATER)]


def test_a_refusal_in_the_place_of_a_day():
    (line,) = stated("x", tables=(table(HEAD, ("MU-88", "0", "", "", "nicht mehr lieferbar")),)).lines
    assert (line.disposition.value, line.quantity) == (Disposition.REJECTED, None)


def test_arrival_counts_beside_dispatch_in_one_cell():
    rows = table(HEAD, ("MU-77", "40", "12,50", "500,00", "KW 47 (Versand KW 46)"))
    (line,) = stated("x", tables=(rows,)).lines
    assert line.promised.value == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "size"),
    [("verpakt per 10", 10), ("Double check valve 15 mm (pack 10)", 10), ("VE à 50 Stk", 50), ("Valve 15 mm", None)],
)
def test_how_many_a_pack_holds(text, size):
    assert units.pack_size(text) == size
