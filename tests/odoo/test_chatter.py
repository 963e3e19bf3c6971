"""Suppliers' mails in Odoo's chatter come in once each, whatever order they are committed in."""

import email
import json
import urllib.request
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


def post(url: str, order: int, token: str, text: str, *, file: int, owner: str) -> None:
    """What the portal page of an order sends when a supplier writes there with a file that was uploaded before."""
    told = {"body": text, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"} | {
        "attachment_ids": [file],
        "attachment_tokens": [owner],
    }
    asked = {"thread_model": "purchase.order", "thread_id": order, "token": token, "post_data": told}
    request = urllib.request.Request(
        f"{url}/mail/message/post",
        json.dumps({"jsonrpc": "2.0", "method": "call", "params": asked}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["result"]["message_id"]


def test_what_a_supplier_writes_on_the_portal_comes_in_and_what_colleagues_write_does_not(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    token, file, owner = odoo.shell(
        "order = env['purchase.order'].search([('name', '=', 'P00002')])\ntoken = order._portal_ensure_token()\n"
        "files = env['ir.attachment'].with_user(env.ref('base.public_user')).sudo()\n"
        "file = files.create({'name': 'dates.csv', 'raw': b'P00002;FIT-001;10;21.12.2026\\n', "
        "'res_model': 'mail.compose.message', 'res_id': 0})\n"
        "env.cr.commit()\nprint('ANSWER' + ' '.join((token, str(file.id), file._get_ownership_token())))"
    ).split(" ")
    number, author = odoo.sql("SELECT id, partner_id FROM purchase_order WHERE name = 'P00002'").split("|")
    post(odoo.url, int(number), token, "FIT-001 will be delivered on 21 December 2026.", file=int(file), owner=owner)
    comment = {"ids": [int(number)], "body": "Forged: all fine", "author_id": int(author)}
    odoo.call(odoo.key("buyer"), "purchase.order", "message_post", subtype_xmlid="mail.mt_comment", **comment)
    odoo.call(admin_key, "purchase.order", "message_post", ids=[int(number)], body="A note of ours")
    seen = odoo_looks.look(services)
    (message_id,) = seen.message_ids
    assert seen.refused == ()
    found = raw_of(services, message_id)
    text, table = (part.get_payload(decode=True) for part in found.walk() if not part.is_multipart())
    assert b"21 December 2026" in text
    assert table == b"P00002;FIT-001;10;21.12.2026\n"
    assert (found["From"], found["Subject"]) == ("Alder Fittings <orders@alder.example>", "P00002")
    assert odoo_looks.look(services).message_ids == ()


def test_a_file_that_odoo_has_lost_is_waited_for_and_others_come_in(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    odoo.receive(admin_key, "P00002", mail("See file\n", 61, files={"lost.csv": CSV + b"lost"}))
    odoo.receive(admin_key, "P00002", mail("We confirm P00002.\n", 62, files={"there.csv": CSV + b"there"}))
    name = odoo.sql("SELECT store_fname FROM ir_attachment WHERE name = 'lost.csv' ORDER BY id DESC LIMIT 1")
    (stored,) = odoo.config.parent.glob(f"**/filestore/{odoo.database}/{name}")
    away = stored.with_suffix(".away")
    stored.rename(away)
    seen = odoo_looks.look(services)
    assert ["0 of" in reason and "'lost.csv'" in reason for reason in seen.waiting] == [True]
    assert (len(seen.message_ids), seen.refused) == (1, ())
    away.rename(stored)
    (healed,) = odoo_looks.look(services).message_ids
    assert [part.get_payload(decode=True) for part in raw_of(services, healed).walk() if part.get_filename()] == [
        CSV + b"lost"
    ]


def test_what_stays_lost_is_turned_away_after_a_day(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services
) -> None:
    number = odoo.receive(admin_key, "P00002", mail("See file\n", 71, files={"gone.csv": CSV + b"gone"}))
    odoo.sql(f"UPDATE mail_message SET create_date = create_date - interval '30 hours' WHERE id = {number}")
    name = odoo.sql("SELECT store_fname FROM ir_attachment WHERE name = 'gone.csv' ORDER BY id DESC LIMIT 1")
    next(odoo.config.parent.glob(f"**/filestore/{odoo.database}/{name}")).unlink()
    since = datetime.now(UTC) - timedelta(days=2)
    seen = odoo_looks.look(services, since=since)
    assert (seen.waiting, len(seen.refused)) == ((), 1)
    assert "gone.csv" in queue.refused(services.store)[0].reason
    assert odoo_looks.look(services, since=since).refused == ()


def test_texts_too_large_for_one_answer_come_in_by_smaller_lots(
    odoo: server.Odoo, admin_key: str, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        odoo.receive(admin_key, "P00002", mail(f"{number} " + "words " * 5000, 81 + number))
    odoo.receive(admin_key, "P00002", mail("words " * 20_000, 89))
    monkeypatch.setattr("triage.erp.odoo.wire._LARGEST", 80_000)
    seen = odoo_looks.look(services)
    assert len(seen.message_ids) == 5
    assert ["answers with more than" in reason for reason in seen.refused] == [True]
