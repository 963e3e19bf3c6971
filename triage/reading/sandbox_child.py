"""The child process of `sandbox`: sets its own limits, gives up the network, then reads messages until its input ends.

Run as a program only. Opens no file and no connection of its own; what it prints goes nowhere but to its parent.
"""

import os
import pickle
import resource
import struct
import sys
from typing import BinaryIO

from triage.domain.document import UnreadableReason
from triage.reading import no_network, ocr
from triage.reading.limits import Limits
from triage.reading.reader import read_message
from triage.reading.sandbox import EXHAUSTED, OFFLINE, PICTURE, PROGRESS, RESULT

_FRAME = struct.Struct("<BI")
_OPEN_FILES = 64


def main() -> None:
    """Serve the parent."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not break the frames
    limits = pickle.loads(_receive(source) or b"")  # noqa: S301 (from our parent)
    _preload()
    _limit(limits)
    _send(sink, PROGRESS, OFFLINE if no_network.enforce() else b"0 connected")
    try:
        while (request := _receive(source)) is not None:
            _serve(request, limits, sink)
    except MemoryError:
        _send(sink, EXHAUSTED, b"")


def _serve(request: bytes, limits: Limits, sink: BinaryIO) -> None:
    raw, name, refused, marks = pickle.loads(request)  # noqa: S301 (from our parent)
    _allow_seconds(limits.seconds)
    found = read_message(
        raw,
        name=name,
        limits=limits,
        refused={ordinal: UnreadableReason(reason) for ordinal, reason in refused.items()},
        marks=marks,
        show=lambda part, page, picture: _send(sink, PICTURE, pickle.dumps((part, page, picture))),
        watch=lambda ordinal, part: _send(sink, PROGRESS, f"{ordinal} {part}".encode("utf-8", "replace")),
    )
    _send(sink, RESULT, pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


def _preload() -> None:
    """Load what reading needs before memory is limited and the clock runs."""
    import lxml.etree
    import lxml.html
    import olefile
    import pypdf
    import pypdfium2
    import pypdfium2.raw
    import python_calamine

    loaded = (lxml.etree, lxml.html, olefile, pypdf, pypdfium2, pypdfium2.raw, python_calamine)
    assert all(loaded)


def _limit(limits: Limits) -> None:
    """Bound address space, open files and core dumps for good; what it writes has no length."""
    with open("/proc/self/statm", encoding="ascii") as stat:
        resting = int(stat.read().split()[0]) * resource.getpagesize()
    bound = resting + limits.memory_bytes + (limits.ocr_memory_bytes if ocr.is_available() else 0)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_seconds(seconds: float) -> None:
    """Processor time for one message more; the parent's clock is the first to strike, this one the last."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(usage.ru_utime + usage.ru_stime + 2 * seconds) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (bound, hard))


def _send(sink: BinaryIO, kind: int, body: bytes) -> None:
    sink.write(_FRAME.pack(kind, len(body)) + body)
    sink.flush()


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    _, length = _FRAME.unpack(head)
    return source.read(length)


if __name__ == "__main__":
    sys.setrecursionlimit(1_000)
    main()
