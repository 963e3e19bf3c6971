"""Notes on their way to records: written with their outcome, claimed like messages, left once a situation.

An older note never replaces a newer one. The local poster keeps the notes here where no ERP takes them.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from triage.domain.advice import Priority, Role
from triage.domain.outcome import NothingToSay
from triage.domain.posting import Note, Receipt
from triage.store import codec, database, entries, events, inbox, measures, rates
from triage.store.database import Store, insert_once
from triage.store.tables import local_notes, messages, outbox, outcomes, posts

#: The queue in which notes wait.
QUEUE = "odoo"
#: The most urgent note is left first.
_RANKS = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The right to leave one note until the lease ends."""

    outbox_id: int
    message_id: str
    note: Note
    token: str
    attempt: int  # counted from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPoster:
    """Stands in for the ERP: keeps each situation's living note in the store."""

    store: Store
    place: str = "store"

    def post(self, note: Note) -> Receipt:
        """Leave or bring up to date; the same note again changes nothing."""
        values = {
            "record_model": note.record.model,
            "record_id": note.record.id,
            "record_name": note.record.name,
            "body_html": note.body_html,
            "digest": note.digest,
            "updated_at": self.store.now,
        }
        with self.store.write() as connection:
            if not insert_once(connection, local_notes, {"key": note.key, **values}):
                changed = sa.and_(local_notes.c.key == note.key, local_notes.c.digest != note.digest)
                connection.execute(sa.update(local_notes).where(changed).values(**values))
            number = connection.execute(sa.select(local_notes.c.id).where(local_notes.c.key == note.key)).scalar_one()
        return Receipt(key=note.key, place=self.place, external_id=str(number), digest=note.digest)


def wanted(connection: Connection, outcome: entries.GoodEnd) -> bool:
    """True where an outcome leaves a note: it tells something, or an earlier note is no longer true."""
    if _note(outcome) is None:
        return False
    if not isinstance(outcome, NothingToSay):
        return True
    before = sa.select(outbox.c.id).where(outbox.c.key == outcome.advice.key).limit(1)
    return connection.execute(before).first() is not None


def put(connection: Connection, *, message_id: str, outcome_id: int, outcome: entries.GoodEnd, now: datetime) -> int:
    """Write the note of an outcome into the outbox; an earlier one of the same message is left no more.

    Raises ValueError for an advice without a note: ask `wanted` first.
    """
    note = _note(outcome)
    if note is None:
        raise ValueError("no record to leave a note on")
    mine = sa.and_(outbox.c.message_id == message_id, outbox.c.state == "pending")
    connection.execute(sa.update(outbox).where(mine).values(state="superseded", updated_at=now))
    values = {"key": note.key, "message_id": message_id, "outcome_id": outcome_id, "digest": note.digest}
    rank = _RANKS[outcome.advice.rank.priority]
    written = outbox.insert().values(state="pending", rank=rank, attempts=0, due_at=now, updated_at=now, **values)
    return int(connection.execute(written.returning(outbox.c.id)).scalar_one())


def claim(store: Store, outbox_id: int, terms: inbox.Terms) -> Claimed | None:
    """Take this note to leave. None where it is not due, held by another, left already, spent, or outdated.

    Nor while another note of the same situation is being left: it might arrive after this one and replace it.
    """
    with store.write() as connection:
        return _taken(connection, outbox_id, terms, store.now)


def claim_next(store: Store, terms: inbox.Terms) -> Claimed | rates.Wait | None:
    """Take the most urgent note that can be left; outdated ones are ended on the way.

    None where there is none, `Wait` where it is too soon.
    """
    now = store.now
    free = sa.and_(outbox.c.state == "pending", outbox.c.due_at <= now, outbox.c.attempts < terms.max_attempts)
    held = outbox.alias("held")
    of_key = sa.exists().where(
        held.c.key == outbox.c.key, held.c.state == "posting", held.c.lease_until > now, held.c.id != outbox.c.id
    )
    turn = sa.select(outbox.c.id).where(free, ~of_key).order_by(outbox.c.rank, outbox.c.id).limit(1)
    while True:
        with store.write() as connection:
            outbox_id = connection.execute(turn.with_for_update(skip_locked=True)).scalar_one_or_none()
            if outbox_id is None:
                return None
            if QUEUE in terms.rates and (wait := rates.take(connection, QUEUE, terms.rates[QUEUE], now)) is not None:
                return wait
            claimed = _taken(connection, outbox_id, terms, now)
            ended = connection.execute(sa.select(outbox.c.state).where(outbox.c.id == outbox_id)).scalar_one()
        if claimed is not None or ended == "pending":  # another note of the situation was faster
            return claimed


