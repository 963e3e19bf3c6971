"""`triage scan`: looks at the ERP without any message, and brings what it finds onto the queue by the one path.

What was found before and still holds the same way creates nothing new; what no longer holds closes its entry.
"""

import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from triage import bootstrap
from triage.domain import watch
from triage.domain.watch import Finding
from triage.errors import SettingsError
from triage.settings import Settings
from triage.store import results
from triage.tasks import console as showing
from triage.tasks import work as working


def findings(services: bootstrap.Services, *, snapshot: Path | None = None) -> tuple[Finding, ...]:
    """Everything that the ERP shows now. Raises SnapshotError, ErpUnavailableError, PolicyError."""
    from triage.classifiers import watch as scanning

    erp = bootstrap.erp(services.settings, snapshot, services.store)
    if not hasattr(erp, "watched"):
        raise SettingsError("this ERP can't be scanned")
    seen: watch.Watched = erp.watched()
    still_open = [order.id for order in seen.orders if order.is_open]
    seen = replace(
        seen,
        answered=results.first_answers(services.store),
        promises=results.promises(services.store, still_open) if still_open else {},
    )
    return scanning.findings(seen, bootstrap.policy(services.settings))


def messages(
    found: tuple[Finding, ...], known: set[str], latest: Mapping[str, tuple[int, bytes]]
) -> Iterator[tuple[str, bytes]]:
    """(situation, bytes) of each one that is news; without findings for what no longer holds.

    known: situations that are open. latest: how many messages each one has had, and the newest.
    """
    from triage.classifiers import watching

    by_key: dict[str, list[Finding]] = {key: [] for key in known}
    for item in found:
        by_key.setdefault(watching.key_of(item), []).append(item)
    for key, mine in sorted(by_key.items()):
        name = key.removeprefix("watch:")
        order = "" if name.startswith("product:") else name
        count, newest = latest.get(key, (0, b""))
        # The newest was written in the turn before the next one: the same facts then give its very bytes.
        if newest != watching.written(key, order, mine, count - 1):
            yield key, watching.written(key, order, mine, count)


def run(settings: Settings, *, as_json: bool, dry_run: bool, snapshot: Path | None) -> int:
    """Scan, print what was found, and bring it onto the queue (unless dry_run). Returns 0."""
    services = bootstrap.services(settings)
    found = findings(services, snapshot=snapshot)
    new = 0
    if not dry_run:
        new = accept(services, found, functools.partial(working.through, working.of(services, snapshot=snapshot)))
    if as_json:
        told = [_plain(item) for item in found]
        sys.stdout.write(json.dumps({"findings": told, "news": new}, indent=1, ensure_ascii=False) + "\n")
    else:
        _print(found, new, dry_run)
    return 0


def accept(
    services: bootstrap.Services, found: tuple[Finding, ...], read: Callable[[str], object] = lambda message_id: None
) -> int:
    """Take each situation in; returns how many were news. read: told the message of each piece of news."""
    new = 0
    store = services.store
    for name, raw in messages(found, results.watched_keys(store), results.latest_scans(store)):
        accepted = services.intake.accept(raw, door=watch.DOOR, name=name)
        if not accepted.new:
            continue
        new += 1
        read(accepted.message_id)
    return new


def _plain(item: Finding) -> dict[str, object]:
    return {
        "type": item.type.value,
        "purchase_order": item.order.name if item.order else None,
        "supplier": item.order.supplier.name if item.order else None,
        "line_number": item.line_number,
        "reason": item.reason,
        "since": item.since.isoformat() if item.since else None,
        "quantity": str(item.quantity) if item.quantity is not None else None,
        "percent": str(item.percent) if item.percent is not None else None,
        "confidence": item.confidence,
    }


def _print(found: tuple[Finding, ...], new: int, dry_run: bool) -> None:
    table = Table("what", "order", "supplier", "why")
    for item in found:
        order = item.order
        where = f"{order.name}{f'/{item.line_number}' if item.line_number else ''}" if order else "-"
        supplier = order.supplier.name if order else "-"
        table.add_row(
            item.type.value.replace("_", " "), where, showing.safe(supplier, 40), showing.safe(item.reason, 200)
        )
    console = Console()
    console.print(table)
    console.print(f"{len(found)} findings" + ("" if dry_run else f", {new} situations are news on the queue"))
