"""The queue's rows: one a situation, brought up to date in the transaction that stores an outcome, with counts beside.

Never decides anything: a decision of a person closes an entry, a message with news opens it again.
"""

import enum
from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from triage.domain.outcome import Advised, NeedsPerson, NothingToSay, Understood
from triage.store import codec, situation
from triage.store.database import add_counts, insert_once
from triage.store.tables import entries, entry_counts, entry_messages, entry_tags, feedback, messages, outcomes

#: As stored: which of the three good ends it was.
GoodEnd = Advised | NothingToSay | NeedsPerson

#: More messages about one situation than this are history, not news.
_WEIGHED = 40


class EntryState(enum.StrEnum):
    """Where an entry is."""

    OPEN = "open"
    SNOOZED = "snoozed"  # until a date, or until something worse is told
    DONE = "done"  # a person decided
    INFO = "info"  # nothing stands against the order: for information


def update(connection: Connection, outcome: GoodEnd, outcome_id: int, now: datetime) -> tuple[str, ...]:
    """Add an outcome to its situation's entry; returns the keys of situations that it left empty."""
    entry = _locked(connection, outcome, outcome_id, now)
    connection.execute(
        entry_messages.insert().values(
            entry_id=entry.id,
            message_id=outcome.message_id,
            outcome_id=outcome_id,
            headline=outcome.advice.headline,
            priority=outcome.advice.rank.priority,
            at=now,
        )
    )
    left = _leave_others(connection, outcome.message_id, entry.id, now)
    refresh(connection, entry, now)
    return left


def _leave_others(connection: Connection, message_id: str, entry_id: int, now: datetime) -> tuple[str, ...]:
    """A message read anew may belong to another situation than before: its old entry forgets it."""
    old = connection.execute(
        sa.select(entry_messages.c.entry_id)
        .where(entry_messages.c.message_id == message_id, entry_messages.c.entry_id != entry_id)
        .distinct()
        .order_by(entry_messages.c.entry_id)
    ).scalars()
    empty = []
    for other in old.all():
        row = lock(connection, other)
        gone = sa.and_(entry_messages.c.entry_id == other, entry_messages.c.message_id == message_id)
        connection.execute(sa.delete(entry_messages).where(gone))
        if _history(connection, other):
            refresh(connection, row, now)
            continue
        count(connection, sorts(connection, row), Counter())
        for table in (feedback, entry_tags):
            connection.execute(sa.delete(table).where(table.c.entry_id == other))
        connection.execute(sa.delete(entries).where(entries.c.id == other))
        empty.append(row.key)
    return tuple(empty)


def refresh(connection: Connection, entry: Row[*tuple[object, ...]], now: datetime) -> None:
    """Weigh an entry's messages anew and write its row, tags and counts."""
    history = _history(connection, entry.id)
    decided = {index for index, (row_id, _, _) in enumerate(history) if row_id <= entry.decided_through}
    weighed = situation.weigh([item for _, _, item in history], decided=decided)
    shown = history[weighed.shown][2]
    rank = shown.advice.rank
    tags = {("role", str(role)) for role in shown.advice.route.roles}
    tags |= {("deviation", str(item.type)) for _, item in weighed.standing}
    state = _state(entry, is_open=weighed.open, score=rank.score, now=now)
    before = sorts(connection, entry)
    values = {
        "state": state,
        "priority": rank.priority,
        "score": rank.score,
        "headline": shown.advice.headline,
        "outcome_id": history[weighed.shown][1],
        "roles": " ".join(shown.advice.route.roles),
        "act_by": shown.advice.route.act_by,
        "mode": shown.advice.mode,
        "needs_review": shown.assessment.needs_review,
        "deviations": len(weighed.standing),
        "messages": len(history),
        "updated_at": now,
        **_about(shown),
    }
    if state is not EntryState.SNOOZED:
        values["snoozed_until"] = None
    connection.execute(sa.update(entries).where(entries.c.id == entry.id).values(**values))
    connection.execute(sa.delete(entry_tags).where(entry_tags.c.entry_id == entry.id))
    if tags:
        connection.execute(
            entry_tags.insert(), [{"entry_id": entry.id, "dimension": one, "value": two} for one, two in sorted(tags)]
        )
    count(connection, before, sorts(connection, lock(connection, entry.id)))


def lock(connection: Connection, entry_id: int) -> Row[*tuple[object, ...]]:
    """An entry's row, held until the transaction ends."""
    return connection.execute(sa.select(entries).where(entries.c.id == entry_id).with_for_update()).one()


