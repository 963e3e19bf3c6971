"""Is this document the same one again? Equal words, or the same reference with the same lines."""

from collections.abc import Sequence

from triage.domain.assessment import Confirmation, ConfirmedLine, Deviation, DeviationType, Kind
from triage.domain.ports import Earlier

_NOT_ASKED = {Kind.AUTO_REPLY, Kind.OTHER}


def _facts(lines: Sequence[ConfirmedLine]) -> set[tuple[object, ...]]:
    return {(line.order_name, line.line_number, line.quantity, line.price, line.promised) for line in lines}


def duplicate_of(
    confirmation: Confirmation, kind: Kind, fingerprint_seen: bool, earlier: Sequence[Earlier]
) -> Deviation | None:
    """The deviation, or None. An equal reference with other lines is a new statement, not a duplicate."""
    if kind in _NOT_ASKED or not earlier:
        return None
    reference = confirmation.supplier_reference
    for item in earlier:
        before = item.understood.assessment
        known = before.confirmation.supplier_reference
        same_reference = reference is not None and known is not None and reference.value == known.value
        same_lines = bool(confirmation.lines) and _facts(confirmation.lines) == _facts(before.confirmation.lines)
        if fingerprint_seen or (same_reference and same_lines and before.kind.kind is kind):
            orders = confirmation.orders
            return Deviation(
                type=DeviationType.DUPLICATE_DOCUMENT,
                reason="The same document was received before.",
                confidence=0.97 if fingerprint_seen else 0.9,
                order=orders[0] if len(orders) == 1 else None,
            )
    return None
