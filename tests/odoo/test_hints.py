"""Odoo hints at a new mail, signed; the mail is taken in by the look that follows."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import server
import uvicorn
from mails import mail
from pydantic import SecretStr

from triage import bootstrap
from triage.erp.odoo import allowed, setup, wire
from triage.store import looks
from triage.tasks import odoo_looks
from triage.web.app import create_app

SECRET = "s" * 24


@pytest.fixture
def site(services: bootstrap.Services) -> Iterator[tuple[str, list[int]]]:
    """Our pages on a free port, and the looks rung for."""
    rung: list[int] = []
    settings = services.settings.model_copy(update={"odoo_hook_secret": SecretStr(SECRET)})
    app = create_app(replace(services, settings=settings), lambda: None, lambda: rung.append(1))
    port = server.free_port()
    serving = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    while not serving.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}", rung
    serving.should_exit = True
    thread.join(10)


def hinting(odoo: server.Odoo, admin_key: str, hook: setup.Hook | None) -> setup.Setup:
    address = wire.Address(url=odoo.url, database=odoo.database, key=admin_key, calls_a_second=500)
    maker = wire.Wire(address, audit=None, purpose=allowed.Purpose.SETUP)
    return setup.Setup(maker, dry_run=False, tell=lambda text: None, hook=hook)


def test_a_mail_in_odoo_is_hinted_at_and_taken_in(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, site: tuple[str, list[int]]
) -> None:
    url, rung = site
    hook = setup.Hook(url=f"{url}/hooks/odoo", secret=SECRET, token=looks.hook_token(SECRET))
    assert hinting(odoo, admin_key, hook).make().changes == 3  # the secret, and two automations
    assert hinting(odoo, admin_key, hook).make().changes == 0
    try:
        odoo.receive(admin_key, "P00002", mail("We confirm P00002.\n", 201))
        assert len(rung) == 1
        odoo.receive(admin_key, "P00002", mail("We confirm P00002 again.\n", 202))
        assert len(rung) == 1  # a look is on its way already
        assert len(odoo_looks.look(services).message_ids) == 2
        odoo.receive(admin_key, "P00002", mail("We confirm P00002 for good.\n", 203))
        assert len(rung) == 2
        # An Odoo that can't sign calls the address with the token.
        odoo.sql(f"UPDATE ir_act_server SET webhook_url = '{hook.url}/{hook.token}' WHERE state = 'webhook'")
        odoo_looks.look(services)
        odoo.receive(admin_key, "P00002", mail("We confirm P00002 at last.\n", 204))
        assert len(rung) == 3
    finally:
        hinting(odoo, admin_key, None).remove()
    assert odoo.sql("SELECT count(*) FROM base_automation WHERE name->>'en_US' LIKE 'Triage%'") == "0"
    assert odoo.sql("SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'triage%'") == "0"
    hinting(odoo, admin_key, None).make()
