"""Which way notes are left in this Odoo, and what is missing for it. Leaves nothing itself."""

from dataclasses import dataclass

from triage.erp.odoo import action, allowed, doctor, faults
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError

#: Fields of the module's newest version.
_OF_THE_MODULE = {"note_stands", "suggested_user_id"}
_AGAIN = "run `triage odoo setup` again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How notes are left."""

    name: str
    reads_judgements: bool  # people judge inside Odoo, and we read it
    missing: tuple[str, ...]  # each with its way out


def way(service: Wire, prober: Wire) -> Way:
    """The way that the settings name, tried without leaving anything. Raises ErpUnavailableError."""
    installed = _counts(service, "triage.advisory")
    if service.action_id is not None:
        too = "" if installed else " (our module is there too and would do more: leave TRIAGE_ODOO_ACTION empty)"
        missing = [_action(service)]
        return Way(
            name=f"server action {service.action_id}{too}", reads_judgements=False, missing=tuple(filter(None, missing))
        )
    if installed:
        way_out = "install the module triage_advisory, or run `triage odoo setup` and set TRIAGE_ODOO_ACTION"
        return Way(name="nothing", reads_judgements=False, missing=(f"{installed}: {way_out}",))
    judged = _counts(service, "triage.advisory.feedback")
    missing = [f"judgements can't be read: {judged}" if judged else ""]
    if not doctor.asks_for_rights(prober)("triage.advisory", "create"):
        missing.append("the user may not leave advisories: give it the group Triage service")
    known = service.call("triage.advisory", "fields_get", {"attributes": ["type"]})
    if _OF_THE_MODULE - set(known):
        missing.append("the module triage_advisory is of an older version: update it in Odoo")
    return Way(name="module triage_advisory", reads_judgements=not judged, missing=tuple(filter(None, missing)))


def _counts(wire: Wire, model: str) -> str:
    """Why records of a model can't be counted; "" where they can."""
    try:
        wire.call(model, "search_count", {"domain": []})
    except ErpRefusedError as error:
        return error.reason
    return ""


def _action(wire: Wire) -> str:
    """What is wrong with the server action; "" where it answers a question that leaves nothing."""
    context = {"active_model": "purchase.order", "triage": {"standing": []}}
    try:
        answer = wire.call(*allowed.RUN, ids=[wire.action_id or 0], context=context)
    except (faults.Refused, faults.Missing) as error:
        return f"the server action can't be called ({error.reason}): {_AGAIN} and set TRIAGE_ODOO_ACTION"
    except ErpRefusedError:
        return f"the server action is of an older version: {_AGAIN}"
    if not isinstance(answer, dict) or "missing" not in answer:
        return f"the server action is none of ours: {_AGAIN}"
    return "" if answer.get("version") == action.VERSION else f"the server action is of an older version: {_AGAIN}"
