"""Stores how a message ended: outcome, queue entry and outbox row in one transaction; remembers it for later messages.

Never stores for a claim that was lost: whoever took the message over stores instead.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.domain import watch
from triage.domain.lessons import Lesson
from triage.domain.message import Message
from triage.domain.outcome import Failed, Outcome
from triage.domain.ports import Earlier
from triage.store import (
    codec,
    database,
    entries,
    events,
    facts,
    inbox,
    lanes,
    learned,
    measures,
    model_use,
    outbox,
    queue,
)  # fmt: skip
from triage.store.database import Store
from triage.store.lanes import Waiting
from triage.store.tables import blobs, messages, outcome_orders, outcomes
from triage.store.tables import entries as entries_table

#: Tells the same document sent again; the pipeline's own function, handed in.
Fingerprint = Callable[[entries.GoodEnd], str]

#: As many earlier messages as one message is compared with.
_EARLIER = 50
#: Ended well.
_ENDED = (inbox.State.ADVISED, inbox.State.POSTED, inbox.State.DONE)
#: The newest messages about open orders in which promised days are looked up.
_PROMISING = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a message."""

    state: inbox.State
    outbox_id: int | None = None  # the note to leave now
    next: tuple[Waiting, ...] = ()  # messages to read now: their turn has come


def finish(
    store: Store,
    claim: inbox.Claim,
    outcome: Outcome,
    terms: inbox.Terms,
    *,
    fingerprint: Fingerprint,
    moved: Callable[[str], str] = "Settled: this message is now told at {}.".format,
) -> Stored | None:
    """Store an outcome and end its claim. None where the claim was lost meanwhile.

    moved: what the note of a situation says that the message was told in before, by the record it is told at now.
    """
    if isinstance(outcome, Failed):
        failure = inbox.Failure(
            step=outcome.step, reason=outcome.reason, way_out=outcome.way_out, retry_helps=outcome.retry_helps
        )
        state = inbox.fail(store, claim, failure, terms)
        return None if state is None else Stored(state=state)
    document = codec.pack(outcome, entries.GoodEnd)
    told = fingerprint(outcome)
    orders = sorted({order.id for order in outcome.assessment.confirmation.orders})
    cleared = {"step": "", "reason": "", "way_out": "", "trace": ""}
    with store.write() as connection:
        for order in orders:  # one after another, so that of two messages about an order one sees the other's end
            database.lock_name(connection, f"order {order}")
        now = store.now
        has_note = outbox.wanted(connection, outcome)
        state = inbox.State.ADVISED if has_note else inbox.State.DONE
        if not inbox.release(connection, claim, state, now, **cleared):
            return None
        row = {"message_id": outcome.message_id, "made_at": now, "type": type(outcome).__name__,
               "fingerprint": told, "key": outcome.advice.key, "document": document}  # fmt: skip
        outcome_id = int(connection.execute(outcomes.insert().values(**row).returning(outcomes.c.id)).scalar_one())
        newest = sa.update(messages).where(messages.c.message_id == outcome.message_id)
        connection.execute(newest.values(outcome_id=outcome_id))
        if orders:
            connection.execute(outcome_orders.insert(), [{"outcome_id": outcome_id, "order_id": id} for id in orders])
        left = entries.update(connection, outcome, outcome_id, now)
        model_use.wait_for_model(connection, outcome.message_id, now, undecided=outcome.undecided)
        note = None
        if has_note:
            note = outbox.put(
                connection, message_id=outcome.message_id, outcome_id=outcome_id, outcome=outcome, now=now
            )
        record = outcome.advice.record
        outbox.settle(connection, left, moved(record.name if record else "-"), now)
        inbox.record(connection, outcome.message_id, state, now, type(outcome).__name__)
        _tell(store, connection, outcome, outcome_id)
        again = _out_of_order(connection, claim, outcome_id, orders, now)
        behind = lanes.behind(connection, outcome.message_id)
    review = outcome.assessment.needs_review
    store.measures.count(measures.OUTCOMES, type(outcome).__name__, "yes" if review else "no")
    store.measures.observe(measures.CONFIDENCE, outcome.assessment.kind.confidence, "kind")
    for line in outcome.assessment.confirmation.lines:
        store.measures.observe(measures.CONFIDENCE, line.confidence, "line")
    turns = dict.fromkeys((*again, *((behind,) if behind is not None else ())))
    return Stored(state=state, outbox_id=note, next=tuple(turns))


