"""Figures of several processes add up in one place; what dashboard and alert rules name is there; readiness by part."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from understood_examples import Clock, as_ordered, late, order

from triage import bootstrap, settings
from triage.domain.message import Message
from triage.domain.outcome import Outcome, Stage
from triage.errors import Error
from triage.intake.accept import Intake
from triage.store import database, figures, inbox, outbox, queue
from triage.store.database import Store
from triage.store.measures import ALL, Measures
from triage.tasks import work as working
from triage.web.app import create_app

DEPLOY = Path(__file__).parents[2] / "deploy"
TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=1, retry_delay=timedelta(seconds=10))


class Broken(Error):
    """A step that fails for good."""


def triage(message: Message, reached: object) -> Outcome:
    reached(Stage.READ)  # type: ignore[operator]
    if message.raw.startswith(b"fail"):
        raise Broken("nothing helps")
    reached(Stage.UNDERSTOOD)  # type: ignore[operator]
    number = int(message.raw)
    return late(message.id, order(number)) if number % 2 else as_ordered(message.id, order(number))


def services_of(store: Store, **given: object) -> bootstrap.Services:
    return bootstrap.Services(
        settings=settings.load({}, dotenv=None, **given),
        store=store,
        intake=Intake(inbox=inbox.StoredInbox(store=store), max_size=1000),
        terms=TERMS,
        poster=outbox.LocalPoster(store=store),
        erp_now=lambda: store.now,
    )


@pytest.fixture
def browser(store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(services_of(store), lambda: None), base_url="http://localhost") as client:
        yield client


def scraped(browser: TestClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = browser.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_what_two_processes_did_is_told_together(store: Store, clock: Clock, browser: TestClient) -> None:
    other = replace(store, measures=Measures())  # another process: the same database, counters of its own
    for mine in (store, other):
        work = working.Work(
            store=mine, terms=TERMS, triage=triage, fingerprint=lambda found: found.message_id,
            poster=outbox.LocalPoster(store=mine),
        )  # fmt: skip
        intake = Intake(inbox=inbox.StoredInbox(store=mine), max_size=10)
        for raw in (b"1", b"2", b"fail") if mine is store else (b"3", b"4"):
            intake.accept(raw, door="folder")
        clock.advance(seconds=3)
        while working.read_next(work, inbox.Lane.READING):
            pass
        while working.post_next(work):
            pass
        figures.write(mine)
    with pytest.raises(Error):
        intake.accept(b"far too large for it", door="upload")
    entry = queue.listed(store, queue.Filters()).entries[0]
    queue.decide(store, entry.key, queue.Decision.REJECTED, comment="", person="Bea")
    store.measures.observe(ALL[-1], 0.2, "answered")
    intake.accept(b"5", door="mailbox")
    figures.write(other)
    clock.advance(seconds=30)
    found = scraped(browser)
    assert value(found, "triage_messages_total", door="folder") == 5
    assert value(found, "triage_messages_total", door="mailbox") == 1
    assert value(found, "triage_refused_total", door="upload") == 1
    assert value(found, "triage_outcomes_total", type="Advised", review="no") == 2
    assert value(found, "triage_failures_total", step="reading", final="yes") == 1
    assert value(found, "triage_decisions_total", decision="rejected") == 1
    assert value(found, "triage_notes_total") == 2
    assert value(found, "triage_note_delay_seconds_bucket", le="5.0") == 2
    assert value(found, "triage_note_delay_seconds_bucket", le="2.5") == 0
    assert value(found, "triage_note_delay_seconds_sum") == 6
    assert value(found, "triage_step_seconds_count", step="understanding") == 4
    assert value(found, "triage_model_seconds_sum", result="answered") == 0.2
    assert value(found, "triage_queue_messages", queue="reading") == 1
    assert value(found, "triage_queue_age_seconds", queue="reading") == 30
    assert value(found, "triage_queue_age_seconds", queue="odoo") == 0
    assert value(found, "triage_dead_letters") == 1
    assert value(found, "triage_dependency_up", dependency="database") == 1
    assert (value(found, "process_resident_memory_bytes") or 0) > 1e6
    assert scraped(browser).items() >= {("triage_notes_total", frozenset()): 2.0}.items()  # nothing counted twice


def test_figures_that_could_not_be_written_are_written_later(tmp_path: Path, store: Store) -> None:
    away = database.open_store(f"sqlite:///{tmp_path}/none.db")
    away.measures.count(ALL[0], "folder")
    figures.write(away)
    assert figures.write(replace(store, measures=away.measures)) is None
    assert figures.counted(store)["triage_messages"]["folder"][""] == 1
    away.close()


def names_in(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:triage|process|python)_\w+", bare))


def expressions() -> Iterator[tuple[str, str]]:
    for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def test_what_dashboard_and_rules_name_is_there_with_the_labels_they_name(store: Store, browser: TestClient) -> None:
    for metric in ALL:
        labels = ["x"] * len(metric.labels)
        if metric.bounds:
            store.measures.observe(metric, 0.1, *labels)
        else:
            store.measures.count(metric, *labels)
    labels_of: dict[str, set[str]] = {}
    for (name, labels_found), _ in scraped(browser).items():
        labels_of.setdefault(name, {"job", "instance"}).update(name for name, _ in labels_found)
    told = list(expressions())
    assert len(told) > 25
    for title, expression in told:
        assert names_in(expression) or "up{" in expression, title
        assert names_in(expression) <= set(labels_of), title
        for name, selector in re.findall(r"\b(triage_\w+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)\s*(?:=~|!=|=)", selector)) <= labels_of[name], title
        assert expression.count("(") == expression.count(")"), title
    covered = set().union(*(names_in(expression) for _, expression in told))
    unseen = {name for name in labels_of if name.startswith("triage_")} - covered
    assert {name for name in unseen if not name.endswith(("_sum", "_count", "_bucket", "_created"))} == set()


def test_the_manual_holds_every_metric_and_alert() -> None:
    manual = (DEPLOY.parent / "docs" / "operator.md").read_text(encoding="utf-8")
    assert [metric.name for metric in ALL if metric.name not in manual] == []
    assert [title for title, _ in expressions() if title.startswith("Triage") and title not in manual] == []


def test_metrics_need_the_password_where_one_is_set(store: Store) -> None:
    app = create_app(services_of(store, web_password="geheim"), lambda: None)
    with TestClient(app, base_url="http://localhost") as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer geheim"}).status_code == 200
        assert client.get("/health").json() == {"status": "ok"}


def test_ready_tells_each_dependency(store: Store) -> None:
    given = {
        "broker_url": "redis://:geheim@127.0.0.1:1/0",
        "odoo_url": "http://127.0.0.1:1",
        "odoo_key": "geheim",
        "odoo_database": "x",
    }
    with TestClient(create_app(services_of(store, **given), lambda: None), base_url="http://localhost") as client:
        answer = client.get("/ready")
        assert answer.status_code == 200  # messages are taken in, and wait
        told = answer.json()
        assert (told["status"], told["database"]) == ("degraded", "ok")
        assert "does not answer" in told["broker"]
        assert "can't be reached" in told["odoo"]
        assert "geheim" not in answer.text
        assert 'triage_dependency_up{dependency="broker"} 0.0' in client.get("/metrics").text
