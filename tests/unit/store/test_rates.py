"""How fast a queue is worked off: what is allowed at which moment, and who rings when it is not."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from understood_examples import Clock, late, order

from triage.errors import SettingsError
from triage.intake.accept import message_of
from triage.settings import load, queues
from triage.store import inbox, lanes, outbox, rates, results
from triage.store.database import Store
from triage.store.lanes import Lane
from triage.tasks import app

TERMS = inbox.Terms(lease=timedelta(seconds=600), rates={"reading": 2.0, "odoo": 0.5})


def take(store: Store, queue: str = "model", per_second: float = 2.0) -> rates.Wait | None:
    with store.write() as connection:
        return rates.take(connection, queue, per_second, store.now)


def add(store: Store, count: int) -> None:
    for number in range(count):
        inbox.add(store, message_of(f"Subject: {number}\n\n{number}".encode(), door="mailbox", received_at=store.now))


def test_so_many_a_second_and_a_seconds_worth_after_a_pause(store: Store, clock: Clock) -> None:
    assert [take(store) for _ in range(2)] == [None, rates.Wait(seconds=0.5, ring=True)]
    clock.advance(seconds=0.5)
    assert [take(store) is None for _ in range(2)] == [True, False]
    clock.advance(seconds=3600)
    assert [take(store) is None for _ in range(5)] == [True, True, True, False, False]


def test_over_a_while_it_is_the_rate_however_it_is_asked_for(store: Store, clock: Clock) -> None:
    taken = 0
    for _ in range(300):
        taken += sum(take(store, per_second=3.0) is None for _ in range(4))
        clock.advance(seconds=0.1)
    assert 3 * 30 <= taken <= 3 * 31 + 1


def test_queues_have_rates_of_their_own(store: Store) -> None:
    assert (take(store, "model"), take(store, "scans")) == (None, None)
    assert take(store, "model") is not None


def test_one_of_many_who_came_too_soon_rings(store: Store, clock: Clock) -> None:
    take(store, per_second=0.1)
    told = [take(store, per_second=0.1) for _ in range(50)]
    assert [item.ring for item in told if item] == [True] + [False] * 49
    clock.advance(seconds=10)  # its bell got lost, and so did those of all others
    take(store, per_second=0.1)
    again = [take(store, per_second=0.1) for _ in range(3)]
    assert [item.ring for item in again if item] == [True, False, False]


def test_a_message_waits_where_its_queue_is_limited(store: Store, clock: Clock) -> None:
    add(store, 3)
    assert isinstance(inbox.claim_next(store, Lane.READING, TERMS), inbox.Claim)
    wait = inbox.claim_next(store, Lane.READING, TERMS)
    assert wait == rates.Wait(seconds=0.5, ring=True)
    assert lanes.waiting(store) == ((Lane.READING, 2),)  # nothing was claimed, no attempt counted
    clock.advance(seconds=0.5)
    claim = inbox.claim_next(store, Lane.READING, TERMS)
    assert isinstance(claim, inbox.Claim)
    assert claim.attempt == 1
    free = replace(TERMS, rates={})
    assert isinstance(inbox.claim_next(store, Lane.READING, free), inbox.Claim)
    assert inbox.claim_next(store, Lane.READING, TERMS) is None  # an empty queue takes nothing of its rate
    clock.advance(seconds=0.5)
    add(store, 4)
    assert isinstance(inbox.claim_next(store, Lane.READING, TERMS), inbox.Claim)


def test_notes_wait_where_odoo_is_limited(store: Store, clock: Clock) -> None:
    add(store, 2)
    for number in (1, 2):
        claim = inbox.claim_next(store, Lane.READING, replace(TERMS, rates={}))
        assert isinstance(claim, inbox.Claim)
        told = late(claim.message.id, order(number))
        assert results.finish(store, claim, told, TERMS, fingerprint=lambda found: found.message_id)
    assert isinstance(outbox.claim_next(store, TERMS), outbox.Claimed)
    assert outbox.claim_next(store, TERMS) == rates.Wait(seconds=2.0, ring=True)
    clock.advance(seconds=2)
    assert isinstance(outbox.claim_next(store, TERMS), outbox.Claimed)


def test_many_at_once_take_no_more_than_one_would(store: Store) -> None:
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(take(store, per_second=0.01) is None)) for _ in range(8)]
    for item in threads:
        item.start()
    for item in threads:
        item.join()
    assert sorted(got) == [False] * 7 + [True]


def test_rates_are_written_by_queue() -> None:
    assert queues.rates(load({"TRIAGE_QUEUE_RATES": " odoo = 5; model=0.5 ;"}, dotenv=None)) == {
        "odoo": 5.0, "model": 0.5,
    }  # fmt: skip
    assert set(queues.LIMITED) == {*Lane, app.ODOO}
    assert set(queues.LIMITED) < set(app.QUEUES)


@pytest.mark.parametrize("written", ["odoo", "intake=3", "post=3", "odoo=0", "odoo=-1", "odoo=fast", "odoo=nan"])
def test_a_rate_that_is_none_is_told_with_the_other_faults_at_start(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({"TRIAGE_QUEUE_RATES": written, "TRIAGE_BROKER_URL": "rabbit://x"}, dotenv=None)
    assert "TRIAGE_QUEUE_RATES holds" in str(caught.value)
    assert "TRIAGE_BROKER_URL" in str(caught.value)
