"""Numbers, money, units and dates as suppliers of eleven languages write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain import units
from triage.extractors import dates, money, numbers, shifts

TODAY = date(2026, 10, 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("1 234,50", "1234.50"), ("1\u00a0234,50", "1234.50"),
        ("1'234.50", "1234.50"), ("0,31", "0.31"), ("12", "12"), ("2 050,00", "2050.00"), ("１２０", "120"),
        ("1.000.000", "1000000"), ("3万", "30000"),
    ],
)  # fmt: skip
def test_numbers_in_every_notation(text, value):
    found = numbers.find_numbers(f"x {text} y")
    assert [item.value for item in found] == [Decimal(value)]


def test_a_number_that_can_be_read_two_ways_keeps_both():
    (found,) = numbers.find_numbers("12.000")
    assert {found.value, *found.alternatives} == {Decimal(12000), Decimal("12.000")}
    (settled,) = numbers.find_numbers("12.000", decimal_mark=".")
    assert settled.value == Decimal("12.000")


@pytest.mark.parametrize("text", ["RD-6205-2RS", "M12x110", "P04101", "12:30", "+49 2191 55 820-14", "a@1b.example"])
def test_pieces_of_codes_and_telephones_are_no_quantities(text):
    assert not [item for item in numbers.find_numbers(text) if not item.measure and item.value < 10]


@pytest.mark.parametrize("text", ["24 V", "0,37 kW", "100 x 10", "30 mm", "3/4 x 10 mm"])
def test_measures_are_marked(text):
    assert all(item.measure for item in numbers.find_numbers(text))


@given(st.decimals(min_value=0, max_value=999999, places=2, allow_nan=False))
def test_german_and_english_money_is_read_back(value):
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (f"EUR {english}", f"{german} €"):
        (found,) = money.find_money(text)
        assert value in (found.amount.value, *found.amount.alternatives)
        assert found.currency == "EUR"


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("31,00 €/100 Stk", 100),
        ("je 1000", 1000),
        ("Price/C", 100),
        ("per hundred", 100),
        ("€/%", 100),
        ("le cent", 100),
    ],
)
def test_price_basis(text, per):
    assert money.find_price_basis(text)[0].per == per


def test_chained_discounts():
    assert money.find_discounts("20 % + 5 %") == (Decimal(20), Decimal(5))
    assert money.find_discounts("10+5 %") == (Decimal(10), Decimal(5))


@pytest.mark.parametrize(
    ("word", "unit"),
    [("Stk.", "unit"), ("pcs", "unit"), ("uds", "unit"), ("szt.", "unit"), ("adet", "unit"), ("个", "unit"), ("mtr", "m"),
     ("Karton", "box"), ("caja", "box"), ("zak", "bag"), ("C62", "unit"), ("Liefertermin", None)],
)  # fmt: skip
def test_units(word, unit):
    assert units.find_unit(word) == unit


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-04", "04.12.2026", "4.12.26", "4.12.", "4 Dec 2026", "Dec. 4th, 2026", "December 4", "4. Dezember 2026",
        "4 décembre", "4 de diciembre de 2026", "4 dicembre 2026", "4 december 2026", "4 grudnia 2026",
        "4 de dezembro de 2026", "4 Aralık 2026", "2026年12月4日", "12月4日", "令和8年12月4日", "KW 49", "KW49/2026", "49. KW",
        "week 49", "semaine 49", "sett. 49", "semana 49", "tydz. 49", "49. hafta", "第49周", "2 to 4 December",
        "30.11. - 4.12.2026", "20261204",
    ],
)  # fmt: skip
def test_one_day_in_every_notation(text):
    found = dates.find_dates(f"x {text} y", today=TODAY)
    assert [item.value for item in found] == [date(2026, 12, 4)]


def test_day_and_month_follow_country_then_our_own_dates():
    assert dates.find_dates("11/12/2026", today=TODAY, day_first=False)[0].value == date(2026, 11, 12)
    assert dates.find_dates("11/12/2026", today=TODAY, day_first=True)[0].value == date(2026, 12, 11)
    near = dates.find_dates("11/12/2026", today=TODAY, near=[date(2026, 12, 9), date(2026, 12, 10)])[0]
    assert near.value in (date(2026, 12, 11), date(2026, 11, 12))
    assert near.alternatives


def test_a_week_behind_its_day_says_nothing_new():
    assert len(dates.find_dates("16.11.2026 (KW 47)", today=TODAY)) == 1


def test_a_day_number_takes_the_month_named_before():
    found = dates.find_dates("mid December, the 16th", today=TODAY)
    assert found[-1].value == date(2026, 12, 16)


@pytest.mark.parametrize("text", ["DIN 933", "24/7", "DN 25", "3,5 kW 20", "VM-W20-G", "Tel. 0574-8800 0000", "1/2"])
def test_what_is_no_date(text):
    assert dates.find_dates(text, today=TODAY) == ()


@pytest.mark.parametrize(("text", "days"), [("10 Tage", 10), ("two weeks", 14), ("2-3 semaines", 21), ("3 周", 21)])
def test_shifts(text, days):
    assert shifts.find_shifts(text)[0].days == days


@given(st.text(max_size=300))
def test_nothing_crashes_on_any_text(text):
    numbers.find_numbers(text)
    money.find_money(text)
    dates.find_dates(text, today=TODAY)
    shifts.find_shifts(text)
