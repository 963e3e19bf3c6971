"""What our side knows of notes that stand elsewhere: which were left, which never were, which orders they hang on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from triage.domain.assessment import DeviationType
from triage.store import codec, entries, inbox, outbox
from triage.store.database import Store
from triage.store.tables import entries as rows
from triage.store.tables import entry_messages, entry_tags, messages, outcomes, posts
from triage.store.tables import outbox as notes

_PAGE = 500
_WATCHED = ("open", "snoozed")  # what somebody may still act on
#: Over with the goods' arrival; anything else may matter to a bill, to quality or to security.
_OVER_WHEN_RECEIVED = frozenset(
    {DeviationType.LATE_DELIVERY, DeviationType.EARLY_DELIVERY, DeviationType.QUANTITY_SHORT}
)
#: Over with the order; what is suspicious, defective or billed is not.
_OVER_WHEN_CANCELLED = _OVER_WHEN_RECEIVED | {
    DeviationType.QUANTITY_OVER, DeviationType.PRICE_DEVIATION, DeviationType.LINE_REJECTED,
    DeviationType.SUBSTITUTION, DeviationType.TERMS_CHANGE, DeviationType.SHIPMENT_DISCREPANCY,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An open situation on an order."""

    entry_id: int
    key: str
    order_id: int
    order_name: str
    read_at: datetime  # the oldest of the readings that stand
    deviations: frozenset[str]

    @property
    def over_when_received(self) -> bool:
        return bool(self.deviations) and self.deviations <= _OVER_WHEN_RECEIVED

    @property
    def over_when_cancelled(self) -> bool:
        return bool(self.deviations) and self.deviations <= _OVER_WHEN_CANCELLED


def left(store: Store, place: str) -> Iterator[tuple[str, str, int, str]]:
    """(key, model, record's id, digest) of notes left at a place on which somebody may still act, page by page."""
    last = 0
    while True:
        query = (
            sa.select(rows.c.id, posts.c.key, rows.c.record_model, rows.c.record_id, posts.c.digest)
            .join(posts, posts.c.key == rows.c.key)
            .where(posts.c.place == place, rows.c.state.in_(_WATCHED), rows.c.record_id.is_not(None), rows.c.id > last)
            .order_by(rows.c.id)
            .limit(_PAGE)
        )
        with store.read() as connection:
            page = connection.execute(query).all()
        yield from ((row.key, row.record_model, row.record_id, row.digest) for row in page)
        if len(page) < _PAGE:
            return
        last = page[-1].id


def given_up(store: Store, terms: inbox.Terms) -> tuple[str, ...]:
    """Keys whose newest note was given up after all its attempts, though trying again can help."""
    newest = sa.select(sa.func.max(notes.c.id)).group_by(notes.c.key)
    spent = sa.and_(notes.c.state == "failed", notes.c.attempts >= terms.max_attempts, notes.c.id.in_(newest))
    with store.read() as connection:
        return tuple(connection.execute(sa.select(notes.c.key).where(spent).order_by(notes.c.id).limit(1000)).scalars())


def watched(store: Store) -> Iterator[Watched]:
    """Open situations on purchase orders, page by page; what scans found is looked at anew by the scans."""
    last = 0
    while True:
        standing = sa.and_(
            entry_messages.c.entry_id == rows.c.id,
            entry_messages.c.id > rows.c.decided_through,
            messages.c.message_id == entry_messages.c.message_id,
        )
        oldest = (
            sa.select(sa.func.min(outcomes.c.made_at))
            .select_from(entry_messages)
            .join(messages, messages.c.message_id == entry_messages.c.message_id)
            .join(outcomes, outcomes.c.id == messages.c.outcome_id)
            .where(standing)
            .scalar_subquery()
        )
        query = (
            sa.select(rows.c.id, rows.c.key, rows.c.record_id, rows.c.record_name, oldest.label("at"))
            .where(
                rows.c.record_model == "purchase.order", rows.c.state.in_(_WATCHED), rows.c.id > last,
                sa.not_(rows.c.key.like("watch:%")),
            )
            .order_by(rows.c.id)
            .limit(_PAGE)
        )  # fmt: skip
        with store.read() as connection:
            page = connection.execute(query).all()
            of_page = sa.and_(
                entry_tags.c.dimension == "deviation", entry_tags.c.entry_id.in_([row.id for row in page])
            )
            tags: dict[int, set[str]] = {}
            for tag in connection.execute(sa.select(entry_tags).where(of_page)):
                tags.setdefault(tag.entry_id, set()).add(tag.value)
        for row in page:
            if row.at is not None:
                yield Watched(
                    entry_id=row.id, key=row.key, order_id=row.record_id, order_name=row.record_name,
                    read_at=row.at, deviations=frozenset(tags.get(row.id, ())),
                )  # fmt: skip
        if len(page) < _PAGE:
            return
        last = page[-1].id


def readings(store: Store, item: Watched) -> tuple[tuple[str, entries.GoodEnd], ...]:
    """(message, how it was last read) of a situation's messages that nobody has decided on, in order of arrival."""
    first = sa.func.min(entry_messages.c.id)
    query = (
        sa.select(entry_messages.c.message_id, outcomes.c.document)
        .join(messages, messages.c.message_id == entry_messages.c.message_id)
        .join(outcomes, outcomes.c.id == messages.c.outcome_id)
        .join(rows, rows.c.id == entry_messages.c.entry_id)
        .where(entry_messages.c.entry_id == item.entry_id)
        .group_by(entry_messages.c.message_id, outcomes.c.document, rows.c.decided_through)
        .having(first > rows.c.decided_through)
        .order_by(first)
        .limit(40)
    )
    with store.read() as connection:
        found = connection.execute(query).all()
    return tuple((row.message_id, codec.unpack(row.document, entries.GoodEnd)) for row in found)


def settle(store: Store, item: Watched, why: str) -> tuple[int, ...]:
    """Close a situation that is over, and have its note say why; returns the notes to leave now."""
    now = store.now
    with store.write() as connection:
        row = entries.lock(connection, item.entry_id)
        if row.state not in _WATCHED:
            return ()
        before = entries.sorts(connection, row)
        mine = entry_messages.c.entry_id == row.id
        last = connection.execute(sa.select(sa.func.max(entry_messages.c.id)).where(mine)).scalar_one()
        closed = {"state": entries.EntryState.DONE, "decided_through": last, "snoozed_until": None, "updated_at": now}
        connection.execute(sa.update(rows).where(rows.c.id == row.id).values(**closed))
        entries.count(connection, before, entries.sorts(connection, entries.lock(connection, row.id)))
        told = sa.select(entry_messages.c.message_id).where(mine).distinct()
        for message_id in connection.execute(told).scalars().all():
            state = connection.execute(
                sa.select(messages.c.state).where(messages.c.message_id == message_id)
            ).scalar_one()
            inbox.record(connection, message_id, inbox.State(state), now, why)
    return outbox.again(store, [item.key], settled=why)


def names(store: Store, keys: Collection[str]) -> dict[str, str]:
    """Key → the record's name, for people."""
    found: dict[str, str] = {}
    wanted = sorted(keys)
    with store.read() as connection:
        for start in range(0, len(wanted), _PAGE):
            some = rows.c.key.in_(wanted[start : start + _PAGE])
            found |= {row.key: row.record_name for row in connection.execute(sa.select(rows).where(some))}
    return found
