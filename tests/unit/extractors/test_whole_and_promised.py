"""What falls with a whole order, what is only promised, and whose number is whose: with mails made up for these tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.domain.document import Address, Headers, Part, PartRole, Reading, TextLine
from triage.domain.erp import Company, Order, OrderBook, OrderLine, Partner
from triage.domain.statement import Disposition
from triage.extractors import asked, cues, own_numbers, titles, vocabulary
from triage.extractors import extract as extracting
from triage.matching import match

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)
SUPPLIER = Partner(id=7, name="Muster GmbH", country="Germany", is_company=True)


def _line(number, code, name):
    return OrderLine(
        id=number, order_id=1, number=number, product_id=number, product_code=code, supplier_codes=(),
        description=name, quantity=Decimal(40 * number), received=Decimal(0), invoiced=Decimal(0), uom="Units",
        price=Decimal(2), currency="EUR", due=date(2026, 11, 2),
    )  # fmt: skip


BOOK = OrderBook(
    companies=(Company(id=1, name="We", currency="EUR"),), senders=(SUPPLIER,), sender_known_by="domain", products=(),
    supplier_products=(),
    orders=(
        Order(
            id=1, name="QX/26/0517", supplier=SUPPLIER, company=Company(id=1, name="We", currency="EUR"),
            currency="EUR", state="purchase", ordered_on=date(2026, 9, 20), buyer=None,
            lines=(_line(1, "RD-31", "Round rod 12 mm"), _line(2, "HS-77", "Hose clamp steel")),
        ),
    ),
)  # fmt: skip


def part(*lines, role=PartRole.BODY, name="body"):
    return Part(name=name, role=role, media_type="text/plain", lines=tuple(TextLine(text=text) for text in lines))


def mail(*lines, subject="", language="en", more=(), names=()):
    headers = Headers(subject=subject, sender=Address(name="", email="a@muster.example"), date=NOW)
    parts = (part(*lines), *more)
    return Reading(headers=headers, parts=parts, languages=(language,), attachment_names=names)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ("The works that rolled RD-31 has shut.", "We have to cancel the order QX/26/0517.")),
        ("de", ("Das Werk für RD-31 ist zu.", "Wir müssen den ganzen Auftrag QX/26/0517 leider stornieren.")),
        ("fr", ("L'atelier des RD-31 a fermé.", "Nous devons annuler la commande QX/26/0517.")),
        ("es", ("El taller de RD-31 ha cerrado.", "Tenemos que anular el pedido QX/26/0517.")),
        ("it", ("Il reparto di RD-31 ha chiuso.", "Dobbiamo annullare l'ordine QX/26/0517.")),
        ("nl", ("De walserij van RD-31 is dicht.", "Wij moeten de order QX/26/0517 annuleren.")),
        ("pl", ("Walcownia RD-31 zamknięta.", "Zamówienie QX/26/0517 anulujemy w całości.")),
        ("pt", ("A oficina de RD-31 fechou.", "Temos de cancelar a encomenda QX/26/0517.")),
        ("zh", ("RD-31的工厂关了。", "请把整张订单QX/26/0517取消。")),
    ],
)
def test_a_cancelled_order_takes_every_line_with_it(language, lines):
    reading = mail(*lines, language=language)
    found = match.match(extracting.extract(reading, BOOK, NOW), BOOK).lines
    assert sorted(line.line_number for line in found) == [1, 2]
    assert {line.statement.disposition.value for line in found} == {Disposition.REJECTED}


def test_other_orders_are_none_of_this_one():
    statement = extracting.extract(
        mail("QX/26/0517 must be cancelled.", "Your other orders are not affected."), BOOK, NOW
    )
    assert [whole.others_only for whole in statement.whole_orders] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "All night crossings were cancelled.",
        "Die Fähre wurde gestrichen.",
        "La traversée de jeudi est annulée.",
        "El vuelo fue cancelado.",
        "Il traghetto è stato annullato.",
        "De overtocht is geannuleerd.",
        "Rejs został odwołany.",
        "O navio foi cancelado.",
        "Feribot seferi iptal edildi.",
        "航班取消。",
    ],
)
def test_a_cancelled_voyage_cancels_no_goods(text):
    assert cues.disposition(text) is not Disposition.REJECTED


def test_an_order_cancelled_for_want_of_a_ship_is_cancelled():
    assert cues.disposition("We cancel your order.") is Disposition.REJECTED


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Dime algo el miércoles 14 de octubre como muy tarde.", 14),
        ("Let me know Wednesday 14 October at the latest.", 14),
        ("Sagen Sie uns am 14. Oktober spätestens Bescheid.", 14),
        ("Se me responderem até quarta, 14 de outubro, cumprimos.", 14),
        ("14 Ekim Çarşamba gününe kadar cevap verebilirseniz iyi olur.", 14),
        ("Si me contestan antes del 14 de octubre, entra en el plan.", 14),
    ],
)
def test_a_day_for_our_answer(text, day):
    language = "tr" if "Ekim" in text else "pt" if "outubro" in text else "en"
    assert extracting.extract(mail(text, language=language), BOOK, NOW).respond_by.value == date(2026, 10, day)


@pytest.mark.parametrize(
    "text",
    [
        "I'll come back to you with dates by 14 October.",
        "Je reviens vers vous avec les délais avant le 14 octobre.",
        "Ich melde mich mit dem Termin bis 14. Oktober.",
    ],
)
def test_the_suppliers_promise_asks_for_nothing(text):
    assert extracting.extract(mail(text), BOOK, NOW).respond_by is None


@pytest.mark.parametrize(
    ("lines", "subject", "number"),
    [
        (("besten Dank (unser Auftrag 614 207).",), "", "614 207"),
        (("Documento di trasporto (D.P.R. 472/96) N. 2210/26",), "", "2210/26"),
        (("Dokument WZ/881/10/2026, przewoźnik jutro.",), "", "WZ/881/10/2026"),
        (("Bitte nicht verwenden: kam mit Lieferschein 55019.", "Unsere Ref. QM-3381"), "", "QM-3381"),
    ],
)
def test_whose_number_it_is(lines, subject, number):
    with vocabulary.spoken(("de", "it", "pl")):
        found = own_numbers.supplier_reference(mail(*lines, subject=subject), BOOK)
    assert found is not None
    assert found.value == number


def test_an_invoice_keeps_its_number_beside_that_of_the_delivery_note():
    document = part(
        "FACTURE N° F26-0088   Muster SARL",
        "Bon de livraison : BL 26-0412 du 2/10/2026   Votre commande",
        role=PartRole.ATTACHMENT,
        name="F26-0088.pdf",
    )
    reading = mail("Ci-joint.", subject="Facture F26-0088", language="fr", more=(document,), names=("F26-0088.pdf",))
    assert titles.document_title(reading) == "invoice"
    assert own_numbers.supplier_reference(reading, BOOK).value == "F26-0088"


@pytest.mark.parametrize(
    ("lines", "asked_for"),
    [
        (("QX/26/0517: RD-31 is packed.", "Which delivery address should we use?"), frozenset()),
        (("QX/26/0517: RD-31 ist gepackt.", "An welche Lieferadresse soll es gehen?"), frozenset()),
        (("QX/26/0517: RD-31 is packed.", "Turned or drawn?"), frozenset({1})),
    ],
)
def test_a_question_about_the_order_as_such(lines, asked_for):
    assert asked.asked_lines(mail(*lines), BOOK) == asked_for


def test_goods_that_nothing_is_wrong_with_are_spared():
    text = ("QX/26/0517: the RD-31 may crack.", "The HS-77 have nothing to do with it.")
    assert asked.spared_lines(mail(*text), BOOK) == {2}


def test_a_correction_takes_the_place_of_what_it_forwards():
    old = part("RD-31 40 pcs at 2.00 EUR", role=PartRole.FORWARDED)
    own = ("Please bin the acknowledgement below.", "RD-31 40 pcs at 2.20 EUR, QX/26/0517")
    prices = [
        line.price.value.amount for line in extracting.extract(mail(*own, more=(old,)), BOOK, NOW).lines if line.price
    ]
    assert prices == [Decimal("2.20")]
    passed_on = replace(mail("A correction, see below, QX/26/0517.", more=(old,)))
    assert extracting.extract(passed_on, BOOK, NOW).lines


@pytest.mark.parametrize("text", ["The tracking number stays unchanged.", "提单号不变。"])
def test_papers_that_stay_confirm_no_goods(text):
    statement = extracting.extract(mail("QX/26/0517 is at sea.", text), BOOK, NOW)
    assert not any(whole.confirms_price or whole.confirms_quantity for whole in statement.whole_orders)


def test_who_confirms_quantities_and_prices_confirms_both():
    text = "We confirm QX/26/0517: quantities and prices unchanged, everything on Thursday 5 November."
    (whole,) = extracting.extract(mail(text), BOOK, NOW).whole_orders
    assert whole.confirms_price
    assert whole.confirms_quantity


def test_of_two_days_for_an_order_the_change_counts():
    lines = (
        "All goods of QX/26/0517 reach the port on 9 November.",
        "The delivery is delayed to 16 November instead of 2 November.",
    )
    days = [
        whole.promised.value for whole in extracting.extract(mail(*lines), BOOK, NOW).whole_orders if whole.promised
    ]
    assert days == [date(2026, 11, 16)]
