"""Lets you turn raw Odoo records into partners, people, products, prices and orders; knows their fields by version.

Works on records as `search_read` gives them, whether they come from a snapshot or from a live system.
Never asks anybody for more records: what a link points to must be among those given, or only its name is known.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.domain.erp import Company, Order, OrderLine, Partner, Person, Product, SupplierProduct
from triage.erp import fields
from triage.erp.fields import Row

_INCOTERM = re.compile(r"^\s*(?:\[([A-Z]{3})\]|([A-Z]{3})\b)")
_ADDRESS = re.compile(r"[^\s<>,;\"']{1,128}@[^\s<>,;\"']{1,255}")


def addresses(value: str) -> tuple[str, ...]:
    """The mail addresses of a partner's e-mail field, lower case; people write several into one field."""
    return tuple(dict.fromkeys(found.lower().strip(".") for found in _ADDRESS.findall(value)))


def partner(row: Row, *, is_supplier: bool) -> Partner:
    """A res.partner; `is_supplier` where its own rank does not say so but its orders or prices do."""
    found = addresses(fields.text(row, "email"))
    return Partner(
        id=row["id"],
        name=fields.text(row, "name") or fields.text(row, "display_name"),
        email=found[0] if found else "",
        parent_id=fields.link(row, "parent_id"),
        is_company=fields.truth(row, "is_company"),
        country=fields.link_name(row, "country_id"),
        is_supplier=is_supplier or fields.amount(row, "supplier_rank") > 0,
        language=fields.language(row, "lang"),
    )


def is_colleague(row: Row) -> bool:
    """A res.partner that is one of our own users, inside the company. Snapshots of before do not tell."""
    return row.get("partner_share") is False


def person(row: Row) -> Person:
    """A res.users."""
    login = fields.text(row, "login").lower()
    return Person(
        id=row["id"],
        name=fields.text(row, "name"),
        login=login,
        email=fields.text(row, "email").lower() or (login if "@" in login else ""),
        language=fields.language(row, "lang"),
    )


def company(row: Row, partners: Mapping[int, Partner]) -> Company:
    """A res.company; its country is its own or its partner's."""
    own = partners.get(fields.link(row, "partner_id") or 0)
    return Company(
        id=row["id"],
        name=fields.text(row, "name"),
        currency=fields.link_name(row, "currency_id"),
        email=fields.text(row, "email").lower() or (own.email if own else ""),
        country=fields.link_name(row, "country_id") or (own.country if own else ""),
        approval_from=fields.number(row, "po_double_validation_amount")
        if fields.text(row, "po_double_validation") == "two_step"
        else None,
    )


def product(row: Row) -> Product:
    """A product.product."""
    return Product(
        id=row["id"],
        code=fields.text(row, "default_code"),
        name=fields.text(row, "name") or fields.text(row, "display_name"),
        barcode=fields.text(row, "barcode"),
        uom=fields.link_name(row, "uom_id"),
        category=fields.link_name(row, "categ_id"),
        standard_price=fields.number(row, "standard_price"),
        active=fields.truth(row, "active", missing=True),
    )


def template(row: Row) -> int | None:
    """The product.template of a product.product."""
    return fields.link(row, "product_tmpl_id")


def supplier_of(row: Row) -> int | None:
    """The supplier of a product.supplierinfo: `partner_id` from 16 on, `name` before."""
    return fields.link(row, "partner_id", "name")


def supplier_products(row: Row, variants: Mapping[int, tuple[int, ...]]) -> tuple[SupplierProduct, ...]:
    """A product.supplierinfo, once for each product that it is about.

    variants: product ids by template. Without a product the record holds for all variants of its template.
    """
    supplier = supplier_of(row)
    own = fields.link(row, "product_id")
    products = (own,) if own is not None else variants.get(fields.link(row, "product_tmpl_id") or 0, ())
    if supplier is None:
        return ()
    price = fields.number(row, "price")
    discount = fields.amount(row, "discount")
    delay = fields.number(row, "delay")
    return tuple(
        SupplierProduct(
            supplier_id=supplier,
            product_id=product_id,
            code=fields.text(row, "product_code"),
            name=fields.text(row, "product_name"),
            price=None if price is None else discounted(price, discount),
            currency=fields.link_name(row, "currency_id"),
            lead_days=None if delay is None else int(delay),
            minimum=fields.number(row, "min_qty"),
        )
        for product_id in products
    )


