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

#: What may be an IBAN as people write it; its check digits decide.
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}\b")
HIDDEN = "[account number hidden]"

Hide = Callable[[str], str]


def hiding(outcome: Understood) -> Hide:
    """Takes the account numbers of a message out of its words: who wants one looks it up where it was checked."""
    patterns = []
    for stated in outcome.statement.bank_accounts:
        digits = [re.escape(item) for item in stated.value if item.isalnum()]
        if len(digits) >= 5:
            patterns.append(re.compile(r"[\s.\-/]?".join(digits[:64]), re.IGNORECASE))

    def hide(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(HIDDEN, text)
        return _IBAN.sub(_checked, text)

    return hide


def _checked(match: re.Match[str]) -> str:
    """Hides what passes the check of ISO 13616, modulo 97; a product's code stays."""
    written = re.sub(r"\s", "", match[0])
    # The words behind an IBAN may look like its end: the longest part that passes counts.
    for length in range(min(len(written), 34), 14, -1):
        candidate = written[4:length] + written[:4]
        if int("".join(str(int(item, 36)) for item in candidate)) % 97 == 1:
            kept = match[0]
            for _ in range(length):
                kept = kept.lstrip()[1:]
            return HIDDEN + kept
    return match[0]


def of_outcome(outcome: Understood) -> dict[str, Any]:
    """Everything read, found and advised."""
    assessment = outcome.assessment
    headers = outcome.reading.headers
    reference = assessment.confirmation.supplier_reference
    told = {
        "subject": headers.subject,
        "sender": headers.sender.email if headers.sender else None,
        "document_type": assessment.kind.kind,
        "document_type_confidence": assessment.kind.confidence,
        "purchase_orders": [order.name for order in assessment.confirmation.orders],
        "supplier_reference": reference.value if reference else None,
        "lines": [_line(item) for item in assessment.confirmation.lines],
        "exceptions": [_deviation(item) for item in assessment.deviations],
        "respond_by": assessment.respond_by.isoformat() if assessment.respond_by else None,
        "delay_reason": assessment.delay_reason,
        "needs_review": assessment.needs_review,
        "doubts": [{"code": item.code, "reason": item.reason} for item in assessment.doubts],
        "unreadable": [{"part": item.name, "reason": item.reason} for item in outcome.reading.unreadable],
        "advice": codec.plain(outcome.advice, type(outcome.advice)),
        "asked": [codec.plain(item, type(item)) for item in outcome.asked],
    }
    return {
        "message_id": outcome.message_id,
        "outcome": type(outcome).__name__,
        **_everywhere(told, hiding(outcome)),
        "made_with": codec.plain(outcome.versions, type(outcome.versions)),
    }


def _everywhere(value: Any, hide: Hide) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _everywhere(item, hide) for key, item in value.items()}
    return [_everywhere(item, hide) for item in value] if isinstance(value, list) else value


def of_entry(entry: Entry) -> dict[str, Any]:
    """One row of the queue."""
    return codec.plain(entry, Entry)  # type: ignore[no-any-return]


def _line(line: ConfirmedLine) -> dict[str, Any]:
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
        "evidence": _evidence(line.evidence),
    }


def _deviation(deviation: Deviation) -> dict[str, Any]:
    return {
        "type": deviation.type,
        "purchase_order": deviation.order.name if deviation.order else None,
        "line_number": deviation.line.number if deviation.line else None,
        "days": deviation.days,
        "percent": _text(deviation.percent),
        "quantity": _text(deviation.quantity),
        "reason": deviation.reason,
        "confidence": deviation.confidence,
        "evidence": _evidence(deviation.evidence),
    }


def _evidence(places: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [{"part": item.part, "page": item.page, "text": item.text} for item in places]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
