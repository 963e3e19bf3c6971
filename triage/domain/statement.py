"""What the supplier states, before it meets our orders. Nothing here is filled from the order."""

import enum
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain.evidence import Evidence, Stated


class Disposition(enum.StrEnum):
    """What the supplier says happens to a line, in the words of the standard order responses."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    SUBSTITUTED = "substituted"
    REJECTED = "rejected"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A net price as the supplier writes it."""

    amount: Decimal  # for `per` units, before discount
    per: Decimal = Decimal(1)  # 1, 100, 1000 …
    discounts: tuple[Decimal, ...] = ()  # percent, chained in this order
    currency: str | None = None  # ISO 4217

    @property
    def per_unit(self) -> Decimal:
        """Net price of one unit, unrounded."""
        value = self.amount / self.per
        for percent in self.discounts:
            value = value * (Decimal(100) - percent) / Decimal(100)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatement:
    """One thing said about one order line: a table row, an EDI line or a clause of a sentence.

    A split delivery is several of these with the same identification.
    """

    evidence: Evidence  # the row or clause as a whole
    order_number: Stated[str] | None = None  # as the message writes it, where the line itself names it
    position: Stated[int] | None = None  # the line number printed: a hint, never a key
    codes: tuple[Stated[str], ...] = ()  # every code-like word of the row: ours, the supplier's, old ones
    description: Stated[str] | None = None
    quantity: Stated[Decimal] | None = None
    unit: Stated[str] | None = None  # as written
    price: Stated[Price] | None = None
    amount: Stated[Decimal] | None = None  # line total, for arithmetic
    promised: Stated[date] | None = None
    former_date: Stated[date] | None = None  # the date that it replaces, where the message tells both
    ordered_quantity: Stated[Decimal] | None = None  # the quantity ordered, where the message tells both
    disposition: Stated[Disposition] | None = None
    substitute_code: Stated[str] | None = None  # the code delivered instead
    remainder: bool = False  # speaks of what is still open after a part delivery
    anchor: int | None = None  # id of our order line that the words point to, where the extractor could tell
    anchored_by: str = ""  # "code", "position", "description", "quantity", "topic"
    doubts: tuple[str, ...] = ()  # what did not add up while reading


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrder:
    """A statement about all lines of an order, or about all that are not named otherwise."""

    evidence: Evidence
    order_number: str | None = None  # as written; None: the order(s) that the message is about
    disposition: Stated[Disposition] | None = None
    promised: Stated[date] | None = None
    others_only: bool = False  # "all other lines unchanged"
    every_line: bool = False  # "both lines": also those that the message does not name by themselves
    confirms_quantity: bool = False
    confirms_price: bool = False
    confirms_date: bool = False


class TermKind(enum.StrEnum):
    """Which of the order's terms a statement is about."""

    PAYMENT = "payment"
    DELIVERY = "delivery"  # incoterm
    SURCHARGE = "surcharge"
    MINIMUM = "minimum order value"
    CURRENCY = "currency"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A commercial term that the message states."""

    kind: TermKind
    value: str  # normalised where it can be ("60" days, "EXW"), else the words
    evidence: Evidence
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A change announced for a range of goods rather than for an order line."""

    percent: Stated[Decimal] | None  # signed
    valid_from: Stated[date] | None
    evidence: Evidence


class LooseKind(enum.StrEnum):
    """What a value is that a sentence names."""

    DAY = "day"
    COUNT = "quantity"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A value that a sentence names, before anybody knows what it is said of."""

    kind: LooseKind
    evidence: Evidence  # the sentence
    day: date | None = None  # of kind DAY
    number: Decimal | None = None  # of the others; stored text does not tell a day from a number

    @property
    def value(self) -> date | Decimal | None:
        """The day or the number."""
        return self.day if self.kind is LooseKind.DAY else self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything the message states about orders."""

    order_numbers: tuple[Stated[str], ...] = ()  # as written, most prominent first
    supplier_reference: Stated[str] | None = None
    lines: tuple[LineStatement, ...] = ()
    whole_orders: tuple[WholeOrder, ...] = ()
    terms: tuple[Term, ...] = ()
    price_changes: tuple[PriceChange, ...] = ()
    respond_by: Stated[date] | None = None
    document_date: date | None = None
    revision: Stated[int] | None = None  # the revision of our order that it answers
    document_title: str | None = None  # kind printed on the document itself, a `Kind` value
    columns: tuple[tuple[str, str], ...] = ()  # (head, what the cells below it showed it to hold), no word list knew it
    mentioned: tuple[int, ...] = ()  # ids of our order lines that the message speaks of, whatever it says
    unplaced: tuple[Evidence, ...] = ()  # sentences that state something of goods that could not be told
    loose: tuple[Loose, ...] = ()  # days to come, counts and prices that sentences name, read or not
    bank_accounts: tuple[Stated[str], ...] = ()  # IBANs or account numbers, normalised; never shown
    doubts: tuple[str, ...] = ()
