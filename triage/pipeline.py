"""The one path of every message: reading, extracting, matching, assessing, advising. Used by worker, command line
and evaluation alike.

No IO of its own: everything it touches comes in as an argument. The same input gives the same outcome.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from triage.advisors import advise as advising
from triage.advisors import worded
from triage.classifiers import asking, second_look, set_aside, watching
from triage.classifiers import assess as assessing
from triage.domain import lessons
from triage.domain.advice import Advice, Priority
from triage.domain.asking import PASSING, PROSE, Asked, Question, Questions, Reply, Result, Task
from triage.domain.assessment import Assessment, Confirmation, Doubt
from triage.domain.document import Headers, Reading
from triage.domain.erp import ErpView, OrderBook
from triage.domain.message import Message
from triage.domain.outcome import Advised, Failed, NeedsPerson, NothingToSay, Outcome, Reached, Stage
from triage.domain.ports import Earlier, KindModel, Memory, Toolkit
from triage.domain.statement import Statement
from triage.errors import Error
from triage.extractors import extract as extracting
from triage.extractors import pointed
from triage.matching import complete
from triage.matching import match as matching

_MOST_ROWS = 3  # that a language model is asked about in one message
_MOST_TEXT = 200_000  # characters in which order numbers are looked for


def triage_message(message: Message, erp: ErpView, tools: Toolkit, reached: Reached = lambda stage: None) -> Outcome:
    """Read one message and say what a person should know. Errors of ours end as `Failed`; anything else is a bug.

    reached: told how far it has come.
    """
    step = "reading"
    try:
        reading = tools.reader.read(message)
        reached(Stage.READ)
        step = "looking up orders"
        book = _remembered(_order_book(reading, erp), tools.memory)
        step = "extracting"
        statement = extracting.extract(set_aside.stating(reading), book, erp.now)
        step = "matching"
        confirmation = matching.match(statement, book)
        step = "assessing"
        words = fingerprint(reading)
        earlier = tools.memory.earlier(
            order_ids=[order.id for order in confirmation.orders], fingerprint=words, before=message
        )
        case = _Case(
            reading=reading,
            statement=statement,
            confirmation=confirmation,
            book=book,
            earlier=earlier,
            fingerprint_seen=any(item.fingerprint == words for item in earlier),
        )
        first = _assessed(case, tools)
        reached(Stage.UNDERSTOOD)
        step = "asking a language model"
        questions = tools.second.about(message.id) if tools.second is not None else None
        assessment, asked = _second_look(case, first, erp, tools, questions)
        step = "advising"
        advice = _advised(message, first, assessment, asked, reading, erp, tools)
        advice, asked = _worded(advice, assessment, asked, reading, tools, questions)
    except Error as error:
        return Failed(
            message_id=message.id,
            step=step,
            reason=error.reason,
            way_out=error.way_out or "Replay the message when the cause is mended.",
            retry_helps=error.retry_helps,
        )
    return _shape(assessment, advice)(
        message_id=message.id,
        reading=reading,
        statement=statement,
        assessment=assessment,
        advice=advice,
        versions=tools.versions,
        asked=asked,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything known before anything is judged."""

    reading: Reading
    statement: Statement
    confirmation: Confirmation
    book: OrderBook
    earlier: Sequence[Earlier]
    fingerprint_seen: bool


def _assessed(case: _Case, tools: Toolkit, kind: KindModel | None = None) -> Assessment:
    return assessing.assess(
        reading=case.reading,
        statement=case.statement,
        confirmation=case.confirmation,
        book=case.book,
        policy=tools.policy,
        kind_model=kind or tools.kind,
        reason_model=tools.reason,
        suspicion_model=tools.suspicion,
        earlier=case.earlier,
        fingerprint_seen=case.fingerprint_seen,
    )


