"""What a supplier says of an order as such: that it came, that he thanks for it, that it is entered.

A bare receipt ("got it, the dates follow on Thursday") confirms nothing; thanks for an order make an answer to it.
"""

import re
from dataclasses import replace

from triage.classifiers import cues
from triage.domain.assessment import Judged, Kind
from triage.domain.document import Part, PartRole, Reading
from triage.domain.statement import Statement
from triage.extractors import vocabulary

_OPENING = 30  # lines of a text in which an order is thanked for
_SURE_BARE = 0.97  # of a kind that a bare receipt does not overrule
_STATES_ELSE = frozenset((Kind.CANCELLATION, Kind.BANK_DETAILS_CHANGE, Kind.INVOICE))
#: Thanks in eleven languages, and what else they may be for.
_THANKS = re.compile(
    r"(?<![^\W\d_])(?:thank|thanks|cheers|dank\w*|merci|remerci\w+|gracias|agradec\w+|grazie|ringrazi\w+|bedankt|dzi[eę]kuj\w+"
    r"|obrigad[oa]|te[sş]ekk[uü]r\w*)(?![^\W\d_])|感谢|谢谢|ありがとう|有難う|御礼",
    re.IGNORECASE,
)
_OTHER_THANKS = re.compile(
    r"[.!?。！？]\s|(?<![^\W\d_])(?:e?-?mails?|message|call|note|chaser|reminder|patience|payment|nachricht|anruf|mahnung|geduld"
    r"|schreiben|zahlung|appel|relance|patience|courriel|r[eè]glement|correo|mensaje|llamada|paciencia|pago|messaggio"
    r"|sollecito|telefonata|pazienza|bericht|geduld|telefoontje|betaling|wiadomo\w+|cierpliwo\w+|telefon|mensagem"
    r"|paci[eê]ncia|mesaj\w*|sab[ıi]r\w*)(?![^\W\d_])|邮件|来信|耐心|メール|ご連絡|お電話",
    re.IGNORECASE,
)
_THANKS_REACH = 40  # characters between thanks and the number of the order


def answers_order(reading: Reading, statement: Statement) -> bool:
    """The newest text thanks for the order, by name or by number, or says that it is entered."""
    written = [item.evidence.text for item in statement.order_numbers if item.evidence.text]
    for part in reading.parts:
        if part.role is PartRole.BOILERPLATE:
            continue
        for line in part.lines[:_OPENING]:
            if any(vocabulary.phrases_in(line.text, f"cues.{name}") for name in ("thanks_for_order", "order_entered")):
                return True
            if any(_thanks_for(line.text, number) for number in written):
                return True
    return False


def _thanks_for(text: str, number: str) -> bool:
    """Thanks stand close to the number, and are for nothing else."""
    at = text.find(number)
    if at < 0:
        return False
    for thanks in _THANKS.finditer(text):
        left, right = sorted(((thanks.start(), thanks.end()), (at, at + len(number))))
        between = text[left[1] : right[0]]
        if len(between) <= _THANKS_REACH and not _OTHER_THANKS.search(between):
            return True
    return False


def bare_receipt(kind: Judged, reading: Reading, statement: Statement) -> Judged | None:
    """The kind `other` where a message says that an order came and that the answer follows, and states nothing."""
    if kind.kind in _STATES_ELSE or kind.confidence >= _SURE_BARE or statement.document_title or statement.terms:
        return None
    body = reading.body
    if body is None or reading.attachment_names or _states(statement):
        return None
    sentences = [item for item in _SENTENCE.split(_text(body)) if item.strip()]
    came = any(_has(item, "order_came", "receipt_of_order") for item in sentences)
    follows = any(_follows(item) for item in sentences)
    if not (came and follows):
        return None
    if kind.kind is Kind.AUTO_REPLY and (not statement.order_numbers or cues.count(_text(body))["automatic"]):
        return None  # a program that counts what comes in, or an absence
    return replace(kind, kind=Kind.OTHER, confidence=0.8, runner_up=kind.kind)


_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s*")
_MOST = 1500  # characters: a receipt is short


def _text(body: Part) -> str:
    return " ".join(line.text for line in body.lines)[:_MOST]


def _has(text: str, *names: str) -> bool:
    return any(vocabulary.phrases_in(text, f"cues.{name}") for name in names)


def _follows(text: str) -> bool:
    """An answer, a confirmation or a date is announced."""
    return _has(text, "answer_to_come", "not_yet_known", "answer_follows")


def _states(statement: Statement) -> bool:
    """Something is said of goods; the day on which the answer follows is none of them."""
    goods = any(line.quantity or line.price or line.promised or line.disposition for line in statement.lines)
    told = [item for item in statement.whole_orders if not _follows(item.evidence.text)]
    whole = any(item.promised or item.confirms_date or item.confirms_price or item.confirms_quantity for item in told)
    return goods or whole or bool(statement.price_changes)
