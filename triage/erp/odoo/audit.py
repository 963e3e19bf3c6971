"""A log of every call that leaves for Odoo, each line chained to the one before by its hash.

A changed, missing or moved line breaks the chain. Lines cut off at the end show where the head that the caller keeps is
compared. Holds no argument's content, no supplier's words, no secret: digests and counts.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.errors import InputError

_FIRST = "0" * 64
_TAIL = 4096  # bytes in which the last line stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of the log found."""

    lines: int
    head: str  # hash of the last line
    fault: str = ""  # "" where the chain holds; else what is wrong, and in which line


class AuditLog:
    """Appends to one file; safe with several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, at: datetime, call: Mapping[str, Any]) -> str:
        """Append a line and have it on disk; returns its hash. Raises InputError where the file can't be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                before = _last_hash(file)
                line = {"at": at.isoformat(), "before": before, **call}
                own = _hash(line)
                file.write(json.dumps({**line, "hash": own}, sort_keys=True, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(
                f"can't be written: {error.strerror}",
                subject=str(self.path),
                way_out="Set TRIAGE_ODOO_AUDIT to a file.",
            ) from error
        return own


def digest(value: object) -> str:
    """SHA-256 of a call's arguments: tells two calls apart without keeping what they say."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def verify(path: Path, head: str | None = None) -> Verified:
    """Walk the chain. head: hash of a line that must be there, kept elsewhere; finds lines cut off at the end.

    Raises InputError where the file can't be read.
    """
    before, number = _FIRST, 0
    seen = head is None or head == _FIRST
    try:
        for number, line in enumerate(_lines(path), start=1):
            own = line.pop("hash", "")
            if line.get("before") != before:
                return Verified(lines=number, head=before, fault=f"line {number}: a line before it is missing or moved")
            if _hash(line) != own:
                return Verified(lines=number, head=before, fault=f"line {number}: it was changed")
            before = str(own)
            seen = seen or before == head
    except ValueError:
        return Verified(lines=number + 1, head=before, fault=f"line {number + 1}: it is no line of this log")
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", subject=str(path)) from error
    fault = "" if seen else "lines at the end are missing: the last line known is not there"
    return Verified(lines=number, head=before, fault=fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Where a log ends now, and whether what was known of it still stands there."""

    first: str  # hash of its first line; "" where it has none
    head: str  # hash of its last line
    end: int  # bytes
    fault: str = ""  # "" where the known line stands where it stood


def first_of(path: Path) -> str:
    """The hash of a log's first line, which names the log; "" where there is no log or no line of one."""
    try:
        with path.open("rb") as file:
            line = json.loads(file.readline(_TAIL))
        return str(line["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def grown(path: Path, head: str, end: int) -> Grown:
    """How far a log has grown since its last line was `head`, ending at byte `end`. Reads two lines of it.

    Raises InputError where the file can't be read.
    """
    first = first_of(path)
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            now = file.seek(0, os.SEEK_END)
            if now < end:
                return Grown(first=first, head=head, end=end, fault="lines at its end are missing")
            if end and _hash_before(file, end) != head:
                return Grown(first=first, head=head, end=end, fault="the last line known was changed or is gone")
            return Grown(first=first, head=_hash_before(file, now), end=now)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", subject=str(path)) from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            if not isinstance(line, dict):
                raise ValueError("no object")
            yield line


def _hash(line: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _last_hash(file: Any) -> str:
    return _hash_before(file, file.seek(0, os.SEEK_END))


def _hash_before(file: Any, end: int) -> str:
    """The hash that the line ending at byte `end` tells."""
    if end == 0:
        return _FIRST
    start = max(0, end - _TAIL)
    file.seek(start)
    last = file.read(end - start).rstrip(b"\n").rpartition(b"\n")[2]
    try:
        return str(json.loads(last)["hash"])
    except (ValueError, KeyError, TypeError):
        return _FIRST
