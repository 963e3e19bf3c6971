"""Whose turn it is: urgent ones first, a bulk import last, those about one order in turn, each in its lane."""

import threading
import time
from datetime import timedelta

import pytest
from understood_examples import Clock, late, order

from triage.domain.advice import Priority
from triage.domain.message import Message, message_of
from triage.store import inbox, lanes, outbox, queue, results
from triage.store.database import Store
from triage.store.lanes import Lane

TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=3, retry_delay=timedelta(seconds=10))


def mail(number: int, subject: str = "", headers: str = "") -> bytes:
    return f"Subject: {subject or f'hello {chr(97 + number)}'}\r\n{headers}\r\nbody {number}\r\n".encode()


def add(store: Store, raw: bytes, door: str = "mailbox", name: str = "") -> Message:
    message = message_of(raw, door=door, received_at=store.now, name=name)
    assert inbox.add(store, message)
    return message


def take(store: Store, lane: Lane = Lane.READING) -> inbox.Claim | None:
    return inbox.claim_next(store, lane, TERMS)


def end(store: Store, claim: inbox.Claim, number: int = 1) -> results.Stored:
    outcome = late(claim.message.id, order(number))
    stored = results.finish(store, claim, outcome, TERMS, fingerprint=lambda found: found.message_id)
    assert stored is not None
    return stored


def test_an_urgent_message_passes_a_bulk_import_and_so_does_everyday_mail(store: Store) -> None:
    for number in range(lanes.BULK_FROM + 20):
        add(store, mail(number, f"import {number % 7}"), door="folder")
    everyday = add(store, mail(1, "a question"))
    urgent = add(store, mail(2, "hurry", "Importance: high\r\n"))
    also = add(store, mail(3, "hurry", "X-Priority: 1 (Highest)\r\n"), door="folder")
    taken = [claim.message.id for _ in range(lanes.BULK_FROM + 5) if (claim := take(store))]
    assert taken[:2] == [urgent.id, also.id]
    assert everyday.id in taken[2:]  # before the import's rest, which counts as bulk
    assert take(store) is not None


@pytest.mark.parametrize("subject", ["=?utf-8?q?Auftrag_P00042?=", "Re: your order P00042!", "RE: P-00042", "P/00042"])
def test_messages_about_one_order_wait_for_each_other(store: Store, subject: str) -> None:
    first = add(store, mail(1, "order P00042"))
    second = add(store, mail(2, subject))
    other = add(store, mail(3, "order P00043"))
    claim = take(store)
    assert claim is not None
    assert claim.message.id == first.id
    beside = take(store)
    assert beside is not None
    assert beside.message.id == other.id
    assert take(store) is None
    assert end(store, claim).next == (lanes.Waiting(message_id=second.id, lane=Lane.READING),)
    then = take(store)
    assert then is not None
    assert then.message.id == second.id


def test_orders_numbered_by_year_are_told_apart_and_days_are_no_orders(store: Store) -> None:
    for number, subject in enumerate(("PO/2026/00017", "PO/2026/00018", "of 2026-03-12", "as of 2026-03-12")):
        add(store, mail(number, subject))
    assert sum(take(store) is not None for _ in range(5)) == 4


def test_one_that_pauses_holds_nobody_up_and_the_end_is_as_if_all_had_come_in_order(store: Store, clock: Clock) -> None:
    first, second = add(store, mail(1, "order P00042")), add(store, mail(2, "order P00042"))
    claim = take(store)
    assert claim is not None
    inbox.fail(store, claim, inbox.Failure(step="reading", reason="Odoo is away", way_out="", retry_helps=True), TERMS)
    claim = take(store)
    assert claim is not None
    assert claim.message.id == second.id
    assert end(store, claim).next == ()
    clock.advance(seconds=11)
    claim = take(store)
    assert claim is not None
    assert claim.message.id == first.id
    assert end(store, claim).next == (lanes.Waiting(message_id=second.id, lane=Lane.READING),)
    again = take(store)
    assert again is not None
    assert again.message.id == second.id
    assert end(store, again).next == ()  # known to all by now: nobody is read a third time
    assert take(store) is None


