"""Hints to our pages: signed, fresh, once each; nobody else can ring, and what a hint says is not read."""

import hashlib
import hmac
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from understood_examples import Clock

from triage import bootstrap, settings
from triage.errors import SettingsError
from triage.intake.accept import Intake
from triage.store import database, inbox, looks, outbox
from triage.web.app import create_app

SECRET = "s" * 24


def site(store: database.Store, rung: list[int], **given: object) -> TestClient:
    loaded = settings.load({}, dotenv=None, web_password=SecretStr("p" * 12), **given)
    services = bootstrap.Services(
        settings=loaded, store=store, intake=Intake(inbox=inbox.StoredInbox(store=store), max_size=1000),
        terms=inbox.Terms(), poster=outbox.LocalPoster(store=store), erp_now=lambda: store.now,
    )  # fmt: skip
    return TestClient(create_app(services, lambda: None, lambda: rung.append(1)), base_url="http://localhost")


@pytest.fixture
def rung() -> list[int]:
    return []


@pytest.fixture
def hook(store: database.Store, rung: list[int]) -> Iterator[TestClient]:
    with site(store, rung, odoo_hook_secret=SecretStr(SECRET)) as client:
        yield client


def signature(body: bytes, moment: float, secret: str = SECRET) -> dict[str, str]:
    told = str(int(moment))
    found = hmac.new(secret.encode(), told.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Triage-Signature": f"t={told},v1={found}"}


def test_a_signed_hint_rings_once(hook: TestClient, store: database.Store, rung: list[int]) -> None:
    headers = signature(b"{}", store.now.timestamp())
    assert hook.post("/hooks/odoo", content=b"{}", headers=headers).status_code == 202
    looks.begin(store, looks.CHATTER)
    assert hook.post("/hooks/odoo", content=b"{}", headers=headers).status_code == 409
    assert rung == [1]


@pytest.mark.parametrize("what", ["unsigned", "other secret", "other body", "old", "of tomorrow", "rubbish"])
def test_what_is_not_signed_or_not_fresh_rings_nobody(
    hook: TestClient, store: database.Store, rung: list[int], what: str
) -> None:
    now = store.now.timestamp()
    headers = {
        "unsigned": {},
        "other secret": signature(b"{}", now, "x" * 24),
        "other body": signature(b"[]", now),
        "old": signature(b"{}", now - 301),
        "of tomorrow": signature(b"{}", now + 86_400),
        "rubbish": {"X-Triage-Signature": "t=1,v1=zz"},
    }[what]
    assert hook.post("/hooks/odoo", content=b"{}", headers=headers).status_code == 401
    assert rung == []


def test_a_flood_of_hints_rings_once_until_somebody_looks(
    hook: TestClient, store: database.Store, rung: list[int], clock: Clock
) -> None:
    address = f"/hooks/odoo/{looks.hook_token(SECRET)}"
    for _ in range(20):
        assert hook.post(address, content=b"x").status_code == 202
    assert rung == [1]
    looks.begin(store, looks.CHATTER)
    hook.post(address)
    assert rung == [1, 1]
    clock.advance(minutes=3)  # the look was lost with its worker
    hook.post(address)
    assert rung == [1, 1, 1]


def test_without_a_secret_and_with_a_wrong_token_there_is_no_hook(store: database.Store, rung: list[int]) -> None:
    with site(store, rung) as none:
        assert none.post("/hooks/odoo", content=b"{}").status_code == 404
        assert none.post(f"/hooks/odoo/{looks.hook_token('')}").status_code == 404
    with site(store, rung, odoo_hook_secret=SecretStr(SECRET)) as hook:
        assert hook.post("/hooks/odoo/guess").status_code == 404
        assert hook.post("/hooks/odoo", content=b"x" * 70_000).status_code == 413
        assert hook.get("/hooks/odoo").status_code == 405
        assert hook.get("/").status_code == 401
    assert rung == []


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="ODOO_HOOK_SECRET"):
        settings.load({"TRIAGE_ODOO_HOOK_SECRET": "short"}, dotenv=None)
