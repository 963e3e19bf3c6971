"""Finds the goods that a question is about: those of its own sentence, else those named last before it."""

import re

from triage.domain.document import PartRole, Reading
from triage.domain.erp import OrderBook
from triage.extractors import anchors, clauses, cues, references
from triage.extractors.clauses import Sentence
from triage.extractors.hints import hints_of

_MOST_SENTENCES = 60
#: What is asked of the order as such: where to deliver, whom to bill, how to send it.
_OF_ORDER = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]*adress?(?:e|es|en|se)?|address(?:es)?|direcci[óo]n|domicilio|indirizz[oi]|destinazione|morada|endere[çc]o"
    r"|adres\w*|destination|destino|spediteur|carrier|forwarder|incoterms?|transporteur|transportista|corriere|vervoerder"
    r"|przewo[źz]nik\w*|transportadora|nakliye\w*)(?![^\W\d_])|地址|收货人|货代|住所|納入先|送り先|届け先",
    re.IGNORECASE,
)
_MARKS = ("?", "？", "吗", "でしょうか")


def asked_lines(reading: Reading, book: OrderBook) -> frozenset[int] | None:
    """Ids of the order lines that the mail's own questions are about; None where no question names any goods.

    Empty where the only thing asked is one of the order as such: an address, a carrier.

    Only lines of orders that the message names: without a number, a description fits many.
    """
    names = {item.value for item in references.order_numbers(reading, book).named}
    orders = tuple(order for order in book.orders if order.name in names)
    if not orders:
        return None
    hints = hints_of(book, orders)
    found: set[int] = set()
    general = False
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
                if not named and _OF_ORDER.search(sentence.text):
                    general = True
                    continue
                found |= last
    return frozenset() if general and not found else frozenset(found) or None


def spared_lines(reading: Reading, book: OrderBook) -> frozenset[int]:
    """Ids of the order lines that are named only to say that nothing is wrong with them."""
    names = {item.value for item in references.order_numbers(reading, book).named}
    orders = tuple(order for order in book.orders if order.name in names)
    if not orders:
        return frozenset()
    hints = hints_of(book, orders)
    spared: set[int] = set()
    meant: set[int] = set()
    for part in reading.parts:
        if part.role not in (PartRole.BODY, PartRole.FORWARDED):
            continue
        for sentence in clauses.sentences(part, frozenset())[:_MOST_SENTENCES]:
            named = {
                item.line.id for anchor in anchors.find_anchors(sentence.text, hints) for item in anchor.candidates
            }
            if cues.has(sentence.text, "unaffected"):
                spared |= named
            else:
                meant |= named
    return frozenset(spared - meant)


def _has_mark(sentence: Sentence) -> bool:
    small = cues.has(sentence.text, "small_talk")
    return not small and any(mark in sentence.text for mark in _MARKS)
