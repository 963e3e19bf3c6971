"""Whether the process stands (`/health`) and whether it can work (`/ready`). Tells nothing about business."""

from typing import Any

from fastapi import APIRouter, Response

from triage.errors import Error
from triage.store import migrate
from triage.web.means import Given

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready")
def ready(given: Given, response: Response) -> dict[str, Any]:
    """The database answers and has the tables of this version; 503 where not."""
    try:
        migrate.require_newest(given.services.store)
    except Error as error:
        response.status_code = 503
        return {"status": "not ready", "database": error.reason, "way_out": error.way_out}
    return {"status": "ready", "database": "ok"}
