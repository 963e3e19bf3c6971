"""What is old and settled goes with all that was made of it; a person and a supplier go wherever they are named."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from understood_examples import Clock, as_ordered, late, order

from triage.domain.message import message_of
from triage.domain.outcome import Understood
from triage.store import entries, erasing, inbox, outbox, queue, results
from triage.store.database import Store
from triage.store.tables import entry_counts, metadata

TERMS = inbox.Terms(lease=timedelta(seconds=60), max_attempts=3, retry_delay=timedelta(seconds=10))
#: Tables that hold nothing of a message.
APART = {"measures", "entry_counts", "taken", "looks", "hints", "log_heads", "posts", "local_notes"}


def take_in(store: Store, raw: bytes, make: object, name: str = "") -> str:
    """A message, read, and its note left."""
    message = message_of(raw, door="folder", received_at=store.now, name=name)
    assert inbox.add(store, message)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    outcome: Understood = make(message.id)  # type: ignore[operator]
    stored = results.finish(store, claim, outcome, TERMS, fingerprint=lambda found: found.message_id)
    assert stored is not None
    if stored.outbox_id is not None:
        note = outbox.claim(store, stored.outbox_id, TERMS)
        assert note is not None
        outbox.confirm(store, note, outbox.LocalPoster(store=store).post(note.note))
    return message.id


def rows(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def decide(store: Store, number: int, person: str = "Bea Buyer", comment: str = "") -> None:
    queue.decide(store, f"purchase.order:{number}", queue.Decision.ACCEPTED, comment=comment, person=person)


def run(store: Store, clock: Clock, days: int, *, dry_run: bool = False, **companies: int) -> erasing.Report:
    def limit(number: int) -> object:
        return clock() - timedelta(days=number) if number else None

    return erasing.by_age(
        store,
        until=limit(days),  # type: ignore[arg-type]
        companies={name: limit(number) for name, number in companies.items()},  # type: ignore[misc]
        dry_run=dry_run,
    )


def test_what_is_old_and_settled_goes_with_all_that_was_made_of_it(store: Store, clock: Clock) -> None:
    old = take_in(store, b"old", lambda id: late(id, order(1)))
    decide(store, 1)
    still_open = take_in(store, b"open", lambda id: late(id, order(2)))
    inbox.refuse(store, door="folder", name="big.eml", size=10, reason="too large", way_out="")
    clock.advance(days=100)
    young = take_in(store, b"young", lambda id: as_ordered(id, order(3)))
    decided = take_in(store, b"again about 4", lambda id: late(id, order(4)))
    decide(store, 4)
    before = rows(store)
    told = run(store, clock, 90, dry_run=True)
    assert rows(store) == before
    report = run(store, clock, 90)
    assert (told.messages, told.entries_deleted, told.refusals) == (report.messages, report.entries_deleted, 1)
    assert report.messages == [old]
    assert report.bytes == 3
    assert set(inbox.states(store, [old, still_open, young, decided])) == {still_open, young, decided}
    assert queue.detail(store, "purchase.order:1") is None
    assert queue.detail(store, "purchase.order:2") is not None
    after = rows(store)
    assert after["refusals"] == 0
    assert after["local_notes"] == before["local_notes"] - 1
    assert run(store, clock, 90).messages == []
    assert inbox.add(store, message_of(b"old", door="folder", received_at=store.now))  # it may come again


def test_an_entry_stays_whole_until_its_newest_message_is_old(store: Store, clock: Clock) -> None:
    take_in(store, b"first", lambda id: late(id, order(1)))
    clock.advance(days=100)
    take_in(store, b"second", lambda id: as_ordered(id, order(1)))
    decide(store, 1)
    assert run(store, clock, 90).messages == []
    clock.advance(days=91)
    assert len(run(store, clock, 90).messages) == 2
    left = {name: number for name, number in rows(store).items() if number and name not in APART}
    assert left == {}
    with store.read() as connection:
        assert set(connection.execute(sa.select(entry_counts.c.count)).scalars()) <= {0}


def test_companies_have_days_of_their_own(store: Store, clock: Clock) -> None:
    for number, company in ((1, "Northwind"), (2, "Southwind"), (3, "Elsewhere")):
        take_in(store, company.encode(), lambda id, n=number, c=company: late(id, order(n, company=c)))
        decide(store, number)
    clock.advance(days=50)
    run(store, clock, 0, Southwind=30, Northwind=0)
    assert [queue.detail(store, f"purchase.order:{n}") is None for n in (1, 2, 3)] == [False, True, False]
    run(store, clock, 30, Southwind=30, Northwind=0)
    assert [queue.detail(store, f"purchase.order:{n}") is None for n in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize("where", ["original", "text", "name"])
def test_a_person_goes_wherever_named(store: Store, clock: Clock, where: str) -> None:
    words = "Änne Müßig" if where != "original" else "Anne@Muster.Example"
    raw = f"From: {words}".encode() if where == "original" else b"x"
    gone = take_in(store, raw, lambda id: late(id, order(1)), name=f"{words}.eml" if where == "name" else "")
    if where == "text":
        words = "sales@muster.example"  # as it was read: the originals hold it encoded
    kept = take_in(store, b"y", lambda id: late(id, order(1)))
    take_in(store, b"z", lambda id: late(id, order(2)))
    decide(store, 2, person=words, comment="fine")
    told = erasing.of_person(store, words.upper() if where == "original" else words, dry_run=False)
    if where == "text":
        assert len(told.messages) == 3
        assert rows(store)["messages"] == 0
        return
    assert told.messages == [gone]
    assert (told.entries_shortened, told.entries_deleted) == (1, 0)
    assert set(inbox.states(store, [gone, kept])) == {kept}
    found = queue.detail(store, "purchase.order:1")
    assert found is not None
    assert [item.message_id for item, _ in found.current] == [kept]
    assert told.decisions == 1
    decided = queue.detail(store, "purchase.order:2")
    assert decided is not None
    assert words.casefold() not in repr(decided.decisions).casefold()


def test_a_supplier_goes_with_what_was_learned_and_what_is_being_read_is_told(store: Store, clock: Clock) -> None:
    gone = take_in(store, b"1", lambda id: late(id, order(1, supplier="Alder")))
    kept = take_in(store, b"2", lambda id: late(id, order(2, supplier="Birch")))
    busy = take_in(store, b"3", lambda id: late(id, order(3, supplier="Alder")))
    assert inbox.replay(store, busy)
    assert inbox.claim(store, busy, TERMS) is not None
    decide(store, 1)
    report = erasing.of_supplier(store, "alder", dry_run=False)
    assert (report.messages, report.being_read) == ([gone], [busy])
    assert set(inbox.states(store, [gone, kept, busy])) == {kept, busy}
    assert queue.totals(store).get(entries.EntryState.DONE, 0) == 0
