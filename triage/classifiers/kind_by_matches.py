"""The kind of a message in the light of what matched: our goods, with or without a day, a price, a question.

Words leave doubt; what they are about often does not. Only kinds that words were not sure of are overruled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.classifiers import receipts, statuses
from triage.domain.assessment import Confirmation, ConfirmedLine, Judged, Kind
from triage.domain.document import Reading
from triage.domain.erp import OrderBook
from triage.domain.policy import Policy
from triage.domain.statement import Disposition, Statement
from triage.extractors import vocabulary

#: Kinds that promise no day for goods on an order.
#: With the confidence below which goods of ours with a day to come overrule them.
_SAYS_NO_DAY = {
    Kind.BANK_DETAILS_CHANGE: 0.65, Kind.QUESTION: 0.6, Kind.QUALITY_NOTICE: 0.65, Kind.SHIPPING_NOTICE: 0.75,
    Kind.OTHER: 0.85, Kind.AUTO_REPLY: 0.9, Kind.PRICE_CHANGE_NOTICE: 0.65, Kind.QUOTATION: 0.65,
}  # fmt: skip
#: Below this confidence what matched may overrule what the words suggest.
_WEAK = 0.65
_LIKELY = 0.85
_SURE = 0.95
_ANY_WEAK = 0.5  # whatever the words suggest
_BODY = 2500  # characters of a body that are looked at
_TWICE = 2  # one such word may stand there by chance
_SURE_BARE = 0.97  # of a confirmation that states nothing


def reconsidered(
    kind: Judged,
    reading: Reading,
    statement: Statement,
    confirmation: Confirmation,
    book: OrderBook,
    policy: Policy,
) -> Judged:
    """The kind that the words suggest, or the one that what matched speaks for."""
    kind = _without_known_accounts(kind, statement, confirmation, book)
    bare = receipts.bare_receipt(kind, reading, statement)
    if bare is not None:
        return bare
    written = reading.headers.date.date() if reading.headers.date else None
    # "Your order of 2 March": a day that was over when the message was written promises nothing.
    dated = [
        line
        for line in confirmation.lines
        if line.line is not None and line.promised is not None and (written is None or line.promised >= written)
    ]
    late = [line for line in dated if line.line is not None and statuses.is_late(line, line.line, policy.tolerances)]
    priced = [line for line in confirmation.lines if line.line is not None and line.price is not None]
    told = _Told(dated=dated, late=late, priced=priced)
    plain = _plainly(kind, reading, statement, confirmation, told)
    if plain is not None:
        return plain
    found = _weighed(kind, confirmation, told) if dated else kind
    titled = vocabulary.phrases_in(reading.headers.subject, "cues.delay")
    first = not titled and len(late) < len(dated) and receipts.answers_order(reading, statement)
    if found.kind is Kind.DELAY_NOTICE and first:
        # The first answer to an order, some of whose lines come later: who thanks for an order answers it.
        return replace(found, kind=Kind.ORDER_CONFIRMATION, confidence=0.8, runner_up=Kind.DELAY_NOTICE)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Lines of ours for which the message tells a day, a day later than ordered, a price."""

    dated: Sequence[ConfirmedLine]
    late: Sequence[ConfirmedLine]
    priced: Sequence[ConfirmedLine]


def _plainly(
    kind: Judged, reading: Reading, statement: Statement, confirmation: Confirmation, told: _Told
) -> Judged | None:
    """The kind where what matched leaves no choice; None elsewhere."""
    if kind.kind is Kind.CANCELLATION:
        subject = reading.headers.subject
        named = vocabulary.phrases_in(subject, "cues.cancel") and not vocabulary.phrases_in(subject, "cues.correction")
        comes = [*told.dated, *(line for line in confirmation.lines if line.line is not None and line.quantity)]
        if not named and any(not _is_rejected(line) for line in comes):
            # One line falls away and others come: an answer to the order.
            return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.75, runner_up=Kind.CANCELLATION)
        if not confirmation.orders and not confirmation.unmatched:
            # What is discontinued and hits no order is news.
            return replace(kind, kind=Kind.OTHER, confidence=0.7, runner_up=Kind.CANCELLATION)
    unpriced = not any(line.price for line in statement.lines) and not statement.price_changes
    if kind.kind is Kind.PRICE_CHANGE_NOTICE and told.dated and unpriced:
        # Days for goods of ours, and no price at all: something else is adjusted.
        chosen = Kind.DELAY_NOTICE if told.late else Kind.ORDER_CONFIRMATION
        return replace(kind, kind=chosen, confidence=0.75, runner_up=Kind.PRICE_CHANGE_NOTICE)
    general = any(change.percent or change.valid_from for change in statement.price_changes)
    if kind.kind is Kind.PRICE_CHANGE_NOTICE and statement.order_numbers and told.priced and not general:
        # Other prices for the lines of an order it names: an answer to the order, no letter to all customers.
        return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.7, runner_up=Kind.PRICE_CHANGE_NOTICE)
    if not told.dated and _asks(kind, statement):
        return replace(kind, kind=Kind.QUESTION, confidence=0.7, runner_up=kind.kind)
    fates = {line.statement.disposition.value for line in confirmation.lines if line.statement.disposition}
    if kind.kind is Kind.QUOTATION and not statement.document_title and told.dated and Disposition.REJECTED in fates:
        # One line of an order is refused, others come: "a quotation for something else follows" is no offer yet.
        return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.75, runner_up=Kind.QUOTATION)
    agreed = any(whole.confirms_price and whole.confirms_quantity for whole in statement.whole_orders)
    if kind.kind is Kind.SHIPPING_NOTICE and not statement.document_title and agreed and told.dated:
        # Who says that quantities and prices are as ordered answers the order, however the goods will be sent.
        return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.75, runner_up=Kind.SHIPPING_NOTICE)
    if kind.kind is Kind.SHIPPING_NOTICE and not statement.document_title and _comes_later(reading, confirmation, told):
        return replace(kind, kind=Kind.DELAY_NOTICE, confidence=0.7, runner_up=Kind.SHIPPING_NOTICE)
    silent = not (statement.lines or statement.whole_orders or statement.document_title or reading.attachment_names)
    if kind.kind is Kind.ORDER_CONFIRMATION and silent and kind.confidence < _SURE_BARE:
        # "Received, we will come back with dates": nothing is confirmed yet.
        return replace(kind, kind=Kind.OTHER, confidence=0.7, runner_up=Kind.ORDER_CONFIRMATION)
    return None


