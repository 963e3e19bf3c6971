"""What was taken from a source that is looked through again and again: each record once, nothing missed.

Numbers at such a source may appear out of order, so "higher than the last" is never asked: what is in the window and
was not taken is new. A hint says that a look is worth while; it carries nothing else.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.store.database import Store, insert_once
from triage.store.tables import hints, looks, taken

#: What is looked at in Odoo: mails of its chatter (also their door), and what people judged there.
CHATTER = "chatter"
JUDGEMENTS = "judgements"
#: A hint that no look has answered for so long was lost with its worker: the next one rings again.
_LOST = timedelta(minutes=2)
_CHUNK = 500


def new_of(store: Store, source: str, ids: Collection[int]) -> tuple[int, ...]:
    """Those that were not taken yet, ascending."""
    wanted = sorted(set(ids))
    known: set[int] = set()
    with store.read() as connection:
        for start in range(0, len(wanted), _CHUNK):
            mine = sa.and_(taken.c.source == source, taken.c.external_id.in_(wanted[start : start + _CHUNK]))
            known.update(connection.execute(sa.select(taken.c.external_id).where(mine)).scalars())
    return tuple(item for item in wanted if item not in known)


def take(connection: Connection, source: str, external_id: int, now: datetime) -> bool:
    """Mark as taken in the transaction that deals with it. False where it was taken before."""
    return insert_once(connection, taken, {"source": source, "external_id": external_id, "at": now})


def took(store: Store, source: str, external_id: int) -> None:
    """Mark as taken what another transaction has kept already."""
    with store.write() as connection:
        take(connection, source, external_id, store.now)


def through(store: Store, source: str) -> datetime | None:
    """Up to which moment of the source's clock everything has been seen; None before the first look."""
    with store.read() as connection:
        return connection.execute(sa.select(looks.c.through).where(looks.c.source == source)).scalar_one_or_none()


def looked_at(store: Store, source: str) -> datetime | None:
    """When the last look ended well, by our clock."""
    with store.read() as connection:
        return connection.execute(sa.select(looks.c.looked_at).where(looks.c.source == source)).scalar_one_or_none()


def begin(store: Store, source: str) -> None:
    """A look begins: hints from now on ask for another one."""
    with store.write() as connection:
        insert_once(connection, looks, {"source": source})
        connection.execute(sa.update(looks).where(looks.c.source == source).values(hinted_at=None))


def end(store: Store, source: str, seen_through: datetime) -> None:
    """A look ended well. Never moves back where two looked at once."""
    with store.write() as connection:
        mine = looks.c.source == source
        insert_once(connection, looks, {"source": source})
        connection.execute(sa.update(looks).where(mine).values(looked_at=store.now))
        later = sa.or_(looks.c.through.is_(None), looks.c.through < seen_through)
        connection.execute(sa.update(looks).where(mine, later).values(through=seen_through))


def hint(store: Store, source: str) -> bool:
    """Somebody says that there is news. True where a look should be rung for; False where one is on its way."""
    now = store.now
    with store.write() as connection:
        insert_once(connection, looks, {"source": source})
        free = sa.or_(looks.c.hinted_at.is_(None), looks.c.hinted_at < now - _LOST)
        rung = connection.execute(sa.update(looks).where(looks.c.source == source, free).values(hinted_at=now))
        return bool(rung.rowcount == 1)


def hook_token(secret: str) -> str:
    """The last part of the address to which an Odoo that can't sign sends its hints."""
    return hmac.new(secret.encode(), b"triage hints from odoo", hashlib.sha256).hexdigest()


def first_time(store: Store, signature: str, kept: timedelta) -> bool:
    """True where this signature (hexadecimal SHA-256) was never seen; old ones are forgotten after `kept`."""
    now = store.now
    with store.write() as connection:
        connection.execute(sa.delete(hints).where(hints.c.at < now - kept))
        return insert_once(connection, hints, {"signature": signature, "at": now})
