"""The logs of all processes at their most talkative: one number follows a message from door to note, nothing secret."""

import contextlib
import json
import subprocess
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
from processes import TRIAGE, answers, free_port, running, until

SECRETS = {
    "TRIAGE_WEB_PASSWORD": "seCret-web-4711",
    "TRIAGE_ODOO_KEY": "seCret-odoo-4712",
    "TRIAGE_ODOO_HOOK_SECRET": "seCret-hook-4713-long-enough",
    "TRIAGE_LLM_KEY": "seCret-model-4714",
}
DATABASE_PASSWORD, BROKER_PASSWORD = "seCret-database-4715", "seCret-broker-4716"
WORDS = "Kaltgewalzter Sonderstahl 88-17"  # of a supplier
MAIL = f"""From: Sales <sales@muster.example>
Subject: {WORDS}
Message-ID: <1@muster.example>
Content-Type: text/plain; charset=utf-8

Where shall we deliver {WORDS} to?
"""


@pytest.fixture
def secretive(environment: dict[str, str]) -> dict[str, str]:
    """The environment with a secret in every place that takes one; an Odoo that is away."""
    name = f"u{uuid.uuid4().hex[:12]}"
    url = environment["TRIAGE_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{DATABASE_PASSWORD}'")  # type: ignore[arg-type]
    broker = environment["TRIAGE_BROKER_URL"].removeprefix("redis://")
    host, _, rest = broker.partition(":")
    port = rest.partition("/")[0]
    subprocess.run(["redis-cli", "-p", port, "CONFIG", "SET", "requirepass", BROKER_PASSWORD], check=True,
                   capture_output=True)  # fmt: skip
    return environment | SECRETS | {
        "TRIAGE_DATABASE_URL": url.replace("triage@", f"{name}:{DATABASE_PASSWORD}@"),
        "TRIAGE_BROKER_URL": f"redis://:{BROKER_PASSWORD}@{host}:{port}/0",
        "TRIAGE_ODOO_URL": f"http://127.0.0.1:{free_port()}",
        "TRIAGE_ODOO_DATABASE": "none",
        "TRIAGE_ODOO_LOOK_EVERY": "1",
        "TRIAGE_ODOO_TIMEOUT": "2",
        "TRIAGE_LOG_LEVEL": "debug",
        "TRIAGE_PORT": str(free_port()),
    }  # fmt: skip


def ask(environment: dict[str, str], path: str, body: bytes | None = None, password: str = "") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{environment['TRIAGE_PORT']}{path}", data=body)
    request.add_header("Authorization", f"Bearer {password or SECRETS['TRIAGE_WEB_PASSWORD']}")
    if body is not None:
        request.add_header("Content-Type", "multipart/form-data; boundary=x")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def upload(name: str, content: str) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return f"{head}{content}\r\n--x--\r\n".encode()


def lines(log: Path) -> list[dict[str, Any]]:
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def test_one_number_follows_a_message_and_no_log_tells_a_secret(secretive: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "all.log"
    subprocess.run([TRIAGE, "migrate"], env=secretive, check=True, capture_output=True)
    with (
        running(TRIAGE, "serve", env=secretive, log=log),
        running(TRIAGE, "worker", env=secretive, log=log),
        running(TRIAGE, "scheduler", env=secretive, log=log),
    ):
        until(lambda: answers(int(secretive["TRIAGE_PORT"])), 30, "the pages")
        assert ask(secretive, "/api/v1/messages", upload("Sonderstahl.eml", MAIL), password="wrong")[0] == 401
        status, told = ask(secretive, "/api/v1/messages", upload("Sonderstahl.eml", MAIL))
        assert status == 202, told
        message_id = json.loads(told)["message_id"]
        assert ask(secretive, "/hooks/odoo/no-token", b"{}")[0] in (404, 422)
        events = ("message accepted", "reading started", "Odoo called", "reading ended")
        until(
            lambda: {item["event"] for item in lines(log) if item.get("message_id") == message_id} >= set(events),
            90, "the message in all logs",
        )  # fmt: skip
        ready = ask(secretive, "/ready")[1] + ask(secretive, "/metrics")[1]
        # A broker that is gone, and a database that lets us in no more: what do they say then?
        port = secretive["TRIAGE_BROKER_URL"].rpartition(":")[2].partition("/")[0]
        subprocess.run(
            ["redis-cli", "-p", port, "-a", BROKER_PASSWORD, "SHUTDOWN", "NOSAVE"], check=False, capture_output=True
        )
        until(lambda: "redis" in log.read_text().lower() or "broker" in log.read_text(), 30, "a word about the broker")
    spoilt = secretive | {"TRIAGE_DATABASE_URL": secretive["TRIAGE_DATABASE_URL"].replace("?host=", "?host=/none")}
    printed = [
        subprocess.run([TRIAGE, *command], env=env, capture_output=True, text=True, check=False)
        for env in (secretive, spoilt)
        for command in (["settings"], ["doctor"], ["worker"], ["queue"])
        if env is spoilt or command != ["worker"]
    ]
    everything = ready + log.read_text(encoding="utf-8") + "".join(item.stdout + item.stderr for item in printed)
    for secret in (*SECRETS.values(), DATABASE_PASSWORD, BROKER_PASSWORD):
        assert secret not in everything, [line for line in everything.splitlines() if secret in line][:3]
    assert "Sonderstahl" not in everything  # nor what a supplier wrote