def sorts(connection: Connection, entry: Row[*tuple[object, ...]]) -> Counter[tuple[str, ...]]:
    """What an entry counts as: (state, dimension, value)."""
    if not entry.state:
        return Counter()
    tags = connection.execute(
        sa.select(entry_tags.c.dimension, entry_tags.c.value).where(entry_tags.c.entry_id == entry.id)
    ).all()
    pairs = [
        ("all", ""),
        ("priority", entry.priority),
        ("kind", entry.kind),
        ("company", entry.company[:200]),
        *((row.dimension, row.value) for row in tags),
    ]
    return Counter((entry.state, dimension, value) for dimension, value in pairs)


def count(connection: Connection, before: Counter[tuple[str, ...]], after: Counter[tuple[str, ...]]) -> None:
    """Bring the counts up to date after an entry changed."""
    deltas = {key: after[key] - before[key] for key in before.keys() | after.keys()}
    add_counts(connection, entry_counts, ("state", "dimension", "value"), deltas)


def _locked(connection: Connection, outcome: GoodEnd, outcome_id: int, now: datetime) -> Row[*tuple[object, ...]]:
    """The entry of the outcome's situation, made where there is none."""
    advice = outcome.advice
    insert_once(
        connection,
        entries,
        {
            "key": advice.key,
            "state": "",  # counts as nothing until it is weighed
            "priority": advice.rank.priority,
            "score": advice.rank.score,
            "headline": advice.headline,
            "roles": "",
            "mode": advice.mode,
            "needs_review": False,
            "deviations": 0,
            "messages": 0,
            "outcome_id": outcome_id,
            "first_at": now,
            "updated_at": now,
            **_about(outcome),
        },
    )
    return connection.execute(sa.select(entries).where(entries.c.key == advice.key).with_for_update()).one()


def _about(understood: Understood) -> dict[str, object]:
    """What the list shows and filters by: whose situation this is."""
    orders = understood.assessment.confirmation.orders
    headers = understood.reading.headers
    sender = (headers.sender.name or headers.sender.email) if headers.sender else ""
    record = understood.advice.record
    supplier = orders[0].supplier.name if orders else sender
    words = [
        understood.advice.headline,
        supplier,
        headers.subject,
        headers.sender.email if headers.sender else "",
        record.name if record else "",
        *(order.name for order in orders),
        *(line.product_code or "" for line in understood.assessment.confirmation.lines),
        *(line.supplier_product_code or "" for line in understood.assessment.confirmation.lines),
    ]
    reference = understood.assessment.confirmation.supplier_reference
    if reference is not None:
        words.append(reference.value)
    return {
        "kind": understood.assessment.kind.kind,
        "company": orders[0].company.name if orders else "",
        "supplier": supplier,
        "buyer": orders[0].buyer.name if orders and orders[0].buyer else "",
        "record_model": record.model if record else None,
        "record_id": record.id if record else None,
        "record_name": record.name if record else "",
        "search": " ".join(dict.fromkeys(filter(None, words))).lower()[:4000],
    }


def _history(connection: Connection, entry_id: int) -> list[tuple[int, int, Understood]]:
    """(row, outcome, understood) of the newest messages in the order of their arrival, each in its newest reading.

    The row is the message's first one: reading a message again is no news about it.
    """
    newest = (
        sa.select(sa.func.max(entry_messages.c.id).label("id"), sa.func.min(entry_messages.c.id).label("first"))
        .where(entry_messages.c.entry_id == entry_id)
        .group_by(entry_messages.c.message_id)
        .order_by(sa.func.min(entry_messages.c.id).desc())
        .limit(_WEIGHED)
        .subquery()
    )
    rows = connection.execute(
        sa.select(newest.c.first, entry_messages.c.outcome_id, outcomes.c.document)
        .select_from(entry_messages)
        .join(newest, newest.c.id == entry_messages.c.id)
        .join(outcomes, outcomes.c.id == entry_messages.c.outcome_id)
        .join(messages, messages.c.message_id == entry_messages.c.message_id)
        .order_by(messages.c.id)
    ).all()
    return [(row.first, row.outcome_id, codec.unpack(row.document, GoodEnd)) for row in rows]


def _state(entry: Row[*tuple[object, ...]], *, is_open: bool, score: float, now: datetime) -> EntryState:
    if not is_open:
        return EntryState.DONE if entry.decided_through else EntryState.INFO
    if entry.state == EntryState.SNOOZED:
        worse = score > entry.score
        over = entry.snoozed_until is not None and entry.snoozed_until <= now
        return EntryState.OPEN if worse or over else EntryState.SNOOZED
    return EntryState.OPEN
