"""The commands about the language model: what would be sent, and what each tier adds."""

import argparse
from pathlib import Path

from triage.cli.options import Commands, command, load, quiet_level

_PROMPTS = ("kind", "statement", "choice", "reason", "note", "draft")


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`triage prompt show`."""
    prompt = commands.add_parser("prompt", help="show what would be sent to a language model")
    actions = prompt.add_subparsers(title="actions", required=True, metavar="ACTION")
    example = "triage prompt show kind --case eval_sets/first/cases/en02_castlemere_back_order_html"
    show = command(actions, "show", _prompt_show, "print exactly what would be sent about a message", example)
    show.add_argument("name", choices=_PROMPTS)
    show.add_argument("--case", required=True, type=Path, metavar="FILE", help="message, or folder of an eval case")
    show.add_argument("--erp", type=Path, metavar="SNAPSHOT", help="recorded ERP (default: that of the case's set)")
    show.add_argument("--json", action="store_true", help="print JSON")


def add_tiers(actions: "Commands[argparse.ArgumentParser]") -> None:
    """`triage eval tiers`."""
    example = "triage eval tiers eval_sets/first --out out/tiers"
    tiers = command(actions, "tiers", _tiers, "run rules, local models and a language model side by side", example)
    tiers.add_argument("sets", nargs="+", type=Path, metavar="SET", help="folder in the eval set format")
    tiers.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the results go")
    tiers.add_argument("--replay", type=Path, metavar="DIR", help="recorded answers for the language model")
    tiers.add_argument("--json", action="store_true", help="print the figures as JSON")


def _prompt_show(given: argparse.Namespace) -> int:
    from triage.evaluation import prompt_show

    settings = load(argparse.Namespace(mode="local"), **quiet_level())
    return prompt_show.run(settings, given.name, given.case, snapshot=given.erp, as_json=given.json)


def _tiers(given: argparse.Namespace) -> int:
    from triage.evaluation import tiers

    settings = load(argparse.Namespace(mode="local"), **quiet_level())
    return tiers.run(settings, given.sets, given.out, replay=given.replay, as_json=given.json)
