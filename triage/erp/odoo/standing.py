"""What of ours stands in Odoo, and how the orders are that our notes hang on. Reads in batches, changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from triage.domain.posting import Left, OrderNow
from triage.erp import fields
from triage.erp.odoo import action, allowed, poster, tables
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError


class Standing:
    """Compares what we left with one Odoo."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._reader = tables.Reader(wire)

    def missing(self, left: Sequence[Left]) -> tuple[str, ...]:
        """Keys of notes that do not stand where they were left, or say something else.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        ask = self._by_module if self._wire.action_id is None else self._by_action
        return tuple(key for some in _chunks(left) for key in ask(some))

    def orders(self, ids: Sequence[int]) -> dict[int, OrderNow]:
        """Orders by id; those that are gone or can't be seen are left out."""
        rows = self._reader.rows("purchase.order", [("id", "in", sorted(set(ids)))])
        return {row["id"]: _order(row) for row in rows}

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


def _order(row: Mapping[str, object]) -> OrderNow:
    written = fields.text(row, "write_date")
    return OrderNow(
        id=int(str(row["id"])),
        is_cancelled=fields.text(row, "state") == "cancel",
        is_received=fields.text(row, "receipt_status") == "full",
        revised_at=datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None,
    )


def _chunks(left: Sequence[Left]) -> Iterator[Sequence[Left]]:
    for start in range(0, len(left), action.MOST_KEYS):
        yield left[start : start + action.MOST_KEYS]
