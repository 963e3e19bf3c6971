"""The one path of every message: reading, extracting, matching, assessing, advising. Used by worker, command line
and evaluation alike.

No IO of its own: everything it touches comes in as an argument. The same input gives the same outcome.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from triage.advisors import advise as advising
from triage.classifiers import asking, second_look, watching
from triage.classifiers import assess as assessing
from triage.domain import lessons
from triage.domain.advice import Advice, Priority
from triage.domain.asking import PASSING, Asked, Task
from triage.domain.assessment import Assessment, Confirmation
from triage.domain.document import Headers, Reading
from triage.domain.erp import ErpView, OrderBook
from triage.domain.message import Message
from triage.domain.outcome import Advised, Failed, NeedsPerson, NothingToSay, Outcome
from triage.domain.ports import Earlier, KindModel, Memory, Toolkit
from triage.domain.statement import Statement
from triage.errors import Error
from triage.extractors import extract as extracting
from triage.matching import match as matching

_MOST_TEXT = 200_000  # characters in which order numbers are looked for


def triage_message(message: Message, erp: ErpView, tools: Toolkit) -> Outcome:
    """Read one message and say what a person should know. Errors of ours end as `Failed`; anything else is a bug."""
    step = "reading"
    try:
        reading = tools.reader.read(message)
        step = "looking up orders"
        book = _remembered(_order_book(reading, erp), tools.memory)
        step = "extracting"
        statement = extracting.extract(reading, book, erp.now)
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
        step = "asking a language model"
        assessment, asked = _second_look(case, first, tools, message.id)
        step = "advising"
        advice = _advised(message, first, assessment, asked, reading, erp, tools)
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
    case: _Case, first: Assessment, tools: Toolkit, message_id: str
) -> tuple[Assessment, tuple[Asked, ...]]:
    """The assessment after a model was asked where the first one is unsure; for most messages the first one itself."""
    wanted = asking.wanted(first) if tools.second is not None else ()
    if tools.second is None or not wanted:
        return first, ()
    questions = tools.second.about(message_id)
    kind, raised = first.kind, []
    asked: list[Asked] = []
    if Task.KIND in wanted:
        reply = questions.ask(asking.kind_question(case.reading, first, case.book, tools.suspicion))
        asked.append(reply.asked)
        kind, doubt = second_look.kind_of(reply, first.kind)
        raised += [doubt] if doubt is not None else []
    if kind is first.kind and not raised:
        return first, tuple(asked)
    second = _assessed(case, tools, second_look.Told(judged=kind))
    return second_look.held(first, second, raised), tuple(asked)


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


def look_at(message: Message, erp: ErpView, tools: Toolkit) -> Outcome:
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
