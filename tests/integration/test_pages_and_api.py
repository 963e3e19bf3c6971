"""The pages and the API as a person, a program and an attacker meet them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from understood_examples import Clock, deviation, late, order, understood

from triage import bootstrap, settings
from triage.domain.assessment import Kind
from triage.domain.evidence import Evidence, Stated
from triage.domain.message import message_of
from triage.domain.outcome import NeedsPerson, Outcome
from triage.errors import SettingsError
from triage.intake.accept import Intake
from triage.store import database, events, facts, inbox, outbox, queue, results
from triage.web import serving
from triage.web.app import create_app

HOSTILE = '<script>alert("x")</script><img src=x onerror=y>'


@pytest.fixture
def services(store: database.Store) -> bootstrap.Services:
    return services_of(store)


def services_of(store: database.Store, **given: object) -> bootstrap.Services:
    loaded = settings.load({}, dotenv=None, max_message_size=10_000, page_size=5, **given)
    return bootstrap.Services(
        settings=loaded,
        store=store,
        intake=Intake(inbox=inbox.StoredInbox(store=store), max_size=loaded.max_message_size),
        terms=inbox.Terms(max_attempts=1),
        poster=outbox.LocalPoster(store=store),
        erp_now=lambda: store.now,
    )


@pytest.fixture
def rung() -> list[int]:
    return []


@pytest.fixture
def browser(services: bootstrap.Services, rung: list[int]) -> Iterator[TestClient]:
    with TestClient(
        create_app(services, lambda: rung.append(1)), base_url="http://localhost", follow_redirects=False
    ) as client:
        yield client


def put(services: bootstrap.Services, name: str, make: Callable[[str], Outcome]) -> str:
    message = message_of(name.encode(), door="folder", received_at=services.store.now, name=name)
    inbox.add(services.store, message)
    claim = inbox.claim(services.store, message.id, services.terms)
    assert claim is not None
    results.finish(services.store, claim, make(message.id), services.terms, fingerprint=lambda _: name)
    return message.id


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_queue_shows_what_must_be_looked_at_first(browser: TestClient, services: bootstrap.Services) -> None:
    assert "Nobody has to look at anything" in browser.get("/").text
    put(services, "a", lambda id: late(id, order(1), score=10, headline="Less urgent"))
    put(services, "b", lambda id: late(id, order(2), score=90, headline="Most urgent"))
    page = browser.get("/").text
    assert page.index("Most urgent") < page.index("Less urgent")
    assert "Less urgent" not in browser.get("/?q=PX00002").text
    assert "Less urgent" in browser.get("/?group=supplier").text
    assert browser.get("/?state=nonsense&priority=%27;drop").status_code == 200
    assert browser.get("/?page=0").status_code == 422


def test_pages_are_turned(browser: TestClient, services: bootstrap.Services) -> None:
    for number in range(1, 8):
        put(services, f"m{number}", lambda id, number=number: late(id, order(number), score=float(number)))
    first = browser.get("/").text
    assert 'rel="next"' in first
    assert "PX00007" in first
    assert "PX00002" not in first
    second = browser.get("/?page=2").text
    assert "PX00002" in second
    assert 'rel="next"' not in second


def test_an_entry_shows_old_and_new_with_the_words_of_the_message(
    browser: TestClient, services: bootstrap.Services
) -> None:
    put(services, "a", lambda id: late(id, order(1)))
    page = browser.get("/entries/purchase.order:1").text
    for words in (
        "2026-04-01",
        "2026-04-12",
        "11 days late",
        "80 % sure",
        "Liefertermin 12.04.2026",
        "confirmation.pdf",
    ):
        assert words in page
    assert "changes nothing in Odoo" in page
    assert browser.get("/entries/none").status_code == 404


def test_a_suppliers_markup_is_text(browser: TestClient, services: bootstrap.Services) -> None:
    def hostile(id: str) -> Outcome:
        found = deviation(order(1, supplier=HOSTILE), 1)
        found = replace(found, reason=HOSTILE, evidence=(Evidence(part=HOSTILE, text=HOSTILE),))
        outcome = understood(
            id, of=order(1, supplier=HOSTILE), headline=HOSTILE, deviations=(found,), note=f"<p>{HOSTILE}</p>"
        )
        return replace(outcome, advice=replace(outcome.advice, draft_reply=HOSTILE))

    put(services, "a", hostile)
    for path in ("/", "/entries/purchase.order:1", "/?group=supplier"):
        page = browser.get(path).text
        assert "alert(" in page
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "onerror=y>" not in page


def test_an_account_number_is_never_shown(browser: TestClient, services: bootstrap.Services) -> None:
    words = "Neue Bankverbindung: DE89 3704 0044 0532 0130 00, Kto. 99-887-766"
    place = Evidence(part="body", text=words)

    def bank(id: str) -> Outcome:
        found = replace(deviation(order(1), 1), evidence=(place,), reason=words)
        outcome = understood(id, of=order(1), deviations=(found,), kind=Kind.BANK_DETAILS_CHANGE)
        account = Stated(value="99887766", evidence=place, confidence=0.9, source="prose")
        return replace(outcome, statement=replace(outcome.statement, bank_accounts=(account,)))

    put(services, "a", bank)
    for path in ("/entries/purchase.order:1", "/api/v1/entries/purchase.order:1"):
        text = browser.get(path).text
        assert facts.HIDDEN in text
        assert "0532" not in text
        assert "887-766" not in text


def test_a_decision_is_kept_and_needs_our_own_form(browser: TestClient, services: bootstrap.Services) -> None:
    put(services, "a", lambda id: late(id, order(1)))
    path = "/entries/purchase.order:1"
    form = {"decision": "accepted_with_conditions", "comment": "if half comes", "person": "Bea", "token": "guessed"}
    assert browser.post(path, data=form).status_code == 403
    form["token"] = token(browser.get(path).text)
    assert browser.post(path, data=form, headers={"Origin": "http://evil.example"}).status_code == 403
    assert browser.post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert queue.totals(services.store)["open"] == 1
    answer = browser.post(path, data=form, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "if half comes" in page
    assert "accepted with conditions" in page
    assert "by Bea" in page
    assert browser.post(path, data=form | {"decision": "burn it"}).status_code == 422


def test_failures_are_visible_and_can_be_read_again(
    browser: TestClient, services: bootstrap.Services, rung: list[int]
) -> None:
    message = message_of(b"bad", door="upload", received_at=services.store.now, name="scan.pdf")
    inbox.add(services.store, message)
    claim = inbox.claim(services.store, message.id, services.terms)
    assert claim is not None
    failure = inbox.Failure(step="matching", reason="no such unit", way_out="Mend the unit.", retry_helps=False)
    inbox.fail(services.store, claim, failure, services.terms)
    assert "1 message failed" in browser.get("/").text
    page = browser.get("/failures").text
    assert "no such unit" in page
    assert "Mend the unit." in page
    path = f"/failures/{message.id}/replay"
    assert browser.post(path, data={"token": "x"}).status_code == 403
    assert browser.post(path, data={"token": token(page)}).status_code == 303
    assert rung == [1]
    assert inbox.states(services.store, [message.id]) == {message.id: inbox.State.RECEIVED}


def test_events_that_nobody_took_are_visible(browser: TestClient, services: bootstrap.Services) -> None:
    told = replace(services.store, tells_events=True)
    with told.write() as connection:
        events.put_failure(told, connection, "m" * 64, step="reading", reason="it broke")
    claimed = events.claim_next(told, services.terms.lease)
    assert claimed is not None
    events.failed(told, claimed, "the receiver refuses with status 410", again_at=None)
    page = browser.get("/failures").text
    assert "refuses with status 410" in page
    assert "Nothing failed." not in page


def test_what_failed_can_be_given_up_and_is_kept(browser: TestClient, services: bootstrap.Services) -> None:
    message = message_of(b"bad", door="upload", received_at=services.store.now, name="scan.pdf")
    inbox.add(services.store, message)
    claim = inbox.claim(services.store, message.id, services.terms)
    assert claim is not None
    path = f"/failures/{message.id}/discard"
    failure = inbox.Failure(step="matching", reason="no such unit", way_out="", retry_helps=False)
    inbox.fail(services.store, claim, failure, services.terms)
    page = browser.get("/failures").text
    assert browser.post(path, data={"token": "x"}).status_code == 403
    assert browser.post(path, data={"token": token(page), "why": "advertising"}).status_code == 303
    assert "Nothing failed." in browser.get("/failures").text
    assert browser.post(path, data={"token": token(page)}).status_code == 409
    assert inbox.states(services.store, [message.id]) == {message.id: inbox.State.DISCARDED}
    assert queue.steps_of(services.store, message.id)[-1][2].endswith("advertising")
    assert inbox.raw_of(services.store, message.id) == b"bad"


def test_what_needs_a_person_says_why(browser: TestClient, services: bootstrap.Services) -> None:
    id = put(services, "q", lambda id: understood(id, shape=NeedsPerson))
    assert "Two dates are told." in browser.get(f"/entries/message:{id}").text


def test_upload_takes_a_message_once(browser: TestClient, rung: list[int]) -> None:
    first = browser.post("/api/v1/messages", files={"file": ("a.eml", b"From: x\n\nhello")})
    assert first.status_code == 202
    id = first.json()["message_id"]
    assert rung == [1]
    again = browser.post("/api/v1/messages", files={"file": ("b.eml", b"From: x\n\nhello")})
    assert (again.status_code, again.json()["new"]) == (200, False)
    assert rung == [1]
    told = browser.get(f"/api/v1/messages/{id}").json()
    assert (told["state"], told["entry"]) == ("received", None)
    raw = browser.get(f"/messages/{id}/original")
    assert raw.content == b"From: x\n\nhello"
    assert raw.headers["content-disposition"].startswith("attachment")
    assert browser.get("/messages/none/original").status_code == 404


def test_too_large_is_refused_with_a_reason_and_stays_in_sight(browser: TestClient) -> None:
    answer = browser.post("/api/v1/messages", files={"file": ("big.eml", b"x" * 10_001)})
    assert answer.status_code == 422
    assert "10,001 bytes" in answer.json()["reason"]
    assert answer.json()["way_out"]
    assert "big.eml" in browser.get("/failures").text
    huge = browser.post("/api/v1/messages", files={"file": ("huge.eml", b"x" * 200_000)})
    assert huge.status_code == 413


def test_the_api_tells_what_the_page_shows(browser: TestClient, services: bootstrap.Services) -> None:
    put(services, "a", lambda id: late(id, order(1)))
    listed = browser.get("/api/v1/entries?priority=high").json()
    (entry,) = listed["entries"]
    assert listed["counts"]["priority"] == {"high": 1}
    whole = browser.get(f"/api/v1/entries/{entry['key']}").json()
    (told,) = whole["messages"]
    assert told["lines"][0]["promised_date"] == "2026-04-12"
    assert told["exceptions"][0]["type"] == "late_delivery"
    assert told["exceptions"][0]["evidence"][0]["text"] == "Liefertermin 12.04.2026"
    decided = browser.post(f"/api/v1/entries/{entry['key']}/decisions", json={"decision": "rejected", "person": "Bea"})
    assert (decided.status_code, decided.json()["state"]) == (201, "done")
    assert browser.get("/api/v1/entries/none").json()["reason"] == "there is no such entry"
    paths = browser.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/entries", "/api/v1/messages", "/api/v1/entries/{key}"} <= set(paths)


def test_every_answer_carries_strict_headers_and_nothing_from_elsewhere(browser: TestClient) -> None:
    for path in ("/", "/failures", "/none", "/static/app.css", "/api/v1/entries", "/health"):
        answer = browser.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        if "html" in answer.headers["content-type"]:
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)
            assert "style=" not in answer.text
            assert not re.search(r"<script(?! src=)", answer.text)


def test_a_name_we_do_not_have_is_refused(services: bootstrap.Services) -> None:
    with TestClient(create_app(services, print), base_url="http://evil.example") as client:
        assert client.get("/").status_code == 400


def test_with_a_password_strangers_see_nothing(store: database.Store) -> None:
    services = services_of(store, web_password="correct horse")
    with TestClient(create_app(services, print), base_url="http://localhost") as client:
        assert client.get("/").status_code == 401
        assert client.get("/api/v1/entries").status_code == 401
        assert client.get("/", auth=("bea", "wrong")).status_code == 401
        assert client.get("/", headers={"Authorization": "Basic %%%"}).status_code == 401
        assert client.get("/", auth=("bea", "correct horse")).status_code == 200
        assert client.get("/api/v1/entries", headers={"Authorization": "Bearer correct horse"}).status_code == 200
        assert client.get("/health").status_code == 200
        put(services, "a", lambda id: late(id, order(1)))
        auth = ("bea", "correct horse")
        page = client.get("/entries/purchase.order:1", auth=auth).text
        form = {"decision": "escalated", "token": token(page), "person": "somebody else"}
        client.post("/entries/purchase.order:1", data=form, auth=auth)
        assert "by bea" in client.get("/entries/purchase.order:1", auth=auth).text


def test_listening_elsewhere_needs_a_password(services: bootstrap.Services) -> None:
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0"):
        settings.load({}, dotenv=None, host="0.0.0.0")
    open_to_all = replace(services, settings=services.settings.model_copy(update={"host": "0.0.0.0"}))
    with pytest.raises(SettingsError, match="no password"):
        serving.serve(open_to_all, ring=print)


def test_ready_tells_when_the_database_is_not(database_url: str, clock: Clock) -> None:
    empty = database.open_store(database_url, clock=clock)
    with TestClient(create_app(services_of(empty), print), base_url="http://localhost") as client:
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert client.get("/health").status_code == 200
        assert client.get("/").status_code == 503
        assert "triage migrate" in client.get("/").text
    empty.close()
