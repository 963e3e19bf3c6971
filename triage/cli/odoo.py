"""The commands about a live Odoo: preparing it, proving what the service can't do there, checking the log of calls."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from triage.cli.options import Commands, command, load, quiet

if TYPE_CHECKING:
    from pydantic import SecretStr

    from triage.erp.odoo import setup


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `odoo setup`, `odoo snapshot`, `doctor` and `audit verify`."""
    odoo = commands.add_parser("odoo", help="prepare an Odoo for the service")
    actions = odoo.add_subparsers(title="actions", required=True, metavar="ACTION")
    about = "make the service's user, its read-only rights and the server action that leaves notes"
    setup = command(actions, "setup", _setup, about, "triage odoo setup --dry-run")
    setup.add_argument("--dry-run", action="store_true", help="show every record, change nothing")
    setup.add_argument(
        "--server-action", action="store_true", help="make the server action though our module is installed"
    )
    setup.add_argument(
        "--hook", metavar="URL", help="our own address as Odoo reaches it: Odoo hints there at new mails and judgements"
    )
    setup.add_argument("--remove", action="store_true", help="take everything away again")
    about = "record what an evaluation or a demonstration needs of this Odoo"
    snapshot = command(actions, "snapshot", _snapshot, about, "triage odoo snapshot --out erp.json --anonymous")
    snapshot.add_argument("--out", type=Path, required=True, help="file to write, readable by you alone")
    snapshot.add_argument("--days", type=int, default=365, help="orders of the last so many days (default: 365)")
    snapshot.add_argument(
        "--anonymous", action="store_true", help="make names, addresses, references and prices unrecognisable"
    )
    about = "take in new mails of the chatter and what people judged, now"
    look = command(actions, "look", _look, about, "triage odoo look --days 30 --json")
    look.add_argument("--days", type=int, help="look back so many days (default: to the last look)")
    look.add_argument("--json", action="store_true", help="print JSON")
    about = "compare our notes with what stands in Odoo, and mend what is missing or has moved on"
    compare = command(actions, "reconcile", _reconcile, about, "triage odoo reconcile --dry-run")
    compare.add_argument("--dry-run", action="store_true", help="only tell")
    compare.add_argument("--json", action="store_true", help="print JSON")
    about = "prove what the service can't do in Odoo, and say what is missing"
    doctor = command(commands, "doctor", _doctor, about, "triage doctor --json")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    log = commands.add_parser("audit", help="check the log of calls that left for Odoo")
    checks = log.add_subparsers(title="actions", required=True, metavar="ACTION")
    verify = command(checks, "verify", _verify, "find changed, missing or moved lines", "triage audit verify")
    verify.add_argument("file", nargs="?", type=Path, help="default: TRIAGE_ODOO_AUDIT")
    verify.add_argument("--head", help="a head kept elsewhere (default: the one in the database)")
    verify.add_argument("--json", action="store_true", help="print JSON")
    about = "go on with a log that something was found wrong with, after a person has looked into it"
    accept = command(checks, "accept", _accept, about, "triage audit accept")
    accept.add_argument("--json", action="store_true", help="print JSON")


def _setup(given: argparse.Namespace) -> int:
    from triage.erp.odoo import command as odoo

    settings = load(given, odoo_key="-")  # an administrator's key is used, the service's is not needed
    return odoo.set_up(
        settings.odoo_url,
        settings.odoo_database,
        dry_run=given.dry_run,
        remove=given.remove,
        server_action=given.server_action,
        protocol=settings.odoo_protocol,
        login=settings.odoo_login,
        log=settings.odoo_audit,
        hook=_hook(given.hook, settings.odoo_hook_secret) if given.hook else None,
    )


def _hook(url: str, secret: "SecretStr | None") -> "setup.Hook":
    from triage.erp.odoo import setup
    from triage.errors import SettingsError
    from triage.store import looks

    if secret is None:
        raise SettingsError(
            "no secret for hints is set", way_out="Set TRIAGE_ODOO_HOOK_SECRET_FILE here and in `triage serve`."
        )
    told = secret.get_secret_value()
    return setup.Hook(url=f"{url.rstrip('/')}/hooks/odoo", secret=told, token=looks.hook_token(told))


def _snapshot(given: argparse.Namespace) -> int:
    import secrets

    from triage import bootstrap
    from triage.erp.odoo import command as odoo

    wire = bootstrap.odoo_wire(quiet(given))
    return odoo.take_snapshot(
        wire, given.out, days=given.days, secret=secrets.token_bytes(32) if given.anonymous else None
    )


def _look(given: argparse.Namespace) -> int:
    from triage.tasks import odoo_commands

    return odoo_commands.look(quiet(given), days=given.days, as_json=given.json)


def _reconcile(given: argparse.Namespace) -> int:
    from triage.tasks import odoo_commands

    return odoo_commands.reconcile(quiet(given), dry_run=given.dry_run, as_json=given.json)


def _doctor(given: argparse.Namespace) -> int:
    import json
    import sys

    from triage import bootstrap
    from triage.erp.odoo import allowed
    from triage.erp.odoo import command as odoo
    from triage.tasks import checks

    settings = quiet(given)
    found = list(checks.all_of(settings))
    status = 0 if all(item.right for item in found) else 1
    told = [{"part": item.part, "right": item.right, "told": item.told} for item in found]
    if not given.json:
        for item in found:
            sys.stdout.write(f"{'ok   ' if item.right else 'WRONG'}  {item.part}: {item.told}\n")
    if settings.odoo_url:
        prober = bootstrap.odoo_wire(settings, purpose=allowed.Purpose.PROBE)
        return max(status, odoo.examine(bootstrap.odoo_wire(settings), prober, told, as_json=given.json))
    if given.json:
        sys.stdout.write(json.dumps({"checks": told, "odoo": None}, indent=1, ensure_ascii=False) + "\n")
    return status


def _verify(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.erp.odoo import command as odoo
    from triage.tasks import log_head

    settings = quiet(given)
    path = given.file or settings.odoo_audit
    head = given.head or log_head.known_head(bootstrap.services(settings), path)
    return odoo.verify_audit(path, head=head, as_json=given.json)


def _accept(given: argparse.Namespace) -> int:
    import json
    import sys

    from triage import bootstrap
    from triage.store import log_heads

    store = bootstrap.services(quiet(given)).store
    told = [{"place": item.place, "fault": item.fault} for item in log_heads.faults(store)]
    for item in log_heads.faults(store):
        log_heads.forget(store, item.first)
    lines = [f"{item['place']}: {item['fault']}; from now on the log counts as it is\n" for item in told]
    sys.stdout.write(json.dumps(told) + "\n" if given.json else "".join(lines) or "nothing was found wrong\n")
    return 0
