"""What a person judges in Odoo's module is a decision in our queue, once, about what that person saw."""

from datetime import UTC, datetime, timedelta

import pytest
import server
from mails import mail

from triage import bootstrap
from triage.store import queue
from triage.tasks import odoo_commands, odoo_looks

LATE = "FIT-001 on {order} will be delivered on {day} instead of 4 December 2026.\n"


@pytest.fixture(scope="module")
def buyer(odoo: server.Odoo) -> str:
    return odoo.key("buyer")


def told(services: bootstrap.Services, order: str, day: str, number: int) -> str:
    """A supplier tells a day; the note stands in Odoo. Returns the situation's key."""
    message_id = services.intake.accept(mail(LATE.format(order=order, day=day), number), door="upload").message_id
    odoo_commands.read(services, (message_id,))
    return queue.keys_of(services.store, [message_id])[message_id]


def press(odoo: server.Odoo, buyer: str, key: str, button: str, **written: object) -> None:
    number = int(odoo.sql(f"SELECT id FROM triage_advisory WHERE key = '{key}'"))
    if written:
        odoo.call(buyer, "triage.advisory", "write", ids=[number], vals=written)
    odoo.call(buyer, "triage.advisory", f"action_{button}", ids=[number])


def test_each_button_is_a_decision_once(odoo: server.Odoo, buyer: str, services: bootstrap.Services) -> None:
    key = told(services, "P00001", "14 December 2026", 101)
    states = odoo.sql("SELECT id, state, write_date FROM purchase_order ORDER BY id")
    press(odoo, buyer, key, "escalate", comment="ask the planner")
    assert odoo_looks.adopt(services) == 1
    assert odoo_looks.adopt(services) == 0
    found = queue.detail(services.store, key)
    assert found is not None
    assert found.entry.state == "open"
    assert [(item.decision.value, item.comment, item.person) for item in found.decisions] == [
        ("escalated", "ask the planner", "buyer")
    ]
    for button in ("reject", "revise", "accept_with_conditions"):
        press(odoo, buyer, key, button)
    assert odoo_looks.adopt(services) == 3
    found = queue.detail(services.store, key)
    assert found is not None
    assert found.entry.state == "done"
    assert [item.decision.value for item in found.decisions][:3] == ["accepted_with_conditions", "revised", "rejected"]
    assert odoo.sql("SELECT id, state, write_date FROM purchase_order ORDER BY id") == states


def test_what_was_told_after_the_judged_note_stays_open(
    odoo: server.Odoo, buyer: str, services: bootstrap.Services
) -> None:
    key = told(services, "P00006", "14 December 2026", 111)
    press(odoo, buyer, key, "accept")
    told(services, "P00006", "30 December 2026", 112)  # before the judgement is read back
    assert odoo_looks.adopt(services) == 1
    found = queue.detail(services.store, key)
    assert found is not None
    assert (found.entry.state, len(found.decisions)) == ("open", 1)
    assert odoo.sql(f"SELECT open FROM triage_advisory WHERE key = '{key}'") == "t"
    press(odoo, buyer, key, "accept")
    odoo_looks.adopt(services)
    found = queue.detail(services.store, key)
    assert found is not None
    assert found.entry.state == "done"


def test_a_snooze_has_an_end_here_and_there(odoo: server.Odoo, buyer: str, services: bootstrap.Services) -> None:
    key = told(services, "P00007", "14 December 2026", 121)
    until = datetime.now(UTC).date() + timedelta(days=3)
    press(odoo, buyer, key, "snooze", snooze_until=str(until))
    odoo_looks.adopt(services)
    found = queue.detail(services.store, key)
    assert found is not None
    assert found.entry.state == "snoozed"
    assert found.entry.snoozed_until is not None
    assert found.entry.snoozed_until.date() == until
    odoo.sql(f"UPDATE triage_advisory SET snooze_until = current_date WHERE key = '{key}'")
    odoo.shell("env['triage.advisory']._wake()\nenv.cr.commit()\nprint('ANSWERdone')")
    assert odoo.sql(f"SELECT open FROM triage_advisory WHERE key = '{key}'") == "t"


def test_a_judgement_of_something_unknown_here_is_passed_over(
    odoo: server.Odoo, buyer: str, services: bootstrap.Services
) -> None:
    key = told(services, "P00005", "14 December 2026", 131)
    press(odoo, buyer, key, "accept")
    with services.store.write() as connection:
        for table in ("feedback", "entry_tags", "entry_messages", "entries"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert odoo_looks.adopt(services) == 0
    assert odoo_looks.adopt(services) == 0
