"""A server of our own that speaks the OpenAI protocol over real HTTP, with scripted answers and faults.

It stands in for the one thing that can't be had in a test: a language model. A script gets each request as it came over
the wire and says what goes back; `asked` keeps the requests.
"""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def task(self) -> str:
        """The name of the schema, which is the task's."""
        return str(self.body.get("response_format", {}).get("json_schema", {}).get("name", ""))

    @property
    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = self.body["response_format"]["json_schema"]["schema"]
        return schema

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def lines(self) -> dict[str, str]:
        """Label → text of the message's lines as they were sent."""
        return dict(re.findall(r"^([A-Z]\d+)\| (.*)$", self.user, re.MULTILINE))

    @property
    def candidates(self) -> dict[str, str]:
        """Label → text of our lines."""
        return dict(re.findall(r"^(L\d+): (.*)$", self.user, re.MULTILINE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What goes back."""

    content: str | None = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # the whole body, instead of an answer of the protocol
    cut: int | None = None  # bytes after which the connection is closed
    wait: float = 0.0  # seconds before anything is sent
    drip: float = 0.0  # seconds between single bytes
    finish: str = "stop"


def said(value: object) -> Said:
    """An answer in JSON."""
    return Said(content=json.dumps(value, ensure_ascii=False))


Script = Callable[[Asked], Said]


class ModelServer:
    """A running server; `script` may be changed while it runs."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self._stopped = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None: ...

            def do_GET(self) -> None:
                body = json.dumps({"object": "list", "data": [{"id": "scripted", "object": "model"}]}).encode()
                self._send(Said(raw=body))

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length))
                asked = Asked(body=body, headers={key.lower(): value for key, value in self.headers.items()})
                server.asked.append(asked)
                if self.path != "/v1/chat/completions":
                    self._send(Said(status=404, raw=b'{"error": {"message": "no such path"}}'))
                    return
                self._send(server.script(asked))

            def _send(self, told: Said) -> None:
                body = told.raw if told.raw is not None else json.dumps(_completion(told)).encode()
                with contextlib.suppress(OSError):
                    server._stopped.wait(told.wait)
                    self.send_response(told.status)
                    for name, value in told.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if told.drip:
                        for place in range(len(body)):
                            self.wfile.write(body[place : place + 1])
                            self.wfile.flush()
                            if server._stopped.wait(told.drip):
                                break
                    else:
                        self.wfile.write(body[: told.cut] if told.cut is not None else body)
                if told.cut is not None or told.drip:
                    self.close_connection = True

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


@contextlib.contextmanager
def serving(script: Script) -> Iterator[ModelServer]:
    """A server for the length of a block."""
    server = ModelServer(script)
    try:
        yield server
    finally:
        server.stop()


def _completion(told: Said) -> dict[str, Any]:
    message = {"role": "assistant", "content": told.content}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": told.finish}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }
