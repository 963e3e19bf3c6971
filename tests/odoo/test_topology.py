"""The compose file's services as plain processes: a supplier's mail arrives in Odoo, its note stands in the chatter.

Commands and environment are read from the file; only hosts, ports and the places of secrets differ.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import server
import yaml
from mails import mail

ROOT = Path(__file__).parents[2]
#: So that nobody waits: how often things are looked at, and on this machine alone.
_HERE = {
    "TRIAGE_HOST": "127.0.0.1",
    "TRIAGE_MODE": "rules",
    "TRIAGE_ODOO_LOOK_EVERY": "1",
    "TRIAGE_SWEEP_EVERY": "1",
    "TRIAGE_SCAN_EVERY": "0",
    "TRIAGE_WORKER_CONCURRENCY": "1",
}


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A process in its own group, ended with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def until(holds: Callable[[], Any], what: str, log: Path, seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError):
            found = holds()
            if found:
                return found
        time.sleep(0.3)
    pytest.fail(f"waited {seconds} s for {what}: {log.read_text()[-3000:]}")


@pytest.fixture
def compose(odoo: server.Odoo, postgres_server: str | None, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The file's services of ours with their commands and environments, as they run on this machine."""
    redis = shutil.which("redis-server")
    if postgres_server is None or redis is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL or no Redis here")
        pytest.skip("no PostgreSQL or no Redis here")
    database = f"c{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"')
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    script = (ROOT / "deploy" / "odoo_first_start.py").read_text(encoding="utf-8")
    secrets = {
        "database_url": postgres_server.replace("/postgres?", f"/{database}?"),
        "odoo_key": odoo.shell(script, mark=""),
        "hook_secret": "h" * 24,
        "events_secret": "e" * 24,
        "web_password": "w" * 24,
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
    port = server.free_port()
    places = {"redis://redis:6379": f"redis://127.0.0.1:{port}", "http://odoo:8069": odoo.url}

    def here(value: object) -> str:
        text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        text = text.replace("/run/secrets", str(tmp_path)).replace("/var/lib/triage/log", str(tmp_path))
        for place, mine in places.items():
            text = text.replace(place, mine)
        return text

    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    services = {}
    for name, service in told["services"].items():
        if service.get("image") == "triage":
            own = {key: here(value) for key, value in service["environment"].items()}
            own |= _HERE | {"TRIAGE_ODOO_DATABASE": odoo.database, "TRIAGE_PORT": str(server.free_port())}
            own["TRIAGE_HEARTBEAT"] = str(tmp_path / f"heartbeat-{name}")  # each container has a /tmp of its own
            checked = service.get("healthcheck", {}).get("test", ["CMD"])[1:]
            services[name] = {"command": service["command"], "environment": kept | own, "check": checked}
    command = [redis, "--port", str(port), "--bind", "127.0.0.1", *told["services"]["redis"]["command"][1:]]
    with running([*command, "--dir", str(tmp_path)], kept, tmp_path / "redis.log"):
        yield services


def test_the_whole_topology_reads_a_reply_and_a_judgement(
    odoo: server.Odoo, admin_key: str, compose: dict[str, Any], tmp_path: Path
) -> None:
    program, log = str(Path(sys.executable).with_name("triage")), tmp_path / "triage.log"

    def command(name: str) -> list[str]:
        return [program, *compose[name]["command"][1:]]

    subprocess.run(command("migrate"), env=compose["migrate"]["environment"], check=True, capture_output=True)
    api = compose["api"]["environment"]
    with contextlib.ExitStack() as processes:
        for name in ("api", "worker", "worker-slow", "worker-odoo", "scheduler"):
            processes.enter_context(running(command(name), compose[name]["environment"], log))

        def asked(path: str) -> Any:
            request = urllib.request.Request(
                f"http://127.0.0.1:{api['TRIAGE_PORT']}/api/v1/{path}", headers={"Authorization": f"Bearer {'w' * 24}"}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)

        until(lambda: "entries" in asked("entries"), "the API", log)
        for name in ("worker", "worker-slow", "worker-odoo", "scheduler"):
            check = [program, *compose[name]["check"][1:]]
            until(
                lambda check=check, name=name: subprocess.run(check, env=compose[name]["environment"]).returncode == 0,  # type: ignore[misc]
                f"{name} to be healthy", log,
            )  # fmt: skip
        late = "FIT-001 on P00001 will be delivered on 21 December 2026 instead of 4 December.\n"
        odoo.receive(admin_key, "P00001", mail(late, 401))
        note = "SELECT id FROM triage_advisory WHERE record_name = 'P00001' AND headline LIKE '%17 days%'"
        advisory = int(until(lambda: odoo.sql(note), "the note", log))
        (entry,) = [item for item in asked("entries")["entries"] if item["record_name"] == "P00001"]
        odoo.call(odoo.key("buyer"), "triage.advisory", "action_accept", ids=[advisory])
        done = until(
            lambda: [item for item in asked("entries?state=done")["entries"] if item["key"] == entry["key"]],
            "the judgement",
            log,
        )
        assert done[0]["record_name"] == "P00001"
    doctor = subprocess.run([program, "doctor", "--json"], env=api, capture_output=True, text=True, check=False)
    assert (doctor.returncode, json.loads(doctor.stdout)["not_refused"]) == (0, 0), doctor.stdout + doctor.stderr
    audit = subprocess.run([program, "audit", "verify"], env=api, capture_output=True, text=True, check=False)
    assert audit.returncode == 0, audit.stdout
