"""The work itself, whoever rings: read one message, leave one note, put back what is stuck.

Each call claims first, so that ringing twice does nothing twice. Never passes a document on: ids alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from triage import bootstrap
from triage.advisors import wording
from triage.domain import watch
from triage.domain.message import Message
from triage.domain.outcome import Outcome, Reached, Stage
from triage.domain.ports import Toolkit
from triage.domain.posting import Poster
from triage.errors import Error
from triage.settings import Settings
from triage.store import events, figures, inbox, lanes, measures, model_use, outbox, rates, results
from triage.store.database import Store
from triage.store.lanes import Lane, Waiting
from triage.tasks import handing, log_head

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the work needs: the store, the terms of claims, the one path and the hand that leaves notes."""

    store: Store
    terms: inbox.Terms
    triage: Callable[[Message, Reached], Outcome]
    fingerprint: results.Fingerprint
    poster: Poster
    model_is_back: Callable[[], bool] = lambda: False  # a language model that messages wait for answers again
    moved: Callable[[str], str] = "Settled: this message is now told at {}.".format  # what the note left behind says
    keep_log: Callable[[], object] = lambda: None  # has the end of the log of calls kept


def of(
    services: bootstrap.Services, *, snapshot: Path | None = None, mode: str | None = None, lane: Lane | None = None
) -> Work:
    """The production work: the one path with the toolkit and the ERP that the settings name.

    lane: of a worker that leaves to others what is not of its lane; None: everything is done at once.
    Loads the models at the first message. Raises what `bootstrap.toolkit` and `bootstrap.erp` raise.
    """
    from triage import pipeline  # heavy: all steps with their models and vocabularies

    settings = services.settings if mode is None else services.settings.model_copy(update={"mode": mode})
    erp = bootstrap.erp(settings, snapshot, services.store)
    second = bootstrap.second_reader(
        settings,
        ledger=model_use.StoredLedger(store=services.store),
        answers=model_use.StoredAnswers(store=services.store),
    )
    words = wording.wording("note", bootstrap.policy(settings).language)
    tools = _of_lane(bootstrap.toolkit(settings, bootstrap.memory(services.store), second=second), settings, lane)
    return Work(
        store=services.store,
        terms=services.terms,
        triage=lambda message, reached: (pipeline.look_at if message.door == watch.DOOR else pipeline.triage_message)(
            message, erp, tools, reached
        ),
        fingerprint=lambda outcome: pipeline.fingerprint(outcome.reading),
        poster=services.poster,
        model_is_back=second.ready if second is not None else lambda: False,
        moved=lambda record: words.say("note.settled_moved", record=record),
        keep_log=lambda: log_head.keep(services),
    )


def _of_lane(tools: Toolkit, settings: Settings, lane: Lane | None) -> Toolkit:
    """The toolkit without what a worker of this lane leaves to others."""
    if lane is Lane.READING and bootstrap.reads_scans():
        tools = replace(tools, reader=handing.WithoutScans(bootstrap.reader(settings, scans=False)))
    if lane in (Lane.READING, Lane.SCANS) and tools.second is not None:
        tools = replace(tools, second=handing.AskedElsewhere(tools.second))
    return tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """What should be rung for again."""

    message_ids: tuple[str, ...]
    outbox_ids: tuple[int, ...]
    waiting: tuple[tuple[Lane, int], ...] = ()  # lanes in which something waits, and how much at least
    events: bool = False  # outgoing events wait


def read(work: Work, message_id: str) -> results.Stored | None:
    """Claim a message, take it through the one path, store how it ended.

    None where there was nothing to claim, or where the claim was lost on the way. Raises StoreError where the database
    does not answer: the claim then runs out and the message comes back.
    """
    claim = inbox.claim(work.store, message_id, work.terms)
    return None if claim is None else _read(work, claim)


def read_next(work: Work, lane: Lane) -> results.Stored | rates.Wait | None:
    """As `read`, with the message of the lane whose turn it is; `Wait` where the lane's rate forbids it for now."""
    claim = inbox.claim_next(work.store, lane, work.terms)
    return _read(work, claim) if isinstance(claim, inbox.Claim) else claim


