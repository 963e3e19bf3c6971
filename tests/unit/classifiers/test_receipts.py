"""A bare receipt is no confirmation; thanks for an order are an answer to it."""

from datetime import UTC, date, datetime

import pytest

from triage.classifiers import kind_rules, receipts
from triage.domain.assessment import Judged, Kind
from triage.domain.document import Headers, Part, PartRole, Reading, TextLine
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Statement, WholeOrder

GUESS = Judged(kind=Kind.ORDER_CONFIRMATION, confidence=0.6, source="test")


def reading(*lines, subject="", automatic=False):
    body = Part(
        name="body", role=PartRole.BODY, media_type="text/plain", lines=tuple(TextLine(text=text) for text in lines)
    )
    headers = Headers(subject=subject, sender=None, date=datetime(2026, 10, 8, tzinfo=UTC), auto_submitted=automatic)
    return Reading(headers=headers, parts=(body,), languages=("en",))


def stated(value, text=""):
    return Stated(value=value, evidence=Evidence(part="body", text=text or str(value)), confidence=0.9, source="text")


@pytest.mark.parametrize(
    "lines",
    [
        ("Got your PO, thanks. Not a confirmation yet, I'll send dates next week.",),
        ("Bestellung ist da. Die Auftragsbestätigung kommt nächste Woche.",),
        ("Bien reçu, merci. L'ARC suivra mardi.",),
        ("Recibido, gracias.", "En cuanto lo sepa te digo."),
        ("Goed ontvangen.", "De orderbevestiging met de leverdatum volgt."),
        ("Zamówienie dotarło. Potwierdzenie z terminem prześlę w piątek.",),
        ("订单收到。交期随后通知。",),
    ],
)
def test_a_bare_receipt_confirms_nothing(lines):
    found = receipts.bare_receipt(GUESS, reading(*lines), Statement())
    assert found is not None
    assert found.kind is Kind.OTHER


def test_the_day_of_the_answer_is_no_day_of_goods():
    text = "Confirmation with dates will follow on Friday."
    whole = WholeOrder(evidence=Evidence(part="body", text=text), promised=stated(date(2026, 10, 9)))
    assert receipts.bare_receipt(GUESS, reading("Got it.", text), Statement(whole_orders=(whole,)))


def test_who_states_a_day_does_more_than_receive():
    text = "All of it comes on Friday."
    whole = WholeOrder(evidence=Evidence(part="body", text=text), promised=stated(date(2026, 10, 9)))
    said = Statement(whole_orders=(whole,))
    assert (
        receipts.bare_receipt(GUESS, reading("Got it.", text, "Papers will follow, I'll let you know."), said) is None
    )


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("Thank you for PX/26/0042.", True),
        ("PX/26/0042 için teşekkür ederiz.", True),
        ("Many thanks for your order.", True),
        ("Your order staat erin als VK-1.", True),
        ("Thanks for your reminder about PX/26/0042.", False),
        ("PX/26/0042 comes later.", False),
    ],
)
def test_thanks_for_an_order_answer_it(text, answers):
    said = Statement(order_numbers=(stated("PX/26/0042"),))
    assert receipts.answers_order(reading(text), said) is answers


def test_a_program_that_sends_a_document_is_not_absent():
    mail = reading("This is an automated message.", automatic=True)
    assert kind_rules.exact(mail, Statement(document_title="invoice")) is None
    assert kind_rules.exact(mail, Statement()).kind is Kind.AUTO_REPLY


def test_politeness_asks_nothing():
    assert kind_rules.words_of(reading("Dates next week. How was the trip?")).questions == 0
    assert kind_rules.words_of(reading("Which colour do you need?")).questions == 1


@pytest.mark.parametrize(
    ("lines", "is_receipt"),
    [
        (("Bien reçu PX/26/0042.", "Ceci n'est pas encore une confirmation."), True),
        (("Received PX/26/0042.", "You will get a proper confirmation soon."), True),
        (("Received PX/26/0042, you will get a formal confirmation.", "This is an automated message."), False),
    ],
)
def test_a_person_who_received_an_order_is_not_absent(lines, is_receipt):
    absent = Judged(kind=Kind.AUTO_REPLY, confidence=0.8, source="test")
    said = Statement(order_numbers=(stated("PX/26/0042"),))
    assert (receipts.bare_receipt(absent, reading(*lines), said) is not None) is is_receipt
