"""A real Odoo for the tests of this folder; without one they fail under CI and are skipped elsewhere, with a reason."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import install
import server

from triage import bootstrap, settings
from triage.erp.odoo import allowed, setup, wire
from triage.tasks import odoo_looks


@pytest.fixture(scope="session")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Odoo]:
    """One running Odoo for all tests; each test uses records of its own."""
    try:
        with server.odoo(tmp_path_factory.mktemp("odoo")) as running:
            yield running
    except install.Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Odoo here: {reason}")


@pytest.fixture(scope="module")
def admin_key(odoo: server.Odoo) -> str:
    """An administrator's key; the service's user is set up beside our module."""
    key = odoo.key("admin")
    address = wire.Address(url=odoo.url, database=odoo.database, key=key, calls_a_second=500)
    maker = wire.Wire(address, audit=None, purpose=allowed.Purpose.SETUP)
    setup.Setup(maker, dry_run=False, tell=lambda text: None).make()
    return key


@pytest.fixture
def services(odoo: server.Odoo, admin_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Services:
    """The service connected to Odoo with our module, with an empty store; mails of other tests are history to it."""
    for name, value in (
        ("ODOO_URL", odoo.url), ("ODOO_DATABASE", odoo.database), ("ODOO_KEY", odoo.key("triage-service")),
        ("ODOO_AUDIT", str(tmp_path / "calls.jsonl")), ("ODOO_RATE", "500"), ("MODE", "rules"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/t.db"), ("RETRY_DELAY", "0"),
    ):  # fmt: skip
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    found = bootstrap.services(settings.load())
    odoo_looks.look(found)
    odoo_looks.adopt(found)
    return found
