"""What must be known about a message as a whole: terms, bank details, quality, questions, duplicates, unknown orders.

Evidence of suspicious parts and of bank accounts is kept out of reasons: they are shown beside the document only.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from triage.classifiers import bank_words
from triage.domain.assessment import Confirmation, Deviation, DeviationType, Judged, Kind
from triage.domain.document import Reading
from triage.domain.erp import Order, OrderBook, OrderLine
from triage.domain.evidence import Evidence
from triage.domain.ports import Earlier
from triage.domain.statement import Statement, TermKind
from triage.extractors import asked, vocabulary

_ABOUT_ORDERS = {
    Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE, Kind.SHIPPING_NOTICE, Kind.CANCELLATION, Kind.INVOICE,
    Kind.QUALITY_NOTICE, Kind.QUESTION,
}  # fmt: skip
_TENTH = Decimal("0.1")


def message_deviations(
    reading: Reading,
    statement: Statement,
    confirmation: Confirmation,
    kind: Judged,
    book: OrderBook,
    earlier: Sequence[Earlier],
) -> Iterator[Deviation]:
    """Deviations that are not about a line's values."""
    yield from _terms(confirmation, kind.kind)
    yield from _letter_terms(confirmation, kind.kind, book)
    yield from _price_letter(statement, kind)
    yield from _of_kind(reading, statement, confirmation, kind, book)
    yield from _successor(reading, kind)
    yield from _bank(reading, statement, kind, book)
    yield from _unmatched(confirmation, kind.kind)
    yield from _unreadable(reading, confirmation)


def _only(orders: Sequence[Order]) -> Order | None:
    return orders[0] if len(orders) == 1 else None


def days_of(term: str) -> int | None:
    """Days of a payment term as the ERP names it ("30 Days", "Immediate Payment"); None where it names none."""
    if re.search(r"immediat|sofort|prepa|vorkasse|advance", term, re.IGNORECASE):
        return 0
    numbers = [int(item) for item in re.findall(r"\d{1,3}", term)]
    return max(numbers) if numbers else None


def _terms(confirmation: Confirmation, kind: Kind) -> Iterator[Deviation]:
    """Payment term, incoterm or currency other than the order's."""
    if kind not in (Kind.ORDER_CONFIRMATION, Kind.DELAY_NOTICE):
        return
    for order in confirmation.orders:
        found = list(_of_order(order, confirmation))
        if found:
            # One deviation an order, whose reason names every changed term.
            reason = " ".join(dict.fromkeys(item.reason for item in found))
            yield replace(found[0], reason=reason)


def _letter_terms(confirmation: Confirmation, kind: Kind, book: OrderBook) -> Iterator[Deviation]:
    """A price letter that brings a payment term, too, which none of our orders from this supplier has."""
    if kind is not Kind.PRICE_CHANGE_NOTICE:
        return
    ours = {days_of(order.payment_term) for order in book.orders if order.payment_term} - {None}
    for term in confirmation.terms:
        theirs = days_of(term.value) if term.kind is TermKind.PAYMENT else None
        if theirs is not None and ours and theirs not in ours:
            reason = f"Payment {theirs} days." if theirs else "Payment in advance."
            yield Deviation(
                type=DeviationType.TERMS_CHANGE, reason=reason, confidence=term.confidence, evidence=(term.evidence,)
            )
            return
    for term in confirmation.terms:
        if term.kind is TermKind.MINIMUM and _NEW_LIMIT.search(term.value):
            reason = "The smallest order changes, or the one from which carriage is free."
            yield Deviation(
                type=DeviationType.TERMS_CHANGE, reason=reason, confidence=term.confidence, evidence=(term.evidence,)
            )
            return


#: "From 250 to 400 euros", "is raised to 400", "new minimum order 400": a limit that was another one before.
_NEW_LIMIT = re.compile(
    r"(?<![^\W\d_])(?:from|von|de|da|dai|di|van|z|ze|od)\s[^\d\n]{0,12}\d[\d.,]*\D{1,24}?"
    r"(?<![^\W\d_])(?:to|auf|[àa]|ai|naar|op|na|do|para)\s[^\d\n]{0,12}\d"
    r"|(?<![^\W\d_])(?:raised?|increase[sd]?|rises?|new|now|erh[öo]h\w+|angehoben|steigt|neue[rs]?|k[üu]nftig|nouveau|passe|port[ée]|relev[ée]"
    r"|nuevo|sube|pasa|elev\w+|nuovo|passa|sale|aumenta|nieuwe?|wordt|verhoogd|gaat|nowa|nowy|wzrasta|podnosimy|novo|nova|sobe|aumenta"
    r"|yeni|y[üu]ksel\w+|art[ıi]r\w+|[çc][ıi]kar\w+)(?![^\W\d_])[^\n]*\d|(?:提高|调整|上调|改为|引き上げ|変更)",
    re.IGNORECASE,
)


