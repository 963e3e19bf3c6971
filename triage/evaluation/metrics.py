"""Figures over the scores of a run. No figure without cases: where there is nothing to count the value is None."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from triage.evaluation.scoring import LINE_FIELDS, PRIORITIES, Score, Tally

_RESAMPLES = 400


def _share(values: Iterable[bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _tally(tallies: Iterable[Tally | None]) -> Tally:
    total = Tally()
    for tally in tallies:
        if tally is not None:
            total.add(tally)
    return total


def _macro(by_class: dict[str, Tally]) -> float | None:
    values = [tally.f1 for tally in by_class.values() if tally.right + tally.missed and tally.f1 is not None]
    return sum(values) / len(values) if values else None


def _kinds(scores: Sequence[Score]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for score in scores:
        if score.expected_kind is None:
            continue
        want = tallies.setdefault(score.expected_kind, Tally())
        if score.kind:
            want.right += 1
            continue
        want.missed += 1
        if score.predicted_kind:
            tallies.setdefault(score.predicted_kind, Tally()).wrong += 1
    return tallies


def _exceptions(scores: Sequence[Score]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for score in scores:
        for name, tally in (score.exceptions or {}).items():
            tallies.setdefault(name, Tally()).add(tally)
    return tallies


def _line_tally(scores: Sequence[Score], *names: str) -> Tally:
    return _tally(score.fields.get(name) for score in scores for name in names)


def _lines_right(scores: Sequence[Score]) -> float | None:
    expected = sum(score.lines_expected for score in scores)
    said = sum(len(score.lines_right) for score in scores)
    right = sum(ok for score in scores for ok, _ in score.lines_right)
    return 2 * right / (expected + said) if expected + said else None


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error: mean distance of confidence and share right over equally wide bins."""
    if not pairs:
        return None
    total = 0.0
    for index in range(bins):
        inside = [
            item
            for item in pairs
            if index / bins <= item[0] < (index + 1) / bins or (index == bins - 1 and item[0] >= 1)
        ]
        if inside:
            confidence = sum(item[0] for item in inside) / len(inside)
            right = sum(item[1] for item in inside) / len(inside)
            total += abs(confidence - right) * len(inside) / len(pairs)
    return total


def headline(scores: Sequence[Score]) -> dict[str, float | None]:
    """The figures that are compared between runs; shares from 0 to 1."""
    kinds, exceptions = _kinds(scores), _exceptions(scores)
    expected_review = [score for score in scores if score.review_expected]
    steps = [abs(score.priority_steps) for score in scores if score.priority_steps is not None]
    return {
        "kind_accuracy": _share(score.kind for score in scores),
        "kind_macro_f1": _macro(kinds),
        "orders_f1": _tally(score.orders for score in scores).f1,
        "supplier_reference": _share(score.reference for score in scores),
        "line_fields_f1": _line_tally(scores, *LINE_FIELDS).f1,
        "lines_wholly_right_f1": _lines_right(scores),
        "exceptions_f1": _tally(exceptions.values()).f1,
        "exceptions_macro_f1": _macro(exceptions),
        "exception_values_f1": _tally(score.exception_values for score in scores).f1,
        "cases_wholly_right": _share(not score.substance_wrong and score.error is None for score in scores),
        "cases_right_in_everything": _share(not score.wrong and score.error is None for score in scores),
        "coverage": _share(not score.review_predicted for score in scores),
        "silent_errors": _share(score.silent_error for score in scores),
        "review_recall": _share(score.review_predicted for score in expected_review),
        "review_precision": _share(
            score.review_expected for score in scores if score.review_predicted and score.review_expected is not None
        ),
        "route_right": _share(score.route for score in scores),
        "first_role_right": _share(score.first_role for score in scores),
        "priority_mean_steps": sum(steps) / len(steps) if steps else None,
        "respond_by": _share(score.respond_by for score in scores),
        "delay_reason": _share(score.delay_reason for score in scores),
        "invented_values": float(sum(score.invented for score in scores)),
        "must_not_violations": float(sum(len(score.must_not) for score in scores)),
        "errors": float(sum(score.error is not None for score in scores)),
    }


