"""Settings into live things: database, ERP, models, poster, logs. The only place that knows which hand is used.

Opens nothing until it is asked for, and loads the heavy rooms only for those who read messages.
"""

import contextlib
import functools
import logging
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

import triage
from triage import settings as settings_room
from triage.domain.asking import Answers, Ledger, SecondReader, Spending
from triage.domain.erp import ErpView
from triage.domain.lessons import Lesson
from triage.domain.message import Message
from triage.domain.outcome import Versions
from triage.domain.policy import Policy
from triage.domain.ports import Earlier, Memory, Reader, Toolkit
from triage.domain.posting import Poster
from triage.errors import SettingsError, SnapshotError
from triage.intake.accept import Intake
from triage.settings import Settings, queues
from triage.store import database, inbox, measures, migrate, outbox, results
from triage.store.database import Store

if TYPE_CHECKING:
    from triage.erp.odoo.chatter import Chatter
    from triage.erp.odoo.judgements import Judgements
    from triage.erp.odoo.standing import Standing
    from triage.erp.odoo.wire import Wire
    from triage.llm.answers import Recording
    from triage.llm.room import Room
    from triage.outgoing.sender import Sender
    from triage.reading.sandbox import SandboxedReader

_log = structlog.get_logger(__name__)

#: Loggers of libraries that tell every step at "info".
_TALKATIVE = ("alembic", "celery", "kombu", "amqp", "uvicorn", "httpx2", "httpcore2", "pypdf", "sqlalchemy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the doors work with."""

    settings: Settings
    store: Store
    intake: Intake
    terms: inbox.Terms
    poster: Poster
    erp_now: Callable[[], datetime]  # from which deadlines run: a snapshot stands still


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluation works with: the production toolkit around a memory, and the ERP of a snapshot file."""

    toolkit: Callable[[Memory], Toolkit]
    erp: Callable[[Path], ErpView]
    versions: dict[str, Any]
    spendings: list[Spending]  # of a language model, growing while it runs
    recording: "Recording | None"


def services(settings: Settings) -> Services:
    """Open the store: SQLite is brought to the newest tables, any other database must have them.

    Raises SettingsError or StoreError.
    """
    store = database.open_store(
        settings.database_url.get_secret_value(),
        timeout=settings.database_timeout,
        tells_events=bool(settings.events_url),
    )
    if settings.sqlite:
        migrate.migrate(store)
    else:
        migrate.require_newest(store)
    return Services(
        settings=settings,
        store=store,
        intake=Intake(inbox=inbox.StoredInbox(store=store), max_size=settings.max_message_size),
        terms=inbox.Terms(
            lease=timedelta(seconds=settings.lease),
            max_attempts=settings.max_attempts,
            retry_delay=timedelta(seconds=settings.retry_delay),
            rates=queues.rates(settings),
        ),
        poster=_poster(settings, store),
        erp_now=functools.partial(_erp_now, settings, store),
    )


def _poster(settings: Settings, store: Store) -> Poster:
    """Odoo where it is set; else the store keeps the notes."""
    if not settings.odoo_url:
        return outbox.LocalPoster(store=store)
    from triage.erp.odoo import poster

    return poster.OdooPoster(odoo_wire(settings, store))


def odoo_wire(settings: Settings, store: Store | None = None, **more: Any) -> "Wire":
    """The one way out to the Odoo of the settings. store: counts its calls. more: what `Wire` takes besides.

    Raises SettingsError.
    """
    from triage.erp.odoo import audit, wire

    if not settings.odoo_url or settings.odoo_key is None:
        raise SettingsError("no Odoo is set", way_out="Set TRIAGE_ODOO_URL and TRIAGE_ODOO_KEY_FILE.")
    address = wire.Address(
        url=settings.odoo_url,
        database=settings.odoo_database,
        key=settings.odoo_key.get_secret_value(),
        login=settings.odoo_login,
        protocol=settings.odoo_protocol,
        timeout=settings.odoo_timeout,
        calls_a_second=settings.odoo_rate,
    )
    log = audit.AuditLog(settings.odoo_audit)

    def key_now() -> str:
        return settings.secrets("odoo_key")[0]

    def told(call: str, outcome: str, seconds: float) -> None:
        _log.debug("Odoo called", call=call, outcome=outcome, ms=round(seconds * 1000))
        if store is not None:
            store.measures.observe(measures.ODOO, seconds, "ok" if outcome == "ok" else "error")

    return wire.Wire(
        address, **{"audit": log, "action_id": settings.odoo_action, "told": told, "key_now": key_now, **more}
    )


def chatter(settings: Settings, store: Store | None = None) -> "Chatter":
    """The mails in Odoo's chatter. Raises SettingsError where no Odoo is set."""
    from triage.erp.odoo import chatter as reading

    return reading.Chatter(odoo_wire(settings, store), largest=settings.max_message_size)


def judgements(settings: Settings, store: Store | None = None) -> "Judgements":
    """What people judged in our module. Raises SettingsError where no Odoo is set."""
    from triage.erp.odoo import judgements as reading

    return reading.Judgements(odoo_wire(settings, store))


def standing(settings: Settings, store: Store | None = None) -> "Standing":
    """What of ours stands in Odoo. Raises SettingsError where no Odoo is set."""
    from triage.erp.odoo import standing as comparing

    return comparing.Standing(odoo_wire(settings, store), policy(settings).timezone)


def sender(settings: Settings) -> "Sender":
    """Who sends outgoing events. Raises SettingsError where nobody is to be told."""
    from triage.outgoing import sender as sending

    if not settings.events_url or settings.events_secret is None:
        raise SettingsError("no receiver of events is set", way_out="Set TRIAGE_EVENTS_URL.")
    return sending.Sender(
        settings.events_url, lambda: settings.secrets("events_secret"), timeout=settings.events_timeout
    )


def _erp_now(settings: Settings, store: Store) -> datetime:
    """The ERP's moment; ours where the ERP can't be asked: the pages must stand without it."""
    if settings.odoo_url:
        return store.now
    try:
        return _snapshot_now(settings.erp_snapshot)
    except SnapshotError:
        return store.now


@functools.cache
def _snapshot_now(path: Path) -> datetime:
    from triage.erp import snapshot as snapshots

    return snapshots.SnapshotErp(path).now


def memory(store: Store) -> Memory:
    """What was understood before, as the store knows it."""
    return results.StoredMemory(store=store)


def erp(settings: Settings, snapshot: Path | None = None, store: Store | None = None) -> ErpView:
    """The ERP that messages are read against: `snapshot`, else Odoo or the snapshot of the settings.

    Raises SnapshotError where it can't be used.
    """
    if snapshot is None and settings.odoo_url:
        from triage.erp.odoo import live

        return live.LiveErp(odoo_wire(settings, store), policy(settings).timezone)
    from triage.erp import snapshot as snapshots

    return snapshots.SnapshotErp(snapshot or settings.erp_snapshot, policy(settings).timezone)


def policy(settings: Settings) -> Policy:
    """What the company decided beforehand. Raises PolicyError with file, line and key."""
    from triage.advisors import policy_file

    return policy_file.load_policy(settings.policy_file)


def reader(settings: Settings, *, scans: bool = True) -> "SandboxedReader":
    """Reads foreign bytes in a child process within the limits of the settings. scans: pictures of text, too."""
    from triage.reading import limits, sandbox

    bounds = limits.Limits(
        ocr_pages=limits.Limits().ocr_pages if scans else 0,
        message_bytes=settings.max_message_size,
        seconds=settings.reading_time,
        memory_bytes=settings.reading_memory * 1024 * 1024,
    )
    return sandbox.SandboxedReader(bounds)


def reads_scans() -> bool:
    """True where pictures of text can be read here."""
    from triage.reading import ocr

    return ocr.is_available()


def toolkit(
    settings: Settings, memory: Memory, *, reader_of_parts: Reader | None = None, second: SecondReader | None = None
) -> Toolkit:
    """What the one path needs in the mode of the settings. second: who is asked in mode "llm".

    Raises SettingsError where the mode can't be had, ArtefactError where its models are not in order.
    """
    if settings.mode == "llm" and second is None:
        raise SettingsError("TRIAGE_MODE is llm, and no language model is set up", way_out="Set it to local or rules.")
    from triage.classifiers import models

    rules = policy(settings)
    chosen = models.load(settings.mode)
    asked = second if settings.mode == "llm" else None
    return Toolkit(
        reader=reader_of_parts or reader(settings),
        kind=chosen.kind,
        reason=chosen.reason,
        suspicion=chosen.suspicion,
        memory=memory,
        policy=rules,
        versions=Versions(
            code=triage.__version__,
            models=(
                *((item.name, item.digest) for item in (chosen.kind, chosen.reason, chosen.suspicion)),
                *(asked.versions if asked is not None else ()),
            ),
            policy=rules.digest,
            mode=settings.mode,
        ),
        second=asked,
    )


@dataclass(frozen=True, slots=True)
class NoMemory:
    """The `Memory` of somebody who has understood nothing yet."""

    def lessons(self, *, supplier_ids: Collection[int]) -> tuple[Lesson, ...]:
        """Nothing."""
        return ()

    def earlier(self, *, order_ids: Collection[int], fingerprint: str, before: Message) -> tuple[Earlier, ...]:
        """Nothing."""
        return ()


def second_reader(
    settings: Settings, *, ledger: Ledger | None = None, answers: Answers | None = None, recorded_only: bool = False
) -> "Room | None":
    """Who is asked in mode "llm"; None in the others. recorded_only: no service is asked, kept answers alone count.

    Raises PromptError where a prompt file can't be used, SettingsError where the client is not installed.
    """
    if settings.mode != "llm":
        return None
    from triage.llm import answers as kept
    from triage.llm import ledger as ledgers
    from triage.llm import opening

    try:
        service = None if recorded_only else opening.service(settings)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"TRIAGE_MODE is llm, and {error.name} is not installed", way_out="Install triage[llm]."
        ) from error
    return opening.room(
        settings, ledger=ledger or ledgers.MemoryLedger(), answers=answers or kept.Remembered(), asks=service
    )


