"""What the ERP alone shows, without any message: the facts that scans look at, and what they find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from triage.domain.assessment import DeviationType
from triage.domain.erp import Order, ReceiptFact, Supply

#: The door of messages that our own scan writes; nothing from outside can come through it.
DOOR = "scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """A line of a draft bill that refers to an order line."""

    order_line_id: int
    bill: str  # its name, else the supplier's number, else "draft"
    quantity: Decimal  # in the order line's unit
    price: Decimal  # net of one unit, in the bill's currency
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Everything that a scan looks at, read in one go."""

    now: datetime  # aware, UTC
    today: date  # in the company's time zone
    orders: tuple[Order, ...]  # not cancelled; drafts and those that wait for approval included
    supply: Supply  # of all products on open orders or waited for by customers
    receipts: tuple[ReceiptFact, ...] = ()  # of the lines of these orders, come or not
    bills: tuple[BilledLine, ...] = ()  # of suppliers' bills that are not posted yet
    answered: Mapping[int, datetime] = field(default_factory=dict)  # order id → first answer known
    promises: Mapping[int, tuple[date, ...]] = field(default_factory=dict)  # order line id → days told, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that somebody should know. Facts only change when the situation does, not with every day."""

    type: DeviationType
    order: Order | None
    line_number: int | None
    reason: str  # one English sentence for people
    confidence: float
    since: date | None = None  # from which it counts
    quantity: Decimal | None = None
    percent: Decimal | None = None
    stage: int = 0  # grows with how bad it is; a new stage is news
    product_code: str = ""


class ErpWatch(Protocol):
    """The ERP as a scan sees it."""

    def watched(self) -> Watched:
        """All facts, batched. `answered` and `promises` are empty: the store knows them."""
        ...
