"""What `triage doctor` checks besides Odoo: database, broker, snapshot, policy and models, each one told by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from triage import bootstrap
from triage.errors import Error
from triage.settings import Settings
from triage.store import log_heads, looks
from triage.tasks import log_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of the service, and whether it can be used."""

    part: str
    right: bool
    told: str


def all_of(settings: Settings) -> Iterator[Check]:
    """Every check; none stops the others."""
    yield _checked(
        "settings", lambda: f"mode {settings.mode}, {'one process' if settings.embedded else 'with a broker'}"
    )
    yield _checked("database", lambda: _database(settings))
    if not settings.embedded:
        yield _checked("broker", lambda: _broker(settings))
    yield _checked("policy", lambda: f"digest {bootstrap.policy(settings).digest[:12]}")
    yield _checked("models", lambda: _models(settings))
    yield _checked("reading process", lambda: _reading_process(settings))
    if settings.mode == "llm":
        yield _checked("language model", lambda: _language_model(settings))
    if settings.odoo_url:
        yield _checked("log of calls", lambda: _log_of_calls(settings))
        yield _checked("chatter", lambda: _chatter(settings))
    else:
        yield _checked(
            "ERP", lambda: f"no Odoo is set; the snapshot {settings.erp_snapshot} stands in, {_orders(settings)}"
        )


def _checked(part: str, look: Callable[[], str]) -> Check:
    try:
        return Check(part=part, right=True, told=look())
    except (Error, OSError) as error:
        return Check(part=part, right=False, told=str(error))


def _database(settings: Settings) -> str:
    services = bootstrap.services(settings)
    kind = "SQLite" if settings.sqlite else "PostgreSQL"
    return f"{kind}, tables are there, now {services.store.now:%Y-%m-%d %H:%M:%S} UTC"


def _broker(settings: Settings) -> str:
    import redis

    address = settings.broker_url.get_secret_value()
    try:
        redis.Redis.from_url(address, socket_timeout=settings.broker_timeout).ping()
    except redis.RedisError as error:
        raise OSError(f"does not answer ({type(error).__name__}). Is Redis up? Check TRIAGE_BROKER_URL") from error
    return "answers"


def _log_of_calls(settings: Settings) -> str:
    services = bootstrap.services(settings)
    fault = log_head.keep(services) or next(
        (f"{item.place} {item.fault}" for item in log_heads.faults(services.store)), ""
    )
    if fault:
        raise OSError(f"{fault}. Compare it with your backups; then `triage audit accept`")
    return f"{settings.odoo_audit} ends where it should"


def _chatter(settings: Settings) -> str:
    services = bootstrap.services(settings)
    if not settings.odoo_look_every:
        return "never looked at by itself (TRIAGE_ODOO_LOOK_EVERY is 0)"
    at = looks.looked_at(services.store, looks.CHATTER)
    if at is None:
        return "not looked at yet"
    if services.store.now - at > timedelta(seconds=max(20 * settings.odoo_look_every, 600)):
        raise OSError(f"last looked at {at:%Y-%m-%d %H:%M} UTC. Do scheduler and worker run?")
    return f"last looked at {at:%Y-%m-%d %H:%M:%S} UTC"


def _language_model(settings: Settings) -> str:
    second = bootstrap.second_reader(settings)
    if second is None or not second.ready():
        raise OSError(f"{settings.llm_url} does not answer. Is it up? Check TRIAGE_LLM_URL; all works on without it")
    return f"{settings.llm_model} answers"


def _models(settings: Settings) -> str:
    second = bootstrap.second_reader(settings)
    tools = bootstrap.toolkit(settings, bootstrap.NoMemory(), second=second)
    return ", ".join(f"{name} {digest[:8]}" for name, digest in tools.versions.models)


def _reading_process(settings: Settings) -> str:
    with bootstrap.reader(settings) as reader:
        if not reader.offline:
            raise OSError("can reach the network: this system has no filter for it (Linux on x86-64 or ARM64 has)")
    return "starts, and can't reach the network"


def _orders(settings: Settings) -> str:
    found = bootstrap.erp(settings)
    return f"recorded at {found.now:%Y-%m-%d %H:%M} UTC"
