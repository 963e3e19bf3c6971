"""The one way out to Odoo against a server that misbehaves in every way known."""

import json
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from triage import cli
from triage.erp.odoo import allowed, audit, faults
from triage.erp.odoo.wire import Address, Wire
from triage.errors import ErpRefusedError, ErpUnavailableError, ForbiddenCallError, SettingsError

Answer = tuple[int, str, bytes, dict[str, str]]


class Fake:
    """Answers from a list; the last one for good."""

    def __init__(self) -> None:
        self.answers: list[Answer | Callable[[], Answer]] = []
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.loads(raw) if "json" in self.headers["Content-Type"] else {"xml": raw}
                fake.asked.append((self.path, body, dict(self.headers)))
                answer = fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0]
                status, kind, content, headers = answer() if callable(answer) else answer
                if status == 0:  # cut the line
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *given: None  # type: ignore[method-assign]  a client that gives up is no fault
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def fake() -> Iterator[Fake]:
    found = Fake()
    yield found
    found.server.shutdown()
    found.server.server_close()


def ok(value: object) -> Answer:
    return 200, "application/json", json.dumps(value).encode(), {}


def told(status: int, name: str, message: str) -> Answer:
    body = {"name": name, "message": message, "debug": 'Traceback: File "/usr/lib/odoo/secret.py", line 3'}
    return status, "application/json", json.dumps(body).encode(), {}


def wire(fake: Fake, **more: Any) -> tuple[Wire, list[float]]:
    pauses: list[float] = []
    about = {"url": fake.url, "database": "db", "key": "k" * 40, "calls_a_second": 1e6, "timeout": 2.0}
    address = Address(
        **{**about, **{name: more.pop(name) for name in list(more) if name in ("protocol", "login", "timeout")}}
    )
    return Wire(address, **{"audit": None, "sleep": pauses.append, **more}), pauses


def count(found: Wire) -> Any:
    return found.call("res.company", "search_count", {"domain": []})


def test_a_call_carries_key_database_and_named_arguments(fake: Fake) -> None:
    fake.answers = [ok(3)]
    found, _ = wire(fake)
    assert count(found) == 3
    path, body, headers = fake.asked[0]
    assert path == "/json/2/res.company/search_count"
    assert body == {"domain": []}
    assert headers["Authorization"] == "bearer " + "k" * 40
    assert headers["X-Odoo-Database"] == "db"


def test_reads_are_tried_again_and_writing_is_not(fake: Fake) -> None:
    busy = told(503, "werkzeug.exceptions.ServiceUnavailable", "busy")
    fake.answers = [busy, busy, ok(3)]
    found, pauses = wire(fake)
    assert count(found) == 3
    assert len(pauses) == 2
    fake.answers, fake.asked = [busy], []
    with pytest.raises(ErpUnavailableError):
        found.call("triage.advisory", "create", {"vals_list": [{}]})
    assert len(fake.asked) == 1


def test_a_pause_that_odoo_asks_for_is_kept(fake: Fake) -> None:
    fake.answers = [(429, "text/plain", b"slow down", {"Retry-After": "7"}), ok(3)]
    found, pauses = wire(fake)
    assert count(found) == 3
    assert pauses == [7.0]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (told(401, "werkzeug.exceptions.Unauthorized", "no"), faults.Refused, "does not know the key"),
        (told(403, "odoo.exceptions.AccessError", "You are not allowed"), faults.Refused, "You are not allowed"),
        (told(404, "odoo.exceptions.MissingError", "Record is gone"), faults.Missing, "Record is gone"),
        ((404, "text/html", b"<html>no database</html>", {}), faults.Missing, "no such database"),
        (told(422, "odoo.exceptions.UserError", "Not like this"), ErpRefusedError, "Not like this"),
        (told(500, "builtins.ValueError", "Invalid field"), ErpRefusedError, "Invalid field"),
        (told(500, "psycopg2.OperationalError", "down"), ErpUnavailableError, "500"),
        ((502, "text/html", b"<html>bad gateway</html>", {}), ErpUnavailableError, "502"),
        ((200, "text/html", b"<html>login</html>", {}), ErpUnavailableError, "no JSON"),
        ((0, "", b"", {}), ErpUnavailableError, "can't be reached"),
    ],
)
def test_every_fault_is_one_line_without_a_traceback(fake: Fake, answer: Answer, kind: type, words: str) -> None:
    fake.answers = [answer]
    found, _ = wire(fake)
    with pytest.raises(kind, match=words) as caught:
        count(found)
    assert "Traceback" not in str(caught.value)
    assert "/usr/lib" not in str(caught.value)
    assert caught.value.retry_helps is (kind is ErpUnavailableError)