def _second_look(
    case: _Case, first: Assessment, erp: ErpView, tools: Toolkit, questions: Questions | None
) -> tuple[Assessment, tuple[Asked, ...]]:
    """The assessment after a model was asked where the first one is unsure; for most messages the first one itself."""
    wanted = asking.wanted(first) if questions is not None else ()
    if questions is None or not wanted:
        return first, ()
    replies: dict[Task, Reply] = {}
    asked: list[Asked] = []
    for task in wanted:
        if task is not Task.CHOICE:
            question = asking.question(task, case.reading, first, case.book, tools.suspicion)
            replies[task] = questions.ask(question)
            asked.append(replies[task].asked)
    kind, raised = first.kind, list[Doubt]()
    if Task.KIND in replies:
        kind, doubt = second_look.kind_of(replies[Task.KIND], first.kind)
        raised += [doubt] if doubt is not None else []
    confirmation = case.confirmation
    if Task.CHOICE in wanted:
        confirmation, more = _chosen(case, first, tools, questions)
        asked += more
    if Task.STATEMENT in replies:
        confirmation, doubts, dropped = _pointed(case, confirmation, replies[Task.STATEMENT], erp, tools)
        raised += doubts
        asked = [
            replace(item, dropped=item.dropped + dropped) if item.task == Task.STATEMENT else item for item in asked
        ]
    raised += second_look.helped(case.confirmation, confirmation)
    second = first
    if kind is not first.kind or raised:
        settled = _assessed(replace(case, confirmation=confirmation), tools, second_look.Told(judged=kind))
        second = second_look.held(first, settled, raised)
    if Task.REASON in replies:
        second = second_look.with_reason(second, replies[Task.REASON])
    return second, tuple(asked)


def _chosen(case: _Case, first: Assessment, tools: Toolkit, questions: Questions) -> tuple[Confirmation, list[Asked]]:
    """The confirmation after a model chose lines of ours for rows that are on none."""
    confirmation, asked = case.confirmation, list[Asked]()
    general = asking.question(Task.CHOICE, case.reading, first, case.book, tools.suspicion)
    for row, offered in complete.open_rows(case.confirmation)[:_MOST_ROWS]:
        question = asking.choice_question(general, row, offered)
        if question is None:
            continue
        reply = questions.ask(question)
        asked.append(reply.asked)
        line_id = second_look.choice_of(reply, row)
        if line_id in {line.id for line in offered} and line_id is not None:
            confirmation = complete.chosen(confirmation, row, line_id, case.book)
    return confirmation, asked


def _pointed(
    case: _Case, confirmation: Confirmation, reply: Reply, erp: ErpView, tools: Toolkit
) -> tuple[Confirmation, tuple[Doubt, ...], int]:
    """The confirmation with what a model pointed at, the doubts that raises, and how many values were dropped."""
    found = second_look.pointed_at(reply)
    if not found:
        return confirmation, (), 0
    orders = confirmation.orders
    statements, unread = pointed.statements(found, case.reading, case.book, orders, erp.now)
    today = erp.now.astimezone(ZoneInfo(tools.policy.timezone)).date()
    done = complete.completed(confirmation, statements, case.book, today=today)
    return done.confirmation, done.doubts, unread + done.dropped


def _advised(
    message: Message,
    first: Assessment,
    assessment: Assessment,
    asked: tuple[Asked, ...],
    reading: Reading,
    erp: ErpView,
    tools: Toolkit,
) -> Advice:
    """The advice; where a model was heard, never milder than what would have been advised without it."""
    mode, versions = tools.versions.mode, tools.versions
    unheard = any(item.result in PASSING for item in asked)
    advice = advising.advise(
        first, reading, erp, tools.policy, mode=mode, message_id=message.id, versions=versions, unheard=unheard
    )
    if assessment is first:
        return advice
    return advising.advise(
        assessment, reading, erp, tools.policy, mode=mode, message_id=message.id, versions=versions, unheard=unheard,
        floor=advice,
    )  # fmt: skip


def _worded(
    advice: Advice,
    assessment: Assessment,
    asked: tuple[Asked, ...],
    reading: Reading,
    tools: Toolkit,
    questions: Questions | None,
) -> tuple[Advice, tuple[Asked, ...]]:
    """Note and draft put in words, for a message that a model has just answered about; else the advice as it is."""
    answered = any(item.result is Result.ANSWERED for item in asked)
    if questions is None or tools.second is None or not tools.second.writes_prose or not answered:
        return advice, asked
    wanted = worded.questions(assessment, reading, advice, tools.policy)
    replies = [questions.ask(question) for question in wanted]
    return worded.with_words(advice, replies, tools.policy), (*asked, *(reply.asked for reply in replies))


