"""Which fields of which Odoo model are read, by all their names in 14 to 19, and the batched reading of them.

A field that this version does not have, or that this user may not see, is left out; a model that the user may not read
is empty, and the doctor says so.
"""

from typing import Any

from triage.erp.odoo import faults
from triage.erp.odoo.wire import Wire

#: Fields by model; what a version calls otherwise stands beside it.
FIELDS: dict[str, tuple[str, ...]] = {
    "res.company": (
        "name", "email", "partner_id", "currency_id", "country_id", "po_double_validation",
        "po_double_validation_amount",
    ),
    "res.users": ("name", "login", "email", "lang", "company_id"),
    "res.partner": ("name", "email", "parent_id", "is_company", "country_id", "supplier_rank", "lang", "partner_share"),
    "res.partner.bank": ("acc_number", "partner_id"),
    "product.product": (
        "name", "display_name", "default_code", "barcode", "uom_id", "categ_id", "standard_price", "active",
        "product_tmpl_id",
    ),
    "product.supplierinfo": (
        "partner_id", "name", "product_id", "product_tmpl_id", "product_code", "product_name", "price", "discount",
        "currency_id", "delay", "min_qty", "date_start", "date_end",
    ),
    "purchase.order": (
        "name", "partner_id", "partner_ref", "company_id", "currency_id", "state", "date_order", "date_approve",
        "date_planned", "user_id", "payment_term_id", "incoterm_id", "picking_type_id", "origin", "write_date",
        "receipt_status", "amount_total",
    ),
    "purchase.order.line": (
        "order_id", "sequence", "display_type", "product_id", "name", "product_qty", "product_uom_id", "product_uom",
        "price_unit", "discount", "currency_id", "date_planned", "qty_received", "qty_invoiced", "write_date",
    ),
    "stock.quant": ("product_id", "location_id", "company_id", "quantity", "reserved_quantity"),
    "stock.warehouse.orderpoint": ("product_id", "warehouse_id", "company_id", "product_min_qty"),
    "stock.warehouse": ("name", "code", "company_id", "lot_stock_id"),
    "stock.location": ("complete_name", "usage", "warehouse_id", "company_id"),
    "stock.picking.type": ("name", "warehouse_id", "company_id", "code"),
    "stock.move": (
        "product_id", "sale_line_id", "purchase_line_id", "state", "date", "quantity", "reserved_availability",
    ),
    "stock.picking": ("name", "origin", "purchase_id", "carrier_tracking_ref", "state"),
    "sale.order": (
        "name", "partner_id", "company_id", "currency_id", "warehouse_id", "state", "date_order", "commitment_date",
    ),
    "sale.order.line": (
        "order_id", "display_type", "product_id", "product_uom_qty", "qty_delivered", "product_uom_id", "product_uom",
        "price_unit", "discount", "customer_lead", "company_id",
    ),
    "account.move": (
        "name", "ref", "payment_reference", "invoice_origin", "move_type", "state", "partner_id", "currency_id",
    ),
    "account.move.line": (
        "move_id", "purchase_line_id", "product_id", "quantity", "price_unit", "discount", "product_uom_id",
    ),
    "mail.message": (
        "message_type", "model", "res_id", "subject", "body", "email_from", "date", "create_date", "create_uid",
        "message_id", "incoming_email_to", "incoming_email_cc", "attachment_ids",
    ),
    "ir.attachment": ("name", "mimetype", "file_size"),
    "res.currency": ("name",),
    "uom.uom": (
        "name", "factor", "relative_factor", "factor_inv", "ratio", "uom_type", "category_id", "relative_uom_id",
    ),
}  # fmt: skip
_PAGE = 2_000  # records of one call
_MOST = 100_000  # records of one question


class Reader:
    """Reads rows as a snapshot holds them."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._known: dict[str, tuple[str, ...]] = {}
        self.unreadable: dict[str, str] = {}  # model → why

    @property
    def supplier_field(self) -> str:
        """What product.supplierinfo calls the supplier: `partner_id` from 16 on."""
        return "partner_id" if "partner_id" in self.fields("product.supplierinfo") else "name"

    def fields(self, model: str) -> tuple[str, ...]:
        """Those of our fields that this Odoo has and this user may see; asked for once."""
        if model not in self._known:
            try:
                found = self.wire.call(model, "fields_get", {"attributes": ["type"]})
            except (faults.Refused, faults.Missing) as error:
                self.unreadable[model] = error.reason
                found = {}
            self._known[model] = tuple(name for name in FIELDS[model] if name in found)
        return self._known[model]

    def rows(
        self, model: str, domain: list[Any], *, limit: int = _MOST, order: str = "id", only: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        """All records that fit, page by page; none where the model can't be read. only: these fields instead of all.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        names = tuple(name for name in self.fields(model) if not only or name in only)
        if not names:
            return []
        found: list[dict[str, Any]] = []
        context = {"active_test": False} if model == "product.product" else None
        while len(found) < limit:
            size = min(_PAGE, limit - len(found))
            asked: dict[str, Any] = {
                "domain": domain, "fields": list(names), "limit": size, "offset": len(found),
                "order": order,
            }  # fmt: skip
            try:
                page = self.wire.call(model, "search_read", asked, context=context)
            except faults.Refused as error:
                self.unreadable[model] = error.reason
                self._known[model] = ()
                return []
            found.extend(page)
            if len(page) < size:
                break
        return found
