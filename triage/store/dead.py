"""Dead letters: messages that failed, with everything an operator needs to know about each. Never changes one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from triage.errors import InputError
from triage.store import queue
from triage.store.database import Store
from triage.store.inbox import State
from triage.store.tables import blobs, messages

_SHORTEST = 6  # characters of a number that may stand for the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A failed message, whole."""

    message_id: str
    name: str  # of the file or mail it came as
    door: str
    state: str
    size: int  # bytes
    received_at: datetime
    attempts: int
    step: str
    reason: str
    way_out: str
    trace: str  # for the operator alone
    steps: tuple[tuple[datetime, str, str], ...]  # every change of its state: when, what, why


def found(store: Store, written: str) -> str:
    """The whole number of a failed or discarded message, by its beginning.

    Raises InputError where none or several fit.
    """
    query = (
        sa.select(messages.c.message_id)
        .where(
            messages.c.message_id.startswith(written, autoescape=True),
            messages.c.state.in_((State.FAILED, State.DISCARDED)),
        )
        .limit(2)
    )
    if len(written) < _SHORTEST:
        raise InputError("is too short", subject=written, way_out=f"Give {_SHORTEST} characters or more.")
    with store.read() as connection:
        names = connection.execute(query).scalars().all()
    if len(names) != 1:
        raise InputError(
            "no failed message has this number" if not names else "several messages begin like this",
            subject=written,
            way_out="`triage dead list` shows them all.",
        )
    return str(names[0])


def letter(store: Store, message_id: str) -> DeadLetter:
    """Everything about one. message_id: whole, see `found`."""
    query = (
        sa.select(messages, blobs.c.size)
        .join(blobs, blobs.c.digest == messages.c.message_id)
        .where(messages.c.message_id == message_id)
    )
    with store.read() as connection:
        row = connection.execute(query).one()
    return DeadLetter(
        message_id=row.message_id,
        name=row.name,
        door=row.door,
        state=row.state,
        size=row.size,
        received_at=row.received_at,
        attempts=row.attempts,
        step=row.step,
        reason=row.reason,
        way_out=row.way_out,
        trace=row.trace,
        steps=queue.steps_of(store, message_id),
    )
