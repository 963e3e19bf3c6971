"""A message is stored once, worked on by one at a time, tried a bounded number of times, and never lost."""

import threading
from datetime import timedelta

import pytest
from understood_examples import Clock, late, order

from triage.domain.message import Message, message_of
from triage.domain.outcome import Failed
from triage.store import inbox, queue, results
from triage.store.database import Store

TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=3, retry_delay=timedelta(seconds=10))


def fingerprint(_outcome: object) -> str:
    return "f" * 64


def add(store: Store, raw: bytes = b"one") -> Message:
    message = message_of(raw, door="folder", received_at=store.now, name="one.eml")
    assert inbox.add(store, message)
    return message


def test_the_same_bytes_are_one_message_whatever_the_door(store: Store) -> None:
    message = add(store)
    again = message_of(b"one", door="upload", received_at=store.now, name="other.eml")
    assert not inbox.add(store, again)
    assert inbox.raw_of(store, message.id) == b"one"
    assert inbox.stuck(store, TERMS) == (message.id,)


def test_only_one_of_many_gets_the_claim(store: Store) -> None:
    message = add(store)
    claims: list[inbox.Claim | None] = []
    start = threading.Barrier(6)

    def attempt() -> None:
        start.wait()
        claims.append(inbox.claim(store, message.id, TERMS))

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [claim for claim in claims if claim is not None]
    assert len(claims) == 6
    assert len(won) == 1
    assert won[0].attempt == 1
    assert won[0].message.raw == b"one"


def test_a_document_that_kills_its_worker_ends_as_a_visible_failure(store: Store, clock: Clock) -> None:
    message = add(store)
    for attempt in (1, 2, 3):
        claim = inbox.claim(store, message.id, TERMS)
        assert claim is not None
        assert claim.attempt == attempt
        assert inbox.claim(store, message.id, TERMS) is None  # held
        clock.advance(seconds=61)  # the worker is dead
        expected = (message.id,) if attempt < 3 else ()
        assert inbox.stuck(store, TERMS) == expected
    assert inbox.claim(store, message.id, TERMS) is None
    (failed,) = queue.failures(store)
    assert failed.attempts == 3
    assert "worker was lost 3 times" in failed.reason
    assert failed.way_out


def test_a_passing_error_is_tried_again_later_and_a_lasting_one_is_not(store: Store, clock: Clock) -> None:
    message = add(store)
    passing = inbox.Failure(step="reading", reason="ERP asleep", way_out="wait", retry_helps=True)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    assert inbox.fail(store, claim, passing, TERMS) is inbox.State.RECEIVED
    assert inbox.claim(store, message.id, TERMS) is None  # not due yet
    assert inbox.stuck(store, TERMS) == ()
    clock.advance(seconds=10)
    assert inbox.stuck(store, TERMS) == (message.id,)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    lasting = inbox.Failure(step="reading", reason="no such thing", way_out="mend it", retry_helps=False)
    assert inbox.fail(store, claim, lasting, TERMS) is inbox.State.FAILED
    assert [item.reason for item in queue.failures(store)] == ["no such thing"]


def test_the_pause_doubles_and_stays_below_a_day() -> None:
    assert [TERMS.pause(attempt).total_seconds() for attempt in (1, 2, 3)] == [10, 20, 40]
    assert TERMS.pause(500) == timedelta(days=1)


def test_who_lost_the_claim_stores_nothing(store: Store, clock: Clock) -> None:
    message = add(store)
    slow = inbox.claim(store, message.id, TERMS)
    clock.advance(seconds=61)
    quick = inbox.claim(store, message.id, TERMS)
    assert slow is not None
    assert quick is not None
    outcome = late(message.id, order())
    assert results.finish(store, slow, outcome, TERMS, fingerprint=fingerprint) is None
    assert queue.listed(store, queue.Filters()).entries == ()
    stored = results.finish(store, quick, outcome, TERMS, fingerprint=fingerprint)
    assert stored is not None
    assert stored.state is inbox.State.ADVISED
    assert inbox.fail(store, slow, inbox.Failure.of(ValueError("x"), step="reading"), TERMS) is None
    assert len(queue.listed(store, queue.Filters()).entries) == 1


def test_a_failed_message_can_be_replayed(store: Store) -> None:
    message = add(store)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    failed = Failed(message_id=message.id, step="matching", reason="r", way_out="w", retry_helps=False)
    stored = results.finish(store, claim, failed, TERMS, fingerprint=fingerprint)
    assert stored == results.Stored(state=inbox.State.FAILED)
    assert inbox.replay(store, message.id)
    assert not inbox.replay(store, message.id)  # it waits already
    assert not inbox.replay(store, "0" * 64)
    assert queue.failures(store) == ()
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    assert claim.attempt == 1
    assert [state for _, state, _ in queue.steps_of(store, message.id)] == [
        "received",
        "reading",
        "failed",
        "received",
        "reading",
    ]


def test_an_unexpected_error_shows_no_words_of_the_supplier() -> None:
    failure = inbox.Failure.of(ValueError("IBAN DE00 1234"), step="reading")
    assert "DE00" not in failure.reason + failure.way_out
    assert "DE00" in failure.trace


@pytest.mark.parametrize("name", ["nul\x00.eml", "lone \ud800 surrogate.eml"])
def test_names_no_database_can_hold_are_made_safe(store: Store, name: str) -> None:
    message = message_of(name.encode("utf-8", "surrogatepass"), door="upload", received_at=store.now, name=name)
    assert inbox.add(store, message)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    assert "\ufffd" in claim.message.name
