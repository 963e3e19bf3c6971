"""The recorded snapshot as the ERP: what it finds for a message, and how it refuses a bad file."""

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from triage.erp.snapshot import SnapshotErp
from triage.errors import SnapshotError


def line(line_id: int, order: int, product: int, quantity: float, due: str, **more: Any) -> dict[str, Any]:
    """A purchase.order.line as 19 has it."""
    return {
        "id": line_id, "order_id": [order, "x"], "product_id": [product, "[OWN-1] Bracket"], "name": "[S-1] Bracket",
        "product_qty": quantity, "qty_received": 0.0, "qty_invoiced": 0.0, "product_uom_id": [1, "Units"],
        "price_unit": 2.5, "date_planned": due, "currency_id": [1, "EUR"], "sequence": 10, "display_type": False,
    } | more  # fmt: skip


def order(order_id: int, name: str, partner: int, state: str = "purchase", **more: Any) -> dict[str, Any]:
    """A purchase.order."""
    return {
        "id": order_id, "name": name, "partner_id": [partner, "Partner"], "company_id": [1, "Lakeside"], "state": state,
        "currency_id": [1, "EUR"], "date_order": "2026-03-02 08:00:00", "date_planned": "2026-04-01 11:00:00",
        "user_id": [5, "Ida Quist"], "incoterm_id": [1, "[DAP] DELIVERED AT PLACE"], "partner_ref": False,
        "picking_type_id": [4, "East: Receipts"], "payment_term_id": [2, "30 Days"],
    } | more  # fmt: skip


