"""An outcome as plain dicts and strings, in the words of screens and API: what command line and API answer with.

Nothing is left out that a person needs for judging, nothing is rounded. Account numbers never stand here.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from triage.domain.assessment import ConfirmedLine, Deviation
from triage.domain.evidence import Evidence
from triage.domain.outcome import Understood
from triage.store import codec
from triage.store.queue import Entry


#: An IBAN as people write it.
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b")
HIDDEN = "[account number hidden]"

Hide = Callable[[str], str]


def hiding(outcome: Understood) -> Hide:
    """Takes the account numbers of a message out of its words: who wants one looks it up where it was checked."""
    patterns = [_IBAN]
    for stated in outcome.statement.bank_accounts:
        digits = [re.escape(item) for item in stated.value if item.isalnum()]
        if digits:
            patterns.append(re.compile(r"[\s.\-/]?".join(digits[:64]), re.IGNORECASE))

    def hide(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(HIDDEN, text)
        return text

    return hide


def of_outcome(outcome: Understood) -> dict[str, Any]:
    """Everything read, found and advised."""
    assessment = outcome.assessment
    headers = outcome.reading.headers
    reference = assessment.confirmation.supplier_reference
    hide = hiding(outcome)
    return {
        "message_id": outcome.message_id,
        "outcome": type(outcome).__name__,
        "subject": hide(headers.subject),
        "sender": headers.sender.email if headers.sender else None,
        "document_type": assessment.kind.kind,
        "document_type_confidence": assessment.kind.confidence,
        "purchase_orders": [order.name for order in assessment.confirmation.orders],
        "supplier_reference": reference.value if reference else None,
        "lines": [_line(item, hide) for item in assessment.confirmation.lines],
        "exceptions": [_deviation(item, hide) for item in assessment.deviations],
        "respond_by": assessment.respond_by.isoformat() if assessment.respond_by else None,
        "delay_reason": assessment.delay_reason,
        "needs_review": assessment.needs_review,
        "doubts": [{"code": item.code, "reason": item.reason} for item in assessment.doubts],
        "unreadable": [{"part": item.name, "reason": item.reason} for item in outcome.reading.unreadable],
        "advice": codec.plain(outcome.advice, type(outcome.advice)),
        "made_with": codec.plain(outcome.versions, type(outcome.versions)),
    }


def of_entry(entry: Entry) -> dict[str, Any]:
    """One row of the queue."""
    return codec.plain(entry, Entry)  # type: ignore[no-any-return]


def _line(line: ConfirmedLine, hide: Hide) -> dict[str, Any]:
    return {
        "purchase_order": line.order_name,
        "line_number": line.line_number,
        "product_code": line.product_code,
        "supplier_product_code": line.supplier_product_code,
        "confirmed_quantity": _text(line.quantity),
        "uom": line.uom,
        "unit_price": _text(line.price),
        "currency": line.currency,
        "promised_date": _text(line.promised),
        "status": line.status,
        "confidence": line.confidence,
        "matched_by": line.matched_by,
        "evidence": _evidence(line.evidence, hide),
    }


def _deviation(deviation: Deviation, hide: Hide) -> dict[str, Any]:
    return {
        "type": deviation.type,
        "purchase_order": deviation.order.name if deviation.order else None,
        "line_number": deviation.line.number if deviation.line else None,
        "days": deviation.days,
        "percent": _text(deviation.percent),
        "quantity": _text(deviation.quantity),
        "reason": deviation.reason,
        "confidence": deviation.confidence,
        "evidence": _evidence(deviation.evidence, hide),
    }


def _evidence(places: Iterable[Evidence], hide: Hide) -> list[dict[str, Any]]:
    return [{"part": item.part, "page": item.page, "text": hide(item.text)} for item in places]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
