"""Outgoing events: written with what they tell, each once, sent until they are taken or given up."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from understood_examples import Clock, late, order

from triage.errors import InputError, ReceiverRefusedError, ReceiverUnavailableError, SettingsError
from triage.intake.accept import message_of
from triage.outgoing.sender import Event
from triage.settings import load
from triage.store import erasing, events, figures, inbox, outbox, queue, results
from triage.store import tables as table
from triage.store.database import Store
from triage.store.lanes import Lane
from triage.tasks import deliver

TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=2, retry_delay=timedelta(seconds=10))


@pytest.fixture
def told(store: Store) -> Store:
    """A store whose events somebody wants."""
    return replace(store, tells_events=True)


class Receiver:
    """Stands for the sender: what the receiver took, and how it answers."""

    def __init__(self) -> None:
        self.took: list[tuple[str, dict[str, object]]] = []
        self.answers: list[Exception | None] = []

    def send(self, event: Event, now: datetime) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.took.append((event.number, json.loads(event.body)))


def delivery(store: Store, receiver: Receiver) -> deliver.Delivery:
    return deliver.Delivery(
        store=store,
        sender=receiver,
        lease=timedelta(seconds=60),
        attempts=3,
        pause=timedelta(seconds=10),  # type: ignore[arg-type]
    )


def through(store: Store, *numbers: int) -> list[str]:
    """Messages about orders, each understood."""
    ids = []
    for number in numbers:
        message = message_of(f"Subject: {number}\n\n{number}".encode(), door="mailbox", received_at=store.now)
        inbox.add(store, message)
        claim = inbox.claim_next(store, Lane.READING, TERMS)
        assert isinstance(claim, inbox.Claim)
        told = late(message.id, order(number))
        assert results.finish(store, claim, told, TERMS, fingerprint=lambda found: found.message_id)
        ids.append(message.id)
    return ids


def all_sent(store: Store, receiver: Receiver) -> Sequence[tuple[str, dict[str, object]]]:
    job = delivery(store, receiver)
    while deliver.next_one(job):
        pass
    return receiver.took


def test_an_advisory_is_told_as_the_queue_shows_it(told: Store) -> None:
    (message_id,) = through(told, 1)
    ((number, body),) = all_sent(told, Receiver())
    (entry,) = queue.listed(told, queue.Filters()).entries
    assert body["id"] == number
    assert body["type"] == "advisory"
    data = body["data"]
    assert isinstance(data, dict)
    assert (data["message_id"], data["outcome"]) == (message_id, "Advised")
    assert data["entry"]["key"] == entry.key
    assert data["entry"]["headline"] == entry.headline


def test_nothing_is_written_where_nobody_wants_it(store: Store) -> None:
    through(store, 1)
    assert not events.due(store)
    assert all_sent(store, Receiver()) == []


def test_what_is_not_kept_is_not_told(told: Store) -> None:
    message = message_of(b"Subject: 1\n\n1", door="mailbox", received_at=told.now)
    inbox.add(told, message)
    first = inbox.claim_next(told, Lane.READING, TERMS)
    assert isinstance(first, inbox.Claim)
    lost = replace(first, token="another's")
    outcome = late(message.id, order(1))
    assert results.finish(told, lost, outcome, TERMS, fingerprint=lambda found: "f") is None
    assert all_sent(told, Receiver()) == []
    assert results.finish(told, first, outcome, TERMS, fingerprint=lambda found: "f") is not None
    assert len(all_sent(told, Receiver())) == 1


def test_failures_are_told_once_they_are_final(told: Store, clock: Clock) -> None:
    inbox.add(told, message_of(b"Subject: 1\n\n1", door="mailbox", received_at=told.now))
    failure = inbox.Failure(step="reading", reason="Odoo is away", way_out="", retry_helps=True)
    for _ in range(TERMS.max_attempts):
        assert all_sent(told, Receiver()) == []
        claim = inbox.claim_next(told, Lane.READING, TERMS)
        assert isinstance(claim, inbox.Claim)
        inbox.fail(told, claim, failure, TERMS)
        clock.advance(seconds=60)
    ((_, body),) = all_sent(told, Receiver())
    assert body["type"] == "failure"
    assert body["data"] == {"message_id": claim.message.id, "step": "reading", "reason": "Odoo is away"}


def test_lost_workers_and_notes_given_up_are_told_too(told: Store, clock: Clock) -> None:
    (noted,) = through(told, 1)
    inbox.add(told, message_of(b"Subject: 2\n\n2", door="mailbox", received_at=told.now))
    for _ in range(TERMS.max_attempts):
        assert isinstance(inbox.claim_next(told, Lane.READING, TERMS), inbox.Claim)
        assert isinstance(outbox.claim_next(told, TERMS), outbox.Claimed)
        clock.advance(seconds=61)
        inbox.stuck(told, TERMS)
        outbox.stuck(told, TERMS)
    failures = [body["data"] for _, body in all_sent(told, Receiver()) if body["type"] == "failure"]
    assert [item["step"] for item in failures if isinstance(item, dict)] == ["being read", "posting"]
    assert noted in str(failures)


def test_a_decision_is_told_without_its_comment(told: Store) -> None:
    through(told, 1)
    (entry,) = queue.listed(told, queue.Filters()).entries
    queue.decide(told, entry.key, queue.Decision.REJECTED, comment="Jo said no", person="Bea")
    body = all_sent(told, Receiver())[-1][1]
    assert body["type"] == "decision"
    assert "Jo" not in str(body)
    assert "Bea" not in str(body)


def test_a_receiver_that_is_away_gets_it_later_under_the_same_number(told: Store, clock: Clock) -> None:
    through(told, 1)
    receiver, seen = Receiver(), list[str]()
    receiver.answers = [ReceiverUnavailableError("away"), ReceiverUnavailableError("away")]
    for pause in (0, 10, 20):
        job = delivery(told, receiver)
        clock.advance(seconds=pause - 1 if pause else 0)
        assert pause == 0 or not deliver.next_one(job)  # not before its pause is over
        clock.advance(seconds=1)
        assert deliver.next_one(job) is (pause == 20)
        assert not deliver.next_one(job)
        seen += [item.entry_key for item in events.listed(told, ["pending", "sent"])]
    assert len(receiver.took) == 1
    assert len(set(seen)) == 1


def test_a_receiver_that_is_away_is_left_alone_for_a_while(told: Store) -> None:
    through(told, 1, 2, 3)
    receiver = Receiver()
    receiver.answers = [ReceiverUnavailableError("away")]
    job = delivery(told, receiver)
    assert [deliver.next_one(job) for _ in range(3)] == [False, False, False]
    assert receiver.took == []
    job.closed_until = 0.0
    assert len(all_sent(told, receiver)) == 2  # the first one has its pause still


def test_what_is_given_up_stands_on_a_list_and_can_be_replayed_or_discarded(told: Store) -> None:
    through(told, 1, 2)
    receiver = Receiver()
    receiver.answers = [ReceiverRefusedError("refuses"), ReceiverRefusedError("refuses")]
    all_sent(told, receiver)
    assert figures.standing(told).dead_events == 2
    one, two = events.listed(told)
    assert (one.reason, one.attempts) == ("refuses", 1)
    with pytest.raises(InputError, match="no event"):
        events.replay(told, [one.id, 999])
    assert events.discard(told, [two.id]) == 1
    assert events.replay(told, None) == 1
    assert [number for number, _ in all_sent(told, receiver)] == [f"advisory:{2}"]
    assert events.listed(told) == ()


def test_attempts_are_bounded(told: Store, clock: Clock) -> None:
    through(told, 1)
    receiver = Receiver()
    receiver.answers = [ReceiverUnavailableError("away")] * 10
    for _ in range(10):
        deliver.next_one(delivery(told, receiver))
        clock.advance(seconds=3600)
    assert [item.attempts for item in events.listed(told)] == [3]


def test_one_that_its_worker_lost_is_sent_once_more_and_two_never_send_the_same(told: Store, clock: Clock) -> None:
    through(told, 1)
    lost = events.claim_next(told, timedelta(seconds=60))
    assert lost is not None
    assert events.claim_next(told, timedelta(seconds=60)) is None
    clock.advance(seconds=61)
    assert events.due(told)
    again = events.claim_next(told, timedelta(seconds=60))
    assert again is not None
    assert (again.number, again.body, again.attempt) == (lost.number, lost.body, 2)
    events.failed(told, lost, "late", again_at=None)  # it holds no right any more
    events.sent(told, again)
    assert events.listed(told, ["failed"]) == ()


def test_what_is_erased_is_told_to_nobody(told: Store) -> None:
    through(told, 1)
    (entry,) = queue.listed(told, queue.Filters()).entries
    queue.decide(told, entry.key, queue.Decision.REJECTED, comment="", person="Bea")
    while isinstance(claimed := outbox.claim_next(told, TERMS), outbox.Claimed):
        outbox.confirm(told, claimed, outbox.LocalPoster(store=told).post(claimed.note))
    erasing.of_supplier(told, entry.supplier, dry_run=False)
    with told.read() as connection:
        assert connection.execute(sa.select(table.events)).all() == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"TRIAGE_EVENTS_URL": "https://bi.example/in"}, "TRIAGE_EVENTS_SECRET"),
        ({"TRIAGE_EVENTS_URL": "ftp://bi.example", "TRIAGE_EVENTS_SECRET": "x" * 20}, "TRIAGE_EVENTS_URL"),
        ({"TRIAGE_EVENTS_URL": "https://bi.example", "TRIAGE_EVENTS_SECRET": "short"}, "TRIAGE_EVENTS_SECRET"),
    ],
)
def test_settings_that_can_not_work_are_told_at_start(given: dict[str, str], wrong: str) -> None:
    with pytest.raises(SettingsError, match=wrong):
        load(given, dotenv=None)
