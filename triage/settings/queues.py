"""The settings of queues and workers: which one serves which, with how many processes, how fast each is worked off."""

import math
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

#: Queues whose rate can be limited; what the others hold is rung for by the clock.
LIMITED = ("reading", "scans", "model", "odoo")


def _setting(default: object, help: str, unit: str = "", **limits: Any) -> Any:
    return Field(default=default, description=help, json_schema_extra={"unit": unit}, validate_default=False, **limits)


class QueueSettings(BaseModel):
    """Fields about queues; mixed into the settings."""

    worker_queues: str = _setting(
        "",
        "Queues of one worker, of `intake,reading,scans,model,odoo,events`; empty: all. Each needs a worker somewhere.",
    )
    worker_concurrency: int = _setting(2, "Processes of one worker.", "", ge=1, le=64)
    heartbeat: Path | None = _setting(
        None, "File that a worker or the scheduler touches every few seconds, for `triage alive`; one for each process."
    )
    queue_rates: str = _setting(
        "",
        "How much is taken from a queue at most by all workers together: `odoo=5;model=0.5`; empty: no limits.",
        "per second",
    )


def rates(settings: QueueSettings) -> dict[str, float]:
    """Queue → messages (`odoo`: notes) a second at most. Raises ValueError with what can't be used."""
    found: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in settings.queue_rates.split(";"))):
        name, _, number = (part.strip() for part in item.partition("="))
        if name not in LIMITED:
            raise ValueError(f"holds {item!r}: limits are for {', '.join(LIMITED)}")
        try:
            rate = float(number)
        except ValueError:
            rate = math.nan
        if not 0.001 <= rate <= 10_000:
            raise ValueError(f"holds {item!r}: {number!r} is no number a second from 0.001 to 10000")
        found[name] = rate
    return found


def contradictions(settings: QueueSettings) -> list[tuple[str, str, str, str]]:
    """(setting, other setting, problem, way out) of what is written wrongly."""
    try:
        rates(settings)
    except ValueError as error:
        return [("queue_rates", "queue_rates", str(error), "Write it like: odoo=5;model=0.5.")]
    return []
