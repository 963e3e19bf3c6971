"""1,000 notes left in a real Odoo while the line is cut before and after Odoo acted; exactly 1,000 must stand there.

Run by `make soak`. Prints how long a note takes (median and 95th percentile) and how many stand, for both ways.
Exit status 1 where a note is missing or doubled.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "odoo"))

import server

from triage.domain.erp import RecordRef
from triage.domain.posting import Note
from triage.erp.odoo import allowed, audit, poster, setup
from triage.erp.odoo.wire import Address, Wire
from triage.errors import ErpUnavailableError

POSTS, BEFORE, AFTER, TRIES = 1000, 0.1, 0.2, 40
NOTES = (
    "SELECT count(*) FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id "
    "WHERE u.login = 'triage-service'"
)


def wire(odoo: server.Odoo, key: str, **more: Any) -> Wire:
    address = Address(url=odoo.url, database=odoo.database, key=key, calls_a_second=1e6)
    return Wire(address, **{"audit": None, **more})


def note(orders: list[int], name: str, number: int) -> Note:
    record = RecordRef(model="purchase.order", id=orders[number % len(orders)], name="order")
    body = "<p>Line 1 comes nine days late.</p>"
    return Note(key=f"{name}:{number}", record=record, headline="Late", body_html=body, digest=audit.digest(body))


@contextmanager
def cut_lines(generator: random.Random) -> Iterator[list[str]]:
    """Every now and then the line is cut: before the call leaves, or after Odoo acted."""
    send, count = Wire._send, Wire._count
    cut: list[str] = []

    def losing(self: Wire, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        if generator.random() < BEFORE:
            cut.append("before")
            raise ErpUnavailableError("cut before the call left")
        answer = send(self, verb, path, body, headers)
        if generator.random() < AFTER:
            cut.append("after")
            raise ErpUnavailableError("cut after Odoo acted")
        return answer

    Wire._send, Wire._count = losing, lambda self, error: None  # type: ignore[method-assign]
    try:
        yield cut
    finally:
        Wire._send, Wire._count = send, count  # type: ignore[method-assign]


def measure(odoo: server.Odoo, name: str, one: Wire) -> bool:
    """Print the figures of one way; True where exactly as many notes stand as were left."""
    orders = [int(found) for found in odoo.sql("SELECT id FROM purchase_order WHERE state = 'purchase'").split()]
    leave = poster.OdooPoster(one)
    seconds = []
    for number in range(60):
        started = time.perf_counter()
        leave.post(note(orders, f"{name} quiet", number))
        seconds.append(time.perf_counter() - started)
    quiet = sorted(seconds[10:])
    before = int(odoo.sql(NOTES))
    with cut_lines(random.Random(3)) as cut:
        for number in range(POSTS):
            for _ in range(TRIES):
                try:
                    leave.post(note(orders, f"{name} cut", number))
                except ErpUnavailableError:
                    continue
                break
    stand = int(odoo.sql(NOTES)) - before
    median, late = statistics.median(quiet) * 1000, quiet[int(len(quiet) * 0.95)] * 1000
    print(f"{name}: median {median:.0f} ms, 95th percentile {late:.0f} ms a note")
    print(f"  {len(cut)} faults in {POSTS} notes, {stand} stand")
    return stand == POSTS


def main() -> int:
    with server.odoo(Path(tempfile.mkdtemp())) as odoo:
        admin = wire(odoo, odoo.key("admin"), purpose=allowed.Purpose.SETUP)
        right = True
        for name, action in (("server action", True), ("module", False)):
            made = setup.Setup(admin, dry_run=False, tell=lambda text: None, server_action=action).make()
            log = audit.AuditLog(Path(tempfile.mkdtemp()) / "calls.jsonl")
            right = (
                measure(odoo, name, wire(odoo, odoo.key("triage-service"), action_id=made.action_id, audit=log))
                and right
            )
            print(f"  log of calls: {audit.verify(log.path).fault or 'the chain holds'}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
