"""How well the queue is ordered: nDCG@10 of our score beside due-date order and order-value order on the same cases."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from triage.evaluation import metrics
from triage.evaluation.run import Ran

_LATE = "9999-12-31"


@lru_cache(maxsize=64)
def _orders(path: Path) -> dict[str, tuple[str, float]]:
    """Order name → (earliest planned date, order value)."""
    records = json.loads(path.read_text(encoding="utf-8")).get("purchase.order", [])
    return {
        str(record.get("name")): (str(record.get("date_planned") or _LATE), float(record.get("amount_untaxed") or 0))
        for record in records
    }


def _facts(item: Ran) -> tuple[str, float]:
    known = _orders(item.case.erp)
    mine = [known[name] for name in item.predicted.get("purchase_orders") or [] if name in known]
    return min((due for due, _ in mine), default=_LATE), sum(value for _, value in mine)


def compare(ran: Sequence[Ran]) -> dict[str, float | None]:
    """nDCG@10 by score, by due date (the earliest first) and by order value (the largest first)."""
    rows: list[tuple[str, dict[str, Any]]] = []
    for item in ran:
        due, value = _facts(item)
        figures = {"score": float(item.predicted.get("score") or 0.0), "due": due, "value": value}
        rows.append((str(item.case.expected.get("priority")), figures))

    def soonest(row: dict[str, Any]) -> tuple[int, ...]:
        return tuple(-ord(char) for char in row["due"])

    return {
        "ndcg10_score": metrics.ranking(rows, lambda row: row["score"]),
        "ndcg10_due_date": metrics.ranking(rows, soonest),
        "ndcg10_order_value": metrics.ranking(rows, lambda row: row["value"]),
    }
