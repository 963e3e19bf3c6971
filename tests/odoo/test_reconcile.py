"""What is missing or has moved on between us and Odoo is found, mended or queued, and told."""

import json

import pytest
import server
from mails import mail

from triage import bootstrap, cli
from triage.erp.odoo import allowed, poster, setup, wire
from triage.store import inbox, looks, queue
from triage.tasks import odoo_commands, odoo_looks
from triage.tasks import work as working

LATE = "FIT-001 on {order} will be delivered on {day} December 2026 instead of 4 December.\n"


def told(services: bootstrap.Services, order: str, number: int, day: int = 14) -> str:
    """A supplier is late; the note stands in Odoo. Returns the situation's key."""
    message_id = services.intake.accept(mail(LATE.format(order=order, day=day), number), door="upload").message_id
    odoo_commands.read(services, (message_id,))
    assert inbox.states(services.store, [message_id])[message_id] is inbox.State.POSTED
    return queue.keys_of(services.store, [message_id])[message_id]


def reconciled(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    capsys.readouterr()
    assert cli.main(["odoo", "reconcile", "--json", *options]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def state(services: bootstrap.Services, key: str) -> str:
    found = queue.detail(services.store, key)
    assert found is not None
    return found.entry.state


def notes(odoo: server.Odoo, order: str) -> list[str]:
    """Bodies of the service's notes on an order, however they were left."""
    return odoo.sql(
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id "
        "JOIN purchase_order o ON o.id = m.res_id "
        f"WHERE u.login = 'triage-service' AND o.name = '{order}' ORDER BY m.id"
    ).splitlines()


def copy_order(odoo: server.Odoo, admin_key: str, name: str) -> str:
    """A confirmed order of its own, like another one."""
    number = int(odoo.sql(f"SELECT id FROM purchase_order WHERE name = '{name}'"))
    made = odoo.call(admin_key, "purchase.order", "copy", ids=[number])
    assert isinstance(made, list)
    lines = [int(row) for row in odoo.sql(f"SELECT id FROM purchase_order_line WHERE order_id = {made[0]}").split()]
    odoo.call(admin_key, "purchase.order.line", "write", ids=lines, vals={"date_planned": "2026-12-04 12:00:00"})
    odoo.call(admin_key, "purchase.order", "button_confirm", ids=made)
    return odoo.sql(f"SELECT name FROM purchase_order WHERE id = {made[0]}")


def test_nothing_is_done_where_all_is_well(
    odoo: server.Odoo, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    key = told(services, "P00001", 301)
    before = notes(odoo, "P00001")
    found = reconciled(capsys)
    assert {name: value for name, value in found.items() if value} == {}
    assert (state(services, key), notes(odoo, "P00001")) == ("open", before)


def test_a_mail_that_every_look_missed_is_found(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    number = odoo.receive(admin_key, "P00003", mail("We confirm P00003.\n", 311))
    odoo.sql(f"UPDATE mail_message SET create_date = create_date - interval '70 hours' WHERE id = {number}")
    assert odoo_looks.look(services).message_ids == ()
    (message_id,) = reconciled(capsys)["missed_mails"]  # type: ignore[misc]
    assert inbox.states(services.store, [message_id])[message_id] in inbox.FINAL
    assert reconciled(capsys)["missed_mails"] == []


#: What an administrator may do to our note. Odoo's pages empty what is deleted there.
HARMS = {
    "gone": "note.unlink()",
    "deleted in the pages": "order._message_update_content(note, body='')",
    "changed": "note.body = '<p>All fine</p>'",
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("way", ["module", "server action"])
def test_a_note_that_is_gone_or_changed_is_put_back(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, way: str, harm: str,
) -> None:  # fmt: skip
    order = copy_order(odoo, admin_key, "P00001")
    if way == "server action":
        address = wire.Address(url=odoo.url, database=odoo.database, key=admin_key, calls_a_second=500)
        maker = wire.Wire(address, audit=None, purpose=allowed.Purpose.SETUP)
        made = setup.Setup(maker, dry_run=False, tell=lambda text: None, server_action=True).make()
        monkeypatch.setenv("TRIAGE_ODOO_ACTION", str(made.action_id))
        settings = services.settings.model_copy(update={"odoo_action": made.action_id})
        services = bootstrap.services(settings)
        assert isinstance(services.poster, poster.OdooPoster)
    told(services, order, 380 + 10 * list(HARMS).index(harm) + (way == "module"))
    assert reconciled(capsys)["notes_put_back"] == []
    before = notes(odoo, order)
    assert len(before) == 1
    odoo.shell(
        f"order = env['purchase.order'].search([('name', '=', '{order}')])\n"
        "note = order.message_ids.filtered(lambda m: m.author_id.name == 'Triage service')\n"
        f"{HARMS[harm]}\nenv.cr.commit()\nprint('ANSWERdone')"
    )
    harmed = notes(odoo, order)
    assert harmed != before
    assert reconciled(capsys, "--dry-run")["notes_put_back"] == [order]
    assert notes(odoo, order) == harmed
    assert reconciled(capsys)["notes_put_back"] == [order]
    assert notes(odoo, order) == before
    assert reconciled(capsys)["notes_put_back"] == []


def test_a_note_that_was_given_up_while_odoo_was_down_is_left_later(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    order = copy_order(odoo, admin_key, "P00001")
    key = told(services, order, 341)
    with services.store.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'failed', attempts = 3")
        connection.exec_driver_sql("UPDATE messages SET state = 'failed', step = 'posting' WHERE door = 'upload'")
    found = reconciled(capsys)
    assert found["notes_tried_again"] == [order]
    assert len(notes(odoo, order)) == 1
    assert [item for item in queue.failures(services.store) if item.door == "upload"] == []
    assert state(services, key) == "open"


def test_an_order_that_was_cancelled_closes_its_matter(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    order = copy_order(odoo, admin_key, "P00001")
    key = told(services, order, 351)
    number = int(odoo.sql(f"SELECT id FROM purchase_order WHERE name = '{order}'"))
    odoo.call(admin_key, "purchase.order", "button_cancel", ids=[number])
    (settled,) = reconciled(capsys)["settled"]  # type: ignore[misc]
    assert settled["order"] == order
    assert state(services, key) == "done"
    (body,) = notes(odoo, order)
    assert "was cancelled after this was told" in body
    assert odoo.sql(f"SELECT open FROM triage_advisory WHERE key = '{key}'") == "f"
    assert reconciled(capsys)["settled"] == []
    told(services, order, 352, day=30)  # who writes about it now does not know: that is news
    assert state(services, key) == "open"
    assert reconciled(capsys)["settled"] == []


def test_goods_that_have_come_close_a_delay(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    order = copy_order(odoo, admin_key, "P00001")
    key = told(services, order, 361)
    odoo.shell(
        f"receipt = env['purchase.order'].search([('name', '=', '{order}')]).picking_ids\n"
        "for move in receipt.move_ids:\n    move.quantity = move.product_uom_qty\n    move.picked = True\n\n"
        "receipt.button_validate()\nenv.cr.commit()\nprint('ANSWERdone')"
    )
    (settled,) = reconciled(capsys)["settled"]  # type: ignore[misc]
    assert "have come" in settled["why"]
    assert state(services, key) == "done"


def test_an_order_that_was_changed_has_its_messages_read_again(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    order = copy_order(odoo, admin_key, "P00001")
    key = told(services, order, 371)
    line = int(
        odoo.sql(
            "SELECT l.id FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id "
            f"WHERE o.name = '{order}'"
        )
    )
    odoo.call(admin_key, "purchase.order.line", "write", ids=[line], vals={"date_planned": "2026-12-14 12:00:00"})
    (again,) = reconciled(capsys)["read_again"]  # type: ignore[misc]
    assert again["order"] == order
    found = queue.detail(services.store, key)
    assert found is not None
    assert found.entry.deviations == 0  # the buyer took the new day into the order
    (body,) = notes(odoo, order)
    assert "late" not in body.lower()
    assert reconciled(capsys)["read_again"] == []
    assert looks.looked_at(services.store, looks.CHATTER) is not None


def test_a_day_that_changes_nothing_of_the_order_itself_is_seen(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Odoo stamps the order only where its first day or its total changed."""
    order = copy_order(odoo, admin_key, "P00001")
    number, product = odoo.sql(
        "SELECT o.id, l.product_id FROM purchase_order o JOIN purchase_order_line l ON l.order_id = o.id "
        f"WHERE o.name = '{order}'"
    ).split("|")
    later = {"order_id": int(number), "product_id": int(product), "date_planned": "2026-12-20 12:00:00"}
    made = odoo.call(admin_key, "purchase.order.line", "create", vals_list=[{**later, "product_qty": 3}])
    told(services, order, 391)
    assert reconciled(capsys)["read_again"] == []
    odoo.call(admin_key, "purchase.order.line", "write", ids=made, vals={"date_planned": "2026-12-22 12:00:00"})
    (again,) = reconciled(capsys)["read_again"]  # type: ignore[misc]
    assert again["order"] == order
    assert reconciled(capsys)["read_again"] == []


def test_a_message_that_was_noted_at_its_supplier_settles_that_note_once_its_order_is_known(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    message = mail(LATE.format(order="P77001", day=14), 395)
    message_id = services.intake.accept(message, door="upload").message_id
    odoo_commands.read(services, (message_id,))
    at_supplier = (
        "SELECT replace(m.body, chr(10), ' ') FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id "
        "WHERE u.login = 'triage-service' AND m.model = 'res.partner' ORDER BY m.id DESC LIMIT 1"
    )
    assert "P77001" in odoo.sql(at_supplier)
    order = copy_order(odoo, admin_key, "P00001")
    odoo.sql(f"UPDATE purchase_order SET name = 'P77001' WHERE name = '{order}'")
    assert inbox.replay(services.store, message_id)
    odoo_commands.read(services, (message_id,))
    work = working.of(services)
    for number in working.sweep(work).outbox_ids:
        working.post(work, number)
    assert "this message is now told at P77001" in odoo.sql(at_supplier)
    (body,) = notes(odoo, "P77001")
    assert "now told" not in body
