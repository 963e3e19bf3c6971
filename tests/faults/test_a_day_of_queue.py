"""Twenty-four hours by a clock that tests move: Odoo is away for three of them, workers die, the broker forgets much.

Every message ends once and well; nothing waits at the end of the day.
"""

import random
from datetime import timedelta

import sqlalchemy as sa
from understood_examples import Clock, late, order

from triage.domain.message import Message, message_of
from triage.domain.outcome import Outcome, Stage
from triage.domain.posting import Note, Receipt
from triage.errors import ErpUnavailableError
from triage.store import figures, inbox, outbox, queue, reconciling
from triage.store.database import Store
from triage.store.lanes import Lane
from triage.store.tables import outcomes
from triage.tasks import work as working

STEP = 5  # minutes
ARRIVALS = 2 * 24  # one every half hour
TERMS = inbox.Terms(lease=timedelta(minutes=6), max_attempts=5, retry_delay=timedelta(seconds=30))


class Day:
    """What goes wrong, and when."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock, self.begin = store, clock, clock()
        self.random = random.Random(24)
        self.posted: list[Note] = []
        self.place = "odoo"

    @property
    def hour(self) -> float:
        return (self.clock() - self.begin).total_seconds() / 3600

    def triage(self, message: Message, reached: object) -> Outcome:
        reached(Stage.READ)  # type: ignore[operator]
        if 6 <= self.hour < 9 and self.random.random() < 0.3:
            raise ErpUnavailableError("Odoo does not answer")
        reached(Stage.UNDERSTOOD)  # type: ignore[operator]
        return late(message.id, order(int(message.raw)))

    def post(self, note: Note) -> Receipt:
        if 6 <= self.hour < 9:
            raise ErpUnavailableError("Odoo does not answer")
        self.posted.append(note)
        return Receipt(key=note.key, place="odoo", external_id=note.key, digest=note.digest)

    def die(self) -> None:
        """A worker takes a message, gets somewhere, and is killed; another takes a note and is killed."""
        claim = inbox.claim_next(self.store, Lane.READING, TERMS)
        if claim is not None and self.random.random() < 0.5:
            inbox.advance(self.store, claim, inbox.State.READ)
        outbox.claim_next(self.store, TERMS)

    def works(self, work: working.Work) -> None:
        """A sweep, and what it finds: in half the steps the broker has lost the bells."""
        working.sweep(work)
        if self.random.random() < 0.5:
            return
        while working.read_next(work, Lane.READING) is not None:
            pass
        while working.post_next(work):
            pass


def test_a_day_with_all_its_faults_ends_with_every_message_noted_once(store: Store, clock: Clock) -> None:
    day = Day(store, clock)
    work = working.Work(
        store=store, terms=TERMS, triage=day.triage, fingerprint=lambda found: found.message_id, poster=day
    )
    ids: list[str] = []
    oldest = 0.0
    for step in range(26 * 60 // STEP):  # two hours more, without arrivals
        if step % (30 // STEP) == 0 and len(ids) < ARRIVALS:
            message = message_of(str(len(ids) + 1).encode(), door="mailbox", received_at=store.now)
            assert inbox.add(store, message)
            ids.append(message.id)
        if day.hour < 23 and day.random.random() < 0.2:
            day.die()
        day.works(work)
        if step % (60 // STEP) == 0:  # what the comparison with Odoo does every hour
            outbox.again(store, reconciling.given_up(store, TERMS))
        since = figures.standing(store).waiting["reading"].since
        oldest = max(oldest, (clock() - since).total_seconds() if since else 0.0)
        clock.advance(minutes=STEP)
    assert set(inbox.states(store, ids).values()) == {inbox.State.POSTED}, queue.failures(store)
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(outcomes)).scalar_one() == len(ids)
    assert {note.key for note in day.posted} == {f"purchase.order:{number}" for number in range(1, ARRIVALS + 1)}
    assert len(day.posted) == ARRIVALS
    assert oldest < 4 * 3600
    waiting = figures.standing(store)
    assert sum(item.number for item in waiting.waiting.values()) + waiting.worked_on + waiting.dead_letters == 0
