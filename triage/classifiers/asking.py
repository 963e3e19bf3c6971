"""Decides whether a language model is asked about a message, and what: from calibrated confidence alone.

Never asks about a message that is suspicious, or about bank details; never shows a line that may be meant for a reading
program; never asks where nothing is unsure.
"""

from collections.abc import Sequence

from triage.domain.asking import Passage, Question, Task
from triage.domain.assessment import Assessment, DeviationType, DoubtCode, Kind
from triage.domain.document import Part, PartRole, Reading
from triage.domain.erp import OrderBook
from triage.domain.ports import SuspicionModel

#: The kind is asked about below this confidence: about one ordinary message of the development sets in twenty.
KIND_BAR = 0.7
#: A line that a program may be addressed in, this likely, is not shown to one.
_ODD = 0.25
_MOST_LINES = 400  # of one part
_NEVER = frozenset((Kind.BANK_DETAILS_CHANGE, Kind.AUTO_REPLY))


def wanted(assessment: Assessment) -> tuple[Task, ...]:
    """What should be asked about a message; nothing for most."""
    if _is_closed(assessment):
        return ()
    tasks = []
    if assessment.kind.confidence < KIND_BAR:
        tasks.append(Task.KIND)
    return tuple(tasks)


def _is_closed(assessment: Assessment) -> bool:
    """True for messages that no model may see."""
    types = {item.type for item in assessment.deviations}
    return (
        assessment.is_suspicious
        or DeviationType.BANK_DETAILS_CHANGE in types
        or assessment.kind.kind in _NEVER
        or any(doubt.code is DoubtCode.SUSPICIOUS for doubt in assessment.doubts)
    )


def kind_question(reading: Reading, assessment: Assessment, book: OrderBook, suspicion: SuspicionModel) -> Question:
    """Which kind it is, from everything visible."""
    return Question(
        task=Task.KIND,
        company=company_of(assessment, book),
        passages=passages(reading, suspicion),
        names=names_in(reading, book),
        values=(("kinds", "\n".join(kind.value for kind in Kind)),),
    )


def company_of(assessment: Assessment, book: OrderBook) -> str:
    """Whose budget pays: the company of the order, else the first one of the ERP."""
    for order in assessment.confirmation.orders:
        return order.company.name
    return book.companies[0].name if book.companies else ""


def passages(reading: Reading, suspicion: SuspicionModel) -> tuple[Passage, ...]:
    """What a person would read in it, without lines that may be meant for a program. Hidden text never stands here."""
    found = [Passage(part="subject", lines=_harmless([reading.headers.subject], suspicion))]
    for part in reading.parts:
        if part.role is not PartRole.BOILERPLATE:
            found.append(_passage(part, suspicion))
    return tuple(item for item in found if any(line.strip() for line in item.lines))


def _passage(part: Part, suspicion: SuspicionModel) -> Passage:
    lines = part.lines[:_MOST_LINES]
    return Passage(
        part=part.name,
        lines=_harmless([line.text for line in lines], suspicion),
        pages=tuple(line.page for line in lines),
    )


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
