"""What a language model may put in words: our own facts alone, checked before they are shown."""

from collections.abc import Callable

from advice_examples import assessed, deviates, late_line, order, reading

from triage.advisors import worded
from triage.domain.advice import Advice
from triage.domain.asking import Asked, Reply, Result, Task
from triage.domain.assessment import DeviationType, Kind
from triage.domain.policy import Policy
from triage.llm import prose


def reply(task: Task, text: str) -> Reply:
    asked = Asked(
        task=task.value, prompt="", prompt_digest="", model="", parameters="", request="", result=Result.ANSWERED
    )
    return Reply(asked=asked, answer={"text": text})


def test_facts_hold_no_word_of_the_message(policy: Policy, advise: Callable[..., Advice]) -> None:
    found = late_line(order())
    advice = advise(found)
    note, *_ = worded.questions(found, reading(), advice, policy)
    facts = dict(note.values)["facts"]
    assert advice.headline in facts
    assert "pos 1 comes on 26 May" not in facts
    assert "pos 1 comes on 26 May" in advice.note_html


def test_a_draft_is_translated_where_we_have_no_text_and_says_itself_that_it_accepts_nothing(
    policy: Policy, advise: Callable[..., Advice]
) -> None:
    found = late_line(order())
    assert [item.task for item in worded.questions(found, reading("en"), advise(found), policy)] == [Task.NOTE]
    draft = worded.questions(found, reading("it"), advise(found), policy)[1]
    assert (draft.task, draft.language) == (Task.DRAFT, "it")
    letter = dict(draft.values)["facts"]
    assert "2026-05-26" in letter  # days that mean the same in every language
    facts = prose.facts([letter], draft.known, "it")
    code = next(word for word in letter.split() if word.startswith("("))
    name = order().name
    said = (
        f"Gentili signori, per la riga 1 {code} del nostro ordine {name} indicate 2026-05-26; "
        "il nostro ordine dice 2026-05-12."
    )
    assert facts.allow(said, whole=True), prose.refusal(said, facts)
    assert not facts.allow(said.replace("2026-05-26", "2026-05-20"), whole=True)
    assert not facts.allow("Gentili signori, va bene.", whole=True)  # what weighs is left out
    advice = worded.with_words(advise(found), [reply(Task.DRAFT, said)], policy)
    assert advice.draft_reply is not None
    assert advice.draft_reply.startswith(said)
    assert advice.draft_reply.endswith("This message accepts no change of an order.")
    assert advice.worded == ("draft",)


def test_nothing_of_a_suspicious_message_is_put_in_words(policy: Policy, advise: Callable[..., Advice]) -> None:
    for kind in (DeviationType.SUSPICIOUS_CONTENT, DeviationType.BANK_DETAILS_CHANGE):
        found = assessed(Kind.OTHER, deviates(kind, None, None))
        assert worded.questions(found, reading("it"), advise(found), policy) == ()


def test_what_is_put_in_words_is_escaped_and_marked(policy: Policy, advise: Callable[..., Advice]) -> None:
    found = late_line(order())
    before = advise(found)
    after = worded.with_words(before, [reply(Task.NOTE, "It comes late & more.")], policy)
    assert (
        "<p>It comes late &amp; more. <em>(these sentences were worded by a language model)</em></p>" in after.note_html
    )
    assert after.note_html.count("<p>") == before.note_html.count("<p>") + 1
