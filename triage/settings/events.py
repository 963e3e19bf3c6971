"""The settings of outgoing events: where they go, what signs them, how often a delivery is tried."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr


def _setting(default: object, help: str, unit: str = "", **limits: Any) -> Any:
    return Field(default=default, description=help, json_schema_extra={"unit": unit}, validate_default=False, **limits)


class EventSettings(BaseModel):
    """Fields named `events_…`; mixed into the settings."""

    events_url: str = _setting(
        "", "Address of your own that is told of advisories, failures and decisions; empty: nobody is told."
    )
    events_secret: SecretStr | None = _setting(
        None, "Secret that signs events, 20 characters or more; `whsec_…` is taken as base64."
    )
    events_timeout: float = _setting(10.0, "How long one delivery may take.", "seconds", gt=0, le=60)
    events_attempts: int = _setting(
        12, "Deliveries tried, each after twice the pause of the one before, until an event counts as failed.", "",
        ge=1, le=30,
    )  # fmt: skip


def contradictions(settings: EventSettings, *, task_time_limit: int) -> list[tuple[str, str, str, str]]:
    """(setting, other setting, problem, way out) of what is right alone and wrong together."""
    if not settings.events_url:
        return []
    found = []
    parts = urlsplit(settings.events_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        found.append(("events_url", "events_url", "is no address", "It begins with http:// or https://."))
    secret = settings.events_secret
    if secret is None:
        found.append(("events_url", "events_secret", "is set, and no secret is", "Set TRIAGE_EVENTS_SECRET_FILE."))
    elif len(secret.get_secret_value()) < 20:
        found.append(("events_secret", "events_secret", "is too short", "Make one: openssl rand -hex 24."))
    if settings.events_timeout + 5 >= task_time_limit:
        problem = f"is not below the task's limit ({task_time_limit} s)"
        found.append(("events_timeout", "task_time_limit", problem, "Lower it, or raise TRIAGE_TASK_TIME_LIMIT."))
    return found
