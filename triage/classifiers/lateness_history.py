"""What was known about an order line when it was ordered: the history of its supplier, product and lane until then.

Walks the receipts once in the order of time, so that no number can know what happened after the order. A line's outcome
is known from the day it came, and from the day after the promise where it had not come by then.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from triage.domain.erp import ReceiptFact

if TYPE_CHECKING:
    import numpy as np

#: What shares a history: lines with the same values in these fields.
_GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "supplier": ("supplier",),
    "product": ("product",),
    "category": ("category",),
    "country": ("origin_country",),
    "mode": ("ship_mode",),
    "supplier and product": ("supplier", "product"),
    "supplier and country": ("supplier", "origin_country"),
    "supplier and mode": ("supplier", "ship_mode"),
    "country and mode": ("origin_country", "ship_mode"),
    "lane": ("supplier", "origin_country", "ship_mode"),
}
_HALF_LIFE = 365  # days after which a receipt counts half
_PRIOR = 4.0  # receipts that the group's rate is pulled to the overall rate with
_FIRST_RATE = 0.1  # before anything is known; on-time figures of 85 to 95 % are usual in wholesale
_USUAL_LEAD = 30  # days, where no line tells when it was ordered
_LONG_AGO = 4000  # days, for a group never seen
_RECENT = 0.3  # weight of the newest receipt in the running mean that follows changes fast


@dataclass(slots=True)
class _Record:
    """Receipts of one group so far, older ones weighing less."""

    late: float
    count: float
    day: date  # of the newest
    running: float  # exponentially weighted share of late ones

    def faded(self, day: date) -> tuple[float, float]:
        share = 0.5 ** ((day - self.day).days / _HALF_LIFE)
        return self.late * share, self.count * share


def is_late(fact: ReceiptFact) -> bool:
    """True where the line came after the promised day, or has not come by now though its day has passed."""
    return fact.received_on is None or fact.received_on > fact.promised_on


def known_from(fact: ReceiptFact) -> date:
    """The first day on which it is known whether the line is late."""
    return fact.promised_on + timedelta(days=1) if is_late(fact) else fact.received_on or fact.promised_on


def usual_lead(facts: Sequence[ReceiptFact]) -> int:
    """Median days from order to promise, for lines that do not tell when they were ordered."""
    told = [(fact.promised_on - fact.ordered_on).days for fact in facts if fact.ordered_on is not None]
    return max(int(median(told)), 0) if told else _USUAL_LEAD


def ordered_on(fact: ReceiptFact, lead: int) -> date:
    """The day from which the line is looked at: of the order, never after the promise."""
    day = fact.ordered_on or fact.promised_on - timedelta(days=lead)
    return min(day, fact.promised_on)


def features(
    facts: Sequence[ReceiptFact], past: Sequence[ReceiptFact], *, lead: int
) -> "tuple[list[str], np.ndarray[Any, Any]]":
    """(names, one row for each of `facts`), from what `past` had shown when each line was ordered.

    past may hold the same lines: a line never sees its own outcome, nor any that was known only on the day of its order
    or later. lead: days, see `usual_lead`.
    """
    import numpy as np

    outcomes = sorted(((known_from(fact), number) for number, fact in enumerate(past)))
    records: dict[str, dict[tuple[str, ...], _Record]] = {name: {} for name in _GROUPS}
    rows: list[list[float]] = [[] for _ in facts]
    position = 0
    for day, number in sorted((ordered_on(fact, lead), number) for number, fact in enumerate(facts)):
        while position < len(outcomes) and outcomes[position][0] < day:
            _learn(records, past[outcomes[position][1]], outcomes[position][0])
            position += 1
        rows[number] = [*_history(records, facts[number], day), *own(facts[number])]
    names = [f"{name}: {what}" for name in _GROUPS for what in ("rate", "count", "days since", "running")]
    return [*names, *OWN], np.asarray(rows, dtype=float).reshape(len(facts), len(names) + len(OWN))


def _learn(records: dict[str, dict[tuple[str, ...], _Record]], fact: ReceiptFact, day: date) -> None:
    late = float(is_late(fact))
    for name, fields in _GROUPS.items():
        key = tuple(getattr(fact, field) for field in fields)
        record = records[name].get(key)
        if record is None:
            records[name][key] = _Record(late=late, count=1.0, day=day, running=_RECENT * late)
            continue
        before, count = record.faded(day)
        record.late, record.count, record.day = before + late, count + 1, day
        record.running = (1 - _RECENT) * record.running + _RECENT * late


def _history(records: dict[str, dict[tuple[str, ...], _Record]], fact: ReceiptFact, day: date) -> list[float]:
    found: list[float] = []
    overall = _FIRST_RATE
    for name, fields in _GROUPS.items():
        record = records[name].get(tuple(getattr(fact, field) for field in fields))
        late, count = record.faded(day) if record else (0.0, 0.0)
        rate = (late + _PRIOR * overall) / (count + _PRIOR)
        if not fields:
            overall = rate  # the first group is all lines: what the others are pulled to
        since = (day - record.day).days if record else _LONG_AGO
        running = record.running if record else -_RECENT
        found += [math.log(rate / (1 - rate)), math.log1p(count), math.log1p(since), running]
    return found


#: What the order line itself tells.
OWN = ("lead", "no lead", "quantity", "price", "value", "season sine", "season cosine", "weekday", "weekend", "day")


def own(fact: ReceiptFact) -> list[float]:
    """The line's own numbers; quantities, prices and lead times by their logarithm."""
    lead = None if fact.ordered_on is None else max((fact.promised_on - fact.ordered_on).days, 0)
    quantity = math.log1p(max(float(fact.quantity), 0.0)) if fact.quantity is not None else 0.0
    price = math.log1p(max(float(fact.price), 0.0)) if fact.price is not None else 0.0
    angle = 2 * math.pi * fact.promised_on.timetuple().tm_yday / 365
    weekday = fact.promised_on.weekday()
    return [
        math.log1p(lead) if lead is not None else 0.0,
        float(lead is None),
        quantity,
        price,
        quantity + price if quantity and price else 0.0,
        math.sin(angle),
        math.cos(angle),
        float(weekday),
        float(weekday >= 5),
        float(fact.promised_on.day),
    ]
