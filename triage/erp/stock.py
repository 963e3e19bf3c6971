"""Turns raw Odoo records into stock, demand and receipts; knows where warehouse, unit and reservation are told.

Never counts what lies at customers, suppliers or in adjustments, and never counts reserved goods as free.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.domain.erp import Demand, Incoming, Order, RecordRef, Stock
from triage.erp import fields, records
from triage.erp.fields import Row

# Locations without a record of their own are told by name: these roots of Odoo's tree hold nothing to sell.
_ELSEWHERE = ("partners", "virtual locations", "inter-company", "inter-warehouse", "physical locations/inter")
_CONFIRMED_SALE = ("sale", "done")
_CONFIRMED_PURCHASE = ("purchase", "done")
_DOZEN = ("dozen", "dozens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A stock.warehouse, and how its locations are recognised."""

    id: int
    name: str
    code: str
    company_id: int
    stock_location: int | None


def warehouse(row: Row) -> Warehouse:
    """A stock.warehouse."""
    return Warehouse(
        id=row["id"],
        name=fields.text(row, "name"),
        code=fields.text(row, "code"),
        company_id=fields.link(row, "company_id") or 0,
        stock_location=fields.link(row, "lot_stock_id"),
    )


def receiving_warehouse(
    order: Row, warehouses: Iterable[Warehouse], picking_types: Mapping[int, Row]
) -> tuple[int, str] | None:
    """(id, name) of the warehouse that an order is delivered to.

    Told by the picking type; where that is not readable by its display name "Warehouse: Receipts"; else by being the
    company's only one.
    """
    own = [item for item in warehouses if item.company_id in (0, fields.link(order, "company_id") or 0)]
    named = fields.link(picking_types.get(fields.link(order, "picking_type_id") or 0, {}), "warehouse_id")
    label = fields.link_name(order, "picking_type_id")
    found = [item for item in own if item.id == named] or [
        item for item in own if label and label.startswith((f"{item.name}:", f"{item.code}:"))
    ]
    if not found and len(own) == 1:
        found = own
    return (found[0].id, found[0].name) if found else None


class Places:
    """Which warehouse a location belongs to."""

    def __init__(self, warehouses: Iterable[Warehouse], locations: Iterable[Row]) -> None:
        self._warehouses = tuple(warehouses)
        self._by_stock = {item.stock_location: item for item in self._warehouses if item.stock_location}
        self._by_id = {item.id: item for item in self._warehouses}
        self._locations = {row["id"]: row for row in locations}

    def holds_ours(self, quant: Row) -> bool:
        """True where the goods lie in a warehouse or another internal place of ours."""
        location = self._locations.get(fields.link(quant, "location_id") or 0)
        if location is not None and "usage" in location:
            return fields.text(location, "usage") == "internal"
        return not fields.link_name(quant, "location_id").lower().startswith(_ELSEWHERE)

    def warehouse_of(self, quant: Row) -> Warehouse | None:
        """By the location's own warehouse, the warehouse's stock location, or the code before the first slash."""
        location_id = fields.link(quant, "location_id") or 0
        location = self._locations.get(location_id, {})
        named = fields.link(location, "warehouse_id")
        if named in self._by_id:
            return self._by_id[named]
        if location_id in self._by_stock:
            return self._by_stock[location_id]
        code = (fields.text(location, "complete_name") or fields.link_name(quant, "location_id")).partition("/")[0]
        company = fields.link(quant, "company_id")
        for item in self._warehouses:
            if item.code and item.code == code and company in (None, item.company_id):
                return item
        return None


