"""Frauds in a superior's name, and what is said of accounts: changed, unchanged, only named. Accounts are invented."""

import pytest
from classifier_examples import HERE, book, mail, our_order

from triage.classifiers import authenticity, bank_words, fraud, message_deviations
from triage.domain.assessment import Confirmation, DeviationType, Judged, Kind
from triage.domain.evidence import Stated
from triage.domain.statement import Statement

FRAUDS = [
    "Are you in the office? I need ten gift cards of 100 for a client. Send me the codes and keep it confidential.",
    "I need a wire transfer to go out before noon. I can't talk, we are signing. Don't discuss this with anyone.",
    "Bitte heute noch 18.400 EUR überweisen. Die Sache ist vertraulich, bitte mit niemandem sprechen.",
    "Besorgen Sie bitte fünf Geschenkkarten und schicken Sie mir die Codes, es bleibt unter uns.",
    "Il faut faire un virement de 32 000 € ce matin. N'en parlez à personne, c'est une opération confidentielle.",
    "Necesito que hagas una transferencia hoy, es un asunto confidencial y no puedo hablar.",
    "Mi servono carte regalo per i clienti, mandami i codici, resti tra noi.",
    "Kun je vandaag nog 9.800 euro overmaken? Praat er met niemand over, ik kan niet bellen.",
    "Proszę wykonać dziś przelew na 40 000 zł, sprawa jest poufna, nie mogę rozmawiać.",
    "Preciso de uma transferência hoje, não comente com ninguém.",
    "Bugün 15.000 avro havale yapılmalı, aramızda kalsın.",
    "请今天转账五万，不要告诉任何人，我不方便接电话。",
    "本日中に送金をお願いします。極秘案件ですので他言無用です。",
]
NO_FRAUDS = [
    "Please pay invoice 4711 by bank transfer within 30 days.",
    "This e-mail may contain confidential information. Payment by bank transfer.",
    "Diese E-Mail enthält vertrauliche Informationen. Zahlung per Überweisung bis 30.09.",
    "Win a gift card worth 50 EUR: take part in our customer survey!",
    "Le virement du 12 est bien arrivé, merci.",
    "Przelew otrzymaliśmy, dziękujemy.",
]
CHANGED = [
    "From October our bank account is another one, see below.",
    "Our house bank has merged, the IBAN changes.",
    "Unsere Bankverbindung hat sich geändert.",
    "Das bisherige Konto wird geschlossen.",
    "Notre RIB a changé, merci de corriger la fiche.",
    "Hemos cambiado de banco.",
    "Il nostro IBAN è cambiato.",
    "Ons rekeningnummer is gewijzigd.",
    "Zmienił się nasz numer rachunku.",
    "O nosso IBAN mudou.",
    "IBAN numaramız değişti.",
    "我们的收款账户已变更。",
    "振込先口座が変更になりました。",
]
UNCHANGED = [
    "Bank details: Harbour Bank, IBAN GB00 HARB 1234 5678 9012 34",
    "Our bank details are unchanged.",
    "We never change our bank account by mail.",
    "Bankverbindung: Sparkasse Nordtal, IBAN DE00 1234 5678 9012 3456 78",
    "Unsere Bankverbindung bleibt unverändert.",
    "Wir ändern unsere Konten niemals per E-Mail.",
    "Nos coordonnées bancaires restent inchangées.",
    "Nuestra cuenta no ha cambiado.",
    "Le nostre coordinate bancarie sono invariate.",
    "Onze bankgegevens zijn ongewijzigd.",
    "Nasz numer konta pozostaje bez zmian.",
    "A nossa conta não mudou.",
    "Banka hesabımız değişmedi.",
    "我们的账户不变。",
    "口座に変更はございません。",
]


