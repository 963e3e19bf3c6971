"""A stand-in for Odoo with Odoo's measured latency: answers the service's reads, keeps its advisories once a key.

    python stand_in.py PORT ORDERS FOLDER READ_MS POST_MS

What it was told to keep is in FOLDER/advisories.jsonl before it answers, so that it can be killed and started again; it
receives the service's events, too, in FOLDER/events.jsonl.
Knows JSON-2 as far as the service speaks it. The world is 40 suppliers with ORDERS orders of two lines; each of
the products is in stock, in the suppliers' price lists, and promised to two customers.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from triage.erp.odoo import tables

SUPPLIERS = 40
EVENTS = "/events"
PRODUCTS = 400  # 2,000 orders of two lines: each product is on ten
_INDEXED = ("id", "order_id", "partner_id", "name", "product_id", "sale_line_id")
Row = dict[str, Any]


def order_name(number: int) -> str:
    return f"P{number:05}"


def supplier_of(number: int) -> int:
    return 100 + number % SUPPLIERS


def goods_of(order: int) -> tuple[int, int]:
    """The products of an order's two lines."""
    return 2 * order % PRODUCTS + 1, (2 * order + 1) % PRODUCTS + 1


def codes_of(order: int) -> tuple[str, str]:
    """What we call the goods of an order's two lines."""
    first, second = goods_of(order)
    return f"FIT-{first:03}", f"FIT-{second:03}"


def world(orders: int) -> dict[str, list[Row]]:
    """The tables; order N is of supplier N modulo 40, its goods due on 4 December 2026."""
    euro, units = [1, "EUR"], [1, "Units"]
    goods = [
        {"id": n, "name": f"Fitting {n}", "display_name": f"Fitting {n}", "default_code": f"FIT-{n:03}",
         "barcode": False, "uom_id": units, "categ_id": [1, "All"], "standard_price": 2.5, "active": True,
         "product_tmpl_id": [n, f"Fitting {n}"]}
        for n in range(1, PRODUCTS + 1)
    ]  # fmt: skip
    partners = [
        {"id": 100 + n, "name": f"Supplier {n}", "email": f"orders@s{n}.example", "parent_id": False,
         "is_company": True, "country_id": False, "supplier_rank": 1, "lang": "en_US"}
        for n in range(SUPPLIERS)
    ]  # fmt: skip
    own = {"id": 1, "name": "Northwind", "email": "buy@northwind.example", "parent_id": False, "is_company": True,
           "country_id": False, "supplier_rank": 0, "lang": "en_US"}  # fmt: skip
    heads = [
        {"id": n, "name": order_name(n), "partner_id": [supplier_of(n), f"Supplier {n % SUPPLIERS}"],
         "partner_ref": False, "company_id": [1, "Northwind"], "currency_id": euro, "state": "purchase",
         "date_order": "2026-11-02 08:00:00", "date_approve": "2026-11-02 09:00:00",
         "date_planned": "2026-12-04 12:00:00", "user_id": [2, "Bea"], "payment_term_id": False,
         "incoterm_id": False, "picking_type_id": [1, "Receipts"], "origin": False,
         "write_date": "2026-11-02 09:00:00", "receipt_status": "pending", "amount_total": 75.0}
        for n in range(1, orders + 1)
    ]  # fmt: skip
    lines = [
        {"id": n * 2 + place, "order_id": [n, order_name(n)], "sequence": 10 + place, "display_type": False,
         "product_id": [product, f"Fitting {product}"], "name": f"[FIT-{product:03}] Fitting {product}",
         "product_qty": 10.0 * (place + 1), "product_uom_id": units, "price_unit": 2.5, "discount": 0.0,
         "currency_id": euro, "date_planned": "2026-12-04 12:00:00", "qty_received": 0.0, "qty_invoiced": 0.0}
        for n in range(1, orders + 1)
        for place, product in enumerate(goods_of(n))
    ]  # fmt: skip
    return {
        "res.company": [{"id": 1, "name": "Northwind", "email": "buy@northwind.example", "partner_id": [1, "Northwind"],
                         "currency_id": euro, "country_id": False, "po_double_validation": "one_step",
                         "po_double_validation_amount": 0.0}],
        "res.users": [{"id": 2, "name": "Bea", "login": "bea", "email": "bea@northwind.example", "lang": "en_US",
                       "company_id": [1, "Northwind"]}],
        "res.partner": [own, *partners],
        "product.product": goods,
        "product.supplierinfo": [
            {"id": product, "partner_id": [100 + product % SUPPLIERS, ""], "product_id": [product, ""],
             "product_tmpl_id": [product, ""], "product_code": f"S-{product}", "price": 2.5, "currency_id": euro,
             "delay": 14, "min_qty": 1.0}
            for product in range(1, PRODUCTS + 1)
        ],
        **_stock_and_sales(),
        "purchase.order": heads,
        "purchase.order.line": lines,
        "res.currency": [{"id": 1, "name": "EUR"}],
        "uom.uom": [{"id": 1, "name": "Units", "factor": 1.0, "relative_factor": 1.0}],
    }  # fmt: skip


