"""The service's topology as plain processes on free ports of this machine, for tests and long runs."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

TRIAGE = str(Path(sys.executable).with_name("triage"))


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


def until(holds: object, seconds: float, what: str, every: float = 0.2) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s for {what}")


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def service(postgres_server: str, redis: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of every process of the service, with an empty database and a broker of its own."""
    name = f"p{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    port = free_port()
    snapshot = folder / "erp.json"
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
    with running(
        redis,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
        env=env,
        log=folder / "redis.log",
    ):
        until(lambda: answers(port), 10, "Redis")
        yield env
