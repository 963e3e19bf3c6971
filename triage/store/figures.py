"""The figures of all processes together: what they counted, added up in the database, and what waits there now.

What a process had not written down when it was killed is lost: a few seconds of figures, never a message.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from triage.errors import StoreError
from triage.store import looks
from triage.store.database import Store, add_counts
from triage.store.entries import EntryState
from triage.store.inbox import CLAIMED, State
from triage.store.lanes import Lane
from triage.store.tables import entries, events, measures, messages, outbox

#: Seconds after which a process that is busy writes down what it counted.
_EVERY = 5.0


def write(store: Store, *, every: float = 0.0) -> None:
    """Write down what this process counted; with `every` (seconds) only where that is so long ago.

    Never raises where the database does not answer: figures are not worth a message.
    """
    if every and time.monotonic() - store.measures.written < every:
        return
    store.measures.written = time.monotonic()
    deltas = store.measures.take()
    if not deltas:
        return
    try:
        with store.write() as connection:
            add_counts(connection, measures, ("name", "labels", "bucket"), dict(deltas))
    except StoreError:
        store.measures.give_back(deltas)


def write_now_and_then(store: Store) -> None:
    """See `write`, in the midst of work."""
    write(store, every=_EVERY)


def counted(store: Store) -> Mapping[str, Mapping[str, Counter[str]]]:
    """Metric → labels → bucket → number, of all processes since the beginning."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    with store.read() as connection:
        for row in connection.execute(sa.select(measures)):
            found[row.name][row.labels][row.bucket] = int(row._mapping[measures.c.count])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits in one queue."""

    number: int
    since: datetime | None  # from when the oldest could have been taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in the database at this moment."""

    waiting: dict[str, Waits]  # by queue: lanes, "odoo" for notes, and "events"
    worked_on: int
    dead_letters: int
    dead_events: int  # outgoing events that nobody took
    entries: dict[str, int]  # by state
    looked_at: datetime | None  # when Odoo's chatter was last looked at


def standing(store: Store) -> Standing:
    """Counted by indexes over what is unfinished, however much is stored."""
    waits = sa.select(messages.c.lane, sa.func.count().label("number"), sa.func.min(messages.c.due_at).label("since"))
    lanes = waits.where(messages.c.state == State.RECEIVED).group_by(messages.c.lane)
    notes = sa.select(sa.func.count().label("number"), sa.func.min(outbox.c.due_at).label("since")).where(
        outbox.c.state == "pending"
    )
    told_of = sa.select(sa.func.count().label("number"), sa.func.min(events.c.due_at).label("since")).where(
        events.c.state == "pending"
    )
    given_up = sa.select(sa.func.count()).select_from(events).where(events.c.state == "failed")
    some = (*CLAIMED, State.FAILED)
    states = sa.select(messages.c.state, sa.func.count()).where(messages.c.state.in_(some)).group_by(messages.c.state)
    with store.read() as connection:
        waiting = {lane.value: Waits(number=0, since=None) for lane in Lane}
        waiting |= {row.lane: Waits(number=row.number, since=row.since) for row in connection.execute(lanes)}
        row = connection.execute(notes).one()
        waiting["odoo"] = Waits(number=row.number, since=row.since)
        row = connection.execute(told_of).one()
        waiting["events"] = Waits(number=row.number, since=row.since)
        dead_events = connection.execute(given_up).scalar_one()
        found = {row[0]: row[1] for row in connection.execute(states)}
        kinds = sa.select(entries.c.state, sa.func.count()).group_by(entries.c.state)
        told = dict.fromkeys(EntryState, 0) | {row[0]: row[1] for row in connection.execute(kinds)}
    dead = found.pop(State.FAILED, 0)
    return Standing(
        waiting=waiting,
        worked_on=sum(found.values()),
        dead_letters=dead,
        dead_events=int(dead_events),
        entries=told,
        looked_at=looks.looked_at(store, looks.CHATTER),
    )