def _tell(store: Store, connection: Connection, outcome: entries.GoodEnd, outcome_id: int) -> None:
    if not store.tells_events:
        return
    key = outcome.advice.key
    entry = queue.entry_of(connection, key)
    told = {"message_id": outcome.message_id, "outcome": type(outcome).__name__,
            "entry": facts.of_entry(entry) if entry is not None else None}  # fmt: skip
    put = events.put
    put(store, connection, events.Type.ADVISORY, str(outcome_id), told, message_id=outcome.message_id, entry_key=key)


def _out_of_order(
    connection: Connection, claim: inbox.Claim, outcome_id: int, orders: Sequence[int], now: datetime
) -> tuple[Waiting, ...]:
    """Have messages read again that were understood without knowing an earlier one about the same order.

    So that the end is the same as if all had been read in the order of their arrival: those that came after this one,
    and this one where an earlier one ended while it was worked on. Only a message's first end is news to others.
    """
    if not orders:
        return ()
    message_id = claim.message.id
    mine = sa.select(messages.c.id, messages.c.door).where(messages.c.message_id == message_id)
    here = connection.execute(mine).one()
    if here.door == watch.DOOR:
        return ()
    about = sa.select(outcome_orders.c.outcome_id).where(outcome_orders.c.order_id.in_(orders))
    others = (
        sa.select(messages.c.message_id)
        .join(outcomes, outcomes.c.id == messages.c.outcome_id)
        .where(outcomes.c.id.in_(about), messages.c.door != watch.DOOR)
    )
    before = outcomes.alias("before")
    wanted: list[str] = []
    known = sa.select(outcomes.c.id).where(outcomes.c.message_id == message_id, outcomes.c.id != outcome_id).limit(1)
    if connection.execute(known).first() is None:
        later = others.where(messages.c.id > here.id, messages.c.state.in_(_ENDED)).order_by(messages.c.id)
        wanted += connection.execute(later.limit(_EARLIER)).scalars().all()
    first = ~sa.exists().where(before.c.message_id == messages.c.message_id, before.c.id < outcomes.c.id)
    missed = others.where(messages.c.id < here.id, outcomes.c.id > claim.newest, first).limit(1)
    if connection.execute(missed).first() is not None:
        wanted.append(message_id)
    why = "an earlier message about the same order was understood after it"
    return tuple(
        Waiting(message_id=name, lane=lanes.Lane.READING)
        for name in wanted
        if inbox.put_back(connection, name, now, why)
    )


def outcome_of(store: Store, message_id: str) -> entries.GoodEnd | None:
    """How a message ended most recently; None where it never ended well."""
    with store.read() as connection:
        document = connection.execute(
            sa.select(outcomes.c.document)
            .join(messages, messages.c.outcome_id == outcomes.c.id)
            .where(messages.c.message_id == message_id)
        ).scalar_one_or_none()
    return None if document is None else codec.unpack(document, entries.GoodEnd)


def first_answers(store: Store) -> dict[int, datetime]:
    """Order id → when the first message about it arrived; what scans wrote is no answer."""
    query = (
        sa.select(outcome_orders.c.order_id, sa.func.min(messages.c.received_at).label("at"))
        .join(outcomes, outcomes.c.id == outcome_orders.c.outcome_id)
        .join(messages, messages.c.message_id == outcomes.c.message_id)
        .where(messages.c.door != watch.DOOR)
        .group_by(outcome_orders.c.order_id)
    )
    with store.read() as connection:
        return {row.order_id: row.at for row in connection.execute(query).all()}


