"""20,000 messages through two workers: whether their memory stays as it is. Run by `make soak`.

Mails, every fifth with a PDF, every fiftieth with a broken one, every fiftieth in words that leave doubts. Prints
memory after each twentieth of them. Exit status 1 where a message fails, where a worker's memory in the last
quarter is a tenth above that in the second quarter, or above what a worker may take.
SOAK_MESSAGES=1000 is the short form: it proves the script, not the service.
"""

import json
import os
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import fleet as fleets
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import service

from triage.store import inbox
from triage.store.tables import messages

MESSAGES = int(os.environ.get("SOAK_MESSAGES", "20000"))
MODE = os.environ.get("SOAK_MODE", "local")
LONGEST = float(os.environ.get("SOAK_SECONDS", "14400"))
WAITING = 200  # messages that wait at a time: memory is looked at, not the queue
STEPS = 20
Taken = tuple[int, int, int]  # MiB of a worker: all its processes, the largest of them, what is no file's
MOST_GROWTH = 1.1
MOST_MEMORY = 1024  # MiB of a worker with all its processes, the sentence model loaded


def mail(number: int) -> bytes:
    """Mail `number`; ten thousand later the same order is told another day."""
    order = number % service.ORDERS + 1
    if number % 50 == 7:
        return fleets.mail(number, order, 10, subject="Hello", text=f"{service.VAGUE}{number}\n")
    if number % 50 == 13:
        return fleets.mail(number, order, 10 + number % 15, pdf=service.pdf(order)[: 300 + number % 700])
    return fleets.mail(number, order, 10 + number % 15, pdf=service.pdf(order) if number % 5 == 0 else None)


def states(services: object) -> Counter[str]:
    query = sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)
    with services.store.read() as connection:  # type: ignore[attr-defined]
        return Counter({row[0]: row[1] for row in connection.execute(query)})


def ended(found: Counter[str]) -> int:
    return sum(found[state] for state in inbox.FINAL)


def through(fleet: fleets.Fleet, services: object, ring: object, workers: list[str]) -> dict[str, list[Taken]]:
    """All messages; returns each worker's memory step by step."""
    seen: dict[str, list[Taken]] = {name: [] for name in workers}
    started, given, done = time.monotonic(), 0, 0
    while done < MESSAGES:
        if time.monotonic() - started > LONGEST:
            raise SystemExit(f"after {LONGEST:.0f} s only {done} messages have ended: {dict(states(services))}")
        while given < min(done + WAITING, MESSAGES):
            services.intake.accept(mail(given), door="mailbox")  # type: ignore[attr-defined]
            ring()  # type: ignore[operator]
            given += 1
        time.sleep(0.5)
        done = ended(states(services))
        if done * STEPS >= MESSAGES * (len(seen[workers[0]]) + 1):
            for name in workers:
                seen[name].append(fleets.memory(fleet.processes(name)))
            now = {name: found[-1] for name, found in seen.items()}
            print(
                f"{done} messages after {time.monotonic() - started:.0f} s, MiB a worker (all, largest, own): {now}",
                flush=True,
            )
    return seen


def judged(seen: dict[str, list[Taken]]) -> list[str]:
    """What is wrong with the memory of the workers."""
    wrong = []
    for name, found in seen.items():
        own, most = [item[2] for item in found], max(item[0] for item in found)
        early, late = statistics.median(own[5:10]), statistics.median(own[-5:])
        told = {"worker": name, "second quarter, own MiB": early, "last quarter, own MiB": late, "most, all MiB": most}
        print(json.dumps(told))
        if late > early * MOST_GROWTH:
            wrong.append(f"{name} grew from {early} to {late} MiB")
        if most > MOST_MEMORY:
            wrong.append(f"{name} took {most} MiB")
    return wrong


def main() -> int:
    workers = ["worker1", "worker2"]
    with fleets.fleet(workers=2, orders=service.ORDERS, read_ms=2, post_ms=5, mode=MODE) as fleet:
        services, ring = fleet.services()
        for name in (*workers, "scheduler"):
            fleet.start(name)
        wrong = judged(through(fleet, services, ring, workers))
        found = states(services)
        services.store.close()
    print(f"ended as {dict(found)}")
    wrong += [f"{found['failed']} messages failed"] if found["failed"] else []
    print("\n".join(wrong) or "all messages ended, memory stayed as it was")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
