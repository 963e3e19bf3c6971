"""The migrations make exactly the tables the code describes; the database tells which form it has."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from understood_examples import Clock

from triage.errors import SettingsError, StoreError
from triage.store import database, figures, inbox, lanes, migrate, queue
from triage.store.database import Store
from triage.store.tables import metadata


def test_migrated_tables_are_those_the_code_describes(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        names = set(sa.inspect(connection).get_table_names())
    assert names == set(metadata.tables) | {"alembic_version"}


def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert migrate.migrate(store) == (migrate.newest(), migrate.newest())


def test_down_and_up_again(store: Store) -> None:
    config = migrate._config()
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store.read() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version"}
    assert migrate.migrate(store) == (None, migrate.newest())


def test_a_database_without_tables_says_what_to_do(database_url: str) -> None:
    empty = database.open_store(database_url)
    with pytest.raises(StoreError, match="migrate"):
        queue.counts(empty)
    with pytest.raises(StoreError, match="migrate"):
        migrate.require_newest(empty)
    empty.close()


def test_a_newer_database_is_left_alone(store: Store) -> None:
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer"):
        migrate.migrate(store)


def test_an_address_that_is_none_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="TRIAGE_DATABASE_URL"):
        database.open_store("no address at all")


def test_a_database_that_does_not_answer_shows_no_password() -> None:
    store = database.open_store("postgresql://someone:geheim@127.0.0.1:1/none", timeout=2)
    with pytest.raises(StoreError) as caught, store.read():
        pass
    assert "geheim" not in str(caught.value)
    assert "does not answer" in str(caught.value)


REVISIONS = [item.revision for item in reversed(list(ScriptDirectory.from_config(migrate._config()).walk_revisions()))]
#: One value a type, so that whatever refers to another row finds it.
VALUES = {
    sa.LargeBinary: b"k", sa.Boolean: True, sa.Float: 1.0, sa.DateTime: datetime(2026, 3, 2, 8, tzinfo=UTC),
    sa.Integer: 1, sa.String: "k",
}  # fmt: skip


def filled(connection: sa.Connection) -> dict[str, dict[str, object]]:
    """A row in every table there is; table → its row."""
    there = sa.MetaData()
    there.reflect(connection)
    rows: dict[str, dict[str, object]] = {}
    for table in there.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = {
            column.name: next(value for kind, value in VALUES.items() if isinstance(column.type, kind))
            for column in table.columns
        }
        if "state" in row:
            row["state"] = "received" if table.name == "messages" else "open"
        if table.name == "messages":
            row |= {"lease_until": None, "lease_token": None} | ({"lane": "reading"} if "lane" in row else {})
        connection.execute(table.insert().values(**row))
        if connection.dialect.name == "postgresql" and "id" in row:  # its number was given, not drawn
            connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1)"))
        rows[table.name] = row
    return rows


@pytest.mark.parametrize("revision", REVISIONS)
def test_data_of_every_earlier_revision_is_kept_and_can_be_worked_on(
    database_url: str, clock: Clock, revision: str
) -> None:
    store = database.open_store(database_url, clock=clock)
    config = migrate._config()
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with store.write() as connection:
        before = filled(connection)
    assert migrate.migrate(store) == (revision, migrate.newest())
    with store.read() as connection:
        for name, row in before.items():
            if name == "log_heads" and revision < "0005":
                continue  # made anew: nothing wrote there before
            found = connection.execute(sa.text(f"SELECT * FROM {name}")).one()._mapping
            for column in row.keys() & set(found):
                if not isinstance(row[column], datetime | bool):  # SQLite tells these in its own way
                    assert found[column] == row[column], (name, column)
    assert figures.standing(store).waiting["reading"].number == 1
    claim = inbox.claim_next(store, lanes.Lane.READING, inbox.Terms())
    assert claim is not None
    assert claim.message.raw == b"k"
    store.close()