def question_of(task: Task, message: Message, erp: ErpView, tools: Toolkit) -> Question | None:
    """What would be asked about a message, whether or not anything is unsure; None where there is nothing to ask.

    Raises the errors of the steps.
    """
    reading = tools.reader.read(message)
    book = _remembered(_order_book(reading, erp), tools.memory)
    statement = extracting.extract(set_aside.stating(reading), book, erp.now)
    confirmation = matching.match(statement, book)
    case = _Case(
        reading=reading, statement=statement, confirmation=confirmation, book=book, earlier=(), fingerprint_seen=False
    )
    first = _assessed(case, tools)
    if asking.is_closed(first):
        return None
    if task in PROSE:
        advice = advising.advise(
            first, reading, erp, tools.policy, mode=tools.versions.mode, message_id=message.id, versions=tools.versions
        )
        return next(
            (item for item in worded.questions(first, reading, advice, tools.policy) if item.task is task), None
        )
    general = asking.question(task, reading, first, book, tools.suspicion)
    if task is not Task.CHOICE:
        return general
    rows = complete.open_rows(confirmation)
    return asking.choice_question(general, *rows[0]) if rows else None


def look_at(message: Message, erp: ErpView, tools: Toolkit, reached: Reached = lambda stage: None) -> Outcome:
    """What our own scan found about a record, advised on like anything else. Only the door of scans leads here.

    The message holds the findings as `watching.written` wrote them; the order is read anew. Raises nothing; errors of
    ours end as `Failed`.
    """
    try:
        told = watching.read(message.raw)
        book = erp.order_book(sender="", text=told.order_name)
        order = next((item for item in book.orders if item.name == told.order_name), None)
        today = erp.now.astimezone(ZoneInfo(tools.policy.timezone)).date()
        assessment = watching.assessment(told, order, today)
        reached(Stage.UNDERSTOOD)
        reading = Reading(headers=Headers(subject=told.order_name), parts=())
        advice = advising.advise(
            assessment, reading, erp, tools.policy, mode=tools.versions.mode, message_id=message.id,
            versions=tools.versions, situation=told.key,
        )  # fmt: skip
    except Error as error:
        return Failed(
            message_id=message.id, step="looking at the ERP", reason=error.reason,
            way_out=error.way_out or "Scan again.", retry_helps=error.retry_helps,
        )  # fmt: skip
    return _shape(assessment, advice)(
        message_id=message.id, reading=reading, statement=Statement(), assessment=assessment, advice=advice,
        versions=tools.versions,
    )  # fmt: skip


def _shape(assessment: Assessment, advice: Advice) -> type[Advised] | type[NothingToSay] | type[NeedsPerson]:
    """Which of the good ends it is."""
    if assessment.needs_review:
        return NeedsPerson
    if assessment.deviations or advice.rank.priority is not Priority.LOW:
        return Advised
    return NothingToSay


def _order_book(reading: Reading, erp: ErpView) -> OrderBook:
    headers = reading.headers
    texts = [headers.subject, *reading.attachment_names]
    for part in reading.parts:
        texts.extend(line.text for line in part.lines)
    sender = headers.sender.email if headers.sender else ""
    hints = [address.email for address in (*headers.to, *headers.cc) if address.email]
    return erp.order_book(sender=sender, text="\n".join(texts)[:_MOST_TEXT], company_hints=hints)


def _remembered(book: OrderBook, memory: Memory) -> OrderBook:
    suppliers = {order.supplier.id for order in book.orders}
    return lessons.applied(book, memory.lessons(supplier_ids=suppliers)) if suppliers else book


def fingerprint(reading: Reading) -> str:
    """Equal for the same statement sent again: the words of body and attachments, without case and white space."""
    words = [reading.headers.subject]
    for part in reading.parts:
        words.append(part.text)
    folded = re.sub(r"\W+", "", "".join(words).casefold())
    return hashlib.sha256(folded.encode()).hexdigest()
