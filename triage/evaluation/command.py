"""`triage eval run` and `triage eval compare`: run sets on the production path, write and print figures."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

import triage
from triage import bootstrap
from triage.errors import InputError
from triage.evaluation import attacks, metrics, model_use, ranking, report, sets
from triage.evaluation import compare as comparing
from triage.evaluation import run as running
from triage.evaluation.run import Ran

#: Figures printed at the end, with the words for people.
HEADLINE = (
    ("kind_accuracy", "kind of message right"),
    ("kind_macro_f1", "kind, macro F1"),
    ("orders_f1", "order numbers F1"),
    ("line_fields_f1", "line fields F1"),
    ("lines_wholly_right_f1", "lines wholly right"),
    ("exceptions_f1", "exceptions F1"),
    ("exceptions_macro_f1", "exceptions, macro F1"),
    ("cases_wholly_right", "cases wholly right"),
    ("coverage", "coverage (not sent to a person)"),
    ("silent_errors", "silent errors (wrong, not sent to a person)"),
    ("review_recall", "review recall"),
    ("priority_mean_steps", "priority, steps off on average"),
    ("route_right", "route right"),
    ("invented_values", "values the message does not state"),
    ("must_not_violations", "forbidden strings in outputs"),
    ("errors", "cases that failed"),
)


def run(
    folders: Sequence[Path],
    out: Path,
    *,
    mode: str | None,
    as_json: bool,
    record: Path | None = None,
    replay: Path | None = None,
    silent: bool = False,
) -> int:
    """Run eval sets; write predictions.jsonl, metrics.json and report.html to `out`; print the figures.

    mode: "rules", "local" or "llm"; None takes the setting. record: folder to which a language model's answers are
    written, and from which known ones are taken. replay: folder from which alone they are taken. silent: print nothing.
    Returns the exit status: 1 where a case failed. Raises EvalSetError or InputError where nothing can be run.
    """
    chosen = [sets.load(folder) for folder in folders]
    _writable(out)
    ran: list[tuple[sets.EvalSet, list[Ran]]] = []
    console = Console(stderr=True)
    recording = replay or record
    with (
        bootstrap.evaluation(mode, recording=recording, replay=replay is not None) as live,
        Progress(console=console, transient=True) as progress,
    ):
        for item in chosen:
            task = progress.add_task(item.name, total=len(item.cases))
            ran.append(
                (item, running.run_set(item, live.toolkit, live.erp, lambda task=task: progress.advance(task)))  # type: ignore[misc]
            )
        versions = live.versions
    results = _results(ran, versions)
    if versions["mode"] == "llm":
        read = sum(1 + len(one.case.earlier) for _, items in ran for one in items)
        results["model_use"] = model_use.figures(live.spendings, read, live.recording, replay=replay is not None)
    _write(out, ran, results)
    if as_json:
        sys.stdout.write(json.dumps(results["overall"] | {"out": str(out)}, indent=1) + "\n")
    elif not silent:
        _print(results, out)
    return 1 if results["overall"]["headline"]["errors"] else 0


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            error.strerror or "can't be written", subject=str(out), way_out="Name a folder that you may write."
        ) from error
    if not os.access(out, os.W_OK):
        raise InputError("can't be written", subject=str(out), way_out="Name a folder that you may write.")


def _block(ran: Sequence[Ran]) -> dict[str, Any]:
    scores = [item.score for item in ran]
    seconds = sorted(float(item.predicted["seconds"]) for item in ran)
    return {
        "cases": len(ran),
        "headline": metrics.headline(scores),
        "intervals": metrics.intervals(scores),
        "details": metrics.details(scores, [item.predicted for item in ran]),
        "ranking": ranking.compare(ran),
        "attacks": attacks.figures(ran),
        "seconds": {
            "median": seconds[len(seconds) // 2],
            "p95": seconds[min(int(len(seconds) * 0.95), len(seconds) - 1)],
            "total": sum(seconds),
        },
    }


def _results(ran: Sequence[tuple[sets.EvalSet, list[Ran]]], versions: dict[str, Any]) -> dict[str, Any]:
    everything = [item for _, items in ran for item in items]
    return {
        "version": triage.__version__,
        "made_with": versions,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "overall": _block(everything),
        "sets": {item.name: _block(items) for item, items in ran},
    }


def _write(out: Path, ran: Sequence[tuple[sets.EvalSet, list[Ran]]], results: dict[str, Any]) -> None:
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for item, items in ran:
            for case in items:
                file.write(json.dumps({"set": item.name} | case.predicted, ensure_ascii=False) + "\n")
    (out / "metrics.json").write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    (out / "report.html").write_text(report.html_report(results, ran), encoding="utf-8")


def _figure(name: str, value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "no cases"
    if name in ("invented_values", "must_not_violations", "errors"):
        return f"{value:.0f}"
    text = f"{value:.3f}"
    return f"{text}  [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else text


def _print(results: dict[str, Any], out: Path) -> None:
    blocks = [*results["sets"].items()]
    if len(blocks) > 1:
        blocks.append(("all", results["overall"]))
    table = Table(title=f"Evaluation, mode {results['made_with'].get('mode')} (95 % intervals over cases)")
    table.add_column("figure")
    for name, block in blocks:
        table.add_column(f"{name} ({block['cases']})", justify="right")
    for key, words in HEADLINE:
        table.add_row(
            words, *(_figure(key, block["headline"][key], block["intervals"].get(key)) for _, block in blocks)
        )
    console = Console()
    console.print(table)
    if results.get("model_use"):
        console.print(model_use.sentence(results["model_use"]))
    console.print(f"{out / 'report.html'}, metrics.json and predictions.jsonl are written.")


def compare(one: Path, other: Path, *, as_json: bool) -> int:
    """Compare two output folders; exit status 1 where the second fails the gate."""
    found = comparing.compare(one, other)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        comparing.show(found, Console())
    return 0 if found["gate"]["passed"] else 1
