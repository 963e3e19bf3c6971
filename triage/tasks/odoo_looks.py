"""What is looked for in Odoo every so often: suppliers' mails in the chatter, and what people judged in our module.

A hint from Odoo only makes a look earlier. Looking twice, or at once with another, takes nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from triage import bootstrap
from triage.errors import InputError
from triage.store import decisions, looks
from triage.store.decisions import Decision
from triage.store.looks import CHATTER, JUDGEMENTS

_log = structlog.get_logger(__name__)

#: Where nothing new is seen, the moment up to which all was seen still moves on; clocks differ by less than this.
_AT_LEAST = timedelta(days=1)
#: So long a message that Odoo can't give whole is asked for again; then it is turned away in sight.
_WAIT = timedelta(days=1)
_DECISIONS = {
    "accepted": Decision.ACCEPTED,
    "conditions": Decision.ACCEPTED_WITH_CONDITIONS,
    "rejected": Decision.REJECTED,
    "revised": Decision.REVISED,
    "escalated": Decision.ESCALATED,
    "snoozed": Decision.SNOOZED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look at the chatter brought."""

    message_ids: tuple[str, ...]  # taken in now, to be read
    waiting: tuple[str, ...]  # why, with the name: Odoo can't give them whole, the next look asks again
    known: int  # rebuilt to bytes that had come before
    refused: tuple[str, ...]  # why, with the name
    looked_at: int  # messages in the window


def look(services: bootstrap.Services, *, since: datetime | None = None) -> Seen:
    """Take in every message of a supplier in the chatter that was not taken yet.

    since: look back so far instead of to the last look.
    Raises ErpUnavailableError, ErpRefusedError, StoreError: what was taken until then stays, the rest is found again.
    """
    settings, store = services.settings, services.store
    looks.begin(store, CHATTER)
    now = store.now
    start = _start(services, CHATTER, since, now)
    chatter = bootstrap.chatter(settings, services.store)
    listed = chatter.listed(start, now)
    written = {item.id: item.at for item in listed}
    new, known, refused, waiting = list[str](), 0, list[str](), dict[int, str]()
    for mail in chatter.mails(looks.new_of(store, CHATTER, [item.id for item in listed])):
        if mail.waits and written[mail.id] > now - _WAIT:
            waiting[mail.id] = f"{mail.name}: {mail.waits}"
            continue
        if mail.is_ours:
            looks.took(store, CHATTER, mail.id)
            continue
        try:
            if mail.fault or mail.waits:
                raise _turned_away(services, mail.name, mail.size, mail.fault or mail.waits)
            services.intake.check_size(max(mail.size, len(mail.raw)), door=CHATTER, name=mail.name)
            accepted = services.intake.accept(mail.raw, door=CHATTER, name=mail.name)
        except InputError as error:
            refused.append(str(error))
        else:
            known += not accepted.new
            new += [accepted.message_id] if accepted.new else []
        # Afterwards: what is lost in between is rebuilt to the same bytes, which are kept once.
        looks.took(store, CHATTER, mail.id)
    _end(services, CHATTER, list(written.values()), now, unfinished=[written[number] for number in waiting])
    if new or refused or waiting:
        _log.info("chatter looked through", new=len(new), refused=len(refused), waiting=len(waiting))
    return Seen(
        message_ids=tuple(new), known=known, refused=tuple(refused), waiting=tuple(waiting.values()),
        looked_at=len(listed),
    )  # fmt: skip


def adopt(services: bootstrap.Services, *, since: datetime | None = None) -> int:
    """Write down every judgement that was not written down yet, once; returns how many.

    Raises ErpUnavailableError, ErpRefusedError, StoreError.
    """
    store = services.store
    now = store.now
    reader = bootstrap.judgements(services.settings, services.store)
    listed = reader.listed(_start(services, JUDGEMENTS, since, now))
    adopted = 0
    for item in reader.read(looks.new_of(store, JUDGEMENTS, listed)):
        judgement = decisions.Judgement(
            decision=_DECISIONS[item.decision], comment=item.comment, person=item.login, at=item.at, until=item.until
        )
        found = decisions.adopt(store, item.key, judgement, digest=item.digest, source=JUDGEMENTS, external_id=item.id)
        adopted += found is True
        if found is False:
            _log.warning("a judgement of nothing known here", key=item.key)
    _end(services, JUDGEMENTS, list(listed.values()), now)
    if adopted:
        _log.info("judgements read back", new=adopted)
    return adopted


def _start(services: bootstrap.Services, source: str, since: datetime | None, now: datetime) -> datetime:
    """From where on is looked: before the last look's end, since what began earlier may have been committed later."""
    if since is not None:
        return since
    through = looks.through(services.store, source)
    first = now - timedelta(days=services.settings.odoo_first_look)
    return first if through is None else through - timedelta(seconds=services.settings.odoo_window)


def _end(
    services: bootstrap.Services, source: str, seen: list[datetime], now: datetime, unfinished: Sequence[datetime] = ()
) -> None:
    """unfinished: moments that the next look must come back to."""
    looks.end(services.store, source, min([max([*seen, now - _AT_LEAST]), *unfinished]))


def _turned_away(services: bootstrap.Services, name: str, size: int, reason: str) -> InputError:
    way_out = "Look at it in Odoo; forward it to the mailbox if it is genuine."
    services.intake.inbox.refuse(door=CHATTER, name=name, size=size, reason=reason, way_out=way_out)
    return InputError(reason, subject=name, way_out=way_out)
