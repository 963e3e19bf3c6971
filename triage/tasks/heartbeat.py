"""A file that worker and scheduler touch as long as they do their rounds, and the look at it that a health check takes.

Worker and scheduler listen on no port. A worker that has lost its broker does no rounds until it is back.
"""

import time
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, bootsteps
from celery.beat import Scheduler

_log = structlog.get_logger(__name__)

#: Seconds between touches; a file not touched for the other is that of a process that stands still.
EVERY, LATE = 5.0, 30.0


def touch(path: Path) -> None:
    """Say that this process does its rounds. Where the file can't be written the log says so: work goes on."""
    try:
        path.touch()
    except OSError as error:
        _log.warning("heartbeat can't be written", file=str(path), reason=error.strerror)


def fault(path: Path) -> str:
    """What is wrong with the process that should touch a file; "" where it does."""
    try:
        age = time.time() - path.stat().st_mtime
    except OSError as error:
        return f"{path}: {error.strerror}"
    return "" if age < LATE else f"{path} was last touched {age:.0f} seconds ago"


def beats(app: Celery, path: Path) -> None:
    """Have the workers and the scheduler of an app touch a file."""

    class Beating(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.components:Timer",)

        def start(self, parent: Any) -> None:
            touch(path)
            self.timer = parent.timer.call_repeatedly(EVERY, touch, (path,))

        def stop(self, parent: Any) -> None:
            self.timer.cancel()

    app.steps["worker"].add(Beating)
    app.conf.beat_max_loop_interval = EVERY
    app.conf.triage_heartbeat = str(path)


class Ticking(Scheduler):  # type: ignore[misc]
    """Celery's scheduler, which touches the file at each of its rounds."""

    def tick(self, *given: Any, **more: Any) -> Any:
        """One round; seconds until the next."""
        if (path := self.app.conf.get("triage_heartbeat")) is not None:
            touch(Path(path))
        return super().tick(*given, **more)
