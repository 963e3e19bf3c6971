"""What leaves for the ERP: a note on one record, once a situation. Whoever satisfies `Poster` does nothing else."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from triage.domain.erp import RecordRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An advisory on its way to a record. The same key again means: the living note is brought up to date."""

    key: str  # of the situation
    record: RecordRef
    headline: str
    body_html: str
    digest: str  # hexadecimal SHA-256 of record and body: equal for the same note
    priority: str = "normal"  # low, normal, high, urgent
    score: float = 0.0  # higher stands higher
    kind: str = "other"  # of the message
    roles: tuple[str, ...] = ()  # the one who acts first
    assignee: int | None = None  # user of the ERP who should act
    act_by: datetime | None = None  # aware, UTC
    needs_review: bool = False
    mode: str = "rules"  # what read the message
    supplier: str = ""
    buyer: str = ""
    settled: bool = False  # the matter is over: nobody need act on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that a note stands where it should."""

    key: str
    place: str  # what took it: "store", "odoo"
    external_id: str  # of the note at that place
    digest: str  # of the note that stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A note that was left, by our own receipts."""

    key: str  # of the situation
    record: RecordRef
    digest: str


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class LineNow:
    """What a judgement about an order line rests on."""

    id: int
    product_id: int | None
    quantity: Decimal
    price: Decimal  # net, after the order's own discount
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNow:
    """An order as it is now."""

    id: int
    state: str  # as of `Order`
    terms: tuple[str, str]  # payment term, Incoterm's code
    is_received: bool  # all of it
    revised_at: datetime | None  # aware, UTC, whole seconds: the last write to it or to one of its lines
    lines: tuple[LineNow, ...]  # goods lines by id

    @property
    def is_cancelled(self) -> bool:
        return self.state == "cancel"


class Poster(Protocol):
    """Leaves a note. Posting the same note again changes nothing and returns the same receipt."""

    @property
    def place(self) -> str:
        """What takes the notes: "store", "odoo"."""
        ...

    def post(self, note: Note) -> Receipt:
        """Raises ErpUnavailableError where trying again can help, ErpRefusedError where it can't."""
        ...
