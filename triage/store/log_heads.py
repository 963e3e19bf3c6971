"""The last line known of each log of calls, kept apart from it: whoever cuts the log off must reach here as well."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from triage.store.database import Store, insert_once
from triage.store.tables import log_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is known of one log."""

    first: str  # hash of its first line
    place: str  # host:file
    head: str  # hash of the last line known
    end: int  # bytes up to and with that line
    fault: str  # "": none was found
    at: datetime


def known(store: Store, first: str) -> Head | None:
    """The log with this first line."""
    return _one(store, log_heads.c.first == first)


def at(store: Store, place: str) -> Head | None:
    """The log last seen at a place, the newest."""
    return _one(store, log_heads.c.place == place)


def keep(store: Store, head: Head) -> None:
    """Keep what a log has grown to. A fault stays until a person has looked; see `forget`."""
    values = {"place": head.place, "head": head.head, "end": head.end, "at": head.at}
    with store.write() as connection:
        if not insert_once(connection, log_heads, {"first": head.first, "fault": head.fault, **values}):
            # Another process may have seen more of it.
            further = sa.and_(log_heads.c.first == head.first, log_heads.c.end <= head.end)
            connection.execute(sa.update(log_heads).where(further).values(**values))


def blame(store: Store, first: str, fault: str) -> None:
    """Keep what is wrong with a log; the head stays the one that was right."""
    with store.write() as connection:
        mine = sa.and_(log_heads.c.first == first, log_heads.c.fault == "")
        connection.execute(sa.update(log_heads).where(mine).values(fault=fault, at=store.now))


def faults(store: Store) -> tuple[Head, ...]:
    """Logs that something is wrong with."""
    with store.read() as connection:
        rows = connection.execute(sa.select(log_heads).where(log_heads.c.fault != "").order_by(log_heads.c.at)).all()
    return tuple(_head(row) for row in rows)


def forget(store: Store, first: str) -> bool:
    """Give a log up: a person has looked into it. False where it is not known."""
    with store.write() as connection:
        return bool(connection.execute(sa.delete(log_heads).where(log_heads.c.first == first)).rowcount)


def _one(store: Store, condition: sa.ColumnElement[bool]) -> Head | None:
    query = sa.select(log_heads).where(condition).order_by(log_heads.c.at.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else _head(row)


def _head(row: sa.Row[*tuple[object, ...]]) -> Head:
    return Head(**{name: getattr(row, name) for name in Head.__dataclass_fields__})
