"""Turns raw Odoo records into what scans look at besides orders: receipts of order lines, lines of draft bills."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.domain.erp import Order, ReceiptFact
from triage.domain.watch import BilledLine
from triage.erp import fields, records
from triage.erp.fields import Row

_BILLS = ("in_invoice",)


def receipts(orders: Iterable[Order], moves: Iterable[Row], zone: ZoneInfo) -> tuple[ReceiptFact, ...]:
    """A fact for each line of goods that has a day: the day of its last receipt where all of it came."""
    came: dict[int, date] = {}
    for row in moves:
        line, day = fields.link(row, "purchase_line_id"), fields.day(row, zone, "date")
        if line is not None and day is not None and fields.text(row, "state") == "done":
            came[line] = max(day, came.get(line, day))
    return tuple(
        ReceiptFact(
            line=str(line.id),
            supplier=order.supplier.name,
            promised_on=line.due,
            received_on=came.get(line.id) if line.open_quantity <= 0 else None,
            ordered_on=order.ordered_on,
            product=line.product_code or str(line.product_id),
            origin_country=order.supplier.country,
            quantity=line.quantity,
            price=line.price,
        )
        for order in orders
        if order.state in ("purchase", "done")
        for line in order.lines
        if line.due is not None and line.product_id is not None and (line.open_quantity > 0 or line.id in came)
    )


def draft_bills(bills: Iterable[Row], lines: Iterable[Row], units: Mapping[int, Decimal]) -> tuple[BilledLine, ...]:
    """Lines of suppliers' bills in draft. units: by bill line id, how many order units one of its units is."""
    drafts = {
        row["id"]: row
        for row in bills
        if fields.text(row, "state") == "draft" and fields.text(row, "move_type") in _BILLS
    }
    found = []
    for row in lines:
        bill = drafts.get(fields.link(row, "move_id") or 0)
        order_line = fields.link(row, "purchase_line_id")
        quantity, price = fields.number(row, "quantity"), fields.number(row, "price_unit")
        if bill is None or order_line is None or quantity is None or price is None:
            continue
        ratio = units.get(row["id"], Decimal(1)) or Decimal(1)
        name = fields.text(bill, "name")
        found.append(
            BilledLine(
                order_line_id=order_line,
                bill=name if name.strip("/ ") else fields.text(bill, "ref") or "draft",
                quantity=quantity * ratio,
                price=records.discounted(price, fields.number(row, "discount") or Decimal(0)) / ratio,
                currency=fields.link_name(bill, "currency_id"),
            )
        )
    return tuple(found)
