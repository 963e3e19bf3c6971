"""Days that will not be kept, goods without a code, units beside prices, and what is left to a person."""

from datetime import date
from decimal import Decimal

import pytest
from test_stretches import facts, stated

from triage.domain import units
from triage.domain.statement import Disposition
from triage.extractors import accounts, money, titles, vocabulary


@pytest.mark.parametrize(
    "text",
    [
        "PV-CX40 will not be with you on 2 November.",
        "Die PV-CX40 schaffen wir zum 2. November nicht.",
        "Los PV-CX40 no salen el 2 de noviembre.",
        "PV-CX40は11月2日に間に合いません。",
        "PV-CX40 2 Kasım'a yetişmeyecek.",
    ],
)
def test_a_day_that_will_not_be_kept_is_the_old_one(text):
    (line,) = stated(text).lines
    assert line.promised is None
    assert line.former_date.value == date(2026, 11, 2)


@pytest.mark.parametrize(
    "text",
    [
        "PV-CX40 no problem for 2 November.",
        "Les PV-CX40 ne sont pas concernées et vous seront livrées le 2 novembre.",
        "PV-CX40 komt op 2 november en niet meer deze week.",
        "PV-CX40 is not available before 2 November.",
        "PV-CX40 wird nicht fertig, neuer Termin 2. November.",
        "PV-CX40 comes on 2 November, not later.",
        "PV-CX40: 2 November, nicht vorher.",
    ],
)
def test_a_negation_that_denies_no_day_leaves_it(text):
    (line,) = stated(text).lines
    assert line.promised.value == date(2026, 11, 2)


def test_in_turkish_and_japanese_the_old_day_stands_before_its_word():
    assert facts(stated("PV-CX40 2 Kasım yerine 16 Kasım'da gelecek.")) == [(11, None, date(2026, 11, 16))]
    assert facts(stated("PV-CX40は11月2日納期のところ、11月16日に納入いたします。")) == [(11, None, date(2026, 11, 16))]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("PV-CX40 60 £2.95 ea on 2 November", "pcs"),
        ("PV-CX40   60   12,50 EUR/Stk   2.11.2026", "Stk"),
        ("PV-CX40 pz 60 € 12,50 consegna 2/11/2026", "pz"),
    ],
)
def test_the_unit_stands_behind_the_price_or_before_the_number(text, unit):
    assert stated(text).lines[0].unit.value == unit


def test_square_metres_are_no_metres():
    assert units.find_unit("m2") == units.find_unit("m²") == "m2"
    assert units.find_unit("no") is None


def test_measures_and_packing_are_no_quantities():
    (line,) = stated("PV-CX40 60 mm x 25 m   60 pcs (5 boxes of 12)   2 November").lines
    assert (line.quantity.value, line.promised.value) == (60, date(2026, 11, 2))


def test_quantities_that_make_up_a_line_together_are_its_own():
    found = stated("PV-CX40 as ordered.", "Las cerraduras: 18 el 2 de noviembre, 12 el 16 de noviembre.")
    assert facts(found)[1:] == [(13, 18, date(2026, 11, 2)), (13, 12, date(2026, 11, 16))]


def test_more_than_a_line_ordered_is_not_said_of_it():
    found = stated("PV-CX40 60 pcs on 2 November.", "Pestillos : 180 unidades el 16 de noviembre.")
    assert facts(found) == [(11, 60, date(2026, 11, 2))]
    assert found.unplaced


def test_the_words_that_a_row_calls_its_goods_name_them_later():
    found = stated("PV-CX40 soportes inox   60 pcs   2/11/2026", "PV-HZ25 cierres   200 pcs   2/11/2026",
                   "El precio de los soportes sube a 13,10 EUR.")  # fmt: skip
    priced = [line for line in found.lines if line.price]
    assert [(line.anchor, line.price.value.amount) for line in priced] == [(11, Decimal("13.10"))]


def test_only_the_corrected_number_of_a_row_comes():
    (line,) = stated("PV-CX40   60 pcs   2.11.   nur 45 möglich").lines
    assert line.quantity.value == 45


def test_what_is_not_kept_is_not_substituted():
    fates = [
        line.disposition.value for line in stated("PV-CX40 is discontinued. No equivalent product is planned.").lines
    ]
    assert Disposition.SUBSTITUTED not in fates


@pytest.mark.parametrize(
    ("text", "per"), [("12/10/2026", None), ("EUR 5,15   12/10/2026", None), ("9,60/100 Stk", 100)]
)
def test_a_day_in_october_is_no_price_for_ten(text, per):
    assert [found.per for found in money.find_price_basis(text)] == ([per] if per else [])


def test_pence_and_cents_are_hundredths():
    (found,) = [item for item in money.find_money("now 11.8p each") if item.currency]
    assert (found.amount.value, found.currency) == (Decimal("0.118"), "GBP")


def test_old_programs_write_umlauts_and_titles_apart():
    assert titles.joined("A U F T R A G S B E S T A E T I G U N G   Nr. 70") == "AUFTRAGSBESTAETIGUNG   Nr. 70"
    assert vocabulary.phrases_in("Auftragsbestaetigung", "titles.order_confirmation")


def test_an_account_is_found_with_a_last_group_of_one():
    assert list(accounts._in_line("IBAN CH93 0076 2011 6238 5295 7 at the bank")) == ["CH9300762011623852957"]