def _taken(connection: Connection, outbox_id: int, terms: inbox.Terms, now: datetime) -> Claimed | None:
    token = secrets.token_hex(16)
    key = connection.execute(sa.select(outbox.c.key).where(outbox.c.id == outbox_id)).scalar_one_or_none()
    if key is None:
        return None
    # No two notes of one situation are taken at a time. A lock on the situation, not on rows: those could wait for
    # each other. SQLite has one writer anyway.
    database.lock_name(connection, f"note {key}")
    rows = connection.execute(sa.select(outbox).where(outbox.c.key == key)).all()
    row = next((item for item in rows if item.id == outbox_id), None)
    if row is None or row.attempts >= terms.max_attempts:
        return None
    if not (
        (row.state == "pending" and row.due_at <= now)
        or (row.state == "posting" and row.lease_until is not None and row.lease_until <= now)
    ):
        return None
    others = [item for item in rows if item.id != outbox_id]
    if any(item.id > outbox_id for item in others):
        _end(connection, outbox_id, row.message_id, "superseded", now, "a newer note stands in its place")
        return None
    if any(item.state == "posting" and item.lease_until > now for item in others):
        return None
    values = {"state": "posting", "lease_until": now + terms.lease, "lease_token": token, "updated_at": now}
    mine = sa.update(outbox).where(outbox.c.id == outbox_id)
    connection.execute(mine.values(attempts=row.attempts + 1, **values))
    document = connection.execute(sa.select(outcomes.c.document).where(outcomes.c.id == row.outcome_id)).scalar_one()
    outcome: entries.GoodEnd = codec.unpack(document, entries.GoodEnd)
    note = _note(outcome, row.settled)
    assert note is not None  # `put` wrote the row because there is one
    return Claimed(outbox_id=outbox_id, message_id=row.message_id, note=note, token=token, attempt=row.attempts + 1)


def confirm(store: Store, claimed: Claimed, receipt: Receipt) -> None:
    """Keep the receipt: the note stands on its record."""
    now = store.now
    values = {"place": receipt.place, "external_id": receipt.external_id, "digest": receipt.digest, "at": now}
    with store.write() as connection:
        if not insert_once(connection, posts, {"key": receipt.key, "revision": 1, **values}):
            changed = sa.and_(posts.c.key == receipt.key, posts.c.digest != receipt.digest)
            connection.execute(sa.update(posts).where(changed).values(revision=posts.c.revision + 1, **values))
        mine = sa.and_(outbox.c.id == claimed.outbox_id, outbox.c.lease_token == claimed.token)
        if connection.execute(sa.select(outbox.c.id).where(mine).with_for_update()).first() is None:
            return  # taken over meanwhile: whoever has it leaves the note that stands there now
        _end(connection, claimed.outbox_id, claimed.message_id, "posted", now, f"note left in {receipt.place}")
        arrived = sa.select(messages.c.received_at).where(messages.c.message_id == claimed.message_id)
        received_at = connection.execute(arrived).scalar_one()
    store.measures.count(measures.NOTES)
    store.measures.observe(measures.DELAYS, max((now - received_at).total_seconds(), 0.0))


def fail(store: Store, claimed: Claimed, failure: inbox.Failure, terms: inbox.Terms) -> None:
    """The note was not left: it is tried again, or its message has failed for people to see."""
    now = store.now
    again = failure.retry_helps and claimed.attempt < terms.max_attempts
    with store.write() as connection:
        mine = sa.and_(outbox.c.id == claimed.outbox_id, outbox.c.lease_token == claimed.token)
        ended = (
            sa.update(outbox)
            .where(mine)
            .values(
                state="pending" if again else "failed",
                due_at=now + terms.pause(claimed.attempt),
                lease_until=None,
                lease_token=None,
                reason=failure.reason,
                updated_at=now,
            )
        )
        if connection.execute(ended).rowcount == 1 and not again:
            _give_up(store, connection, claimed.outbox_id, claimed.message_id, failure, now)
    store.measures.count(measures.FAILURES, failure.step, "no" if again else "yes")


def stuck(store: Store, terms: inbox.Terms, *, limit: int = 1000) -> tuple[int, ...]:
    """Ids of notes that wait and should be left now, oldest first; those whose attempts are used up fail here."""
    now = store.now
    lost = sa.and_(outbox.c.state == "posting", outbox.c.lease_until <= now)
    spent = sa.and_(lost, outbox.c.attempts >= terms.max_attempts)
    failure = inbox.Failure(
        step="posting",
        reason=f"its worker was lost {terms.max_attempts} times while it left the note",
        way_out="Replay the message.",
        retry_helps=False,
    )
    with store.write() as connection:
        for row in connection.execute(sa.select(outbox.c.id, outbox.c.message_id).where(spent).limit(limit)).all():
            ended = sa.update(outbox).where(outbox.c.id == row.id, spent)
            if connection.execute(ended.values(state="failed", reason=failure.reason, updated_at=now)).rowcount == 1:
                _give_up(store, connection, int(row.id), row.message_id, failure, now)
        again = {"state": "pending", "lease_until": None, "lease_token": None, "updated_at": now}
        connection.execute(sa.update(outbox).where(lost, ~spent).values(**again))
        due = sa.and_(outbox.c.state == "pending", outbox.c.due_at <= now)
        wanted = sa.select(outbox.c.id).where(due).order_by(outbox.c.rank, outbox.c.id).limit(limit)
        return tuple(connection.execute(wanted).scalars())


