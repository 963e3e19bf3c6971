"""A scan's findings about one record as bytes, and back: the message that a scan leaves for the one path.

The bytes hold facts that only change when the situation does, so that the same situation is the same message.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain.assessment import Assessment, Confirmation, Deviation, DeviationType, Judged, Kind
from triage.domain.erp import Order
from triage.domain.evidence import Evidence
from triage.domain.watch import Finding
from triage.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a scan's message says."""

    key: str  # of the situation
    order_name: str  # "" where the findings are about no order
    findings: tuple[Finding, ...]  # without their order: it is read anew


def key_of(finding: Finding) -> str:
    """The situation that a finding belongs to: its order, else its product."""
    return f"watch:{finding.order.name}" if finding.order else f"watch:product:{finding.product_code}"


def written(key: str, order_name: str, findings: Iterable[Finding], turn: int = 0) -> bytes:
    """The message; the same facts in the same turn give the same bytes.

    turn: how many messages about this situation came before: what comes back after it was gone is news again.
    """
    told = [
        {
            "type": item.type.value,
            "line": item.line_number,
            "reason": item.reason,
            "confidence": item.confidence,
            "since": item.since.isoformat() if item.since else None,
            "quantity": str(item.quantity) if item.quantity is not None else None,
            "percent": str(item.percent) if item.percent is not None else None,
            "stage": item.stage,
        }
        for item in findings
    ]
    content = {"key": key, "order": order_name, "findings": told, "turn": turn}
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()


def read(raw: bytes) -> Told:
    """Back from the bytes. Raises InputError for what no scan wrote."""
    try:
        content = json.loads(raw)
        findings = tuple(
            Finding(
                type=DeviationType(item["type"]),
                order=None,
                line_number=item["line"],
                reason=str(item["reason"]),
                confidence=float(item["confidence"]),
                since=date.fromisoformat(item["since"]) if item["since"] else None,
                quantity=Decimal(item["quantity"]) if item["quantity"] else None,
                percent=Decimal(item["percent"]) if item["percent"] else None,
                stage=int(item["stage"]),
            )
            for item in content["findings"]
        )
        return Told(key=str(content["key"]), order_name=str(content["order"]), findings=findings)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise InputError("is no message of a scan", way_out="Scan again.") from error


def assessment(told: Told, order: Order | None, today: date) -> Assessment:
    """The findings as an assessment of the order. Evidence is the record itself."""
    lines = {line.number: line for line in order.lines} if order else {}
    deviations = tuple(
        Deviation(
            type=item.type,
            reason=item.reason,
            confidence=item.confidence,
            evidence=(Evidence(part="Odoo", text=item.reason),),
            order=order,
            line=lines.get(item.line_number or 0),
            days=max((today - item.since).days, 0) if item.since and item.type in _COUNTED else None,
            percent=item.percent,
            quantity=item.quantity,
        )
        for item in told.findings
    )
    kind = Judged(kind=Kind.OTHER, confidence=1.0, source="rule: found in the ERP")
    return Assessment(
        kind=kind, confirmation=Confirmation(orders=(order,) if order else (), lines=()), deviations=deviations
    )


#: Findings whose age in days is told.
_COUNTED = frozenset(
    {DeviationType.OVERDUE_RECEIPT, DeviationType.MISSING_CONFIRMATION, DeviationType.APPROVAL_STALLED}
)
