"""Odoo 17 and 18 as their own models name things: what we read, make and try there, against answers kept here.

Neither was run: the fields are those that their sources define. A server of ours answers by XML-RPC, refuses a field
or method that its version does not have as Odoo does, and keeps what is created.
"""

import json
import threading
import xmlrpc.client
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from triage.erp.odoo import action, allowed, doctor, live, setup, tables
from triage.erp.odoo.wire import Address, Wire

ANSWERS = Path(__file__).with_name("older_odoo.json")


class OlderOdoo:
    """Records and fields of one version."""

    def __init__(self, major: int) -> None:
        told = json.loads(ANSWERS.read_text(encoding="utf-8"))
        self.major = major
        self.rows: dict[str, list[dict[str, Any]]] = told["records"]
        self.fields = {model: set(names) for model, names in told["fields"].items()}
        for model, names in told[f"only in {major}"].items():
            self.fields[model] |= set(names)
        for model, rows in self.rows.items():
            self.rows[model] = [
                {name: value for name, value in row.items() if name == "id" or name in self.fields[model]}
                for row in rows
            ]
        self.calls: list[tuple[str, str]] = []

    def execute(self, model: str, method: str, positional: list[Any], named: dict[str, Any]) -> Any:
        self.calls.append((model, method))
        if model not in self.fields:
            raise xmlrpc.client.Fault(2, f"Object {model} doesn't exist")
        if method == "fields_get":
            return {name: {"type": "char"} for name in self.fields[model]}
        if method == "search_read":
            self._known(model, named["fields"])
            rows = [row for row in self.rows.get(model, []) if _fits(row, named["domain"])]
            return [{name: row.get(name, False) for name in ("id", *named["fields"])} for row in rows]
        if method == "create":
            ((values,),) = positional
            self._known(model, values)
            links = {name: value[0][2] for name, value in values.items() if name in ("groups_id", "company_ids")}
            made = {"id": 900 + len(self.rows.setdefault(model, [])), **values, **links}
            self.rows[model].append(made)
            return [made["id"]]
        if method == "check_access_rights" and self.major < 18:
            assert positional == []  # of the model: it takes no ids
            return named["operation"] == "read" and not model.endswith("bank")
        if method == "has_access" and self.major >= 18:
            return named["operation"] == "read" and not model.endswith("bank")
        if method in ("write", "unlink", "button_confirm", "button_approve", "button_cancel", "button_draft"):
            raise xmlrpc.client.Fault(4, "You are not allowed to modify this.")
        error = f"AttributeError: The method '{model}.{method}' does not exist"
        raise xmlrpc.client.Fault(1, f'Traceback (most recent call last):\n  File "/odoo/x.py", line 1\n{error}')

    def _known(self, model: str, names: Any) -> None:
        if model in doctor_only(self.fields) or allowed.IMPOSSIBLE in names:
            raise xmlrpc.client.Fault(4, "You are not allowed to access this.")
        unknown = set(names) - self.fields[model] - {"id"}
        if unknown:
            raise xmlrpc.client.Fault(1, f"Traceback\nValueError: Invalid field {sorted(unknown)} on model {model!r}")


def doctor_only(fields: dict[str, set[str]]) -> set[str]:
    """Models that are only tried."""
    return {model for model, names in fields.items() if not names}


def _fits(row: dict[str, Any], domain: list[Any]) -> bool:
    """Only what tells records apart here: equality on the fields that the rows have."""
    for term in domain:
        if isinstance(term, list | tuple) and term[1] == "=" and term[0] in row and row[term[0]] != term[2]:
            return False
        if isinstance(term, list | tuple) and term[1] == "in" and term[0] == "model" and row["model"] not in term[2]:
            return False
    return True


