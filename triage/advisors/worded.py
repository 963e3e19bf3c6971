"""What a language model may put in words: a few sentences on top of the note, and our reply in the supplier's language.

It is given our own facts alone, no word of the message; what it writes is shown beside our own text or with our closing
sentence, never instead of a fact. Nothing of a suspicious message or one about bank details is put in words.
"""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from triage.advisors import draft, note
from triage.advisors.wording import wording
from triage.domain.advice import Advice
from triage.domain.asking import Question, Reply, Task
from triage.domain.assessment import Assessment
from triage.domain.document import Reading
from triage.domain.policy import Policy

#: Languages of suppliers that our own replies are not written in, and in which a model's prose can be checked.
_TRANSLATED = frozenset(("es", "it", "nl"))


def questions(assessment: Assessment, reading: Reading, advice: Advice, policy: Policy) -> tuple[Question, ...]:
    """What is worth putting in words about an advice; nothing where nothing deviates."""
    record = next((order for order in assessment.confirmation.orders if order.ref == advice.record), None)
    words = wording("note", record.buyer.language if record and record.buyer else "", policy.language)
    told = note.Told(assessment=assessment, reading=reading, words=words, mode=advice.mode, policy=policy.digest)
    if not told.quotes or not assessment.deviations:
        return ()
    company = record.company.name if record else ""
    facts = note.facts(told, advice)
    found = [
        Question(
            task=Task.NOTE, company=company, values=(("facts", "\n".join(facts)),), known=words.sentences,
            language=words.language,
        )
    ]  # fmt: skip
    language = next(iter(reading.languages), "")
    letter = draft.draft_reply(assessment, reading, advice.effects, plain=True) if language in _TRANSLATED else None
    if letter:
        found.append(Question(task=Task.DRAFT, company=company, values=(("facts", letter),), language=language))
    return tuple(found)


def with_words(advice: Advice, replies: Sequence[Reply], policy: Policy) -> Advice:
    """The advice with what a model put in words; as it is where it put nothing that may be shown."""
    for reply in replies:
        if reply.answer is None:
            continue
        text = str(reply.answer["text"]).strip()
        if reply.asked.task == Task.NOTE:
            words = wording("note", policy.language)
            lead = f"<p>{escape(text)} <em>({escape(words.say('note.worded'))})</em></p>"
            advice = replace(advice, note_html=advice.note_html.replace("</p>", f"</p>{lead}", 1))
        elif reply.asked.task == Task.DRAFT:
            # Whatever the model made of it: that nothing is accepted is said by us, too.
            advice = replace(advice, draft_reply=f"{text}\n\n{wording('reply').say('reply.accepts_nothing')}")
        else:
            continue
        advice = replace(advice, worded=(*advice.worded, reply.asked.task))
    return advice