@pytest.mark.parametrize("text", FRAUDS)
def test_frauds_are_told_by_their_words(text: str) -> None:
    found = list(fraud.signs(mail(text, sender="boss@freemailbox.example"), book(known_by="")))
    assert [sign.fraud for sign in found] == [True]
    taken = Judged(kind=Kind.BANK_DETAILS_CHANGE, confidence=0.9, source="test", runner_up=Kind.INVOICE)
    assert fraud.checked(taken, mail(text)).kind is Kind.OTHER


@pytest.mark.parametrize("text", NO_FRAUDS)
def test_ordinary_payments_are_no_fraud(text: str) -> None:
    assert list(fraud.signs(mail(text), book(known_by=""))) == []


def test_an_own_name_from_outside_needs_no_secrecy_and_an_order_clears_it() -> None:
    text = "Please make a transfer of 4,000 today."
    claiming = mail(text, sender="g.sommerfeld@freemailbox.example", name="Greta Sommerfeld")
    assert [sign.code for sign in fraud.signs(claiming, book(known_by=""))] == ["fraud"]
    assert list(fraud.signs(mail(text, name="Ann Other"), book(known_by=""))) == []
    naming = mail(f"{FRAUDS[1]} P00777", name="Greta Sommerfeld")
    assert list(fraud.signs(naming, book(our_order(), known_by=""))) == []


@pytest.mark.parametrize(
    ("name", "claims"),
    [("Greta Sommerfeld", True), ("Dr. Greta Sommerfeld", True), ("Sommerfeld, Greta", True), ("Greta Other", False)],
)
def test_names_of_our_people_are_known_in_any_order(name: str, claims: bool) -> None:
    reading = mail("Hello", sender="x@elsewhere.example", name=name)
    assert authenticity.claims_own_name(reading.headers, book(known_by="")) is claims
    assert not authenticity.claims_own_name(reading.headers, book(known_by="address"))


def test_a_domain_that_bears_our_name_imitates_us() -> None:
    found = authenticity.signs(mail("Hi", sender="greta@ostermann-handel.example"), book(known_by=""), Kind.OTHER)
    assert "look-alike domain" in [sign.code for sign in found]


@pytest.mark.parametrize("text", CHANGED)
def test_a_change_is_told(text: str) -> None:
    assert bank_words.says_change(mail(text))


@pytest.mark.parametrize("text", UNCHANGED)
def test_an_account_that_stays_or_is_only_named_is_no_change(text: str) -> None:
    reading = mail(f"We confirm P00777.\n\n{text}")
    assert not bank_words.says_change(reading)
    taken = Judged(kind=Kind.BANK_DETAILS_CHANGE, confidence=0.9, source="test", runner_up=Kind.ORDER_CONFIRMATION)
    assert bank_words.checked(taken, reading).kind is Kind.ORDER_CONFIRMATION


@pytest.mark.parametrize(
    ("text", "account", "deviates"),
    [
        ("Bank: IBAN DE12 5001 0517 0648 4898 90", "DE12500105170648489890", False),
        ("Our account: 0648 4898 90", "0648489890", False),  # the domestic number of the same account
        ("Our bank details are unchanged: IBAN DE99", "DE99500105170648489891", True),
        ("Our new bank account: IBAN DE99", "DE99500105170648489891", True),
        ("Bank: IBAN DE99", "DE99500105170648489891", False),  # another account in a footer
    ],
)
def test_accounts_are_held_against_those_on_file(text: str, account: str, deviates: bool) -> None:
    statement = Statement(bank_accounts=(Stated(value=account, evidence=HERE, confidence=0.9, source="text"),))
    kind = Judged(kind=Kind.ORDER_CONFIRMATION, confidence=0.9, source="test")
    on_file = book(our_order(), accounts=((7, "DE12500105170648489890"),))
    nothing = Confirmation(orders=(), lines=())
    found = message_deviations.message_deviations(mail(text), statement, nothing, kind, on_file, ())
    types = [item.type for item in found]
    assert (DeviationType.BANK_DETAILS_CHANGE in types) is deviates
