"""The settings of Odoo: where it is, who asks there, how often it is looked at."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr


def _setting(default: object, help: str, unit: str = "", **limits: Any) -> Any:
    return Field(default=default, description=help, json_schema_extra={"unit": unit}, validate_default=False, **limits)


class OdooSettings(BaseModel):
    """Fields named `odoo_…`; mixed into the settings."""

    odoo_url: str = _setting(
        "", "Odoo's address, like `https://odoo.example`; empty: the recorded snapshot stands in for it."
    )
    odoo_database: str = _setting("", "Odoo's database; may stay empty where the address serves only one.")
    odoo_login: str = _setting("", "Login of the service's user; needed for XML-RPC (17 and 18).")
    odoo_key: SecretStr | None = _setting(None, "API key of the service's user.")
    odoo_protocol: Literal["json2", "xmlrpc"] = _setting(
        "json2", "How Odoo is asked: `json2` from 19 on, else `xmlrpc`."
    )
    odoo_action: int | None = _setting(
        None, "Id of the server action that `triage odoo setup` made; empty: our module is installed in Odoo.", ge=1
    )
    odoo_timeout: float = _setting(30.0, "How long one call to Odoo may take.", "seconds", gt=0, le=600)
    odoo_rate: float = _setting(20.0, "Calls to Odoo at most.", "per second", gt=0, le=1000)
    odoo_audit: Path = _setting(Path("var/odoo-calls.jsonl"), "File that records every call that left for Odoo.")
    odoo_look_every: int = _setting(
        60,
        "How often mails in the chatter and people's judgements are looked for; 0: never by itself.",
        "seconds",
        ge=0,
    )
    odoo_first_look: int = _setting(14, "How far back the first look goes.", "days", ge=0, le=3650)
    odoo_window: int = _setting(
        3600, "How far before the last look each one begins: longer than Odoo's longest transaction.", "seconds", ge=60
    )
    odoo_reconcile_every: int = _setting(
        3600, "How often our notes are compared with what stands in Odoo; 0: never by itself.", "seconds", ge=0
    )
    odoo_hook_secret: SecretStr | None = _setting(
        None, "Secret with which Odoo signs its hints (`POST /hooks/odoo`), 20 characters or more; none: no hints."
    )


def contradictions(settings: OdooSettings) -> list[tuple[str, str, str, str]]:
    """(setting, other setting, problem, way out) of what is right alone and wrong together."""
    found = []
    if settings.odoo_url and settings.odoo_key is None:
        found.append(("odoo_url", "odoo_key", "is set, and no key is", "Set TRIAGE_ODOO_KEY_FILE."))
    if settings.odoo_url and settings.odoo_protocol == "xmlrpc" and not settings.odoo_login:
        found.append(("odoo_protocol", "odoo_login", "is xmlrpc, and no login is set", "Set TRIAGE_ODOO_LOGIN."))
    secret = settings.odoo_hook_secret
    if secret is not None and len(secret.get_secret_value()) < 20:
        found.append(("odoo_hook_secret", "odoo_hook_secret", "is too short", "Make one: openssl rand -hex 24."))
    return found
