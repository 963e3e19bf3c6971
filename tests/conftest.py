"""Makes the examples beside this file importable from every test, and gives stores to tests that need one."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import processes
import pytest
from understood_examples import Clock

from triage.store import database, migrate


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """A PostgreSQL server's address: the one in the environment, else one started here; None without either."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        yield named
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "/none")]
    if not programs[-1].is_file():
        yield None
        return
    folder = tmp_path_factory.mktemp("postgres")
    owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        for part in (folder, *folder.parents):
            if part == Path("/tmp"):
                break
            part.chmod(0o755)
        shutil.chown(folder, "postgres")
        owner = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    subprocess.run(
        [*owner, str(programs[-1]), "-D", str(data), "-A", "trust", "-U", "triage", "-N", "-E", "UTF8", "--locale=C"],
        check=True,
        capture_output=True,
    )
    control = [*owner, str(programs[-1].with_name("pg_ctl")), "-D", str(data), "-w"]
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off"
    subprocess.run([*control, "-l", str(folder / "log"), "-o", options, "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://triage@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; PostgreSQL where a server is at hand."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'triage.db'}"
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL here: install it, or set TEST_POSTGRES_URL")
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return (
        server.replace("/postgres?", f"/{name}?") if "/postgres?" in server else server.rsplit("/", 1)[0] + f"/{name}"
    )


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[database.Store]:
    """A store with all tables and a clock that the test moves."""
    opened = database.open_store(database_url, clock=clock)
    migrate.migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def environment(postgres_server: str | None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of every process of the service, on a PostgreSQL and a Redis that run."""
    redis = shutil.which("redis-server")
    if postgres_server is None or redis is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL or no Redis here")
        pytest.skip("no PostgreSQL or no Redis here")
    with processes.service(postgres_server, redis, tmp_path) as environment:
        yield environment
