"""A message as it arrived. Its bytes never change; its digest is its identity."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing that came in through one door. `raw` is an RFC 5322 mail, an Outlook .msg or a bare document."""

    id: str  # hexadecimal SHA-256 of `raw`
    raw: bytes = field(repr=False)
    door: str  # "command line", "folder", "upload", "mailbox", "chatter", "evaluation"
    received_at: datetime  # aware, UTC
    name: str = ""  # file name where it came as a file: tells the kind of a bare document


def message_of(raw: bytes, *, door: str, received_at: datetime, name: str = "") -> Message:
    """Build a `Message`; the same bytes always get the same id.

    Raises ValueError where `received_at` is not aware.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at must be aware")
    return Message(id=hashlib.sha256(raw).hexdigest(), raw=raw, door=door, received_at=received_at, name=name)
