"""The supplier's own number as people and programs write it, and the day by which an answer is wanted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.domain.document import Address, Headers, Part, PartRole, Reading, TextLine
from triage.domain.erp import Company, Order, OrderBook, OrderLine, Partner
from triage.extractors import asked, references
from triage.extractors import extract as extracting

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)
BOOK = OrderBook(
    companies=(Company(id=1, name="We", currency="EUR"),), senders=(), sender_known_by="domain", orders=(), products=(),
    supplier_products=(),
)  # fmt: skip


def stated(*lines, subject="", document=(), file=""):
    parts = [Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=_lines(lines))]
    if file:
        parts.append(Part(name=file, role=PartRole.ATTACHMENT, media_type="application/pdf", lines=_lines(document)))
    headers = Headers(subject=subject, sender=Address(name="", email="a@muster.example"), date=NOW)
    names = (file,) if file else ()
    reading = Reading(headers=headers, parts=tuple(parts), languages=("en", "de", "pt"), attachment_names=names)
    return extracting.extract(reading, BOOK, NOW)


def _lines(texts):
    return tuple(TextLine(text=text) for text in texts)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Thanks, our works no. K/1182.", "K/1182"),
        ("SO 71882 for this one.", "71882"),
        ("ns. conferma C.O. 88/26 in allegato", "C.O. 88/26"),
        ("registada com o nº EC 2026/091", "EC 2026/091"),
        ("Siparişiniz 2026-K-0192 no ile sistemimize işlenmiştir.", "2026-K-0192"),
        ("nuestro parte 26/318", "26/318"),
        ("The documents will come under SO/61123.", "SO/61123"),
        ("Le n° 330871 reste valable.", "330871"),
        ("our desp. note DN 50211", "DN 50211"),
    ],
)
def test_the_suppliers_own_number(text, number):
    assert stated(text).supplier_reference.value == number


@pytest.mark.parametrize(
    "text", ["We can send 300 so 450 remain.", "Fracht frei ab 2500 Stück", "Muster AB, 41177 Ort"]
)
def test_small_words_are_no_labels(text):
    assert stated(text).supplier_reference is None


def test_a_number_that_was_wrapped_away_from_its_words():
    found = stated("ordine ricevuto e confermato, il nostro", "numero è 9912/26.")
    assert found.supplier_reference.value == "9912/26"


@pytest.mark.parametrize(
    ("file", "line", "number"),
    [
        ("Ack0990121.pdf", "No. 0990121", "0990121"),
        ("CP3300118.pdf", "CP 3300118   10/02/2027   9911827", "CP 3300118"),
        ("Doc_QRL_2026_118.pdf", "via Nova, 12   n. QRL 2026/118", "QRL 2026/118"),
    ],
)
def test_a_number_that_names_the_file(file, line, number):
    assert stated("See attached.", document=(line,), file=file).supplier_reference.value == number


def test_an_offers_number_stands_behind_the_confirmations_own():
    found = stated("Booked in as AK-3391.", "Your price was in our quotation Q-7712.")
    assert found.supplier_reference.value == "AK-3391"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I'd like an answer by Thursday 15 October please.", 15),
        ("Wir bitten um Rücksendung der unterzeichneten Kopie bis zum 20. Oktober 2026.", 20),
        ("Sans contrordre de votre part d’ici au 16 octobre nous lançons la coupe.", 16),
        ("Precisava da sua resposta até terça-feira, dia 13.", 13),
        ("请最晚 10 月 14 日答复我。", 14),
        ("Falls das nicht passt: kurzes Zeichen bis 12.10., sonst fahren wir so.", 12),
        ("The box closes Wednesday (14th), so I need it by then.", 14),
        ("If I hear by end of the day Tuesday (13 Oct) it will work.", 13),
    ],
)
def test_a_day_for_an_answer(text, day):
    assert stated(text).respond_by.value == date(2026, 10, day)


@pytest.mark.parametrize(
    "text", ["You will get our answer by 20 October.", "Die Antwort unseres Werks kommt bis zum 20. Oktober."]
)
def test_a_day_of_the_suppliers_own_answer_asks_for_none(text):
    assert stated(text).respond_by is None


def _line(number, code, name):
    return OrderLine(
        id=number, order_id=1, number=number, product_id=number, product_code=code, supplier_codes=(),
        description=name, quantity=Decimal(40 * number), received=Decimal(0), invoiced=Decimal(0), uom="Units",
        price=Decimal(2), currency="EUR", due=date(2026, 11, 2),
    )  # fmt: skip


SUPPLIER = Partner(id=7, name="Muster GmbH", country="Germany", is_company=True)
ORDERS = tuple(
    Order(
        id=key, name=f"QX/26/{key:04}", supplier=SUPPLIER, company=Company(id=1, name="We", currency="EUR"),
        currency="EUR", state="purchase", ordered_on=date(2026, 9, 20), buyer=None,
        lines=(_line(1, "RD-31", "Round rod 12 mm"), _line(2, "HS-77", "Hose clamp steel")),
    )
    for key in (517, 1518)
)  # fmt: skip
KNOWN = replace(BOOK, senders=(SUPPLIER,), orders=ORDERS)


def _mail(*lines, subject="", quoted=()):
    part = Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=_lines(lines), quoted=_lines(quoted))
    headers = Headers(subject=subject, sender=Address(name="", email="a@muster.example"), date=NOW)
    return Reading(headers=headers, parts=(part,), languages=("en",))


@pytest.mark.parametrize(
    ("mail", "named"),
    [
        (_mail("It comes later.", subject="AW: 0517 rods"), ["QX/26/0517"]),
        (_mail("It comes later.", subject="AW: rods, 518 pieces"), []),
        (_mail("It comes later.", quoted=("Please confirm QX/26/1518.",)), ["QX/26/1518"]),
        (_mail("It comes later.", quoted=("Please confirm QX/26/1518 and QX/26/0517.",)), []),
        (_mail("QX/26/1518 comes later.", subject="Re: 0517", quoted=("QX/26/0517",)), ["QX/26/1518"]),
    ],
)
def test_an_order_named_by_its_last_digits_or_by_the_thread(mail, named):
    assert [item.value for item in references.order_numbers(mail, KNOWN).named] == named


@pytest.mark.parametrize(
    ("lines", "asked_for"),
    [
        (("RD-31 of QX/26/0517: turned or drawn?", "HS-77 is standard."), {1}),
        (("QX/26/0517, item RD-31.", "The drawing is unclear.", "Which one is right?"), {1}),
        (("On QX/26/0517 both RD-31 and HS-77 say left.", "Is that so?"), {1, 2}),
        (("QX/26/0517 is booked.", "RD-31 comes.", "How was the trip?"), None),
    ],
)
def test_the_goods_that_a_question_is_about(lines, asked_for):
    assert asked.asked_lines(_mail(*lines), KNOWN) == asked_for
