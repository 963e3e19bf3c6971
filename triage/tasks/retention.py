"""`triage retention run` and `triage erase`: what is deleted by the settings, or of one person or supplier."""

import dataclasses
import json
import sys
from datetime import datetime, timedelta

import structlog

from triage import bootstrap
from triage.errors import InputError, SettingsError
from triage.settings import Settings
from triage.store import erasing

_log = structlog.get_logger(__name__)
_SHORTEST = 4  # characters of a name: "Li" would be found in every message


def is_set(settings: Settings) -> bool:
    """True where anything is to be deleted by age."""
    return bool(settings.retention_days or companies(settings))


def companies(settings: Settings) -> dict[str, int]:
    """Company → days, 0: for ever. Raises SettingsError."""
    found = {}
    for item in filter(None, (part.strip() for part in settings.retention_companies.split(";"))):
        name, _, days = item.rpartition("=")
        if not name.strip() or not days.strip().isdigit():
            raise SettingsError(
                f"TRIAGE_RETENTION_COMPANIES holds {item!r}", way_out="Write it like: Northwind=365;Southwind=90"
            )
        found[name.strip()] = int(days)
    return found


def by_age(services: bootstrap.Services, *, dry_run: bool = False) -> erasing.Report:
    """Delete what the settings let go of. Raises SettingsError, StoreError."""
    settings, now = services.settings, services.store.now

    def limit(days: int) -> datetime | None:
        return now - timedelta(days=days) if days else None

    report = erasing.by_age(
        services.store,
        until=limit(settings.retention_days),
        companies={name: limit(days) for name, days in companies(settings).items()},
        dry_run=dry_run,
    )
    _log.info("deleted by age", messages=len(report.messages), entries=report.entries_deleted, dry_run=dry_run)
    return report


def run(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """`triage retention run`."""
    if not is_set(settings):
        raise SettingsError("nothing is deleted by age", way_out="Set TRIAGE_RETENTION_DAYS.")
    services = bootstrap.services(settings)
    report = by_age(services, dry_run=dry_run)
    return _told(services, report, dry_run=dry_run, as_json=as_json)


def erase(settings: Settings, *, person: str | None, supplier: str | None, dry_run: bool, as_json: bool) -> int:
    """`triage erase`. Exit status 1 where something was being worked on and stands still."""
    services = bootstrap.services(settings)
    words = (person or supplier or "").strip()
    if len(words) < _SHORTEST:
        raise InputError("is too short", subject=words, way_out=f"Give {_SHORTEST} characters or more.")
    of = erasing.of_person if person else erasing.of_supplier
    report = of(services.store, words, dry_run=dry_run)
    _log.info("erased", messages=len(report.messages), entries=report.entries_deleted, dry_run=dry_run)
    return _told(services, report, dry_run=dry_run, as_json=as_json)


def _told(services: bootstrap.Services, report: erasing.Report, *, dry_run: bool, as_json: bool) -> int:
    if not dry_run:
        erasing.vacuum(services.store)
    if as_json:
        sys.stdout.write(json.dumps({"dry_run": dry_run, **dataclasses.asdict(report)}, indent=1) + "\n")
    else:
        _print(report, dry_run=dry_run)
    return 1 if report.being_read else 0


def _print(report: erasing.Report, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for number, what in (
        (len(report.messages), f"messages {would}deleted, {report.bytes:,} bytes of originals"),
        (report.entries_deleted, f"entries {would}deleted"),
        (report.entries_shortened, f"entries {would}weighed anew without them"),
        (report.decisions, f"decisions whose person or words {would}taken out"),
        (report.lessons, f"lessons {would}forgotten"),
        (report.answers, f"answers of a language model {would}deleted"),
        (report.refusals, f"refusals {would}deleted"),
    ):
        if number:
            sys.stdout.write(f"{number:6}  {what}\n")
    if not report.messages:
        sys.stdout.write("no message found\n")
    if report.in_odoo:
        names = ", ".join(report.in_odoo[:20]) + (" …" if len(report.in_odoo) > 20 else "")
        sys.stdout.write(f"Notes stand in Odoo still, where people delete them: {names}\n")
    if report.being_read:
        sys.stdout.write(f"{len(report.being_read)} messages are being worked on and were left: run it again.\n")
    if not dry_run and report.messages:
        sys.stdout.write("Backups hold all this until they are gone.\n")
