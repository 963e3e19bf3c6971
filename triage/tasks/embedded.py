"""Worker and clock inside this process, over Celery's in-memory transport: what a trial needs instead of Redis.

Never used together with other processes: they would not see this broker.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from celery import Celery
from celery.worker import WorkController
from celery.worker import state as worker_state

from triage.errors import StoreError
from triage.store import inbox
from triage.store.database import Store
from triage.store.lanes import Lane
from triage.tasks import app as apps


class _Worker(WorkController):  # type: ignore[misc]
    """A worker that tells when it listens, and installs no signal handlers."""

    def __init__(self, app: Celery) -> None:
        self.listening = threading.Event()
        super().__init__(
            app=app, pool="solo", concurrency=1, without_heartbeat=True, without_mingle=True, without_gossip=True
        )

    def on_consumer_ready(self, consumer: object) -> None:
        self.listening.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running worker of this process."""

    app: Celery
    store: Store
    thread: threading.Thread

    def ring(self) -> None:
        """Have what waits read soon."""
        apps.ring_lane(self.app, Lane.READING)

    def look(self) -> None:
        """Have Odoo looked at soon."""
        apps.ring(self.app, apps.LOOK)

    def wait(self, message_ids: Collection[str], *, on_progress: Callable[[int], None], poll: float = 0.1) -> None:
        """Until all these messages have ended; tells how many have. One that is to be tried again has not ended.

        Raises StoreError where the worker has stopped.
        """
        waiting = set(message_ids)
        total = len(waiting)
        while waiting:
            found = inbox.states(self.store, waiting)
            waiting -= {item for item in waiting if item not in found or found[item] in inbox.FINAL}
            on_progress(total - len(waiting))
            if waiting and not self.thread.is_alive():
                raise StoreError("the worker of this process has stopped", way_out="Start again: nothing was lost.")
            if waiting:
                time.sleep(poll)


@contextlib.contextmanager
def running(app: Celery, store: Store) -> Iterator[Embedded]:
    """A worker in a thread, and what the scheduler rings for, until the block ends."""
    worker_state.should_stop = None
    worker_state.should_terminate = None
    app.set_default()  # a solo worker looks its tasks up there
    worker = _Worker(app)
    over = threading.Event()
    threads = [
        threading.Thread(target=worker.start, name="worker", daemon=True),
        threading.Thread(target=_clock, args=(app, over), name="clock", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        worker.listening.wait(timeout=30)
        yield Embedded(app=app, store=store, thread=threads[0])
    finally:
        over.set()
        worker_state.should_stop = 0
        for thread in threads:
            thread.join(timeout=30)


def _clock(app: Celery, over: threading.Event) -> None:
    """Ring for what the scheduler would ring for; for stuck work at once, for the rest after its first pause."""
    every = {item["task"]: item["schedule"] for item in app.conf.beat_schedule.values()}
    due = {task: time.monotonic() + (0.0 if task == apps.SWEEP else seconds) for task, seconds in every.items()}
    while True:
        now = time.monotonic()
        for task, at in due.items():
            if at <= now:
                apps.ring(app, task)
                due[task] = now + every[task]
        if over.wait(max(0.0, min(due.values()) - time.monotonic())):
            return
