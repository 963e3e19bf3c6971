"""Compares a prediction with the expected answer of its case, field by field. Says what is wrong in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Predicted where the expected line has no such key: an error. For the other fields: unlabelled.
STRICT_FIELDS = ("confirmed_quantity", "unit_price", "promised_date")
LINE_FIELDS = (
    "product_code", "supplier_product_code", "confirmed_quantity", "uom", "unit_price", "currency", "promised_date",
    "status",
)  # fmt: skip
MESSAGE_TYPES = {"suspicious_content", "unreadable_document"}
PRIORITIES = ("low", "normal", "high", "urgent")


@dataclass(slots=True, kw_only=True)
class Tally:
    """Right, wrongly said, missed."""

    right: int = 0
    wrong: int = 0  # said, but not so
    missed: int = 0  # so, but not said

    def add(self, other: "Tally") -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def f1(self) -> float | None:
        """None where there is nothing to find and nothing was said."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else None

    @property
    def precision(self) -> float | None:
        said = self.right + self.wrong
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        there = self.right + self.missed
        return self.right / there if there else None


@dataclass(slots=True, kw_only=True)
class Score:
    """How one case came out. A key that the case does not label is None or untouched."""

    case_id: str
    error: str | None = None
    kind: bool | None = None
    expected_kind: str | None = None
    predicted_kind: str | None = None
    orders: Tally | None = None
    reference: bool | None = None
    fields: dict[str, Tally] = field(default_factory=dict)
    lines_right: list[tuple[bool, float]] = field(default_factory=list)  # (wholly right, confidence), predicted lines
    lines_expected: int = 0
    exceptions: dict[str, Tally] | None = None
    exception_values: Tally | None = None  # as above, with days, percent and quantity right too
    route: bool | None = None
    first_role: bool | None = None
    priority_steps: int | None = None
    review_expected: bool | None = None
    review_predicted: bool = True
    respond_by: bool | None = None
    delay_reason: bool | None = None
    must_not: list[str] = field(default_factory=list)
    invented: int = 0  # quantities, prices and dates that the message does not state
    wrong: list[str] = field(default_factory=list)  # in words, for the report
    substance_wrong: bool = False  # kind, orders, lines or exceptions

    @property
    def silent_error(self) -> bool:
        """Wrong in substance and not sent to a person."""
        return self.substance_wrong and not self.review_predicted


def _same(key: str, expected: Any, predicted: Any) -> bool:
    if expected is None or predicted is None:
        return expected is predicted
    if isinstance(expected, int | float) and isinstance(predicted, int | float):
        return abs(float(expected) - float(predicted)) <= max(1e-6, abs(float(expected)) * 1e-6) + (
            5e-5 if key == "unit_price" else 0
        )
    return _plain(expected) == _plain(predicted)


def _plain(value: Any) -> str:
    return " ".join(str(value).split()).casefold()


def _key(line: dict[str, Any]) -> tuple[Any, Any]:
    return line.get("purchase_order"), line.get("line_number")


def _agreement(expected: dict[str, Any], predicted: dict[str, Any]) -> int:
    return sum(_same(name, expected.get(name), predicted.get(name)) for name in LINE_FIELDS if name in expected)


