"""Suppliers' mails in Odoo's chatter come in once each, whatever order they are committed in."""

import email
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import server
from mails import mail

from triage import bootstrap, cli, settings
from triage.store import inbox, queue
from triage.store.tables import messages
from triage.tasks import odoo_looks

CSV = b"order;article;quantity;delivery date\nP00002;AL-100;10;18.12.2026\n"


def raw_of(services: bootstrap.Services, message_id: str) -> email.message.Message:
    raw = inbox.raw_of(services.store, message_id)
    assert raw is not None
    return email.message_from_bytes(raw)


def test_a_reply_with_its_file_comes_in_once_and_becomes_a_note(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    odoo.receive(admin_key, "P00002", mail("The list is attached.\n", 21, subject="Our answer", files={"l.csv": CSV}))
    assert cli.main(["odoo", "look", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["refused"]) == (1, [])
    message_id = newest(services)
    found = raw_of(services, message_id)
    assert found["From"] == "Alder Orders <orders@alder.example>"
    assert found["Subject"] == "Our answer (P00002)"
    assert [part.get_payload(decode=True) for part in found.walk() if part.get_filename() == "l.csv"] == [CSV]
    assert odoo.sql("SELECT supplier FROM triage_advisory WHERE record_name = 'P00002'") == "Alder Fittings"
    assert inbox.states(services.store, [message_id])[message_id] is inbox.State.POSTED
    assert cli.main(["odoo", "look", "--days", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 0


def newest(services: bootstrap.Services) -> str:
    with services.store.read() as connection:
        rows = connection.execute(messages.select().order_by(messages.c.id.desc()).limit(1)).all()
    return str(rows[0].message_id)


def test_a_number_committed_late_is_not_missed_and_nothing_comes_twice(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    first = odoo.receive(admin_key, "P00003", mail("We confirm P00003.\n", 31))
    assert len(odoo_looks.look(services).message_ids) == 1
    columns = odoo.sql(
        "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
        "WHERE table_name = 'mail_message' AND column_name NOT IN ('id', 'message_id', 'create_date')"
    )
    late = f"host={odoo.postgres.folder} user=odoo dbname={odoo.database}"
    with psycopg.connect(late) as connection:
        copied = connection.execute(
            f"INSERT INTO mail_message ({columns}, message_id, create_date) SELECT {columns}, '<32@x>', "
            f"now() at time zone 'utc' FROM mail_message WHERE id = {first} RETURNING id"
        ).fetchone()
        assert copied is not None
        higher = odoo.receive(admin_key, "P00003", mail("We confirm P00003 for 4 December 2026.\n", 33))
        assert higher > copied[0]
        assert len(odoo_looks.look(services).message_ids) == 1  # the higher number alone is there
        connection.commit()
    (missed,) = odoo_looks.look(services).message_ids
    assert raw_of(services, missed)["Message-ID"] == "<32@x>"
    assert odoo_looks.look(services).message_ids == ()


def test_what_nobody_mailed_is_turned_away_once_with_its_reason(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    number = int(odoo.sql("SELECT id FROM purchase_order WHERE name = 'P00004'"))
    forged = {"body": "All fine", "message_type": "email", "email_from": "orders@alder.example"}
    odoo.call(
        odoo.key("buyer"), "purchase.order", "message_post", ids=[number], subtype_xmlid="mail.mt_comment", **forged
    )
    seen = odoo_looks.look(services)
    assert seen.message_ids == ()
    assert ["not received by mail" in reason for reason in seen.refused] == [True]
    assert odoo_looks.look(services).refused == ()
    assert "not received by mail" in queue.refused(services.store)[0].reason


def test_what_is_too_large_is_turned_away_before_its_file_is_read(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAGE_MAX_MESSAGE_SIZE", "5000")
    small = bootstrap.services(settings.load())
    odoo.receive(admin_key, "P00005", mail("See file\n", 51, files={"large.csv": CSV * 1000}))
    odoo.receive(admin_key, "P00005", mail("We confirm P00005.\n", 52))
    seen = odoo_looks.look(small)
    assert len(seen.message_ids) == 1
    assert [("bytes" in reason, "P00005" in reason) for reason in seen.refused] == [(True, True)]


def test_a_first_look_goes_back_over_days_and_companies(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    number = odoo.receive(admin_key, "P00009", mail("We confirm P00009.\n", 91))
    odoo.sql(f"UPDATE mail_message SET create_date = create_date - interval '100 hours' WHERE id = {number}")
    assert odoo_looks.look(services).message_ids == ()  # older than what a look goes back over
    long_ago = datetime.now(UTC) - timedelta(days=7)
    (message_id,) = odoo_looks.look(services, since=long_ago).message_ids
    assert "P00009" in str(raw_of(services, message_id)["Subject"])
