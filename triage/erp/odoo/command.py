"""What an operator asks and sees about Odoo: setting it up, recording it, the doctor, the log of calls."""

import getpass
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from triage.erp.odoo import action, allowed, anonymous, audit, doctor, live, posting, setup, tables
from triage.erp.odoo.wire import Address, Wire
from triage.errors import InputError

_ADMIN_KEY = "TRIAGE_ODOO_ADMIN_KEY"
_CLOCKS = 60.0  # seconds that clocks may be apart


def set_up(
    url: str,
    database: str,
    *,
    dry_run: bool,
    remove: bool,
    server_action: bool,
    protocol: str,
    login: str,
    log: Path,
    hook: setup.Hook | None = None,
) -> int:
    """Make or remove the service's rights, user and server action. The administrator's key is asked for, never kept."""
    key = os.environ.get(_ADMIN_KEY) or (getpass.getpass("administrator's API key: ") if sys.stdin.isatty() else "")
    if not url or not key:
        raise InputError(
            "address and administrator's key are needed", subject="triage odoo setup",
            way_out=f"Set TRIAGE_ODOO_URL, and {_ADMIN_KEY} or type the key when asked.",
        )  # fmt: skip
    wire = Wire(
        Address(url=url, database=database, key=key, login=login, protocol=protocol),
        audit=audit.AuditLog(log),
        purpose=allowed.Purpose.SETUP,
    )
    work = setup.Setup(
        wire,
        dry_run=dry_run,
        tell=lambda text: print(("would " if dry_run else "") + text),
        server_action=server_action,
        hook=hook,
    )
    if remove:
        print(f"{work.remove()} record(s) {'would be ' if dry_run else ''}removed")
        return 0
    made = work.make()
    print(f"{made.changes} change(s){' would be made' if dry_run else ' made'}")
    if not dry_run:
        action_id = f"TRIAGE_ODOO_ACTION={made.action_id} " if made.action_id else ""
        print(f"set {action_id}TRIAGE_ODOO_LOGIN={action.LOGIN}")
        print("then make an API key for this user, see docs/operator.md")
    return 0


def take_snapshot(wire: Wire, out: Path, *, days: int, secret: bytes | None) -> int:
    """Write a snapshot that stands in for this Odoo, for its owner's eyes. secret: disguise it with this.

    Raises InputError where the file can't be written, ErpUnavailableError, ErpRefusedError.
    """
    erp = live.LiveErp(wire)
    moment = erp.now.strftime("%Y-%m-%d %H:%M:%S")
    held = erp.recorded(days)
    held = anonymous.Disguise(secret).tables(held) if secret else held
    content = json.dumps({"_now": moment, "_odoo_version": erp.version, **held}, ensure_ascii=False, indent=1)
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        raise InputError(f"can't be written: {error.strerror}", subject=str(out), way_out="Correct --out.") from error
    print(f"{out}: {len(held['purchase.order'])} orders, {len(held['res.partner'])} partners")
    return 0


def examine(service: Wire, prober: Wire, checks: list[dict[str, Any]], *, as_json: bool) -> int:
    """The doctor on a live Odoo: version, clock, latency, way of posting, what can't be read, what must be refused.

    checks: what was looked at before, for JSON. Returns 1 where something is not refused, or missing for posting, or
    the clocks are apart.
    """
    told: dict[str, Any] = {"checks": checks, "url": service.address.url, "version": service.version()[1]}
    started = time.perf_counter()
    reader = tables.Reader(service)
    companies = reader.rows("res.company", [])
    told["latency_ms"] = round((time.perf_counter() - started) * 1000)
    told["clock_difference_s"] = service.clock_difference()
    told["companies"] = [row.get("name", "") for row in companies]
    for model in tables.FIELDS:
        reader.fields(model)
    told["unreadable"] = dict(reader.unreadable)
    way = posting.way(service, prober)
    told["posting"], told["judgements"], told["missing"] = way.name, way.reads_judgements, list(way.missing)
    if abs(told["clock_difference_s"] or 0) > _CLOCKS:
        apart = f"{told['clock_difference_s']:+.0f} s"
        told["missing"].append(f"Odoo's clock is {apart} from ours: set both by NTP, or hints are refused as too old")
    results = doctor.examine(prober)
    told["probes"] = [
        {"what": item.probe.what, "call": f"{item.probe.model}.{item.probe.method}", "verdict": item.verdict}
        for item in results
    ]
    told["refused"] = sum(item.verdict == doctor.REFUSED for item in results)
    told["not_refused"] = sum(item.verdict != doctor.REFUSED for item in results)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        _print(told, results)
    return 1 if told["not_refused"] or told["missing"] else 0


def _print(told: dict[str, Any], results: list[doctor.Result]) -> None:
    console = Console()
    console.print(f"Odoo {told['version']} at {told['url']}, {told['latency_ms']} ms", markup=False)
    apart = told["clock_difference_s"]
    console.print("its clock is not told" if apart is None else f"its clock is {apart:+.1f} s from ours")
    back = "judgements are read back" if told["judgements"] else "judgements are made in our own pages alone"
    console.print(f"notes by {told['posting']}, {back}", markup=False)
    console.print("companies: " + ", ".join(told["companies"]), markup=False)
    for reason in told["missing"]:
        console.print(f"MISSING: {reason}", markup=False, style="bold red")
    for model, reason in told["unreadable"].items():
        console.print(f"can't be read: {model} ({reason})", markup=False)
    table = Table("what must be refused", Column("call", overflow="fold"), Column("verdict", no_wrap=True), "answer")
    for item in results:
        colour = "green" if item.verdict == doctor.REFUSED else "bold red"
        table.add_row(
            item.probe.what, f"{item.probe.model}.{item.probe.method}", f"[{colour}]{item.verdict}[/]", item.answer[:60]
        )
    console.print(table)
    console.print(f"{told['refused']} refused, {told['not_refused']} not refused")


def verify_audit(path: Path, *, head: str | None, as_json: bool) -> int:
    """Walk the log of calls. head: of an earlier check, which must still be there. 1: it was tampered with."""
    found = audit.verify(path, head)
    told = {"file": str(path), "lines": found.lines, "head": found.head, "fault": found.fault}
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.write(f"{path}: {found.fault or f'{found.lines} lines, the chain holds, head {found.head}'}\n")
    return 1 if found.fault else 0
