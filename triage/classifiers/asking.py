"""Decides whether a language model is asked about a message, and what: from calibrated confidence alone.

Never asks about a message that is suspicious, or about bank details; never shows a line that may be meant for a reading
program; never asks where nothing is unsure.
"""

from collections.abc import Sequence
from dataclasses import replace

from triage.domain.asking import Candidate, Passage, Question, Task
from triage.domain.assessment import Assessment, ConfirmedLine, DeviationType, DoubtCode, Kind
from triage.domain.document import Part, PartRole, Reading
from triage.domain.erp import OrderBook, OrderLine
from triage.domain.ports import SuspicionModel

#: The kind is asked about below this confidence.
KIND_BAR = 0.7
#: Lines are read again below this confidence of one of them, and where something about them is in doubt.
LINE_BAR = 0.55
#: Where something else is asked, the reason of a delay is asked about below this confidence, too.
REASON_BAR = 0.4
_ABOUT_LINES = frozenset(
    (
        DoubtCode.UNMATCHED_LINE,
        DoubtCode.LOW_CONFIDENCE,
        DoubtCode.ARITHMETIC,
        DoubtCode.IMPLAUSIBLE,
        DoubtCode.INCOMPLETE,
        DoubtCode.AMBIGUOUS_DATE,
        DoubtCode.AMBIGUOUS_QUANTITY,
        DoubtCode.CONTRADICTION,
    )
)
_STATES_LINES = frozenset((Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE, Kind.SHIPPING_NOTICE, Kind.CANCELLATION))
_MOST_CANDIDATES = 60
#: A line that a program may be addressed in, this likely, is not shown to one.
_ODD = 0.25
_MOST_LINES = 400  # of one part
_BESIDE = (-2, -1, 0, 1)  # lines around a doubtful one that belong to it
_NEVER = frozenset((Kind.BANK_DETAILS_CHANGE, Kind.AUTO_REPLY))


def wanted(assessment: Assessment) -> tuple[Task, ...]:
    """What should be asked about a message; nothing for most."""
    if is_closed(assessment):
        return ()
    tasks = []
    if assessment.kind.confidence < KIND_BAR:
        tasks.append(Task.KIND)
    if assessment.confirmation.orders and _lines_are_doubtful(assessment):
        tasks.append(Task.STATEMENT)
        if any(line.order is None for line in assessment.confirmation.lines):
            tasks.append(Task.CHOICE)
    # A reason alone is worth no question: it decides nothing.
    if tasks and assessment.delay_reason is not None and assessment.delay_confidence < REASON_BAR:
        tasks.append(Task.REASON)
    return tuple(tasks)


def is_closed(assessment: Assessment) -> bool:
    """True for messages that no model may see."""
    types = {item.type for item in assessment.deviations}
    return (
        assessment.is_suspicious
        or DeviationType.BANK_DETAILS_CHANGE in types
        or assessment.kind.kind in _NEVER
        or any(doubt.code is DoubtCode.SUSPICIOUS for doubt in assessment.doubts)
    )


def _lines_are_doubtful(assessment: Assessment) -> bool:
    if assessment.kind.kind not in _STATES_LINES and assessment.kind.confidence >= KIND_BAR:
        return False
    unsure = any(line.confidence < LINE_BAR for line in assessment.confirmation.lines if line.line is not None)
    return unsure or any(doubt.needs_person and doubt.code in _ABOUT_LINES for doubt in assessment.doubts)


def question(
    task: Task, reading: Reading, assessment: Assessment, book: OrderBook, suspicion: SuspicionModel
) -> Question:
    """A question about the message as a whole, from everything visible."""
    plain = Question(
        task=task,
        company=company_of(assessment, book),
        passages=passages(reading, suspicion, in_question=_places(assessment.confirmation.lines)),
        names=names_in(reading, book),
    )
    if task is Task.KIND:
        return replace(plain, values=(("kinds", "\n".join(kind.value for kind in Kind)),))
    if task is Task.STATEMENT:
        ours = [line for order in assessment.confirmation.orders for line in order.lines]
        return replace(plain, candidates=candidates(ours[:_MOST_CANDIDATES]))
    return plain


