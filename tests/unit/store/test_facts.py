"""Account numbers are taken out of what is shown, product codes are not."""

from dataclasses import replace

import pytest
from understood_examples import late, order

from triage.domain.evidence import Evidence, Stated
from triage.store import facts


@pytest.mark.parametrize(
    "words",
    [
        "IBAN DE89370400440532013000.",
        "to GB82 WEST 1234 5698 7654 32 AND nothing else",
        "NL91\u00a0ABNA\u00a00417\u00a01643\u00a000",
        "DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX",
    ],
)
def test_an_iban_is_hidden_and_the_words_around_it_stay(words: str) -> None:
    shown = facts.hiding(late("m", order()))(words)
    assert facts.HIDDEN in shown
    assert not any(digits in shown for digits in ("0532", "5698", "0417"))
    assert ("AND nothing else" in shown) == ("AND nothing else" in words)
    assert ("BIC COBADEFFXXX" in shown) == ("BIC COBADEFFXXX" in words)


@pytest.mark.parametrize("words", ["FU12 ABCD 3456 7890 12", "AB12345678901234567", "P00042 line 1", "2026-04-01"])
def test_codes_that_only_look_like_one_stay(words: str) -> None:
    assert facts.hiding(late("m", order()))(words) == words


def test_an_account_that_the_message_states_is_hidden_however_it_is_spaced() -> None:
    place = Evidence(part="body", text="12 345.678")
    account = Stated(value="12345678", evidence=place, confidence=0.9, source="prose")
    outcome = late("m", order())
    outcome = replace(outcome, statement=replace(outcome.statement, bank_accounts=(account,)))
    assert facts.hiding(outcome)("pay to 12 345.678 please") == f"pay to {facts.HIDDEN} please"
