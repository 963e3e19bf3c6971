"""5,000 messages at once while workers, broker, database connections and Odoo are killed at random 200 times.

1,000 orders with five messages each, which move one delivery later and later. Run by `make soak`. Exit status 1 where a
message does not end, ends twice, or ends other than well; where an order lacks its advisory or has two; where what
stands in the end is not what its last message told; or where an outgoing event is missing at its receiver.
"""

import os
import random
import sys
import time
from collections import Counter

import fleet as fleets
import sqlalchemy as sa

from triage.errors import Error
from triage.store import events, figures, inbox
from triage.store.tables import entries, local_notes, messages, outbox, outcomes, posts, transitions
from triage.store.tables import events as events_table

MESSAGES = int(os.environ.get("SOAK_MESSAGES", "5000"))
KILLS = int(os.environ.get("SOAK_KILLS", "200"))
LONGEST = float(os.environ.get("SOAK_SECONDS", "2400"))
EACH = 5  # messages of one order
LAST_DAY = 20  # of December, told by the last message of each order


def fill(services: object, ring: object) -> list[str]:
    """All messages, those of one order in order, with others between; rung for by two of three."""
    ids, orders = [], MESSAGES // EACH
    for turn in range(EACH):
        for order in range(1, orders + 1):
            number = len(ids)
            raw = fleets.mail(number, order, LAST_DAY - EACH + 1 + turn)
            ids.append(services.intake.accept(raw, door="mailbox").message_id)  # type: ignore[attr-defined]
            if number % 3:
                ring()  # type: ignore[operator]
    return ids


def disturb(fleet: fleets.Fleet, generator: random.Random) -> str:
    """One blow at random; what is killed is started again, the broker and Odoo after a moment."""
    names = [name for name in fleet.running if name.startswith("worker")]
    what = generator.choices(("worker", "broker", "database", "odoo", "scheduler"), (50, 15, 20, 10, 5))[0]
    if what == "database":
        fleet.cut_connections()
    elif what == "worker":
        name = generator.choice(names)
        fleet.kill(name)
        fleet.start(name)
    else:
        fleet.kill(what)
        time.sleep(generator.uniform(0.1, 1.5))
        fleet.start(what)
    fleet.killed[what] = fleet.killed.get(what, 0) + 1
    return what


def states(services: object, ids: list[str]) -> Counter[str]:
    try:
        return Counter(item.value for item in inbox.states(services.store, ids).values())  # type: ignore[attr-defined]
    except Error:  # this process lost its connection, too
        return Counter()


def storm(fleet: fleets.Fleet, services: object, ids: list[str]) -> float:
    """Blows until they are done and every message has ended; returns the oldest age seen in a queue (seconds)."""
    generator, started, oldest, given = random.Random(6), time.monotonic(), 0.0, 0
    while time.monotonic() - started < LONGEST:
        found = states(services, ids)
        ended = sum(found[state] for state in inbox.FINAL)
        if ended == len(ids):
            break
        # As many blows as fit: they are spread over the messages that end.
        if given < KILLS and given <= KILLS * ended / len(ids) + 1 + (time.monotonic() - started) / 10:
            disturb(fleet, generator)
            given += 1
        try:
            now = services.store.now  # type: ignore[attr-defined]
            ages = [
                (now - item.since).total_seconds()
                for item in figures.standing(services.store).waiting.values()  # type: ignore[attr-defined]
                if item.since
            ]
            oldest = max([oldest, *ages])
        except Error:
            pass
        time.sleep(0.5)
    print(
        f"storm: {len(ids)} messages in {time.monotonic() - started:.0f} s, {given} blows {fleet.killed}, "
        f"oldest in a queue {oldest:.0f} s, ended as {dict(states(services, ids))}",
        flush=True,
    )
    return oldest


