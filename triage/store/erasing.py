"""Deletes messages with all that was made of them: by age and company, or all of a person or a supplier.

What is being worked on is left alone and told. Never touches what stands in Odoo: where notes stand there is told.
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.store import codec, entries, events
from triage.store.database import Store
from triage.store.inbox import FINAL
from triage.store.tables import (
    blobs,
    entry_messages,
    entry_tags,
    feedback,
    lessons,
    local_notes,
    messages,
    model_answers,
    model_calls,
    outbox,
    outcome_orders,
    outcomes,
    posts,
    refusals,
    rereads,
    transitions,
)
from triage.store.tables import entries as entry_rows

_BATCH = 100  # messages of one transaction
#: Stands where a person's name stood.
ERASED = "erased"
_OVER = (entries.EntryState.DONE, entries.EntryState.INFO)


@dataclass(slots=True, kw_only=True)
class Report:
    """What was deleted, or would be."""

    messages: list[str] = field(default_factory=list)  # their digests
    bytes: int = 0
    entries_deleted: int = 0
    entries_shortened: int = 0  # others' messages are still there
    refusals: int = 0
    decisions: int = 0  # whose person or words were taken out
    lessons: int = 0
    answers: int = 0  # of a language model
    in_odoo: list[str] = field(default_factory=list)  # records on which a note of ours stands still
    being_read: list[str] = field(default_factory=list)  # left alone: run it again


def by_age(store: Store, *, until: datetime | None, companies: Mapping[str, datetime | None], dry_run: bool) -> Report:
    """Delete what is older and settled: messages of entries that nobody has to look at, and those without an entry.

    until: for all companies but those named; None: kept for ever. An entry goes when its newest message is old enough.
    """
    report = Report()
    for company, limit in (*companies.items(), (None, until)):
        if limit is not None:
            of = entry_rows.c.company == company if company is not None else entry_rows.c.company.not_in([*companies])
            _in_batches(store, report, functools.partial(_settled, of=of, limit=limit), dry_run=dry_run)
    if until is not None:
        _in_batches(store, report, functools.partial(_alone, limit=until), dry_run=dry_run)
        with store.write() as connection:
            old = refusals.c.at < until
            report.refusals = _number(connection, refusals, old)
            if not dry_run:
                connection.execute(sa.delete(refusals).where(old))
    return report


def of_person(store: Store, words: str, *, dry_run: bool) -> Report:
    """Delete every message that names a person, by name or address, and take the person out of decisions."""
    needle = words.casefold()
    report = _all_of(store, list(_naming(store, needle)), dry_run=dry_run)
    with store.write() as connection:
        # Compared here: databases disagree about small and large letters outside ASCII.
        told = connection.execute(sa.select(feedback.c.id, feedback.c.person, feedback.c.comment))
        spoken = [row.id for row in told if needle in f"{row.person}\n{row.comment}".casefold()]
        taught = connection.execute(sa.select(lessons.c.id, lessons.c.person))
        theirs = [row.id for row in taught if needle in row.person.casefold()]
        report.decisions = len(spoken)
        if not dry_run:
            for start in range(0, len(spoken), _BATCH):
                mine = feedback.c.id.in_(spoken[start : start + _BATCH])
                connection.execute(sa.update(feedback).where(mine).values(person=ERASED, comment=""))
            for start in range(0, len(theirs), _BATCH):
                mine = lessons.c.id.in_(theirs[start : start + _BATCH])
                connection.execute(sa.update(lessons).where(mine).values(person=ERASED))
    return report


def of_supplier(store: Store, name: str, *, dry_run: bool) -> Report:
    """Delete every message in an entry of this supplier, and what was learned about it."""
    mine = sa.func.lower(entry_rows.c.supplier) == name.lower()
    query = (
        sa.select(entry_messages.c.message_id, entry_messages.c.outcome_id)
        .join(entry_rows, entry_rows.c.id == entry_messages.c.entry_id)
        .where(mine)
    )
    ids: dict[str, None] = {}
    suppliers: set[int] = set()
    with store.read() as connection:
        for row in connection.execute(query).all():
            ids[row.message_id] = None
            document = connection.execute(
                sa.select(outcomes.c.document).where(outcomes.c.id == row.outcome_id)
            ).scalar_one_or_none()
            if document is not None:
                found: entries.GoodEnd = codec.unpack(document, entries.GoodEnd)
                suppliers |= {
                    order.supplier.id
                    for order in found.assessment.confirmation.orders
                    if order.supplier.name.lower() == name.lower()
                }
    report = _all_of(store, list(ids), dry_run=dry_run)
    known = lessons.c.supplier_id.in_(sorted(suppliers))
    with store.write() as connection:
        report.lessons = _number(connection, lessons, known)
        if not dry_run:
            connection.execute(sa.delete(lessons).where(known))
    return report


def _number(connection: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())


def _all_of(store: Store, ids: list[str], *, dry_run: bool) -> Report:
    report = Report()
    for start in range(0, len(ids), _BATCH):
        with store.write() as connection:
            _remove(connection, ids[start : start + _BATCH], store.now, report, dry_run=dry_run)
    return report


def _in_batches(
    store: Store, report: Report, found: Callable[[Connection, int], tuple[list[str], int]], *, dry_run: bool
) -> None:
    """Delete what `found` names behind a row, some at a time, until it names nothing."""
    last = 0
    while True:
        with store.write() as connection:
            ids, last = found(connection, last)
            if not ids:
                return
            _remove(connection, ids, store.now, report, dry_run=dry_run)


def _settled(
    connection: Connection, last: int, *, of: sa.ColumnElement[bool], limit: datetime
) -> tuple[list[str], int]:
    """All messages of the next entries that are over, and whose newest message is older; the last of these entries."""
    younger = (
        sa.exists()
        .where(entry_messages.c.entry_id == entry_rows.c.id, messages.c.message_id == entry_messages.c.message_id)
        .where(messages.c.received_at >= limit)
    )
    wanted = sa.select(entry_rows.c.id).where(of, entry_rows.c.state.in_(_OVER), ~younger, entry_rows.c.id > last)
    about = connection.execute(wanted.order_by(entry_rows.c.id).limit(_BATCH)).scalars().all()
    theirs = sa.select(entry_messages.c.message_id).where(entry_messages.c.entry_id.in_(about)).distinct()
    return list(connection.execute(theirs).scalars()), about[-1] if about else last


def _alone(connection: Connection, last: int, *, limit: datetime) -> tuple[list[str], int]:
    """The next old messages that ended without an entry; the last of them."""
    listed = sa.exists().where(entry_messages.c.message_id == messages.c.message_id)
    query = sa.select(messages.c.id, messages.c.message_id).where(
        messages.c.received_at < limit, messages.c.state.in_(FINAL), ~listed, messages.c.id > last
    )
    rows = connection.execute(query.order_by(messages.c.id).limit(_BATCH)).all()
    return [row.message_id for row in rows], rows[-1].id if rows else last


def _naming(store: Store, needle: str) -> Iterator[str]:
    """Messages in whose bytes or text the words stand, some at a time."""
    last = 0
    while True:
        with store.read() as connection:
            rows = connection.execute(
                sa.select(messages.c.id, messages.c.message_id, messages.c.name, blobs.c.content, outcomes.c.document)
                .join(blobs, blobs.c.digest == messages.c.message_id)
                .join(outcomes, outcomes.c.id == messages.c.outcome_id, isouter=True)
                .where(messages.c.id > last)
                .order_by(messages.c.id)
                .limit(_BATCH)
            ).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            if (
                needle in row.name.casefold()
                or needle.encode() in row.content.lower()
                or (row.document is not None and needle in _text(codec.unpack(row.document, entries.GoodEnd)))
            ):
                yield row.message_id


def _text(end: entries.GoodEnd) -> str:
    """All that was read of a message."""
    reading = end.reading
    return "\n".join([repr(reading.headers), *(part.text for part in reading.parts)]).casefold()


def _remove(connection: Connection, ids: list[str], now: datetime, report: Report, *, dry_run: bool) -> None:
    """Delete messages and all that hangs on them; the rest of their entries is weighed anew."""
    held = sa.select(messages.c.message_id, messages.c.state).where(messages.c.message_id.in_(ids)).with_for_update()
    states = {row.message_id: row.state for row in connection.execute(held)}
    free = [item for item in ids if states.get(item) in FINAL]
    report.being_read += [item for item in ids if item in states and item not in free]
    if not free:
        return
    report.messages += free
    size = sa.select(sa.func.coalesce(sa.func.sum(blobs.c.size), 0)).where(blobs.c.digest.in_(free))
    report.bytes += int(connection.execute(size).scalar_one())
    mine = entry_messages.c.message_id.in_(free)
    about = sorted(set(connection.execute(sa.select(entry_messages.c.entry_id).where(mine)).scalars()))
    requests = sa.select(model_calls.c.request).where(model_calls.c.message_id.in_(free))
    report.answers += _number(connection, model_answers, model_answers.c.request.in_(requests))
    rest = {
        entry_id: connection.execute(
            sa.select(sa.func.count()).where(entry_messages.c.entry_id == entry_id, ~mine)
        ).scalar_one()
        for entry_id in about
    }
    report.entries_deleted += sum(not number for number in rest.values())
    report.entries_shortened += sum(bool(number) for number in rest.values())
    report.in_odoo += _notes(connection, about)
    if dry_run:
        return
    connection.execute(sa.delete(model_answers).where(model_answers.c.request.in_(requests)))
    connection.execute(sa.delete(entry_messages).where(mine))
    connection.execute(sa.delete(outbox).where(outbox.c.message_id.in_(free)))
    events.remove(connection, message_ids=free)
    for entry_id in about:
        entry = entries.lock(connection, entry_id)
        if rest[entry_id]:
            entries.refresh(connection, entry, now)
        else:
            _remove_entry(connection, entry)
    theirs = sa.select(outcomes.c.id).where(outcomes.c.message_id.in_(free))
    connection.execute(sa.delete(outcome_orders).where(outcome_orders.c.outcome_id.in_(theirs)))
    for table in (outcomes, transitions, rereads, messages):
        connection.execute(sa.delete(table).where(table.c.message_id.in_(free)))
    connection.execute(sa.delete(blobs).where(blobs.c.digest.in_(free)))


def _notes(connection: Connection, about: list[int]) -> list[str]:
    """Records of Odoo on which notes of these entries stand."""
    query = (
        sa.select(entry_rows.c.record_model, entry_rows.c.record_name)
        .join(posts, posts.c.key == entry_rows.c.key)
        .where(entry_rows.c.id.in_(about), posts.c.place == "odoo")
    )
    return sorted({f"{row.record_model} {row.record_name}" for row in connection.execute(query)})


def _remove_entry(connection: Connection, entry: sa.Row[*tuple[object, ...]]) -> None:
    entries.count(connection, entries.sorts(connection, entry), Counter())
    for table in (entry_tags, feedback):
        connection.execute(sa.delete(table).where(table.c.entry_id == entry.id))
    for table in (outbox, posts, local_notes):
        connection.execute(sa.delete(table).where(table.c.key == entry.key))
    events.remove(connection, entry_key=entry.key)
    connection.execute(sa.delete(entry_rows).where(entry_rows.c.id == entry.id))


def vacuum(store: Store) -> None:
    """Have SQLite overwrite what was deleted; PostgreSQL does it by itself."""
    if store.engine.dialect.name == "sqlite":
        connection = store.engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM")
        finally:
            connection.close()
