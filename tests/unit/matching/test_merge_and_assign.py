"""Which line a statement is about, and what becomes of two statements about one line."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from triage.domain.erp import Company, Order, OrderLine, Partner
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import LineStatement, Price
from triage.matching import assign, convert, merge


def stated(value, part="body", confidence=0.9):
    return Stated(value=value, evidence=Evidence(part=part, text=str(value)), confidence=confidence, source="table")


def said(part="body", **values):
    given = {name: stated(value, part) for name, value in values.items() if name != "codes"}
    codes = tuple(stated(code, part) for code in values.get("codes", ()))
    return LineStatement(evidence=Evidence(part=part, text="row"), codes=codes, **given)


def line(number, code, supplier_code, description="Thing", quantity=10, price="5"):
    return OrderLine(
        id=number, order_id=1, number=number, product_id=number, product_code=code, supplier_codes=(supplier_code,),
        description=description, quantity=Decimal(quantity), received=Decimal(0), invoiced=Decimal(0), uom="Units",
        price=Decimal(price), currency="EUR", due=date(2026, 12, 1),
    )  # fmt: skip


def order(*lines):
    return Order(
        id=1, name="PX1", supplier=Partner(id=1, name="S"), company=Company(id=1, name="C", currency="EUR"),
        currency="EUR", state="purchase", ordered_on=None, buyer=None, lines=lines,
    )  # fmt: skip


PLACED = order(line(1, "AA-100", "KX-1", "Hex bolt M8"), line(2, "AA-200", "KX-2", "Lock washer", 20, "7"))


def numbers(statements):
    return [fit.line.number if fit else None for fit in assign.assign(statements, [PLACED])]


def test_a_code_beats_the_printed_position():
    assert numbers([said(codes=["kx 2"], position=1, quantity=Decimal(20))]) == [2]


def test_position_alone_is_not_enough_and_values_help():
    assert numbers([said(position=2)]) == [None]
    assert numbers([said(position=2, quantity=Decimal(20), price=Price(amount=Decimal(7)), description="washer")]) == [
        2
    ]


def test_an_unknown_code_is_not_forced_onto_a_line():
    assert numbers([said(codes=["ZZ-999"], position=1, quantity=Decimal(3))]) == [None]


def test_a_drawing_in_the_words_of_one_line_names_it():
    placed = order(
        line(1, "AA-100", "KX-1", "Cover plate\ndrg. QP-B7-301"),
        line(2, "AA-200", "KX-2", "Side plate, drg. QP-B7-320"),
    )
    (fit,) = assign.assign([said(codes=["QP-B7-320"], quantity=Decimal(3))], [placed])
    assert (fit.line.number, fit.by) == (2, "code")
    both = order(line(1, "AA-100", "KX-1", "Bolt DIN9331"), line(2, "AA-200", "KX-2", "Nut DIN9331"))
    assert assign.assign([said(codes=["DIN9331"], quantity=Decimal(3))], [both]) == [None]


def test_same_values_from_two_parts_confirm_each_other():
    one = said(part="a.pdf", quantity=Decimal(10), promised=date(2026, 12, 1))
    two = said(part="body", quantity=Decimal(10))
    merged = merge.merge([one, two])
    assert len(merged.entries) == 1
    assert merged.entries[0].quantity.confidence > 0.9
    assert not merged.doubts


def test_body_and_attachment_that_contradict_are_told():
    merged = merge.merge(
        [said(part="a.pdf", promised=date(2026, 12, 1)), said(part="body", promised=date(2026, 12, 8))]
    )
    assert len(merged.entries) == 1
    assert "date" in merged.doubts[0].reason
    assert len(merged.doubts[0].evidence) == 2


def test_two_deliveries_of_one_line_stay_two():
    merged = merge.merge(
        [
            said(quantity=Decimal(6), promised=date(2026, 12, 1)),
            said(quantity=Decimal(4), promised=date(2026, 12, 15)),
        ]
    )
    assert [entry.quantity.value for entry in merged.entries] == [6, 4]
    assert not merged.doubts


def test_price_a_power_of_ten_away_is_doubted():
    ours = line(1, "AA-100", "KX-1", price="0.31")
    found = convert.convert(said(price=Price(amount=Decimal(31))), ours, "EUR")
    assert found.price == 31
    assert found.doubts


def test_plain_numbers_have_no_exponent():
    assert str(convert.plain(Decimal("1E+3"))) == "1000"
    assert str(convert.plain(Decimal("0.3100"))) == "0.31"


def test_a_structured_document_may_name_a_line_by_its_number_alone():
    number = Stated(value=2, evidence=Evidence(part="x.xml", text="2"), confidence=0.95, source="edi")
    entry = LineStatement(evidence=number.evidence, position=number, quantity=stated(Decimal(15)))
    assert numbers([entry]) == [2]
    too_many = LineStatement(evidence=number.evidence, position=number, quantity=stated(Decimal(25)))
    assert numbers([too_many]) == [None]


def test_packs_are_counted_in_our_unit():
    ours = line(1, "AA-100", "KX-1", quantity=50, price="21.9")
    entry = LineStatement(
        evidence=Evidence(part="a.docx", text="KX-1 verpakt per 10 5 dozen 219,00"),
        quantity=stated(Decimal(5)),
        unit=stated("dozen"),
        price=stated(Price(amount=Decimal(219))),
    )
    found = convert.convert(entry, ours, "EUR")
    assert (found.quantity, found.price, found.packs) == (50, Decimal("21.9"), True)


def test_packs_of_unknown_size_are_asked_about():
    ours = line(1, "AA-100", "KX-1", quantity=50)
    entry = LineStatement(
        evidence=Evidence(part="a", text="5 boxes"), quantity=stated(Decimal(5)), unit=stated("boxes")
    )
    assert [doubt.code.value for doubt in convert.convert(entry, ours, "EUR").doubts] == ["ambiguous quantity"]


def test_two_items_of_a_list_that_make_up_the_order_are_a_split():
    def item(count, day):
        value = stated(Decimal(count))
        promised = stated(day) if day else None
        return LineStatement(
            evidence=value.evidence, quantity=value, promised=promised, anchor=1, anchored_by="only line"
        )

    found = merge.merge([item(25, date(2026, 12, 1)), item(15, None)], {Decimal(40)})
    assert [entry.quantity.value for entry in found.entries] == [25, 15]


def test_a_new_day_for_all_of_it_is_no_second_delivery():
    first = LineStatement(
        evidence=Evidence(part="body", text="a"), quantity=stated(Decimal(60)), promised=stated(date(2026, 12, 1)),
        anchor=1, anchored_by="code",
    )  # fmt: skip
    later = LineStatement(
        evidence=Evidence(part="body", text="b"), promised=stated(date(2026, 12, 9)), anchor=1, anchored_by="topic"
    )
    (entry,) = merge.merge([first, later], {Decimal(60)}).entries
    assert (entry.quantity.value, entry.promised.value) == (60, date(2026, 12, 9))


def test_a_remark_with_a_day_between_the_rows_of_a_line_is_no_delivery_more():
    first = said(quantity=Decimal(6), promised=date(2026, 12, 1))
    second = said(quantity=Decimal(4), promised=date(2026, 12, 15))
    remark = replace(said(promised=date(2026, 12, 8)), anchored_by="position")
    merged = merge.merge([first, second, remark], {Decimal(10)})
    assert [entry.promised.value for entry in merged.entries] == [date(2026, 12, 1), date(2026, 12, 15)]
