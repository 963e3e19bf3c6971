"""What Odoo's answers mean: passing faults, refusals, and results. Never keeps a traceback or a server's path."""

import json
import re
import xmlrpc.client
from typing import Any, NoReturn
from xml.parsers import expat

from triage.errors import ErpRefusedError, ErpUnavailableError

_PASSING = frozenset({429, 500, 502, 503, 504})
_LONGEST = 200
_PATH = re.compile(r"(?:/[\w.-]+){2,}|\bFile \"[^\"]*\".*|\bline \d+\b")
#: JSON-2's exception names whose cause does not pass by itself although the status says "server error".
_OUR_MISTAKE = ("builtins.ValueError", "builtins.TypeError", "builtins.KeyError", "builtins.AttributeError")


class Throttled(ErpUnavailableError):
    """Odoo asks for a pause."""

    def __init__(self, subject: str, seconds: float | None) -> None:
        super().__init__("Odoo asks for a pause", subject=subject, way_out="It is tried again.")
        self.seconds = seconds  # None: it does not say for how long


class Refused(ErpRefusedError):
    """Odoo refused for want of rights."""


class Missing(ErpRefusedError):
    """Model, method or record do not exist."""


class TooLarge(ErpRefusedError):
    """The answer is larger than what is taken in; asking for less can help, asking again can't."""


def short(text: object) -> str:
    """One line for people, without paths."""
    words = " ".join(str(text).partition("DETAIL:")[0].split())  # the database's details hold rows
    return _PATH.sub("…", words)[:_LONGEST]


def of_json(subject: str, status: int, kind: str, body: bytes) -> Any:
    """The result of a JSON-2 call. Raises ErpUnavailableError, Refused, Missing or ErpRefusedError."""
    if status == 200:
        try:
            return json.loads(body)
        except ValueError as error:
            raise ErpUnavailableError(
                "answered something that is no JSON", subject=subject, way_out="Is there a proxy in between?"
            ) from error
    name, message = "", ""
    if "json" in kind:
        try:
            told = json.loads(body)
        except ValueError:
            told = {}
        if isinstance(told, dict):
            name, message = str(told.get("name", "")), short(told.get("message", ""))
    _raise(subject, status, name, message)


def _raise(subject: str, status: int, name: str, message: str) -> NoReturn:
    if status == 401:
        raise Refused("Odoo does not know the key", subject=subject, way_out="Make a new key and set TRIAGE_ODOO_KEY.")
    if status == 403 or name.endswith("AccessError"):
        raise Refused(
            message or "Odoo refuses it for want of rights", subject=subject, way_out="`triage doctor` tells more."
        )
    if status == 404:
        if not name:
            raise Missing(
                "no such database or page", subject=subject, way_out="Check TRIAGE_ODOO_URL and TRIAGE_ODOO_DATABASE."
            )
        raise Missing(message or "it does not exist", subject=subject)
    if status in _PASSING and name not in _OUR_MISTAKE:
        raise ErpUnavailableError(f"Odoo answers with {status}", subject=subject, way_out="It is tried again.")
    raise ErpRefusedError(message or f"Odoo answers with {status}", subject=subject)


def of_xml(subject: str, status: int, body: bytes) -> Any:
    """The result of an XML-RPC call; its faults by their codes: 2 user error, 3 no access, 4 no rights, 1 the rest."""
    if status != 200:
        _raise(subject, status, "", "")
    try:
        values, _ = xmlrpc.client.loads(body, use_builtin_types=True)
    except xmlrpc.client.Fault as fault:
        _raise_fault(subject, fault)
    except (expat.ExpatError, xmlrpc.client.Error, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ErpUnavailableError(
            "answered something that is no XML-RPC", subject=subject, way_out="Is there a proxy in between?"
        ) from error
    return values[0] if values else None


def _raise_fault(subject: str, fault: xmlrpc.client.Fault) -> NoReturn:
    code = fault.faultCode
    text = str(fault.faultString)
    if "cannot marshal None" in text:
        # The method ran and answered None, which this protocol can't carry.
        raise ErpRefusedError("ran, and its answer can't be carried by XML-RPC", subject=subject)
    if code == 3:
        _raise(subject, 401, "", "")
    if code == 4:
        _raise(subject, 403, "AccessError", short(text))
    if code == 2:
        raise ErpRefusedError(short(text), subject=subject)
    last = text.strip().splitlines()[-1] if text.strip() else ""
    raise ErpRefusedError(short(last) or "Odoo failed", subject=subject)