def _of_order(order: Order, confirmation: Confirmation) -> Iterator[Deviation]:
    """Every term that differs from this order's."""
    for term in confirmation.terms:
        if term.kind is TermKind.PAYMENT:
            ours, theirs = days_of(order.payment_term), days_of(term.value)
            if ours is not None and theirs is not None and ours != theirs:
                reason = f"Payment {theirs} days instead of {ours} days." if theirs else "Payment in advance."
                yield _term(order, reason, term.evidence, term.confidence)
        elif term.kind is TermKind.DELIVERY and order.incoterm and term.value != order.incoterm.upper():
            yield _term(
                order, f"Delivery term {term.value} instead of {order.incoterm}.", term.evidence, term.confidence
            )
    other = [
        line
        for line in confirmation.lines
        if line.order is order and line.price is not None and line.currency and line.currency != order.currency
    ]
    if other:
        reason = f"Prices in {other[0].currency} instead of {order.currency}."
        yield _term(order, reason, other[0].evidence[0], other[0].confidence)


def _term(order: Order, reason: str, place: Evidence, confidence: float) -> Deviation:
    return Deviation(
        type=DeviationType.TERMS_CHANGE, reason=reason, confidence=confidence, evidence=(place,), order=order
    )


def _price_letter(statement: Statement, kind: Judged) -> Iterator[Deviation]:
    """A price letter gives one deviation, with its percentage where it is one for all."""
    if kind.kind is not Kind.PRICE_CHANGE_NOTICE:
        return
    stated = [change.percent for change in statement.price_changes if change.percent is not None]
    values = {item.value for item in stated}
    if len(values) > 1:
        # What holds from a day is announced; other percentages explain it.
        dated = [change.percent for change in statement.price_changes if change.percent and change.valid_from]
        values = {item.value for item in dated} or values
    percent = values.pop().quantize(_TENTH, ROUND_HALF_UP) if len(values) == 1 else None
    places = tuple(change.evidence for change in statement.price_changes)
    reason = f"Prices change by {percent:+} %." if percent is not None else "Prices change."
    confidence = min([kind.confidence, *(item.confidence for item in stated)])
    yield Deviation(
        type=DeviationType.PRICE_DEVIATION, reason=reason, confidence=confidence, evidence=places, percent=percent
    )


def _spared(reading: Reading, statement: Statement, book: OrderBook) -> set[int | None]:
    """Lines that nothing is wrong with: "the pipes of the same delivery are not affected"."""
    told = {line.anchor for line in statement.lines if vocabulary.phrases_in(line.evidence.text, "cues.unaffected")}
    return told | asked.spared_lines(reading, book)


def _mentioned(
    reading: Reading, statement: Statement, confirmation: Confirmation, book: OrderBook
) -> list[tuple[Order, OrderLine | None]]:
    """The lines that the message speaks of; the orders where it names no line."""
    meant = set(statement.mentioned) - _spared(reading, statement, book)
    lines = [(order, line) for order in confirmation.orders for line in order.lines if line.id in meant]
    return [*lines] if lines else [(order, None) for order in confirmation.orders]


def _asked(
    reading: Reading, statement: Statement, confirmation: Confirmation, book: OrderBook
) -> list[tuple[Order, OrderLine | None]]:
    """The line that the supplier asks about; the order where it asks about several at once."""
    found = asked.asked_lines(reading, book)
    if found is None:
        return _mentioned(reading, statement, confirmation, book)
    lines = [(order, line) for order in confirmation.orders for line in order.lines if line.id in found]
    orders = {order.id: order for order, _ in lines}
    if not found:
        return [(order, None) for order in confirmation.orders]
    if len(lines) == len(orders):
        return [*lines] if lines else _mentioned(reading, statement, confirmation, book)
    return [(order, None) for order in orders.values()]