def _read(work: Work, claim: inbox.Claim) -> results.Stored | None:
    with structlog.contextvars.bound_contextvars(message_id=claim.message.id):
        _log.info("reading started", attempt=claim.attempt)
        timing = _Timing(work.store)
        try:
            outcome = work.triage(claim.message, lambda stage: _reached(work, claim, stage, timing))
            stored = results.finish(
                work.store, claim, outcome, work.terms, fingerprint=work.fingerprint, moved=work.moved
            )
        except handing.HandedOver as other:
            kept = inbox.hand_over(work.store, claim, other.lane, other.why)
            _log.info("handed over", lane=other.lane)
            here = Waiting(message_id=claim.message.id, lane=other.lane)
            return results.Stored(state=inbox.State.RECEIVED, next=(here,)) if kept else None
        except Error as error:
            told = inbox.Failure(
                step="reading", reason=error.reason, way_out=error.way_out, retry_helps=error.retry_helps
            )
            stored = _failed(work, claim, told)
        # An edge: whatever a document sets off ends as a visible failure of that document.
        except Exception as error:
            _log.error("reading broke", error=type(error).__name__)
            stored = _failed(work, claim, inbox.Failure.of(error, step="reading"))
        timing.step("storing")
        _log.info("reading ended", state=stored.state if stored else "claim lost")
        figures.write_now_and_then(work.store)
        return stored


def _reached(work: Work, claim: inbox.Claim, stage: Stage, timing: "_Timing") -> None:
    timing.step("reading" if stage is Stage.READ else "understanding")
    inbox.advance(work.store, claim, inbox.State(stage.value))


class _Timing:
    """Measures one step after another."""

    def __init__(self, store: Store) -> None:
        self._store, self._since = store, time.monotonic()

    def step(self, name: str) -> None:
        """This step ends now."""
        now = time.monotonic()
        self._store.measures.observe(measures.STEPS, now - self._since, name)
        self._since = now


def through(work: Work, message_id: str) -> None:
    """Read a message and leave its note, here and now; and those whose turn has come by it."""
    turns, seen = [message_id], set()
    while turns:
        mine = turns.pop(0)
        seen.add(mine)
        stored = read(work, mine)
        if stored is None:
            continue
        if stored.outbox_id is not None:
            post(work, stored.outbox_id)
        turns += [item.message_id for item in stored.next if item.message_id not in seen]


def post(work: Work, outbox_id: int) -> bool:
    """Claim a note and leave it. True where it stands on its record now, False where nothing was left."""
    claimed = outbox.claim(work.store, outbox_id, work.terms)
    return claimed is not None and _post(work, claimed)


def post_next(work: Work) -> bool | rates.Wait:
    """As `post`, with the most urgent note that waits; `Wait` where the rate of notes forbids it for now."""
    claimed = outbox.claim_next(work.store, work.terms)
    if isinstance(claimed, rates.Wait):
        return claimed
    return claimed is not None and _post(work, claimed)


def _post(work: Work, claimed: outbox.Claimed) -> bool:
    with structlog.contextvars.bound_contextvars(message_id=claimed.message_id):
        timing = _Timing(work.store)
        try:
            receipt = work.poster.post(claimed.note)
            timing.step("posting")
        except Error as error:
            told = inbox.Failure(
                step="posting", reason=error.reason, way_out=error.way_out, retry_helps=error.retry_helps
            )
            outbox.fail(work.store, claimed, told, work.terms)
            _log.warning("posting failed", place=work.poster.place, attempt=claimed.attempt, error=type(error).__name__)
            return False
        # An edge: the note is tried again, then its message fails for people to see.
        except Exception as error:
            outbox.fail(work.store, claimed, inbox.Failure.of(error, step="posting"), work.terms)
            _log.error("posting broke", place=work.poster.place, error=type(error).__name__)
            return False
        outbox.confirm(work.store, claimed, receipt)
        work.keep_log()
        _log.info("note left", place=receipt.place)
        figures.write_now_and_then(work.store)
    return True


def sweep(work: Work) -> Stuck:
    """Find what a lost broker or worker forgot; what has used up its attempts becomes a visible failure."""
    work.keep_log()
    again = _waiting_for_model(work)
    found = Stuck(
        message_ids=inbox.stuck(work.store, work.terms),
        outbox_ids=outbox.stuck(work.store, work.terms),
        waiting=lanes.waiting(work.store),
        events=work.store.tells_events and events.due(work.store),
    )
    if again:
        _log.info("read again with the language model", messages=again)
    if found.message_ids or found.outbox_ids:
        _log.info("stuck work found", messages=len(found.message_ids), notes=len(found.outbox_ids))
    return found


def _waiting_for_model(work: Work) -> int:
    """Put back what waits for a language model once that answers again; how many. They are stuck then, and found."""
    ids = model_use.waiting(work.store)
    if not ids or not work.model_is_back():
        return 0
    return sum(model_use.read_again(work.store, message_id) for message_id in ids)


def _failed(work: Work, claim: inbox.Claim, failure: inbox.Failure) -> results.Stored | None:
    state = inbox.fail(work.store, claim, failure, work.terms)
    if state is None:
        return None
    with work.store.read() as connection:
        behind = lanes.behind(connection, claim.message.id)
    return results.Stored(state=state, next=() if behind is None else (behind,))
