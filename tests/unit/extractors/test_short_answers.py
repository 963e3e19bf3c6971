"""Answers as people write them: between quoted lines, with exceptions, rests, rows of goods, what is in stock."""

from datetime import date
from decimal import Decimal

import pytest
from test_stretches import facts, stated

from triage.domain.document import TextLine
from triage.domain.statement import Disposition
from triage.extractors import clauses, dates, money, vocabulary


def answered(*pairs):
    """Statements of answers, each below the quoted words that it answers."""
    return stated(*(TextLine(text=text, about=about) for text, about in pairs))


def test_an_answer_is_about_the_goods_that_the_quoted_words_above_it_name():
    found = answered(
        ("Yes", "1) PV-CX40 60 pcs\nok for 2 November?"),
        ("Week 46, sorry", "2) PV-HZ25"),
        ("Only 20, balance 20 Nov", "3) the padlocks"),
    )
    assert facts(found) == [
        (11, Decimal(60), date(2026, 11, 2)),
        (12, None, date(2026, 11, 13)),
        (13, Decimal(20), None),
        (13, None, date(2026, 11, 20)),
    ]
    assert found.lines[0].disposition.value is Disposition.ACCEPTED
    assert found.lines[3].remainder


def test_an_answer_below_several_goods_is_about_none_of_them_alone():
    assert not answered(("Week 46", "PV-CX40 and PV-HZ25")).lines


def test_what_stands_before_an_exception_is_said_of_the_others():
    found = stated("Delivery 9 November, except PV-HZ25: 23 November.")
    assert facts(found) == [(12, None, date(2026, 11, 23))]
    (others,) = found.whole_orders
    assert (others.promised.value, others.others_only) == (date(2026, 11, 9), True)


def test_the_last_stretch_about_everything_else_has_its_own_day():
    found = stated("Delivery week 45 for the padlocks, week 46 for everything else.")
    assert facts(found) == [(13, None, date(2026, 11, 6))]
    (others,) = found.whole_orders
    assert (others.promised.value, others.others_only) == (date(2026, 11, 13), True)


def test_both_lines_are_also_those_that_no_word_names():
    (whole,) = stated("Delivery of all lines on 9 November.").whole_orders
    assert whole.every_line


def test_a_rest_of_goods_that_are_not_known_is_not_the_whole_order():
    found = stated("Of the blue ones we have only 14 pcs.", "The rest (6) comes on 20 November.")
    assert not found.whole_orders
    assert not found.lines
    assert [place.text for place in found.unplaced]


def test_a_dated_line_that_names_goods_or_counts_them_is_no_field_of_the_document():
    found = stated("Padlocks: ships 30/10", "Hinges: in stock")
    assert facts(found) == [(13, None, date(2026, 10, 30)), (12, None, None)]
    assert found.lines[1].disposition.value is Disposition.ACCEPTED
    assert not found.whole_orders


def test_rows_of_a_number_and_a_code_are_quantities():
    assert facts(stated("20 PV-CX40", "18 PV-LK9")) == [(11, Decimal(20), None), (13, Decimal(18), None)]


def test_a_price_without_currency_stands_behind_its_word_and_near_ours():
    (line,) = stated("PV-LK9 30 pcs 02/11/2026 price now 20.40").lines
    assert line.price.value.amount == Decimal("20.40")
    (line,) = stated("PV-LK9 30 pcs 02/11/2026 price list 2026.11").lines
    assert line.price is None


def test_a_sign_between_two_numbers_belongs_to_the_nearer():
    (count, price) = money.find_money("200  € 7,45")
    assert (count.currency, price.currency, price.amount.value) == (None, "EUR", Decimal("7.45"))


def test_a_star_within_a_phrase_takes_any_ending():
    (hit,) = vocabulary.phrases_in("prices will be increased by 6%", "cues.price_increase")
    assert hit.phrase == "increased by"


def test_words_cut_through_are_no_words():
    assert vocabulary.before("relativa all'ordine", 12, 6).strip() == "all"


@pytest.mark.parametrize(
    "text", ["Cod. PV-CX40   Staffa cad.   q.tà 60   cons. 02/11/2026", "PV-CX40\t60 pcs.\tETA 2.11.2026"]
)
def test_rows_with_columns_are_one_sentence(text):
    assert clauses.split_sentences(text) == [text]


