"""Outgoing events through real workers: signed, told once, kept while the receiver is away, given up visibly."""

import base64
import contextlib
import hashlib
import hmac
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from processes import TRIAGE, free_port, running, until

from triage import bootstrap, settings
from triage.store import events, inbox
from triage.tasks import serving

OLD, NEW = "an-old-secret-of-more-than-20", "whsec_" + base64.b64encode(b"a new one, twenty-four by").decode()


@dataclass(slots=True)
class Receiver:
    """What came in, and what is answered to it."""

    port: int
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.came]


@contextlib.contextmanager
def receiving(receiver: Receiver) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", receiver.port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def mail(number: int) -> bytes:
    return f"From: a@muster.example\nSubject: Question {number}\n\nWhich address for the {number} pallets?\n".encode()


def told(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TRIAGE, *command], env=environment, capture_output=True, text=True, check=False)


def is_signed(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    own = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return f"v1,{own}" in headers["webhook-signature"].split()


def test_every_message_is_told_once_though_the_receiver_was_away(environment: dict[str, str], tmp_path: Path) -> None:
    receiver = Receiver(port=free_port())
    secret, log = tmp_path / "secret", tmp_path / "triage.log"
    secret.write_text(f"{NEW}\n{OLD}\n", encoding="utf-8")
    environment = environment | {
        "TRIAGE_EVENTS_URL": f"http://127.0.0.1:{receiver.port}/in",
        "TRIAGE_EVENTS_SECRET_FILE": str(secret),
        "TRIAGE_EVENTS_TIMEOUT": "2",
    }
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    loaded = settings.load(environment, dotenv=None)
    services, ring = bootstrap.services(loaded), serving.ringer(loaded)
    ids = [services.intake.accept(mail(number), door="mailbox").message_id for number in range(6)]
    ring()

    def all_sent() -> bool:
        return len(events.listed(services.store, ["sent"])) == len(ids)

    with (
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "scheduler", env=environment, log=log),
    ):
        until(lambda: set(inbox.states(services.store, ids).values()) <= set(inbox.FINAL), 60, "all messages")
        until(lambda: any(item.attempts for item in events.listed(services.store, ["pending"])), 60, "a try")
        with receiving(receiver):
            until(all_sent, 90, "all events")
    assert {str(body["data"]["message_id"]) for body in receiver.bodies()} == set(ids)  # type: ignore[index]
    numbers = [headers["webhook-id"] for headers, _ in receiver.came]
    assert len(numbers) == len(set(numbers)) == len(ids)
    for headers, body in receiver.came:
        assert is_signed(OLD.encode(), headers, body)
        assert is_signed(b"a new one, twenty-four by", headers, body)
        assert not is_signed(b"another", headers, body)
        assert json.loads(body)["id"] == headers["webhook-id"]
    assert "pallets" not in log.read_text(encoding="utf-8")
    services.store.close()


def test_what_is_refused_stands_on_a_list_until_it_is_replayed(environment: dict[str, str], tmp_path: Path) -> None:
    receiver = Receiver(port=free_port(), status=302)  # redirects are not followed
    environment = environment | {
        "TRIAGE_EVENTS_URL": f"http://127.0.0.1:{receiver.port}/in", "TRIAGE_EVENTS_SECRET": OLD,
        "TRIAGE_EVENTS_TIMEOUT": "2",
    }  # fmt: skip
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    loaded = settings.load(environment, dotenv=None)
    services, ring = bootstrap.services(loaded), serving.ringer(loaded)
    for number in (1, 2):
        services.intake.accept(mail(number), door="mailbox")
    ring()
    log = tmp_path / "triage.log"
    with (
        receiving(receiver),
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "scheduler", env=environment, log=log),
    ):
        until(lambda: len(events.listed(services.store)) == 2, 60, "two refusals")
        listed = json.loads(told(environment, "events", "list", "--json").stdout)
        assert {item["reason"] for item in listed} == {"the receiver refuses with status 302"}
        assert told(environment, "events", "replay").returncode == 2
        receiver.status = 200
        assert told(environment, "events", "discard", str(listed[0]["id"])).stdout == "discarded: 1\n"
        assert told(environment, "events", "replay", "--all").stdout == "replayed: 1\n"
        until(lambda: len(events.listed(services.store, ["sent"])) == 1, 60, "the other one")
    assert told(environment, "events", "list").stdout == "No event was given up.\n"
    last = receiver.came[-1][0]["webhook-id"]
    assert last in [headers["webhook-id"] for headers, _ in receiver.came[:-1]]  # under its old number
    services.store.close()
