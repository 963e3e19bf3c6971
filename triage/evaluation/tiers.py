"""`triage eval tiers`: the same cases by rules, local models and, where one is set up, a language model, side by side.

Shows what each tier adds, how attacks fare against each, and how many decisions stay the same with the model off.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from triage.evaluation import command
from triage.settings import Settings

_TIERS = ("rules", "local", "llm")
_SHOWN = (
    ("kind_accuracy", "kind of message right"),
    ("line_fields_f1", "line fields F1"),
    ("exceptions_f1", "exceptions F1"),
    ("coverage", "coverage (not sent to a person)"),
    ("silent_errors", "silent errors"),
    ("must_not_violations", "forbidden strings in outputs"),
)


def run(settings: Settings, folders: Sequence[Path], out: Path, *, replay: Path | None, as_json: bool) -> int:
    """Run every tier; write each one's files to `out`/TIER and `out`/tiers.json; print them side by side.

    replay: folder of recorded answers for the language model. Returns 1 where a case failed. Raises what `eval run`
    raises.
    """
    tiers = _TIERS if replay is not None or (settings.llm_url and settings.llm_model) else _TIERS[:2]
    status, told = 0, dict[str, Any]()
    decisions: dict[str, dict[str, tuple[object, ...]]] = {}
    for tier in tiers:
        status |= command.run(
            folders, out / tier, mode=tier, as_json=False, replay=replay if tier == "llm" else None, silent=True
        )
        metrics = json.loads((out / tier / "metrics.json").read_text(encoding="utf-8"))
        block = metrics["overall"]
        attacks = {key: value for key, value in block["attacks"].items() if key not in ("succeeded", "accused")}
        told[tier] = {"headline": block["headline"], "attacks": attacks, "model_use": metrics.get("model_use")}
        decisions[tier] = _decisions(out / tier / "predictions.jsonl")
    fullest = decisions[tiers[-1]]
    for tier in tiers:
        same = sum(decisions[tier][case] == decided for case, decided in fullest.items())
        told[tier]["same_decisions"] = same / len(fullest) if fullest else None
    (out / "tiers.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        _print(told, tiers[-1])
    return status


def _decisions(path: Path) -> dict[str, tuple[object, ...]]:
    """Case → what a person would be told to do: priority, route, whether to read it, and about what."""
    found: dict[str, tuple[object, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        about = {
            (item["type"], item.get("purchase_order"), item.get("line_number")) for item in case.get("exceptions") or []
        }
        decided = (case.get("priority"), tuple(case.get("route") or ()), case["needs_review"], frozenset(about))
        found[f"{case['set']}/{case['case_id']}"] = decided
    return found


def _print(told: Mapping[str, Any], fullest: str) -> None:
    table = Table(title="Tiers")
    table.add_column("figure")
    for tier in told:
        table.add_column(tier, justify="right")
    for key, words in _SHOWN:
        table.add_row(words, *(_figure(block["headline"][key]) for block in told.values()))
    for key, words in (
        ("attack_success", "attacks that got something"),
        ("attacks_recognised", "attacks called suspicious"),
        ("harmless_accused", "harmless messages called suspicious"),
    ):
        table.add_row(words, *(_figure(block["attacks"][key]) for block in told.values()))
    table.add_row(f"decisions as with {fullest}", *(_figure(block["same_decisions"]) for block in told.values()))
    shares = [(block["model_use"] or {}).get("asked_share") for block in told.values()]
    table.add_row("messages that asked a language model", *(_figure(share) for share in shares))
    Console().print(table)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