@pytest.fixture(params=[17, 18])
def older(request: pytest.FixtureRequest) -> Iterator[tuple[OlderOdoo, str]]:
    """(an Odoo of that version, its address)."""
    odoo = OlderOdoo(request.param)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def do_POST(self) -> None:
            parameters, method = xmlrpc.client.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                if method == "version":
                    answer: Any = {"server_version": f"{odoo.major}.0", "server_version_info": [odoo.major, 0, 0]}
                elif method == "authenticate":
                    answer = 7
                else:
                    answer = odoo.execute(*parameters[3:])
                content = xmlrpc.client.dumps((answer,), methodresponse=True).encode()
            except xmlrpc.client.Fault as fault:
                content = xmlrpc.client.dumps(fault).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield odoo, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def wire(url: str, purpose: allowed.Purpose = allowed.Purpose.SERVICE) -> Wire:
    address = Address(url=url, database="db", key="k" * 40, login="triage-service", protocol="xmlrpc",
                      calls_a_second=1e6)  # fmt: skip
    return Wire(address, audit=None, purpose=purpose)


def test_orders_stock_and_demand_are_read_by_the_names_of_the_version(older: tuple[OlderOdoo, str]) -> None:
    odoo, url = older
    erp = live.LiveErp(wire(url), now=lambda: datetime(2026, 11, 21, 9, tzinfo=UTC))
    book = erp.order_book(sender="orders@alder.example", text="P00001")
    (order,) = book.orders
    (line,) = order.lines
    assert (order.name, order.supplier.name, order.state) == ("P00001", "Alder Fittings", "done")
    assert (line.product_code, line.quantity, line.uom, str(line.due)) == (
        "FIT-001", Decimal(2), "Dozens", "2026-12-04",
    )  # fmt: skip
    assert line.price == Decimal(27)  # with the line's discount
    assert line.supplier_codes == ("AL-100",)
    supply = erp.supply([31])
    assert [item.quantity for item in supply.incoming] == [Decimal(24)]  # a dozen is twelve: `factor` is the inverse
    assert [item.quantity for item in supply.demand] == [Decimal(15)]
    assert erp.version == f"{odoo.major}.0"


def test_setting_up_names_groups_as_the_version_does(older: tuple[OlderOdoo, str]) -> None:
    odoo, url = older
    told: list[str] = []
    made = setup.Setup(wire(url, allowed.Purpose.SETUP), dry_run=False, tell=told.append).make()
    assert made.action_id is not None
    (group,) = odoo.rows["res.groups"]
    assert ("api_key_duration" in group) is (odoo.major >= 18)
    (user,) = [row for row in odoo.rows["res.users"] if row["login"] == action.LOGIN]
    assert user["groups_id"] == [group["id"]]
    (script,) = odoo.rows["ir.actions.server"]
    assert script["groups_id"] == [group["id"]]
    assert ("record.check_access('read')" in script["code"]) is (odoo.major >= 18)
    compile(script["code"], "action", "exec")
    rights = odoo.rows["ir.model.access"]
    assert len(rights) == len(odoo.rows["ir.model"])
    assert not any(row["perm_write"] or row["perm_create"] or row["perm_unlink"] for row in rights)


def test_the_doctor_asks_for_rights_by_the_version_s_name(older: tuple[OlderOdoo, str]) -> None:
    odoo, url = older
    results = doctor.examine(wire(url, allowed.Purpose.PROBE))
    assert [item for item in results if item.verdict != doctor.REFUSED] == []
    asked = {method for _, method in odoo.calls}
    assert ("has_access" in asked, "check_access_rights" in asked) == (odoo.major >= 18, odoo.major < 18)


def test_every_field_of_ours_is_one_of_some_version(older: tuple[OlderOdoo, str]) -> None:
    odoo, url = older
    reader = tables.Reader(wire(url))
    for model, names in tables.FIELDS.items():
        if model in odoo.fields:
            assert set(reader.fields(model)) == set(names) & odoo.fields[model]
    assert "product_uom" in reader.fields("purchase.order.line")
    assert reader.supplier_field == "partner_id"
