"""Whether what the service depends on answers: database, broker, Odoo or the snapshot, the language model.

Looked at not more often than every few seconds, however often it is asked for.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from triage import bootstrap
from triage.bootstrap import Services
from triage.errors import Error
from triage.settings import Settings
from triage.store import migrate

#: Seconds for which what was found is told again.
_KEPT = 5.0
#: Seconds that a dependency has to answer.
_PATIENCE = 3.0

#: Without these the process can do nothing; without the others it takes messages in, and they wait.
NEEDED = frozenset({"database"})


@dataclass(slots=True)
class Looks:
    """What was found last, and when."""

    found: dict[str, str] = field(default_factory=dict)
    at: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


def faults(services: Services, looks: Looks) -> dict[str, str]:
    """Dependency → what is wrong with it, "" where it answers. looks: keeps what was found for a while."""
    with looks.lock:
        if time.monotonic() - looks.at > _KEPT:
            looks.found = {name: _fault(look) for name, look in _all(services).items()}
            looks.at = time.monotonic()
        return looks.found


def _all(services: Services) -> dict[str, Callable[[], object]]:
    settings = services.settings
    looks: dict[str, Callable[[], object]] = {"database": lambda: migrate.require_newest(services.store)}
    if not settings.embedded:
        looks["broker"] = lambda: _broker(settings.broker_url.get_secret_value())
    if settings.odoo_url:
        brief = settings.model_copy(update={"odoo_timeout": min(settings.odoo_timeout, _PATIENCE)})
        looks["odoo"] = lambda: _odoo(brief)
    else:
        looks["erp_snapshot"] = lambda: settings.erp_snapshot.open("rb").close()
    if settings.mode == "llm":
        looks["language_model"] = lambda: _model(services)
    return looks


def _fault(look: Callable[[], object]) -> str:
    try:
        look()
    except Error as error:
        return f"{error.reason}. {error.way_out}".strip()
    except OSError as error:
        return f"{type(error).__name__}: it does not answer"
    return ""


def _odoo(settings: Settings) -> None:
    with contextlib.closing(bootstrap.odoo_wire(settings)) as wire:
        wire.version()


def _broker(address: str) -> None:
    import redis

    try:
        with redis.Redis.from_url(address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            client.ping()
    except redis.RedisError as error:
        raise ConnectionError("the broker does not answer") from error


def _model(services: Services) -> None:
    room = bootstrap.second_reader(services.settings)
    if room is None or not room.ready():
        raise ConnectionError("the language model does not answer")
