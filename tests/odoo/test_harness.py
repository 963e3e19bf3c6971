"""The real Odoo of these tests answers."""

import json
import urllib.request

import server


def test_it_is_an_odoo_19_with_our_orders(odoo: server.Odoo) -> None:
    with urllib.request.urlopen(f"{odoo.url}/web/version", timeout=10) as answer:
        assert json.load(answer)["version_info"][0] == 19
    assert int(odoo.sql("SELECT count(*) FROM purchase_order WHERE state = 'purchase'")) == 9
    assert len(odoo.key("buyer")) == 40
