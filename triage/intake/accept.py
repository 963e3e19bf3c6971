"""The one way in: whatever door a message came through, however often, it is stored once by its digest.

Checks the size before anything else. Never drops a message silently: what is refused stays in sight with its reason.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from triage.domain.message import Message, message_of
from triage.errors import InputError

_log = structlog.get_logger(__name__)


class Inbox(Protocol):
    """Where messages are kept."""

    @property
    def now(self) -> datetime:
        """The moment of arrival; aware, UTC."""
        ...

    def add(self, message: Message) -> bool:
        """Keep a message. True where it is new, False where the same bytes were here before."""
        ...

    def refuse(self, *, door: str, name: str, size: int, reason: str, way_out: str) -> None:
        """Keep in sight what a door turned away."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that is in the store now."""

    message_id: str  # hexadecimal SHA-256 of its bytes
    new: bool  # False: the same bytes were here before


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The inbox behind the doors, and the largest message that comes in."""

    inbox: Inbox
    max_size: int  # bytes

    def accept(self, raw: bytes, *, door: str, name: str = "") -> Accepted:
        """Store a message. Raises InputError where it is too large or empty; the refusal stays in sight."""
        self.check_size(len(raw), door=door, name=name)
        message = message_of(raw, door=door, received_at=self.inbox.now, name=name)
        new = self.inbox.add(message)
        _log.info("message accepted", message_id=message.id, door=door, size=len(raw), new=new)
        return Accepted(message_id=message.id, new=new)

    def check_size(self, size: int, *, door: str, name: str = "") -> None:
        """Refuse by size (bytes) before the bytes are read. Raises InputError."""
        if 0 < size <= self.max_size:
            return
        reason = "it is empty" if size == 0 else f"it has {size:,} bytes, more than the {self.max_size:,} allowed"
        way_out = "Send it again." if size == 0 else "Split it, or raise TRIAGE_MAX_MESSAGE_SIZE."
        self.inbox.refuse(door=door, name=name, size=size, reason=reason, way_out=way_out)
        _log.warning("message refused", door=door, size=size, reason=reason)
        raise InputError(reason, subject=name, way_out=way_out)