def silent_room(settings: Settings) -> "Room":
    """A room that builds requests and sends none, whatever the mode is. Raises PromptError."""
    from triage.llm import answers, ledger, opening

    return opening.room(settings, ledger=ledger.MemoryLedger(), answers=answers.Remembered(), asks=None)


@contextlib.contextmanager
def evaluation(
    mode: str | None, settings: Settings | None = None, *, recording: Path | None = None, replay: bool = False
) -> Iterator[Evaluation]:
    """The production path for an evaluation, without a store. mode: None takes the setting.

    recording: folder that keeps a language model's answers; with `replay` they alone are used, and nothing is asked.
    """
    chosen = settings or settings_room.load(mode=mode, **_recorded(recording if replay else None))
    from triage.llm import answers as kept
    from triage.llm import ledger as ledgers

    answers = kept.Recording(recording) if recording is not None else kept.Remembered()
    ledger = ledgers.MemoryLedger()
    second = second_reader(chosen, ledger=ledger, answers=answers, recorded_only=replay)
    with contextlib.closing(reader(chosen)) as parts:
        tools = functools.partial(toolkit, chosen, reader_of_parts=parts, second=second)
        versions = tools(NoMemory()).versions
        yield Evaluation(
            toolkit=tools,
            erp=lambda path: erp(chosen, path),
            spendings=ledger.spendings,
            recording=answers if isinstance(answers, kept.Recording) else None,
            versions={
                "code": versions.code,
                "mode": versions.mode,
                "policy": versions.policy,
                "models": dict(versions.models),
            },
        )


def _recorded(folder: Path | None) -> dict[str, Any]:
    """The settings that a recording was made with, which its answers hang on. Raises InputError."""
    if folder is None:
        return {}
    from triage.llm import answers as kept

    return {"llm_url": "http://recorded.invalid/v1", **kept.made_with(folder)}


def configure_logging(settings: Settings) -> None:
    """Log lines to standard error: an event name with fields, as JSON, or coloured where a person watches."""
    human = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Without the values of variables, among which are keys and suppliers' words.
    bare = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    rendering = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if human
        else [structlog.processors.ExceptionRenderer(bare), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
