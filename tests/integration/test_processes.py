"""The compose file's topology as plain processes: Redis, PostgreSQL, workers, a scheduler; one worker is killed."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from triage import bootstrap, settings
from triage.store import inbox, queue
from triage.tasks import serving

MAIL = """From: Sales <sales@muster.example>
To: buying@northwind.example
Subject: Order PX%05d
Message-ID: <%d@muster.example>
Content-Type: text/plain; charset=utf-8

Dear team, which address shall we deliver order PX%05d to?
"""


@contextlib.contextmanager
def running(*command: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in its own group, ended with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: object, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.2)
    pytest.fail(f"waited {seconds} s for {what}")


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def environment(postgres_server: str | None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of every process, with an empty database and a broker of its own."""
    redis = shutil.which("redis-server")
    if postgres_server is None or redis is None:
        pytest.skip("no PostgreSQL or no Redis here")
    name = f"p{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    port = free_port()
    snapshot = tmp_path / "erp.json"
    snapshot.write_text(json.dumps({"_now": "2026-03-02 08:00:00"}), encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith("TRIAGE_")} | {
        "TRIAGE_DATABASE_URL": postgres_server.replace("/postgres?", f"/{name}?"),
        "TRIAGE_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "TRIAGE_ERP_SNAPSHOT": str(snapshot),
        "TRIAGE_MODE": "rules",
        "TRIAGE_TASK_TIME_LIMIT": "10",
        "TRIAGE_READING_TIME": "5",
        "TRIAGE_LEASE": "11",
        "TRIAGE_SWEEP_EVERY": "1",
        "TRIAGE_RETRY_DELAY": "1",
        "TRIAGE_WORKER_CONCURRENCY": "1",
        "TRIAGE_LOG_FORMAT": "json",
    }
    with running(redis, "--port", str(port), "--save", "", "--dir", str(tmp_path), env=env, log=tmp_path / "redis.log"):
        until(lambda: answers(port), 10, "Redis")
        yield env


def test_every_message_ends_once_though_a_worker_dies_and_the_broker_forgets(
    environment: dict[str, str], tmp_path: Path
) -> None:
    triage = str(Path(sys.executable).with_name("triage"))
    log = tmp_path / "triage.log"
    refused = subprocess.run([triage, "worker"], env=environment, capture_output=True, text=True, check=False)
    assert (refused.returncode, "triage migrate" in refused.stderr) == (2, True)
    subprocess.run([triage, "migrate"], env=environment, check=True, capture_output=True)
    loaded = settings.load(environment, dotenv=None)
    services = bootstrap.services(loaded)
    ring = serving.ringer(loaded)
    with running(triage, "worker", env=environment, log=log) as first:
        ids = []
        for number in range(12):
            mail = (MAIL % (number, number, number)).encode()
            ids.append(services.intake.accept(mail, door="folder").message_id)
            if number % 3:  # the others are rung for by nobody: the scheduler finds them
                ring(ids[-1])
        until(lambda: inbox.State.READING in inbox.states(services.store, ids).values(), 60, "a claim")
        os.killpg(first.pid, signal.SIGKILL)
    with (
        running(triage, "worker", env=environment, log=log),
        running(triage, "worker", env=environment, log=log),
        running(triage, "scheduler", env=environment, log=log),
    ):
        done = set(inbox.FINAL)
        until(lambda: set(inbox.states(services.store, ids).values()) <= done, 120, "every message to end")
    assert set(inbox.states(services.store, ids).values()) <= {inbox.State.DONE, inbox.State.POSTED}
    keys = queue.keys_of(services.store, ids)
    assert len(keys) == 12
    for message_id in ids:
        ends = [state for _, state, _ in queue.steps_of(services.store, message_id) if state in ("done", "advised")]
        assert len(ends) == 1, queue.steps_of(services.store, message_id)
    services.store.close()


def test_pages_are_there_at_once_and_an_interrupt_ends_them_cleanly(tmp_path: Path) -> None:
    triage = str(Path(sys.executable).with_name("triage"))
    port = free_port()
    snapshot = tmp_path / "erp.json"
    snapshot.write_text(json.dumps({"_now": "2026-03-02 08:00:00"}), encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith("TRIAGE_")}
    env |= {
        "TRIAGE_ERP_SNAPSHOT": str(snapshot),
        "TRIAGE_MODE": "rules",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/t.db",
    }
    log = tmp_path / "serve.log"
    with running(triage, "serve", "--port", str(port), env=env, log=log) as process:
        until(lambda: answers(port), 20, "the pages")
        taken = subprocess.run(
            [triage, "serve", "--port", str(port)], env=env, capture_output=True, text=True, check=False
        )
        assert (taken.returncode, f"port {port}" in taken.stderr) == (2, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0
    told = log.read_text(encoding="utf-8")
    assert f"http://127.0.0.1:{port}/" in told
    assert "Traceback" not in told
