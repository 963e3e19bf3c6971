"""A note is left once a situation, brought up to date in place, and never replaced by an older one."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from understood_examples import Clock, as_ordered, late, order, understood

from triage.domain.message import Message, message_of
from triage.domain.outcome import Outcome
from triage.domain.posting import Note, Receipt
from triage.errors import ErpRefusedError, ErpUnavailableError
from triage.store import inbox, outbox, queue, results
from triage.store.database import Store
from triage.store.tables import local_notes, posts
from triage.store.tables import outbox as rows
from triage.tasks import work as working

TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=2, retry_delay=timedelta(seconds=10))


class Outcomes:
    """A pipeline that says what it was told to say."""

    def __init__(self) -> None:
        self.of: dict[bytes, object] = {}

    def __call__(self, message: Message, _reached: object) -> Outcome:
        return self.of[message.raw](message.id)  # type: ignore[operator, no-any-return]


class Failing:
    """A poster that fails as it was told, then works."""

    place = "odoo"

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.posted: list[Note] = []

    def post(self, note: Note) -> Receipt:
        if self.errors:
            raise self.errors.pop(0)
        self.posted.append(note)
        return Receipt(key=note.key, place=self.place, external_id="1", digest=note.digest)


@pytest.fixture
def work(store: Store) -> working.Work:
    return working.Work(
        store=store,
        terms=TERMS,
        triage=Outcomes(),
        fingerprint=lambda _: "f",
        poster=outbox.LocalPoster(store=store),
    )


def read(work: working.Work, raw: bytes, make: object) -> results.Stored:
    work.triage.of[raw] = make  # type: ignore[attr-defined]
    message = message_of(raw, door="folder", received_at=work.store.now)
    inbox.add(work.store, message)
    stored = working.read(work, message.id)
    assert stored is not None
    return stored


def notes(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(sa.select(local_notes.c.body_html)).scalars())


def revision(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(sa.select(posts.c.revision)).scalar_one())


def test_a_note_is_left_once_however_often_it_rings(work: working.Work) -> None:
    stored = read(work, b"a", lambda id: late(id, order()))
    assert stored.outbox_id is not None
    assert working.post(work, stored.outbox_id)
    assert not working.post(work, stored.outbox_id)
    assert notes(work.store) == ["<p>Line 1 comes late.</p>"]
    assert queue.message_totals(work.store) == {"posted": 1}
    assert working.sweep(work) == working.Stuck(message_ids=(), outbox_ids=())


def test_the_next_message_brings_the_same_note_up_to_date(work: working.Work) -> None:
    for raw, text in ((b"a", "<p>one</p>"), (b"b", "<p>two</p>")):
        stored = read(work, raw, lambda id, text=text: late(id, order(), note=text))
        assert stored.outbox_id is not None
        assert working.post(work, stored.outbox_id)
    assert notes(work.store) == ["<p>two</p>"]
    assert revision(work.store) == 2


def test_an_older_note_never_replaces_a_newer_one(work: working.Work) -> None:
    first = read(work, b"a", lambda id: late(id, order(), note="<p>old</p>"))
    second = read(work, b"b", lambda id: late(id, order(), note="<p>new</p>"))
    assert first.outbox_id is not None
    assert second.outbox_id is not None
    assert working.post(work, second.outbox_id)
    assert not working.post(work, first.outbox_id)
    assert notes(work.store) == ["<p>new</p>"]
    assert queue.message_totals(work.store) == {"posted": 2}


def test_nothing_to_say_leaves_no_note_unless_one_would_be_wrong_now(work: working.Work) -> None:
    px = order()
    assert read(work, b"a", lambda id: as_ordered(id, px)).outbox_id is None
    stored = read(work, b"b", lambda id: late(id, px))
    assert stored.outbox_id is not None
    working.post(work, stored.outbox_id)
    again = read(work, b"c", lambda id: as_ordered(id, px))
    assert again.outbox_id is not None
    working.post(work, again.outbox_id)
    assert notes(work.store) == ["<p>As ordered.</p>"]


def test_a_message_that_is_about_another_order_after_all_settles_the_note_it_left(work: working.Work) -> None:
    first = read(work, b"a", lambda id: late(id, order(1), note="<p>one</p>"))
    assert first.outbox_id is not None
    working.post(work, first.outbox_id)
    inbox.replay(work.store, message_of(b"a", door="folder", received_at=work.store.now).id)
    second = read(work, b"a", lambda id: late(id, order(2), note="<p>two</p>"))
    assert second.outbox_id is not None
    for number in (second.outbox_id, *working.sweep(work).outbox_ids, first.outbox_id):
        working.post(work, number)
    left, now = sorted(notes(work.store), key=lambda text: "two" in text)
    assert left.startswith("<p><strong>Settled: this message is now told at ")
    assert now == "<p>two</p>"
    assert len(queue.listed(work.store, queue.Filters()).entries) == 1


def test_without_a_record_the_queue_alone_tells(work: working.Work) -> None:
    stored = read(work, b"a", understood)
    assert stored == results.Stored(state=inbox.State.DONE)
    assert len(queue.listed(work.store, queue.Filters()).entries) == 1


def test_a_passing_fault_is_tried_again_and_a_refusal_fails_visibly(
    store: Store, clock: Clock, work: working.Work
) -> None:
    poster = Failing(ErpUnavailableError("asleep"))
    work = working.Work(store=store, terms=TERMS, triage=work.triage, fingerprint=work.fingerprint, poster=poster)
    stored = read(work, b"a", lambda id: late(id, order()))
    assert stored.outbox_id is not None
    assert not working.post(work, stored.outbox_id)
    assert not working.post(work, stored.outbox_id)  # not due yet
    clock.advance(seconds=11)
    assert working.sweep(work).outbox_ids == (stored.outbox_id,)
    assert working.post(work, stored.outbox_id)
    assert len(poster.posted) == 1
    poster.errors.append(ErpRefusedError("no rights", way_out="Give the user the group."))
    refused = read(work, b"b", lambda id: late(id, order(2)))
    assert refused.outbox_id is not None
    assert not working.post(work, refused.outbox_id)
    (failed,) = queue.failures(store)
    assert (failed.step, failed.reason, failed.way_out) == ("posting", "no rights", "Give the user the group.")


def test_a_worker_lost_while_posting_is_noticed(store: Store, clock: Clock, work: working.Work) -> None:
    stored = read(work, b"a", lambda id: late(id, order()))
    assert stored.outbox_id is not None
    for _ in range(TERMS.max_attempts):
        assert outbox.claim(store, stored.outbox_id, TERMS) is not None
        clock.advance(seconds=61)
    assert working.sweep(work).outbox_ids == ()
    assert "lost 2 times" in queue.failures(store)[0].reason
    with store.read() as connection:
        assert connection.execute(sa.select(rows.c.state)).scalar_one() == "failed"


def test_an_error_nobody_expected_ends_as_a_visible_failure(work: working.Work, clock: Clock) -> None:
    def broken(_id: str) -> Outcome:
        raise ZeroDivisionError("secret words of the supplier")

    assert read(work, b"a", broken).state is inbox.State.RECEIVED
    clock.advance(seconds=11)
    (message_id,) = working.sweep(work).message_ids
    stored = working.read(work, message_id)
    assert stored is not None
    assert stored.state is inbox.State.FAILED
    (failed,) = queue.failures(work.store)
    assert "ZeroDivisionError" in failed.reason
    assert "secret" not in failed.reason


def test_the_local_poster_gives_the_same_receipt_for_the_same_note(store: Store, tmp_path: Path) -> None:
    poster = outbox.LocalPoster(store=store)
    note = Note(key="k", record=order().ref, headline="h", body_html="<p>b</p>", digest="d")
    assert poster.post(note) == poster.post(note)
    assert notes(store) == ["<p>b</p>"]