def _pairs(
    expected: list[dict[str, Any]], predicted: list[dict[str, Any]]
) -> tuple[list[tuple[dict[str, Any], dict[str, Any]]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Pair lines of the same order line, the best agreement first (splits). (pairs, missed, invented)."""
    pairs, missed, left = [], [], list(predicted)
    for line in sorted(expected, key=lambda item: str(_key(item))):
        same = [other for other in left if _key(other) == _key(line)]
        if not same:
            missed.append(line)
            continue
        best = max(same, key=lambda other: _agreement(line, other))
        left.remove(best)
        pairs.append((line, best))
    return pairs, missed, left


def _score_lines(score: Score, expected: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> None:
    pairs, missed, invented = _pairs(expected, predicted)
    score.lines_expected = len(expected)
    tallies = {name: Tally() for name in LINE_FIELDS}
    for line, found in pairs:
        wrong = _compare(score, tallies, line, found)
        score.lines_right.append((not wrong, float(found.get("confidence", 0.0))))
        if wrong:
            score.substance_wrong = True
            score.wrong.append(f"line {_name(line)}: {'; '.join(wrong)}")
    for line in missed:
        score.substance_wrong = True
        score.wrong.append(f"line {_name(line)}: missed")
        for name in LINE_FIELDS:
            if line.get(name) is not None and not _may_be_absent(name, line):
                tallies[name].missed += 1
    for line in invented:
        score.substance_wrong = True
        score.wrong.append(f"line {_name(line)}: not in the message")
        score.lines_right.append((False, float(line.get("confidence", 0.0))))
        for name in STRICT_FIELDS:
            if line.get(name) is not None:
                tallies[name].wrong += 1
                score.invented += 1
    score.fields = tallies


def _name(line: dict[str, Any]) -> str:
    return f"{line.get('purchase_order') or '?'}/{line.get('line_number') or '?'}"


def _may_be_absent(name: str, line: dict[str, Any]) -> bool:
    """A rejected line's quantity is absent or 0: both are right."""
    return name == "confirmed_quantity" and line.get("status") == "rejected" and not line.get(name)


def _compare(score: Score, tallies: dict[str, Tally], line: dict[str, Any], found: dict[str, Any]) -> list[str]:
    wrong = []
    for name in LINE_FIELDS:
        want, have = line.get(name), found.get(name)
        if line.get("status") == "rejected" and name == "confirmed_quantity" and not want and not have:
            continue
        if want is None:
            if name in STRICT_FIELDS and have is not None:
                tallies[name].wrong += 1
                score.invented += 1
                wrong.append(f"{name} {have}, but none is stated")
        elif _same(name, want, have):
            tallies[name].right += 1
        else:
            tallies[name].missed += 1
            tallies[name].wrong += have is not None
            wrong.append(f"{name} {have} instead of {want}")
    return wrong


def _exception_key(item: dict[str, Any]) -> tuple[Any, Any, Any]:
    if item.get("type") in MESSAGE_TYPES:
        return item.get("type"), None, None
    return item.get("type"), item.get("purchase_order"), item.get("line_number")


def _values_agree(expected: dict[str, Any], predicted: dict[str, Any]) -> bool:
    for name, slack in (("days", 0.0), ("percent", 0.1001), ("quantity", 1e-6)):
        if expected.get(name) is not None:
            have = predicted.get(name)
            if have is None or abs(float(expected[name]) - float(have)) > slack:
                return False
    return True


def _once(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Message-wide types count once however many parts they concern."""
    seen: set[Any] = set()
    kept = []
    for item in items:
        key = _exception_key(item)
        if key[0] in MESSAGE_TYPES and key in seen:
            continue
        seen.add(key)
        kept.append(item)
    return kept


def _score_exceptions(score: Score, expected: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> None:
    tallies: dict[str, Tally] = {}
    values = Tally()
    left = _once(predicted)
    for item in _once(expected):
        tally = tallies.setdefault(item["type"], Tally())
        same = [other for other in left if _exception_key(other) == _exception_key(item)]
        if not same:
            tally.missed += 1
            values.missed += 1
            score.wrong.append(f"missed {item['type']} {_name(item)}")
            continue
        best = next((other for other in same if _values_agree(item, other)), same[0])
        left.remove(best)
        tally.right += 1
        if _values_agree(item, best):
            values.right += 1
        else:
            values.missed += 1
            values.wrong += 1
            score.substance_wrong = True
            score.wrong.append(f"{item['type']} {_name(item)}: {_figures(best)} instead of {_figures(item)}")
    for item in left:
        tallies.setdefault(item["type"], Tally()).wrong += 1
        values.wrong += 1
        score.wrong.append(f"wrongly said {item['type']} {_name(item)}")
    if any(tally.wrong or tally.missed for tally in tallies.values()):
        score.substance_wrong = True
    score.exceptions, score.exception_values = tallies, values


def _figures(item: dict[str, Any]) -> str:
    return ", ".join(f"{name} {item[name]}" for name in ("days", "percent", "quantity") if item.get(name) is not None)


def score_case(case_id: str, expected: dict[str, Any], predicted: dict[str, Any]) -> Score:
    """Score one case; only keys that the expected answer holds count."""
    score = Score(case_id=case_id, error=predicted.get("error"))
    score.review_predicted = bool(predicted.get("needs_review", True))
    if "document_type" in expected:
        score.expected_kind, score.predicted_kind = expected["document_type"], predicted.get("document_type")
        score.kind = score.expected_kind == score.predicted_kind
        if not score.kind:
            score.substance_wrong = True
            score.wrong.append(f"kind {score.predicted_kind} instead of {score.expected_kind}")
    if "purchase_orders" in expected:
        score.orders = _bag(expected["purchase_orders"], predicted.get("purchase_orders") or [])
        if score.orders.wrong or score.orders.missed:
            score.substance_wrong = True
            score.wrong.append(f"orders {predicted.get('purchase_orders')} instead of {expected['purchase_orders']}")
    if "lines" in expected:
        _score_lines(score, expected["lines"], predicted.get("lines") or [])
    if "exceptions" in expected:
        _score_exceptions(score, expected["exceptions"], predicted.get("exceptions") or [])
    _score_rest(score, expected, predicted)
    _score_must_not(score, expected, predicted)
    return score


def _bag(expected: Iterable[str], predicted: Iterable[str]) -> Tally:
    want, have = Counter(map(_plain, expected)), Counter(map(_plain, predicted))
    right = sum((want & have).values())
    return Tally(right=right, wrong=sum(have.values()) - right, missed=sum(want.values()) - right)


def _score_rest(score: Score, expected: dict[str, Any], predicted: dict[str, Any]) -> None:
    for name, attribute in (("supplier_reference", "reference"), ("respond_by", None), ("delay_reason", None)):
        if expected.get(name) is not None:
            right = _same(name, expected[name], predicted.get(name))
            setattr(score, attribute or name, right)
            if not right:
                score.wrong.append(f"{name} {predicted.get(name)} instead of {expected[name]}")
    if "route" in expected:
        route = predicted.get("route") or []
        score.route = list(expected["route"]) == list(route)
        score.first_role = list(expected["route"])[:1] == list(route)[:1]
        if not score.route:
            score.wrong.append(f"route {route} instead of {expected['route']}")
    if expected.get("priority") in PRIORITIES and predicted.get("priority") in PRIORITIES:
        score.priority_steps = PRIORITIES.index(predicted["priority"]) - PRIORITIES.index(expected["priority"])
        if score.priority_steps:
            score.wrong.append(f"priority {predicted['priority']} instead of {expected['priority']}")
    if "needs_review" in expected:
        score.review_expected = bool(expected["needs_review"])
        if score.review_expected != score.review_predicted:
            score.wrong.append(f"needs_review {score.review_predicted} instead of {score.review_expected}")


def _score_must_not(score: Score, expected: dict[str, Any], predicted: dict[str, Any]) -> None:
    """Strings that may stand in nothing that is shown or sent outside the evidence."""
    shown = " ".join(
        str(predicted.get(name) or "") for name in ("note_html", "draft_reply", "headline", "review_reasons", "error")
    )
    for text in expected.get("must_not") or []:
        if text.casefold() in shown.casefold() or _plain(text).replace(" ", "") in _plain(shown).replace(" ", ""):
            score.must_not.append(text)
            score.wrong.append("a forbidden string stands in the output")
