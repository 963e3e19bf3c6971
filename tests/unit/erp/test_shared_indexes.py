"""A view of what changes slowly and of what was read for one message answers like all of it read at once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from triage.erp.odoo import allowed, live
from triage.erp.odoo.wire import Address, Wire
from triage.erp.snapshot import SnapshotErp
from triage.errors import SnapshotError

SLOW = ("res.company", "res.users", "res.partner", "res.partner.bank", "stock.warehouse")
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def records(**partner: Any) -> dict[str, Any]:
    """One supplier with an order of one line; its second contact is known by domain."""
    return {
        "_now": "2026-03-10 08:00:00",
        "res.company": [{"id": 1, "name": "Lakeside", "currency_id": [1, "EUR"], "email": "buy@lakeside.test"}],
        "res.users": [{"id": 5, "name": "Ida Quist", "login": "ida@lakeside.test", "lang": "de_DE"}],
        "res.partner": [
            {"id": 10, "name": "Ferrum", "email": "sales@ferrum.test", "is_company": True, "supplier_rank": 1} | partner
        ],
        "res.partner.bank": [{"id": 1, "partner_id": [10, "Ferrum"], "acc_number": "DE12 3456"}],
        "stock.warehouse": [{"id": 1, "name": "East", "code": "EA", "company_id": [1, "Lakeside"]}],
        "product.product": [{"id": 100, "default_code": "OWN-1", "name": "Bracket", "product_tmpl_id": [200, "x"]}],
        "product.supplierinfo": [{"id": 1, "partner_id": [10, "Ferrum"], "product_id": [100, "x"], "price": 2.5}],
        "purchase.order": [
            {"id": 1, "name": "P00041", "partner_id": [10, "Ferrum"], "company_id": [1, "Lakeside"],
             "state": "purchase", "currency_id": [1, "EUR"], "user_id": [5, "Ida Quist"]}
        ],
        "purchase.order.line": [
            {"id": 11, "order_id": [1, "P00041"], "product_id": [100, "x"], "name": "Bracket", "product_qty": 12.0,
             "qty_received": 2.0, "price_unit": 2.5, "date_planned": "2026-04-01 11:00:00"}
        ],
        "stock.quant": [{"id": 1, "product_id": [100, "x"], "location_id": [8, "EA/Stock"], "quantity": 7.0}],
    }  # fmt: skip


def split(data: dict[str, Any]) -> tuple[SnapshotErp, dict[str, Any]]:
    slow = {name: rows for name, rows in data.items() if name in (*SLOW, "_now")}
    return SnapshotErp(slow), {name: rows for name, rows in data.items() if name not in slow}


@pytest.mark.parametrize("rank", [1, 0])
def test_a_view_that_shares_indexes_answers_like_one_of_its_own(rank: int) -> None:
    data = records(supplier_rank=rank)
    base, more = split(data)
    view, whole = base.with_rows(more, NOW), SnapshotErp(data)
    for sender in ("sales@ferrum.test", "new.colleague@ferrum.test", "nobody@elsewhere.test"):
        asked = {"sender": sender, "text": "about P00041", "company_hints": ["ida@lakeside.test"]}
        assert view.order_book(**asked) == whole.order_book(**asked)  # type: ignore[arg-type]
    assert view.supply([100]) == whole.supply([100])
    assert view.offers([100]) == whole.offers([100]) != ()
    # Without rank the order alone makes it a supplier, so that its domain is known in that view and not before.
    assert [item.id for item in view.senders("anybody@ferrum.test")] == [10]
    assert bool(base.senders("anybody@ferrum.test")) is bool(rank)


def test_a_view_leaves_what_it_comes_from_as_it_was() -> None:
    base, more = split(records())
    first = base.with_rows(more, NOW)
    assert first.order_book(sender="", text="P00041").orders
    second = base.with_rows({"purchase.order": []}, NOW.replace(hour=9))
    assert second.order_book(sender="", text="P00041").orders == ()
    assert (first.now, second.now) == (NOW, NOW.replace(hour=9))
    assert first.order_book(sender="", text="P00041").orders


def test_a_bad_record_of_a_view_is_named() -> None:
    base, _ = split(records())
    with pytest.raises(SnapshotError, match=r"purchase\.order, record 1, has no id"):
        base.with_rows({"purchase.order": [{"name": "P00041"}]}, NOW)


class Answering(Wire):
    """A wire whose Odoo is a dictionary; counts what is asked for each model."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(Address(url="http://127.0.0.1:1", database="x", key="k"), audit=None)
        self.data, self.asked = data, list[tuple[str, list[Any]]]()

    def call(self, model: str, method: str, arguments: Any = None, **_: Any) -> Any:
        allowed.check(self.purpose, model, method, ids=(), arguments=arguments, context=None, action_id=None)
        if method == "fields_get":
            return {name: {} for row in self.data.get(model, ()) for name in row}
        self.asked.append((model, arguments["domain"]))
        return self.data.get(model, [])


def test_what_was_read_for_a_message_is_not_read_again_for_it_but_for_the_next_one() -> None:
    wire = Answering(records())
    erp = live.LiveErp(wire, now=lambda: NOW)

    def one_message() -> list[str]:
        wire.asked.clear()
        erp.order_book(sender="sales@ferrum.test", text="P00041")
        erp.supply([100])
        erp.offers([100])
        return [model for model, _ in wire.asked]

    one_message()  # reads what changes slowly, too
    asked = one_message()
    assert asked.count("product.product") == 1  # of three that need them
    assert asked.count("purchase.order") == 2  # those the text names, those of the sender
    assert "res.partner" not in asked
    wire.data["product.product"][0]["name"] = "Bracket, new"
    assert one_message() == asked
    assert erp.order_book(sender="", text="P00041").products[0].name == "Bracket, new"


def test_lines_without_anything_to_come_are_not_followed_to_their_orders() -> None:
    data = records()
    data["purchase.order.line"][0]["qty_received"] = 12.0
    wire = Answering(data)
    erp = live.LiveErp(wire, now=lambda: NOW)
    assert erp.supply([100]).incoming == ()
    # "product.supplierinfo" and the first "purchase.order" tell who is a supplier.
    assert [domain for model, domain in wire.asked if model == "purchase.order"] == [[]]
