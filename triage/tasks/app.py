"""The Celery app: bells on a broker that is only an alarm clock. The database is the truth and says whose turn it is.

A queue a kind of work, so that each kind has processes of its own.
Never keeps a result, never hands out a second task before the first is done, never waits for a broker without limit.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import structlog
from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import ChannelError, OperationalError

from triage import bootstrap
from triage.errors import Error, StoreError
from triage.settings import Settings
from triage.store import events, figures, outbox, rates
from triage.store.lanes import Lane
from triage.tasks import work as working

_log = structlog.get_logger(__name__)

READ = "triage.read"
POST = "triage.post"
SWEEP = "triage.sweep"
SCAN = "triage.scan"
LOOK = "triage.look"
RECONCILE = "triage.reconcile"
RETAIN = "triage.retain"
DELIVER = "triage.deliver"

#: The queue of each kind of work besides the lanes, which are queues of their own.
INTAKE, ODOO = "intake", outbox.QUEUE
QUEUES = (INTAKE, *(lane.value for lane in Lane), ODOO, events.QUEUE)
_QUEUE_OF = {
    SWEEP: INTAKE, RETAIN: INTAKE, LOOK: INTAKE, POST: ODOO, SCAN: ODOO, RECONCILE: ODOO, DELIVER: events.QUEUE,
}  # fmt: skip

#: A bell has work done until nothing is left, or for so long (seconds); then it rings again, so that others get a turn.
_TURN = 5.0
_DAY = 86_400  # seconds
#: A rate is waited for up to so long (seconds) without giving up the turn; a bell rings that much later at most.
_SHORT, _LONGEST_BELL = 0.25, 60.0
#: Bells that a sweep leaves unheard in one queue: more than there are processes.
_MOST_BELLS = 64

#: Makes the means of a lane's work; called in each worker process, since connections can't be shared between them.
WorkOf = Callable[[Lane], working.Work]


def make_app(settings: Settings, work_of: WorkOf) -> Celery:
    """A Celery app with its tasks. Opens nothing until a task is sent or a worker starts."""
    broker = "memory://localhost/" if settings.embedded else settings.broker_url.get_secret_value()
    app = Celery("triage", broker=broker, set_as_current=False)
    app.conf.update(_configuration(settings))
    _add_work(app, functools.cache(work_of))
    own_services = functools.cache(lambda: bootstrap.services(settings))
    _add_looks(app, own_services)
    _add_retention(app, own_services)
    _add_events(app, own_services)
    app.finalize()
    return app


def _add_work(app: Celery, own_work: WorkOf) -> None:
    """The tasks that messages and notes go through."""

    @app.task(name=READ, shared=False)  # type: ignore[untyped-decorator]
    def read(name: str) -> None:
        with _unless_away(READ):
            _read_on(app, own_work(Lane(name)), Lane(name))

    @app.task(name=POST, shared=False)  # type: ignore[untyped-decorator]
    def post() -> None:
        with _unless_away(POST):
            work = own_work(Lane.READING)
            _turn(lambda: working.post_next(work), lambda bell: ring(app, POST, countdown=bell))
            figures.write(work.store)

    @app.task(name=SWEEP, shared=False)  # type: ignore[untyped-decorator]
    def sweep() -> None:
        with _unless_away(SWEEP):
            found = working.sweep(own_work(Lane.READING))
            for lane, number in found.waiting:
                for _ in range(min(number, _room(app, lane))):
                    ring_lane(app, lane)
            for _ in found.outbox_ids[: _room(app, ODOO)]:
                ring(app, POST)
            if found.events and _room(app, events.QUEUE):
                ring(app, DELIVER)


def _read_on(app: Celery, work: working.Work, lane: Lane) -> None:
    """Read what waits in a lane until nothing does, or the turn is over."""

    def one() -> bool | rates.Wait:
        stored = working.read_next(work, lane)
        if stored is None or isinstance(stored, rates.Wait):
            return stored or False
        if stored.outbox_id is not None:
            ring(app, POST)
        for item in stored.next:
            if item.lane is not lane:  # those of this lane are taken here
                ring_lane(app, item.lane)
        return True

    _turn(one, lambda bell: ring_lane(app, lane, countdown=bell))
    if work.store.tells_events:
        ring(app, DELIVER)
    figures.write(work.store)


def _turn(one: Callable[[], bool | rates.Wait], ring_again: Callable[[float | None], object]) -> None:
    """Do one after another until nothing waits, or the turn is over; then ring again.

    Where a queue's rate forbids the next one, a short time is waited here; a longer one gives others their turn, and
    one bell is left to ring behind it.
    """
    end = time.monotonic() + _TURN
    while found := one():
        if isinstance(found, rates.Wait):
            if found.seconds > _SHORT:
                if found.ring:
                    ring_again(min(found.seconds, _LONGEST_BELL))
                return
            time.sleep(found.seconds)
        if time.monotonic() > end:
            ring_again(None)
            return


@contextlib.contextmanager
def _unless_away(task: str) -> Iterator[None]:
    """Where the database does not answer, what was claimed runs out and comes back, and a sweep rings again."""
    try:
        yield
    except StoreError as error:
        _log.warning("database does not answer", task=task, reason=error.reason)


def _add_looks(app: Celery, own_services: Callable[[], bootstrap.Services]) -> None:
    """The tasks that look at Odoo. Where it does not answer, the next time will do."""

    @app.task(name=SCAN, shared=False)  # type: ignore[untyped-decorator]
    def scan() -> None:
        from triage.tasks import scan as scanning

        with _looking(own_services(), SCAN) as services:
            new = scanning.accept(services, scanning.findings(services))
            for _ in range(min(new, _MOST_BELLS)):
                ring_lane(app, Lane.READING)

    @app.task(name=LOOK, shared=False)  # type: ignore[untyped-decorator]
    def look() -> None:
        from triage.tasks import odoo_looks

        with _looking(own_services(), LOOK) as services:
            for _ in odoo_looks.look(services).message_ids[:_MOST_BELLS]:
                ring_lane(app, Lane.READING)
            odoo_looks.adopt(services)

    @app.task(name=RECONCILE, shared=False)  # type: ignore[untyped-decorator]
    def reconcile() -> None:
        from triage.tasks import reconcile as comparing

        with _looking(own_services(), RECONCILE) as services:
            done = comparing.reconcile(services)
            for _ in (*done.mails, *done.read_again)[:_MOST_BELLS]:
                ring_lane(app, Lane.READING)
            for _ in done.outbox_ids[:_MOST_BELLS]:
                ring(app, POST)


def _add_retention(app: Celery, own_services: Callable[[], bootstrap.Services]) -> None:
    @app.task(name=RETAIN, shared=False)  # type: ignore[untyped-decorator]
    def retain() -> None:
        from triage.tasks import retention

        with _looking(own_services(), RETAIN) as services:
            retention.by_age(services)


def _add_events(app: Celery, own_services: Callable[[], bootstrap.Services]) -> None:
    """The task that sends outgoing events. Where the receiver does not answer, the next sweep rings anew."""

    @functools.cache
    def delivery() -> Any:
        from triage.tasks import deliver

        services = own_services()
        settings = services.settings
        return deliver.Delivery(
            store=services.store,
            sender=bootstrap.sender(settings),
            lease=timedelta(seconds=settings.events_timeout + settings.task_time_limit),
            attempts=settings.events_attempts,
            pause=services.terms.retry_delay,
        )

    @app.task(name=DELIVER, shared=False)  # type: ignore[untyped-decorator]
    def send() -> None:
        from triage.tasks import deliver

        with _looking(own_services(), DELIVER):
            _turn(lambda: deliver.next_one(delivery()), lambda bell: ring(app, DELIVER, countdown=bell))


@contextlib.contextmanager
def _looking(services: bootstrap.Services, task: str) -> Iterator[bootstrap.Services]:
    """Errors of ours end a look with one line in the log."""
    try:
        yield services
    except Error as error:
        _log.warning("look failed", task=task, error=type(error).__name__, reason=error.reason)
    figures.write(services.store)


def _room(app: Celery, queue: str) -> int:
    """How many bells a sweep may add to a queue: unheard ones are enough, and a worker hears one queue in turn with
    another, so that bells which mean nothing any more would hold up those behind them.
    """
    try:
        with app.connection_for_write() as connection:
            channel = connection.default_channel
            return max(_MOST_BELLS - int(channel.queue_declare(queue=queue, passive=True).message_count), 0)
    except ChannelError:  # the broker knows no such queue: nobody has rung there yet
        return _MOST_BELLS
    except (OperationalError, OSError):
        return 0


def ring_lane(app: Celery, lane: Lane, *, countdown: float | None = None) -> bool:
    """Have the next message of a lane read soon; see `ring`."""
    return ring(app, READ, lane.value, queue=lane.value, countdown=countdown)


def ring(app: Celery, task: str, *given: str, queue: str | None = None, countdown: float | None = None) -> bool:
    """Have a task run soon, or after `countdown` seconds.

    False where the broker does not answer: then the sweep finds the work later.
    """
    try:
        where = queue or _QUEUE_OF[task]
        app.tasks[task].apply_async(args=given, queue=where, countdown=countdown, retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("broker does not answer", task=task, error=type(error).__name__)
        return False
    return True


def _every(settings: Settings) -> dict[str, int]:
    """Task → seconds after which it is rung for again; 0: never."""
    with_odoo = {LOOK: settings.odoo_look_every, RECONCILE: settings.odoo_reconcile_every} if settings.odoo_url else {}
    retention = {RETAIN: _DAY if settings.retention_days or settings.retention_companies else 0}
    return {SWEEP: settings.sweep_every, SCAN: settings.scan_every, **retention, **with_odoo}


def _configuration(settings: Settings) -> dict[str, Any]:
    timeout = settings.broker_timeout
    transport: dict[str, Any] = {
        "visibility_timeout": settings.visibility_timeout,
        # Redis: without these a dead connection is waited for without end.
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "socket_keepalive": True,
        "health_check_interval": max(int(timeout), 5),
    }
    if settings.embedded:
        transport = {"polling_interval": 0.05}  # seconds; the in-memory transport polls
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,  # the lease decides when a lost message comes back, and counts it
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_time_limit": settings.task_time_limit,
        "task_default_queue": INTAKE,
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
        "task_routes": {task: {"queue": queue} for task, queue in _QUEUE_OF.items()},
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "worker_enable_remote_control": not settings.embedded,
        "worker_concurrency": settings.worker_concurrency,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_transport_options": transport,
        "broker_connection_timeout": timeout,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "beat_schedule": {
            task.removeprefix("triage."): {"task": task, "schedule": float(seconds)}
            for task, seconds in _every(settings).items()
            if seconds
        },
        "timezone": "UTC",
        "enable_utc": True,
    }
