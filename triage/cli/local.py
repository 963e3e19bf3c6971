"""Commands about the program itself: train the local models, list settings and licences."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triage.cli.options import Commands, command, quiet


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `train`, `settings` and `licences`."""
    about = "train the local models from texts and write them"
    train = command(commands, "train", _train, about, "triage train training")
    train.add_argument("texts", nargs="?", type=Path, default=Path("training"), help="default: training/")
    train.add_argument("--out", type=Path, help="where the models go (default: where the service looks for them)")
    train.add_argument("--json", action="store_true", help="print the models' cards as JSON")
    listed = command(commands, "settings", _settings, "list every setting with its default, unit and help")
    listed.add_argument("--json", action="store_true", help="print JSON")
    allowed = command(commands, "licences", _licences, "list the licences of all dependencies; fails on GPL and AGPL")
    allowed.add_argument("--json", action="store_true", help="print JSON")


def _train(given: argparse.Namespace) -> int:
    import contextlib

    from triage import bootstrap
    from triage.classifiers import artefacts, train

    with contextlib.closing(bootstrap.reader(quiet(given))) as reader:
        cards = train.train(given.texts, given.out or artefacts.FOLDER, reader=reader)
    if given.json:
        sys.stdout.write(json.dumps(cards, indent=1, ensure_ascii=False) + "\n")
        return 0
    for name, card in cards.items():
        sys.stdout.write(f"{name}: {card['what']}\n")
        for figure, value in _figures(card["metrics"]):
            sys.stdout.write(f"    {figure}  {value:.3f}\n")
    sys.stdout.write(f"written to {given.out or artefacts.FOLDER}\n")
    return 0


def _figures(metrics: Mapping[str, Any], before: str = "") -> list[tuple[str, float]]:
    """Every figure of a card with its name, those of single languages apart."""
    found: list[tuple[str, float]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping) and not name.startswith("accuracy_of"):
            found.extend(_figures(value, f"{before}{name} "))
        elif isinstance(value, int | float):
            found.append((f"{before}{name}".replace("_", " "), float(value)))
    return found


def _settings(given: argparse.Namespace) -> int:
    from triage import settings

    if given.json:
        rows = [
            {"variable": item.variable, "default": item.default, "unit": item.unit, "help": item.help}
            for item in settings.described()
        ]
        sys.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write(settings.table() + "\n")
    return 0


def _licences(given: argparse.Namespace) -> int:
    from triage import licences

    return licences.show(as_json=given.json)
