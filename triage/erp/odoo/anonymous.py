"""Makes a recorded snapshot unrecognisable: names, addresses, references, descriptions and prices, consistently.

What is not known to be harmless is replaced: a text in a field that no list here names never stays as it was.
Quantities, days, states, currencies, countries and units stay, so that the advice about the records stays what it was.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from triage.erp import fields, records, senders

Row = dict[str, Any]
#: Texts that name nobody.
_KEPT = frozenset(
    {
        "state", "display_type", "receipt_status", "usage", "move_type", "uom_type", "lang", "date_order",
        "date_approve", "date_planned", "write_date", "date_start", "date_end", "commitment_date",
    }
)  # fmt: skip
_KEPT_MODELS = frozenset({"uom.uom", "res.currency"})
_KEPT_LINKS = frozenset(
    {"currency_id", "country_id", "uom_id", "product_uom_id", "product_uom", "incoterm_id", "payment_term_id"}
)
_ADDRESSES = frozenset({"email", "login"})
_PRICES = frozenset({"price", "price_unit", "standard_price"})
#: Left out: a total would tell the prices' factors.
_LEFT_OUT = frozenset({"amount_total"})
#: What a record and every link to it is called.
_CALLED = {
    "res.company": "Company", "res.users": "User", "res.partner": "Partner", "product.product": "Product",
    "stock.warehouse": "Warehouse", "stock.location": "Location", "stock.picking.type": "Operation",
    "purchase.order.line": "Line", "sale.order.line": "Line",
}  # fmt: skip
_LINKS = {
    "company_id": "Company", "user_id": "User", "partner_id": "Partner", "parent_id": "Partner",
    "product_id": "Product", "product_tmpl_id": "Product model", "warehouse_id": "Warehouse", "location_id": "Location",
    "lot_stock_id": "Location", "picking_type_id": "Operation", "categ_id": "Category", "sale_line_id": "Line",
    "purchase_line_id": "Line",
}  # fmt: skip
_NAMES = frozenset({"name", "display_name", "complete_name"})


class Disguise:
    """Replaces what could be recognised; the same text by the same one. secret: unknown to readers, new each time."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def tables(self, content: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
        """All records by model, disguised."""
        templates = {row["id"]: records.template(row) or 0 for row in content.get("product.product", ())}
        return {
            model: rows if model in _KEPT_MODELS else [self._row(model, row, templates) for row in rows]
            for model, rows in content.items()
        }

    def _row(self, model: str, row: Row, templates: Mapping[int, int]) -> Row:
        told = {name: self._value(model, row, name) for name in row if name not in _LEFT_OUT}
        for name in _PRICES & told.keys():
            if told[name]:
                told[name] = round(float(told[name]) * self._factor(model, row, templates), 4)
        return told

    def _value(self, model: str, row: Row, name: str) -> Any:
        value = row[name]
        if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[1], str):
            return list(value) if name in _KEPT_LINKS else [value[0], self._link(name, value[0], value[1])]
        if not isinstance(value, str) or not value or name in _KEPT:
            return value
        if model == "stock.picking.type" and name == "code":
            return value
        if name in _ADDRESSES:
            found = records.addresses(value)
            return ", ".join(map(self._address, found)) if found else self._token(value)
        if name in _NAMES and model in _CALLED:
            return f"{_CALLED[model]} {row['id']}"
        return self._token(value)

    def _link(self, name: str, identity: int, text: str) -> str:
        return f"{_LINKS[name]} {identity}" if name in _LINKS else self._token(text)

    def _number(self, kind: str, text: str) -> int:
        return int.from_bytes(hmac.digest(self._secret, f"{kind}\n{text}".encode(), hashlib.sha256)[:8])

    def _token(self, text: str) -> str:
        """A number in place of a reference: found in a text like the order's own name would be."""
        return f"X{self._number('text', text.strip().casefold()) % 10**10:010d}"

    def _address(self, address: str) -> str:
        """One at example domains; a domain that anybody can have an address at stays: it is nobody's name."""
        domain = senders.domain_of(address)
        public = domain in senders.PUBLIC_DOMAINS
        place = domain if public else f"d{self._number('domain', domain) % 10**10:010d}.example"
        return f"a{self._number('address', address) % 10**10:010d}@{place}"

    def _factor(self, model: str, row: Row, templates: Mapping[int, int]) -> float:
        """0.5 to 2, one for all prices of a product: they stay comparable with each other."""
        own = row["id"] if model == "product.product" else fields.link(row, "product_id")
        template = templates.get(own or 0) or records.template(row) or 0
        return 0.5 + 1.5 * (self._number("price", str(template)) % 10**6) / 10**6
