"""Brings the tables to the newest form, or tells which form they have. Never drops data on its own."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from triage.errors import StoreError
from triage.store.database import Store

#: Of PostgreSQL's advisory lock: two services that start together migrate one after the other.
_LOCK = 7_241_902_113


def newest() -> str:
    """The revision this code needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(store: Store) -> str | None:
    """The revision the database has; None where it has no tables of ours."""
    with store.read() as connection:
        return _revision(connection)


def migrate(store: Store) -> tuple[str | None, str]:
    """Bring the database to the newest revision; returns the revisions before and after.

    Raises StoreError where the database is newer than this code.
    """
    head = newest()
    before = current(store)
    if before == head:
        return before, head
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        if before is not None and before not in {
            item.revision for item in ScriptDirectory.from_config(_config()).walk_revisions()
        }:
            raise StoreError(
                f"the database is of a newer version ({before})", way_out="Install that version of triage."
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head


def require_newest(store: Store) -> None:
    """Raises StoreError where the tables are not those this code needs."""
    found = current(store)
    if found != newest():
        raise StoreError(
            f"the database's tables are at {found or 'nothing'}, not at {newest()}", way_out="Run `triage migrate`."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
