"""1,000 mails through the whole service while lines to Odoo are cut and workers are killed; each leaves one note.

PostgreSQL, Redis, workers, scheduler and Odoo run as processes. Run by `make soak`. Prints the time from a message's
arrival to its note in the chatter (median and 95th percentile) in quiet, and what stands after the storm. Exit status 1
where a situation or a note is missing or doubled, or where the log of calls does not hold.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "odoo"))

import server
import sqlalchemy as sa
from mails import mail

from triage import bootstrap, settings
from triage.erp.odoo import allowed, audit, setup, wire
from triage.store import inbox, migrate
from triage.store.tables import entries, messages, outbox, transitions
from triage.tasks import serving

MAILS, QUIET = int(os.environ.get("SOAK_MAILS", "1000")), 60
CUT = 0.04  # share of pieces of traffic after which a line is cut
KILL_EVERY = 20.0  # seconds; a worker needs some of them to load its models
LONGEST = 3.6 * MAILS  # seconds that the storm may take: a killed worker loads its models again
TRIAGE = str(Path(sys.executable).with_name("triage"))
ORDERS = """
from datetime import datetime
model = env['purchase.order'].search([('name', '=', 'P00001')])
line = model.order_line[0]
values = [{{'partner_id': model.partner_id.id, 'user_id': model.user_id.id, 'order_line': [(0, 0, {{
    'product_id': line.product_id.id, 'product_qty': 10, 'price_unit': 2.5,
    'date_planned': datetime(2026, 12, 4, 12)}})]}} for _ in range({count})]
made = env['purchase.order'].create(values)
made.write({{'state': 'purchase'}})
made.order_line.write({{'date_planned': datetime(2026, 12, 4, 12)}})
env.cr.commit()
print('ANSWER' + ' '.join(made.mapped('name')))
"""


class Cutter:
    """Stands between the service and Odoo and cuts lines: before a request went through, or after Odoo answered."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.removeprefix("http://").partition(":")
        self._port = int(port)
        self._random = random.Random(7)
        self.cutting = False
        self.cut = {"before": 0, "after": 0}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
                far = socket.create_connection((self._host, self._port))
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near, far, "before"), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, "after"), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, when: str) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                if self.cutting and self._random.random() < CUT:
                    self.cut[when] += 1
                    break
                target.sendall(piece)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def close(self) -> None:
        self._socket.close()


