"""Keys and passwords change while the service runs: the old and the new are valid side by side, then only the new."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from triage import bootstrap, settings
from triage.settings import Settings
from triage.web.app import create_app


class Odoo(BaseHTTPRequestHandler):
    """Tells the key that it was asked with."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps([{"id": 1, "name": self.headers["Authorization"]}]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def odoo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odoo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def loaded(tmp_path: Path, odoo: str) -> Settings:
    variables = {
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/t.db",
        "TRIAGE_ODOO_URL": odoo,
        "TRIAGE_ODOO_DATABASE": "x",
        "TRIAGE_ODOO_AUDIT": str(tmp_path / "calls.jsonl"),
    }
    for name in ("web_password", "odoo_key", "odoo_hook_secret"):
        (tmp_path / name).write_text("the-first-value-of-all\n")
        variables[f"TRIAGE_{name.upper()}_FILE"] = str(tmp_path / name)
    return settings.load(variables, dotenv=None)


def test_a_new_key_of_odoo_is_used_at_the_next_call(loaded: Settings, tmp_path: Path) -> None:
    wire = bootstrap.odoo_wire(loaded)
    asked = {"domain": [], "fields": ["name"]}
    assert wire.call("res.company", "search_read", asked)[0]["name"] == "bearer the-first-value-of-all"
    (tmp_path / "odoo_key").write_text("the-second")
    assert wire.call("res.company", "search_read", asked)[0]["name"] == "bearer the-second"
    (tmp_path / "odoo_key").unlink()  # as while it is being replaced
    assert wire.call("res.company", "search_read", asked)[0]["name"] == "bearer the-first-value-of-all"
    wire.close()


def test_two_passwords_and_two_secrets_are_valid_until_the_old_one_is_taken_out(
    loaded: Settings, tmp_path: Path
) -> None:
    services = bootstrap.services(loaded)
    old, new = "the-first-value-of-all", "the-second-value-of-all"

    def hint(client: TestClient, secret: str, body: bytes) -> int:
        moment = str(int(services.store.now.timestamp()))
        told = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"X-Triage-Signature": f"t={moment},v1={told}"}
        return client.post("/hooks/odoo", content=body, headers=headers).status_code

    def page(client: TestClient, password: str) -> int:
        return client.get("/", headers={"Authorization": f"Bearer {password}"}).status_code

    with TestClient(create_app(replace(services), lambda: None), base_url="http://localhost") as client:
        assert (page(client, old), page(client, new)) == (200, 401)
        assert (hint(client, old, b"1"), hint(client, new, b"2")) == (202, 401)
        for name in ("web_password", "odoo_hook_secret"):
            (tmp_path / name).write_text(f"{new}\n{old}\n")
        assert (page(client, old), page(client, new)) == (200, 200)
        assert (hint(client, old, b"3"), hint(client, new, b"4")) == (202, 202)
        for name in ("web_password", "odoo_hook_secret"):
            (tmp_path / name).write_text(f"{new}\n")
        assert (page(client, old), page(client, new)) == (401, 200)
        assert (hint(client, old, b"5"), hint(client, new, b"6")) == (401, 202)
        (tmp_path / "web_password").write_text("")  # an empty file opens no door
        assert page(client, new) == 401
    services.store.close()
