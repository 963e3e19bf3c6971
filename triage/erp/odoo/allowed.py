"""The allow-list: every (model, method) that may leave for Odoo. What is not here is refused before it is sent.

Reads, and the one call that leaves an advisory. The two lists at the end are for people who run a command themselves:
setting the service up with an administrator's key, and proving what the service can't do. The service never holds
their purposes.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from triage.errors import ForbiddenCallError

#: What the service reads. Every method only reads, whatever its arguments.
READ_METHODS = frozenset({"search_read", "search_count", "fields_get"})
READ_MODELS = frozenset(
    {
        "account.move", "account.move.line", "ir.attachment", "mail.message", "product.product", "product.supplierinfo",
        "purchase.order", "purchase.order.line", "res.company", "res.currency", "res.partner", "res.partner.bank",
        "res.users", "sale.order", "sale.order.line", "stock.location", "stock.move", "stock.picking",
        "stock.picking.type", "stock.quant", "stock.warehouse", "stock.warehouse.orderpoint", "triage.advisory",
        "triage.advisory.feedback", "uom.uom",
    }
)  # fmt: skip
#: The records that an advisory may hang on.
NOTED_MODELS = frozenset({"purchase.order", "stock.picking", "account.move", "res.partner"})
#: The one writing call where our module is installed.
POST = ("triage.advisory", "create")
#: The one writing call where it is not: the server action made by `triage odoo setup`, and no other.
RUN = ("ir.actions.server", "run")


class Purpose(enum.Enum):
    """Who asks."""

    SERVICE = "service"
    SETUP = "setup"  # `triage odoo setup`, with an administrator's key that is not kept
    PROBE = "probe"  # `triage doctor`: tries what must be refused, in ways that can't succeed


_SETUP_MODELS = frozenset({"res.groups", "res.users", "ir.model.access", "ir.actions.server", "base.automation"})
_SETUP_METHODS = frozenset({"search_read", "fields_get", "create", "write", "unlink"})
_SETUP_READS = frozenset({"ir.model", "res.company"})
#: Where our module finds the secret that it signs hints with: the one parameter that setting up reads and writes.
HOOK_PARAMETER = "triage_advisory.hook_secret"
#: No record of Odoo has this id: what is tried on it can't happen.
NOWHERE = 2_147_483_647
#: Odoo refuses a record with a field that does not exist: after it has looked at the rights, before it makes anything.
IMPOSSIBLE = "x_triage_probe_no_such_field"
#: What asks Odoo for the caller's own rights; 17 calls it otherwise.
ASKED_FOR_RIGHTS = ("has_access", "check_access_rights")
_PROBED_ON_NOTHING = frozenset(
    {"write", "unlink", "button_confirm", "button_approve", "button_cancel", "button_draft", "message_post"}
)


def check(
    purpose: Purpose,
    model: str,
    method: str,
    *,
    ids: Sequence[int] = (),
    arguments: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    action_id: int | None = None,
) -> None:
    """Return where the call may leave; raise ForbiddenCallError where not.

    action_id: of the one server action allowed.
    """
    given = dict(arguments or {})
    if purpose is Purpose.SERVICE and _service(model, method, ids, context or {}, action_id):
        return
    if purpose is Purpose.SETUP and _setup(model, method, given):
        return
    if purpose is Purpose.PROBE and _probe(method, ids, given):
        return
    raise ForbiddenCallError(
        "is not on the list of calls that may leave for Odoo", subject=f"{model}.{method}", way_out="Nothing was sent."
    )


def _service(model: str, method: str, ids: Sequence[int], context: Mapping[str, Any], action_id: int | None) -> bool:
    if method in READ_METHODS:
        return model in READ_MODELS
    if (model, method) == POST:
        return not ids
    if (model, method) == RUN:
        return action_id is not None and list(ids) == [action_id] and context.get("active_model") in NOTED_MODELS
    return False


def _setup(model: str, method: str, arguments: Mapping[str, Any]) -> bool:
    if model == "ir.config_parameter":
        return method in ("get_param", "set_param") and arguments.get("key") == HOOK_PARAMETER
    if model in _SETUP_READS:
        return method == "search_read"
    return model in _SETUP_MODELS and method in _SETUP_METHODS


def _probe(method: str, ids: Sequence[int], arguments: Mapping[str, Any]) -> bool:
    """Asking for rights; trying on a record that does not exist; making one with a field that does not exist."""
    if method in ASKED_FOR_RIGHTS:
        return True
    if method in _PROBED_ON_NOTHING:
        return list(ids) == [NOWHERE]
    if method == "create":
        values = arguments.get("vals_list")
        return not ids and isinstance(values, list) and len(values) == 1 and IMPOSSIBLE in values[0]
    return False
