"""The service as processes for long runs: PostgreSQL, Redis, the stand-in, workers, scheduler; each can be killed."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "odoo"))

import server
import stand_in
from processes import TRIAGE, answers, free_port

from triage import bootstrap, settings
from triage.store import migrate
from triage.tasks import serving

READ_MS, POST_MS = 12, 45  # what an Odoo 19 on one core takes for a read, and for an advisory


def mail(number: int, order: int, day: int, *, pdf: bytes | None = None, subject: str = "", text: str = "") -> bytes:
    """Mail `number`: line one of an order comes on that day of December 2026 instead of the 4th; or another text."""
    message = EmailMessage()
    supplier = order % stand_in.SUPPLIERS
    message["From"], message["To"] = f"Orders <orders@s{supplier}.example>", "buy@northwind.example"
    message["Subject"] = subject or f"Order {stand_in.order_name(order)}"
    message["Date"], message["Message-ID"] = "Mon, 16 Nov 2026 09:00:00 +0100", f"<{number}@s{supplier}.example>"
    message.set_content(
        text
        or f"{stand_in.codes_of(order)[0]} on {stand_in.order_name(order)} will be delivered on {day} December 2026 "
        "instead of 4 December.\n"
    )
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="confirmation.pdf")
    return message.as_bytes()


@dataclass(slots=True)
class Fleet:
    """Processes by name, and how to start each again."""

    environment: dict[str, str]
    folder: Path
    database: str
    commands: dict[str, list[str]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a process; a worker's own log is `NAME.log`."""
        with (self.folder / f"{name}.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                self.commands[name], env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """SIGKILL to a process and all that it started."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def cut_connections(self) -> int:
        """End every connection to the database."""
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        with psycopg.connect(self.database, autocommit=True) as connection:
            row = connection.execute(ended + "AND datname = current_database()").fetchone()
        return int(row[0]) if row else 0

    def services(self) -> tuple[bootstrap.Services, serving.Ring]:
        loaded = settings.load(self.environment, dotenv=None)
        bootstrap.configure_logging(loaded.model_copy(update={"log_level": "error"}))
        return bootstrap.services(loaded), serving.ringer(loaded)

    def processes(self, name: str) -> list[int]:
        """A process and all below it."""
        found, waiting = [], [self.running[name].pid]
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry.name))
        while waiting:
            mine = waiting.pop()
            found.append(mine)
            waiting += children.get(mine, [])
        return found


@contextlib.contextmanager
def fleet(
    *, workers: int, orders: int, read_ms: int = READ_MS, post_ms: int = POST_MS, **given: str
) -> Iterator[Fleet]:
    """PostgreSQL, Redis and the stand-in run; workers and scheduler can be started. given: settings."""
    redis = shutil.which("redis-server")
    if redis is None:
        raise SystemExit("redis-server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="triage-fleet-"))
    folder.chmod(0o755)
    broker, odoo = free_port(), free_port()
    name = f"f{uuid.uuid4().hex[:8]}"
    with server.postgres(folder / "postgres") as postgres:
        postgres.run(f"CREATE DATABASE {name}")
        url = f"postgresql://odoo@/{name}?host={postgres.folder}"
        told = {
            "database_url": url, "broker_url": f"redis://127.0.0.1:{broker}/0", "odoo_url": f"http://127.0.0.1:{odoo}",
            "odoo_database": "x", "odoo_key": "k", "odoo_audit": str(folder / "calls.jsonl"), "odoo_rate": "1000",
            "odoo_timeout": "10", "odoo_look_every": "0", "odoo_reconcile_every": "0", "scan_every": "0",
            "mode": "rules", "task_time_limit": "20", "reading_time": "10", "lease": "21", "sweep_every": "2",
            "retry_delay": "1", "max_attempts": "20", "worker_concurrency": "1", "log_format": "json",
            "log_level": "warning", "broker_timeout": "3", "events_timeout": "3",
            "events_url": f"http://127.0.0.1:{odoo}{stand_in.EVENTS}", "events_secret": "s" * 24,
        } | given  # fmt: skip
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TRIAGE_")}
        made = Fleet(
            environment=kept | {f"TRIAGE_{key.upper()}": value for key, value in told.items()},
            folder=folder,
            database=url,
            commands={
                "broker": [redis, "--port", str(broker), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
                "odoo": [sys.executable, str(Path(stand_in.__file__)), str(odoo), str(orders), str(folder),
                         str(read_ms), str(post_ms)],
                "scheduler": [TRIAGE, "scheduler"],
                **{f"worker{number}": [TRIAGE, "worker"] for number in range(1, workers + 1)},
            },
        )  # fmt: skip
        try:
            for process, port in (("broker", broker), ("odoo", odoo)):
                made.start(process)
                end = time.monotonic() + 20
                while not answers(port):
                    if time.monotonic() > end:
                        raise SystemExit(f"{process} does not start: {(folder / f'{process}.log').read_text()[-500:]}")
                    time.sleep(0.05)
            store = bootstrap.database.open_store(url)
            migrate.migrate(store)
            store.close()
            yield made
        finally:
            for process in list(made.running):
                made.kill(process)
    shutil.rmtree(folder, ignore_errors=True)


def memory(pids: Sequence[int]) -> tuple[int, int, int]:
    """MiB of processes together, shared pages divided among those that share them; resident of the largest; and of all
    together what is no file's, which programs of others that load the same libraries do not change.
    """
    shared, largest, own = 0, 0, 0
    for pid in pids:
        with contextlib.suppress(OSError):
            told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
            shared += int(told["Pss"].split()[0])
            largest = max(largest, int(told["Rss"].split()[0]))
            own += int(told.get("Pss_Anon", told["Pss"]).split()[0])
    return shared // 1024, largest // 1024, own // 1024


def advisories(folder: Path) -> list[dict[str, object]]:
    """Every call that left an advisory, in order."""
    return _lines(folder / "advisories.jsonl")


def told_events(folder: Path) -> list[dict[str, object]]:
    """Every call that told of an event, in order."""
    return _lines(folder / "events.jsonl")


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