def test_two_that_name_no_order_outside_and_ran_at_once_end_in_order(store: Store, clock: Clock) -> None:
    early, late_one = add(store, mail(1, "hello there")), add(store, mail(2, "hello again"))
    mine, other = take(store), take(store)
    assert mine is not None
    assert other is not None
    clock.advance(seconds=1)
    assert end(store, mine).next == ()
    stored = end(store, other)  # it was read while the earlier one was, and could not know it
    assert stored.next == (lanes.Waiting(message_id=late_one.id, lane=Lane.READING),)
    clock.advance(seconds=1)
    again = take(store)
    assert again is not None
    assert end(store, again).next == ()
    told = queue.detail(store, late(early.id, order()).advice.key)
    assert told is not None
    assert [item.message_id for item, _ in told.current] == [early.id, late_one.id]


def test_work_for_others_is_handed_over_and_is_no_attempt(store: Store) -> None:
    message = add(store, mail(1))
    claim = take(store)
    assert claim is not None
    assert inbox.hand_over(store, claim, Lane.SCANS, "it holds pictures of text")
    assert not inbox.hand_over(store, claim, Lane.SCANS, "again")
    assert take(store) is None
    assert lanes.waiting(store) == ((Lane.SCANS, 1),)
    claim = take(store, Lane.SCANS)
    assert claim is not None
    assert claim.attempt == 1
    end(store, claim)
    assert inbox.replay(store, message.id)
    assert lanes.waiting(store) == ((Lane.READING, 1),)


def test_how_far_the_work_came_is_recorded_and_tells_what_a_document_died_of(store: Store, clock: Clock) -> None:
    message = add(store, mail(1))
    for _ in range(TERMS.max_attempts):
        claim = take(store)
        assert claim is not None
        assert inbox.advance(store, claim, inbox.State.READ)
        assert inbox.advance(store, claim, inbox.State.UNDERSTOOD)
        clock.advance(seconds=61)
        inbox.stuck(store, TERMS)
    assert not inbox.advance(store, claim, inbox.State.READ)
    (failed,) = queue.failures(store)
    assert (failed.message_id, failed.step) == (message.id, "being advised on")
    states = [state for _, state, _ in queue.steps_of(store, message.id)]
    assert states == ["received", *["reading", "read", "understood", "received"] * 2, "reading", "read", "understood",
                      "failed"]  # fmt: skip


def test_many_workers_at_once_take_each_message_once_and_one_of_an_order_at_a_time(store: Store) -> None:
    orders = 5
    for number in range(40):
        add(store, mail(number, f"order P0010{number % orders}"))
    taken: list[str] = []
    running: set[str] = set()
    clashes: list[str] = []
    lock = threading.Lock()

    def work() -> None:
        idle = 0
        while idle < 200:
            claim = take(store)
            if claim is None:
                idle += 1
                continue
            idle = 0
            thread = claim.message.raw.split(b"\r\n", 1)[0].decode()
            with lock:
                if thread in running:
                    clashes.append(thread)
                running.add(thread)
                taken.append(claim.message.id)
            time.sleep(0.003)  # others have a chance to take what they must not
            with lock:
                running.discard(thread)
            end(store, claim, 1 + int(thread[-1]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for item in threads:
        item.start()
    for item in threads:
        item.join()
    assert clashes == []
    assert len(taken) == len(set(taken)) == 40
    assert set(inbox.states(store, taken).values()) == {inbox.State.ADVISED}


def test_the_most_urgent_note_is_left_first_and_one_of_a_situation_at_a_time(store: Store, clock: Clock) -> None:
    found = []
    for number, priority in ((1, Priority.LOW), (2, Priority.URGENT)):
        message = add(store, mail(number, f"order P0000{number}"))
        claim = inbox.claim(store, message.id, TERMS)
        assert claim is not None
        outcome = late(message.id, order(number), priority=priority)
        stored = results.finish(store, claim, outcome, TERMS, fingerprint=lambda found: found.message_id)
        assert stored is not None
        found.append(stored.outbox_id)
    first = outbox.claim_next(store, TERMS)
    assert first is not None
    assert first.outbox_id == found[1]
    message = add(store, mail(3, "order P00002"))
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    newer = end(store, claim, 2)
    second = outbox.claim_next(store, TERMS)
    assert second is not None
    assert second.outbox_id == found[0]  # not the newer note of what is being left
    assert outbox.claim_next(store, TERMS) is None
    clock.advance(seconds=61)
    outbox.stuck(store, TERMS)
    third = outbox.claim_next(store, TERMS)
    assert third is not None
    assert third.outbox_id in (newer.outbox_id, found[0])
