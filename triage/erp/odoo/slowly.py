"""What changes slowly, read once and then brought up to date: companies, places, units, suppliers and their people.

Every ten minutes only what was written since the last look is read; all of it every few hours, since what was deleted
or archived is not among what was written.
"""

import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.erp import fields
from triage.erp.odoo.tables import Reader

_KEPT = 600.0  # seconds for which nothing is read again
_WHOLE = 6 * 3600.0  # seconds after which all is read again
_OVERLAP = timedelta(minutes=10)  # between looks: what was committed late, and clocks that differ
_MODELS = ("res.company", "res.users", "stock.warehouse", "stock.location", "stock.picking.type", "uom.uom")
_MOST_SUPPLIERS = 20_000  # orders and prices whose suppliers count as suppliers, the newest

Rows = list[dict[str, Any]]


class Slowly:
    """The rows of one Odoo that change slowly."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rows: dict[str, dict[int, dict[str, Any]]] = {}
        self._tables: dict[str, Rows] = {}
        self._suppliers: set[int] = set()
        self._looked: datetime | None = None  # None: all is to be read
        self._until = self._whole_until = 0.0

    def tables(self) -> dict[str, Rows]:
        """All of them by model; the very same object until something is read again.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        now = time.monotonic()
        if now >= self._until:
            looked = datetime.now(UTC)
            if now >= self._whole_until:
                self._rows, self._suppliers, self._looked = {}, set(), None
            self._look()
            if self._looked is None:
                self._whole_until = now + _WHOLE
            self._looked, self._until = looked, now + _KEPT
            self._tables = {model: list(rows.values()) for model, rows in self._rows.items()}
        return self._tables

    def _look(self) -> None:
        for model in _MODELS:
            self._keep(model, self._reader.rows(model, self._written()))
        self._keep("res.partner", self._partners(_linked(self._rows["res.company"].values(), "partner_id")))
        partners = [("partner_id", "in", sorted(self._rows["res.partner"]))]
        self._keep("res.partner.bank", self._reader.rows("res.partner.bank", [*partners, *self._written()]))

    def _written(self) -> list[Any]:
        """What was written since the last look; everything at the first one."""
        if self._looked is None:
            return []
        return [("write_date", ">=", (self._looked - _OVERLAP).strftime("%Y-%m-%d %H:%M:%S"))]

    def _keep(self, model: str, rows: Rows) -> None:
        self._rows.setdefault(model, {}).update((row["id"], row) for row in rows)

    def _partners(self, own: Collection[int]) -> Rows:
        """Our companies' partners, our people, and whoever we order from with all theirs; suppliers marked as such."""
        read, since = self._reader.rows, self._written()
        orders = read("purchase.order", since, limit=_MOST_SUPPLIERS, order="id desc", only=("partner_id",))
        prices = read(
            "product.supplierinfo", since, limit=_MOST_SUPPLIERS, order="id desc", only=("partner_id", "name")
        )
        found = _linked(orders, "partner_id") | _linked(prices, self._reader.supplier_field)
        news = found - self._suppliers
        self._suppliers |= found
        known = self._reader.fields("res.partner")
        ranked = ("supplier_rank", ">", 0) if "supplier_rank" in known else ("id", "=", 0)
        colleagues = ("partner_share", "=", False) if "partner_share" in known else ("id", "=", 0)
        wanted, before = sorted(self._suppliers), sorted(self._rows.get("res.partner", ()))
        domain: list[Any] = [
            "|", ("id", "in", [*own, *wanted, *before]), "|", ("parent_id", "in", wanted), "|", ranked, colleagues,
        ]  # fmt: skip
        rows = read("res.partner", [*domain, *since])
        if since and news:  # who became a supplier need not have been written
            rows += read("res.partner", ["|", ("id", "in", sorted(news)), ("parent_id", "in", sorted(news))])
        there = {*before, *(row["id"] for row in rows)}
        missing = sorted({parent for row in rows if (parent := fields.link(row, "parent_id"))} - there)
        rows += read("res.partner", [("id", "in", missing)]) if missing else []
        marked = self._suppliers
        return [{**row, "supplier_rank": 1} if row["id"] in marked else row for row in rows]


def _linked(rows: Iterable[dict[str, Any]], name: str) -> set[int]:
    return {found for row in rows if (found := fields.link(row, name)) is not None}
