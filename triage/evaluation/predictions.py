"""An outcome as a line of predictions.jsonl, in the terms of the eval set format. Adds nothing that was not found."""

from decimal import Decimal
from typing import Any

from triage.domain.assessment import ConfirmedLine, Deviation, DeviationType
from triage.domain.evidence import Evidence
from triage.domain.outcome import Failed, NeedsPerson, Outcome

_OF_THE_MESSAGE = {DeviationType.SUSPICIOUS_CONTENT, DeviationType.UNREADABLE_DOCUMENT}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _evidence(places: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    return [{"part": place.part, "page": place.page, "text": place.text} for place in places]


def _line(line: ConfirmedLine) -> dict[str, Any]:
    values: dict[str, Any] = {
        "purchase_order": line.order_name,
        "line_number": line.line_number,
        "product_code": line.product_code,
        "supplier_product_code": line.supplier_product_code,
        "confirmed_quantity": _number(line.quantity) if line.quantity is not None else None,
        "uom": line.uom,
        "unit_price": _number(line.price) if line.price is not None else None,
        "currency": line.currency,
        "promised_date": line.promised.isoformat() if line.promised else None,
        "status": line.status.value if line.status else None,
    }
    kept = {
        key: value for key, value in values.items() if value is not None or key in ("purchase_order", "line_number")
    }
    return kept | {"confidence": line.confidence, "evidence": _evidence(line.evidence)}


def _exception(item: Deviation) -> dict[str, Any]:
    values: dict[str, Any] = {"type": item.type.value}
    if item.type not in _OF_THE_MESSAGE:
        if item.order is not None:
            values["purchase_order"] = item.order.name
        if item.line is not None:
            values["line_number"] = item.line.number
    if item.days is not None:
        values["days"] = item.days
    if item.percent is not None:
        values["percent"] = float(item.percent)
    if item.quantity is not None:
        values["quantity"] = _number(item.quantity)
    return values | {"confidence": item.confidence, "evidence": _evidence(item.evidence)}


def failed(case_id: str, seconds: float, error: str) -> dict[str, Any]:
    """The line of a case that did not get to an outcome."""
    return {"case_id": case_id, "seconds": round(seconds, 4), "error": error, "needs_review": True}


def prediction(case_id: str, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """The line of a case."""
    if isinstance(outcome, Failed):
        return failed(case_id, seconds, f"{outcome.step}: {outcome.reason}")
    assessment, advice = outcome.assessment, outcome.advice
    confirmation = assessment.confirmation
    reference = confirmation.supplier_reference
    return {
        "case_id": case_id,
        "seconds": round(seconds, 4),
        "error": None,
        "document_type": assessment.kind.kind.value,
        "document_type_confidence": assessment.kind.confidence,
        "purchase_orders": [order.name for order in confirmation.orders],
        "supplier_reference": reference.value if reference else None,
        "lines": [_line(line) for line in confirmation.lines],
        "exceptions": [_exception(item) for item in assessment.deviations],
        "route": [role.value for role in advice.route.roles],
        "priority": advice.rank.priority.value,
        "needs_review": isinstance(outcome, NeedsPerson),
        "review_reasons": [f"{doubt.code.value}: {doubt.reason}" for doubt in assessment.doubts if doubt.needs_person],
        "respond_by": assessment.respond_by.isoformat() if assessment.respond_by else None,
        "delay_reason": assessment.delay_reason.value if assessment.delay_reason else None,
        "score": advice.rank.score,
        "note_html": advice.note_html,
        "draft_reply": advice.draft_reply,
        "headline": advice.headline,
    }
