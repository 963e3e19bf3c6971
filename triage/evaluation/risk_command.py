"""`triage risk evaluate`: print how well lateness can be predicted from a file of receipts, beside the baselines."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from triage.errors import InputError
from triage.evaluation import receipts, risk

_MODELS = (
    ("model", "this model"),
    ("constant", "the same for all"),
    ("supplier_rate", "supplier's own rate"),
    ("logistic_regression", "logistic regression"),
)


def run(path: Path, cut: str, *, as_json: bool) -> int:
    """Evaluate and print. Returns 0. Raises InputError where file or date can't be used."""
    try:
        day = date.fromisoformat(cut)
    except ValueError:
        raise InputError(f"{cut!r} is no date", subject="--cut", way_out="Write it like 2026-01-31.") from None
    found = receipts.load(path)
    try:
        results = risk.evaluate(found.facts, day)
    except InputError as error:
        error.subject = error.subject or str(path)
        raise
    results = {
        "file": str(path),
        "lines": len(found.facts),
        "left_out": found.left_out,
        "left_out_because": list(found.reasons),
        "missing_columns": list(found.missing_columns),
        **results,
    }
    if as_json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
    else:
        _print(results)
    return 0


def _print(results: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"{results['train_lines']:,} lines known before {results['cut']} ({results['train_late']:.1%} late), "
        f"{results['test_lines']:,} promised from then on ({results['test_late']:.1%} late)"
    )
    if results["left_out"]:
        console.print(f"{results['left_out']} rows left out: " + "; ".join(results["left_out_because"]), markup=False)
    if results["missing_columns"]:
        console.print("without the columns " + ", ".join(results["missing_columns"]), markup=False)
    table = Table("", "AUC", "average precision", "Brier", "log loss", "calibration error")
    for key, words in _MODELS:
        figures = results[key]
        names = ("auc", "average_precision", "brier", "log_loss", "calibration_error")
        table.add_row(words, *("" if figures[name] is None else f"{figures[name]:.4f}" for name in names))
    console.print(table)
    groups = Table("predicted", "from", "to", "happened", "lines", title="calibration")
    for row in results["calibration"]:
        cells = (f"{row[name]:.1%}" for name in ("predicted", "from", "to", "happened"))
        groups.add_row(*cells, str(row["lines"]))
    console.print(groups)
    for row in results["days"]:
        if row["held"] is not None:
            console.print(f"days said with a chance of {row['chance']:.0%}: held for {row['held']:.0%}")
    changed = ", ".join(results["drift"]["changed"]) or "nothing"
    console.print(f"changed since the cut (stability index above 0.25): {changed}")
