"""`triage worker` and `triage scheduler`: processes of their own on a broker that others see too.

Refuses the in-memory broker: nobody else could ring there.
"""

import functools
import os
import socket
from collections.abc import Callable

from celery import Celery

from triage import bootstrap
from triage.errors import SettingsError
from triage.settings import Settings
from triage.store.lanes import Lane
from triage.tasks import app as apps
from triage.tasks import heartbeat
from triage.tasks import work as working

#: Has what waits read soon.
Ring = Callable[[], object]


def app_of(settings: Settings) -> Celery:
    """The production app of the settings."""
    services = functools.cache(lambda: bootstrap.services(settings))
    app = apps.make_app(settings, lambda lane: working.of(services(), lane=lane))
    if settings.heartbeat is not None:
        heartbeat.beats(app, settings.heartbeat)
    return app


def worker(settings: Settings) -> int:
    """Work until stopped. Raises SettingsError for the in-memory broker, and for queues that there are not."""
    _outside(settings)
    queues = [item.strip() for item in settings.worker_queues.split(",") if item.strip()] or list(apps.QUEUES)
    if unknown := sorted(set(queues) - set(apps.QUEUES)):
        raise SettingsError(
            f"there is no queue {', '.join(unknown)}", way_out=f"TRIAGE_WORKER_QUEUES takes {', '.join(apps.QUEUES)}."
        )
    # What is missing is told before anything starts; connections are not taken into the worker's processes.
    services = bootstrap.services(settings)
    working.of(services)
    services.store.close()
    running = app_of(settings).Worker(
        hostname=f"triage-{os.getpid()}@{socket.gethostname()}",  # several may run on one machine
        queues=queues,
        concurrency=settings.worker_concurrency,
        loglevel=settings.log_level,
        optimization="fair",
    )
    running.start()
    return int(running.exitcode or 0)


def scheduler(settings: Settings) -> int:
    """Ring for the sweep every so many seconds until stopped. One is enough; two do no harm."""
    _outside(settings)
    app_of(settings).Beat(scheduler_cls=heartbeat.Ticking, loglevel=settings.log_level).run()
    return 0


def alive(settings: Settings) -> str:
    """What is wrong with the worker or scheduler that has these settings; "" where it does its rounds.

    Raises SettingsError where none is told to say so.
    """
    if settings.heartbeat is None:
        raise SettingsError("no heartbeat is kept", way_out="Set TRIAGE_HEARTBEAT to a file, for the process too.")
    return heartbeat.fault(settings.heartbeat)


def ringer(settings: Settings) -> Ring:
    """Has messages read by the workers of another process."""
    app = app_of(settings)
    return lambda: apps.ring_lane(app, Lane.READING)


def looker(settings: Settings) -> Callable[[], object]:
    """Has Odoo looked at by the workers of another process."""
    app = app_of(settings)
    return lambda: apps.ring(app, apps.LOOK)


def _outside(settings: Settings) -> None:
    if settings.embedded:
        raise SettingsError(
            "TRIAGE_BROKER_URL is memory://, which no other process sees",
            way_out="Set it to redis://host:6379/0, or use `triage serve`, which works by itself.",
        )
