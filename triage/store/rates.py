"""How fast a queue is worked off at most, by all workers together: one row a queue, locked while one is taken.

In the database like whose turn it is: the broker's own limits hold for one worker, and count bells instead of messages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.store.database import insert_once
from triage.store.tables import queue_rates

#: After a pause so much is caught up with at once: a second's worth.
_CATCH_UP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something waits in the queue and may not be taken yet."""

    seconds: float
    ring: bool  # whoever is told so rings when they are over; all others may forget it


def take(connection: Connection, queue: str, per_second: float, now: datetime) -> Wait | None:
    """Take one from a queue at this moment: None where that is allowed, else how long it is not."""
    mine = queue_rates.c.queue == queue
    locked = sa.select(queue_rates).where(mine).with_for_update()
    row = connection.execute(locked).one_or_none()
    if row is None:
        insert_once(connection, queue_rates, {"queue": queue, "free_at": now, "bell_at": now})
        row = connection.execute(locked).one()
    if row.free_at <= now:
        free_at = max(row.free_at, now - _CATCH_UP) + timedelta(seconds=1 / per_second)
        connection.execute(sa.update(queue_rates).where(mine).values(free_at=free_at))
        return None
    ring = row.bell_at <= now
    if ring:
        connection.execute(sa.update(queue_rates).where(mine).values(bell_at=row.free_at))
    return Wait(seconds=(row.free_at - now).total_seconds(), ring=ring)
