"""Puts together what a message means: kind, statuses, deviations, reason of a delay, doubts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from triage.classifiers import doubts as doubting
from triage.classifiers import (
    duplicates,
    kind_by_matches,
    line_deviations,
    message_deviations,
    statuses,
    strangers,
    suspicion,
)
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
    kind = kind_by_matches.reconsidered(
        kind_model.judge(reading, statement), reading, statement, confirmation, book, policy
    )
    if kind.kind in _NAMES_ITS_ORDERS:
        confirmation = _without_guesses(confirmation, statement)
    if kind.kind is Kind.CANCELLATION and reading.headers.date is not None:
        confirmation = _cancelled_together(_without_past_days(confirmation, reading.headers.date.date()))
    confirmation = _with_statuses(_with_named_codes(confirmation, reading), kind, book, policy)
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
            *strangers.doubts(reading, confirmation, book),
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


def _without_past_days(confirmation: Confirmation, written: date) -> Confirmation:
    """ "We can't accept your order of 2 March": a day that was over is told of the order, not of the goods."""
    lines = tuple(
        replace(line, promised=None) if line.promised is not None and line.promised < written else line
        for line in confirmation.lines
    )
    return replace(confirmation, lines=lines)


def _cancelled_together(confirmation: Confirmation) -> Confirmation:
    """ "Please cancel both A and B": a line of which nothing else is told shares the fate of its sentence."""
    fates = {
        line.statement.evidence: line.statement.disposition
        for line in confirmation.lines
        if line.statement.disposition is not None and line.statement.disposition.value is Disposition.REJECTED
    }
    lines = tuple(
        replace(line, statement=replace(line.statement, disposition=fates[line.statement.evidence]))
        if line.statement.evidence in fates and _tells_nothing(line)
        else line
        for line in confirmation.lines
    )
    return replace(confirmation, lines=lines)


def _with_named_codes(confirmation: Confirmation, reading: Reading) -> Confirmation:
    """Lines that only a statement about the whole order speaks of, with the supplier's code where the text names it."""
    text = "\n".join(part.text for part in reading.parts if part.role is not PartRole.BOILERPLATE)

    def named(line: ConfirmedLine) -> str | None:
        found = (code for code in line.line.supplier_codes if _stands_in(code, text)) if line.line else iter(())
        return next(found, None)

    lines = tuple(
        replace(line, supplier_product_code=named(line))
        if line.matched_by == "whole order" and line.supplier_product_code is None
        else line
        for line in confirmation.lines
    )
    return replace(confirmation, lines=lines)


def _stands_in(code: str, text: str) -> bool:
    return bool(code) and re.search(rf"(?<![A-Za-z0-9]){re.escape(code)}(?![A-Za-z0-9])", text) is not None


def _tells_nothing(line: ConfirmedLine) -> bool:
    values = (line.statement.disposition, line.quantity, line.price, line.promised)
    return all(value is None for value in values)


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
    if kind.kind is Kind.OTHER:
        # "Got it, the answer follows on Friday": no day of goods.
        stated = tuple(line for line in confirmation.lines if line.matched_by != "whole order")
        confirmation = replace(confirmation, lines=stated)
    if kind.kind is Kind.SHIPPING_NOTICE:
        confirmation = replace(confirmation, lines=statuses.shipped(confirmation.lines))
    if kind.kind in statuses.WITHOUT_STATUS:
        # Without a status, a line says something by its values alone.
        stating = tuple(line for line in confirmation.lines if line.statement.quantity or line.statement.price)
        confirmation = replace(confirmation, lines=stating)
    if kind.kind in _PROMISES_NOTHING:
        lines = tuple(replace(line, promised=None) for line in confirmation.lines)
        confirmation = replace(confirmation, lines=lines)
    if kind.kind is Kind.PRICE_CHANGE_NOTICE:
        # "Orders already placed keep their prices" is no line of a price letter.
        general = [line for line in confirmation.lines if line.matched_by != "whole order"]
        lines = tuple(replace(line, order=None, line=None) for line in general)
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
