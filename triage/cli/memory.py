"""The command about what accepted answers taught: lists it by supplier, forgets what is wrong."""

import argparse
import json
import sys

from triage.cli.options import Commands, command, quiet


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `memory`."""
    about = "list what accepted answers taught about suppliers: their codes, the heads of their columns"
    memory = command(commands, "memory", _memory, about, "triage memory --supplier 14")
    memory.add_argument("--supplier", type=int, metavar="ID", help="only of this partner in the ERP")
    memory.add_argument("--forget", type=int, metavar="NUMBER", help="forget this lesson; it is used no more")
    memory.add_argument("--json", action="store_true", help="print JSON")


def _memory(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.store import learned

    store = bootstrap.services(quiet(given)).store
    if given.forget is not None:
        learned.forget(store, given.forget)
        sys.stdout.write(f"forgotten: {given.forget}\n")
        return 0
    found = learned.known(store, supplier_id=given.supplier)
    if given.json:
        rows = [
            {
                "id": item.id,
                "supplier_id": item.lesson.supplier_id,
                "kind": item.lesson.kind,
                "written": item.lesson.written,
                "meaning": item.lesson.meaning,
                "person": item.person,
                "at": item.at.isoformat(),
            }
            for item in found
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return 0
    if not found:
        sys.stdout.write("Nothing was learned yet. Accepting an entry of the queue teaches the supplier's codes.\n")
        return 0
    for item in found:
        what = f"product {item.lesson.meaning}" if item.lesson.kind == "code" else f"column of {item.lesson.meaning}"
        sys.stdout.write(
            f"{item.id:>5}  supplier {item.lesson.supplier_id}: “{item.lesson.written}” is {what}"
            f" ({item.person}, {item.at:%Y-%m-%d})\n"
        )
    return 0