def promises(store: Store, order_ids: Collection[int]) -> dict[int, tuple[date, ...]]:
    """Order line id → the days that suppliers have told for it, oldest first; of split deliveries the last."""
    query = (
        sa.select(messages.c.received_at, outcomes.c.document)
        .join(outcomes, outcomes.c.id == messages.c.outcome_id)
        .where(
            messages.c.door != watch.DOOR,
            outcomes.c.id.in_(
                sa.select(outcome_orders.c.outcome_id).where(outcome_orders.c.order_id.in_(sorted(order_ids)))
            ),
        )
        .order_by(messages.c.received_at.desc(), messages.c.id.desc())
        .limit(_PROMISING)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    told: dict[int, list[date]] = defaultdict(list)
    for row in reversed(rows):
        understood: entries.GoodEnd = codec.unpack(row.document, entries.GoodEnd)
        days: dict[int, date] = {}
        for line in understood.assessment.confirmation.lines:
            if line.line is not None and line.promised is not None:
                days[line.line.id] = max(line.promised, days.get(line.line.id, line.promised))
        for line_id, day in days.items():
            if told[line_id][-1:] != [day]:
                told[line_id].append(day)
    return {line_id: tuple(days) for line_id, days in told.items()}


def latest_scans(store: Store) -> dict[str, tuple[int, bytes]]:
    """Situation → (how many messages scans have written about it, the newest of them)."""
    counted = (
        sa.select(messages.c.name, sa.func.max(messages.c.id).label("id"), sa.func.count().label("written"))
        .where(messages.c.door == watch.DOOR)
        .group_by(messages.c.name)
        .subquery()
    )
    query = (
        sa.select(counted.c.name, counted.c.written, blobs.c.content)
        .join(messages, messages.c.id == counted.c.id)
        .join(blobs, blobs.c.digest == messages.c.message_id)
    )
    with store.read() as connection:
        return {row.name: (row.written, row.content) for row in connection.execute(query).all()}


def watched_keys(store: Store) -> set[str]:
    """Keys of situations that scans opened and nobody has closed."""
    query = sa.select(entries_table.c.key).where(
        entries_table.c.key.like("watch:%"), entries_table.c.state.in_(("open", "snoozed"))
    )
    with store.read() as connection:
        return set(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemory:
    """The `Memory` port over what is stored: what arrived before a message, whenever that is read."""

    store: Store

    def lessons(self, *, supplier_ids: Collection[int]) -> tuple[Lesson, ...]:
        """What was learned about these suppliers, in a fixed order."""
        return learned.of_suppliers(self.store, supplier_ids)

    def earlier(self, *, order_ids: Collection[int], fingerprint: str, before: Message) -> tuple[Earlier, ...]:
        """Earlier messages about these orders, or with this fingerprint; oldest first, never `before` itself."""
        here = sa.select(messages.c.id).where(messages.c.message_id == before.id).scalar_subquery()
        about = sa.select(outcome_orders.c.outcome_id).where(outcome_orders.c.order_id.in_(list(order_ids)))
        query = (
            sa.select(messages.c.message_id, messages.c.received_at, outcomes.c.fingerprint, outcomes.c.document)
            .join(outcomes, outcomes.c.id == messages.c.outcome_id)
            .where(
                messages.c.message_id != before.id,
                messages.c.door != watch.DOOR,
                sa.or_(messages.c.id < here, sa.and_(here.is_(None), messages.c.received_at <= before.received_at)),
                sa.or_(outcomes.c.id.in_(about), outcomes.c.fingerprint == fingerprint),
            )
            .order_by(messages.c.id.desc())
            .limit(_EARLIER)
        )
        with self.store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Earlier(
                message_id=row.message_id,
                fingerprint=row.fingerprint,
                understood=codec.unpack(row.document, entries.GoodEnd),
                received_at=row.received_at,
            )
            for row in reversed(rows)
        )