def _of_kind(
    reading: Reading, statement: Statement, confirmation: Confirmation, kind: Judged, book: OrderBook
) -> Iterator[Deviation]:
    """A quality notice and a question are deviations in themselves."""
    types = {
        Kind.QUALITY_NOTICE: (DeviationType.QUALITY_ISSUE, "The supplier reports a quality problem."),
        Kind.QUESTION: (DeviationType.SUPPLIER_QUESTION, "The supplier asks a question."),
    }
    if kind.kind not in types:
        return
    type_, reason = types[kind.kind]
    if kind.kind is Kind.QUESTION:
        meant = _asked(reading, statement, confirmation, book)
    else:
        meant = _mentioned(reading, statement, confirmation, book)
    places: list[tuple[Order | None, OrderLine | None]] = [*meant]
    for order, line in places or [(None, None)]:
        yield Deviation(
            type=type_, reason=reason, confidence=kind.confidence, evidence=kind.evidence, order=order, line=line
        )


def _successor(reading: Reading, kind: Judged) -> Iterator[Deviation]:
    """A discontinuation that names a successor and touches no order of ours."""
    if kind.kind is not Kind.OTHER:
        return
    text = "\n".join(part.text for part in reading.parts)[:6000]
    if vocabulary.phrases_in(text, "cues.discontinued") and vocabulary.phrases_in(text, "cues.substitute"):
        reason = "An article is discontinued and replaced by another; no open order is named."
        yield Deviation(type=DeviationType.SUBSTITUTION, reason=reason, confidence=kind.confidence)


def _is_on_file(account: str, known: Collection[str]) -> bool:
    """The account is one of ours to this supplier, separators apart; the last group of a written one may be cut off."""
    plain = re.sub(r"[^0-9A-Z]", "", account.upper())
    for item in known:
        filed = re.sub(r"[^0-9A-Z]", "", item.upper())
        if plain == filed or (len(plain) >= 14 and filed.startswith(plain) and len(filed) - len(plain) <= 4):
            return True
        # A domestic number stands inside the international one.
        if len(plain) >= 8 and plain.isdigit() and filed.endswith(plain):
            return True
    return False


def _bank(reading: Reading, statement: Statement, kind: Judged, book: OrderBook) -> Iterator[Deviation]:
    """New bank details: the message is about them, tells of them beside something else, or an invoice names an account
    that we do not know."""
    known = {account for _, account in book.bank_accounts}
    strange = bool(statement.bank_accounts) and not any(
        _is_on_file(item.value, known) for item in statement.bank_accounts
    )
    if kind.kind is Kind.BANK_DETAILS_CHANGE:
        reason = "The message gives new bank details. Check them by a telephone number that you already had."
        yield Deviation(type=DeviationType.BANK_DETAILS_CHANGE, reason=reason, confidence=kind.confidence)
    elif kind.kind is Kind.INVOICE and known and strange:
        reason = "The invoice names an account that is not on file for this supplier."
        yield Deviation(type=DeviationType.BANK_DETAILS_CHANGE, reason=reason, confidence=0.8)
    elif strange and (bank_words.says_change(reading) or (known and bank_words.says_unchanged(reading))):
        reason = "The message also gives new bank details. Check them by a telephone number that you already had."
        yield Deviation(type=DeviationType.BANK_DETAILS_CHANGE, reason=reason, confidence=0.8)


def _unmatched(confirmation: Confirmation, kind: Kind) -> Iterator[Deviation]:
    if kind not in _ABOUT_ORDERS:
        return
    for item in confirmation.unmatched:
        reason = f"The message names an order {item.written[:40]} that is not ours."
        yield Deviation(
            type=DeviationType.UNMATCHED_REFERENCE, reason=reason, confidence=item.confidence, evidence=(item.evidence,)
        )


def _unreadable(reading: Reading, confirmation: Confirmation) -> Iterator[Deviation]:
    if not reading.unreadable:
        return
    parts = "; ".join(f"{item.name[:60]}: {item.reason.value}" for item in reading.unreadable[:4])
    places = tuple(Evidence(part=item.name, text=item.reason.value) for item in reading.unreadable)
    yield Deviation(
        type=DeviationType.UNREADABLE_DOCUMENT,
        reason=f"A document could not be opened ({parts}).",
        confidence=0.98,
        evidence=places,
        order=_only(confirmation.orders),
    )
