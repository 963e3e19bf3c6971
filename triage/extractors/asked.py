"""Finds the goods that a question is about: those of its own sentence, else those named last before it."""

from triage.domain.document import PartRole, Reading
from triage.domain.erp import OrderBook
from triage.extractors import anchors, clauses, cues, references
from triage.extractors.clauses import Sentence
from triage.extractors.hints import hints_of

_MOST_SENTENCES = 60
_MARKS = ("?", "？", "吗", "でしょうか")


def asked_lines(reading: Reading, book: OrderBook) -> frozenset[int] | None:
    """Ids of the order lines that the mail's own questions are about; None where no question names any goods.

    Only lines of orders that the message names: without a number, a description fits many.
    """
    names = {item.value for item in references.order_numbers(reading, book).named}
    orders = tuple(order for order in book.orders if order.name in names)
    if not orders:
        return None
    hints = hints_of(book, orders)
    found: set[int] = set()
    for part in reading.parts:
        if part.role is not PartRole.BODY:
            continue
        sentences = clauses.sentences(part, frozenset())[:_MOST_SENTENCES]
        marked = any(_has_mark(item) for item in sentences)
        last: set[int] = set()
        for sentence in sentences:
            named = {
                candidate.line.id
                for anchor in anchors.find_anchors(sentence.text, hints)
                if len({item.line.id for item in anchor.candidates}) == 1
                for candidate in anchor.candidates
            }
            last = named or last
            if _has_mark(sentence) if marked else cues.has(sentence.text, "question"):
                found |= last
    return frozenset(found) or None


def _has_mark(sentence: Sentence) -> bool:
    small = cues.has(sentence.text, "small_talk")
    return not small and any(mark in sentence.text for mark in _MARKS)
