"""`triage odoo look` and `triage odoo reconcile`: what the scheduler does every so often, now and with its figures."""

import json
import sys
from datetime import timedelta

from triage import bootstrap
from triage.settings import Settings
from triage.tasks import odoo_looks
from triage.tasks import work as working


def look(settings: Settings, *, days: int | None, as_json: bool) -> int:
    """Take in what is new, and read it here. days: look back so far. Returns 0, or 1 where a mail was refused."""
    services = bootstrap.services(settings)
    since = None if days is None else services.store.now - timedelta(days=days)
    seen = odoo_looks.look(services, since=since)
    adopted = odoo_looks.adopt(services, since=since)
    read(services, seen.message_ids)
    if as_json:
        told = {
            "looked_at": seen.looked_at, "new": len(seen.message_ids), "known": seen.known,
            "refused": list(seen.refused), "judgements": adopted,
        }  # fmt: skip
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(
            f"{seen.looked_at} mails looked at, {len(seen.message_ids)} new, {seen.known} known by another door, "
            f"{len(seen.refused)} refused; {adopted} judgements read back\n"
        )
        sys.stderr.writelines(f"{reason}\n" for reason in seen.refused)
    return 1 if seen.refused else 0


def read(services: bootstrap.Services, message_ids: tuple[str, ...]) -> None:
    """Have messages read here and their notes left, by the one path."""
    if not message_ids:
        return
    work = working.of(services)
    for message_id in message_ids:
        stored = working.read(work, message_id)
        if stored is not None and stored.outbox_id is not None:
            working.post(work, stored.outbox_id)
