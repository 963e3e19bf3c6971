"""`triage odoo look` and `triage odoo reconcile`: what the scheduler does every so often, now and with its figures."""

import json
import sys
from datetime import timedelta

from triage import bootstrap
from triage.settings import Settings
from triage.store import reconciling
from triage.tasks import odoo_looks
from triage.tasks import reconcile as comparing
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
            "waiting": list(seen.waiting), "refused": list(seen.refused), "judgements": adopted,
        }  # fmt: skip
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(
            f"{seen.looked_at} messages looked at, {len(seen.message_ids)} new, {seen.known} known by another door, "
            f"{len(seen.waiting)} waiting, {len(seen.refused)} refused; {adopted} judgements read back\n"
        )
        sys.stderr.writelines(f"{reason}\n" for reason in (*seen.waiting, *seen.refused))
    return 1 if seen.refused else 0


def reconcile(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """Compare with Odoo, mend what can be mended, and tell. Returns 0, or 1 where Odoo would not tell something."""
    services = bootstrap.services(settings)
    done = comparing.reconcile(services, dry_run=dry_run)
    if not dry_run:
        read(services, (*done.mails, *(message_id for message_id, _ in done.read_again)))
        work = working.of(services)
        for outbox_id in done.outbox_ids:
            working.post(work, outbox_id)
    names = reconciling.names(services.store, {*done.put_back, *done.tried_again, *(key for key, _ in done.settled)})
    told = {
        "missed_mails": list(done.mails),
        "notes_put_back": [names.get(key) or key for key in done.put_back],
        "notes_tried_again": [names.get(key) or key for key in done.tried_again],
        "read_again": [{"message": message_id, "order": order} for message_id, order in done.read_again],
        "settled": [{"order": names.get(key) or key, "why": why} for key, why in done.settled],
        "out_of_sight": list(done.out_of_sight),
        "refused": list(done.refused),
        "dry_run": dry_run,
    }
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return 1 if done.refused else 0
    would = "would be " if dry_run else ""
    for what, found in (
        ("mails missed until now, read", told["missed_mails"]),
        (f"notes gone or changed in Odoo, {would}put back", told["notes_put_back"]),
        (f"notes given up, {would}tried again", told["notes_tried_again"]),
        (f"orders changed since, messages {would}read again", sorted({order for _, order in done.read_again})),
        (f"matters over, {would}closed", [names.get(key) or key for key, _ in done.settled]),
        ("orders that can't be seen any more", told["out_of_sight"]),
    ):
        listed = [str(item) for item in found]  # type: ignore[attr-defined]
        shown = ", ".join(listed[:10]) + (" …" if len(listed) > 10 else "")
        sys.stdout.write(f"{len(listed):5}  {what}" + (f": {shown}" if shown else "") + "\n")
    sys.stderr.writelines(f"{reason}\n" for reason in done.refused)
    return 1 if done.refused else 0


def read(services: bootstrap.Services, message_ids: tuple[str, ...]) -> None:
    """Have messages read here and their notes left, by the one path."""
    if not message_ids:
        return
    work = working.of(services)
    for message_id in message_ids:
        working.through(work, message_id)
