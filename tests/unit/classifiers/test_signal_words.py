"""Phrases, kinds by rules, and reasons of delays by signal words."""

import pytest
from classifier_examples import mail

from triage.classifiers import kind_rules, phrases
from triage.classifiers.reason_rules import RuleReason
from triage.domain.assessment import DelayReason, Kind
from triage.domain.statement import Statement


def test_phrases_know_endings_beginnings_and_gaps() -> None:
    index = phrases.PhraseIndex({"a": ["price increase*", "*lieferant*", "mark * as"], "b": ["発送", "Größe"]})
    assert index.count("Price  increases, Vorlieferanten; MARK it as done") == {"a": 3}
    assert index.count("本日発送しました。 GRÖSSE grosse") == {"b": 1}
    assert index.count("repriced increase, marking as") == {}


def test_hits_of_a_section_do_not_overlap() -> None:
    index = phrases.PhraseIndex({"a": ["new", "new delivery date", "delivery"]})
    assert [(hit.start, hit.end) for hit in index.hits("new delivery date")] == [(0, 17)]


@pytest.mark.parametrize(
    ("subject", "body", "kind"),
    [
        ("Order acknowledgement 5512", "We confirm your order as follows.", Kind.ORDER_CONFIRMATION),
        ("Verzögerung Ihrer Bestellung", "Leider verschiebt sich der Liefertermin.", Kind.DELAY_NOTICE),
        ("Rechnung 4711", "Anbei unsere Rechnung.", Kind.INVOICE),
        ("Avis d'expédition", "La marchandise a été expédiée ce jour.", Kind.SHIPPING_NOTICE),
        ("Anulación del pedido", "Lamentamos anular su pedido.", Kind.CANCELLATION),
        ("Aumento prezzi", "Dal 1 marzo aumento dei prezzi del 4 %.", Kind.PRICE_CHANGE_NOTICE),
        ("Offerte 882", "Hierbij onze offerte, geldig tot 1 mei.", Kind.QUOTATION),
        ("发货通知", "货物已发货，运单号 123。", Kind.SHIPPING_NOTICE),
    ],
)
def test_rules_name_the_kind_of_plain_messages(subject: str, body: str, kind: Kind) -> None:
    assert kind_rules.RuleKind().judge(mail(body, subject=subject), Statement()).kind is kind


def test_an_automatic_header_decides_whatever_the_words_say() -> None:
    reading = mail("We confirm your order.", subject="Order confirmation", auto=True)
    assert kind_rules.RuleKind().judge(reading, Statement()).kind is Kind.AUTO_REPLY


def test_a_printed_title_is_strong_but_no_proof() -> None:
    titled = Statement(document_title="order_confirmation")
    plain_mail = mail("Please find attached.", subject="P00777")
    assert kind_rules.RuleKind().judge(plain_mail, titled).kind is Kind.ORDER_CONFIRMATION
    shouting = mail(
        "Wir müssen Ihre Bestellung stornieren. Stornierung wegen Insolvenz.", subject="Stornierung Ihrer Bestellung"
    )
    assert kind_rules.RuleKind().judge(shouting, titled).runner_up in (Kind.CANCELLATION, Kind.ORDER_CONFIRMATION)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Wegen fehlender Rohstoffe verschiebt sich die Lieferung.", DelayReason.MATERIAL),
        ("The container is delayed because customs clearance takes longer.", DelayReason.CUSTOMS),
        ("En raison d'une panne de notre presse, la livraison est reportée.", DelayReason.BREAKDOWN),
        ("Debido a las intensas nevadas la entrega se retrasa.", DelayReason.WEATHER),
        ("Z powodu braków kadrowych dostawa opóźni się o tydzień.", DelayReason.CAPACITY),
        ("因春节放假，交货延期。", DelayReason.HOLIDAY),
        ("La consegna slitta alla settimana 40.", DelayReason.UNKNOWN),
        ("Our tube supplier has let us down, the frames come in June.", DelayReason.MATERIAL),
        ("Il tessuto slitta, mancano le cerniere.", DelayReason.MATERIAL),
        ("A pintura chumbou o lote, tinha bolhas, por isso só em maio.", DelayReason.QUALITY),
        ("Die Anlage ist bis Mai voll belegt, daher rutscht der Termin.", DelayReason.CAPACITY),
        ("De snijmachine ligt stil, de monteur komt morgen.", DelayReason.BREAKDOWN),
        ("ラインの枠が取れず、納期が遅れます。", DelayReason.CAPACITY),
        ("Gümrük aracı fiziki muayeneye aldı, tır hâlâ bekliyor.", DelayReason.CUSTOMS),
    ],
)
def test_the_reason_is_read_where_the_cause_is_told(text: str, reason: DelayReason) -> None:
    assert RuleReason().reason([text])[0] is reason


def test_a_word_elsewhere_does_not_outweigh_the_stated_cause() -> None:
    text = "Shipment by container with our usual carrier.\nThe delay is due to a shortage of raw material."
    assert RuleReason().reason([text])[0] is DelayReason.MATERIAL