def test_a_slow_server_is_given_up(fake: Fake) -> None:
    release = threading.Event()

    def slow() -> Answer:
        release.wait(5)
        return ok(1)

    fake.answers = [slow]
    found, _ = wire(fake, timeout=0.2)
    with pytest.raises(ErpUnavailableError, match="did not answer within"):
        count(found)
    release.set()


def test_an_answer_without_end_is_cut_off(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.erp.odoo.wire._LARGEST", 1000)
    fake.answers = [ok("x" * 5000)]
    found, pauses = wire(fake)
    with pytest.raises(faults.TooLarge, match="answers with more than"):
        count(found)
    assert (len(fake.asked), pauses) == (1, [])  # asking again can't help


def test_after_faults_in_a_row_nothing_is_sent_for_a_while(fake: Fake) -> None:
    now = [100.0]
    fake.answers = [(502, "text/html", b"", {})]
    found, _ = wire(fake, clock=lambda: now[0])
    for _ in range(2):
        with pytest.raises(ErpUnavailableError):
            count(found)
    sent = len(fake.asked)
    with pytest.raises(ErpUnavailableError, match="times in a row"):
        count(found)
    assert len(fake.asked) == sent
    now[0] += 60
    fake.answers = [ok(3)]
    assert count(found) == 3


def test_xml_rpc_signs_in_once_and_speaks_the_same(fake: Fake) -> None:
    def xml(value: Any) -> Answer:
        return 200, "text/xml", xmlrpc.client.dumps((value,), methodresponse=True).encode(), {}

    fake.answers = [xml(7), xml(3), xml(4)]
    found, _ = wire(fake, protocol="xmlrpc", login="service")
    assert (count(found), count(found)) == (3, 4)
    assert [path for path, _, _ in fake.asked] == ["/xmlrpc/2/common", "/xmlrpc/2/object", "/xmlrpc/2/object"]
    parameters, method = xmlrpc.client.loads(fake.asked[1][1]["xml"])
    assert method == "execute_kw"
    assert parameters[1:] == (7, "k" * 40, "res.company", "search_count", [], {"domain": []})


@pytest.mark.parametrize(
    ("code", "kind"), [(3, faults.Refused), (4, faults.Refused), (2, ErpRefusedError), (1, ErpRefusedError)]
)
def test_xml_rpc_faults(fake: Fake, code: int, kind: type) -> None:
    text = 'Traceback\n File "/usr/lib/odoo/x.py", line 1\nValueError: bad'
    signed = xmlrpc.client.dumps((7,), methodresponse=True).encode()
    fault = xmlrpc.client.dumps(xmlrpc.client.Fault(code, text), methodresponse=True).encode()
    fake.answers = [(200, "text/xml", signed, {}), (200, "text/xml", fault, {})]
    found, _ = wire(fake, protocol="xmlrpc", login="service")
    with pytest.raises(kind) as caught:
        count(found)
    assert "/usr/lib" not in str(caught.value)


def test_a_call_that_is_not_allowed_is_not_sent_and_not_logged(fake: Fake, tmp_path: Path) -> None:
    log = audit.AuditLog(tmp_path / "log.jsonl")
    found, _ = wire(fake, audit=log)
    for model, method in (("purchase.order", "button_confirm"), ("purchase.order", "create"), ("res.groups", "create")):
        with pytest.raises(ForbiddenCallError):
            found.call(model, method)
    assert fake.asked == []
    assert not log.path.exists()


@pytest.mark.parametrize("purpose", list(allowed.Purpose))
@pytest.mark.parametrize(
    "method", ["button_confirm", "write", "unlink", "message_post", "button_approve", "action_confirm"]
)
def test_no_purpose_may_act_on_a_real_order(purpose: allowed.Purpose, method: str) -> None:
    with pytest.raises(ForbiddenCallError):
        allowed.check(purpose, "purchase.order", method, ids=[1])


def test_only_one_module_can_open_a_connection_to_odoo() -> None:
    folder = Path(__file__).parents[3] / "triage" / "erp"
    opening = [
        path.name
        for path in folder.rglob("*.py")
        if any(
            word in path.read_text()
            for word in ("httpx2", "http.client", "ServerProxy", "import socket", "urllib.request")
        )
    ]
    assert opening == ["wire.py"]


def test_the_rate_is_kept(fake: Fake) -> None:
    now = [0.0]
    fake.answers = [ok(1)]
    address = Address(url=fake.url, database="", key="k", calls_a_second=10)
    pauses: list[float] = []
    found = Wire(address, audit=None, clock=lambda: now[0], sleep=pauses.append)
    for _ in range(3):
        count(found)
    assert [round(pause, 3) for pause in pauses] == [0.1, 0.2]


def test_what_is_no_address_is_said() -> None:
    with pytest.raises(SettingsError, match="is no address"):
        Wire(Address(url="odoo.example", database="", key="k"), audit=None)


# The log of calls.


def log_of(path: Path, lines: int = 5) -> audit.AuditLog:
    from datetime import UTC, datetime

    log = audit.AuditLog(path)
    for number in range(lines):
        log.record(datetime(2026, 11, 21, 9, number, tzinfo=UTC), {"model": "res.company", "method": "search_read"})
    return log


def test_an_untouched_log_holds_and_tells_its_head(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log.jsonl")
    found = audit.verify(log.path)
    assert (found.lines, found.fault) == (5, "")
    assert audit.verify(log.path, head=found.head).fault == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda lines: [*lines[:2], lines[2].replace("res.company", "res.partner"), *lines[3:]],
            "line 3: it was changed",
        ),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3: a line before it is missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1: a line before it is missing or moved"),
        (lambda lines: [*lines, "{}"], "line 6"),
        (lambda lines: [*lines, "nonsense"], "line 6: it is no line"),
    ],
)
def test_tampering_is_found(tmp_path: Path, change: Callable[[list[str]], list[str]], words: str) -> None:
    log = log_of(tmp_path / "log.jsonl")
    lines = log.path.read_text().splitlines()
    log.path.write_text("\n".join(change(lines)) + "\n")
    assert words in audit.verify(log.path).fault