class Units:
    """How many of a product's own unit one of another unit is (uom.uom)."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._size = {row["id"]: _size(row) for row in rows}

    def ratio(self, unit: int | None, product_unit: int | None) -> Decimal:
        """1 where they are equal or nothing is known that would say otherwise."""
        if unit is None or product_unit is None or unit == product_unit:
            return Decimal(1)
        one, other = self._size.get(unit), self._size.get(product_unit)
        return Decimal(1) if one is None or other is None else one / other


def _size(row: Row) -> Decimal | None:
    """How many reference units one unit is: 19 says so in `factor`, earlier versions say the inverse."""
    factor = fields.number(row, "factor")
    if "relative_factor" in row:
        return factor or fields.number(row, "relative_factor")
    if fields.text(row, "uom_type") == "reference":
        return Decimal(1)
    if not factor or factor == 1:  # contradicts "bigger" and "smaller": trust only what the trade has fixed
        return Decimal(12) if fields.text(row, "name").lower() in _DOZEN else None
    return fields.number(row, "factor_inv", "ratio") or round(1 / factor, 9)


def stock(quants: Iterable[Row], orderpoints: Iterable[Row], places: Places, wanted: set[int]) -> tuple[Stock, ...]:
    """Free stock (quantity less reserved) by product, company and warehouse, with the reordering rule's minimum."""
    free: dict[tuple[int, int, int | None], Decimal] = defaultdict(Decimal)
    names: dict[int | None, str] = {None: ""}
    minimum: dict[tuple[int, int, int | None], Decimal] = {}
    for row in quants:
        product_id = fields.link(row, "product_id")
        if product_id not in wanted or not places.holds_ours(row):
            continue
        where = places.warehouse_of(row)
        company_id = fields.link(row, "company_id") or (where.company_id if where else 0)
        warehouse_id = where.id if where else None
        names[warehouse_id] = where.name if where else ""
        quantity = fields.amount(row, "quantity") - fields.amount(row, "reserved_quantity")
        free[product_id or 0, company_id, warehouse_id] += quantity
    for row in orderpoints:
        product_id, warehouse_id = fields.link(row, "product_id"), fields.link(row, "warehouse_id")
        if product_id not in wanted:
            continue
        place = (product_id or 0, fields.link(row, "company_id") or 0, warehouse_id)
        minimum[place] = max(minimum.get(place, Decimal(0)), fields.amount(row, "product_min_qty"))
        names.setdefault(warehouse_id, fields.link_name(row, "warehouse_id"))
        free.setdefault(place, Decimal(0))
    return tuple(
        Stock(
            product_id=place[0],
            company_id=place[1],
            warehouse_id=place[2],
            warehouse=names[place[2]],
            free=quantity,
            minimum=minimum.get(place),
        )
        for place, quantity in free.items()
    )


def reserved(moves: Iterable[Row]) -> dict[int, Decimal]:
    """Quantity already set aside for customers, by sale.order.line: it is in no free stock, so it is no demand either.

    The field is `quantity` from 17 on, `reserved_availability` before.
    """
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in moves:
        line = fields.link(row, "sale_line_id")
        if line is not None and fields.text(row, "state") in ("assigned", "partially_available"):
            found[line] += fields.amount(row, "quantity", "reserved_availability")
    return dict(found)


def demand(
    row: Row,
    order: Row,
    *,
    zone: ZoneInfo,
    set_aside: Decimal,
    ratio: Decimal,
    currency: str,
    fallback: date,
) -> Demand | None:
    """A sale.order.line that waits for goods; None where nothing is open or the order is not confirmed.

    Due on the promised day (commitment_date), else on the order's day plus the line's own lead time.
    """
    if fields.text(order, "state") not in _CONFIRMED_SALE or not records.is_goods(row):
        return None
    product_id = fields.link(row, "product_id")
    waiting = fields.amount(row, "product_uom_qty") - fields.amount(row, "qty_delivered")
    quantity = waiting * ratio - set_aside
    if product_id is None or quantity <= 0:
        return None
    due = fields.day(order, zone, "commitment_date")
    if due is None:
        ordered = fields.day(order, zone, "date_order") or fallback
        due = ordered + timedelta(days=min(int(fields.amount(row, "customer_lead")), 3650))
    price = records.discounted(fields.amount(row, "price_unit"), fields.amount(row, "discount"))
    return Demand(
        order=RecordRef(model="sale.order", id=order["id"], name=fields.text(order, "name")),
        customer=fields.link_name(order, "partner_id"),
        product_id=product_id,
        quantity=quantity,
        due=due,
        company_id=fields.link(order, "company_id") or fields.link(row, "company_id") or 0,
        warehouse_id=fields.link(order, "warehouse_id"),
        value=round(price * waiting, 2),
        currency=fields.link_name(order, "currency_id") or currency,
    )


def incoming(order: Order, ratios: Mapping[int, Decimal], wanted: set[int]) -> tuple[Incoming, ...]:
    """What is still to come on a confirmed purchase order, in the products' own units.

    ratios: by line id, how many of the product's unit one of the line's unit is.
    """
    if order.state not in _CONFIRMED_PURCHASE:
        return ()
    return tuple(
        Incoming(
            order_line_id=line.id,
            order_name=order.name,
            product_id=line.product_id,
            quantity=line.open_quantity * ratios.get(line.id, Decimal(1)),
            expected=line.due,
            company_id=order.company.id,
            warehouse_id=order.warehouse_id,
        )
        for line in order.lines
        if line.product_id in wanted and line.product_id is not None and line.due and line.open_quantity > 0
    )
