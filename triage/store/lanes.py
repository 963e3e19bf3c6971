"""Who takes a message and which one is next: lanes by kind of work, urgent ones first, those of one order in order.

A lane is a queue of the same name. What a supplier wrote about urgency moves its message ahead and does nothing else.
"""

import email.errors
import email.header
import email.parser
import email.policy
import enum
import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from triage.domain.message import Message
from triage.store.database import Store
from triage.store.tables import messages

#: Messages of one door that may wait before the rest of them counts as a bulk import.
BULK_FROM = 100

_HEAD = 64 * 1024  # bytes of a message in which its headers are looked for
_NUMBER = re.compile(r"(?<![^\W_])(?:[A-Z]{1,4}[-/]?\d{3,12}(?:[-/]\d{1,12})*|\d{5,12})(?![^\W_])")


class Lane(enum.StrEnum):
    """What kind of work a message waits for."""

    READING = "reading"  # milliseconds
    SCANS = "scans"  # pictures of text: seconds a page
    MODEL = "model"  # a language model is asked: up to a minute


class Rank(enum.IntEnum):
    """The smallest is taken first."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands in line."""

    rank: Rank
    thread: str  # number of an order in its subject or name; "" where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message whose turn has come."""

    message_id: str
    lane: Lane


def place_of(connection: Connection, message: Message) -> Place:
    """The place of a message that has just come, by its headers and by how many of its door wait already."""
    subject, urgent = _told(message)
    found = _NUMBER.search(f"{subject} {message.name}".upper())
    rank = Rank.URGENT if urgent else Rank.NORMAL
    if not urgent:
        waiting = sa.select(messages.c.id).where(messages.c.door == message.door, messages.c.state == "received")
        if connection.execute(waiting.offset(BULK_FROM).limit(1)).first() is not None:
            rank = Rank.BULK
    return Place(rank=rank, thread=re.sub(r"[-/]", "", found.group())[:40] if found else "")


def next_of(lane: Lane, now: datetime, *, most_attempts: int) -> "sa.Select[tuple[int]]":
    """The row to take next, locked; rows that others take at this moment are passed over.

    A message waits while an earlier one of its thread is worked on or could be; one that pauses holds nobody up.
    """
    earlier = messages.alias("earlier")
    ahead = sa.exists().where(
        earlier.c.thread == messages.c.thread,
        earlier.c.id < messages.c.id,
        sa.or_(
            sa.and_(earlier.c.state == "received", earlier.c.due_at <= now),
            sa.and_(earlier.c.state.in_(("reading", "read", "understood")), earlier.c.lease_until > now),
        ),
    )
    return (
        sa.select(messages.c.id)
        .where(*_waits(lane, now), messages.c.attempts < most_attempts, sa.or_(messages.c.thread == "", ~ahead))
        .order_by(messages.c.rank, messages.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def waiting(store: Store, *, limit: int = 1000) -> tuple[tuple[Lane, int], ...]:
    """Lanes in which messages could be taken now, and how many; not counted beyond `limit`."""
    with store.read() as connection:
        found = []
        for lane in Lane:
            some = sa.select(messages.c.id).where(*_waits(lane, store.now)).limit(limit).subquery()
            number = connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
            found += [(lane, int(number))] if number else []
    return tuple(found)


def behind(connection: Connection, message_id: str) -> Waiting | None:
    """The next message of the same thread, where one waits."""
    mine = sa.select(messages.c.id, messages.c.thread).where(messages.c.message_id == message_id).subquery()
    query = (
        sa.select(messages.c.message_id, messages.c.lane)
        .where(messages.c.thread == mine.c.thread, mine.c.thread != "", messages.c.id > mine.c.id)
        .where(messages.c.state == "received")
        .order_by(messages.c.id)
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    return None if found is None else Waiting(message_id=found.message_id, lane=Lane(found.lane))


def _waits(lane: Lane, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (messages.c.state == "received", messages.c.lane == lane, messages.c.due_at <= now)


def _told(message: Message) -> tuple[str, bool]:
    """(subject, whether the headers call it urgent). Headers alone are looked at: what they hold is read elsewhere."""
    head = re.split(rb"\r?\n\r?\n", message.raw[:_HEAD], maxsplit=1)[0]
    told = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)
    flags = " ".join(str(told.get(name, "")) for name in ("Importance", "X-Priority", "Priority", "X-MSMail-Priority"))
    urgent = bool(re.search(r"\b(high|urgent|1|2)\b", flags, re.IGNORECASE))
    subject = str(told.get("Subject", ""))[:500]
    try:
        return str(email.header.make_header(email.header.decode_header(subject))), urgent
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return subject, urgent
