"""What people are told: effect, options, route, rank, note, draft. Nothing here acts."""

import enum
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from triage.domain.erp import Demand, RecordRef


class Role(enum.StrEnum):
    """Who looks. People behind a role come from the policy or from the order."""

    BUYER = "buyer"
    PURCHASING_MANAGER = "purchasing_manager"
    PLANNER = "planner"
    WAREHOUSE = "warehouse"
    QUALITY = "quality"
    ACCOUNTS_PAYABLE = "accounts_payable"
    MASTER_DATA = "master_data"
    SECURITY = "security"
    CUSTOMER_SERVICE = "customer_service"


class Priority(enum.StrEnum):
    """How soon somebody must look."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a deviation does to one product's stock and customers."""

    product_id: int
    product_code: str
    order_line_id: int
    free_stock: Decimal
    short_from: date | None  # first day on which demand is not covered; None: covered
    uncovered: tuple[Demand, ...] = ()  # customer orders that suffer
    sentence: str = ""  # for people, in the language of the note
    uom: str = ""  # the product's
    until: date | None = None  # new date of the goods; None: no date is known, or they do not come
    missing: Decimal = Decimal(0)  # how much customers lack at worst before then
    below_minimum: date | None = None  # first day on which stock falls below the reordering minimum
    minimum: Decimal | None = None  # of the company's warehouses together
    cost: Decimal | None = None  # additional, in `currency`: a higher price, goods not ordered; negative: saved
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something a person could do, computed from the ERP's data."""

    what: str  # "other warehouse", "other supplier", "split delivery", "accept", "ask", "ask to expedite"
    sentence: str  # in the language of the note
    ready_on: date | None = None
    cost: Decimal | None = None  # additional, in `currency`
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """A role and the rule that put it there."""

    role: Role
    rule: str  # the policy rule's name
    reason: str
    person: str = ""  # name where known


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who should look, the one who acts first."""

    steps: tuple[RouteStep, ...] = ()
    act_by: datetime | None = None  # aware, UTC

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(step.role for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One reason for the rank, shown to people."""

    name: str
    points: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """Place in the queue."""

    priority: Priority
    score: float  # higher stands higher
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The advisory itself."""

    key: str  # one situation, one key: the same situation told again has the same key
    record: RecordRef | None  # where the note belongs; None: no record is known
    headline: str  # one line of plain text
    route: Route
    rank: Rank
    note_html: str
    effects: tuple[Effect, ...] = ()
    options: tuple[Option, ...] = ()
    draft_reply: str | None = None
    mode: str = "rules"  # "rules", "local" or "llm": what read it
    worded: tuple[str, ...] = ()  # "note", "draft": what a language model put in words
