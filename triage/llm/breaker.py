"""The circuit breaker: after some failures in a row nothing is asked for a while; then one question tries.

One a process: a service that is down is found out by each worker for itself, after a few questions.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Closed, open for a while, or half open: one may try."""

    failures: int  # in a row, from which on it opens
    pause: float  # seconds that it stays open
    clock: Callable[[], float]  # monotonic, seconds
    _failed: int = 0
    _open_until: float | None = None
    _trying: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self) -> bool:
        """True where a question may be asked now; who asks must say how it went."""
        with self._lock:
            if self._open_until is None:
                return True
            if self.clock() < self._open_until or self._trying:
                return False
            self._trying = True
            return True

    def went_well(self) -> None:
        with self._lock:
            self._failed, self._open_until, self._trying = 0, None, False

    def failed(self, *, wait: float | None = None) -> None:
        """wait: seconds that the service itself asks to be left alone; opens at once where that is long."""
        with self._lock:
            self._failed += 1
            if self._failed >= self.failures or self._trying or (wait or 0) >= self.pause:
                self._open_until = self.clock() + max(self.pause, wait or 0)
            self._trying = False

    @property
    def is_open(self) -> bool:
        with self._lock:
            return self._open_until is not None and self.clock() < self._open_until
