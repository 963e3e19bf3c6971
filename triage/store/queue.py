"""The ranked list, its filters and counts, one entry with its history, failures, and people's decisions.

Never changes what was understood, and nothing in the ERP: a decision is written down here alone.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.errors import InputError
from triage.store import codec, decisions, entries, measures
from triage.store.database import Store
from triage.store.decisions import Decision as Decision
from triage.store.inbox import CLAIMED, State
from triage.store.tables import entries as rows
from triage.store.tables import (
    entry_counts,
    entry_messages,
    entry_tags,
    feedback,
    messages,
    outcomes,
    posts,
    refusals,
    transitions,
)

#: Deeper pages than this are not turned: filters lead there faster.
_DEEPEST = 10_000


class Grouping(enum.StrEnum):
    """How the list is put together; within a group by rank."""

    NONE = ""
    SUPPLIER = "supplier"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to list; an empty value does not restrict."""

    state: str = "open"
    company: str = ""
    kind: str = ""  # of the message shown first
    priority: str = ""
    role: str = ""
    deviation: str = ""
    text: str = ""  # words that must all occur


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the queue."""

    id: int
    key: str
    state: str
    priority: str
    score: float
    headline: str
    kind: str
    company: str
    supplier: str
    buyer: str
    record_model: str | None
    record_id: int | None
    record_name: str
    roles: tuple[str, ...]
    mode: str
    needs_review: bool
    deviations: int  # standing
    messages: int
    outcome_id: int
    act_by: datetime | None
    snoozed_until: datetime | None
    first_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries in the order asked for."""

    entries: tuple[Entry, ...]
    number: int  # counted from 1
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message of an entry's history, in one reading."""

    message_id: str
    outcome_id: int
    headline: str
    priority: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person decided, about which reading."""

    decision: Decision
    comment: str
    person: str
    at: datetime
    outcome_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One entry whole."""

    entry: Entry
    current: tuple[tuple[Told, entries.GoodEnd], ...]  # newest reading of each message, oldest message first
    history: tuple[Told, ...]  # every reading, newest first
    decisions: tuple[Decided, ...]  # newest first
    posted: tuple[str, datetime] | None  # place and moment of the living note


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMessage:
    """A message that could not be worked on; it can be replayed."""

    message_id: str
    name: str
    door: str
    step: str
    reason: str
    way_out: str
    attempts: int
    received_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What a door turned away."""

    door: str
    name: str
    size: int  # bytes
    reason: str
    way_out: str
    at: datetime


def listed(
    store: Store, filters: Filters, *, page: int = 1, size: int = 25, grouping: Grouping = Grouping.NONE
) -> Page:
    """One page of the queue, the most urgent first."""
    wake(store)
    order: list[sa.ColumnElement[object]] = [rows.c.score.desc(), rows.c.id.desc()]  # as the indexes run, backwards
    if grouping is Grouping.SUPPLIER:
        order.insert(0, rows.c.supplier)
    elif grouping is Grouping.ORDER:
        order.insert(0, rows.c.record_name)
    start = min((max(page, 1) - 1) * size, _DEEPEST)
    query = sa.select(rows).where(*_conditions(filters)).order_by(*order).offset(start).limit(size + 1)
    with store.read() as connection:
        found = connection.execute(query).all()
    return Page(entries=tuple(_entry(row) for row in found[:size]), number=start // size + 1, more=len(found) > size)


def counts(store: Store, state: str = "open") -> dict[str, dict[str, int]]:
    """How many entries of a state there are: dimension → value → number. Read beside the list, never counted."""
    found: dict[str, dict[str, int]] = {}
    with store.read() as connection:
        query = sa.select(entry_counts).where(entry_counts.c.state == state, entry_counts.c["count"] > 0)
        for row in connection.execute(query.order_by(entry_counts.c.dimension, entry_counts.c.value)):
            found.setdefault(row.dimension, {})[row.value] = row._mapping["count"]
    return found


def totals(store: Store) -> dict[str, int]:
    """State of the queue → number of entries."""
    with store.read() as connection:
        query = sa.select(entry_counts.c.state, entry_counts.c["count"]).where(entry_counts.c.dimension == "all")
        return {str(state): int(number) for state, number in connection.execute(query)}


def message_totals(store: Store) -> dict[str, int]:
    """State of messages → number of messages."""
    with store.read() as connection:
        query = sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)
        return {row[0]: row[1] for row in connection.execute(query)}


def unfinished(store: Store) -> dict[str, int]:
    """Messages that wait, are being read, or failed: state → number. Few at any time, found by index."""
    states = (State.RECEIVED, *CLAIMED, State.FAILED)
    with store.read() as connection:
        query = sa.select(messages.c.state, sa.func.count()).where(messages.c.state.in_(states))
        return {row[0]: row[1] for row in connection.execute(query.group_by(messages.c.state))}


def detail(store: Store, key: str) -> Detail | None:
    """One entry whole; None where there is none of that key."""
    wake(store)
    with store.read() as connection:
        row = connection.execute(sa.select(rows).where(rows.c.key == key)).first()
        if row is None:
            return None
        told = connection.execute(
            sa.select(entry_messages)
            .join(messages, messages.c.message_id == entry_messages.c.message_id)
            .where(entry_messages.c.entry_id == row.id)
            .order_by(messages.c.id, entry_messages.c.id)
        ).all()
        newest: dict[str, sa.Row[*tuple[object, ...]]] = {}
        for item in told:  # in the order of arrival, each in its newest reading
            newest[item.message_id] = item
        wanted = [item.outcome_id for item in newest.values()]
        documents = {
            item.id: item.document
            for item in connection.execute(
                sa.select(outcomes.c.id, outcomes.c.document).where(outcomes.c.id.in_(wanted))
            )
        }
        decided = connection.execute(
            sa.select(feedback).where(feedback.c.entry_id == row.id).order_by(feedback.c.id.desc())
        ).all()
        post = connection.execute(sa.select(posts.c.place, posts.c.at).where(posts.c.key == key)).first()
    return Detail(
        entry=_entry(row),
        current=tuple(
            (_told(item), codec.unpack(documents[item.outcome_id], entries.GoodEnd)) for item in newest.values()
        ),
        history=tuple(_told(item) for item in sorted(told, key=lambda item: -item.id)),
        decisions=tuple(
            Decided(
                decision=Decision(item.decision),
                comment=item.comment,
                person=item.person,
                at=item.at,
                outcome_id=item.outcome_id,
            )
            for item in decided
        ),
        posted=(post.place, post.at) if post else None,
    )


def decide(
    store: Store, key: str, decision: Decision, *, comment: str, person: str, until: datetime | None = None
) -> Entry:
    """Write down what a person decided. `until`: end of a snooze; without it, until something worse is told.

    Raises InputError where there is no such entry.
    """
    with store.write() as connection:
        row = connection.execute(sa.select(rows).where(rows.c.key == key).with_for_update()).first()
        if row is None:
            raise InputError(
                "there is no such entry", subject=key, way_out="It may have moved; look for it in the list."
            )
        judgement = decisions.Judgement(decision=decision, comment=comment, person=person, at=store.now, until=until)
        entry = _entry(decisions.record(store, connection, row, judgement, row.outcome_id, store.now))
    store.measures.count(measures.DECISIONS, decision)
    return entry


def entry_of(connection: Connection, key: str) -> Entry | None:
    """The entry of a situation as it stands in this transaction."""
    row = connection.execute(sa.select(rows).where(rows.c.key == key)).one_or_none()
    return None if row is None else _entry(row)


def wake(store: Store) -> int:
    """Open the entries whose snooze is over; returns how many."""
    now = store.now
    over = sa.and_(rows.c.state == entries.EntryState.SNOOZED, rows.c.snoozed_until <= now)
    with store.read() as connection:
        due = connection.execute(sa.select(rows.c.id).where(over).order_by(rows.c.id).limit(500)).scalars().all()
    if not due:
        return 0
    with store.write() as connection:
        for entry_id in due:
            row = entries.lock(connection, entry_id)
            if row.state != entries.EntryState.SNOOZED:
                continue
            before = entries.sorts(connection, row)
            woken = sa.update(rows).where(rows.c.id == entry_id)
            connection.execute(woken.values(state=entries.EntryState.OPEN, snoozed_until=None))
            entries.count(connection, before, entries.sorts(connection, entries.lock(connection, entry_id)))
    return len(due)


def failures(store: Store, *, limit: int = 200) -> tuple[FailedMessage, ...]:
    """Messages that failed, newest first."""
    query = (
        sa.select(messages).where(messages.c.state == State.FAILED).order_by(messages.c.updated_at.desc()).limit(limit)
    )
    names = FailedMessage.__dataclass_fields__
    with store.read() as connection:
        return tuple(FailedMessage(**{name: getattr(row, name) for name in names}) for row in connection.execute(query))


def refused(store: Store, *, limit: int = 200) -> tuple[Refused, ...]:
    """What the doors turned away, newest first."""
    names = Refused.__dataclass_fields__
    with store.read() as connection:
        found = connection.execute(sa.select(refusals).order_by(refusals.c.id.desc()).limit(limit))
        return tuple(Refused(**{name: getattr(row, name) for name in names}) for row in found)


def steps_of(store: Store, message_id: str) -> tuple[tuple[datetime, str, str], ...]:
    """Every change of a message's state: when, what, why."""
    query = sa.select(transitions).where(transitions.c.message_id == message_id).order_by(transitions.c.id)
    with store.read() as connection:
        return tuple((row.at, row.state, row.detail) for row in connection.execute(query))


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found = [
        rows.c[name] == value for name in ("state", "company", "kind", "priority") if (value := getattr(filters, name))
    ]
    for dimension in ("role", "deviation"):
        value = getattr(filters, dimension)
        if value:
            tagged = sa.select(entry_tags.c.entry_id).where(
                entry_tags.c.dimension == dimension, entry_tags.c.value == value
            )
            found.append(rows.c.id.in_(tagged))
    words = filters.text.lower().split()[:8]
    found += [rows.c.search.contains(word, autoescape=True) for word in words]
    return found


def _entry(row: sa.Row[*tuple[object, ...]]) -> Entry:
    values = {name: getattr(row, name) for name in Entry.__dataclass_fields__}
    return Entry(**values | {"roles": tuple(str(row.roles).split())})


def _told(row: sa.Row[*tuple[object, ...]]) -> Told:
    return Told(**{name: getattr(row, name) for name in Told.__dataclass_fields__})


def keys_of(store: Store, message_ids: Sequence[str]) -> dict[str, str]:
    """The entry that each message stands in: message → key."""
    query = (
        sa.select(entry_messages.c.message_id, rows.c.key)
        .join(rows, rows.c.id == entry_messages.c.entry_id)
        .where(entry_messages.c.message_id.in_(list(message_ids)))
    )
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}