def test_goods_joined_by_and_share_what_is_said_of_them():
    found = stated("Two deliveries: the brackets and hinges on 3 November, the padlocks on 10 November.")
    assert facts(found) == [
        (11, None, date(2026, 11, 3)),
        (12, None, date(2026, 11, 3)),
        (13, None, date(2026, 11, 10)),
    ]


def test_a_number_of_what_is_less_is_not_what_comes():
    (line,) = stated("Only the padlocks will be 10 less (20).").lines
    assert line.quantity.value == Decimal(20)
    (line,) = stated("The 20 pcs missing of the padlocks come on 9 November.").lines
    assert (line.quantity.value, line.promised.value) == (Decimal(20), date(2026, 11, 9))


def test_a_size_names_goods_where_one_product_alone_has_it():
    found = stated("The 40 mm: 9 November")
    assert not found.lines or found.lines[0].anchor == 11


def test_everything_confirmed_is_every_line():
    assert all(whole.every_line for whole in stated("We confirm everything.").whole_orders)


def test_a_shortage_of_the_full_quantity_is_no_rejection():
    found = stated("We are unable to supply the full quantity of PV-LK9.", "We have 20 pcs for 2 November.")
    assert {line.disposition and line.disposition.value for line in found.lines} <= {None, Disposition.BACKORDERED}
    assert facts(found)[-1] == (13, Decimal(20), date(2026, 11, 2))


def test_numbers_without_a_unit_keep_their_meaning_in_each_delivery():
    assert facts(stated("Padlocks: can do 20 on 2/11 and 10 on 9/11.")) == [
        (13, Decimal(20), date(2026, 11, 2)),
        (13, Decimal(10), date(2026, 11, 9)),
    ]


def test_not_before_a_day_tells_the_new_day():
    (line,) = stated("Padlocks: all 30 but not before 14/11, sorry.").lines
    assert line.promised.value == date(2026, 11, 14)


def test_leading_dots_are_columns():
    found = stated(
        "Ref. PV-CX40 ... 60 pcs ... 2.40 EUR ... 02/11/26", "Ref. PV-LK9 ... 30 pcs ... 19.50 EUR ... 09/11/26"
    )
    assert facts(found) == [(11, Decimal(60), date(2026, 11, 2)), (13, Decimal(30), date(2026, 11, 9))]
    assert [line.price.value.amount for line in found.lines] == [Decimal("2.40"), Decimal("19.50")]


def test_a_product_in_a_row_proves_quantity_and_price():
    (line,) = stated("PV-LK9 30 x 19.90 = 597.00").lines
    assert (line.quantity.value, line.price.value.amount) == (Decimal(30), Decimal("19.90"))


def test_days_of_payment_are_none_of_delivery():
    found = stated("PV-LK9: 30 pcs on 2 November", "Payment: T/T 30 days after B/L date")
    assert facts(found) == [(13, Decimal(30), date(2026, 11, 2))]


def test_a_day_that_moves_is_no_field_of_the_document():
    found = stated("PX0042交期由11月2日延后至11月16日，价格与数量不变。")
    assert [whole.promised and whole.promised.value for whole in found.whole_orders] == [date(2026, 11, 16)]


def test_lines_that_are_listed_share_their_fate():
    found = stated("Lines 1 & 3 OK as per PO.")
    assert [(line.anchor, line.disposition.value) for line in found.lines] == [
        (11, Disposition.ACCEPTED),
        (13, Disposition.ACCEPTED),
    ]


def test_an_offer_on_a_condition_states_nothing():
    assert not stated("We can hold 19.50 EUR for PV-LK9 only if you take 200 pcs.").lines


def test_receipt_of_an_order_confirms_nothing():
    found = stated("We confirm receipt of your order and will come back to you.")
    assert [whole for whole in found.whole_orders if whole.disposition is not None] == []


def test_a_delay_counts_from_the_day_that_the_sentence_names():
    (whole,) = stated("Your delivery planned for 2 November will arrive with 3 days of delay.").whole_orders
    assert whole.promised.value == date(2026, 11, 5)


def test_first_the_whole_order_then_what_differs():
    found = stated("Your order is confirmed for 2 November but the price of the padlocks is 20.50 EUR.")
    (line,), (whole,) = found.lines, found.whole_orders
    assert (line.anchor, line.price.value.amount) == (13, Decimal("20.50"))
    assert (whole.promised.value, whole.every_line) == (date(2026, 11, 2), True)


