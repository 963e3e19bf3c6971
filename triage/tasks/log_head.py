"""Keeps the end of the log of calls in the database, after each note and with every sweep, and finds a log cut off.

Two lines are read each time, however long the log is; `triage audit verify` walks all of it.
"""

import socket
from pathlib import Path

import structlog

from triage import bootstrap
from triage.errors import InputError
from triage.store import log_heads

_log = structlog.get_logger(__name__)


def keep(services: bootstrap.Services) -> str:
    """Bring what is known of the log up to date; returns what is wrong with it, "" where nothing is."""
    from triage.erp.odoo import audit

    if not services.settings.odoo_url:
        return ""
    store, path = services.store, services.settings.odoo_audit
    place = f"{socket.gethostname()}:{path.resolve()}"
    here = log_heads.at(store, place)
    first = audit.first_of(path)
    known = log_heads.known(store, first) if first else None
    if here is not None and here.first != first:
        return _blamed(services, here, "is gone, and another one stands in its place" if first else "is gone")
    if not first:
        return ""
    try:
        found = audit.grown(path, known.head if known else "", known.end if known else 0)
    except InputError as error:
        return str(error)
    if found.fault and known is not None:
        return _blamed(services, known, found.fault)
    head = log_heads.Head(first=first, place=place, head=found.head, end=found.end, fault="", at=store.now)
    log_heads.keep(store, head)
    return known.fault if known is not None else ""


def known_head(services: bootstrap.Services, path: Path) -> str | None:
    """The last line known of this log; None where nothing is known of it."""
    from triage.erp.odoo import audit

    known = log_heads.known(services.store, audit.first_of(path))
    return known.head if known else None


def _blamed(services: bootstrap.Services, known: log_heads.Head, fault: str) -> str:
    if not known.fault:
        log_heads.blame(services.store, known.first, fault)
        _log.error("log of calls was tampered with", place=known.place, fault=fault)
    return known.fault or fault