def intervals(scores: Sequence[Score], seed: int = 7) -> dict[str, tuple[float, float] | None]:
    """95 % bootstrap intervals over cases (percentile method, fixed seed)."""
    if len(scores) < 2:
        return {}
    # Statistics, not secrets: the same scores give the same intervals.
    chance = random.Random(seed)  # noqa: S311
    drawn = [headline(chance.choices(list(scores), k=len(scores))) for _ in range(_RESAMPLES)]
    result: dict[str, tuple[float, float] | None] = {}
    for name in drawn[0]:
        values = sorted(value for item in drawn if (value := item[name]) is not None)
        low, high = int(len(values) * 0.025), min(int(len(values) * 0.975), len(values) - 1)
        result[name] = (values[low], values[high]) if values else None
    return result


def gain(ordered: Sequence[int], at: int = 10) -> float | None:
    """nDCG@`at` of priorities (0 to 3) in the order given."""

    def dcg(values: Sequence[int]) -> float:
        return sum(float(2**value - 1) / math.log2(place + 2) for place, value in enumerate(values[:at]))

    best = dcg(sorted(ordered, reverse=True))
    return dcg(ordered) / best if best else None


def ranking(rows: Sequence[tuple[str, dict[str, Any]]], key: Callable[[dict[str, Any]], Any]) -> float | None:
    """nDCG@10 of expected priorities when predictions are ordered by `key`, the highest first."""
    known = [(priority, row) for priority, row in rows if priority in PRIORITIES]
    ordered = sorted(known, key=lambda item: key(item[1]), reverse=True)
    return gain([PRIORITIES.index(priority) for priority, _ in ordered])


def details(scores: Sequence[Score], predicted: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By kind, field and exception type, calibration and risk against coverage."""

    def row(tally: Tally) -> dict[str, Any]:
        return {
            "precision": tally.precision, "recall": tally.recall, "f1": tally.f1,
            "cases": tally.right + tally.missed,
        }  # fmt: skip

    kind_pairs = [
        (float(item.get("document_type_confidence") or 0), bool(score.kind))
        for score, item in zip(scores, predicted, strict=True)
        if score.kind is not None
    ]
    line_pairs = [(confidence, right) for score in scores for right, confidence in score.lines_right]
    return {
        "kinds": {name: row(tally) for name, tally in sorted(_kinds(scores).items())},
        "fields": {name: row(_line_tally(scores, name)) for name in LINE_FIELDS},
        "exceptions": {name: row(tally) for name, tally in sorted(_exceptions(scores).items())},
        "calibration": {
            "kind_ece": calibration_error(kind_pairs), "line_ece": calibration_error(line_pairs),
            "kind_bins": bins(kind_pairs), "line_bins": bins(line_pairs),
        },
        "risk_coverage": risk_coverage(line_pairs),
    }  # fmt: skip


def bins(pairs: Sequence[tuple[float, bool]], count: int = 10) -> list[dict[str, Any]]:
    """The reliability diagram's bars."""
    result = []
    for index in range(count):
        inside = [item for item in pairs if index / count <= item[0] < (index + 1) / count + (index == count - 1)]
        if inside:
            result.append(
                {
                    "from": index / count,
                    "confidence": sum(item[0] for item in inside) / len(inside),
                    "right": sum(item[1] for item in inside) / len(inside),
                    "count": len(inside),
                }
            )
    return result


def risk_coverage(pairs: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Share wrong among the surest lines, for each share of lines kept."""
    ordered = sorted(pairs, key=lambda item: -item[0])
    points, wrong = [], 0
    for count, (confidence, right) in enumerate(ordered, start=1):
        wrong += not right
        points.append({"coverage": count / len(ordered), "risk": wrong / count, "confidence": confidence})
    return points[:: max(1, len(points) // 100)]
