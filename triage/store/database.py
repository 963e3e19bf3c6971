"""Opens the database and runs transactions on it: SQLite in WAL mode beside us, or PostgreSQL.

Never holds a transaction open over other work, never shows an address with a password in it.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import StaticPool

from triage.errors import SettingsError, StoreError
from triage.store.measures import Measures

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of production; tests hand in their own."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A database and a clock. Every function of this room takes one."""

    engine: Engine
    clock: Clock
    measures: Measures = field(default_factory=Measures)  # what this process counts
    tells_events: bool = False  # somebody wants outgoing events

    @property
    def now(self) -> datetime:
        return self.clock()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing. Raises StoreError where the database does not answer."""
        with _told(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Raises StoreError where the database does not answer."""
        with _told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str, *, timeout: float = 10.0, clock: Clock = utc_now, tells_events: bool = False) -> Store:
    """Connects lazily to `url`; `timeout` (seconds) bounds the wait for a lock or a connection.

    Raises SettingsError where the address can't be used.
    """
    try:
        address = make_url(url)
    except sa.exc.ArgumentError as error:
        raise SettingsError(
            "TRIAGE_DATABASE_URL is no database address", way_out="Write sqlite:///path or postgresql://user@host/name."
        ) from error
    if address.get_backend_name() == "sqlite":
        return Store(engine=_sqlite(address, timeout), clock=clock, tells_events=tells_events)
    try:
        engine = sa.create_engine(
            address,
            pool_pre_ping=True,
            pool_timeout=timeout,
            hide_parameters=True,
            connect_args={"connect_timeout": max(2, int(timeout)), "options": f"-c lock_timeout={int(timeout * 1000)}"},
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"TRIAGE_DATABASE_URL needs the module {error.name}", way_out="Install it: pip install 'triage[postgres]'."
        ) from error
    return Store(engine=engine, clock=clock, tells_events=tells_events)


def _sqlite(address: URL, timeout: float) -> Engine:
    options: dict[str, Any] = {
        "connect_args": {"timeout": timeout, "check_same_thread": False},
        "hide_parameters": True,
    }
    if address.database in (None, "", ":memory:"):
        # One connection for all threads, or each would see a database of its own.
        options["poolclass"] = StaticPool
    else:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, **options)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, so that DDL takes part in them
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={int(timeout * 1000)}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail at once where another writes: take the lock first.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """The database's own errors as ours, in one line and without addresses."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
        text = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if "no such table" in text:
            raise StoreError("the database has no tables yet", way_out="Run `triage migrate`.") from error
        raise StoreError(f"the database does not answer: {text}", way_out="Check TRIAGE_DATABASE_URL.") from error
    except sa.exc.ProgrammingError as error:
        if "does not exist" in str(error.orig) or "no such" in str(error.orig):
            raise StoreError("the database lacks a table or column", way_out="Run `triage migrate`.") from error
        raise


def lock_name(connection: Connection, name: str) -> None:
    """Hold a name until the transaction ends; another that wants it waits. SQLite's one writer holds all names."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


@functools.cache
def _insert_of(dialect: str) -> Any:
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


def insert_once(connection: Connection, table: sa.Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless one with the same key stands there. True where it was inserted."""
    statement = _insert_of(connection.dialect.name)(table).values(**values).on_conflict_do_nothing()
    # What was inserted is returned; the count of rows is not told for every kind of insert.
    return connection.execute(statement.returning(sa.literal_column("1"))).first() is not None


def add_counts(
    connection: Connection, table: sa.Table, keys: tuple[str, ...], deltas: Mapping[tuple[str, ...], int]
) -> None:
    """Add to counters, in one order for all writers so that no two wait for each other."""
    insert = _insert_of(connection.dialect.name)
    for key in sorted(deltas):
        if not deltas[key]:
            continue
        statement = insert(table).values(**dict(zip(keys, key, strict=True)), count=deltas[key])
        statement = statement.on_conflict_do_update(
            index_elements=list(keys), set_={"count": table.c.count + statement.excluded.count}
        )
        connection.execute(statement)
