"""The child process reads like this process does, and is replaced when it overruns or dies."""

import os
import pickle
import platform
import signal
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage.domain.document import Reading, UnreadableReason
from triage.domain.message import Message, message_of
from triage.reading import no_network, sandbox
from triage.reading.limits import Limits
from triage.reading.reader import InProcessReader
from triage.reading.sandbox import SandboxedReader

NOW = datetime(2026, 10, 8, tzinfo=UTC)


def message(raw: bytes, name: str = "message.eml") -> Message:
    return message_of(raw, door="command line", received_at=NOW, name=name)


@pytest.fixture
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(Limits(seconds=3.0, memory_bytes=400_000_000)) as found:
        yield found


def slow_regular_pdf() -> bytes:
    """A PDF whose page is drawn by hundreds of thousands of operators: seconds of work for any reader."""
    content = b"BT /F1 9 Tf " + b"1 0 0 1 50 500 Tm (x) Tj " * 900_000 + b"ET"
    content = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    for number, body in enumerate(objects, start=1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + b"trailer<</Root 1 0 R/Size 6>>\n%%EOF"


def test_reads_like_this_process(reader: SandboxedReader, mail: Callable[..., bytes]) -> None:
    raw = mail(
        "Confirmed: 40 pieces.", html="<p>Confirmed: 40 pieces.</p>", files=(("a.csv", b"a;b;c\n1;2;3\n", "text/csv"),)
    )
    assert reader.read(message(raw)) == InProcessReader(reader.limits).read(message(raw))


LINUX = platform.system() == "Linux" and platform.machine() in no_network._MACHINES


@pytest.mark.skipif(not LINUX, reason="the filter is the Linux kernel's")
def test_the_child_can_not_reach_the_network(reader: SandboxedReader, mail: Callable[..., bytes]) -> None:
    assert reader.offline
    assert reader._child is not None
    for thread in Path(f"/proc/{reader._child.pid}/task").iterdir():
        told = dict(line.split(":\t", 1) for line in (thread / "status").read_text().splitlines())
        assert (told["Seccomp"], told["NoNewPrivs"]) == ("2", "1"), thread  # a filter, and no way out of it
    assert reader.read(message(mail("read all the same"))).parts


@pytest.mark.skipif(not LINUX, reason="the filter is the Linux kernel's")
def test_every_way_to_a_connection_is_refused_to_all_threads() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", _TRIES, str(server.getsockname()[1])], capture_output=True, text=True, check=False
        )
    assert done.stdout.split() == ["open", "refused", "refused", "refused", "refused", "works"], done.stderr


_TRIES = """
import ctypes, os, socket, sys, threading
from triage.reading import no_network
address = ("127.0.0.1", int(sys.argv[1]))
before = socket.socket()
go, tries = threading.Event(), []
def other():
    go.wait()
    tries.append(tried(socket.socket))
thread = threading.Thread(target=other)
thread.start()
def tried(call):
    try:
        call()
        return "open"
    except PermissionError:
        return "refused"
print(tried(lambda: socket.create_connection(address).close()))
assert no_network.enforce()
print(tried(lambda: socket.create_connection(address)))
print(tried(lambda: before.connect(address)))
print(tried(lambda: socket.socketpair()))
go.set()
thread.join()
print(tries[0])
ends = os.pipe()
os.write(ends[1], b"works")
print(os.read(ends[0], 5).decode())
"""


def test_one_child_serves_many_messages(reader: SandboxedReader, mail: Callable[..., bytes]) -> None:
    reader.read(message(mail("one")))
    first = reader._child
    reader.read(message(mail("two")))
    assert reader._child is first


def test_only_the_slow_attachment_is_given_up(mail: Callable[..., bytes]) -> None:
    files = (
        ("slow.pdf", slow_regular_pdf(), "application/pdf"),
        ("list.csv", b"item;qty;date\nA-1;40;4.12.\n", "text/csv"),
    )
    with SandboxedReader(Limits(seconds=0.4)) as reader:
        reader.read(message(mail("warm up")))
        reading = reader.read(message(mail("Confirmed.", files=files)))
    assert [(item.name, item.reason) for item in reading.unreadable] == [("slow.pdf", UnreadableReason.TOO_SLOW)]
    assert [part.name for part in reading.parts] == ["body", "list.csv"]


def test_a_child_that_dies_costs_the_part_it_died_of(
    reader: SandboxedReader, mail: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.read(message(mail("warm up")))
    real = sandbox.SandboxedReader._frame
    killed: list[str] = []

    def frame(self: SandboxedReader, child: object, end: float) -> tuple[int, bytes]:
        if killed == ["next"]:
            killed.append("done")
            assert self._child is not None
            os.kill(self._child.pid, signal.SIGSEGV)
            raise EOFError
        kind, body = real(self, child, end)  # type: ignore[arg-type]
        if body.endswith(b"bad.csv") and not killed:
            killed.append("next")
        return kind, body

    monkeypatch.setattr(sandbox.SandboxedReader, "_frame", frame)
    reading = reader.read(message(mail("Confirmed.", files=(("bad.csv", b"a;b;c\n1;2;3\n", "text/csv"),))))
    assert [(item.name, item.reason) for item in reading.unreadable] == [("bad.csv", UnreadableReason.BROKEN)]
    assert reading.body is not None


def test_memory_is_bounded(mail: Callable[..., bytes]) -> None:
    files = (("slow.pdf", slow_regular_pdf(), "application/pdf"),)
    with SandboxedReader(Limits(seconds=20.0, memory_bytes=150_000_000, ocr_memory_bytes=0)) as reader:
        reading = reader.read(message(mail("Confirmed.", files=files)))
    assert reading.body is not None
    assert [item.name for item in reading.unreadable] == ["slow.pdf"]


def test_a_dead_child_is_replaced(reader: SandboxedReader, mail: Callable[..., bytes]) -> None:
    reader.read(message(mail("one")))
    assert reader._child is not None
    reader._child.kill()
    reader._child.wait()
    assert reader.read(message(mail("two"))).body is not None


def test_threads_take_turns(reader: SandboxedReader, mail: Callable[..., bytes]) -> None:
    found: list[Reading] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(reader.read(message(mail(f"text {n}"))))) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reading.body.text for reading in found if reading.body}) == 4


def test_close_ends_the_child(mail: Callable[..., bytes]) -> None:
    reader = SandboxedReader(Limits())
    reader.read(message(mail("one")))
    child = reader._child
    assert child is not None
    reader.close()
    assert child.poll() is not None


def test_the_child_ends_with_its_parent(mail: Callable[..., bytes]) -> None:
    reader = SandboxedReader(Limits())
    reader.read(message(mail("one")))
    child = reader._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    child.wait(timeout=10)


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def test_answers_can_name_no_other_types() -> None:
    import io

    with pytest.raises(pickle.UnpicklingError):
        sandbox._Safe(io.BytesIO(pickle.dumps(Evil()))).load()
