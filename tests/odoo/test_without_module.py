"""An Odoo that holds nothing of ours: `triage odoo setup` alone makes it work, and takes everything away again."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import install
import pytest
import server
from mails import mail

from triage import cli

_UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'triage_advisory')]).button_immediate_uninstall()
env.cr.commit()
print('ANSWERdone')
"""
#: Everything that setting up makes, by name.
_OURS = (
    "SELECT (SELECT count(*) FROM res_groups WHERE name->>'en_US' = 'Triage service'), "
    "(SELECT count(*) FROM ir_model_access WHERE name LIKE 'Triage service%'), "
    "(SELECT count(*) FROM ir_act_server WHERE name->>'en_US' LIKE 'Triage:%'), "
    "(SELECT count(*) FROM res_users WHERE login = 'triage-service')"
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Odoo]:
    """An Odoo of its own without our module."""
    try:
        with server.odoo(tmp_path_factory.mktemp("bare"), before=_UNINSTALL) as running:
            yield running
    except install.Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Odoo here: {reason}")


def test_it_is_set_up_used_and_left_as_it_was(
    bare: server.Odoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bare.sql("SELECT count(*) FROM ir_model WHERE model LIKE 'triage%'") == "0"
    assert bare.sql(_OURS) == "0|0|0|0"
    for name, value in (
        ("ODOO_URL", bare.url), ("ODOO_DATABASE", bare.database), ("ODOO_ADMIN_KEY", bare.key("admin")),
        ("ODOO_AUDIT", str(tmp_path / "calls.jsonl")), ("ODOO_RATE", "500"), ("MODE", "rules"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/t.db"), ("RETRY_DELAY", "0"),
    ):  # fmt: skip
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    assert cli.main(["odoo", "setup", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "would create ir.actions.server" in shown
    assert bare.sql(_OURS) == "0|0|0|0"
    assert cli.main(["odoo", "setup"]) == 0
    told = capsys.readouterr().out
    assert shown.count("would create") == told.count("create ")
    assert bare.sql(_OURS) == "1|23|1|1"
    assert cli.main(["odoo", "setup"]) == 0
    assert "0 change(s) made" in capsys.readouterr().out
    action = told.partition("TRIAGE_ODOO_ACTION=")[2].split()[0]
    monkeypatch.setenv("TRIAGE_ODOO_ACTION", action)
    monkeypatch.setenv("TRIAGE_ODOO_KEY", bare.key("triage-service"))

    assert cli.main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["posting"], report["missing"], report["not_refused"]) == (f"server action {action}", [], 0)

    number = bare.sql("SELECT id FROM purchase_order WHERE name = 'P00001'")
    path = tmp_path / "late.eml"
    path.write_bytes(mail("FIT-001 on P00001 will be delivered on 14 December 2026 instead of 4 December.\n", 701))
    assert cli.main(["ingest", str(path)]) == 0
    place = f"model = 'purchase.order' AND res_id = {number} AND body LIKE '%Dec 14, 2026%'"
    assert bare.sql(f"SELECT count(*) FROM mail_message WHERE {place}") == "1"
    todo = f"SELECT u.login FROM mail_activity a JOIN res_users u ON u.id = a.user_id WHERE a.res_id = {number}"
    assert bare.sql(todo) == "buyer"
    bare.receive(bare.key("admin"), "P00003", mail("We confirm P00003.\n", 702))
    for command in (["odoo", "look"], ["odoo", "reconcile"], ["audit", "verify"]):
        assert cli.main(command) == 0, capsys.readouterr()
    assert "1 new" in capsys.readouterr().out

    assert cli.main(["odoo", "setup", "--remove", "--dry-run"]) == 0
    assert bare.sql(_OURS) == "1|23|1|1"
    assert cli.main(["odoo", "setup", "--remove"]) == 0
    assert bare.sql(_OURS) == "0|0|0|0"
    assert bare.sql(f"SELECT count(*) FROM mail_message WHERE {place}") == "1"  # what was told stays
