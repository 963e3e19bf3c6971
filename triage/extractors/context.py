"""What holds for a whole document while its values are read: marks, languages, dates near by, prices' basis."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from triage.domain.document import Part
from triage.domain.evidence import Box, Evidence
from triage.extractors.hints import Hints
from triage.extractors.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """How the values of one part are to be read."""

    part: Part
    hints: Hints
    today: date  # the day on which the message was written
    languages: tuple[str, ...]
    decimal_mark: str | None
    day_first: bool | None
    price_per: Decimal | None = None  # said for the whole document
    currency: str | None = None  # said for the whole document
    weekdays: tuple[date, ...] = ()  # days to come that the part names with their day of the week
    told: date | None = None  # the day that the sentences before named last
    is_invoice: bool = False
    is_shipping: bool = False
    places: Places = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", Places(self.part.lines))

    @property
    def near(self) -> tuple[date, ...]:
        """Days on which our orders expect goods: they decide between day/month and month/day."""
        return self.hints.due_dates

    def evidence(self, text: str, *, page: int | None = None, box: Box | None = None) -> Evidence:
        """Evidence in this part; white space folded, at most 300 characters. A box not given is looked up."""
        if box is None and page is not None:
            box = self.places.box(text, page)
        return Evidence(part=self.part.name, page=page, text=" ".join(text.split())[:300], box=box)
