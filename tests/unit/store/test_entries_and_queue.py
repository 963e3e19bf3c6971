"""Several messages about one order are one entry; the list is ranked, filtered, counted; decisions close entries."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from understood_examples import Clock, as_ordered, deviation, late, order, spoken_line, understood, with_score

from triage.domain.advice import Priority, Role
from triage.domain.assessment import DeviationType, Kind
from triage.domain.message import message_of
from triage.domain.outcome import NeedsPerson
from triage.errors import InputError
from triage.store import entries, inbox, queue, results
from triage.store.database import Store
from triage.store.tables import entries as rows
from triage.store.tables import entry_counts, entry_tags

TERMS = inbox.Terms()


def put(store: Store, name: str, make: object) -> results.Stored:
    """Take a message in and end it with the outcome that `make` builds of its id."""
    message = message_of(name.encode(), door="folder", received_at=store.now)
    if not inbox.add(store, message):
        assert inbox.replay(store, message.id)
    claim = inbox.claim(store, message.id, TERMS)
    assert claim is not None
    stored = results.finish(store, claim, make(message.id), TERMS, fingerprint=lambda _: name)  # type: ignore[operator]
    assert stored is not None
    return stored


def the_entry(store: Store, state: str = "open") -> queue.Entry:
    (entry,) = queue.listed(store, queue.Filters(state=state)).entries
    return entry


def counted(store: Store) -> Counter[tuple[str, str, str]]:
    """What the counters should say, counted."""
    found: Counter[tuple[str, str, str]] = Counter()
    with store.read() as connection:
        for row in connection.execute(sa.select(rows)):
            sorts = [("all", ""), ("priority", row.priority), ("kind", row.kind), ("company", row.company)]
            tags = connection.execute(sa.select(entry_tags).where(entry_tags.c.entry_id == row.id))
            sorts += [(tag.dimension, tag.value) for tag in tags]
            found.update((row.state, *sort) for sort in sorts)
    return found


def kept(store: Store) -> Counter[tuple[str, str, str]]:
    """What the counters say."""
    with store.read() as connection:
        query = sa.select(entry_counts).where(entry_counts.c["count"] != 0)
        return Counter({tuple(row)[:3]: tuple(row)[3] for row in connection.execute(query)})


def test_two_deviations_of_one_order_are_one_entry(store: Store) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1, score=70, headline="Line 1 late"))
    put(
        store,
        "b",
        lambda id: understood(
            id,
            of=px,
            score=20,
            headline="Line 2 dearer",
            lines=(spoken_line(px, 2, price=Decimal("1.40")),),
            deviations=(deviation(px, 2, DeviationType.PRICE_DEVIATION, percent=Decimal("12.0")),),
        ),
    )
    entry = the_entry(store)
    assert entry.deviations == 2
    assert entry.messages == 2
    assert entry.headline == "Line 1 late"  # the graver one stays in front
    assert entry.score == 70
    assert entry.supplier == "Muster Schrauben GmbH"
    assert kept(store) == counted(store)


def test_a_later_statement_replaces_an_earlier_one_for_its_line(store: Store) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1, days=20, score=80))
    put(store, "b", lambda id: late(id, px, 1, days=3, score=30, headline="Only 3 days"))
    entry = the_entry(store)
    assert (entry.deviations, entry.headline, entry.score) == (1, "Only 3 days", 30)
    put(store, "c", lambda id: as_ordered(id, px, 1))
    entry = the_entry(store, "info")
    assert (entry.deviations, entry.priority) == (0, "low")
    detail = queue.detail(store, entry.key)
    assert detail is not None
    assert len(detail.history) == 3  # nothing is forgotten
    assert kept(store) == counted(store)


def test_confirming_another_line_does_not_settle_a_late_one(store: Store) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1))
    put(store, "b", lambda id: as_ordered(id, px, 2))
    assert the_entry(store).deviations == 1


def test_an_invoice_promises_nothing(store: Store) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1))
    put(
        store,
        "b",
        lambda id: understood(
            id, of=px, kind=Kind.INVOICE, score=1, lines=(spoken_line(px, 1, promised=px.ordered_on),)
        ),
    )
    assert "late_delivery" in queue.counts(store)["deviation"]


def test_a_decision_closes_and_news_opens_again(store: Store) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1))
    key = the_entry(store).key
    queue.decide(store, key, queue.Decision.ACCEPTED, comment="fine by us", person="bea")
    assert queue.listed(store, queue.Filters()).entries == ()
    detail = queue.detail(store, key)
    assert detail is not None
    assert [(item.decision, item.comment) for item in detail.decisions] == [("accepted", "fine by us")]
    put(store, "a", lambda id: late(id, px, 1))  # read again by a newer version: no news
    assert the_entry(store, "done").key == key
    put(store, "b", lambda id: late(id, px, 2, headline="Line 2 too"))
    entry = the_entry(store)
    assert (entry.headline, entry.deviations) == ("Line 2 too", 1)
    assert kept(store) == counted(store)


def test_an_escalated_entry_stays(store: Store) -> None:
    put(store, "a", lambda id: late(id, order()))
    queue.decide(store, the_entry(store).key, queue.Decision.ESCALATED, comment="", person="bea")
    assert the_entry(store).state == "open"


def test_a_snoozed_entry_comes_back_when_it_is_time_or_worse(store: Store, clock: Clock) -> None:
    px = order()
    put(store, "a", lambda id: late(id, px, 1, score=40))
    key = the_entry(store).key
    queue.decide(store, key, queue.Decision.SNOOZED, comment="", person="bea", until=clock.now + timedelta(days=2))
    put(store, "b", lambda id: with_score(late(id, px, 2), 10))
    assert the_entry(store, "snoozed").key == key  # not worse
    clock.advance(days=2)
    assert the_entry(store).key == key
    assert kept(store) == counted(store)
    queue.decide(store, key, queue.Decision.SNOOZED, comment="", person="bea")
    clock.advance(days=300)
    assert queue.listed(store, queue.Filters()).entries == ()
    put(store, "c", lambda id: with_score(late(id, px, 2), 90))
    assert the_entry(store).score == 90
    assert kept(store) == counted(store)


def test_a_decision_on_nothing_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="no such entry"):
        queue.decide(store, "nothing", queue.Decision.ACCEPTED, comment="", person="bea")


def test_a_message_read_anew_may_belong_elsewhere(store: Store) -> None:
    one, two = order(1), order(2)
    put(store, "a", lambda id: late(id, one))
    put(store, "a", lambda id: late(id, two))
    assert the_entry(store).record_name == "PX00002"
    assert queue.totals(store) == {"open": 1}
    assert kept(store) == counted(store)


def test_the_list_is_ranked_filtered_and_paged(store: Store) -> None:
    for number in range(1, 8):
        urgent = number == 3
        put(
            store,
            f"m{number}",
            lambda id, number=number, urgent=urgent: late(
                id,
                order(
                    number, supplier="Ümlaut 100% AG" if number % 2 else "Plain Ltd", company=f"Company {number % 2}"
                ),
                score=number * 10.0,
                priority=Priority.URGENT if urgent else Priority.NORMAL,
                roles=(Role.SECURITY,) if urgent else (Role.BUYER,),
            ),
        )
    put(store, "n", lambda id: understood(id, shape=NeedsPerson, score=5, kind=Kind.QUESTION))

    def names(page: int = 1, **filters: str) -> list[str]:
        return [item.record_name for item in queue.listed(store, queue.Filters(**filters), page=page, size=5).entries]

    assert names() == ["PX00007", "PX00006", "PX00005", "PX00004", "PX00003"]
    assert names(page=2) == ["PX00002", "PX00001", ""]
    assert queue.listed(store, queue.Filters(), size=5).more
    assert not queue.listed(store, queue.Filters(), page=2, size=5).more
    assert names(priority="urgent") == ["PX00003"]
    assert names(role="security") == ["PX00003"]
    assert names(kind="question") == [""]
    assert names(company="Company 0") == ["PX00006", "PX00004", "PX00002"]
    assert names(text="ümlaut 100%") == ["PX00007", "PX00005", "PX00003", "PX00001"]
    assert names(text="px00004") == ["PX00004"]
    assert names(text="_") == []  # no wildcard
    assert names(deviation="late_delivery", company="Company 1", priority="urgent") == ["PX00003"]
    grouped = queue.listed(store, queue.Filters(), size=20, grouping=queue.Grouping.SUPPLIER).entries
    assert [item.supplier for item in grouped] == sorted(item.supplier for item in grouped)
    assert queue.counts(store)["priority"] == {"normal": 6, "high": 1, "urgent": 1}
    assert kept(store) == counted(store)


def test_memory_knows_what_came_before_and_nothing_after(store: Store) -> None:
    px = order(4)
    memory = results.StoredMemory(store=store)
    ids = []
    for name in ("first", "second", "third"):
        put(store, name, lambda id: late(id, px))
        ids.append(message_of(name.encode(), door="", received_at=store.now).id)
    second = message_of(b"second", door="", received_at=store.now)
    (earlier,) = memory.earlier(order_ids=[4], fingerprint="?", before=second)
    assert earlier.message_id == ids[0]
    assert earlier.understood == late(ids[0], px)
    assert memory.earlier(order_ids=[], fingerprint="third", before=second) == ()
    (same,) = memory.earlier(order_ids=[], fingerprint="first", before=second)
    assert same.fingerprint == "first"
    unknown = message_of(b"not stored", door="", received_at=store.now)
    assert [item.message_id for item in memory.earlier(order_ids=[4], fingerprint="", before=unknown)] == ids


def test_an_entry_state_is_one_of_the_known_ones(store: Store) -> None:
    put(store, "a", lambda id: late(id, order()))
    assert the_entry(store).state in set(entries.EntryState)
