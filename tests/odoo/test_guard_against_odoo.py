"""Every public method that Odoo itself has, thrown at the guard: only the listed reads and the one call pass."""

import ast
from pathlib import Path

import pytest
import server

from triage.erp.odoo import allowed
from triage.errors import ForbiddenCallError

ROOMS = ("addons/purchase", "addons/purchase_stock", "addons/stock", "addons/account", "addons/base", "addons/mail",
         "addons/product", "addons/sale", "orm")  # fmt: skip


def public_methods(library: Path) -> set[str]:
    """Names of all methods without an underscore, of models and of the ORM."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (library / "odoo" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    found.add(node.name)
    return found


def passes(model: str, method: str, **more: object) -> bool:
    try:
        allowed.check(allowed.Purpose.SERVICE, model, method, **more)  # type: ignore[arg-type]
    except ForbiddenCallError:
        return False
    return True


def test_no_other_method_of_odoo_passes(odoo: server.Odoo) -> None:
    names = public_methods(odoo.installed.library)
    assert {"button_confirm", "write", "unlink", "message_post", "run_scheduler", "button_validate"} <= names
    assert len(names) > 2000
    models = sorted({*allowed.READ_MODELS, "stock.rule", "mail.mail", "mail.compose.message", "ir.actions.server"})
    for model in models:
        passed = {name for name in names if passes(model, name) or passes(model, name, ids=[1])}
        expected = set(allowed.READ_METHODS & names) if model in allowed.READ_MODELS else set()
        if model == "triage.advisory":
            expected.add("create")
        assert passed == expected, model


@pytest.mark.parametrize("model", ["purchase.order", "res.users", "ir.config_parameter"])
def test_the_action_runs_only_by_its_id_on_records_that_take_notes(model: str) -> None:
    context = {"active_model": model, "active_id": 1}
    assert passes("ir.actions.server", "run", ids=[5], context=context, action_id=5) is (model == "purchase.order")
    assert not passes("ir.actions.server", "run", ids=[5, 6], context=context, action_id=5)
    assert not passes("ir.actions.server", "run", ids=[5], context=context)
