"""Days told by their number or from another day, goods that come together, parts of a whole, words of one language."""

from datetime import date
from decimal import Decimal

import pytest
from test_stretches import facts, stated

from triage.domain.statement import Disposition
from triage.extractors import bare_counts, clauses, dates, numbers, vocabulary
from triage.extractors.descriptions import stands_in

TODAY = date(2026, 10, 8)  # a Thursday
DUE = date(2026, 11, 2)


def found(text, **options):
    return [item.value for item in dates.find_dates(text, today=TODAY, day_first=True, **options)]


@pytest.mark.parametrize(
    ("text", "options", "days"),
    [
        ("The 9kW motors", {}, []),
        ("letzte Woche 25 bekommen", {}, []),
        ("las tienes el jueves de esa misma semana", {"told": date(2026, 11, 16)}, [date(2026, 11, 19)]),
        ("las tienes el jueves de esa misma semana", {}, []),
        ("plutôt le 23, pas avant", {"told": date(2026, 11, 16)}, [date(2026, 11, 23)]),
        ("plutôt le 23, pas avant", {}, [date(2026, 10, 23)]),
        ("19 号到仓库没有问题", {}, [date(2026, 10, 19)]),
        ("3 号仓库", {}, []),
        ("24'ünde elinizde olur", {"languages": ("tr",)}, [date(2026, 10, 24)]),
        ("30 adedin 20'si hazır", {"languages": ("tr",)}, []),
        ("la livraison d'après-demain", {}, [date(2026, 10, 10)]),
        ("dus 2-11 bij u", {"near": (DUE,)}, [DUE]),
        ("dus 2-11 bij u", {}, []),
        ("facciamo lunedì 9", {}, [date(2026, 11, 9)]),
    ],
)
def test_days_by_number_and_by_what_was_told(text, options, days):
    assert found(text, **options) == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The PV-CX40 will be two weeks behind the 2nd November.", [(11, None, date(2026, 11, 16))]),
        ("PV-CX40 arriva il 7/11, anzi facciamo lunedì 9.", [(11, None, date(2026, 11, 9))]),
        (
            "ETA Rotterdam port 9 November for PV-CX40, at your warehouse on 16 November.",
            [(11, None, date(2026, 11, 16))],
        ),
        ("The PV-CX40 leave on 29 October and are with you on 2 November as agreed.", [(11, None, DUE)]),
    ],
)
def test_the_day_that_counts(text, expected):
    assert facts(stated(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Die 60 PV-CX40 und die 200 PV-HZ25 haben Sie am 9. November, die 30 PV-LK9 ebenfalls.",
            [(11, 60, date(2026, 11, 9)), (12, 200, date(2026, 11, 9)), (13, 30, date(2026, 11, 9))],
        ),
        ("PV-CX40: half on 9 November, the other half on 16 November.",
         [(11, 30, date(2026, 11, 9)), (11, 30, date(2026, 11, 16))]),
        ("PV-LK9: 18 on 9 November and the other dozen on 16 November.",
         [(13, 18, date(2026, 11, 9)), (13, 12, date(2026, 11, 16))]),
        ("Of the 60 PV-CX40 we have 45 finished, they come on 2 November.", [(11, 45, DUE)]),
    ],
)  # fmt: skip
def test_goods_and_parts_told_together(text, expected):
    assert facts(stated(text)) == expected


def test_a_blank_groups_where_so_many_can_have_been_ordered():
    def counts(text, *expected):
        ordered = set(map(Decimal, expected))
        return [item.value for item in bare_counts.thousands(text, numbers.find_numbers(text), ordered)]

    assert counts("1 800 m livrés, les 1 200 m restants plus tard", 3000) == [1800, 1200]
    assert counts("1 800 m", 800) == [1, 800]  # the first row, and what was ordered
    assert counts("1 800 m", 1000) == [1, 800]


def test_a_call_tomorrow_promises_no_goods():
    assert facts(stated("PV-CX40 arrive on 9 November.", "Sorry again, I'll call you tomorrow.")) == [
        (11, None, date(2026, 11, 9))
    ]


def test_goods_in_the_same_lorry_come_on_the_same_day():
    read = stated("PV-CX40: 60 pcs on 9 November.", "The 200 PV-HZ25 travel on the same truck.")
    assert facts(read) == [(11, 60, date(2026, 11, 9)), (12, 200, date(2026, 11, 9))]


def test_a_code_named_in_one_sentence_is_the_goods_name_in_the_next():
    read = stated("The mould of the padlocks (PV-LK9) cracked.", "The 30 padlocks are with you on 16 November.")
    assert [code.value for code in read.lines[-1].codes] == ["PV-LK9"]


def test_goods_settled_after_another_day_was_told_are_goods_that_nobody_knows():
    read = stated("PV-CX40 comes on 16 November.", "The spindles are not affected, as ordered.")
    assert len(read.lines) == 1
    assert read.unplaced


def test_a_request_confirms_nothing_and_an_answer_to_come_states_nothing():
    assert not stated("Kindly confirm that it is ok for you.").whole_orders
    assert not stated("About the PV-LK9 I will come back to you next week.").lines


def test_short_words_count_in_their_own_language():
    text = "Die PV-CX40 komen pas in week 46"
    with vocabulary.spoken(("nl",)):
        assert not vocabulary.phrases_in(text, "cues.negation")
    assert vocabulary.phrases_in(text, "cues.negation")


def test_what_one_message_speaks_is_forgotten_with_it():
    from triage.extractors import descriptions

    descriptions._is_of_business.cache_clear()
    with vocabulary.spoken(("ja",)):
        first = [descriptions._is_of_business(word) for word in ("nooit", "niet", "bracket")]
    with vocabulary.spoken(("nl",)):
        assert [descriptions._is_of_business(word) for word in ("nooit", "niet", "bracket")] == first
    assert first == [True, True, False]


def test_the_point_of_a_unit_is_no_break():
    assert [text for text in ("60 szt. A", "Es kommt. Dann") if clauses.breaks(text)] == ["Es kommt. Dann"]


@pytest.mark.parametrize(
    ("word", "said", "stands"),
    [
        ("verzinkt", "verzinkte", True),
        ("verzinkt", "verzinker", False),
        ("porta", "portanto", False),
        ("porta", "portas", True),
        ("dekschuifraam", "dekraam", False),
        ("buitenmuurdekverf", "buitenmuurverf", True),
    ],
)
def test_words_that_name_the_same_goods(word, said, stands):
    assert stands_in(word, frozenset({said})) is stands


def test_a_rest_that_is_counted_stays_with_its_goods():
    read = stated("Of the 60 PV-CX40 40 come on 2 November.", "The remaining 20 pieces follow on 16 November.")
    assert [(line.anchor, line.quantity.value) for line in read.lines] == [(11, 40), (11, 20)]
    assert read.lines[-1].disposition.value is Disposition.BACKORDERED
    assert Decimal(20) == read.lines[-1].quantity.value