def test_with_the_rest_of_the_order_says_nothing_of_the_rest():
    found = stated("PV-LK9 come in two: 20 pcs with the rest of your order and 10 pcs in week 46.")
    assert facts(found) == [(13, Decimal(20), None), (13, Decimal(10), date(2026, 11, 13))]
    assert not found.whole_orders


def test_how_many_a_pack_holds_is_no_quantity_of_goods():
    found = stated("All fine. Only the drum size of the PV-CX40 changes to 25 pcs.")
    assert [line.quantity for line in found.lines if line.anchor == 11 and line.quantity] == []


def test_what_is_cancelled_of_more_is_a_shortage():
    found = stated("We cancel 20 pcs of the 60 PV-CX40.", "The remaining 40 leave as planned.")
    assert [(line.quantity.value, line.disposition.value) for line in found.lines] == [
        (Decimal(40), Disposition.ACCEPTED)
    ]


def test_a_condition_states_nothing():
    assert not stated("If you take 200 pcs of PV-LK9, the price is 17.00 EUR.").lines


def test_what_stands_before_the_goods_with_days_of_its_own_is_of_others():
    found = stated("The blue units (20+20) on 9/11, padlocks 20 on 9/11 and 10 on 16/11.")
    assert facts(found) == [
        (13, Decimal(20), date(2026, 11, 9)),
        (13, Decimal(10), date(2026, 11, 16)),
    ]
    assert found.unplaced


def test_a_full_width_comma_ends_a_clause():
    (count, price) = [item for item in money.find_money("400卷，单价USD11.90，2月") if item.amount.value > 2]
    assert (count.amount.value, price.amount.value, price.currency) == (Decimal(400), Decimal("11.90"), "USD")
    assert money.find_money("１，２００円")[0].amount.value == Decimal(1200)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Lieferung nächste Woche Mittwoch", date(2026, 11, 25)),
        ("with you on Wednesday next week", date(2026, 11, 25)),
        ("delivery next week", date(2026, 11, 27)),
    ],
)
def test_a_weekday_beside_a_week_is_in_that_week(text, day):
    (found,) = dates.find_dates(text, today=date(2026, 11, 16), day_first=True)
    assert found.value == day


def test_what_a_closure_says_is_not_said_of_the_order():
    found = stated("Our works are closed, deliveries begin again on 7 January.", "PX0042 is confirmed for 2 November.")
    assert [whole.promised.value for whole in found.whole_orders if whole.promised] == [date(2026, 11, 2)]


def test_what_follows_is_a_delivery_of_its_own():
    found = stated("PV-HZ25 195 pcs (5 pcs on backorder)")
    assert [(line.quantity.value, line.remainder) for line in found.lines] == [
        (Decimal(195), False),
        (Decimal(5), True),
    ]


def test_a_quantity_before_a_span_is_no_range():
    found = stated("PV-HZ25 x 200 - 3 weeks")
    assert facts(found) == [(12, Decimal(200), date(2026, 10, 29))]


def test_a_quantity_before_a_week_is_no_week():
    found = dates.find_dates("40 sofort, 20 KW 2", today=date(2026, 11, 16), day_first=True)
    assert [item.value for item in found if item.value.year > 2026 and item.value.month > 1] == []


def test_goods_that_are_only_asked_about_replace_nothing():
    found = stated("PV-LK9 is out of stock until 30 November.", "Would you take PV-LK8 as a replacement?")
    assert Disposition.SUBSTITUTED not in {line.disposition and line.disposition.value for line in found.lines}


def test_a_whole_in_two_lots_is_told_by_its_lots():
    found = stated("- 60 PV-CX40 at 2.40 EUR in two lots: 20 on 2 November, 40 on 16 November")
    assert facts(found) == [(11, Decimal(20), date(2026, 11, 2)), (11, Decimal(40), date(2026, 11, 16))]


def test_delivered_on_a_day_to_come_is_not_delivered_yet():
    (line,) = stated("30 PV-LK9 delivered on 2 November").lines
    assert (line.quantity.value, line.promised.value) == (Decimal(30), date(2026, 11, 2))


def test_a_week_later_in_spanish():
    (line,) = stated("Los PV-LK9 se retrasan una semana.").lines
    assert line.promised.value == date(2026, 11, 9)
