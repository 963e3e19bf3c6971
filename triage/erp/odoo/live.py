"""A live Odoo as the `ErpView` of the pipeline: a few batched reads a message, then the very logic of the snapshot.

Reads named fields only, those that this Odoo has and this user may see. Never writes.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.domain.erp import OrderBook, Partner, SupplierProduct, Supply
from triage.domain.watch import Watched
from triage.erp import fields
from triage.erp.odoo import slowly, tables
from triage.erp.odoo.wire import Wire
from triage.erp.snapshot import SnapshotErp

_MOST_NUMBERS = 60  # numbers of a message that are looked up as orders
_MOST_ORDERS = 200
_WATCHED_DAYS = 365  # orders that a scan looks at: open ones, and what is usual
_NUMBER = re.compile(r"[A-Za-z]{0,8}[-/_. ]?\d{3,}(?:[-/_.]\d+)*")
_MOVING = [("state", "not in", ["done", "cancel"])]
_OPEN = [("state", "in", ["sent", "to approve", "purchase", "done"])]

#: Of an order's line, where only what is still to come counts.
_COMING = (
    "order_id", "display_type", "product_id", "product_qty", "product_uom_id", "product_uom", "date_planned",
    "qty_received",
)  # fmt: skip

Rows = list[dict[str, Any]]


class LiveErp:
    """Reads one Odoo. Each question is answered by a constant number of calls."""

    def __init__(
        self, wire: Wire, timezone: str = "UTC", *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._reader = tables.Reader(wire)
        self._timezone = timezone
        self._now = now
        self._version = ""
        self._slow = slowly.Slowly(self._reader)
        self._known: tuple[dict[str, Rows], SnapshotErp] | None = None  # what changes slowly, indexed
        self._read: dict[str, dict[int, dict[str, Any]]] = {}  # model → id → record read for this message

    @property
    def now(self) -> datetime:
        """This moment; aware, UTC."""
        return self._now()

    @property
    def version(self) -> str:
        """Odoo's version, asked for once."""
        if not self._version:
            self._version = self._reader.wire.version()[1]
        return self._version

    def order_book(self, *, sender: str, text: str, company_hints: Collection[str] = ()) -> OrderBook:
        """See `ErpView.order_book`. Five calls, and every ten minutes those of what changes slowly.

        Begins a message: what it reads of goods and orders `supply` and `offers` do not read again.
        """
        self._read = {}
        families = sorted({partner.id for partner in self._base().senders(sender)})
        orders = self._orders(families, text)
        lines = self._reader.rows("purchase.order.line", [("order_id", "in", [row["id"] for row in orders])])
        suppliers = {fields.link(row, "partner_id") for row in orders} | set(families)
        prices = self._reader.rows(
            "product.supplierinfo", [(self._reader.supplier_field, "in", sorted(filter(None, suppliers)))]
        )
        wanted = {fields.link(row, "product_id") for row in (*lines, *prices)}
        templates = {fields.link(row, "product_tmpl_id") for row in prices if not fields.link(row, "product_id")}
        products = self._products(wanted, templates)
        self._read = {"product.product": _by_id(products), "purchase.order": _by_id(orders)}
        view = self._view(
            {
                "purchase.order": orders,
                "purchase.order.line": lines,
                "product.supplierinfo": prices,
                "product.product": products,
            }
        )
        return view.order_book(sender=sender, text=text, company_hints=company_hints)

    def supply(self, product_ids: Collection[int]) -> Supply:
        """See `ErpView.supply`. Four calls to seven, however many products."""
        wanted = sorted(set(product_ids))
        if not wanted:
            return Supply()
        read, of = self._reader.rows, [("product_id", "in", wanted)]
        open_lines = [
            row
            for row in read("purchase.order.line", [*of, ("order_id.state", "in", ["purchase", "done"])], only=_COMING)
            if fields.amount(row, "product_qty") > fields.amount(row, "qty_received")
        ]
        sales = read("sale.order.line", [*of, ("order_id.state", "in", ["sale", "done"])])
        waiting = [row for row in sales if fields.amount(row, "product_uom_qty") > fields.amount(row, "qty_delivered")]
        view = self._view(
            {
                "product.product": self._once("product.product", wanted),
                "stock.quant": read("stock.quant", of),
                "stock.warehouse.orderpoint": read("stock.warehouse.orderpoint", of),
                "purchase.order.line": open_lines,
                "purchase.order": self._once("purchase.order", _links(open_lines, "order_id")),
                "sale.order.line": waiting,
                "sale.order": self._once("sale.order", _links(waiting, "order_id")),
                "stock.move": self._reserved(of, waiting),
            },
        )
        return view.supply(wanted)

    def _reserved(self, of: list[Any], sales: Rows) -> Rows:
        """What may be set aside for these lines of sales orders."""
        lines = [row["id"] for row in sales]
        return self._reader.rows("stock.move", [*of, ("sale_line_id", "in", lines), *_MOVING]) if lines else []

    def offers(self, product_ids: Collection[int]) -> tuple[tuple[SupplierProduct, Partner], ...]:
        """See `ErpView.offers`. One call or two."""
        wanted = sorted(set(product_ids))
        if not wanted:
            return ()
        products = self._once("product.product", wanted)
        templates = _links(products, "product_tmpl_id")
        domain = [
            "|",
            ("product_id", "in", wanted),
            "&",
            ("product_id", "=", False),
            ("product_tmpl_id", "in", templates),
        ]
        prices = self._reader.rows("product.supplierinfo", domain)
        return self._view({"product.product": products, "product.supplierinfo": prices}).offers(wanted)

    def watched(self) -> Watched:
        """See `ErpWatch.watched`: the orders of the last year and everything open, in about ten calls."""
        read = self._reader.rows
        since = (self.now - timedelta(days=_WATCHED_DAYS)).strftime("%Y-%m-%d %H:%M:%S")
        orders = read("purchase.order", [("state", "!=", "cancel"), ("date_order", ">=", since)])
        lines = read("purchase.order.line", [("order_id", "in", [row["id"] for row in orders])])
        sales = read(
            "sale.order.line", [("order_id.state", "in", ["sale", "done"]), ("order_id.date_order", ">=", since)]
        )
        wanted = sorted({*_links(lines, "product_id"), *_links(sales, "product_id")})
        of = [("product_id", "in", wanted)]
        ordered = [row["id"] for row in lines]
        bills = read("account.move", [("move_type", "=", "in_invoice"), ("state", "=", "draft")])
        return self._view(
            {
                "purchase.order": orders,
                "purchase.order.line": lines,
                "product.product": self._products(wanted, ()),
                "stock.quant": read("stock.quant", of),
                "stock.warehouse.orderpoint": read("stock.warehouse.orderpoint", of),
                "sale.order.line": sales,
                "sale.order": read("sale.order", [("id", "in", _links(sales, "order_id"))]),
                "stock.move": [
                    *read("stock.move", [("sale_line_id", "!=", False), ("state", "not in", ["done", "cancel"])]),
                    *read("stock.move", [("purchase_line_id", "in", ordered), ("state", "=", "done")]),
                ],
                "account.move": bills,
                "account.move.line": read(
                    "account.move.line",
                    [("move_id", "in", [row["id"] for row in bills]), ("purchase_line_id", "!=", False)],
                ),
            },
        ).watched()

    def recorded(self, days: int) -> dict[str, Rows]:
        """What a snapshot holds: the orders of the last `days` and all that bears on them, in about twenty calls."""
        read = self._reader.rows
        since = (self.now - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
        orders = read("purchase.order", [("date_order", ">=", since)])
        lines = read("purchase.order.line", [("order_id", "in", [row["id"] for row in orders])])
        sales = read("sale.order.line", [("order_id.date_order", ">=", since)])
        prices = read("product.supplierinfo", [])
        wanted = sorted({*_links(lines, "product_id"), *_links(sales, "product_id"), *_links(prices, "product_id")})
        of = [("product_id", "in", wanted)]
        return {
            **self._slow.tables(),
            "purchase.order": orders,
            "purchase.order.line": lines,
            "sale.order.line": sales,
            "sale.order": read("sale.order", [("id", "in", _links(sales, "order_id"))]),
            "product.supplierinfo": prices,
            "product.product": self._products(wanted, _links(prices, "product_tmpl_id")),
            "stock.quant": read("stock.quant", of),
            "stock.warehouse.orderpoint": read("stock.warehouse.orderpoint", of),
            "stock.move": read("stock.move", [*of, ("sale_line_id", "!=", False), *_MOVING]),
            "stock.picking": read("stock.picking", [("create_date", ">=", since)]),
        }

    def _base(self) -> SnapshotErp:
        """What changes slowly, indexed once as long as it is the same."""
        slow = self._slow.tables()
        if self._known is None or self._known[0] is not slow:
            moment = self.now.strftime("%Y-%m-%d %H:%M:%S")
            view = SnapshotErp({"_now": moment, "_odoo_version": self._version, **slow}, self._timezone)
            self._known = (slow, view)
        return self._known[1]

    def _view(self, more: dict[str, Rows]) -> SnapshotErp:
        return self._base().with_rows(more, self.now)

    def _once(self, model: str, ids: Collection[int]) -> Rows:
        """Records by id; those that were read for this message already are not asked for again."""
        read = self._read.setdefault(model, {})
        missing = sorted(set(ids) - set(read))
        if missing and model == "product.product":
            read.update(_by_id(self._products(missing, ())))
        elif missing:
            read.update(_by_id(self._reader.rows(model, [("id", "in", missing)])))
        return [read[item] for item in sorted(set(ids)) if item in read]

    def _orders(self, families: Sequence[int], text: str) -> Rows:
        """Orders whose names or digits stand in the text, then the senders' open ones: the newest of each.

        Asked for apart, so that a sender's many open orders do not push out an older one that the message names.
        """
        names, digits = _numbers(text)
        clauses: list[list[Any]] = [[("name", "in", names)], [("partner_ref", "in", names)]] if names else []
        clauses += [[("name", "=ilike", f"%{found}")] for found in digits]
        told = ["|"] * (len(clauses) - 1) + [term for clause in clauses for term in clause]
        theirs: list[Any] = [("partner_id", "in", list(families)), *_OPEN]
        found: dict[int, dict[str, Any]] = {}
        for domain in (told, theirs if families else []):
            if domain:
                rows = self._reader.rows("purchase.order", domain, limit=_MOST_ORDERS, order="id desc")
                found.update({row["id"]: row for row in rows if row["id"] not in found})
        return list(found.values())

    def _products(self, ids: Iterable[int | None], templates: Iterable[int | None]) -> Rows:
        wanted, of = sorted(filter(None, ids)), sorted(filter(None, templates))
        domain: list[Any] = [("active", "in", [True, False]), "|", ("id", "in", wanted), ("product_tmpl_id", "in", of)]
        return self._reader.rows("product.product", domain)


def _by_id(rows: Rows) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def _links(rows: Iterable[dict[str, Any]], name: str) -> list[int]:
    return sorted({found for row in rows if (found := fields.link(row, name)) is not None})


def _numbers(text: str) -> tuple[list[str], list[str]]:
    """(numbers as written and without separators, runs of four digits and more), the first ones of a text."""
    names: dict[str, None] = {}
    digits: dict[str, None] = {}
    for match in _NUMBER.finditer(text):
        written = match.group()
        for form in (written, re.sub(r"[-/_. ]", "", written), re.sub(r"^[A-Za-z]+[-/_. ]?", "", written)):
            names.setdefault(form.upper())
        for run in re.findall(r"\d{4,}", written):
            digits.setdefault(run.lstrip("0").rjust(4, "0"))
        if len(digits) >= _MOST_NUMBERS:
            break
    return list(names)[: _MOST_NUMBERS * 3], list(digits)[:_MOST_NUMBERS]