def choice_question(general: Question, row: ConfirmedLine, offered: Sequence[OrderLine]) -> Question | None:
    """Which of our lines a row is; None where the row stands in no line that may be shown."""
    words = "".join(row.statement.evidence.text.split())
    for number, passage in enumerate(general.passages):
        if passage.part != row.statement.evidence.part:
            continue
        for index, line in enumerate(passage.lines):
            if words and "".join(line.split())[:80] == words[:80]:
                return replace(
                    general,
                    task=Task.CHOICE,
                    candidates=candidates(offered),
                    values=(("row", f"{chr(ord('A') + number)}{index + 1}"),),
                )
    return None


def candidates(lines: Sequence[OrderLine]) -> tuple[Candidate, ...]:
    """Our lines as they can be recognised: codes and words, neither quantities nor prices nor dates."""
    return tuple(Candidate(label=f"L{line.id}", text=_described(line)) for line in lines)


def line_of(label: str) -> int | None:
    """The id of the order line behind a candidate's label."""
    return int(label[1:]) if label[:1] == "L" and label[1:].isdecimal() else None


def _described(line: OrderLine) -> str:
    codes = [code for code in (line.product_code, *line.supplier_codes) if code]
    return " / ".join(dict.fromkeys([*codes, " ".join(line.description.split())[:120]]))


def _places(lines: Sequence[ConfirmedLine]) -> frozenset[str]:
    """The words of doubtful rows, without white space."""
    doubtful = [line for line in lines if line.line is None or line.confidence < LINE_BAR]
    return frozenset("".join(line.statement.evidence.text.split()) for line in doubtful)


def passages(
    reading: Reading, suspicion: SuspicionModel, *, in_question: frozenset[str] = frozenset()
) -> tuple[Passage, ...]:
    """What a person would read in it, without lines that may be meant for a program. Hidden text never stands here.

    in_question: words of doubtful rows, without white space.
    """
    found = [Passage(part="subject", lines=_harmless([reading.headers.subject], suspicion))]
    for part in reading.parts:
        if part.role is not PartRole.BOILERPLATE:
            found.append(_passage(part, suspicion, in_question))
    return tuple(item for item in found if any(line.strip() for line in item.lines))


def _passage(part: Part, suspicion: SuspicionModel, in_question: frozenset[str]) -> Passage:
    lines = part.lines[:_MOST_LINES]
    doubtful = {
        index + step
        for index, line in enumerate(lines)
        for step in _BESIDE
        if (squeezed := "".join(line.text.split())) and any(squeezed in words for words in in_question)
    }
    return Passage(
        part=part.name,
        lines=_harmless([line.text for line in lines], suspicion),
        pages=tuple(line.page for line in lines),
        in_question=frozenset(index for index in doubtful if 0 <= index < len(lines)),
    )


def company_of(assessment: Assessment, book: OrderBook) -> str:
    """Whose budget pays: the company of the order, else the first one of the ERP."""
    for order in assessment.confirmation.orders:
        return order.company.name
    return book.companies[0].name if book.companies else ""


def _harmless(lines: Sequence[str], suspicion: SuspicionModel) -> tuple[str, ...]:
    """The lines, with those emptied that alone or with the next one may address a program."""
    pairs = [f"{one} {other}" for one, other in zip(lines, [*lines[1:], ""], strict=True)]
    alone, joined = suspicion.suspicion(lines), suspicion.suspicion(pairs)
    odd = {index for index, score in enumerate(alone) if score >= _ODD}
    for index, score in enumerate(joined):
        if score >= _ODD:
            odd |= {index, index + 1}
    return tuple("" if index in odd else line for index, line in enumerate(lines))


def names_in(reading: Reading, book: OrderBook) -> tuple[str, ...]:
    """Names of people and companies that the headers and the ERP know."""
    headers = reading.headers
    written = [headers.sender, *headers.reply_to, *headers.to, *headers.cc]
    people = [person.name for person in written if person is not None]
    people += [partner.name for partner in book.senders if not partner.is_company]
    people += [order.buyer.name for order in book.orders if order.buyer is not None]
    companies = [partner.name for partner in book.senders if partner.is_company]
    companies += [company.name for company in book.companies]
    for order in book.orders:
        companies += [order.supplier.name, order.company.name]
    # People are called by one of their names, too; a word of a company's name is an ordinary word.
    parts = [word for name in people for word in name.split() if word[:1].isupper()]
    return tuple(dict.fromkeys(name for name in (*people, *companies, *parts) if name.strip()))