def test_lines_cut_off_at_the_end_show_by_the_head_kept_elsewhere(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log.jsonl")
    head = audit.verify(log.path).head
    log.path.write_text("\n".join(log.path.read_text().splitlines()[:3]) + "\n")
    assert audit.verify(log.path).fault == ""
    assert "at the end are missing" in audit.verify(log.path, head=head).fault


def test_the_command_finds_what_was_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = log_of(tmp_path / "log.jsonl")
    assert cli.main(["audit", "verify", str(log.path)]) == 0
    head = capsys.readouterr().out.split()[-1]
    log.path.write_text("\n".join(log.path.read_text().splitlines()[:3]) + "\n")
    assert cli.main(["audit", "verify", str(log.path)]) == 0
    assert cli.main(["audit", "verify", str(log.path), "--head", head]) == 1


def test_setting_up_leaves_its_calls_in_the_log(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_ODOO_URL", fake.url)
    monkeypatch.setenv("TRIAGE_ODOO_ADMIN_KEY", "k" * 40)
    monkeypatch.setenv("TRIAGE_ODOO_AUDIT", str(tmp_path / "log.jsonl"))
    fake.answers = [told(403, "odoo.exceptions.AccessError", "no")]
    assert cli.main(["odoo", "setup", "--dry-run"]) != 0
    lines = (tmp_path / "log.jsonl").read_text()
    assert '"purpose": "setup"' in lines
    assert "kkkk" not in lines


def test_several_writers_keep_one_chain(tmp_path: Path) -> None:
    threads = [threading.Thread(target=log_of, args=(tmp_path / "log.jsonl", 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit.verify(tmp_path / "log.jsonl")
    assert (found.lines, found.fault) == (80, "")


def test_a_log_holds_no_argument(fake: Fake, tmp_path: Path) -> None:
    fake.answers = [ok(3)]
    log = audit.AuditLog(tmp_path / "log.jsonl")
    found, _ = wire(fake, audit=log)
    found.call("res.partner", "search_count", {"domain": [("name", "=", "Secret Supplier")]})
    text = log.path.read_text()
    assert "Secret" not in text
    assert "k" * 40 not in text
    assert json.loads(text)["outcome"] == "ok"
    assert time.time() > 0