class Workers:
    """Worker processes, of which one is killed every so often and another one started."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self.running = [self._start("worker"), self._start("worker")]
        self._scheduler = self._start("scheduler")
        self.killed = 0

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                [TRIAGE, command], env=self._environment, stdout=output, stderr=output, start_new_session=True
            )

    def kill_one(self, generator: random.Random) -> None:
        """SIGKILL to a worker and its processes, whatever they are doing."""
        number = generator.randrange(len(self.running))
        _end(self.running[number])
        self.killed += 1
        self.running[number] = self._start("worker")

    def stop(self) -> None:
        for process in (*self.running, self._scheduler):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def service(odoo: server.Odoo, folder: Path, url: str, key: str) -> Iterator[dict[str, str]]:
    """The environment of every process of ours, with a PostgreSQL and a Redis of their own."""
    redis, port = shutil.which("redis-server"), server.free_port()
    if redis is None:
        raise SystemExit("redis-server is not installed")
    with server.postgres(folder / "triage-pg") as postgres:
        postgres.run("CREATE DATABASE triage")
        broker = subprocess.Popen(
            [redis, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        told = {
            "DATABASE_URL": f"postgresql://odoo@/triage?host={postgres.folder}",
            "BROKER_URL": f"redis://127.0.0.1:{port}/0", "ODOO_URL": url, "ODOO_DATABASE": odoo.database,
            "ODOO_KEY": key, "ODOO_AUDIT": str(folder / "calls.jsonl"), "ODOO_RATE": "500", "ODOO_TIMEOUT": "10",
            "ODOO_LOOK_EVERY": "0", "ODOO_RECONCILE_EVERY": "0", "SCAN_EVERY": "0", "MODE": "local",
            "TASK_TIME_LIMIT": "20", "READING_TIME": "10", "LEASE": "21", "SWEEP_EVERY": "2", "RETRY_DELAY": "1",
            "MAX_ATTEMPTS": "20", "WORKER_CONCURRENCY": "1", "LOG_FORMAT": "json",
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
        try:
            yield kept | {f"TRIAGE_{name}": value for name, value in told.items()}
        finally:
            broker.terminate()
            broker.wait()


def late(order: str, number: int) -> bytes:
    return mail(f"FIT-001 on {order} will be delivered on 14 December 2026 instead of 4 December.\n", number)


def quiet(services: bootstrap.Services, ring: serving.Ring, orders: list[str]) -> None:
    """One message at a time: how long until its note stands."""
    seconds = []
    for number, order in enumerate(orders):
        message_id = services.intake.accept(late(order, number), door="mailbox").message_id
        ring()
        while inbox.states(services.store, [message_id])[message_id] not in inbox.FINAL:
            time.sleep(0.01)
        with services.store.read() as connection:
            stood = sa.select(transitions.c.at).where(
                transitions.c.message_id == message_id, transitions.c.state == "posted"
            )
            came = sa.select(messages.c.received_at).where(messages.c.message_id == message_id)
            seconds.append(
                (connection.execute(stood).scalar_one() - connection.execute(came).scalar_one()).total_seconds()
            )
    measured = sorted(seconds[10:])  # the first ones load models
    median, slow = statistics.median(measured), measured[int(len(measured) * 0.95)]
    print(f"from message to chatter: median {median * 1000:.0f} ms, 95th percentile {slow * 1000:.0f} ms")


def storm(
    services: bootstrap.Services, ring: serving.Ring, workers: Workers, cutter: Cutter, orders: list[str]
) -> None:
    """All messages at once, while lines are cut and workers die."""
    generator = random.Random(11)
    cutter.cutting = True
    ids = []
    for number, order in enumerate(orders):
        ids.append(services.intake.accept(late(order, 10_000 + number), door="mailbox").message_id)
        if number % 3:  # for the others nobody rings: the scheduler finds them
            ring()
    end = time.monotonic() + LONGEST
    started = time.monotonic()
    due = started + KILL_EVERY
    while time.monotonic() < end:
        found = inbox.states(services.store, ids)
        if all(state in inbox.FINAL for state in found.values()):
            break
        if time.monotonic() > due:
            workers.kill_one(generator)
            due = time.monotonic() + KILL_EVERY
        time.sleep(1)
    cutter.cutting = False
    states = inbox.states(services.store, ids)
    told = {state.value: sum(item is state for item in states.values()) for state in set(states.values())}
    print(f"storm: {len(ids)} messages in {time.monotonic() - started:.0f} s, {workers.killed} workers killed,")
    print(f"  {sum(cutter.cut.values())} lines cut ({cutter.cut['after']} after Odoo answered), ended as {told}")


def count(odoo: server.Odoo, services: bootstrap.Services, expected: int, log: Path) -> bool:
    """What stands, here and in Odoo."""
    with services.store.read() as connection:
        situations = connection.execute(sa.select(sa.func.count()).select_from(entries)).scalar_one()
        left = connection.execute(
            sa.select(sa.func.count(sa.distinct(outbox.c.key))).where(outbox.c.state == "posted")
        ).scalar_one()
    notes = "FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id WHERE u.login = 'triage-service'"
    stand = int(odoo.sql(f"SELECT count(*) {notes}"))
    on = int(odoo.sql(f"SELECT count(DISTINCT m.res_id) {notes}"))
    advisories = int(odoo.sql("SELECT count(*) FROM triage_advisory"))
    chain = audit.verify(log)
    print(f"situations {situations}, notes known as left {left}")
    print(f"in Odoo {advisories} advisories, {stand} notes on {on} orders")
    print(f"log of calls: {chain.fault or f'{chain.lines} lines, the chain holds'}")
    return {situations, left, advisories, stand, on} == {expected} and not chain.fault


def main() -> int:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    with server.odoo(folder) as odoo:
        key = odoo.key("admin")
        address = wire.Address(url=odoo.url, database=odoo.database, key=key, calls_a_second=500)
        maker = wire.Wire(address, audit=None, purpose=allowed.Purpose.SETUP)
        setup.Setup(maker, dry_run=False, tell=lambda text: None).make()
        orders = odoo.shell(ORDERS.format(count=MAILS + QUIET)).split()
        cutter = Cutter(odoo.url)
        with service(odoo, folder, cutter.url, odoo.key("triage-service")) as environment:
            loaded = settings.load(environment, dotenv=None)
            store = bootstrap.database.open_store(loaded.database_url.get_secret_value())
            migrate.migrate(store)
            store.close()
            bootstrap.configure_logging(loaded.model_copy(update={"log_level": "error"}))
            services, ring = bootstrap.services(loaded), serving.ringer(loaded)
            workers = Workers(environment, folder / "triage.log")
            try:
                quiet(services, ring, orders[:QUIET])
                storm(services, ring, workers, cutter, orders[QUIET:])
                right = count(odoo, services, MAILS + QUIET, folder / "calls.jsonl")
            finally:
                workers.stop()
                cutter.close()
                services.store.close()
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
