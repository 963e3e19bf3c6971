"""What the message means against our orders: matched lines, kind, deviations, doubts."""

import enum
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain.erp import Order, OrderLine, Partner
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Term


class Kind(enum.StrEnum):
    """Kind of message; what each means stands in the eval set format."""

    ORDER_CONFIRMATION = "order_confirmation"
    DELAY_NOTICE = "delay_notice"
    SHIPPING_NOTICE = "shipping_notice"
    CANCELLATION = "cancellation"
    PRICE_CHANGE_NOTICE = "price_change_notice"
    QUOTATION = "quotation"
    INVOICE = "invoice"
    QUALITY_NOTICE = "quality_notice"
    BANK_DETAILS_CHANGE = "bank_details_change"
    QUESTION = "question"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


class DeviationType(enum.StrEnum):
    """What differs; called exception on screens, in the API and in eval sets."""

    LATE_DELIVERY = "late_delivery"
    EARLY_DELIVERY = "early_delivery"
    QUANTITY_SHORT = "quantity_short"
    QUANTITY_OVER = "quantity_over"
    PRICE_DEVIATION = "price_deviation"
    LINE_REJECTED = "line_rejected"
    SUBSTITUTION = "substitution"
    TERMS_CHANGE = "terms_change"
    BANK_DETAILS_CHANGE = "bank_details_change"
    QUALITY_ISSUE = "quality_issue"
    UNMATCHED_REFERENCE = "unmatched_reference"
    DUPLICATE_DOCUMENT = "duplicate_document"
    UNREADABLE_DOCUMENT = "unreadable_document"
    SUPPLIER_QUESTION = "supplier_question"
    INVOICE_MISMATCH = "invoice_mismatch"
    SHIPMENT_DISCREPANCY = "shipment_discrepancy"
    SUSPICIOUS_CONTENT = "suspicious_content"
    MISSING_CONFIRMATION = "missing_confirmation"
    OVERDUE_RECEIPT = "overdue_receipt"
    STOCK_RISK = "stock_risk"
    UNUSUAL_PURCHASE = "unusual_purchase"
    SUPPLIER_DELAY_RISK = "supplier_delay_risk"
    APPROVAL_STALLED = "approval_stalled"


class DelayReason(enum.StrEnum):
    """Why goods come later, as the message says."""

    MATERIAL = "material"
    CAPACITY = "capacity"
    TRANSPORT = "transport"
    CUSTOMS = "customs"
    WEATHER = "weather"
    QUALITY = "quality"
    BREAKDOWN = "breakdown"
    PAYMENT = "payment"
    HOLIDAY = "holiday"
    OTHER = "other"
    UNKNOWN = "unknown"


class DoubtCode(enum.StrEnum):
    """Why a person should look: closed set, so that it can be counted."""

    UNREADABLE = "unreadable"
    SUSPICIOUS = "suspicious"
    UNKNOWN_ORDER = "unknown order"
    UNKNOWN_SENDER = "unknown sender"
    CONTRADICTION = "contradiction"
    UNMATCHED_LINE = "unmatched line"
    ARITHMETIC = "arithmetic"
    IMPLAUSIBLE = "implausible"
    INCOMPLETE = "incomplete"
    AMBIGUOUS_DATE = "ambiguous date"
    AMBIGUOUS_QUANTITY = "ambiguous quantity"
    LOW_CONFIDENCE = "low confidence"
    KIND_UNSURE = "kind unsure"
    OCR = "ocr"
    OUTDATED_REVISION = "outdated revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reason to ask a person, in words and with its place."""

    code: DoubtCode
    reason: str  # one English sentence without supplier text beyond short quotes
    evidence: tuple[Evidence, ...] = ()
    needs_person: bool = True  # False: worth showing, no reason to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The kind of the message and how sure."""

    kind: Kind
    confidence: float  # calibrated, 0 to 1
    source: str  # "rule: …" or the model's name and version
    evidence: tuple[Evidence, ...] = ()
    runner_up: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedLine:
    """One statement about one of our lines, in our units. `None` means: the message does not state it."""

    statement: LineStatement
    order: Order | None  # None: the line is on no order of ours
    line: OrderLine | None
    matched_by: str  # "our code", "supplier code", "position", "description", "only line", "whole order", ""
    product_code: str | None  # ours
    supplier_product_code: str | None  # only where the message names it
    quantity: Decimal | None = None  # in the order line's unit
    uom: str | None = None  # the ERP's name, only where the message states a unit
    price: Decimal | None = None  # net per order unit, six places at most
    currency: str | None = None
    promised: date | None = None
    status: Disposition | None = None
    confidence: float = 0.0  # calibrated; that all stated values of the line are right

    @property
    def order_name(self) -> str | None:
        return self.order.name if self.order else None

    @property
    def line_number(self) -> int | None:
        return self.line.number if self.line else None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The row and every value's own place, the row first."""
        stated: tuple[Stated[object] | None, ...] = (
            self.statement.quantity,
            self.statement.price,
            self.statement.promised,
            self.statement.disposition,
            *self.statement.codes,
        )
        places = [self.statement.evidence, *(item.evidence for item in stated if item is not None)]
        return tuple(dict.fromkeys(places))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedReference:
    """A number that the message calls our order, and that is none of ours."""

    written: str
    evidence: Evidence
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The statement after it met our orders."""

    orders: tuple[Order, ...]
    lines: tuple[ConfirmedLine, ...]
    unmatched: tuple[UnmatchedReference, ...] = ()
    supplier_reference: Stated[str] | None = None
    terms: tuple[Term, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One difference from what was ordered, or one thing about the message that someone must know."""

    type: DeviationType
    reason: str  # one English sentence for people
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    order: Order | None = None
    line: OrderLine | None = None
    days: int | None = None  # calendar days, positive
    percent: Decimal | None = None  # signed, one decimal
    quantity: Decimal | None = None  # absolute
    fraud: bool = False  # of a suspicious message: money would be lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything known about a message before anybody is advised."""

    kind: Judged
    confirmation: Confirmation
    deviations: tuple[Deviation, ...]
    respond_by: date | None = None
    delay_reason: DelayReason | None = None
    delay_confidence: float = 1.0  # calibrated; of `delay_reason`
    doubts: tuple[Doubt, ...] = ()  # all of them, those of reading and matching included
    stop_use: bool = False  # the supplier asks to stop using goods
    supplier: Partner | None = None  # the company whose address the sender has, where that is one supplier

    @property
    def needs_review(self) -> bool:
        """True where a person must read the message itself."""
        return any(doubt.needs_person for doubt in self.doubts)

    @property
    def is_suspicious(self) -> bool:
        return any(item.type is DeviationType.SUSPICIOUS_CONTENT for item in self.deviations)
