"""Delivery dates that stand as fields between blocks of goods: each is for the goods above it, else for those below."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from triage.domain.evidence import Stated
from triage.domain.statement import LineStatement
from triage.extractors import fields
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context


@dataclass(slots=True)
class FieldDates:
    """What the fields of a part date, as its sentences are read in order."""

    several: bool = False  # several such dates stand between the goods
    _forward: Stated[date] | None = None
    _block: list[int] = field(default_factory=list)  # statements since the last field

    @classmethod
    def between(cls, sentences: Sequence[Sentence], context: Context) -> "FieldDates":
        """For a part with these sentences."""
        days = {found[0] for item in sentences if (found := fields.field_date(item.text, context))}
        return cls(several=len(days) > 1)

    def begin(self) -> None:
        """Another order begins."""
        self._forward, self._block = None, []

    def holds(self, sentence: Sentence, context: Context) -> bool:
        """The sentence is such a field."""
        return self.several and fields.field_date(sentence.text, context) is not None

    def dates_block(self, lines: list[LineStatement], sentence: Sentence, context: Context) -> bool:
        """A line "delivery date: …" dates the undated goods above it, else those below. False: it is no such line."""
        if not self.several:
            return False
        found = fields.field_date(sentence.text, context)
        if found is None:
            return False
        value, confidence = found
        place = context.evidence(sentence.text, page=sentence.page)
        day = Stated(value=value, evidence=place, confidence=confidence, source="field")
        undated = [index for index in self._block if lines[index].promised is None]
        for index in undated:
            lines[index] = replace(lines[index], promised=day)
        self._forward = None if undated else day
        self._block = []
        return True

    def date(self, lines: list[LineStatement], start: int) -> None:
        """New goods, from `start` on, take the date of the field above them, or wait for the field below."""
        for index in range(start, len(lines)):
            if self._forward is not None and lines[index].promised is None:
                lines[index] = replace(lines[index], promised=self._forward)
            else:
                self._block.append(index)
