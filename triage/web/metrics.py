"""`/metrics` for Prometheus: what all processes counted, what waits, which dependencies answer, this process.

Read from the database at each scrape, so that one target tells of all workers. Names of business volume begin with
`triage_`, those of this process with `process_` and `python_`. Holds no words of a message.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from triage.bootstrap import Services
from triage.store import figures
from triage.store.measures import ABOVE, ALL, SCALE, SUM, Metric
from triage.web import ready
from triage.web.means import Given

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(given: Given) -> Response:
    """In Prometheus' text format. Raises StoreError where the database does not answer."""
    figures.write(given.services.store)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Business(given.services, given.looks))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Business(Collector):
    """What stands in the database, as families of metrics."""

    def __init__(self, services: Services, looks: ready.Looks) -> None:
        self._services, self._looks = services, looks

    def describe(self) -> list[Family]:
        """Nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Family]:
        counted = figures.counted(self._services.store)
        for metric in ALL:
            found = counted.get(metric.name, {})
            yield _histogram(metric, found) if metric.bounds else _counter(metric, found)
        yield from _standing(self._services)
        up = GaugeMetricFamily("triage_dependency_up", "1 where a dependency answers.", labels=["dependency"])
        for name, fault in ready.faults(self._services, self._looks).items():
            up.add_metric([name], 0.0 if fault else 1.0)
        yield up


def _counter(metric: Metric, found: Mapping[str, Counter[str]]) -> Family:
    family = CounterMetricFamily(metric.name, metric.help, labels=list(metric.labels))
    for labels, buckets in sorted(found.items()):
        family.add_metric(labels.split("|") if metric.labels else [], buckets[""])
    if not found and not metric.labels:
        family.add_metric([], 0)
    return family


def _histogram(metric: Metric, found: Mapping[str, Counter[str]]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=list(metric.labels))
    for labels, buckets in sorted(found.items()):
        total, rising = 0, []
        for bound in (*(str(item) for item in metric.bounds), ABOVE):
            total += buckets[bound]
            rising.append((bound, total))
        family.add_metric(labels.split("|") if metric.labels else [], rising, buckets[SUM] / SCALE)
    return family


def _standing(services: Services) -> Iterator[Family]:
    now, told = services.store.now, figures.standing(services.store)
    number = GaugeMetricFamily("triage_queue_messages", "Messages or notes that wait.", labels=["queue"])
    age = GaugeMetricFamily("triage_queue_age_seconds", "For how long the oldest could be taken.", labels=["queue"])
    for name, waits in sorted(told.waiting.items()):
        number.add_metric([name], waits.number)
        age.add_metric([name], max((now - waits.since).total_seconds(), 0.0) if waits.since else 0.0)
    yield number
    yield age
    yield GaugeMetricFamily("triage_working_messages", "Messages that are worked on.", value=told.worked_on)
    yield GaugeMetricFamily("triage_dead_letters", "Messages that failed for good.", value=told.dead_letters)
    yield GaugeMetricFamily("triage_dead_events", "Outgoing events that nobody took.", value=told.dead_events)
    states = GaugeMetricFamily("triage_entries", "Entries of the queue by state.", labels=["state"])
    for state, count in sorted(told.entries.items()):
        states.add_metric([state], count)
    yield states
    yield GaugeMetricFamily(
        "triage_odoo_looked_timestamp_seconds",
        "When the mails of Odoo's chatter were last looked at; 0: never.",
        value=_seconds(told.looked_at),
    )


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0
