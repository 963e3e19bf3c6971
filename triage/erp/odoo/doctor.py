"""Tries, with the service's own key, what the service must not be able to do, in ways that can't succeed.

Asks Odoo for its rights, writes to a record that does not exist, and makes records with a field that
does not exist: Odoo looks at the rights first, so a refusal proves them, and nothing could happen if they were wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from triage.erp.odoo import allowed, faults
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError

REFUSED, OPEN, UNCLEAR = "refused", "NOT REFUSED", "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that must be refused."""

    what: str
    model: str
    method: str  # "create", "write", "unlink", a button, or "has_access"
    operation: str = ""  # for has_access


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How Odoo answered."""

    probe: Probe
    verdict: str  # REFUSED, OPEN, UNCLEAR
    answer: str


def probes() -> Iterator[Probe]:
    """Everything that is tried."""
    for what, method in (
        ("confirm an order", "button_confirm"),
        ("approve an order", "button_approve"),
        ("cancel an order", "button_cancel"),
        ("set an order back to draft", "button_draft"),
    ):
        yield Probe(what=what, model="purchase.order", method=method)
    for what, model, methods in (
        ("an order", "purchase.order", ("write", "create", "unlink")),
        ("an order line", "purchase.order.line", ("write", "create", "unlink")),
        ("a partner", "res.partner", ("write", "create", "unlink")),
        ("a bank account", "res.partner.bank", ("write", "create")),
        ("a vendor price", "product.supplierinfo", ("write", "create")),
        ("a product", "product.product", ("write", "create")),
        ("a receipt", "stock.picking", ("write", "create")),
        ("a stock move", "stock.move", ("write",)),
        ("a bill", "account.move", ("write", "create")),
        ("a customer order", "sale.order", ("write",)),
        ("a mail", "mail.mail", ("create",)),
        ("a mail to send", "mail.compose.message", ("create",)),
        ("a message", "mail.message", ("create", "write")),
        ("an attachment", "ir.attachment", ("create",)),
        ("a server action", "ir.actions.server", ("write", "create")),
        ("rights", "ir.model.access", ("write", "create")),
    ):
        for method in methods:
            words = {"write": "change", "create": "create", "unlink": "delete"}[method]
            yield Probe(what=f"{words} {what}", model=model, method=method)
            yield Probe(what=f"have the right to {words} {what}", model=model, method="has_access", operation=method)
    yield Probe(what="read bank accounts", model="res.partner.bank", method="has_access", operation="read")


def examine(wire: Wire) -> list[Result]:
    """All probes, through a wire with the purpose PROBE. Raises ErpUnavailableError where Odoo does not answer."""
    asks = asks_for_rights(wire)
    rights: dict[str, str] = {}
    found = []
    for probe in probes():
        result = _tried(wire, probe, asks)
        if result.probe.method == "has_access":
            rights[f"{probe.model} {probe.operation}"] = result.verdict
        found.append(result)
    # A button on an order that does not exist tells nothing where the order is looked for first: the right tells.
    return [_settled(item, rights) for item in found]


def asks_for_rights(wire: Wire) -> Callable[[str, str], bool]:
    """Tells whether the user has a right (model, operation), by the name that this version of Odoo has for it."""
    if wire.version()[0] >= 18:
        return lambda model, operation: bool(wire.call(model, "has_access", {"operation": operation}))
    asked = {"raise_exception": False}
    return lambda model, operation: bool(wire.call(model, "check_access_rights", {"operation": operation, **asked}))


def _settled(item: Result, rights: dict[str, str]) -> Result:
    operation = "write" if item.probe.method.startswith(("button_", "message_")) else item.probe.method
    right = rights.get(f"{item.probe.model} {operation}")
    if item.verdict == UNCLEAR and right == REFUSED:
        return Result(probe=item.probe, verdict=REFUSED, answer=f"no right to {operation} {item.probe.model}")
    return item


def _tried(wire: Wire, probe: Probe, asks: Callable[[str, str], bool]) -> Result:
    try:
        if probe.method == "has_access":
            answer = asks(probe.model, probe.operation)
            return Result(probe=probe, verdict=OPEN if answer else REFUSED, answer=str(answer))
        if probe.method == "create":
            wire.call(probe.model, "create", {"vals_list": [{allowed.IMPOSSIBLE: 1}]})
        elif probe.method == "write":
            wire.call(probe.model, "write", {"vals": {allowed.IMPOSSIBLE: 1}}, ids=[allowed.NOWHERE])
        else:
            wire.call(probe.model, probe.method, ids=[allowed.NOWHERE])
    except faults.Refused as error:
        return Result(probe=probe, verdict=REFUSED, answer=error.reason)
    except faults.Missing as error:
        absent = "does not exist" in error.reason and "model" in error.reason
        return Result(probe=probe, verdict=REFUSED if absent else UNCLEAR, answer=error.reason)
    except ErpRefusedError as error:
        # Odoo got as far as the impossible field: the right was there.
        return Result(probe=probe, verdict=OPEN if probe.method == "create" else UNCLEAR, answer=error.reason)
    return Result(probe=probe, verdict=OPEN if probe.method in ("create",) else UNCLEAR, answer="answered")
