"""The migrations make exactly the tables the code describes; the database tells which form it has."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from triage.errors import SettingsError, StoreError
from triage.store import database, migrate, queue
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
    from alembic import command

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
