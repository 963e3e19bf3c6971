"""What all structured formats have in common: the result, and the statement of a coded line.

Code tables are quoted from their standards: UN/EDIFACT D.01B code lists 1229, 4343, 2005, 6063; X12 005010 data
elements 587, 668, 670; UBL 2.1 line response codes (UNCL 4343 subset); cXML 1.2 ConfirmationStatus/@type.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Price

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A structured document, read."""

    kind: str  # value of `triage.domain.assessment.Kind`
    order_numbers: tuple[Stated[str], ...] = ()
    reference: Stated[str] | None = None
    document_date: date | None = None
    lines: tuple[LineStatement, ...] = ()
    header_disposition: Stated[Disposition] | None = None
    doubts: tuple[str, ...] = ()  # what could not be read, with the segment


def stated(part: str, value: T, text: str, confidence: float = 0.995) -> Stated[T]:
    """A value with the segment or element it stands in."""
    evidence = Evidence(part=part, text=" ".join(text.split())[:300])
    return Stated(value=value, evidence=evidence, confidence=confidence, source="edi")


def decimal_of(text: str | None) -> Decimal | None:
    """A number of a structured format: point (or EDIFACT comma) as decimal mark, no grouping."""
    if text is None:
        return None
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 12 else None


def day_of(text: str | None) -> date | None:
    """CCYYMMDD, YYMMDD, CCYY-MM-DD with or without a time behind."""
    if not text:
        return None
    digits = text.strip()[:10].replace("-", "")
    if len(digits) >= 8 and digits[:8].isdigit():
        year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    elif len(digits) == 6 and digits.isdigit():
        year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(slots=True, kw_only=True)
class Draft:
    """One line while its segments are collected."""

    part: str
    texts: list[str]
    position: Stated[int] | None = None
    codes: list[Stated[str]] | None = None
    description: Stated[str] | None = None
    order_number: Stated[str] | None = None
    quantity: Stated[Decimal] | None = None
    ordered: Stated[Decimal] | None = None
    unit: Stated[str] | None = None
    price: Stated[Price] | None = None
    promised: Stated[date] | None = None
    disposition: Stated[Disposition] | None = None
    substitute: Stated[str] | None = None

    def add_code(self, code: str, text: str) -> None:
        """A code of the article, ours or theirs."""
        if code.strip():
            self.codes = [*(self.codes or []), stated(self.part, code.strip(), text)]

    def statement(self) -> LineStatement:
        """The line as it stands; a rejected line confirms no quantity and no date."""
        rejected = self.disposition is not None and self.disposition.value is Disposition.REJECTED
        return LineStatement(
            evidence=Evidence(part=self.part, text=" ".join(" ".join(self.texts).split())[:300]),
            order_number=self.order_number,
            position=self.position,
            codes=tuple(self.codes or ()),
            description=self.description,
            quantity=None if rejected else self.quantity,
            unit=self.unit,
            price=self.price,
            promised=None if rejected else self.promised,
            ordered_quantity=self.ordered,
            disposition=self.disposition,
            substitute_code=self.substitute,
        )
