"""The commands that delete: what is old by the settings, or all of one person or supplier."""

import argparse

from triage.cli.options import Commands, command, quiet


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `retention` and `erase`."""
    retention = commands.add_parser("retention", help="delete what is old by the settings")
    actions = retention.add_subparsers(title="actions", required=True, metavar="ACTION")
    run = command(
        actions, "run", _retention, "delete what is older than the settings say", "triage retention run --dry-run"
    )
    about = "delete all messages of a person or a supplier, and tell what was deleted"
    erase = command(commands, "erase", _erase, about, "triage erase --person anna@muster.example --dry-run")
    whose = erase.add_mutually_exclusive_group(required=True)
    whose.add_argument("--person", metavar="WORDS", help="name or address; every message that holds it goes")
    whose.add_argument("--supplier", metavar="NAME", help="as the ERP writes it; every message in its entries goes")
    for parser in (run, erase):
        parser.add_argument("--dry-run", action="store_true", help="only tell")
        parser.add_argument("--json", action="store_true", help="print JSON")


def _retention(given: argparse.Namespace) -> int:
    from triage.tasks import retention

    return retention.run(quiet(given), dry_run=given.dry_run, as_json=given.json)


def _erase(given: argparse.Namespace) -> int:
    from triage.tasks import retention

    return retention.erase(
        quiet(given), person=given.person, supplier=given.supplier, dry_run=given.dry_run, as_json=given.json
    )
