"""The rows of a table that belong to one line of a document, and how values are taken from its cells."""

from dataclasses import dataclass, field
from typing import TypeVar

from triage.domain.document import Cell
from triage.domain.evidence import Evidence, Stated
from triage.extractors import numbers
from triage.extractors.columns import Role
from triage.extractors.context import Context

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Item:
    """The rows that belong to one line of the document, while they are collected."""

    cells: dict[Role, list[Cell]] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)  # continuation rows, and columns without a meaning
    page: int | None = None
    texts: list[str] = field(default_factory=list)
    again: bool = False  # another delivery of the goods of the item before it

    def text(self, role: Role) -> str:
        """Everything in the cells of a role."""
        return " ".join(cell.text for cell in self.cells.get(role, ()) if cell.text.strip())


def evidence(item: Item, context: Context, role: Role | None, text: str) -> Evidence:
    """The place of a text in the cells of a role."""
    cells = item.cells.get(role, []) if role else []
    return context.evidence(text, page=item.page, box=cells[0].box if cells else None)


def stated_in(item: Item, context: Context, role: Role | None, value: T, text: str, confidence: float) -> Stated[T]:
    """A value read from a cell; less sure where the page is a picture."""
    if context.part.ocr:
        confidence *= 0.85
    return Stated(value=value, evidence=evidence(item, context, role, text), confidence=confidence, source="table")


def numbers_in(text: str, context: Context) -> list[numbers.FoundNumber]:
    """The numbers of a cell but for percentages."""
    found = numbers.find_numbers(text, decimal_mark=context.decimal_mark)
    return [number for number in found if not number.percent]