def discounted(price: Decimal, percent: Decimal) -> Decimal:
    """The net price after a line's discount, at most six places."""
    if not percent:
        return price
    return round(price * (Decimal(100) - percent) / Decimal(100), 6).normalize()


def is_goods(line: Row) -> bool:
    """False for sections, subsections and notes, which are lines of the order in Odoo and none to anybody else."""
    return not fields.text(line, "display_type")


def order_lines(
    rows: Iterable[Row],
    *,
    order: Row,
    products: Mapping[int, Product],
    codes: Mapping[int, tuple[str, ...]],
    zone: ZoneInfo,
) -> tuple[OrderLine, ...]:
    """The purchase.order.line records of one order, numbered as people count them: by sequence, then id.

    codes: the supplier's codes by product id.
    """
    goods = [row for row in rows if is_goods(row)]
    goods.sort(key=lambda row: (fields.number(row, "sequence") if "sequence" in row else Decimal(10), row["id"]))
    return tuple(
        _order_line(row, number, order, products=products, codes=codes, zone=zone)
        for number, row in enumerate(goods, start=1)
    )


def _order_line(
    row: Row,
    number: int,
    order: Row,
    *,
    products: Mapping[int, Product],
    codes: Mapping[int, tuple[str, ...]],
    zone: ZoneInfo,
) -> OrderLine:
    product_id = fields.link(row, "product_id")
    known = products.get(product_id or 0)
    description = fields.text(row, "name")
    return OrderLine(
        id=row["id"],
        order_id=order["id"],
        number=number,
        product_id=product_id,
        product_code=known.code if known else _bracketed(fields.link_name(row, "product_id")),
        supplier_codes=codes.get(product_id or 0, ()),
        description=description or fields.link_name(row, "product_id"),
        quantity=fields.amount(row, "product_qty"),
        received=fields.amount(row, "qty_received"),
        invoiced=fields.amount(row, "qty_invoiced"),
        uom=fields.link_name(row, "product_uom_id", "product_uom"),
        price=discounted(fields.amount(row, "price_unit"), fields.amount(row, "discount")),
        currency=fields.link_name(row, "currency_id") or fields.link_name(order, "currency_id"),
        due=fields.day(row, zone, "date_planned") or fields.day(order, zone, "date_planned"),
    )


def _bracketed(display_name: str) -> str:
    """The code in Odoo's display name of a product: "[DRV-1040] Gear motor"."""
    if not display_name.startswith("["):
        return ""
    return display_name[1:].partition("]")[0]


def order(
    row: Row,
    lines: tuple[OrderLine, ...],
    *,
    supplier: Partner,
    company: Company,
    buyer: Person | None,
    warehouse: tuple[int, str] | None,
    zone: ZoneInfo,
) -> Order:
    """A purchase.order with its lines."""
    return Order(
        id=row["id"],
        name=fields.text(row, "name") or fields.text(row, "display_name"),
        supplier=supplier,
        company=company,
        currency=fields.link_name(row, "currency_id") or company.currency,
        state=fields.text(row, "state"),
        ordered_on=fields.day(row, zone, "date_approve", "date_order"),
        buyer=buyer,
        lines=lines,
        partner_ref=fields.text(row, "partner_ref"),
        payment_term=fields.link_name(row, "payment_term_id"),
        incoterm=incoterm(fields.link_name(row, "incoterm_id")),
        warehouse_id=warehouse[0] if warehouse else None,
        warehouse=warehouse[1] if warehouse else "",
        origin=fields.text(row, "origin"),
        revised_at=fields.instant(row, "write_date"),
    )


def incoterm(display_name: str) -> str:
    """The three-letter code: Odoo shows "DAP" or "[DAP] DELIVERED AT PLACE"; the name itself where it has no code."""
    match = _INCOTERM.match(display_name)
    return (match[1] or match[2]) if match else display_name