def events_out(services: object, longest: float = 300) -> int:
    """Wait until no event waits to be told; how many do in the end."""
    started = time.monotonic()
    while time.monotonic() - started < longest:
        try:
            if not events.listed(services.store, ["pending", "sending"], limit=1):  # type: ignore[attr-defined]
                return 0
        except Error:
            pass
        time.sleep(0.5)
    return len(events.listed(services.store, ["pending", "sending"], limit=MESSAGES))  # type: ignore[attr-defined]


def judged(fleet: fleets.Fleet, services: object, ids: list[str]) -> list[str]:
    """What is wrong in the end."""
    wrong, orders = [], MESSAGES // EACH
    with services.store.read() as connection:  # type: ignore[attr-defined]
        by_state = sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)
        ends = Counter({row[0]: row[1] for row in connection.execute(by_state)})
        stored = connection.execute(sa.select(sa.func.count()).select_from(messages)).scalar_one()
        situations = connection.execute(sa.select(sa.func.count()).select_from(entries)).scalar_one()
        left = connection.execute(sa.select(sa.func.count()).select_from(posts)).scalar_one()
        local = connection.execute(sa.select(sa.func.count()).select_from(local_notes)).scalar_one()
        waiting = connection.execute(
            sa.select(sa.func.count()).where(outbox.c.state.in_(("pending", "posting")))
        ).scalar_one()
        without = connection.execute(sa.select(sa.func.count()).where(messages.c.outcome_id.is_(None))).scalar_one()
        told = connection.execute(sa.select(sa.func.count()).select_from(outcomes)).scalar_one()
        lost = connection.execute(
            sa.select(sa.func.count()).where(transitions.c.detail.like("its worker was lost%"))
        ).scalar_one()
        again = connection.execute(
            sa.select(sa.func.count()).where(transitions.c.detail.like("an earlier message%"))
        ).scalar_one()
        written = set(connection.execute(sa.select(events_table.c.key)).scalars())
        reads = sa.select(sa.func.count()).where(transitions.c.state.in_(("advised", "done")))
        stored_ends = connection.execute(reads).scalar_one()
    calls = fleets.advisories(fleet.folder)
    heard = [str(call["id"]) for call in fleets.told_events(fleet.folder)]
    print(f"events written {len(written)}, heard {len(set(heard))}, calls that told them {len(heard)}")
    last = {call["key"]: call for call in calls}
    late = [key for key, call in last.items() if str(LAST_DAY - 4) not in str(call["headline"])]
    print(
        f"messages {stored}, states {dict(ends)}, outcomes {told}, of them read again for order {again}, "
        f"situations {situations}"
    )
    print(f"claims lost with their worker {lost}; advisories in Odoo {len(last)}, calls that left them {len(calls)}")
    for is_wrong, what in (
        (stored != len(ids), "a message is missing or there twice"),
        (ends["posted"] != len(ids), "a message did not end as a note"),
        (without != 0, "a message has no outcome"),
        (told != stored_ends or told > len(ids) + again, "a message was stored more than once for one reading"),
        (situations != orders, "situations are not orders"),
        (left != orders or len(last) != orders or local != 0, "an order has no advisory, or two"),
        (waiting != 0, "a note still waits"),
        (len(written) != told, "an outcome has no event, or two"),
        (set(heard) != written, "an event was not heard, or never happened"),
        (
            bool(late),
            f"{len(late)} advisories are not those of the last message: {[last[k]['headline'] for k in late[:2]]}",
        ),
    ):
        wrong += [what] if is_wrong else []
    return wrong


def main() -> int:
    with fleets.fleet(workers=2, orders=MESSAGES // EACH, read_ms=2, post_ms=5) as fleet:
        services, ring = fleet.services()
        started = time.monotonic()
        ids = fill(services, ring)
        print(f"taken in: {len(ids)} messages in {time.monotonic() - started:.0f} s", flush=True)
        for name in ("worker1", "worker2", "scheduler"):
            fleet.start(name)
        storm(fleet, services, ids)
        left = events_out(services)
        print(f"events that still wait: {left}", flush=True)
        wrong = judged(fleet, services, ids)
        services.store.close()
    print("\n".join(wrong) or "every message ended once, every order has its advisory once, and it is the last one")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
