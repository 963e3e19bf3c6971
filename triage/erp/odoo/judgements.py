"""What people judged with the buttons of our module in Odoo, read back; without the module there is nothing to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from triage.erp.odoo import faults
from triage.erp.odoo.wire import Wire

_MODEL = "triage.advisory.feedback"
_FIELDS = ("key", "decision", "comment", "login", "digest", "at", "snoozed_until", "create_date")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One press of a button."""

    id: int
    key: str  # of the situation
    decision: str  # as our module calls it
    comment: str
    login: str
    digest: str  # of the note that was judged
    at: datetime  # aware, UTC
    until: datetime | None  # end of a snooze


class Judgements:
    """Reads the judgements of one Odoo."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def listed(self, since: datetime) -> dict[int, datetime]:
        """Number → when Odoo began to write it, of all since then. Numbers are committed out of order.

        Empty where our module is not installed. Raises ErpUnavailableError, ErpRefusedError.
        """
        domain = [("create_date", ">=", since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))]
        asked: dict[str, Any] = {"domain": domain, "fields": ["create_date"], "order": "id"}
        try:
            rows = self._wire.call(_MODEL, "search_read", asked)
        except faults.Missing:
            return {}
        except faults.Refused as error:
            if self._wire.action_id is not None:
                return {}  # notes are left by the server action: there is no module to judge in
            raise error
        return {row["id"]: _instant(row["create_date"]) for row in rows}

    def read(self, ids: Sequence[int]) -> tuple[Judged, ...]:
        """These judgements, oldest first."""
        found = []
        for start in range(0, len(ids), _AT_ONCE):
            domain = [("id", "in", list(ids[start : start + _AT_ONCE]))]
            asked = {"domain": domain, "fields": list(_FIELDS), "order": "id"}
            found += [_judged(row) for row in self._wire.call(_MODEL, "search_read", asked)]
        return tuple(found)


def _judged(row: dict[str, Any]) -> Judged:
    return Judged(
        id=row["id"],
        key=row["key"] or "",
        decision=row["decision"],
        comment=row["comment"] or "",
        login=row["login"] or "",
        digest=row["digest"] or "",
        at=_instant(row["at"]),
        until=_instant(f"{row['snoozed_until']} 00:00:00") if row["snoozed_until"] else None,
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
