"""Supplier text is sent as data, and nothing comes back that does not stand in it at the place named."""

from pathlib import Path

import pytest

from triage.domain.asking import Found, Passage, Question, Task
from triage.llm import grounding, prompts, quoting, request
from triage.llm.quoting import Line

FOLDER = Path(__file__).parents[3] / "prompts"
PROMPTS = prompts.load(FOLDER)


def line(text: str) -> Line:
    return Line(sent=text, found=Found(part="body", text=text))


def build(question: Question, **view: object) -> request.Built:
    marks = iter(["first", "second", "third"])
    return request.build(
        PROMPTS.by_task[question.task],
        question,
        request.View(**{"redaction": "none", "most_text": 1000, **view}),  # type: ignore[arg-type]
        boundary=lambda: next(marks),
        model="m",
        parameters="{}",
    )


def test_invisible_characters_are_shown() -> None:
    hidden = "a\u200bb\u202ec\U000e0041d\x07e\u2028f\ufeff"
    shown = quoting.visible(hidden)
    assert shown == "a[U+200B]b[U+202E]c[U+E0041]d[U+0007]e[U+2028]f[U+FEFF]"
    assert quoting.visible("Grüße, 数量 5\u00a0Stück") == "Grüße, 数量 5 Stück"


def test_names_addresses_and_numbers_are_taken_out() -> None:
    text = (
        "Dear Ms Quist, call Anna Bergmann +49 30 1234567, anna@x.example, https://x.example/a "
        "DE89 3704 0044 0532 0130 00"
    )
    told = quoting.redacted(text, quoting.names_of(["Anna Bergmann", "Bergmann"]))
    assert told == "Dear Ms [name], call [name] [telephone], [address], [link] [account]"


def test_what_is_redacted_can_still_be_pointed_at_in_the_message_s_own_line() -> None:
    quoted = quoting.quote([Passage(part="body", lines=("Anna sends 40 pcs",))], ["Anna"], level="names", most=1000)
    assert quoted.lines["A1"].sent == "[name] sends 40 pcs"
    assert quoted.lines["A1"].found.text == "Anna sends 40 pcs"


def test_only_the_lines_in_question_are_shown_at_the_last_level() -> None:
    passage = Passage(part="body", lines=("one", "two", "three"), in_question=frozenset({1}))
    assert list(quoting.quote([passage], [], level="line", most=1000).lines) == ["A2"]
    assert list(quoting.quote([passage], [], level="none", most=1000).lines) == ["A1", "A2", "A3"]


def test_no_more_text_is_shown_than_allowed() -> None:
    passage = Passage(part="body", lines=tuple("word " * 30 for _ in range(50)))
    quoted = quoting.quote([passage], [], level="none", most=1000)
    assert len(quoted.text) < 1300
    assert quoted.text.endswith("(the rest is left out)")


def test_the_boundary_is_none_that_stands_in_the_text_and_no_part_of_the_digest() -> None:
    question = Question(
        task=Task.KIND, passages=(Passage(part="body", lines=("the first line",)),), values=(("kinds", "a"),)
    )
    one = build(question)
    assert "<<<second" in one.request.user
    marks = iter(["other"])
    other = request.build(
        PROMPTS.by_task[Task.KIND], question, request.View(redaction="none", most_text=1000),
        boundary=lambda: next(marks), model="m", parameters="{}",
    )  # fmt: skip
    assert other.request.user != one.request.user
    assert other.digest == one.digest


@pytest.mark.parametrize(
    ("words", "text", "stands"),
    [
        ("40 pcs", "we send  40   PCS today", True),
        ("40", "we send 1.40 and 400", False),
        ("250", "price 1.250 each", False),
        ("1", "price 1.250 each", False),
        ("12.05.", "on 12.05.2026", False),
        ("25", "25.", True),
        ("数量40", "数量40个", True),
        ("send", "resend", False),
        ("", "anything", False),
        ("   ", "anything", False),
    ],
)
def test_words_stand_only_as_whole_words_and_whole_numbers(words: str, text: str, stands: bool) -> None:
    assert grounding.stands_in(words, text) is stands


def test_values_that_do_not_stand_there_are_dropped_and_counted() -> None:
    schema = PROMPTS.by_task[Task.STATEMENT].schema
    entry = {"line": "L1", "place": "A1", "quantity": "40", "unit": "pcs", "price": "9.99 EUR", "date_place": "A2",
             "date": "week 5", "rejected": ""}  # fmt: skip
    wrong = {**entry, "quantity": "41", "unit": "kg", "date": ""}
    answer = {"lines": [entry, {**entry, "line": "L9"}, {**entry, "place": "A7"}, wrong]}
    held = grounding.ground(
        schema, answer, lines={"A1": line("X-1: 40 pcs"), "A2": line("all in week 5")},
        candidates=frozenset({"L1"}), prose=lambda text, *, whole: True,
    )  # fmt: skip
    assert held.answer is not None
    assert held.answer["lines"] == [{**entry, "price": ""}]
    assert held.dropped == 1 + 1 + 1 + 4
    assert set(held.places) == {"A1", "A2"}


def test_an_answer_without_a_proof_is_none() -> None:
    schema = PROMPTS.by_task[Task.KIND].schema
    for answer in (
        {"kind": "invoice", "place": "A1", "words": "invoice number"},
        {"kind": "invoice", "place": "A9", "words": "hello"},
        {"kind": "invoice", "place": "A1", "words": " "},
    ):
        held = grounding.ground(
            schema, answer, lines={"A1": line("hello")}, candidates=frozenset(), prose=lambda text, *, whole: True
        )
        assert held.answer is None
        assert held.dropped >= 1
