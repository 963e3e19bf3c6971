"""Prose of a model is shown only where every number, date, name and link in it stands in the facts."""

import pytest

from triage.llm import prose

FACTS = "P00042 line 2 (QX-77): late delivery: 3 May 2026 → 10 May 2026 (7 days)\nCustomer order S0007 (Lumo Ltd)"


def refused(text: str, language: str = "en") -> str:
    return prose.refusal(text, prose.facts([FACTS], ["Please check the order."], language))


@pytest.mark.parametrize(
    "text",
    [
        "QX-77 on P00042 comes 7 days late, on 10 May 2026.",
        "The goods of line 2 are late. Customer order S0007 of Lumo Ltd waits.",
        "Please check P00042.",
    ],
)
def test_what_the_facts_hold_may_be_said(text: str) -> None:
    assert refused(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("QX-77 comes 8 days late.", "number"),
        ("QX-78 comes late.", "number"),
        ("It comes on 10 June 2026.", "date"),
        ("It comes seven days late.", "number"),
        ("Ask Miller about P00042.", "name"),
        ("Miller asks.", "name"),
        ("See www.pay.example for more.", "link"),
        ("Write to x@y.example.", "link"),
        ("See pay.example.", "link"),
        ("It is <b>late</b>.", "markup"),
        ("It is {{facts}}.", "markup"),
        ("It is\u200blate.", "invisible"),
        ("货物迟到。", "capitals"),
        ("  ", "empty"),
        ("It costs 2026.", ""),
    ],
)
def test_what_they_do_not_hold_may_not(text: str, why: str) -> None:
    assert (why in refused(text)) if why else refused(text) == ""


def test_a_language_without_its_list_can_not_be_checked() -> None:
    assert refused("Siparis gecikti.", "tr") == "its language can't be checked"


def test_german_nouns_of_the_trade_are_no_names() -> None:
    assert refused("Die Lieferung von QX-77 kommt 7 Tage später; bitte die Bestellung prüfen.", "de") != ""
    known = prose.facts([FACTS], ["Die Lieferung kommt 7 Tage später."], "de")
    assert prose.refusal("Die Lieferung von QX-77 kommt 7 Tage später; bitte die Bestellung prüfen.", known) == ""
    assert prose.refusal("Bitte Müller fragen.", known) != ""


def test_a_piece_of_a_number_is_another_number() -> None:
    known = prose.facts(["1.250,00 EUR"], [], "en")
    assert prose.refusal("It costs 1.250,00 EUR.", known) == ""
    assert prose.refusal("It costs 1.250 EUR.", known) != ""
    assert prose.refusal("It costs 250,00 EUR.", known) != ""
