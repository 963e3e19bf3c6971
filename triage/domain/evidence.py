"""Where a value stands in a message. A value without evidence is not a value here."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, in PDF points (1/72 inch) from the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            left=min(self.left, other.left),
            top=min(self.top, other.top),
            right=max(self.right, other.right),
            bottom=max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The place of a value, and the words themselves exactly as they stand there."""

    part: str  # "body", "subject" or the attachment's file name
    text: str  # the words in the message
    page: int | None = None  # counted from 1; None where the part has no pages
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated(Generic[T_co]):
    """A value that the message states, where it does, and how sure the reading is."""

    value: T_co
    evidence: Evidence
    confidence: float  # 0 to 1
    source: str  # which reader found it: "table", "prose", "field", "edi", "subject", "model"
