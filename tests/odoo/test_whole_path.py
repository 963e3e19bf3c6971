"""A mail comes in, a note stands in Odoo's chatter; a second run and an answer that got lost leave one note."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
import server

from triage import bootstrap, cli, settings
from triage.erp.odoo import allowed, setup, wire
from triage.errors import ErpUnavailableError
from triage.tasks import work


def mail(text: str, number: int = 1) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "orders@alder.example", "purchasing@northwind.example"
    message["Subject"], message["Date"] = "Delivery date", "Mon, 16 Nov 2026 09:00:00 +0100"
    message["Message-ID"] = f"<{number}@alder.example>"
    message.set_content(text)
    return message.as_bytes()


@pytest.fixture(scope="module")
def made(odoo: server.Odoo) -> setup.Made:
    address = wire.Address(url=odoo.url, database=odoo.database, key=odoo.key("admin"), calls_a_second=500)
    admin = wire.Wire(address, audit=None, purpose=allowed.Purpose.SETUP)
    return setup.Setup(admin, dry_run=False, tell=lambda text: None, server_action=True).make()


@pytest.fixture
def configured(odoo: server.Odoo, made: setup.Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("ODOO_URL", odoo.url), ("ODOO_DATABASE", odoo.database), ("ODOO_KEY", odoo.key("triage-service")),
        ("ODOO_ACTION", str(made.action_id)), ("ODOO_AUDIT", str(tmp_path / "calls.jsonl")), ("ODOO_RATE", "500"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/t.db"), ("MODE", "rules"), ("RETRY_DELAY", "0"),
    ):  # fmt: skip
        monkeypatch.setenv(f"TRIAGE_{name}", value)


def order_id(odoo: server.Odoo, name: str) -> int:
    return int(odoo.sql(f"SELECT id FROM purchase_order WHERE name = '{name}'"))


def notes(odoo: server.Odoo, name: str) -> list[str]:
    found = odoo.sql(
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m "
        "JOIN ir_model_data d ON d.res_id = m.id AND d.module = 'triage_advice' "
        f"WHERE m.model = 'purchase.order' AND m.res_id = {order_id(odoo, name)}"
    )
    return found.splitlines()


def test_a_mail_becomes_a_note_on_its_order(odoo: server.Odoo, configured: None, tmp_path: Path, capsys) -> None:
    path = tmp_path / "answer.eml"
    path.write_bytes(mail("Hello,\n\nFIT-001 on P00001 will be delivered on 14 December 2026 instead of 4 December.\n"))
    assert cli.main(["ingest", str(path)]) == 0
    (body,) = notes(odoo, "P00001")
    assert "Dec 14, 2026" in body
    assert "10" in re.sub(r"<[^>]+>", " ", body)
    assert "buyer Bea Buyer" in body
    place = f"a.res_model = 'purchase.order' AND a.res_id = {order_id(odoo, 'P00001')}"
    told = f"SELECT u.login, a.summary FROM mail_activity a JOIN res_users u ON u.id = a.user_id WHERE {place}"
    assert "buyer|P00001: delay notice: late delivery by 10 days" in odoo.sql(told).splitlines()
    assert cli.main(["ingest", str(path), "--again"]) == 0
    assert len(notes(odoo, "P00001")) == 1
    state = odoo.sql(f"SELECT state FROM purchase_order WHERE id = {order_id(odoo, 'P00001')}")
    assert state == "purchase"


def test_a_mail_about_no_order_becomes_a_note_at_its_supplier(
    odoo: server.Odoo, configured: None, tmp_path: Path, capsys
) -> None:
    path = tmp_path / "bank.eml"
    path.write_bytes(mail("Our bank details have changed. New IBAN: DE02120300000000202051\n", 3))
    assert cli.main(["ingest", str(path)]) == 0
    (body,) = odoo.sql(
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id "
        "JOIN res_partner p ON p.id = m.res_id AND m.model = 'res.partner' "
        "WHERE u.login = 'triage-service' AND p.name = 'Alder Fittings' AND m.body LIKE '%bank details%'"
    ).splitlines()
    assert "0202051" not in body


def test_an_answer_that_got_lost_leaves_one_note(
    odoo: server.Odoo, configured: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Odoo acted, and the answer never came: the note is tried again and is not doubled."""
    services = bootstrap.services(settings.load())
    working = work.of(services)
    raw = mail("FIT-001 on P00005 will be delivered on 18 December 2026 instead of 4 December.\n", 2)
    message_id = services.intake.accept(raw, door="upload").message_id
    stored = work.read(working, message_id)
    assert stored is not None
    assert stored.outbox_id is not None
    send = wire.Wire._send
    lost = []

    def losing(self, verb, path, body, headers):
        answer = send(self, verb, path, body, headers)
        if path.endswith("ir.actions.server/run") and not lost:
            lost.append(answer)
            raise ErpUnavailableError("the answer was lost")
        return answer

    monkeypatch.setattr(wire.Wire, "_send", losing)
    assert work.post(working, stored.outbox_id) is False
    assert len(notes(odoo, "P00005")) == 1
    assert work.post(working, stored.outbox_id) is True
    assert len(notes(odoo, "P00005")) == 1
    assert lost
