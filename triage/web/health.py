"""Whether the process stands (`/health`) and whether it can work (`/ready`). Tells nothing about business."""

from typing import Any

from fastapi import APIRouter, Response

from triage.store import figures
from triage.web import ready
from triage.web.means import Given

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready")
def is_ready(given: Given, response: Response) -> dict[str, Any]:
    """Each dependency: "ok", or what is wrong with it. 503 where nothing can be done without it.

    "degraded": messages are taken in and wait, or are worked on with less.
    """
    figures.write(given.services.store)
    found = ready.faults(given.services, given.looks)
    missing = {name for name, fault in found.items() if fault}
    response.status_code = 503 if missing & ready.NEEDED else 200
    status = "not ready" if missing & ready.NEEDED else "degraded" if missing else "ready"
    return {"status": status, **{name: fault or "ok" for name, fault in found.items()}}
