"""Events for the customer's own programs: written in the transaction of what they tell, sent later, each once a key.

What is sent has left this house: an event holds what the list of the queue shows, and no words of a message.
"""

import enum
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.errors import InputError
from triage.store import measures
from triage.store.database import Store, insert_once
from triage.store.tables import events as rows

#: The queue in which events wait.
QUEUE = "events"


class Type(enum.StrEnum):
    """What an event tells."""

    ADVISORY = "advisory"  # a message was understood; its entry as it stands then
    FAILURE = "failure"  # a message failed for good
    DECISION = "decision"  # a person decided about an entry


class EventState(enum.StrEnum):
    """Where an event is."""

    PENDING = "pending"
    SENDING = "sending"  # claimed
    SENT = "sent"
    FAILED = "failed"  # given up; can be replayed
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The right to send one event until the lease ends."""

    id: int
    number: str  # what the receiver knows it by
    body: bytes  # JSON
    token: str
    attempt: int  # counted from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One event as the operator sees it."""

    id: int
    type: str
    state: str
    message_id: str
    entry_key: str
    attempts: int
    reason: str
    at: datetime
    updated_at: datetime


def put(
    store: Store,
    connection: Connection,
    type: Type,
    key: str,
    data: Mapping[str, Any],
    *,
    message_id: str = "",
    entry_key: str = "",
) -> None:
    """Write an event, where anybody wants them. key: of what happened; a second one with the same key is none."""
    if not store.tells_events:
        return
    now = store.now
    body = json.dumps({"type": type, "at": now.isoformat(), "data": data}, ensure_ascii=False)
    values = {"key": f"{type}:{key}", "type": type, "message_id": message_id, "entry_key": entry_key, "body": body}
    waits = {"state": EventState.PENDING, "attempts": 0, "due_at": now, "at": now, "updated_at": now}
    insert_once(connection, rows, values | waits)


def put_failure(store: Store, connection: Connection, message_id: str, *, step: str, reason: str) -> None:
    """Write that a message failed for good; in the transaction in which it does."""
    told = {"message_id": message_id, "step": step, "reason": reason}
    put(store, connection, Type.FAILURE, f"{message_id}:{store.now.isoformat()}", told, message_id=message_id)


def claim_next(store: Store, lease: timedelta) -> Claimed | None:
    """Take the oldest event that is due. None where there is none."""
    now = store.now
    due = sa.or_(
        sa.and_(rows.c.state == EventState.PENDING, rows.c.due_at <= now),
        sa.and_(rows.c.state == EventState.SENDING, rows.c.lease_until <= now),
    )
    turn = sa.select(rows.c.id).where(due).order_by(rows.c.due_at, rows.c.id).limit(1)
    with store.write() as connection:
        found = connection.execute(turn.with_for_update(skip_locked=True)).scalar_one_or_none()
        if found is None:
            return None
        token = secrets.token_hex(16)
        values = {"state": EventState.SENDING, "lease_until": now + lease, "lease_token": token, "updated_at": now}
        taken = sa.update(rows).where(rows.c.id == found).values(attempts=rows.c.attempts + 1, **values)
        row = connection.execute(taken.returning(rows)).one()
    # The sequence by which a receiver puts them in order again is part of what is signed.
    body = json.dumps({"id": row.key, "sequence": row.id, **json.loads(row.body)}, ensure_ascii=False)
    return Claimed(id=row.id, number=row.key, body=body.encode(), token=token, attempt=row.attempts)


def sent(store: Store, claimed: Claimed) -> None:
    """The receiver has taken it."""
    _release(store, claimed, state=EventState.SENT, reason="")
    store.measures.count(measures.EVENTS, "sent")


def failed(store: Store, claimed: Claimed, reason: str, *, again_at: datetime | None) -> None:
    """It was not taken: it is tried again at a moment, or given up for people to see."""
    if again_at is not None:
        _release(store, claimed, state=EventState.PENDING, reason=reason, due_at=again_at)
    else:
        _release(store, claimed, state=EventState.FAILED, reason=reason)
    store.measures.count(measures.EVENTS, "again" if again_at is not None else "given up")


def _release(store: Store, claimed: Claimed, **values: object) -> None:
    mine = sa.and_(rows.c.id == claimed.id, rows.c.lease_token == claimed.token)
    ended = {"lease_until": None, "lease_token": None, "updated_at": store.now}
    with store.write() as connection:
        connection.execute(sa.update(rows).where(mine).values(**ended, **values))


def due(store: Store) -> bool:
    """True where an event waits to be sent now, one that its worker lost among them."""
    now = store.now
    waits = sa.and_(rows.c.state == EventState.PENDING, rows.c.due_at <= now)
    lost = sa.and_(rows.c.state == EventState.SENDING, rows.c.lease_until <= now)
    with store.read() as connection:
        return connection.execute(sa.select(rows.c.id).where(sa.or_(waits, lost)).limit(1)).first() is not None


def listed(store: Store, states: Sequence[str] = (EventState.FAILED,), *, limit: int = 200) -> tuple[Listed, ...]:
    """Events in these states, newest first."""
    names = Listed.__dataclass_fields__
    query = sa.select(rows).where(rows.c.state.in_(states)).order_by(rows.c.id.desc()).limit(limit)
    with store.read() as connection:
        return tuple(Listed(**{name: getattr(row, name) for name in names}) for row in connection.execute(query))


def replay(store: Store, ids: Sequence[int] | None) -> int:
    """Have failed events sent again under their old number; ids: None takes all. How many."""
    fresh = {"state": EventState.PENDING, "attempts": 0, "due_at": store.now, "reason": "", "updated_at": store.now}
    return _change(store, ids, fresh)


def discard(store: Store, ids: Sequence[int]) -> int:
    """Give failed events up: they are kept and stand on no list any more. How many."""
    return _change(store, ids, {"state": EventState.DISCARDED, "updated_at": store.now})


def _change(store: Store, ids: Sequence[int] | None, values: Mapping[str, object]) -> int:
    which = rows.c.state == EventState.FAILED
    with store.write() as connection:
        if ids is not None:
            which = sa.and_(which, rows.c.id.in_(ids))
            known = set(connection.execute(sa.select(rows.c.id).where(which)).scalars())
            if missing := sorted(set(ids) - known):
                numbers = ", ".join(map(str, missing))
                raise InputError(
                    "no event with this number has failed", subject=numbers, way_out="`triage events list`."
                )
        return int(connection.execute(sa.update(rows).where(which).values(**values)).rowcount)


def remove(connection: Connection, *, message_ids: Sequence[str] = (), entry_key: str = "") -> None:
    """Delete events about messages or an entry."""
    if message_ids:
        connection.execute(sa.delete(rows).where(rows.c.message_id.in_(message_ids)))
    if entry_key:
        connection.execute(sa.delete(rows).where(rows.c.entry_key == entry_key))
