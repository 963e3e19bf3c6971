"""What of ours stands in Odoo, and how the orders are that our notes hang on. Reads in batches, changes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from triage.domain.posting import Left, LineNow, OrderNow
from triage.erp import fields, records
from triage.erp.fields import Row
from triage.erp.odoo import action, allowed, poster, tables
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError


class Standing:
    """Compares what we left with one Odoo."""

    def __init__(self, wire: Wire, timezone: str = "UTC") -> None:
        """timezone: in which the instants of planned dates become days, as where messages are read."""
        self._wire = wire
        self._zone = ZoneInfo(timezone)
        self._reader = tables.Reader(wire)

    def missing(self, left: Sequence[Left]) -> tuple[str, ...]:
        """Keys of notes that do not stand where they were left, or say something else.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        ask = self._by_module if self._wire.action_id is None else self._by_action
        return tuple(key for some in _chunks(left) for key in ask(some))

    def orders(self, ids: Sequence[int]) -> dict[int, OrderNow]:
        """Orders by id; those that are gone or can't be seen are left out."""
        wanted = sorted(set(ids))
        rows = self._reader.rows("purchase.order", [("id", "in", wanted)])
        lines = defaultdict(list)
        for line in self._reader.rows("purchase.order.line", [("order_id", "in", wanted)]):
            lines[fields.link(line, "order_id")].append(line)
        return {row["id"]: _order(row, lines[row["id"]], self._zone) for row in rows}

    def _by_module(self, left: Sequence[Left]) -> list[str]:
        asked = {"domain": [("key", "in", [item.key for item in left])], "fields": ["key", "digest", "note_stands"]}
        try:
            rows = self._wire.call("triage.advisory", "search_read", asked)
        except ErpRefusedError as error:
            if "note_stands" not in error.reason:
                raise
            way_out = "Update the module triage_advisory in Odoo."
            raise ErpRefusedError("our module is of an older version", subject="Odoo", way_out=way_out) from error
        there = {row["key"]: row["digest"] for row in rows if row["note_stands"]}
        return [item.key for item in left if there.get(item.key) != item.digest]

    def _by_action(self, left: Sequence[Left]) -> list[str]:
        names = {poster.external_id(item.key, item.record): item.key for item in left}
        context = {"active_model": "purchase.order", "triage": {"standing": list(names)}}
        answer = self._wire.call(*allowed.RUN, ids=[self._wire.action_id or 0], context=context)
        if not isinstance(answer, dict) or "missing" not in answer:
            raise ErpRefusedError(
                "the server action is of an older version", subject="Odoo", way_out="Run `triage odoo setup` again."
            )
        return [names[name] for name in answer["missing"]]


def _order(row: Row, lines: Sequence[Row], zone: ZoneInfo) -> OrderNow:
    # Odoo writes an order's own stamp only where something of the order itself changed, a total or its first day.
    written = [moment for record in (row, *lines) if (moment := fields.instant(record, "write_date")) is not None]
    return OrderNow(
        id=int(str(row["id"])),
        state=fields.text(row, "state"),
        terms=(fields.link_name(row, "payment_term_id"), records.incoterm(fields.link_name(row, "incoterm_id"))),
        is_received=fields.text(row, "receipt_status") == "full",
        revised_at=max(written, default=None),
        lines=tuple(sorted(_line(line, row, zone) for line in lines if records.is_goods(line))),
    )


def _line(line: Row, order: Row, zone: ZoneInfo) -> LineNow:
    return LineNow(
        id=int(str(line["id"])),
        product_id=fields.link(line, "product_id"),
        quantity=fields.amount(line, "product_qty"),
        price=records.discounted(fields.amount(line, "price_unit"), fields.amount(line, "discount")),
        due=fields.day(line, zone, "date_planned") or fields.day(order, zone, "date_planned"),
    )


def _chunks(left: Sequence[Left]) -> Iterator[Sequence[Left]]:
    for start in range(0, len(left), action.MOST_KEYS):
        yield left[start : start + action.MOST_KEYS]
