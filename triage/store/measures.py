"""What is counted and timed while work is done: the definitions, and a buffer in memory until it is written down.

Never holds words of a message: names, labels from fixed lists, and numbers.
"""

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_DELAYS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 86_400.0)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
#: Sums are kept as whole numbers of this part of their unit, so that they add up exactly.
SCALE = 1000
#: Stands for "above all bounds", and for the row that holds a sum.
ABOVE, SUM = "+Inf", "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One counter, or one histogram where it has bounds."""

    name: str  # without the ending that Prometheus adds
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


MESSAGES = Metric(name="triage_messages", help="Messages taken in, each once.", labels=("door",))
REFUSED = Metric(name="triage_refused", help="What a door turned away by its size.", labels=("door",))
OUTCOMES = Metric(
    name="triage_outcomes",
    help="Messages understood; review: whether a person must read what could not be read surely.",
    labels=("type", "review"),
)
FAILURES = Metric(
    name="triage_failures", help="Attempts that failed; final: no further one follows.", labels=("step", "final")
)
NOTES = Metric(name="triage_notes", help="Notes left on records.")
EVENTS = Metric(
    name="triage_events",
    help="Deliveries of outgoing events, by what became of them: sent, again, given up.",
    labels=("result",),
)
DECISIONS = Metric(name="triage_decisions", help="What people decided about entries.", labels=("decision",))
STEPS = Metric(
    name="triage_step_seconds",
    help="Time a step took: reading, understanding, storing, posting.",
    labels=("step",),
    bounds=_SECONDS,
)
DELAYS = Metric(name="triage_note_delay_seconds", help="Time from a message's arrival to its note.", bounds=_DELAYS)
CONFIDENCE = Metric(
    name="triage_confidence",
    help="Calibrated confidence in the kind of a message and in each line read.",
    labels=("of",),
    bounds=_SHARES,
)
ODOO = Metric(
    name="triage_odoo_seconds", help="Time a call to Odoo took, by its outcome.", labels=("outcome",), bounds=_SECONDS
)
MODEL = Metric(
    name="triage_model_seconds",
    help="Time a question to a language model took, by its result.",
    labels=("result",),
    bounds=_SECONDS,
)
ALL = (MESSAGES, REFUSED, OUTCOMES, FAILURES, NOTES, EVENTS, DECISIONS, STEPS, DELAYS, CONFIDENCE, ODOO, MODEL)

#: (metric, labels, bucket) → how often, or for `SUM` how much in parts of `SCALE`.
Deltas = Counter[tuple[str, ...]]


@dataclass(slots=True)
class Measures:
    """A buffer; safe among threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _deltas: Deltas = field(default_factory=Counter)
    written: float = 0.0  # when it was last written down, by the machine's clock; see `figures`

    def count(self, metric: Metric, *labels: str) -> None:
        """One more."""
        with self._lock:
            self._deltas[(metric.name, _joined(metric, labels), "")] += 1

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """One more of this size, in the metric's unit."""
        at = bisect_left(metric.bounds, value)
        bucket = str(metric.bounds[at]) if at < len(metric.bounds) else ABOVE
        told = _joined(metric, labels)
        with self._lock:
            self._deltas[(metric.name, told, bucket)] += 1
            self._deltas[(metric.name, told, SUM)] += round(value * SCALE)

    def take(self) -> Deltas:
        """What was measured since the last call."""
        with self._lock:
            taken, self._deltas = self._deltas, Counter()
        return taken

    def give_back(self, deltas: Deltas) -> None:
        """What could not be written down after all."""
        with self._lock:
            self._deltas.update(deltas)


def _joined(metric: Metric, labels: tuple[str, ...]) -> str:
    assert len(labels) == len(metric.labels), metric.name
    return "|".join(str(item) for item in labels)
