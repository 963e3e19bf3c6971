"""What was spent, in the memory of this process: for evaluations. The store keeps the lasting one."""

from collections.abc import Callable
from datetime import UTC, datetime

from triage.domain.asking import Spending, Spent


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryLedger:
    """The `Ledger` port over a list."""

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self.spendings: list[Spending] = []

    @property
    def now(self) -> datetime:
        return self._clock()

    def spent(self, *, since: datetime, company: str | None = None) -> Spent:
        """The sum since a moment, of one company or of all."""
        mine = [
            item
            for item in self.spendings
            if item.asked.source == "model" and item.at >= since and company in (None, item.company)
        ]
        return Spent(
            tokens=sum(item.asked.tokens_in + item.asked.tokens_out for item in mine),
            money=sum((item.asked.cost for item in mine), start=Spent().money),
        )

    def add(self, spending: Spending) -> None:
        self.spendings.append(spending)