def _comes_later(reading: Reading, confirmation: Confirmation, told: _Told) -> bool:
    """Goods long on their way get a new, later day: their point is the day, not that they left."""
    if not told.late or len(told.late) < len(told.dated) or any(line.quantity for line in confirmation.lines):
        return False
    text = reading.body.text[:_BODY] if reading.body else ""
    return all(len(vocabulary.phrases_in(text, f"cues.{name}")) >= _TWICE for name in ("delay", "new"))


def _weighed(kind: Judged, confirmation: Confirmation, told: _Told) -> Judged:
    """The kind of a message that tells days for goods of ours.

    Goods of ours with a day to come are no advertising; a quality problem of goods that have not arrived and now
    come later is a delay; and what is later than ordered, told in words that hardly confirm, is one too.
    """
    if _agrees(kind.kind, bool(told.late), bool(told.priced)):
        return replace(kind, confidence=max(kind.confidence, 0.8))
    chosen = kind.kind
    billed = any(line.statement.quantity or line.statement.price for line in confirmation.lines)
    prices = any(line.price is not None for line in told.dated)
    if kind.confidence < _SAYS_NO_DAY.get(kind.kind, _ANY_WEAK) or (
        kind.kind is Kind.INVOICE and kind.confidence < _SURE and not billed
    ):
        # Who tells prices, too, answers the order; who is late tells days alone.
        chosen = Kind.DELAY_NOTICE if told.late and not prices else Kind.ORDER_CONFIRMATION
    elif (kind.kind is Kind.QUALITY_NOTICE and any(line.line and not line.line.received for line in told.late)) or (
        kind.kind is Kind.ORDER_CONFIRMATION
        and kind.confidence < _WEAK
        and kind.runner_up is Kind.DELAY_NOTICE
        and told.late
        and not any(line.price is not None for line in confirmation.lines)
    ):
        chosen = Kind.DELAY_NOTICE
    elif kind.kind is Kind.DELAY_NOTICE and kind.confidence < _LIKELY and not told.late and not _waits(confirmation):
        chosen = Kind.ORDER_CONFIRMATION  # nothing comes later than it was ordered for
    if chosen is kind.kind:
        return kind
    return replace(kind, kind=chosen, confidence=0.7, source=f"{kind.source}; matched lines", runner_up=kind.kind)


def _without_known_accounts(kind: Judged, statement: Statement, confirmation: Confirmation, book: OrderBook) -> Judged:
    """An account that is on file, or none, changes no bank details: what the message is about besides counts."""
    if kind.kind is not Kind.BANK_DETAILS_CHANGE or kind.runner_up is None:
        return kind
    known = {account for _, account in book.bank_accounts}
    strange = [item for item in statement.bank_accounts if item.value not in known]
    states = any(line.quantity is not None or line.promised is not None for line in confirmation.lines)
    if strange or not (statement.bank_accounts or states):
        return kind
    return replace(kind, kind=kind.runner_up, confidence=0.7, runner_up=Kind.BANK_DETAILS_CHANGE)


def _is_rejected(line: ConfirmedLine) -> bool:
    fate = line.statement.disposition
    return fate is not None and fate.value is Disposition.REJECTED


def _asks(kind: Judged, statement: Statement) -> bool:
    """An answer is wanted by a day, and nothing is told: a question, whatever else the words sound like."""
    weak = kind.kind in (Kind.OTHER, Kind.QUALITY_NOTICE, Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE)
    weak = (weak and kind.confidence < _SURE) or kind.confidence < _ANY_WEAK
    told = any(line.price or (line.quantity and line.unit) for line in statement.lines)
    return weak and statement.respond_by is not None and not told


def _agrees(kind: Kind, late: bool, priced: bool) -> bool:
    """What matched says the same as the words: days that are late and nothing else, prices with days."""
    return (kind is Kind.DELAY_NOTICE and late and not priced) or (kind is Kind.ORDER_CONFIRMATION and priced)


def _waits(confirmation: Confirmation) -> bool:
    """A line waits, or its day replaces one that was told before."""
    return any(
        line.statement.former_date is not None
        or (line.statement.disposition is not None and line.statement.disposition.value is Disposition.BACKORDERED)
        for line in confirmation.lines
    )