def again(store: Store, keys: Sequence[str], *, settled: str = "") -> tuple[int, ...]:
    """Have the newest notes of these situations left once more; returns their ids in the outbox.

    settled: why the matter is over, which stands on top from now on. A note that is being left is passed over.
    """
    now = store.now
    found = []
    with store.write() as connection:
        for key in keys:
            newest = sa.select(outbox).where(outbox.c.key == key).order_by(outbox.c.id.desc()).limit(1)
            row = connection.execute(newest).first()
            if row is None or not _once_more(connection, row, now, settled=settled):
                continue
            found.append(int(row.id))
            failed = sa.and_(messages.c.message_id == row.message_id, messages.c.state == inbox.State.FAILED)
            back = sa.update(messages).where(failed, messages.c.step == "posting")
            cleared = {"step": "", "reason": "", "way_out": "", "trace": ""}
            if connection.execute(back.values(state=inbox.State.ADVISED, updated_at=now, **cleared)).rowcount == 1:
                inbox.record(connection, row.message_id, inbox.State.ADVISED, now, "its note is left once more")
    return tuple(found)


def settle(connection: Connection, keys: Sequence[str], why: str, now: datetime) -> None:
    """Have the notes that stand for situations say why they are over; nothing where none was left.

    Within the transaction in which the situations end.
    """
    for key in keys:
        stands = sa.select(posts.c.id).where(posts.c.key == key)
        newest = sa.select(outbox).where(outbox.c.key == key).order_by(outbox.c.id.desc()).limit(1)
        row = connection.execute(newest).first()
        if row is not None and connection.execute(stands).first() is not None:
            _once_more(connection, row, now, settled=why)


def _once_more(connection: Connection, row: Row[*tuple[object, ...]], now: datetime, *, settled: str) -> bool:
    """Put a note back among those that are to be left; False while it is being left."""
    values: dict[str, object] = {"state": "pending", "attempts": 0, "due_at": now, "reason": ""}
    if settled:
        document = sa.select(outcomes.c.document).where(outcomes.c.id == row.outcome_id)
        outcome: entries.GoodEnd = codec.unpack(connection.execute(document).scalar_one(), entries.GoodEnd)
        note = _note(outcome, settled)
        values |= {"settled": settled, "digest": note.digest if note else row.digest}
    mine = sa.update(outbox).where(outbox.c.id == row.id, outbox.c.state != "posting")
    return connection.execute(mine.values(updated_at=now, **values)).rowcount == 1


def _note(outcome: entries.GoodEnd, settled: str = "") -> Note | None:
    advice = outcome.advice
    if advice.record is None or not advice.note_html:
        return None
    body = f"<p><strong>{escape(settled)}</strong></p>{advice.note_html}" if settled else advice.note_html
    told = f"{advice.record.model}\n{advice.record.id}\n{body}"
    orders = outcome.assessment.confirmation.orders
    buyer = orders[0].buyer if orders else None
    roles = advice.route.roles
    return Note(
        key=advice.key,
        record=advice.record,
        headline=advice.headline,
        body_html=body,
        digest=hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest(),
        priority=advice.rank.priority,
        score=advice.rank.score,
        kind=outcome.assessment.kind.kind,
        roles=tuple(roles),
        # The buyer of the order where the buyer should act; the people of other roles are names in the policy.
        assignee=buyer.id if buyer and roles and roles[0] is Role.BUYER else None,
        act_by=advice.route.act_by,
        needs_review=outcome.assessment.needs_review,
        mode=advice.mode,
        supplier=orders[0].supplier.name if orders else advice.record.name,
        buyer=buyer.name if buyer else "",
        settled=bool(settled),
    )


def _end(connection: Connection, outbox_id: int, message_id: str, state: str, now: datetime, detail: str) -> None:
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.id == outbox_id)
        .values(state=state, lease_until=None, lease_token=None, reason="", updated_at=now)
    )
    moved = sa.update(messages).where(_of_this_note(outbox_id, message_id))
    if connection.execute(moved.values(state=inbox.State.POSTED, updated_at=now)).rowcount == 1:
        inbox.record(connection, message_id, inbox.State.POSTED, now, detail)


def _of_this_note(outbox_id: int, message_id: str) -> sa.ColumnElement[bool]:
    """The message waits for this note, not for one that a later reading of it wrote."""
    outcome = sa.select(outbox.c.outcome_id).where(outbox.c.id == outbox_id).scalar_subquery()
    waits = messages.c.state == inbox.State.ADVISED
    return sa.and_(messages.c.message_id == message_id, waits, messages.c.outcome_id == outcome)


def _give_up(
    store: Store, connection: Connection, outbox_id: int, message_id: str, failure: inbox.Failure, now: datetime
) -> None:
    told = {"step": failure.step, "reason": failure.reason, "way_out": failure.way_out, "trace": failure.trace}
    moved = sa.update(messages).where(_of_this_note(outbox_id, message_id))
    if connection.execute(moved.values(state=inbox.State.FAILED, updated_at=now, **told)).rowcount == 1:
        inbox.record(connection, message_id, inbox.State.FAILED, now, f"{failure.step}: {failure.reason}")
        events.put_failure(store, connection, message_id, step=failure.step, reason=failure.reason)
