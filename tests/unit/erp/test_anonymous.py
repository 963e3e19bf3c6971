"""A disguised snapshot names nobody, and the steps still find in it what they found before."""

import json
from typing import Any

import pytest

from triage.erp.odoo.anonymous import Disguise
from triage.erp.snapshot import SnapshotErp

SECRET = b"s" * 32
WORDS = ("Kestner", "kestner", "Steel bracket", "BR-7", "KB7", "P00042", "S00009", "DE4456", "Berta", "12.34", "11.11")


def held() -> dict[str, list[dict[str, Any]]]:
    return {
        "res.company": [{"id": 1, "name": "Berta Ltd", "email": "po@berta.example", "currency_id": [1, "EUR"]}],
        "res.partner": [
            {"id": 7, "name": "Kestner", "email": "Sales@kestner.example", "is_company": True, "supplier_rank": 1},
            {"id": 8, "name": "Kestner Jo", "email": "jo@kestner.example", "parent_id": [7, "Kestner"]},
            {"id": 9, "name": "Kestner Al", "email": "al@gmail.com", "parent_id": [7, "Kestner"]},
        ],
        "res.partner.bank": [{"id": 1, "acc_number": "DE4456", "partner_id": [7, "Kestner"]}],
        "product.product": [
            {"id": 3, "name": "Steel bracket", "default_code": "BR-7", "product_tmpl_id": [30, "Steel bracket"],
             "standard_price": 11.11, "uom_id": [1, "Units"]},
        ],
        "product.supplierinfo": [
            {"id": 1, "partner_id": [7, "Kestner"], "product_tmpl_id": [30, "Steel bracket"], "product_code": "KB7",
             "price": 12.34},
        ],
        "purchase.order": [
            {"id": 42, "name": "P00042", "partner_id": [7, "Kestner"], "company_id": [1, "Berta Ltd"],
             "currency_id": [1, "EUR"], "state": "purchase", "origin": "S00009", "amount_total": 123.4,
             "date_order": "2026-11-01 08:00:00"},
        ],
        "purchase.order.line": [
            {"id": 5, "order_id": [42, "P00042"], "product_id": [3, "[BR-7] Steel bracket"], "name": "Steel bracket",
             "product_qty": 10.0, "price_unit": 12.34, "date_planned": "2026-12-01 08:00:00"},
        ],
        "sale.order": [{"id": 9, "name": "S00009", "partner_id": [8, "Kestner Jo"], "state": "sale"}],
    }  # fmt: skip


def test_nothing_that_could_be_recognised_is_left() -> None:
    written = json.dumps(Disguise(SECRET).tables(held()))
    assert [word for word in WORDS if word in written] == []
    assert "123.4" not in written


def test_a_field_nobody_thought_of_is_disguised() -> None:
    (row,) = Disguise(SECRET).tables({"res.partner": [{"id": 1, "x_comment": "Kestner owes us"}]})["res.partner"]
    assert "Kestner" not in row["x_comment"]


def test_what_was_the_same_stays_the_same() -> None:
    told = Disguise(SECRET).tables(held())
    (order,), (sale,) = told["purchase.order"], told["sale.order"]
    assert order["origin"] == sale["name"] != "S00009"
    assert order["partner_id"][1] == told["res.partner"][0]["name"]
    assert told["purchase.order.line"][0]["price_unit"] == told["product.supplierinfo"][0]["price"]
    assert told == Disguise(SECRET).tables(held())
    assert told != Disguise(b"t" * 32).tables(held())


def test_the_steps_still_find_their_way() -> None:
    told = Disguise(SECRET).tables(held())
    erp = SnapshotErp({"_now": "2026-11-21 09:00:00", **told})
    name, address = told["purchase.order"][0]["name"], told["res.partner"][0]["email"]
    assert [item.name for item in erp.order_book(sender="", text=f"about {name}").orders] == [name]
    book = erp.order_book(sender=f"new@{address.partition('@')[2]}", text="late")
    assert book.sender_known_by == "domain"
    (line,) = book.orders[0].lines
    assert (line.quantity, str(line.due), line.currency) == (10, "2026-12-01", "EUR")
    assert erp.order_book(sender="someone@gmail.com", text="").senders == ()


@pytest.mark.parametrize("value", [False, 0, None, ""])
def test_what_is_empty_stays_empty(value: object) -> None:
    assert Disguise(SECRET).tables({"res.partner": [{"id": 1, "email": value}]})["res.partner"][0]["email"] == value
