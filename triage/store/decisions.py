"""What people decide about entries, here or in Odoo: written down once, taught from, and never done in the ERP."""

import enum
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from triage.store import entries, events, learned, looks, measures
from triage.store.database import Store
from triage.store.tables import entries as rows
from triage.store.tables import entry_messages, feedback, outbox


class Decision(enum.StrEnum):
    """What a person did about an entry. It changes nothing in the ERP."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_CONDITIONS = "accepted_with_conditions"
    REJECTED = "rejected"
    REVISED = "revised"
    ESCALATED = "escalated"
    SNOOZED = "snoozed"


#: What was read is right, whatever is done about it: it teaches what the supplier calls our goods.
_ACCEPTING = frozenset({Decision.ACCEPTED, Decision.ACCEPTED_WITH_CONDITIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person decided somewhere, and when."""

    decision: Decision
    comment: str
    person: str
    at: datetime
    until: datetime | None = None  # end of a snooze; None: until something worse is told


def adopt(store: Store, key: str, judgement: Judgement, *, digest: str, source: str, external_id: int) -> bool | None:
    """Write down once what a person judged elsewhere, about the note with that digest.

    What was told after that note stays open. None where it was adopted before, False where no entry has this key.
    """
    now = store.now
    with store.write() as connection:
        if not looks.take(connection, source, external_id, now):
            return None
        row = connection.execute(sa.select(rows).where(rows.c.key == key).with_for_update()).first()
        if row is None:
            return False
        seen = sa.select(sa.func.max(outbox.c.outcome_id)).where(outbox.c.key == key, outbox.c.digest == digest)
        outcome_id = connection.execute(seen).scalar_one()
        record(store, connection, row, judgement, outcome_id or row.outcome_id, now, seen_only=outcome_id is not None)
    store.measures.count(measures.DECISIONS, judgement.decision)
    return True


def record(
    store: Store,
    connection: Connection,
    row: Row[*tuple[object, ...]],
    judgement: Judgement,
    outcome_id: int,
    now: datetime,
    *,
    seen_only: bool = False,
) -> Row[*tuple[object, ...]]:
    """Keep a judgement about an entry's outcome; returns the entry's row.

    seen_only: it is about that outcome and those before it; the entry stays open where a later message tells something.
    """
    values = {"decision": judgement.decision, "comment": judgement.comment[:4000], "person": judgement.person[:200]}
    told = feedback.insert().values(entry_id=row.id, outcome_id=outcome_id, at=judgement.at, **values)
    number = connection.execute(told.returning(feedback.c.id)).scalar_one()
    facts = {"key": row.key, "decision": judgement.decision, "decided_at": judgement.at.isoformat()}
    events.put(store, connection, events.Type.DECISION, str(number), facts, entry_key=row.key)
    if judgement.decision in _ACCEPTING:
        learned.learn(connection, outcome_id, person=judgement.person, now=now)
    before = entries.sorts(connection, row)
    mine = entry_messages.c.entry_id == row.id
    last = connection.execute(sa.select(sa.func.max(entry_messages.c.id)).where(mine)).scalar_one()
    seen = sa.and_(mine, entry_messages.c.outcome_id <= outcome_id)
    heard = connection.execute(sa.select(sa.func.max(entry_messages.c.id)).where(seen)).scalar_one() or 0
    is_newest = not seen_only or heard == last
    changed: dict[str, object] = {"updated_at": now}
    if judgement.decision is Decision.SNOOZED:
        if is_newest:
            changed |= {"state": entries.EntryState.SNOOZED, "snoozed_until": judgement.until}
    elif judgement.decision is not Decision.ESCALATED:
        changed["decided_through"] = max(row.decided_through, last if is_newest else heard)
        if is_newest:
            changed |= {"state": entries.EntryState.DONE, "snoozed_until": None}
    connection.execute(sa.update(rows).where(rows.c.id == row.id).values(**changed))
    after = entries.lock(connection, row.id)
    entries.count(connection, before, entries.sorts(connection, after))
    if not is_newest:
        entries.refresh(connection, after, now)
        after = entries.lock(connection, row.id)
    return after
