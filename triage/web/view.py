"""What the pages show, put into words and rows. Pure; foreign words stay text, the templates escape them.

Account numbers are taken out of every quotation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from triage.domain.assessment import ConfirmedLine, Deviation, DeviationType
from triage.domain.evidence import Evidence
from triage.domain.outcome import Understood
from triage.store import entries, facts, queue, situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Where it stands in the message, in the message's words."""

    part: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One exception as a row."""

    type: str
    line: str
    ordered: str
    told: str
    amount: str  # "11 days late", "+4.2 %"
    reason: str
    confidence: int  # percent
    quotes: tuple[Quote, ...]
    message: int  # which message of the entry, counted from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One line that a message speaks of."""

    line: str
    product: str
    quantity: str
    price: str
    promised: str
    status: str
    confidence: int  # percent
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of the entry."""

    number: int  # counted from 1
    told: queue.Told
    outcome: entries.GoodEnd
    subject: str
    sender: str
    lines: tuple[Read, ...]
    doubts: tuple[str, ...]
    unreadable: tuple[str, ...]
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """One entry, ready to be shown."""

    entry: queue.Entry
    detail: queue.Detail
    shown: entries.GoodEnd
    changes: tuple[Change, ...]
    letters: tuple[Letter, ...]  # newest first


def words(value: object) -> str:
    """A name of ours as people write it."""
    return str(value).replace("_", " ")


def number(value: Decimal | None) -> str:
    """A figure without needless zeros; "" where it was not stated."""
    return "" if value is None else f"{value.normalize():f}"


def price(value: Decimal | None, currency: str | None) -> str:
    """An amount with two places at least; "" where it was not stated."""
    if value is None:
        return ""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f} {currency or ''}".strip()


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(int((now - since).total_seconds()), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return "now"


def due(act_by: datetime | None, now: datetime) -> str:
    """By when somebody should act, seen from now."""
    if act_by is None:
        return ""
    if act_by < now:
        return f"overdue since {age(act_by, now)}"
    return f"act by {act_by:%Y-%m-%d %H:%M} UTC"


def grouped(found: Sequence[queue.Entry], grouping: queue.Grouping) -> list[tuple[str, list[queue.Entry]]]:
    """Entries under the heading of their group; one group without a heading where none is asked for."""
    if grouping is queue.Grouping.NONE:
        return [("", list(found))]
    by_order = grouping is queue.Grouping.ORDER
    return [
        (name or ("no order" if by_order else "unknown sender"), list(items))
        for name, items in groupby(found, key=lambda item: item.record_name if by_order else item.supplier)
    ]


def entry_page(detail: queue.Detail) -> EntryPage:
    """Everything about one entry."""
    history = [outcome for _, outcome in detail.current]
    weighed = situation.weigh(history)
    shown = next(
        (index for index, (told, _) in enumerate(detail.current) if told.outcome_id == detail.entry.outcome_id),
        weighed.shown,
    )
    letters = [_letter(index, detail, is_shown=index == shown) for index in range(len(history))]
    return EntryPage(
        entry=detail.entry,
        detail=detail,
        shown=detail.current[shown][1],
        changes=tuple(_change(history[index], item, index + 1) for index, item in weighed.standing),
        letters=tuple(reversed(letters)),
    )


def _letter(index: int, detail: queue.Detail, *, is_shown: bool) -> Letter:
    told, outcome = detail.current[index]
    hide = facts.hiding(outcome)
    headers = outcome.reading.headers
    return Letter(
        number=index + 1,
        told=told,
        outcome=outcome,
        subject=hide(headers.subject),
        sender=headers.sender.email if headers.sender else "",
        lines=tuple(_read(item, hide) for item in outcome.assessment.confirmation.lines),
        doubts=tuple(hide(item.reason) for item in outcome.assessment.doubts),
        unreadable=tuple(f"{item.name}: {item.reason}, {item.detail}" for item in outcome.reading.unreadable),
        is_shown=is_shown,
    )


def _read(line: ConfirmedLine, hide: facts.Hide) -> Read:
    return Read(
        line=f"{line.order_name or '?'} / {line.line_number or '?'}",
        product=line.product_code or line.supplier_product_code or "",
        quantity=f"{number(line.quantity)} {line.uom or ''}".strip(),
        price=price(line.price, line.currency),
        promised=str(line.promised or ""),
        status=str(line.status or ""),
        confidence=round(line.confidence * 100),
        quotes=_quotes(line.evidence, hide),
    )


def _change(outcome: Understood, deviation: Deviation, message: int) -> Change:
    hide = facts.hiding(outcome)
    ordered, told = _before_and_after(outcome, deviation)
    where = deviation.order.name if deviation.order else ""
    if deviation.line:
        where += f" / {deviation.line.number} {deviation.line.product_code}"
    return Change(
        type=words(deviation.type),
        line=where,
        ordered=ordered,
        told=told,
        amount=_amount(deviation),
        reason=hide(deviation.reason),
        confidence=round(deviation.confidence * 100),
        quotes=_quotes(deviation.evidence, hide),
        message=message,
    )


def _before_and_after(outcome: Understood, deviation: Deviation) -> tuple[str, str]:
    """What was ordered and what is told now, in the aspect that the exception is about; "" where there is none."""
    line = deviation.line
    if line is None:
        return "", ""
    told = [item for item in outcome.assessment.confirmation.lines if item.line is not None and item.line.id == line.id]
    if deviation.type in (DeviationType.LATE_DELIVERY, DeviationType.EARLY_DELIVERY):
        return str(line.due or ""), _joined(str(item.promised) for item in told if item.promised)
    if (
        deviation.type in (DeviationType.PRICE_DEVIATION, DeviationType.INVOICE_MISMATCH)
        and deviation.percent is not None
    ):
        prices = (price(item.price, item.currency) for item in told)
        return price(line.price, line.currency), _joined(prices)
    if deviation.quantity is not None:
        amounts = (number(item.quantity) for item in told if item.quantity is not None)
        return f"{number(line.quantity)} {line.uom}", _joined(amounts)
    if deviation.type is DeviationType.SUBSTITUTION:
        return line.product_code, _joined(item.supplier_product_code or "" for item in told)
    if deviation.type is DeviationType.LINE_REJECTED:
        return f"{number(line.quantity)} {line.uom}", "rejected"
    return "", ""


def _amount(deviation: Deviation) -> str:
    found = []
    if deviation.days is not None:
        side = "early" if deviation.type is DeviationType.EARLY_DELIVERY else "late"
        found.append(f"{deviation.days} day{'s' if deviation.days != 1 else ''} {side}")
    if deviation.percent is not None:
        found.append(f"{deviation.percent:+} %")
    if deviation.quantity is not None:
        found.append(f"{number(deviation.quantity)} {deviation.line.uom if deviation.line else ''}".strip())
    return ", ".join(found)


def _joined(items: Iterable[str]) -> str:
    return " + ".join(dict.fromkeys(filter(None, items)))


def _quotes(places: Sequence[Evidence], hide: facts.Hide) -> tuple[Quote, ...]:
    """Each place once; words that a longer quotation of the same part holds are not repeated."""
    found: list[Quote] = []
    for item in places:
        quote = Quote(part=item.part, page=item.page, text=hide(item.text.strip())[:600])
        held = any(quote.text in other.text and (quote.part, quote.page) == (other.part, other.page) for other in found)
        if quote.text and not held:
            found.append(quote)
    return tuple(found[:4])
