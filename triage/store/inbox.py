"""Messages and their state machine: received → reading → read → understood → advised → posted, or done without a
note, or failed.

A claim is one conditional UPDATE that counts the attempt; who holds it may store an outcome, nobody else.
Never claims a message twice at a time, never loses one: what its worker dropped comes back through `stuck`.
"""

import enum
import secrets
import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.domain.message import Message
from triage.store import events, lanes, measures, rates
from triage.store.database import Store, insert_once
from triage.store.lanes import Lane
from triage.store.tables import blobs, messages, outcomes, refusals, transitions


class State(enum.StrEnum):
    """Where a message is."""

    RECEIVED = "received"
    READING = "reading"  # claimed
    READ = "read"  # claimed; its parts are text
    UNDERSTOOD = "understood"  # claimed; matched with the orders and assessed
    ADVISED = "advised"  # understood; its note is on the way
    POSTED = "posted"  # its note stands on the record
    DONE = "done"  # understood; no record to leave a note on, or nothing to tell
    FAILED = "failed"  # visible, with a reason; can be replayed
    DISCARDED = "discarded"  # a person gave a failed one up, with a reason; it is kept and can be replayed


#: Somebody works on these.
CLAIMED = (State.READING, State.READ, State.UNDERSTOOD)

#: Nothing more happens to these by themselves.
FINAL = (State.POSTED, State.DONE, State.FAILED, State.DISCARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a message until the lease ends."""

    message: Message
    token: str
    attempt: int  # counted from 1
    lease_until: datetime
    newest: int  # outcome there was at that moment; later ones it may not have seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How claims are given."""

    lease: timedelta = timedelta(seconds=360)
    max_attempts: int = 3
    retry_delay: timedelta = timedelta(seconds=30)  # doubled for each further attempt
    rates: Mapping[str, float] = field(default_factory=dict)  # queue → claims a second at most; others have no limit

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after attempt number `attempt` failed; a day at most."""
        factor: int = 2 ** min(attempt - 1, 16)
        return min(self.retry_delay * factor, timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an attempt failed, for people."""

    step: str
    reason: str
    way_out: str
    retry_helps: bool
    trace: str = ""

    @classmethod
    def of(cls, error: BaseException, *, step: str) -> "Failure":
        """An error that nobody expected. Its text may hold a supplier's words: only its type becomes the reason."""
        return cls(
            step=step,
            reason=f"unexpected error ({type(error).__name__})",
            way_out="Replay the message; if it fails again, report it with the trace.",
            retry_helps=True,
            trace="".join(traceback.format_exception(error))[-20_000:],
        )


def add(store: Store, message: Message) -> bool:
    """Keep a message; its bytes are stored once. True where it is new, False where it was here before."""
    now = store.now
    with store.write() as connection:
        insert_once(connection, blobs, {"digest": message.id, "content": message.raw, "size": len(message.raw)})
        place = lanes.place_of(connection, message)
        row = {
            "message_id": message.id,
            "lane": Lane.READING,
            "rank": place.rank,
            "thread": place.thread,
            "door": message.door,
            "name": message.name,
            "received_at": message.received_at,
            "state": State.RECEIVED,
            "attempts": 0,
            "due_at": now,
            "updated_at": now,
        }
        if not insert_once(connection, messages, row):
            return False
        record(connection, message.id, State.RECEIVED, now, f"through {message.door}")
    store.measures.count(measures.MESSAGES, message.door)
    return True


def refuse(store: Store, *, door: str, name: str, size: int, reason: str, way_out: str) -> None:
    """Keep in sight what a door turned away."""
    with store.write() as connection:
        values = {"door": door, "name": name, "size": size, "reason": reason, "way_out": way_out, "at": store.now}
        connection.execute(refusals.insert().values(**values))
    store.measures.count(measures.REFUSED, door)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInbox:
    """The inbox that the doors know."""

    store: Store

    @property
    def now(self) -> datetime:
        return self.store.now

    def add(self, message: Message) -> bool:
        """See `add`."""
        return add(self.store, message)

    def refuse(self, *, door: str, name: str, size: int, reason: str, way_out: str) -> None:
        """See `refuse`."""
        refuse(self.store, door=door, name=name, size=size, reason=reason, way_out=way_out)


def claim(store: Store, message_id: str, terms: Terms) -> Claim | None:
    """Take this message to work on. None where it is not due, another holds it, or its attempts are used up."""
    now = store.now
    free = sa.or_(
        sa.and_(messages.c.state == State.RECEIVED, messages.c.due_at <= now),
        sa.and_(messages.c.state.in_(CLAIMED), messages.c.lease_until <= now),
    )
    with store.write() as connection:
        return _taken(
            connection, sa.and_(messages.c.message_id == message_id, messages.c.attempts < terms.max_attempts, free),
            terms, now,
        )  # fmt: skip


def claim_next(store: Store, lane: Lane, terms: Terms) -> Claim | rates.Wait | None:
    """Take the message of a lane whose turn it is. None where nothing can be taken, `Wait` where it is too soon."""
    now = store.now
    with store.write() as connection:
        turn = connection.execute(lanes.next_of(lane, now, most_attempts=terms.max_attempts)).scalar_one_or_none()
        if turn is None:
            return None
        if lane in terms.rates and (wait := rates.take(connection, lane, terms.rates[lane], now)) is not None:
            return wait
        return _taken(connection, messages.c.id == turn, terms, now)


def _taken(connection: Connection, which: sa.ColumnElement[bool], terms: Terms, now: datetime) -> Claim | None:
    """Claim the one row of a condition, where there is one."""
    token = secrets.token_hex(16)
    values = {"state": State.READING, "attempts": messages.c.attempts + 1, "updated_at": now}
    taken = sa.update(messages).where(which).values(lease_until=now + terms.lease, lease_token=token, **values)
    row = connection.execute(taken.returning(messages)).one_or_none()
    if row is None:
        return None
    record(connection, row.message_id, State.READING, now, f"attempt {row.attempts}")
    raw = connection.execute(sa.select(blobs.c.content).where(blobs.c.digest == row.message_id)).scalar_one()
    message = Message(id=row.message_id, raw=raw, door=row.door, received_at=row.received_at, name=row.name)
    newest = connection.execute(sa.select(sa.func.max(outcomes.c.id))).scalar_one() or 0
    lease = now + terms.lease
    return Claim(message=message, token=token, attempt=row.attempts, lease_until=lease, newest=newest)


def advance(store: Store, claim: Claim, state: State) -> bool:
    """Write down how far the work on a claimed message has come. False where the claim was lost meanwhile.

    It tells where a document killed its worker; the work itself begins anew at the next attempt.
    """
    now = store.now
    mine = sa.and_(messages.c.message_id == claim.message.id, messages.c.lease_token == claim.token)
    with store.write() as connection:
        if connection.execute(sa.update(messages).where(mine).values(state=state, updated_at=now)).rowcount != 1:
            return False
        record(connection, claim.message.id, state, now)
    return True


def hand_over(store: Store, claim: Claim, lane: Lane, why: str) -> bool:
    """Give a claimed message to the workers of another lane; this was no attempt. False where the claim was lost."""
    now = store.now
    with store.write() as connection:
        values = {"lane": lane, "attempts": messages.c.attempts - 1}
        if not release(connection, claim, State.RECEIVED, now, **values):
            return False
        record(connection, claim.message.id, State.RECEIVED, now, f"for {lane}: {why}")
    return True


def release(connection: Connection, claim: Claim, state: State, now: datetime, **values: object) -> bool:
    """End a claim in `state`. False where the claim was lost meanwhile: then nothing may be stored."""
    statement = (
        sa.update(messages)
        .where(messages.c.message_id == claim.message.id, messages.c.lease_token == claim.token)
        .values(state=state, lease_until=None, lease_token=None, updated_at=now, **values)
    )
    return bool(connection.execute(statement).rowcount == 1)


def fail(store: Store, claim: Claim, failure: Failure, terms: Terms) -> State | None:
    """End a claim without an outcome: the message is tried again, or has failed for people to see.

    Returns the state it is in now; None where the claim was lost meanwhile.
    """
    now = store.now
    again = failure.retry_helps and claim.attempt < terms.max_attempts
    state = State.RECEIVED if again else State.FAILED
    told = {"step": failure.step, "reason": failure.reason, "way_out": failure.way_out, "trace": failure.trace}
    if again:
        told["due_at"] = now + terms.pause(claim.attempt)  # type: ignore[assignment]
    with store.write() as connection:
        if not release(connection, claim, state, now, **told):
            return None
        record(connection, claim.message.id, state, now, f"{failure.step}: {failure.reason}")
        if not again:
            events.put_failure(store, connection, claim.message.id, step=failure.step, reason=failure.reason)
    store.measures.count(measures.FAILURES, failure.step, "no" if again else "yes")
    return state


def replay(store: Store, message_id: str) -> bool:
    """Put a message back to the start, whatever it ended as. False where it is unknown or being worked on."""
    with store.write() as connection:
        return put_back(connection, message_id, store.now, "replayed")


def put_back(connection: Connection, message_id: str, now: datetime, why: str) -> bool:
    """See `replay`; in a transaction that does more."""
    values = {"state": State.RECEIVED, "lane": Lane.READING, "attempts": 0, "due_at": now, "updated_at": now}
    back = (
        sa.update(messages)
        .where(messages.c.message_id == message_id, messages.c.state.in_([State.ADVISED, *FINAL]))
        .values(step="", reason="", way_out="", trace="", **values)
    )
    if connection.execute(back).rowcount != 1:
        return False
    record(connection, message_id, State.RECEIVED, now, why)
    return True


def discard(store: Store, message_id: str, *, person: str, why: str) -> bool:
    """Give a failed message up: it stands on no list any more, and nothing of it is deleted. False where it has not
    failed.
    """
    now = store.now
    given_up = (
        sa.update(messages)
        .where(messages.c.message_id == message_id, messages.c.state == State.FAILED)
        .values(state=State.DISCARDED, updated_at=now)
    )
    with store.write() as connection:
        if connection.execute(given_up).rowcount != 1:
            return False
        record(connection, message_id, State.DISCARDED, now, f"{person[:200]}: {why[:1000]}")
    return True


def stuck(store: Store, terms: Terms, *, limit: int = 1000) -> tuple[str, ...]:
    """Ids that wait and should be worked on now, the most urgent first. What a lost worker held waits again.

    Those whose attempts are used up become failed here: whatever killed their workers can't go on for ever.
    """
    now = store.now
    with store.write() as connection:
        _take_back(store, connection, terms, limit)
        due = sa.and_(messages.c.state == State.RECEIVED, messages.c.due_at <= now)
        wanted = sa.select(messages.c.message_id).where(due).order_by(messages.c.rank, messages.c.id)
        return tuple(connection.execute(wanted.limit(limit)).scalars())


def _take_back(store: Store, connection: Connection, terms: Terms, limit: int) -> int:
    now = store.now
    lost = sa.and_(messages.c.state.in_(CLAIMED), messages.c.lease_until <= now)
    # Locked, and what another takes back at this moment is passed over; its worker can't finish in between.
    found = connection.execute(sa.select(messages).where(lost).limit(limit).with_for_update(skip_locked=True)).all()
    for row in found:
        spent = row.attempts >= terms.max_attempts
        values: dict[str, object] = {"lease_until": None, "lease_token": None, "updated_at": now}
        why = f"its worker was lost while the message was {_DOING[row.state]}, attempt {row.attempts}"
        if spent:
            why = f"its worker was lost {row.attempts} times, at last while the message was {_DOING[row.state]}"
            values |= {
                "step": _DOING[row.state],
                "reason": why,
                "way_out": "Look at the document; replay the message once the cause is mended.",
            }
        state = State.FAILED if spent else State.RECEIVED
        connection.execute(sa.update(messages).where(messages.c.id == row.id).values(state=state, **values))
        record(connection, row.message_id, state, now, why)
        if spent:
            events.put_failure(store, connection, row.message_id, step=_DOING[row.state], reason=why)
        store.measures.count(measures.FAILURES, "lost", "yes" if spent else "no")
    return len(found)


#: What was being done in a state, for people.
_DOING = {State.READING: "being read", State.READ: "being understood", State.UNDERSTOOD: "being advised on"}


def states(store: Store, message_ids: Collection[str]) -> dict[str, State]:
    """The states of messages; unknown ids are left out."""
    wanted = list(message_ids)
    found: dict[str, State] = {}
    with store.read() as connection:
        for start in range(0, len(wanted), 500):
            chunk = wanted[start : start + 500]
            rows = connection.execute(
                sa.select(messages.c.message_id, messages.c.state).where(messages.c.message_id.in_(chunk))
            )
            found.update({row.message_id: State(row.state) for row in rows})
    return found


def message_of(store: Store, message_id: str) -> Message | None:
    """The message as it came in; None where the id is unknown."""
    with store.read() as connection:
        row = connection.execute(
            sa.select(messages, blobs.c.content)
            .join(blobs, blobs.c.digest == messages.c.message_id)
            .where(messages.c.message_id == message_id)
        ).one_or_none()
    if row is None:
        return None
    return Message(id=message_id, raw=row.content, door=row.door, received_at=row.received_at, name=row.name)


def raw_of(store: Store, message_id: str) -> bytes | None:
    """The bytes as they came in; None where the id is unknown."""
    with store.read() as connection:
        return connection.execute(sa.select(blobs.c.content).where(blobs.c.digest == message_id)).scalar_one_or_none()


def record(connection: Connection, message_id: str, state: State, at: datetime, detail: str = "") -> None:
    """Write down a change of state, in the transaction that makes it."""
    connection.execute(transitions.insert().values(message_id=message_id, at=at, state=state, detail=detail))
