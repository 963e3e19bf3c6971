"""Reads messages in a child process that can be killed: the `Reader` port for bytes of strangers.

A child that takes too long, needs too much memory or dies of a parser's fault is replaced, and the message read
again without the part that it died of; that part becomes an `Unreadable`, everything else is still read. What the
child sends back is trusted as data only: its pickles can name the types of a `Reading` and nothing else.
"""

import io
import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from triage.domain.document import Headers, Reading, Unreadable, UnreadableReason
from triage.domain.message import Message
from triage.errors import Error
from triage.reading import drawing
from triage.reading.limits import Limits

_FRAME = struct.Struct("<BI")  # kind, length
REQUEST, PROGRESS, RESULT, EXHAUSTED, PICTURE = 1, 2, 3, 4, 5
OFFLINE = b"0 offline"  # the first word of a child that can't reach the network
_MOST_TRIES = 6  # children that one message may cost
_MESSAGES_A_CHILD = 400  # then it is replaced, so that leaks in C libraries stay small
_START_SECONDS = 60.0
_LARGEST_FRAME = 512 * 1024 * 1024
_ALLOWED = {
    ("datetime", "datetime"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
    ("triage.domain.evidence", "Box"),
}
_DOCUMENT_TYPES = frozenset(
    {
        "Address", "Headers", "PartRole", "Word", "TextLine", "Cell", "Table", "Segment", "Part",
        "UnreadableReason", "Unreadable", "ActiveContent", "Reading",
    }
)  # fmt: skip


class SandboxError(Error):
    """The child process could not be started at all."""

    retry_helps = True


class _Safe(pickle.Unpickler):
    """Builds the types of a `Reading`, refuses all others."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED or (module == "triage.domain.document" and name in _DOCUMENT_TYPES):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"unexpected type {module}.{name}")


class _Died(Exception):
    """The child ended, or was ended, before it answered."""

    def __init__(self, reason: UnreadableReason) -> None:
        self.reason = reason
        super().__init__(reason)


class SandboxedReader:
    """The `Reader` port over one child process, started when the first message comes. One message at a time."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._read_by_child = 0
        self._offline = False
        self._lock = threading.Lock()

    def __enter__(self) -> "SandboxedReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def offline(self) -> bool:
        """True where the child can't reach the network; false on systems without such a filter. Starts a child.

        Raises SandboxError.
        """
        with self._lock:
            self._started()
            return self._offline

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._end()

    def read(self, message: Message) -> Reading:
        """Read a message; never raises for what it holds, and never takes much longer than the limits allow.

        Raises `SandboxError` where no child process can be started.
        """
        with self._lock:
            return self._read(message)

    def draw(self, message: Message, marks: Mapping[str, drawing.Marks], show: drawing.Show) -> None:
        """Draw pages of the message's documents, by part and page, with places marked; `show` is given each as PNG.

        What can't be drawn within the limits is left out. Raises `SandboxError` where no child process can be started.
        """
        with self._lock:
            self._read(message, marks, show)

    def _read(
        self, message: Message, marks: Mapping[str, drawing.Marks] | None = None, show: drawing.Show | None = None
    ) -> Reading:
        refused: dict[int, UnreadableReason] = {}
        worst = UnreadableReason.BROKEN
        deadline = time.monotonic() + self.limits.seconds
        for _ in range(_MOST_TRIES):
            places: list[tuple[int, str]] = []
            # A message's own limit covers all tries: a second one gets what is left, and a few seconds at least.
            seconds = max(deadline - time.monotonic(), min(5.0, self.limits.seconds))
            try:
                asked = pickle.dumps(
                    (message.raw, message.name, {key: str(value) for key, value in refused.items()}, marks)
                )
                return self._ask(asked, places, seconds, show)
            except _Died as died:
                worst = died.reason
                if not places or places[-1][0] in refused or places[-1][0] == 0:
                    break
                refused[places[-1][0]] = died.reason
        unreadable = Unreadable(
            name=message.name or "message", reason=worst, detail=f"reading it was stopped: {worst.value}"
        )
        return Reading(headers=Headers(), parts=(), unreadable=(unreadable,))

    def _ask(
        self,
        request: bytes,
        places: list[tuple[int, str]],
        seconds: float,
        show: drawing.Show | None,
    ) -> Reading:
        child = self._started()
        end = time.monotonic() + seconds
        try:
            self._send(child, request, end)
            while True:
                kind, body = self._frame(child, end)
                if kind == PROGRESS:
                    ordinal, _, name = body.decode().partition(" ")
                    places.append((int(ordinal), name))
                elif kind == PICTURE:
                    part, page, picture = _Safe(io.BytesIO(body)).load()
                    if show is not None:
                        show(str(part), int(page), bytes(picture))
                elif kind == EXHAUSTED:
                    raise _Died(UnreadableReason.OUT_OF_MEMORY)
                else:
                    found = _Safe(io.BytesIO(body)).load()
                    break
        except _Died:
            self._end()
            raise
        except (OSError, EOFError, pickle.UnpicklingError, ValueError, TypeError, AttributeError) as error:
            reason = self._why(child)
            self._end()
            raise _Died(reason) from error
        self._read_by_child += 1
        if self._read_by_child >= _MESSAGES_A_CHILD:
            self._end()
        if not isinstance(found, Reading):
            raise _Died(UnreadableReason.BROKEN)
        return found

    def _why(self, child: subprocess.Popen[bytes]) -> UnreadableReason:
        """What a child's end means. An allocator that is refused memory aborts; the kernel ends one by SIGXCPU."""
        try:
            status = child.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            return UnreadableReason.TOO_SLOW
        if status in (-24, -9):
            return UnreadableReason.TOO_SLOW if status == -24 else UnreadableReason.OUT_OF_MEMORY
        return UnreadableReason.OUT_OF_MEMORY if status == -6 else UnreadableReason.BROKEN

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        limits = self.limits
        try:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "triage.reading.sandbox_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                close_fds=True,
                env={**_clean_environment(), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                bufsize=0,
            )
        except OSError as error:
            raise SandboxError(f"the reading process can't be started ({error})") from error
        self._child, self._read_by_child = child, 0
        try:
            self._send(child, pickle.dumps(limits), time.monotonic() + _START_SECONDS)
            self._offline = self._frame(child, time.monotonic() + _START_SECONDS)[1] == OFFLINE
        except (_Died, OSError, EOFError) as error:
            self._end()
            raise SandboxError("the reading process ended while it started") from error
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()

    def _send(self, child: subprocess.Popen[bytes], body: bytes, end: float) -> None:
        pipe = child.stdin
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        view = memoryview(_FRAME.pack(REQUEST, len(body)) + body)
        while view:
            _wait(pipe.fileno(), end, write=True)
            try:
                written = os.write(pipe.fileno(), view[: 1 << 20])
            except BlockingIOError:
                continue
            view = view[written:]

    def _frame(self, child: subprocess.Popen[bytes], end: float) -> tuple[int, bytes]:
        pipe = child.stdout
        assert pipe is not None
        kind, length = _FRAME.unpack(_exactly(pipe.fileno(), _FRAME.size, end))
        if length > _LARGEST_FRAME:
            raise ValueError("an answer of impossible length")
        return kind, _exactly(pipe.fileno(), length, end)


def _clean_environment() -> dict[str, str]:
    """The child gets no secrets of this process."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR") if name in os.environ}


def _wait(handle: int, end: float, *, write: bool = False) -> None:
    left = end - time.monotonic()
    ready = select.select([] if write else [handle], [handle] if write else [], [], max(left, 0.0))
    if not (ready[0] or ready[1]):
        raise _Died(UnreadableReason.TOO_SLOW)


def _exactly(handle: int, length: int, end: float) -> bytes:
    pieces: list[bytes] = []
    while length:
        _wait(handle, end)
        piece = os.read(handle, min(length, 1 << 20))
        if not piece:
            raise EOFError("the reading process ended")
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
