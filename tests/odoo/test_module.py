"""Our module inside a real Odoo: installs without a warning, passes its own tests, and takes notes from our client."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import install
import pytest
import server

from triage.advisors import policy_file
from triage.classifiers import watch
from triage.domain.erp import RecordRef
from triage.domain.posting import Note
from triage.erp.odoo import allowed, audit, doctor, live, poster, setup
from triage.erp.odoo.wire import Address, Wire
from triage.errors import ErpRefusedError


def wire(odoo: server.Odoo, key: str, **more: object) -> Wire:
    address = Address(url=odoo.url, database=odoo.database, key=key, calls_a_second=500)
    return Wire(address, **{"audit": None, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def key(odoo: server.Odoo) -> str:
    admin = wire(odoo, odoo.key("admin"), purpose=allowed.Purpose.SETUP)
    made = setup.Setup(admin, dry_run=False, tell=lambda text: None).make()
    assert made.action_id is None
    return odoo.key("triage-service")


def order(odoo: server.Odoo, name: str) -> RecordRef:
    number = int(odoo.sql(f"SELECT id FROM purchase_order WHERE name = '{name}'"))
    return RecordRef(model="purchase.order", id=number, name=name)


def note(record: RecordRef, key: str, body: str = "<p>late</p>") -> Note:
    return Note(
        key=key, record=record, headline="Late", body_html=body, digest=audit.digest(body), assignee=server.BUYER
    )


def bodies(odoo: server.Odoo, record: RecordRef) -> list[str]:
    found = odoo.sql(
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id "
        f"WHERE u.login = 'triage-service' AND m.model = 'purchase.order' AND m.res_id = {record.id}"
    )
    return found.splitlines()


def test_it_installs_without_a_warning(odoo: server.Odoo) -> None:
    log = (install.cache() / f"template-{server.template_key(odoo.installed)}" / "init.log").read_text()
    assert [line for line in log.splitlines() if "triage" in line and re.search(r"\b(WARNING|ERROR)\b", line)] == []


def test_its_own_tests_pass(odoo: server.Odoo, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = server.run_module_tests(tmp_path_factory.mktemp("module"))
    failed = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", log)
    assert failed is not None, log[-3000:]
    assert failed.group(1, 2) == ("0", "0"), log[-6000:]
    assert int(failed.group(3)) >= 7


def test_a_note_is_left_and_brought_up_to_date(odoo: server.Odoo, key: str) -> None:
    record = order(odoo, "P00002")
    before = bodies(odoo, record)
    leave = poster.OdooPoster(wire(odoo, key))
    first = leave.post(note(record, "m:2"))
    assert leave.post(note(record, "m:2")) == first
    leave.post(note(record, "m:2", "<p>later <b>still</b></p>"))
    (body,) = set(bodies(odoo, record)) - set(before)
    assert "still" in body
    assert len(bodies(odoo, record)) == len(before) + 1


def test_eight_at_once_leave_one_note_a_key(odoo: server.Odoo, key: str) -> None:
    record = order(odoo, "P00004")
    faults: list[str] = []

    def run() -> None:
        mine = poster.OdooPoster(wire(odoo, key))
        for number in range(5):
            try:
                mine.post(note(record, f"m:4:{number}"))
            except ErpRefusedError as error:
                faults.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(bodies(odoo, record)) == 5
    assert odoo.sql("SELECT count(*) FROM triage_advisory WHERE key LIKE 'm:4:%'") == "5"


def test_the_doctor_finds_everything_refused(odoo: server.Odoo, key: str) -> None:
    results = doctor.examine(wire(odoo, key, purpose=allowed.Purpose.PROBE))
    assert [item for item in results if item.verdict != doctor.REFUSED] == []


def test_a_buyer_can_open_every_view_and_press_every_button(odoo: server.Odoo, key: str) -> None:
    buyer, model = odoo.key("buyer"), "triage.advisory"
    poster.OdooPoster(wire(odoo, key)).post(replace(note(order(odoo, "P00007"), "m:3"), priority="urgent"))
    menus = odoo.call(buyer, "ir.ui.menu", "load_web_menus", debug=False)
    assert "Advisories" in {item["name"] for item in menus.values()}  # type: ignore[attr-defined]
    kinds = ["list", "kanban", "graph", "form", "search"]
    told = odoo.call(buyer, model, "get_views", views=[[False, kind] for kind in kinds])
    views = told["views"]  # type: ignore[index]
    assert set(views) == set(kinds)
    fields = set(odoo.call(buyer, model, "fields_get", attributes=["type"]))  # type: ignore[call-overload]
    for kind, view in views.items():
        tree = ElementTree.fromstring(view["arch"])
        own = [item for item in tree.iter("field") if item.get("name") != "feedback_ids"]
        assert own, kind
        assert {item.get("name") for item in own} <= fields | {"at", "user_id"}, kind
    form = ElementTree.fromstring(views["form"]["arch"])
    buttons = [item.get("name") for item in form.iter("button") if str(item.get("name")).startswith("action_")]
    assert len(buttons) == 6
    (found,) = odoo.call(buyer, model, "search", domain=[("key", "=", "m:3")])  # type: ignore[misc]
    state = "SELECT state, write_date FROM purchase_order WHERE name = 'P00007'"
    before = odoo.sql(state)
    for button in buttons:
        odoo.call(buyer, model, str(button), ids=[found])
    assert odoo.sql(f"SELECT count(DISTINCT decision) FROM triage_advisory_feedback WHERE advisory_id = {found}") == "6"
    assert odoo.sql(state) == before
    asked = {"domain": [], "groupby": ["priority"], "aggregates": ["__count"],
             "context": {"read_group_expand": True}}  # fmt: skip
    columns = odoo.call(buyer, model, "web_read_group", **asked)
    assert [item["priority"] for item in columns["groups"]] == ["urgent", "high", "normal", "low"]  # type: ignore[index]


def test_who_works_in_another_company_sees_none_of_it(odoo: server.Odoo, key: str) -> None:
    odoo.shell(
        "company = env['res.company'].search([('name', '=', 'Southwind Trading')])\n"
        "groups = [env.ref('base.group_user').id, env.ref('purchase.group_purchase_user').id]\n"
        "env['res.users'].create({'name': 'Sue South', 'login': 'south', 'company_id': company.id,\n"
        "  'company_ids': [(6, 0, [company.id])], 'group_ids': [(6, 0, groups)]})\n"
        "env.cr.commit()\nprint('ANSWERdone')"
    )
    leave = poster.OdooPoster(wire(odoo, key))
    leave.post(note(order(odoo, "P00001"), "m:north"))
    leave.post(note(order(odoo, "P00009"), "m:south"))
    asked = {"domain": [("key", "in", ["m:north", "m:south"])], "fields": ["key"]}
    seen = odoo.call(odoo.key("south"), "triage.advisory", "search_read", **asked)
    assert [item["key"] for item in seen] == ["m:south"]  # type: ignore[attr-defined]
    notes = {"domain": [("body", "ilike", "late"), ("model", "=", "purchase.order")], "fields": ["res_id"]}
    found = odoo.call(odoo.key("south"), "mail.message", "search_read", **notes)
    assert {item["res_id"] for item in found} == {order(odoo, "P00009").id}  # type: ignore[attr-defined]


def test_another_company_s_advisory_carries_it(odoo: server.Odoo, key: str, tmp_path: Path) -> None:
    poster.OdooPoster(wire(odoo, key)).post(note(order(odoo, "P00009"), "m:9"))
    name = odoo.sql(
        "SELECT c.name FROM triage_advisory a JOIN res_company c ON c.id = a.company_id WHERE a.key = 'm:9'"
    )
    assert name == "Southwind Trading"


def test_of_the_books_the_service_reads_suppliers_bills_alone(odoo: server.Odoo, key: str) -> None:
    service = wire(odoo, key)
    asked = {"domain": [], "fields": ["move_type"], "limit": 500}
    assert {row["move_type"] for row in service.call("account.move", "search_read", asked)} == {"in_invoice"}
    seen = live.LiveErp(service, now=lambda: datetime(2026, 12, 24, 9, tzinfo=UTC)).watched()
    found = watch.findings(seen, policy_file.load_policy())
    billed = [item for item in found if item.type.value == "invoice_mismatch"]
    assert [(item.order and item.order.name, item.percent) for item in billed] == [("P00010", Decimal("20.0"))]
