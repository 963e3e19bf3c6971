"""Puts together what a message means: kind, statuses, deviations, reason of a delay, doubts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from triage.classifiers import doubts as doubting
from triage.classifiers import duplicates, line_deviations, message_deviations, statuses, suspicion
from triage.domain.assessment import (
    Assessment,
    Confirmation,
    ConfirmedLine,
    DelayReason,
    Deviation,
    DeviationType,
    DoubtCode,
    Judged,
    Kind,
)
from triage.domain.document import PartRole, Reading
from triage.domain.erp import OrderBook, Partner
from triage.domain.policy import Policy, Tolerances
from triage.domain.ports import Earlier, KindModel, ReasonModel, SuspicionModel
from triage.domain.statement import Disposition, Statement
from triage.extractors import vocabulary

#: Lines that kinds like these only mention are not listed.
_STATES_NO_LINES = {Kind.AUTO_REPLY, Kind.QUESTION, Kind.BANK_DETAILS_CHANGE, Kind.QUALITY_NOTICE}
#: These are about an order only where they name it: their goods fit many.
_NAMES_ITS_ORDERS = {
    Kind.PRICE_CHANGE_NOTICE, Kind.QUOTATION, Kind.OTHER, Kind.AUTO_REPLY, Kind.BANK_DETAILS_CHANGE,
}  # fmt: skip
#: The dates of these are dates of delivery that was, or of validity: no promise.
_PROMISES_NOTHING = {Kind.INVOICE, Kind.PRICE_CHANGE_NOTICE}


def assess(
    *,
    reading: Reading,
    statement: Statement,
    confirmation: Confirmation,
    book: OrderBook,
    policy: Policy,
    kind_model: KindModel,
    reason_model: ReasonModel,
    suspicion_model: SuspicionModel,
    earlier: Sequence[Earlier],
    fingerprint_seen: bool = False,
) -> Assessment:
    """The assessment of one message. Models are ports; everything else is plain comparison."""
    kind = _with_matches(kind_model.judge(reading, statement), reading, statement, confirmation, book, policy)
    if kind.kind in _NAMES_ITS_ORDERS:
        confirmation = _without_guesses(confirmation, statement)
    confirmation = _with_statuses(confirmation, kind, book, policy)
    tolerances = _tolerances(confirmation, book, policy)
    found: list[Deviation] = []
    again = duplicates.duplicate_of(confirmation, kind.kind, fingerprint_seen, earlier)
    if again is not None:
        found.append(again)
    else:
        found.extend(line_deviations.line_deviations(confirmation.lines, kind.kind, tolerances))
        found.extend(message_deviations.message_deviations(reading, statement, confirmation, kind, book, earlier))
    judged = suspicion.judge(reading, book, kind.kind, suspicion_model)
    strange, odd = suspicion.deviation(judged), suspicion.doubt(judged)
    if strange is not None:
        found.append(strange)
    reason, sure = _delay_reason(reading, found, kind, reason_model)
    return Assessment(
        kind=kind,
        confirmation=confirmation,
        deviations=tuple(found),
        respond_by=_respond_by(statement, kind),
        delay_reason=reason,
        delay_confidence=sure,
        doubts=(
            *doubting.doubts(reading, statement, confirmation, kind, found, policy),
            *([odd] if odd is not None else []),
        ),
        stop_use=kind.kind is Kind.QUALITY_NOTICE and _stops_use(reading),
        supplier=_supplier(book),
    )


def _supplier(book: OrderBook) -> Partner | None:
    """The company that the sender belongs to; None where several are possible or it is none that we buy from."""
    ids = {partner.id for partner in book.senders}
    companies = [partner for partner in book.senders if partner.parent_id not in ids]
    return companies[0] if len(companies) == 1 and any(item.is_supplier for item in book.senders) else None


def _stops_use(reading: Reading) -> bool:
    return any(vocabulary.phrases_in(line.text, "cues.stop_use") for part in reading.parts for line in part.lines[:200])


#: Kinds that promise no day for goods on an order.
#: With the confidence below which goods of ours with a day to come overrule them.
_SAYS_NO_DAY = {
    Kind.BANK_DETAILS_CHANGE: 0.65, Kind.QUESTION: 0.6,
    Kind.OTHER: 0.85, Kind.AUTO_REPLY: 0.9, Kind.PRICE_CHANGE_NOTICE: 0.65, Kind.QUOTATION: 0.65,
}  # fmt: skip
#: Below this confidence what matched may overrule what the words suggest.
_WEAK = 0.65
_LIKELY = 0.85
_SURE = 0.95
_ANY_WEAK = 0.5  # whatever the words suggest
_SURE_BARE = 0.97  # of a confirmation that states nothing


def _with_matches(
    kind: Judged,
    reading: Reading,
    statement: Statement,
    confirmation: Confirmation,
    book: OrderBook,
    policy: Policy,
) -> Judged:
    """Let matched lines speak where words leave doubt.

    Goods of ours with a day to come are no advertising; a quality problem of goods that have not arrived and now
    come later is a delay; and what is later than ordered, told in words that hardly confirm, is one too.
    """
    kind = _without_known_accounts(kind, statement, confirmation, book)
    dated = [line for line in confirmation.lines if line.line is not None and line.promised is not None]
    late = [line for line in dated if line.line is not None and statuses.is_late(line, line.line, policy.tolerances)]
    kept = [line for line in dated if not _is_rejected(line)]
    if kind.kind is Kind.CANCELLATION and kept:
        # One line falls away and others come: an answer to the order.
        return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.75, runner_up=Kind.CANCELLATION)
    if kind.kind is Kind.CANCELLATION and not confirmation.orders and not confirmation.unmatched:
        # What is discontinued and hits no order is news.
        return replace(kind, kind=Kind.OTHER, confidence=0.7, runner_up=Kind.CANCELLATION)
    priced = [line for line in confirmation.lines if line.line is not None and line.price is not None]
    general = any(change.percent or change.valid_from for change in statement.price_changes)
    if kind.kind is Kind.PRICE_CHANGE_NOTICE and statement.order_numbers and priced and not general:
        # Other prices for the lines of an order it names: an answer to the order, no letter to all customers.
        return replace(kind, kind=Kind.ORDER_CONFIRMATION, confidence=0.7, runner_up=Kind.PRICE_CHANGE_NOTICE)
    if not dated and _asks(kind, statement):
        return replace(kind, kind=Kind.QUESTION, confidence=0.7, runner_up=kind.kind)
    silent = not (statement.lines or statement.whole_orders or statement.document_title or reading.attachment_names)
    if kind.kind is Kind.ORDER_CONFIRMATION and silent and kind.confidence < _SURE_BARE:
        # "Received, we will come back with dates": nothing is confirmed yet.
        return replace(kind, kind=Kind.OTHER, confidence=0.7, runner_up=Kind.ORDER_CONFIRMATION)
    if not dated:
        return kind
    if _agrees(kind.kind, bool(late), bool(priced)):
        return replace(kind, confidence=max(kind.confidence, 0.8))
    chosen = kind.kind
    billed = any(line.statement.quantity or line.statement.price for line in confirmation.lines)
    if kind.confidence < _SAYS_NO_DAY.get(kind.kind, _ANY_WEAK) or (
        kind.kind is Kind.INVOICE and kind.confidence < _SURE and not billed
    ):
        # Who tells prices, too, answers the order; who is late tells days alone.
        tells_prices = any(line.price is not None for line in dated)
        chosen = Kind.DELAY_NOTICE if late and not tells_prices else Kind.ORDER_CONFIRMATION
    elif (kind.kind is Kind.QUALITY_NOTICE and any(line.line and not line.line.received for line in late)) or (
        kind.kind is Kind.ORDER_CONFIRMATION
        and kind.confidence < _WEAK
        and kind.runner_up is Kind.DELAY_NOTICE
        and late
        and not any(line.price is not None for line in confirmation.lines)
    ):
        chosen = Kind.DELAY_NOTICE
    elif kind.kind is Kind.DELAY_NOTICE and kind.confidence < _LIKELY and not late and not _waits(confirmation):
        chosen = Kind.ORDER_CONFIRMATION  # nothing comes later than it was ordered for
    if chosen is kind.kind:
        return kind
    return replace(kind, kind=chosen, confidence=0.7, source=f"{kind.source}; matched lines", runner_up=kind.kind)


def _without_known_accounts(
    kind: Judged, statement: Statement, confirmation: Confirmation, book: OrderBook
) -> Judged:
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
    told = any(line.quantity or line.price for line in statement.lines)
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


def _without_guesses(confirmation: Confirmation, statement: Statement) -> Confirmation:
    """Only orders that the message names; lines that were matched by content alone stand for themselves."""
    named = {item.value for item in statement.order_numbers}
    if all(order.name in named for order in confirmation.orders):
        return confirmation
    lines = tuple(
        line if line.order is None or line.order.name in named else replace(line, order=None, line=None)
        for line in confirmation.lines
    )
    return replace(
        confirmation,
        orders=tuple(order for order in confirmation.orders if order.name in named),
        lines=lines,
        doubts=tuple(doubt for doubt in confirmation.doubts if doubt.code is not DoubtCode.UNKNOWN_ORDER),
    )


def _tolerances(confirmation: Confirmation, book: OrderBook, policy: Policy) -> dict[int, Tolerances]:
    categories = {product.id: product.category for product in book.products}
    return {
        line.id: policy.tolerances_for(
            company=order.company.name,
            supplier=order.supplier.name,
            category=categories.get(line.product_id or 0, ""),
        )
        for order in confirmation.orders
        for line in order.lines
    }


def _with_statuses(confirmation: Confirmation, kind: Judged, book: OrderBook, policy: Policy) -> Confirmation:
    if kind.kind in _STATES_NO_LINES:
        return replace(confirmation, lines=())
    if kind.kind in statuses.WITHOUT_STATUS:
        # Without a status, a line says something by its values alone.
        stating = tuple(line for line in confirmation.lines if line.statement.quantity or line.statement.price)
        confirmation = replace(confirmation, lines=stating)
    if kind.kind in _PROMISES_NOTHING:
        lines = tuple(replace(line, promised=None) for line in confirmation.lines)
        confirmation = replace(confirmation, lines=lines)
    if kind.kind is Kind.PRICE_CHANGE_NOTICE:
        lines = tuple(replace(line, order=None, line=None) for line in confirmation.lines)
        confirmation = replace(confirmation, lines=lines)
    tolerances = _tolerances(confirmation, book, policy)
    return replace(confirmation, lines=tuple(statuses.with_statuses(confirmation.lines, kind.kind, tolerances)))


def _respond_by(statement: Statement, kind: Judged) -> date | None:
    if statement.respond_by is None or kind.kind in (Kind.AUTO_REPLY, Kind.INVOICE):
        return None
    return statement.respond_by.value


def _delay_reason(
    reading: Reading, found: Sequence[Deviation], kind: Judged, model: ReasonModel
) -> tuple[DelayReason | None, float]:
    """The reason and how sure, where goods come late; read from the body and the remarks of documents."""
    late = any(item.type is DeviationType.LATE_DELIVERY for item in found)
    if not late and kind.kind is not Kind.DELAY_NOTICE:
        return None, 1.0
    return model.reason([part.text for part in reading.parts if part.role is not PartRole.BOILERPLATE])
