"""Our client against a real Odoo: set up, read, post, and be refused."""

import json
import threading
import urllib.error
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import server

from triage import cli
from triage.advisors import policy_file
from triage.classifiers import watch
from triage.domain.erp import RecordRef
from triage.domain.posting import Left, Note
from triage.erp.odoo import (
    action,
    allowed,
    audit,
    command,
    doctor,
    live,
    poster,
    posting,
    setup,
    slowly,
    standing,
    tables,
)
from triage.erp.odoo.wire import Address, Wire
from triage.erp.snapshot import SnapshotErp
from triage.errors import ErpRefusedError, ForbiddenCallError


def wire(odoo: server.Odoo, key: str, login: str = "", protocol: str = "json2", **more: object) -> Wire:
    address = Address(url=odoo.url, database=odoo.database, key=key, login=login, protocol=protocol, calls_a_second=500)
    return Wire(address, **{"audit": None, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def admin(odoo: server.Odoo) -> Wire:
    return wire(odoo, odoo.key("admin"), purpose=allowed.Purpose.SETUP)


@pytest.fixture(scope="session")
def made(admin: Wire) -> setup.Made:
    return setup.Setup(admin, dry_run=False, tell=lambda text: None, server_action=True).make()


@pytest.fixture(scope="session")
def key(odoo: server.Odoo, made: setup.Made) -> str:
    return odoo.key("triage-service")


@pytest.fixture(params=["json2", "xmlrpc"])
def service(request: pytest.FixtureRequest, odoo: server.Odoo, made: setup.Made, key: str) -> Iterator[Wire]:
    found = wire(odoo, key, "triage-service", request.param, action_id=made.action_id)
    yield found
    found.close()


def order(odoo: server.Odoo, name: str = "P00001") -> RecordRef:
    return RecordRef(
        model="purchase.order", id=int(odoo.sql(f"SELECT id FROM purchase_order WHERE name = '{name}'")), name=name
    )


def note(record: RecordRef, key: str, body: str = "<p>Line 1 comes later</p>", assignee: int = server.BUYER) -> Note:
    return Note(
        key=key, record=record, headline="Late by 9 days", body_html=body, digest=audit.digest(body), assignee=assignee,
        act_by=datetime(2026, 12, 1, 9, tzinfo=UTC),
    )  # fmt: skip


def notes(odoo: server.Odoo, record: RecordRef) -> list[str]:
    """Bodies of the notes in a record's chatter that the service left."""
    return odoo.sql(
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m "
        "JOIN ir_model_data d ON d.res_id = m.id AND d.module = 'triage_advice' "
        f"WHERE m.model = '{record.model}' AND m.res_id = {record.id} ORDER BY m.id"
    ).splitlines()


def test_a_dry_run_shows_and_changes_nothing_and_a_second_run_finds_all_done(
    admin: Wire, made: setup.Made, odoo: server.Odoo
) -> None:
    told: list[str] = []
    again = setup.Setup(admin, dry_run=False, tell=told.append, server_action=True).make()
    assert (again.changes, told) == (0, [])
    assert again.action_id == made.action_id
    removal = setup.Setup(admin, dry_run=True, tell=told.append)
    assert removal.remove() > 10
    assert odoo.sql("SELECT count(*) FROM res_users WHERE login = 'triage-service'") == "1"
    assert odoo.sql("SELECT share FROM res_users WHERE login = 'triage-service'") == "t"


def test_the_live_view_and_a_snapshot_of_the_same_records_agree(service: Wire, odoo: server.Odoo) -> None:
    erp = live.LiveErp(service, now=lambda: datetime(2026, 11, 21, 9, tzinfo=UTC))
    book = erp.order_book(sender="orders@alder.example", text="Your order P00001 and PO 00002 will be late")
    assert {"P00001", "P00002"} <= {item.name for item in book.orders}
    assert book.sender_known_by == "address"
    first = next(item for item in book.orders if item.name == "P00001")
    (line,) = first.lines
    assert (line.product_code, line.supplier_codes, line.quantity, line.price) == (
        "FIT-001", ("AL-100",), Decimal(10), Decimal("2.5"),
    )  # fmt: skip
    assert str(line.due) == "2026-12-04"
    assert first.company.name == "Northwind Trading"
    assert first.buyer is not None  # though users can't be read
    assert (first.buyer.name, first.buyer.email) == ("Bea Buyer", "bea@northwind.example")
    assert "bea@northwind.example" in book.own_addresses
    assert erp.order_book(sender="bea@northwind.example", text="see P00001").senders == ()
    assert {item.name for item in erp.order_book(sender="", text="about P00007 only").orders} == {"P00007"}
    assert erp.order_book(sender="nobody@elsewhere.example", text="hello").orders == ()
    product = line.product_id
    assert product is not None
    supply = erp.supply([product])
    assert sum(item.quantity for item in supply.demand) == 15
    assert sum(item.quantity for item in supply.incoming) >= 60
    assert ("AL-100", "Alder Fittings") in {(price.code, partner.name) for price, partner in erp.offers([product])}
    assert erp.version.startswith("19")
    assert isinstance(erp._view({}), SnapshotErp)


def test_a_recorded_snapshot_answers_like_the_odoo_it_was_taken_from(service: Wire, tmp_path: Path) -> None:
    out, hidden = tmp_path / "erp.json", tmp_path / "hidden.json"
    assert command.take_snapshot(service, out, days=3650, secret=None) == 0
    assert command.take_snapshot(service, hidden, days=3650, secret=b"s" * 32) == 0
    assert out.stat().st_mode & 0o077 == 0
    recorded = SnapshotErp(out)
    erp = live.LiveErp(service, now=lambda: recorded.now)
    asked: dict[str, str] = {"sender": "orders@alder.example", "text": "Your order P00001 and PO 00002 will be late"}
    book = recorded.order_book(**asked)
    seen = erp.order_book(**asked)
    assert (book.orders, book.senders, book.supplier_products) == (seen.orders, seen.senders, seen.supplier_products)
    products = [item.id for item in book.products]
    assert sorted(map(repr, recorded.offers(products))) == sorted(map(repr, erp.offers(products)))
    one, other = recorded.supply(products), erp.supply(products)
    assert sorted(map(repr, one.stock)) == sorted(map(repr, other.stock))
    assert sorted(map(repr, one.demand)) == sorted(map(repr, other.demand))
    assert sorted(map(repr, one.incoming)) == sorted(map(repr, other.incoming))
    text = hidden.read_text()
    assert [word for word in ("Alder", "alder", "FIT-001", "AL-100", "P00001", "Northwind") if word in text] == []
    assert len(SnapshotErp(hidden)._orders) == len(recorded._orders) > 5


def test_a_scan_sees_orders_stock_and_customers(service: Wire) -> None:
    seen = live.LiveErp(service, now=lambda: datetime(2026, 12, 24, 9, tzinfo=UTC)).watched()
    assert {"P00001", "P00008", "P00009"} <= {item.name for item in seen.orders}
    assert sum(item.quantity for item in seen.supply.demand) == 15
    found = watch.findings(seen, policy_file.load_policy())
    assert ("overdue_receipt", "P00001") in {(item.type.value, item.order and item.order.name) for item in found}
    assert "stock_risk" in {item.type.value for item in found}
    assert [(item.quantity, item.price) for item in seen.bills] == [(Decimal(10), Decimal(3))]
    came = [fact.line for fact in seen.receipts if fact.supplier == "Birch Supplies" and fact.received_on is not None]
    assert len(came) == 1


def test_a_message_costs_a_constant_number_of_calls(odoo: server.Odoo, made: setup.Made, key: str) -> None:
    one = wire(odoo, key, action_id=made.action_id)
    erp = live.LiveErp(one)
    erp.order_book(sender="orders@alder.example", text="P00001")
    for text in ("P00001", "P00001 P00002 P00003 P00004 P00005 P00006 P00007"):
        before = one.calls
        erp.order_book(sender="orders@alder.example", text=text)
        assert one.calls - before == 5


def test_a_note_is_left_once_brought_up_to_date_in_place_and_has_an_activity(service: Wire, odoo: server.Odoo) -> None:
    record = order(odoo, "P00002" if service.address.protocol == "json2" else "P00003")
    leave = poster.OdooPoster(service)
    mails = odoo.sql("SELECT count(*) FROM mail_mail")
    first = leave.post(note(record, "purchase.order:2"))
    assert leave.post(note(record, "purchase.order:2")) == first
    leave.post(
        note(record, "purchase.order:2", "<p>Line 1 comes <b>even</b> later</p><img src='https://t.example/x.png'>")
    )
    (body,) = notes(odoo, record)
    assert "even" in body
    assert "img" not in body
    mine = f"res_model = 'purchase.order' AND res_id = {record.id} AND summary = 'Late by 9 days'"
    assert odoo.sql(f"SELECT count(*) FROM mail_activity WHERE {mine}") == "1"
    assert odoo.sql("SELECT count(*) FROM mail_mail") == mails
    assert odoo.sql(f"SELECT state FROM purchase_order WHERE id = {record.id}") == "purchase"


def test_an_old_order_that_is_named_is_found_among_many_open_ones(
    service: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_MOST_ORDERS", 3)
    erp = live.LiveErp(service)
    names = {item.name for item in erp.order_book(sender="orders@alder.example", text="P00001 is late").orders}
    assert names == {"P00001", "P00005", "P00006", "P00009"}


def test_a_note_about_no_order_stands_at_its_supplier(service: Wire, odoo: server.Odoo) -> None:
    number = int(odoo.sql("SELECT id FROM res_partner WHERE name = 'Birch Supplies'"))
    record = RecordRef(model="res.partner", id=number, name="Birch Supplies")
    told = note(record, f"message:{service.address.protocol}")
    before = notes(odoo, record)
    leave = poster.OdooPoster(service)
    leave.post(told)
    leave.post(told)
    assert len(notes(odoo, record)) == len(before) + 1
    (left,) = [Left(key=told.key, record=record, digest=told.digest)]
    assert standing.Standing(service).missing([left]) == ()
    elsewhere = replace(left, record=order(odoo, "P00002"))
    assert standing.Standing(service).missing([elsewhere]) == (told.key,)


def test_only_what_was_written_since_the_last_look_is_read_again(
    odoo: server.Odoo, service: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowly, "_KEPT", 0.0)
    monkeypatch.setattr(slowly, "_OVERLAP", timedelta(0))
    number = service.address.protocol
    stays, comes = f"info@old-{number}.example", f"info@new-{number}.example"
    admin = odoo.key("admin")
    (partner,) = odoo.call(  # type: ignore[misc]  one that is no supplier yet, long known
        admin, "res.partner", "create", vals_list=[{"name": "Dogwood", "email": stays, "is_company": True}]
    )
    odoo.sql("UPDATE res_partner SET write_date = write_date - interval '1 day'")
    erp, read = live.LiveErp(service), list[int]()

    def known(sender: str) -> list[str]:
        return [item.name for item in erp.order_book(sender=sender, text="").senders]

    rows = tables.Reader.rows
    assert known("orders@alder.example") == ["Alder Fittings"]
    assert known(stays) == []

    def counted(self, model, domain, **more):  # type: ignore[no-untyped-def]
        found = rows(self, model, domain, **more)
        read.append(len(found) if model == "res.partner" else 0)
        return found

    monkeypatch.setattr(tables.Reader, "rows", counted)
    assert known("orders@alder.example") == ["Alder Fittings"]
    assert sum(read) == 0
    made = {"partner_id": partner, "company_id": 1}
    odoo.call(admin, "purchase.order", "create", vals_list=[made])
    assert known(stays) == ["Dogwood"]
    odoo.call(admin, "res.partner", "write", ids=[partner], vals={"email": comes})
    assert (known(comes), known(stays)) == (["Dogwood"], [])


def test_an_activity_follows_its_situation(service: Wire, odoo: server.Odoo) -> None:
    record = order(odoo, "P00010" if service.address.protocol == "json2" else "P00008")
    todo = (
        "SELECT summary, date_deadline, active FROM mail_activity "
        f"WHERE res_model = 'purchase.order' AND res_id = {record.id} ORDER BY id"
    )
    leave = poster.OdooPoster(service)
    first = note(record, f"follows:{record.id}")
    leave.post(first)
    assert odoo.sql(todo) == "Late by 9 days|2026-12-01|t"
    news = replace(first, headline="Late by 19 days", digest="n" * 64, act_by=datetime(2026, 11, 25, 9, tzinfo=UTC))
    leave.post(news)
    assert odoo.sql(todo) == "Late by 19 days|2026-11-25|t"
    odoo.sql(f"UPDATE mail_activity SET active = false WHERE res_model = 'purchase.order' AND res_id = {record.id}")
    leave.post(news)  # the answer was lost, say: what a person closed stays closed
    assert odoo.sql(todo).splitlines() == ["Late by 19 days|2026-11-25|f"]
    leave.post(replace(first, headline="Late by 29 days", digest="m" * 64))
    assert odoo.sql(todo).splitlines()[1:] == ["Late by 29 days|2026-12-01|t"]
    leave.post(replace(first, body_html="<p>over</p>", digest="o" * 64, settled=True))
    assert odoo.sql(todo).splitlines() == ["Late by 19 days|2026-11-25|f"]


def test_a_key_with_blanks_leaves_one_note_too(service: Wire, odoo: server.Odoo) -> None:
    record = order(odoo, "P00007" if service.address.protocol == "json2" else "P00009")
    before = len(notes(odoo, record))
    leave = poster.OdooPoster(service)
    first = leave.post(note(record, "a message without order 5"))
    assert leave.post(note(record, "a message without order 5")) == first
    assert len(notes(odoo, record)) == before + 1


def test_eight_at_once_leave_one_note_a_key(odoo: server.Odoo, made: setup.Made, key: str) -> None:
    record = order(odoo, "P00004")

    def run() -> None:
        mine = wire(odoo, key, action_id=made.action_id)
        for number in range(5):
            poster.OdooPoster(mine).post(note(record, f"situation:{number}"))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes(odoo, record)) == 5


def test_the_doctor_finds_everything_refused_and_an_administrator_with_too_much(
    odoo: server.Odoo, made: setup.Made, key: str
) -> None:
    states = odoo.sql("SELECT id, state, write_date FROM purchase_order ORDER BY id")
    results = doctor.examine(wire(odoo, key, "triage-service", purpose=allowed.Purpose.PROBE))
    assert [item for item in results if item.verdict != doctor.REFUSED] == []
    assert len(results) > 50
    too_much = doctor.examine(wire(odoo, odoo.key("admin"), purpose=allowed.Purpose.PROBE))
    assert sum(item.verdict == doctor.OPEN for item in too_much) > 20
    assert odoo.sql("SELECT id, state, write_date FROM purchase_order ORDER BY id") == states


def test_what_the_guard_refuses_never_reaches_odoo(
    odoo: server.Odoo, made: setup.Made, key: str, tmp_path: Path
) -> None:
    log = audit.AuditLog(tmp_path / "calls.jsonl")
    mine = wire(odoo, key, action_id=made.action_id, audit=log)
    for model, method, ids in (
        ("purchase.order", "button_confirm", [1]),
        ("purchase.order", "write", [1]),
        ("stock.rule", "run_scheduler", []),
        ("purchase.order", "get_portal_url", [1]),
        ("ir.actions.server", "run", [made.action_id + 1]),
        ("res.users", "search_read_and_more", []),
    ):
        with pytest.raises(ForbiddenCallError):
            mine.call(model, method, ids=ids)
    assert not log.path.exists()
    with pytest.raises(ForbiddenCallError):
        mine.call(*allowed.RUN, ids=[made.action_id], context={"active_model": "res.users", "active_id": 2})


def test_odoo_itself_refuses_a_stolen_key(odoo: server.Odoo, made: setup.Made, key: str, monkeypatch) -> None:
    """Without our guard: the rights alone must hold."""
    monkeypatch.setattr(allowed, "check", lambda *given, **more: None)
    mine = wire(odoo, key)
    record = order(odoo, "P00005")
    before = odoo.sql(f"SELECT state, partner_id, write_date FROM purchase_order WHERE id = {record.id}")
    for method, arguments in (
        ("button_cancel", {}),
        ("write", {"vals": {"partner_ref": "x"}}),
        ("unlink", {}),
        ("message_post", {"body": "x"}),
    ):
        with pytest.raises(ErpRefusedError):
            mine.call("purchase.order", method, arguments, ids=[record.id])
    with pytest.raises(ErpRefusedError):
        mine.call("res.partner.bank", "search_read", {"domain": [], "fields": ["acc_number"]})
    assert odoo.sql(f"SELECT state, partner_id, write_date FROM purchase_order WHERE id = {record.id}") == before


def test_the_action_takes_no_more_than_it_should(odoo: server.Odoo, made: setup.Made, key: str) -> None:
    mine = wire(odoo, key, action_id=made.action_id)
    record = order(odoo, "P00006")
    context = {"active_model": "purchase.order", "active_id": record.id}
    for told in ({}, {"key": "k"}, {"key": "k", "body": "b", "partner_ids": [1]}, {"key": "k" * 300, "body": "b"}):
        with pytest.raises(ErpRefusedError):
            mine.call(*allowed.RUN, ids=[made.action_id], context={**context, "triage": told})
    for model in ("res.users", "sale.order", "stock.warehouse"):
        body = {"context": {"active_model": model, "active_id": 1, "triage": {"key": "k", "body": "b"}}}
        with pytest.raises(urllib.error.HTTPError) as refused:  # past our guard, by whoever has the key
            odoo.call(key, "ir.actions.server", "run", ids=[made.action_id], **body)
        assert refused.value.code == 422
    assert notes(odoo, record) == []


def test_the_doctors_command_prints_and_exits(
    odoo: server.Odoo, made: setup.Made, key: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    for name, value in (
        ("URL", odoo.url), ("DATABASE", odoo.database), ("KEY", key), ("ACTION", str(made.action_id)),
        ("AUDIT", str(tmp_path / "calls.jsonl")), ("RATE", "500"),
    ):  # fmt: skip
        monkeypatch.setenv(f"TRIAGE_ODOO_{name}", value)
    assert cli.main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["not_refused"] == 0
    assert told["version"].startswith("19")
    assert told["posting"].startswith(f"server action {made.action_id} (our module is there too")
    assert told["missing"] == []
    assert abs(told["clock_difference_s"]) < 30
    assert cli.main(["audit", "verify"]) == 0
    assert "the chain holds" in capsys.readouterr().out
    assert key not in (tmp_path / "calls.jsonl").read_text()


def test_what_is_missing_for_posting_is_told(odoo: server.Odoo, made: setup.Made, key: str) -> None:
    def way(who: str, **more: object) -> posting.Way:
        return posting.way(wire(odoo, who, **more), wire(odoo, who, purpose=allowed.Purpose.PROBE))

    assert way(key, action_id=made.action_id).missing == ()
    (reason,) = way(key, action_id=(made.action_id or 0) + 1000).missing
    assert "triage odoo setup" in reason
    older = f"UPDATE ir_act_server SET code = replace(code, '{action.VERSION}', 'older') WHERE id = {made.action_id}"
    odoo.sql(older)
    (reason,) = way(key, action_id=made.action_id).missing
    assert "older version" in reason
    odoo.sql(f"UPDATE ir_act_server SET code = replace(code, 'older', '{action.VERSION}') WHERE id = {made.action_id}")
    assert way(key, action_id=made.action_id).missing == ()
    (reason,) = way(odoo.key("buyer")).missing
    assert "may not leave advisories" in reason
    (reason,) = way(odoo.key("buyer"), action_id=made.action_id).missing
    assert "can't be called" in reason


def test_another_company_s_orders_keep_their_company(service: Wire) -> None:
    erp = live.LiveErp(service)
    (found,) = erp.order_book(sender="", text="P00009").orders
    assert found.company.name == "Southwind Trading"


def test_wrong_keys_and_databases_are_told_in_words(odoo: server.Odoo) -> None:
    with pytest.raises(ErpRefusedError, match="does not know"):
        wire(odoo, "0" * 40).call("res.company", "search_count", {"domain": []})
    wrong = wire(odoo, "0" * 40, "nobody", "xmlrpc")
    with pytest.raises(ErpRefusedError, match="does not know"):
        wrong.call("res.company", "search_count", {"domain": []})
    elsewhere = Wire(replace(wrong.address, protocol="json2", database="nowhere"), audit=None)
    with pytest.raises(ErpRefusedError):
        elsewhere.call("res.company", "search_count", {"domain": []})


def test_removal_takes_all_away(odoo: server.Odoo, admin: Wire, made: setup.Made) -> None:
    told: list[str] = []
    setup.Setup(admin, dry_run=False, tell=told.append).remove()
    assert odoo.sql("SELECT count(*) FROM res_users WHERE login = 'triage-service'") == "0"
    assert odoo.sql("SELECT count(*) FROM ir_model_access WHERE name LIKE 'Triage service: purchase%'") == "0"
    assert odoo.sql("SELECT count(*) FROM ir_act_server WHERE name->>'en_US' = 'Triage: leave an advisory'") == "0"
