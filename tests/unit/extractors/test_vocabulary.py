"""Every language has every section, and phrases are found as people write them."""

import pytest

from triage.extractors import vocabulary


def test_every_language_has_the_same_sections():
    english = vocabulary.language("en")
    for code in vocabulary.LANGUAGES:
        mine = vocabulary.language(code)
        assert mine.keys() == english.keys(), code
        for section, names in english.items():
            assert set(mine[section]) == set(names), (code, section, set(names) ^ set(mine[section]))


@pytest.mark.parametrize("code", vocabulary.LANGUAGES)
def test_no_section_is_empty(code):
    for section, names in vocabulary.language(code).items():
        for name, phrases in names.items():
            assert phrases, (section, name)
            assert all(len(phrase) <= 60 for phrase in phrases)


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Die Lieferung VERZÖGERT sich", "cues.delay"), ("verzogert", "cues.delay"), ("Qté", "columns.quantity"),
        ("客户订单号 P1", "labels.our_order_number"), ("ilosc", "columns.quantity"),
        ("anzichè mercoledì", "cues.instead_of"),
    ],
)  # fmt: skip
def test_phrases_are_found_without_regard_to_case_and_accents(text, section):
    assert vocabulary.phrases_in(text, section)


def test_places_are_places_of_the_text():
    text = "Straße – Liefertermin: KW 49"
    hit = vocabulary.phrases_in(text, "labels.delivery_date")[0]
    assert text[hit.start : hit.end] == "Liefertermin"


def test_words_are_matched_at_their_borders():
    assert not vocabulary.phrases_in("bestellt", "columns.position")
    assert not vocabulary.phrases_in("unposted", "columns.position")