def _stock_and_sales() -> dict[str, list[Row]]:
    """One warehouse with a little of each product, and two customers' orders of each for the week after."""
    euro, units, house = [1, "EUR"], [1, "Units"], [1, "Northwind"]
    every = range(1, PRODUCTS + 1)
    return {
        "stock.warehouse": [{"id": 1, "name": "Main", "code": "WH", "company_id": house, "lot_stock_id": [8, "WH"]}],
        "stock.location": [{"id": 8, "complete_name": "WH/Stock", "usage": "internal", "warehouse_id": [1, "Main"],
                            "company_id": house}],
        "stock.picking.type": [{"id": 1, "name": "Receipts", "warehouse_id": [1, "Main"], "company_id": house,
                                "code": "incoming"}],
        "stock.quant": [{"id": n, "product_id": [n, ""], "location_id": [8, "WH/Stock"], "company_id": house,
                         "quantity": 5.0, "reserved_quantity": 0.0} for n in every],
        "stock.warehouse.orderpoint": [{"id": n, "product_id": [n, ""], "warehouse_id": [1, "Main"],
                                        "company_id": house, "product_min_qty": 2.0} for n in every],
        "sale.order": [
            {"id": n, "name": f"S{n:05}", "partner_id": [9000 + n, f"Customer {n}"], "company_id": house,
             "currency_id": euro, "warehouse_id": [1, "Main"], "state": "sale", "date_order": "2026-11-10 08:00:00",
             "commitment_date": "2026-12-11 12:00:00"}
            for n in range(1, 2 * PRODUCTS + 1)
        ],
        "sale.order.line": [
            {"id": n, "order_id": [n, f"S{n:05}"], "display_type": False, "product_id": [n % PRODUCTS + 1, ""],
             "product_uom_qty": 4.0, "qty_delivered": 0.0, "product_uom_id": units, "price_unit": 4.0,
             "discount": 0.0, "customer_lead": 0.0, "company_id": house}
            for n in range(1, 2 * PRODUCTS + 1)
        ],
    }  # fmt: skip


class Records:
    """The tables with an index by id, and by order for lines."""

    def __init__(self, orders: int) -> None:
        self.tables = world(orders)
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def found(self, model: str, domain: list[Any], limit: int, offset: int, order: str) -> list[Row]:
        rows = self.tables.get(model, [])
        for term in domain:  # a plain term that must hold narrows what is looked through
            if isinstance(term, str) and term in "|!":
                break
            if not isinstance(term, str) and term[1] == "in" and term[0] in _INDEXED:
                index = self._index(model, term[0])
                rows = [row for value in term[2] for row in index.get(value, [])]
                break
        kept = sorted((row for row in rows if _holds(row, domain)), key=lambda row: row["id"])
        if order.endswith("desc"):
            kept.reverse()
        return kept[offset : offset + limit]

    def _index(self, model: str, field: str) -> dict[Any, list[Row]]:
        if (model, field) not in self._by:
            made: dict[Any, list[Row]] = {}
            for row in self.tables.get(model, []):
                made.setdefault(_plain(row.get(field)), []).append(row)
            self._by[(model, field)] = made
        return self._by[(model, field)]


def _plain(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _holds(row: Row, domain: list[Any]) -> bool:
    """Odoo's prefix notation, with the operators that the service uses."""
    rest = list(domain)

    def one() -> bool:
        term = rest.pop(0)
        if term == "!":
            return not one()
        if term in ("|", "&"):
            left, right = one(), one()
            return left or right if term == "|" else left and right
        field, operator, wanted = term
        if "." in field:  # of a linked record: all orders of this world are open
            return True
        value = _plain(row.get(field))
        if operator in ("=", "!="):
            return bool((value == wanted) == (operator == "="))
        if operator in ("in", "not in"):
            return bool((value in wanted) == (operator == "in"))
        if operator == "=ilike":
            return str(value).lower().endswith(str(wanted).lower().lstrip("%"))
        return bool(value) and (value >= wanted if operator == ">=" else value > wanted)

    fits = True
    while rest:
        fits = one() and fits
    return fits


class Advisories:
    """What was left, once a key; every call is in the file before it is answered."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._ids: dict[str, int] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._ids.setdefault(json.loads(line)["key"], len(self._ids) + 1)

    def keep(self, values: Row) -> int:
        with self._lock:
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"key": values["key"], "res_id": values["res_id"], "digest": values["digest"],
                                      "headline": values["headline"], "at": time.time()}) + "\n")  # fmt: skip
            return self._ids.setdefault(values["key"], len(self._ids) + 1)


class Events:
    """What our service told as a receiver of its events would keep it: every call, before it is answered."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()

    def keep(self, told: Row) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"id": told["id"], "type": told["type"]}) + "\n")


def handler(
    records: Records, advisories: Advisories, events: Events, read: float, post: float
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer({"version": "19.0", "version_info": [19, 0, 0, "final", 0]})

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == EVENTS:
                events.keep(given)
                self._answer({})
                return
            _, _, _, model, method = self.path.split("/")
            if (model, method) == ("triage.advisory", "create"):
                time.sleep(post)
                self._answer([advisories.keep(values) for values in given["vals_list"]])
                return
            time.sleep(read)
            if method == "fields_get":
                self._answer({name: {"type": "char"} for name in tables.FIELDS.get(model, ())})
            elif method == "search_count":
                self._answer(len(records.found(model, given.get("domain", []), 10**9, 0, "id")))
            else:
                rows = records.found(
                    model, given["domain"], given["limit"], given.get("offset", 0), given.get("order", "id")
                )
                self._answer([{"id": row["id"], **{name: row.get(name, False) for name in given["fields"]}}
                              for row in rows])  # fmt: skip

        def _answer(self, told: object) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def main() -> None:
    port, orders, folder, read, post = sys.argv[1:]
    kept = Advisories(Path(folder) / "advisories.jsonl")
    told = Events(Path(folder) / "events.jsonl")
    made = handler(Records(int(orders)), kept, told, float(read) / 1000, float(post) / 1000)
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), made)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
