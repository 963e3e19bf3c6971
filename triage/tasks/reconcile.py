"""Compares what we left with what stands in Odoo, mends or queues what it finds, and tells what it did.

Finds mails that a look missed, notes that are gone or were given up, and orders that have moved on since a message
about them was read. Judges nothing itself: what may have changed is read again by the one path.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from triage import bootstrap
from triage.advisors import wording
from triage.domain.erp import Order, RecordRef
from triage.domain.posting import Left, LineNow, OrderNow
from triage.errors import ErpRefusedError
from triage.store import inbox, outbox, reconciling
from triage.tasks import odoo_looks

if TYPE_CHECKING:
    from triage.erp.odoo.standing import Standing

_log = structlog.get_logger(__name__)
#: By as much Odoo's clock and ours may differ before the documents themselves are compared.
_CLOCKS = timedelta(days=1)
#: Messages read again in one go; the rest comes next time.
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one comparison found, and did about it."""

    mails: tuple[str, ...]  # messages that a look had missed: to be read
    put_back: tuple[str, ...]  # keys whose note was gone or changed in Odoo
    tried_again: tuple[str, ...]  # keys whose note had been given up
    read_again: tuple[tuple[str, str], ...]  # (message to be read again, order that has changed)
    settled: tuple[tuple[str, str], ...]  # (key, why its matter is over)
    out_of_sight: tuple[str, ...]  # orders with open situations that can't be read any more
    outbox_ids: tuple[int, ...]  # notes to leave now
    refused: tuple[str, ...]  # what Odoo would not tell, and why


def reconcile(services: bootstrap.Services, *, dry_run: bool = False) -> Done:
    """Compare and mend. dry_run: only tell. Raises ErpUnavailableError, StoreError, SettingsError without an Odoo."""
    store = services.store
    since = store.now - timedelta(days=services.settings.odoo_first_look)
    mails = () if dry_run else odoo_looks.look(services, since=since).message_ids
    if not dry_run:
        odoo_looks.adopt(services, since=since)
    standing = bootstrap.standing(services.settings, services.store)
    refused: list[str] = []
    try:
        gone = standing.missing(
            [
                Left(key=key, record=RecordRef(model=model, id=number, name=""), digest=digest)
                for key, model, number, digest in reconciling.left(store, services.poster.place)
            ]
        )
    except ErpRefusedError as error:
        gone, refused = (), [str(error)]
    spent = reconciling.given_up(store, services.terms)
    notes = () if dry_run else outbox.again(store, list(dict.fromkeys((*gone, *spent))))
    moved = _Moved(services, dry_run=dry_run)
    moved.look(standing)
    _log.info(
        "compared with Odoo", mails=len(mails), put_back=len(gone), tried_again=len(spent),
        read_again=len(moved.read_again), settled=len(moved.settled),
    )  # fmt: skip
    return Done(
        mails=mails,
        put_back=gone,
        tried_again=spent,
        read_again=tuple(moved.read_again),
        settled=tuple(moved.settled),
        out_of_sight=tuple(moved.out_of_sight),
        outbox_ids=(*notes, *moved.outbox_ids),
        refused=tuple(refused),
    )


class _Moved:
    """Orders that have moved on since messages about them were read."""

    def __init__(self, services: bootstrap.Services, *, dry_run: bool) -> None:
        self._services, self._dry_run = services, dry_run
        self._words = wording.wording("note", bootstrap.policy(services.settings).language)
        self.read_again: list[tuple[str, str]] = []
        self.settled: list[tuple[str, str]] = []
        self.out_of_sight: list[str] = []
        self.outbox_ids: list[int] = []

    def look(self, standing: "Standing") -> None:
        """Look at every open situation on an order."""
        for page in _pages(reconciling.watched(self._services.store)):
            now = standing.orders([item.order_id for item in page])
            for item in page:
                order = now.get(item.order_id)
                if order is None:
                    self.out_of_sight.append(item.order_name)
                elif order.revised_at is None or order.revised_at > item.read_at - _CLOCKS:
                    self._compare(item, order)

    def _compare(self, item: reconciling.Watched, order: OrderNow) -> None:
        """The documents tell how the order was when each message was read."""
        store = self._services.store
        readings = reconciling.readings(store, item)
        before = [
            (message_id, known)
            for message_id, understood in readings
            for known in understood.assessment.confirmation.orders
            if known.id == item.order_id
        ]
        fresh = [known for _, known in before]
        why = ""
        if order.is_cancelled and item.over_when_cancelled and all(known.state != "cancel" for known in fresh):
            why = self._words.say("note.settled_cancelled", order=item.order_name)
        elif order.is_received and item.over_when_received and all(known.is_open for known in fresh):
            why = self._words.say("note.settled_received", order=item.order_name)
        if why and fresh:
            self.settled.append((item.key, why))
            if not self._dry_run:
                self.outbox_ids += reconciling.settle(store, item, why)
            return
        for message_id, known in before:
            if _is_as_read(known, order) or len(self.read_again) >= _MOST:
                continue
            if self._dry_run or inbox.replay(store, message_id):
                self.read_again.append((message_id, item.order_name))


def _is_as_read(known: Order, now: OrderNow) -> bool:
    """By what judgements rest on: stamps have whole seconds, and change with every touch."""
    lines = sorted(
        LineNow(id=line.id, product_id=line.product_id, quantity=line.quantity, price=line.price, due=line.due)
        for line in known.lines
    )
    return (known.state, (known.payment_term, known.incoterm), tuple(lines)) == (now.state, now.terms, now.lines)


def _pages(found: Iterator[reconciling.Watched], size: int = 500) -> Iterator[list[reconciling.Watched]]:
    page: list[reconciling.Watched] = []
    for item in found:
        page.append(item)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