def records() -> dict[str, Any]:
    """A small company with two warehouses, two suppliers and one customer order."""
    return {
        "_now": "2026-03-10 08:00:00",
        "_odoo_version": "19.0",
        "res.company": [{"id": 1, "name": "Lakeside", "currency_id": [1, "EUR"], "email": "buy@lakeside.test",
                         "partner_id": [1, "Lakeside"]}],
        "res.users": [{"id": 5, "name": "Ida Quist", "login": "ida@lakeside.test", "lang": "de_DE"}],
        "res.partner": [
            {"id": 1, "name": "Lakeside", "country_id": [57, "Germany"], "email": "buy@lakeside.test"},
            {"id": 10, "name": "Ferrum Metall AG", "email": "sales@ferrum.test", "is_company": True,
             "supplier_rank": 3},
            {"id": 11, "name": "Jo Zander", "email": "jo@ferrum.test", "parent_id": [10, "Ferrum Metall AG"]},
            {"id": 20, "name": "Corner Shop", "email": "corner@gmail.com", "is_company": True, "supplier_rank": 1},
            {"id": 30, "name": "Happy Customer", "email": "happy@customer.test"},
        ],
        "res.partner.bank": [{"id": 1, "partner_id": [10, "Ferrum"], "acc_number": "de12 3456-7890"}],
        "product.product": [
            {"id": 100, "default_code": "OWN-1", "name": "Bracket", "product_tmpl_id": [200, "x"],
             "uom_id": [1, "Units"]},
            {"id": 101, "default_code": "OWN-2", "name": "Bolt", "product_tmpl_id": [201, "x"],
             "uom_id": [1, "Units"]},
        ],
        "product.supplierinfo": [
            {"id": 1, "partner_id": [10, "Ferrum"], "product_tmpl_id": [200, "x"], "product_id": False,
             "product_code": "S-1", "price": 2.5, "currency_id": [1, "EUR"], "delay": 14, "min_qty": 5.0},
            {"id": 2, "partner_id": [20, "Corner"], "product_id": [100, "x"], "price": 3.0, "delay": 3,
             "currency_id": [1, "EUR"], "date_end": "2026-01-31"},
            {"id": 3, "partner_id": [20, "Corner"], "product_id": [100, "x"], "price": 3.4, "delay": 3,
             "currency_id": [1, "EUR"]},
        ],
        "purchase.order": [
            order(1, "P00041", 10), order(2, "P00042", 11), order(3, "P00038", 10, "cancel"),
            order(4, "P00050", 20, partner_ref="RE/77-8812"),
        ],
        "purchase.order.line": [
            line(11, 1, 100, 12.0, "2026-04-01 23:30:00", sequence=20),
            line(12, 1, 101, 4.0, "2026-04-02 11:00:00", sequence=10, discount=10.0, qty_received=1.0),
            line(13, 1, 100, 0.0, "2026-04-02 11:00:00", sequence=5, display_type="line_section", product_id=False),
            line(14, 2, 100, 6.0, "2026-04-08 11:00:00", qty_received=6.0),
            line(15, 3, 100, 9.0, "2026-04-08 11:00:00"),
            line(16, 4, 100, 9.0, "2026-05-08 11:00:00"),
        ],
        "stock.warehouse": [
            {"id": 1, "name": "East", "code": "EA", "company_id": [1, "Lakeside"], "lot_stock_id": [8, "EA/Stock"]},
            {"id": 2, "name": "West", "code": "WE", "company_id": [1, "Lakeside"], "lot_stock_id": [18, "WE/Stock"]},
        ],
        "stock.quant": [
            {"id": 1, "product_id": [100, "x"], "location_id": [8, "EA/Stock"], "quantity": 7.0,
             "reserved_quantity": 2.0, "company_id": [1, "Lakeside"]},
            {"id": 2, "product_id": [100, "x"], "location_id": [19, "WE/Stock/Shelf 2"], "quantity": 3.0,
             "reserved_quantity": 0.0, "company_id": [1, "Lakeside"]},
            {"id": 3, "product_id": [100, "x"], "location_id": [5, "Partners/Customers"], "quantity": 90.0,
             "reserved_quantity": 0.0},
        ],
        "stock.warehouse.orderpoint": [
            {"id": 1, "product_id": [100, "x"], "warehouse_id": [1, "East"], "product_min_qty": 4,
             "company_id": [1, "Lakeside"]}
        ],
        "stock.picking": [{"id": 1, "name": "EA/IN/00917", "origin": "P00042", "purchase_id": [2, "P00042"]}],
        "account.move": [{"id": 70, "name": "BILL/2026/0007", "ref": "FV 5512/26", "invoice_origin": "P00042"}],
        "sale.order": [
            {"id": 60, "name": "S00009", "partner_id": [30, "Happy Customer"], "state": "sale",
             "date_order": "2026-03-01 10:00:00", "commitment_date": "2026-04-05 22:30:00",
             "company_id": [1, "Lakeside"]},
            {"id": 61, "name": "S00010", "partner_id": [30, "Happy Customer"], "state": "draft",
             "date_order": "2026-03-01 10:00:00", "company_id": [1, "Lakeside"]},
        ],
        "sale.order.line": [
            {"id": 601, "order_id": [60, "S00009"], "product_id": [100, "x"], "product_uom_qty": 8.0,
             "qty_delivered": 3.0, "price_unit": 4.0},
            {"id": 602, "order_id": [61, "S00010"], "product_id": [100, "x"], "product_uom_qty": 8.0,
             "qty_delivered": 0.0, "price_unit": 4.0},
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def erp() -> SnapshotErp:
    return SnapshotErp(records())


def named(erp: SnapshotErp, text: str, sender: str = "") -> set[str]:
    """Names of the orders found for a text."""
    return {found.name for found in erp.order_book(sender=sender, text=text).orders}


def test_it_knows_its_moment_and_version(erp: SnapshotErp) -> None:
    assert erp.now == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert erp.version == "19.0"


@pytest.mark.parametrize(
    "written",
    ["P00041", "p00041", "P 00041", "P-00041", "PO 00041", "PO00041", "Best.-Nr. P00041/2", "4500-P00041",
     "Ｐ０００４１", "order no. 00041", "P00 041", "订单号P00041", "commande n° P00041.", "P041 ",
     "[P00041]", "P0004\u00ad1", "P000\u200b41"],
)  # fmt: skip
def test_orders_are_found_however_they_are_written(erp: SnapshotErp, written: str) -> None:
    assert named(erp, f"Re: {written}, thank you") == {"P00041"}


@pytest.mark.parametrize(
    "written", ["S00041", "P00141", "P00014", "P000411", "41", "invoice 41 for 41 pieces", "zip 10041", "A00041", ""]
)
def test_other_numbers_name_no_order(erp: SnapshotErp, written: str) -> None:
    assert named(erp, f"Your {written}") == set()


def test_a_long_text_costs_time_in_proportion(erp: SnapshotErp) -> None:
    # Quadratic work would take minutes here.
    assert named(erp, "P00 1 2 3 4 5 6 7 8 9 A-1/2.3 " * 10_000 + " P00041") == {"P00041"}


def test_a_whole_name_hides_an_order_with_the_same_digits() -> None:
    data = records()
    data["purchase.order"].append(order(9, "USP00041", 20))
    assert named(SnapshotErp(data), "USP00041") == {"USP00041"}
    assert named(SnapshotErp(data), "P00041") == {"P00041"}


def test_names_with_a_year_and_pure_numbers() -> None:
    data = records()
    data["purchase.order"] += [order(7, "PO/2026/00012", 20), order(8, "4500123456", 20)]
    erp = SnapshotErp(data)
    assert named(erp, "your PO-2026-12") == {"PO/2026/00012"}
    assert named(erp, "your order 2026/00012") == {"PO/2026/00012"}
    assert named(erp, "arrives 2026/12 at dock 12") == set()
    assert named(erp, "Bestellung 4500 123 456") == {"4500123456"}
    assert named(erp, "call +49 45001234567") == set()


def test_orders_are_reached_by_other_references(erp: SnapshotErp) -> None:
    assert named(erp, "our invoice FV 5512/26") == {"P00042"}
    assert named(erp, "delivery ea-in-00917") == {"P00042"}
    assert named(erp, "concerns RE 77 8812", sender="corner@gmail.com") == {"P00050"}
    assert "P00050" not in named(erp, "concerns RE 77 8812", sender="jo@ferrum.test")


def test_a_senders_open_orders_come_along_and_closed_ones_only_when_named(erp: SnapshotErp) -> None:
    assert named(erp, "hello", sender="JO@ferrum.test") == {"P00041"}
    assert named(erp, "about P00038", sender="jo@ferrum.test") == {"P00041", "P00038"}
    first = erp.order_book(sender="jo@ferrum.test", text="about P00042").orders[0]
    assert first.name == "P00042", "what is named stands first"


def test_senders_by_address_by_domain_and_not_at_all(erp: SnapshotErp) -> None:
    book = erp.order_book(sender="jo@ferrum.test", text="")
    assert book.sender_known_by == "address"
    assert [partner.id for partner in book.senders] == [11, 10]
    assert book.bank_accounts == ((10, "DE1234567890"),)
    assert erp.order_book(sender="new@mail.ferrum.test", text="").sender_known_by == "domain"
    assert erp.order_book(sender="else@gmail.com", text="").sender_known_by == ""
    assert erp.order_book(sender="x@ferrum-test.test", text="").senders == ()
    assert book.supplier_domains == ("ferrum.test",)
    assert set(book.own_addresses) == {"buy@lakeside.test", "ida@lakeside.test"}


def test_a_domain_of_strangers_is_nobodys_and_one_of_sisters_is_theirs() -> None:
    data = records()
    data["res.partner"] += [
        {"id": 40, "name": "Nord Feder", "email": "a@post.test", "supplier_rank": 1, "is_company": True},
        {"id": 41, "name": "Ostheim Lacke", "email": "b@post.test", "supplier_rank": 1, "is_company": True},
        {"id": 42, "name": "Ferrum Polska", "email": "pl@ferrum.test", "supplier_rank": 1, "is_company": True},
    ]
    erp = SnapshotErp(data)
    assert erp.order_book(sender="c@post.test", text="").sender_known_by == ""
    assert {partner.id for partner in erp.order_book(sender="c@ferrum.test", text="").senders} == {10, 11, 42}


def test_lines_count_goods_only_and_carry_net_prices_and_local_days() -> None:
    book = SnapshotErp(records(), timezone="Europe/Berlin").order_book(sender="", text="P00041")
    found = book.orders[0]
    assert [(entry.number, entry.id) for entry in found.lines] == [(1, 12), (2, 11)]
    assert found.lines[0].price == Decimal("2.25"), "ten percent off"
    assert found.lines[1].due == date(2026, 4, 2), "half past eleven in the night in UTC is tomorrow in Berlin"
    assert found.lines[1].supplier_codes == ("S-1",), "a price without a product holds for the template's products"
    assert (found.incoterm, found.warehouse, found.company.country) == ("DAP", "East", "Germany")
    assert found.buyer is not None
    assert found.buyer.language == "de"


def test_an_older_version_names_fields_otherwise() -> None:
    data = records()
    for row in data["purchase.order.line"]:
        row["product_uom"] = row.pop("product_uom_id")
    for row in data["product.supplierinfo"]:
        row["name"] = row.pop("partner_id")
    found = SnapshotErp(data).order_book(sender="", text="P00041").orders[0]
    assert found.lines[1].uom == "Units"
    assert found.lines[1].supplier_codes == ("S-1",)


def test_supply_counts_free_stock_open_demand_and_confirmed_receipts(erp: SnapshotErp) -> None:
    supply = erp.supply([100])
    assert {(stock.warehouse, stock.free, stock.minimum) for stock in supply.stock} == {
        ("East", Decimal(5), Decimal(4)), ("West", Decimal(3), None),
    }  # fmt: skip
    assert [(item.order.name, item.quantity, item.due, item.value) for item in supply.demand] == [
        ("S00009", Decimal(5), date(2026, 4, 5), Decimal("20.00"))
    ]
    assert {(item.order_name, item.quantity) for item in supply.incoming} == {
        ("P00041", Decimal(12)), ("P00050", Decimal(9)),
    }  # fmt: skip
    assert erp.supply([]).stock == ()


def test_what_is_set_aside_for_a_customer_is_neither_free_nor_wanted() -> None:
    data = records()
    data["stock.move"] = [{"id": 1, "sale_line_id": [601, "x"], "state": "assigned", "quantity": 2.0}]
    assert SnapshotErp(data).supply([100]).demand[0].quantity == Decimal(3)


@pytest.mark.parametrize(
    "unit",
    [
        {"id": 2, "name": "Dozens", "relative_factor": 12.0, "factor": 12.0},
        {"id": 2, "name": "Dozens", "uom_type": "bigger", "factor": 0.0833333333, "factor_inv": 12.0},
        {"id": 2, "name": "Dozens", "uom_type": "bigger", "factor": 1.0},
    ],
)
def test_units_of_lines_become_units_of_products(unit: dict[str, Any]) -> None:
    data = records()
    data["uom.uom"] = [{"id": 1, "name": "Units", "factor": 1.0, "uom_type": "reference"}, unit]
    data["purchase.order.line"][0]["product_uom_id"] = [2, "Dozens"]
    incoming = {item.order_line_id: item.quantity for item in SnapshotErp(data).supply([100]).incoming}
    assert incoming[11] == Decimal(144)


def test_offers_leave_out_prices_that_no_longer_hold(erp: SnapshotErp) -> None:
    assert [(offer.price, partner.name) for offer, partner in erp.offers([100])] == [
        (Decimal("2.5"), "Ferrum Metall AG"), (Decimal("3.4"), "Corner Shop"),
    ]  # fmt: skip


def test_the_company_that_was_written_to_stands_first() -> None:
    data = records()
    data["res.company"].append({"id": 2, "name": "Hillside", "currency_id": [1, "EUR"], "email": "buy@hillside.test"})
    erp = SnapshotErp(data)
    hinted = erp.order_book(sender="", text="", company_hints=["Buy@hillside.test"]).companies
    assert [company.id for company in hinted] == [2, 1]
    assert [company.id for company in erp.order_book(sender="", text="").companies] == [1, 2]


def test_an_almost_empty_snapshot_is_no_error() -> None:
    erp = SnapshotErp({"_now": "2026-01-01 00:00:00"})
    assert erp.order_book(sender="a@b.test", text="P00041").orders == ()
    assert erp.offers([1]) == ()


def _without_now(data: dict[str, Any]) -> None:
    del data["_now"]


def _bad_number(data: dict[str, Any]) -> None:
    data["purchase.order.line"][0]["price_unit"] = "cheap"


def _bad_date(data: dict[str, Any]) -> None:
    data["purchase.order"][0]["date_approve"] = "2026-13-45"


def _twice(data: dict[str, Any]) -> None:
    data["res.partner"].append({"id": 10, "name": "Again"})


def _no_list(data: dict[str, Any]) -> None:
    data["res.partner"] = {"id": 1}


def _no_id(data: dict[str, Any]) -> None:
    data["res.partner"].append({"name": "Nobody"})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_without_now, "_now"), (_bad_number, "purchase.order 1: price_unit"), (_bad_date, "date_approve"),
        (_twice, "res.partner has id 10 twice"), (_no_list, "res.partner"), (_no_id, "record 6"),
    ],
)  # fmt: skip
def test_a_bad_snapshot_is_refused_with_its_place(harm: Any, said: str, tmp_path: Path) -> None:
    data = copy.deepcopy(records())
    harm(data)
    path = tmp_path / "erp.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(SnapshotError) as caught:
        SnapshotErp(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "no JSON"), (b"[]", "no JSON object"), (b"\xff\xfe", "UTF-8"), (b'{"_now": NaN}', "NaN"),
     (b"[" * 100_000, "nested")],
)  # fmt: skip
def test_a_file_that_is_no_snapshot(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "erp.json"
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=said):
        SnapshotErp(path)


def test_a_missing_file_and_a_missing_time_zone(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="can't be read"):
        SnapshotErp(tmp_path / "none.json")
    with pytest.raises(SnapshotError, match="Moon"):
        SnapshotErp(records(), timezone="Moon/Crater")
