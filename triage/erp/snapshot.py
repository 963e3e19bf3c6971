"""Lets you use a recorded Odoo snapshot as the ERP: the same port that a live system satisfies, without any network.

Reads one JSON file and never writes. A model that is absent is empty; a field that is absent reads as false.
"""

import copy
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.domain.erp import Demand, Order, OrderBook, Partner, SupplierProduct, Supply
from triage.domain.watch import Watched
from triage.erp import fields, people, records, stock, watching
from triage.erp.fields import Row
from triage.erp.mentions import Mentions
from triage.errors import SnapshotError

_T = TypeVar("_T")
_Tables = defaultdict[str, list[Row]]
_LARGEST = 512 * 1024 * 1024  # bytes of a snapshot file


class SnapshotErp:
    """A recorded snapshot as an `ErpView`."""

    def __init__(self, source: Path | str | Mapping[str, Any], timezone: str = "UTC") -> None:
        """source: the path of an erp.json, or its content. timezone: in which UTC instants become days.

        Raises SnapshotError with file and reason.
        """
        self._subject = "snapshot" if isinstance(source, Mapping) else str(source)
        content = source if isinstance(source, Mapping) else self._load(Path(source))
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise SnapshotError(f"{timezone!r} is no time zone", subject=self._subject) from error
        self._tables = self._checked(content)
        self._now = self._moment(content.get("_now"))
        self._version = str(content.get("_odoo_version") or "")
        self._people = people.People(self._tables, people.suppliers(self._tables), self._subject)
        self._index_places()
        self._index_products()
        self._index_orders()

    def with_rows(self, more: Mapping[str, Sequence[Row]], now: datetime) -> "SnapshotErp":
        """These records and those of more models, at another moment; indexes of people and places are shared.

        Raises SnapshotError where a record can't be read.
        """
        view = copy.copy(self)
        view.__dict__.pop("_mentions", None)
        view._now = now
        view._tables = self._checked({**self._tables, **more}, already=self._tables)
        suppliers = people.suppliers(view._tables)
        if not self._people.still_hold(suppliers):
            view._people = people.People(view._tables, suppliers, self._subject)
        view._index_products()
        view._index_orders()
        return view

    @property
    def now(self) -> datetime:
        """The moment at which the messages are read; aware, UTC."""
        return self._now

    @property
    def version(self) -> str:
        """Odoo's version as recorded, "" where it was not."""
        return self._version

    def senders(self, address: str) -> tuple[Partner, ...]:
        """The partners that a mail address belongs to, and everybody of their companies."""
        return self._people.senders.find(address)[0]

    def order_book(self, *, sender: str, text: str, company_hints: Collection[str] = ()) -> OrderBook:
        """See `ErpView.order_book`."""
        senders, known_by = self._people.senders.find(sender)
        sender_roots = {self._people.senders.root(partner.id) for partner in senders}
        own = {item for root in sender_roots for item in self._orders_by_root.get(root, ())}
        named = self._mentions.named(text)
        referred = self._mentions.referred(text)
        chosen = named | {item for item in own if self._orders[item].is_open}
        chosen |= {item for item in referred if not senders or item in own}
        orders = [self._orders[item] for item in sorted(chosen, key=lambda item: (item not in named, item))]
        roots = sender_roots | {self._people.senders.root(order.supplier.id) for order in orders}
        prices = tuple(item for root in sorted(roots) for item in self._prices_by_root.get(root, ()))
        wanted = {line.product_id for order in orders for line in order.lines} | {item.product_id for item in prices}
        family = {partner.id for root in roots for partner in self._people.senders.family([root])}
        return OrderBook(
            companies=self._people.companies_for(company_hints),
            senders=senders,
            sender_known_by=known_by,
            orders=tuple(orders),
            products=tuple(
                self._products[item]
                for item in sorted(item for item in wanted if item is not None)
                if item in self._products
            ),
            supplier_products=prices,
            bank_accounts=tuple(account for account in self._people.accounts if account[0] in family),
            own_addresses=self._people.own_addresses,
            supplier_domains=self._people.senders.domains,
        )

    def supply(self, product_ids: Collection[int]) -> Supply:
        """See `ErpView.supply`."""
        wanted = set(product_ids)
        if not wanted:
            return Supply()
        ratios = {
            row["id"]: self._ratio(row, "product_uom_id", "product_uom")
            for row in self._tables["purchase.order.line"]
            if fields.link(row, "product_id") in wanted
        }
        return Supply(
            stock=stock.stock(
                self._tables["stock.quant"], self._tables["stock.warehouse.orderpoint"], self._places, wanted
            ),
            demand=self._demand(wanted),
            incoming=tuple(item for order in self._orders.values() for item in stock.incoming(order, ratios, wanted)),
        )

    def offers(self, product_ids: Collection[int]) -> tuple[tuple[SupplierProduct, Partner], ...]:
        """See `ErpView.offers`; prices whose validity has ended, or has not begun, are left out."""
        wanted = set(product_ids)
        return tuple(
            (price, self._people.partners[price.supplier_id])
            for price in self._current_prices
            if price.product_id in wanted and price.supplier_id in self._people.partners
        )

    def watched(self) -> Watched:
        """See `ErpWatch.watched`."""
        orders = tuple(order for order in self._orders.values() if order.state != "cancel")
        products = {line.product_id for order in orders for line in order.lines}
        products |= {fields.link(row, "product_id") for row in self._tables["sale.order.line"]}
        supply = self.supply([item for item in products if item is not None])
        return Watched(
            now=self._now,
            today=self._now.astimezone(self._zone).date(),
            orders=orders,
            supply=supply,
            receipts=watching.receipts(orders, self._tables["stock.move"], self._zone),
            bills=watching.draft_bills(
                self._tables["account.move"], self._tables["account.move.line"], self._billed_units()
            ),
        )

    def _billed_units(self) -> dict[int, Decimal]:
        """Bill line id → how many units of its order line one of its own is."""
        ordered = {row["id"]: row for rows in self._line_rows.values() for row in rows}
        found = {}
        for row in self._tables["account.move.line"]:
            line = ordered.get(fields.link(row, "purchase_line_id") or 0)
            if line is not None and fields.link(row, "product_uom_id"):
                unit = fields.link(line, "product_uom_id", "product_uom")
                found[row["id"]] = self._units.ratio(fields.link(row, "product_uom_id"), unit)
        return found

    # Reading and checking the file.

    def _load(self, path: Path) -> Mapping[str, Any]:
        try:
            if path.stat().st_size > _LARGEST:
                self._refuse(f"is larger than {_LARGEST // 2**20} MiB", "Record fewer orders.")
            content = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=self._no_number)
        except OSError as error:
            raise SnapshotError(
                f"can't be read: {error.strerror}", subject=self._subject, way_out="Correct the path."
            ) from error
        except UnicodeDecodeError as error:
            raise SnapshotError("is no UTF-8 text", subject=self._subject) from error
        except json.JSONDecodeError as error:
            raise SnapshotError(
                f"is no JSON: {error.msg} (line {error.lineno}, column {error.colno})", subject=self._subject
            ) from error
        except RecursionError as error:
            raise SnapshotError("is nested too deeply", subject=self._subject) from error
        if not isinstance(content, dict):
            self._refuse("holds no JSON object", "Its keys are Odoo models, its values lists of records.")
        return content

    def _no_number(self, written: str) -> NoReturn:
        self._refuse(f"holds {written}, which is no number")

    def _refuse(self, reason: str, way_out: str = "") -> NoReturn:
        raise SnapshotError(reason, subject=self._subject, way_out=way_out)

    def _checked(self, content: Mapping[str, Any], already: Mapping[str, list[Row]] | None = None) -> _Tables:
        """Records by model, each an object with an id of its own. already: what was checked before."""
        tables: _Tables = defaultdict(list, already or {})
        for model, rows in content.items():
            if model.startswith("_") or (already is not None and rows is already.get(model)):
                continue
            if not isinstance(rows, list):
                self._refuse(f"{model} holds no list", "Each model's records stand in a list.")
            seen: set[int] = set()
            for place, row in enumerate(rows, start=1):
                identity = row.get("id") if isinstance(row, dict) else None
                if isinstance(identity, bool) or not isinstance(identity, int):
                    self._refuse(f"{model}, record {place}, has no id", "Each record is an object with a number `id`.")
                if identity in seen:
                    self._refuse(f"{model} has id {identity} twice")
                seen.add(identity)
            tables[model] = rows
        return tables

    def _moment(self, written: object) -> datetime:
        try:
            found = fields.instant({"_now": written}, "_now")
        except ValueError:
            found = None
        if found is None:
            self._refuse(
                f"its `_now` is {'missing' if written in (None, False, '') else repr(written)}",
                'Write the moment of reading in UTC: "_now": "2026-01-31 09:00:00".',
            )
        return found

    def _each(self, model: str, build: Callable[[Row], _T], rows: Iterable[Row] | None = None) -> list[_T]:
        """Every record of a model built, a bad one named."""
        return people.each(model, build, self._tables[model] if rows is None else rows, self._subject)

    # Indexes, built once.

    def _index_places(self) -> None:
        self._warehouses = tuple(self._each("stock.warehouse", stock.warehouse))
        self._places = stock.Places(self._warehouses, self._tables["stock.location"])
        self._units = stock.Units(self._tables["uom.uom"])
        self._picking_types = {row["id"]: row for row in self._tables["stock.picking.type"]}

    def _index_products(self) -> None:
        self._products = {product.id: product for product in self._each("product.product", records.product)}
        self._product_units = {row["id"]: fields.link(row, "uom_id") for row in self._tables["product.product"]}
        variants: dict[int, list[int]] = defaultdict(list)
        for row in self._tables["product.product"]:
            variants[records.template(row) or 0].append(row["id"])
        frozen = {template: tuple(ids) for template, ids in variants.items() if template}
        rows = self._tables["product.supplierinfo"]
        built = self._each("product.supplierinfo", lambda row: records.supplier_products(row, frozen))
        today = self._now.astimezone(self._zone).date()
        self._current_prices: list[SupplierProduct] = []
        self._prices_by_root: dict[int, list[SupplierProduct]] = defaultdict(list)
        for row, prices in zip(rows, built, strict=True):
            start, end = fields.day(row, self._zone, "date_start"), fields.day(row, self._zone, "date_end")
            for price in prices:
                self._prices_by_root[self._people.senders.root(price.supplier_id)].append(price)
                if (start is None or start <= today) and (end is None or end >= today):
                    self._current_prices.append(price)

    def _index_orders(self) -> None:
        self._line_rows: dict[int, list[Row]] = defaultdict(list)
        for row in self._tables["purchase.order.line"]:
            self._line_rows[fields.link(row, "order_id") or 0].append(row)
        self._orders = {order.id: order for order in self._each("purchase.order", self._order)}
        self._orders_by_root: dict[int, list[int]] = defaultdict(list)
        for order in self._orders.values():
            self._orders_by_root[self._people.senders.root(order.supplier.id)].append(order.id)

    @functools.cached_property
    def _mentions(self) -> Mentions:
        return Mentions(((order.id, order.name) for order in self._orders.values()), self._other_references())

    def _order(self, row: Row) -> Order:
        supplier = self._people.supplier(row)
        company = self._people.company(row)
        by_product: dict[int, list[str]] = defaultdict(list)
        for price in self._prices_by_root.get(self._people.senders.root(supplier.id), ()):
            if price.code and price.code not in by_product[price.product_id]:
                by_product[price.product_id].append(price.code)
        lines = records.order_lines(
            self._line_rows.get(row["id"], ()),
            order=row,
            products=self._products,
            codes={product_id: tuple(found) for product_id, found in by_product.items()},
            zone=self._zone,
        )
        return records.order(
            row,
            lines,
            supplier=supplier,
            company=company,
            buyer=self._people.buyer(row),
            warehouse=stock.receiving_warehouse(row, self._warehouses, self._picking_types),
            zone=self._zone,
        )

    def _other_references(self) -> Iterable[tuple[int, str]]:
        """(order id, reference): what suppliers, invoices and receipts call an order."""
        by_name = {order.name: order.id for order in self._orders.values()}
        line_order = {line.id: order.id for order in self._orders.values() for line in order.lines}
        for order in self._orders.values():
            for written in (order.partner_ref, *order.origin.split(",")):
                yield order.id, written
        for row in self._tables["stock.picking"]:
            found = fields.link(row, "purchase_id") or by_name.get(fields.text(row, "origin"))
            if found in self._orders:
                yield found, fields.text(row, "name")
                yield found, fields.text(row, "carrier_tracking_ref")
        orders_of: dict[int, set[int]] = defaultdict(set)
        for row in self._tables["account.move.line"]:
            order_id = line_order.get(fields.link(row, "purchase_line_id") or 0)
            if order_id is not None:
                orders_of[fields.link(row, "move_id") or 0].add(order_id)
        for row in self._tables["account.move"]:
            origins = (by_name.get(name.strip()) for name in fields.text(row, "invoice_origin").split(","))
            for order_id in orders_of[row["id"]] | {item for item in origins if item is not None}:
                for field in ("name", "ref", "payment_reference"):
                    yield order_id, fields.text(row, field)

    # Stock and demand.

    def _ratio(self, row: Row, *unit_fields: str) -> Decimal:
        product_unit = self._product_units.get(fields.link(row, "product_id") or 0)
        return self._units.ratio(fields.link(row, *unit_fields), product_unit)

    def _demand(self, wanted: set[int]) -> tuple[Demand, ...]:
        sales = {row["id"]: row for row in self._tables["sale.order"]}
        set_aside = stock.reserved(self._tables["stock.move"])
        today = self._now.astimezone(self._zone).date()

        def build(row: Row) -> Demand | None:
            order = sales.get(fields.link(row, "order_id") or 0)
            if order is None:
                return None
            company = self._people.companies.get(fields.link(order, "company_id") or 0)
            return stock.demand(
                row,
                order,
                zone=self._zone,
                set_aside=set_aside.get(row["id"], Decimal(0)),
                ratio=self._ratio(row, "product_uom_id", "product_uom"),
                currency=company.currency if company else "",
                fallback=today,
            )

        rows = [row for row in self._tables["sale.order.line"] if fields.link(row, "product_id") in wanted]
        return tuple(item for item in self._each("sale.order.line", build, rows) if item is not None)
