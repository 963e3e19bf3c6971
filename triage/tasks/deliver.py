"""Sends what waits among the outgoing events, one after another. Stops at a receiver that does not answer."""

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog

from triage.errors import Error
from triage.outgoing.sender import Event, Sender
from triage.store import events
from triage.store.database import Store

_log = structlog.get_logger(__name__)

#: The longest pause before the next try.
_LONGEST = timedelta(hours=12)
_LEFT_ALONE = 15.0  # seconds


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What sending needs."""

    store: Store
    sender: Sender
    lease: timedelta  # longer than one try can take
    attempts: int  # until an event counts as failed
    pause: timedelta  # after the first try; doubled for each further one
    closed_until: float = 0.0  # by the machine's clock: a receiver that did not answer is left alone for a while


def next_one(delivery: Delivery) -> bool:
    """Send the event whose turn it is. False where nothing waits, or where the receiver does not answer just now.

    Raises StoreError; the event is then sent once more, under the same number.
    """
    store = delivery.store
    if time.monotonic() < delivery.closed_until:
        return False
    claimed = events.claim_next(store, delivery.lease)
    if claimed is None:
        return False
    try:
        delivery.sender.send(Event(number=claimed.number, body=claimed.body), store.now)
    except Error as error:
        pause = min(delivery.pause * 2 ** min(claimed.attempt - 1, 20), _LONGEST)
        again = error.retry_helps and claimed.attempt < delivery.attempts
        events.failed(store, claimed, error.reason, again_at=store.now + pause if again else None)
        _log.warning("event not delivered", event_id=claimed.number, attempt=claimed.attempt, reason=error.reason)
        if error.retry_helps:
            delivery.closed_until = time.monotonic() + _LEFT_ALONE
        return not error.retry_helps
    events.sent(store, claimed)
    _log.info("event delivered", event_id=claimed.number, attempt=claimed.attempt)
    return True
