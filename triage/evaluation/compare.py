"""Compares two evaluation runs case by case, and says whether the second may replace the first."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from triage.errors import InputError

#: Figure → whether higher is better, and by how much it may get worse before the gate closes.
GATE: dict[str, tuple[bool, float]] = {
    "kind_accuracy": (True, 0.01),
    "orders_f1": (True, 0.005),
    "line_fields_f1": (True, 0.005),
    "exceptions_f1": (True, 0.01),
    "cases_wholly_right": (True, 0.01),
    "coverage": (True, 0.03),
    "silent_errors": (False, 0.005),
    "review_recall": (True, 0.01),
    "invented_values": (False, 0.0),
    "must_not_violations": (False, 0.0),
    "errors": (False, 0.0),
}


def _metrics(folder: Path) -> dict[str, Any]:
    path = folder / "metrics.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "is no output of `triage eval run`", subject=str(folder), way_out="Name the folder given with --out."
        ) from error
    return dict(found)


def _cases(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "predictions.jsonl"
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(
            "is no output of `triage eval run`", subject=str(path), way_out="Run the evaluation again."
        ) from error
    return {f"{row.get('set', '')}/{row['case_id']}": row for row in rows}


_VOLATILE = {"seconds", "note_html", "draft_reply", "score", "headline"}


def _substance(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _VOLATILE}


def compare(one: Path, other: Path) -> dict[str, Any]:
    """Figures side by side, the cases whose answers changed, and the gate's verdict."""
    before, after = _metrics(one)["overall"], _metrics(other)["overall"]
    rows: dict[str, dict[str, float | None]] = {}
    closed: list[str] = []
    for name in after["headline"]:
        old, new = before["headline"].get(name), after["headline"][name]
        rows[name] = {"before": old, "after": new}
        if name not in GATE or old is None or new is None:
            continue
        higher, slack = GATE[name]
        worse = old - new if higher else new - old
        if worse > slack + 1e-12:
            closed.append(name)
    first, second = _cases(one), _cases(other)
    same_cases = sorted(first.keys() & second.keys())
    changed = [key for key in same_cases if _substance(first[key]) != _substance(second[key])]
    missing = sorted(first.keys() ^ second.keys())
    if missing:
        closed.append("the runs do not hold the same cases")
    return {
        "figures": rows,
        "changed": changed,
        "only_in_one": missing,
        "gate": {"passed": not closed, "closed_by": closed},
    }


def show(found: dict[str, Any], console: Console) -> None:
    """Print a comparison for people."""
    table = Table(title="Comparison of two runs")
    for heading in ("figure", "before", "after", "change"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for name, row in found["figures"].items():
        old, new = row["before"], row["after"]
        change = f"{new - old:+.3f}" if old is not None and new is not None else ""
        table.add_row(name, "–" if old is None else f"{old:.3f}", "–" if new is None else f"{new:.3f}", change)
    console.print(table)
    console.print(f"{len(found['changed'])} cases have another answer: {', '.join(found['changed'][:20])}")
    gate = found["gate"]
    console.print("The gate is open." if gate["passed"] else f"The gate is closed by: {', '.join(gate['closed_by'])}.")
