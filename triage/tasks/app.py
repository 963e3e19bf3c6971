"""The Celery app: tasks that carry ids, on a broker that is only an alarm clock; the database is the truth.

Never keeps a result, never hands out a second task before the first is done, never waits for a broker without limit.
"""

import functools
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from triage import bootstrap
from triage.settings import Settings
from triage.tasks import work as working

_log = structlog.get_logger(__name__)

READ = "triage.read"
POST = "triage.post"
SWEEP = "triage.sweep"
SCAN = "triage.scan"
LOOK = "triage.look"
RECONCILE = "triage.reconcile"
QUEUES = ("read", "post")

#: Makes the work's means; called in each worker process, since connections can't be shared between processes.
WorkOf = Callable[[], working.Work]


def make_app(settings: Settings, work_of: WorkOf) -> Celery:
    """A Celery app with its tasks. Opens nothing until a task is sent or a worker starts."""
    broker = "memory://localhost/" if settings.embedded else settings.broker_url.get_secret_value()
    app = Celery("triage", broker=broker, set_as_current=False)
    app.conf.update(_configuration(settings))
    own_work = functools.cache(work_of)
    own_services = functools.cache(lambda: bootstrap.services(settings))

    @app.task(name=READ, shared=False)  # type: ignore[untyped-decorator]
    def read(message_id: str) -> None:
        stored = working.read(own_work(), message_id)
        if stored is not None and stored.outbox_id is not None:
            ring(app, POST, stored.outbox_id)

    @app.task(name=POST, shared=False)  # type: ignore[untyped-decorator]
    def post(outbox_id: int) -> None:
        working.post(own_work(), outbox_id)

    @app.task(name=SWEEP, shared=False)  # type: ignore[untyped-decorator]
    def sweep() -> None:
        found = working.sweep(own_work())
        for message_id in found.message_ids:
            ring(app, READ, message_id)
        for outbox_id in found.outbox_ids:
            ring(app, POST, outbox_id)

    @app.task(name=SCAN, shared=False)  # type: ignore[untyped-decorator]
    def scan() -> None:
        from triage.tasks import scan as scanning

        services = own_services()
        scanning.take(services, scanning.findings(services), own_work())

    @app.task(name=LOOK, shared=False)  # type: ignore[untyped-decorator]
    def look() -> None:
        from triage.tasks import odoo_looks

        services = own_services()
        for message_id in odoo_looks.look(services).message_ids:
            ring(app, READ, message_id)
        odoo_looks.adopt(services)

    @app.task(name=RECONCILE, shared=False)  # type: ignore[untyped-decorator]
    def reconcile() -> None:
        from triage.tasks import reconcile as comparing

        done = comparing.reconcile(own_services())
        for message_id in (*done.mails, *(message_id for message_id, _ in done.read_again)):
            ring(app, READ, message_id)
        for outbox_id in done.outbox_ids:
            ring(app, POST, outbox_id)

    app.finalize()
    return app


def ring(app: Celery, task: str, *ids: str | int) -> bool:
    """Have a task run soon. False where the broker does not answer: then the sweep finds the work later."""
    try:
        app.tasks[task].apply_async(args=ids, retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("broker does not answer", task=task, error=type(error).__name__)
        return False
    return True


def _every(settings: Settings) -> dict[str, int]:
    """Task → seconds after which it is rung for again; 0: never."""
    with_odoo = {LOOK: settings.odoo_look_every, RECONCILE: settings.odoo_reconcile_every} if settings.odoo_url else {}
    return {SWEEP: settings.sweep_every, SCAN: settings.scan_every, **with_odoo}


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
        "task_default_queue": "read",
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
        "task_routes": {
            READ: {"queue": "read"},
            SWEEP: {"queue": "post"},
            SCAN: {"queue": "read"},
            LOOK: {"queue": "read"},
            RECONCILE: {"queue": "read"},
            POST: {"queue": "post"},
        },
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
