"""Words that a language model points at, read by our own grammars: the model says where a value stands, never what it
is. Words that our grammars can't read as exactly one value, and lines that do not speak of the goods, are dropped.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from triage.domain import codes, units
from triage.domain.asking import Found, Pointed
from triage.domain.document import Part, Reading
from triage.domain.erp import Order, OrderBook
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Price
from triage.extractors import dates, fields, hints, money, numbers, vocabulary
from triage.extractors.date_frame import FoundDate
from triage.extractors.hints import Candidate, Hints

#: No model's reading is surer than this, however sure it sounds: a person is asked.
CONFIDENCE = 0.45
SOURCE = "model"
T = TypeVar("T")
_ABOVE = 3  # lines in which the goods may be named that a line speaks of
_PRECISE = ("day", "week", "range", "part of month", "relative")


def statements(
    pointed: Collection[Pointed], reading: Reading, book: OrderBook, orders: Sequence[Order], now: datetime
) -> tuple[tuple[LineStatement, ...], int]:
    """(statements about our lines, how many values were dropped)."""
    reader = _Reader(reading, book, orders, reading.headers.date.date() if reading.headers.date else now.date())
    with vocabulary.spoken(reading.languages):
        found = [reader.read(item) for item in pointed]
    return tuple(item for item in found if item is not None), reader.dropped


class _Reader:
    def __init__(self, reading: Reading, book: OrderBook, orders: Sequence[Order], today: date) -> None:
        self._parts = {part.name: part for part in reading.parts}
        self._hints: Hints = hints.hints_of(book, tuple(orders))
        self._by_line = {item.line.id: item for item in self._hints.candidates}
        self._languages, self._today = reading.languages, today
        self.dropped = 0

    def read(self, item: Pointed) -> LineStatement | None:
        """One statement; None where the line does not speak of the goods, or says nothing that can be read."""
        candidate = self._by_line.get(item.line_id)
        part = self._parts.get(item.place.part)
        if candidate is None or part is None or not self._names_goods(item.place, part, candidate):
            self.dropped += 1
            return None
        evidence = _evidence(item.place)
        statement = LineStatement(
            evidence=evidence,
            quantity=self._quantity(item, part, candidate),
            unit=self._unit(item),
            price=self._price(item, part),
            promised=self._date(item),
            disposition=(
                Stated(value=Disposition.REJECTED, evidence=evidence, confidence=CONFIDENCE, source=SOURCE)
                if item.rejected
                else None
            ),
            anchor=item.line_id,
            anchored_by="model",
        )
        if not (statement.quantity or statement.price or statement.promised or statement.disposition):
            return None
        return statement if statement.quantity else replace(statement, unit=None)

    def _names_goods(self, place: Found, part: Part, candidate: Candidate) -> bool:
        """True where the line names the goods, or names none and the nearest line above that names some does.

        Where only one line of ours is in question nothing else can be meant.
        """
        if len(self._by_line) == 1:
            return True
        texts = [line.text for line in part.lines]
        index = texts.index(place.text) if place.text in texts else 0
        for text in (place.text, *reversed(texts[max(0, index - _ABOVE) : index])):
            named = self._named(text)
            if named:
                return candidate.line.id in named
        return False

    def _named(self, text: str) -> set[int]:
        """Ids of our lines whose code or telling word stands in a text."""
        squeezed, words = codes.canonical(text), hints.words_of(text)
        return {
            item.line.id
            for item in self._hints.candidates
            if any(len(code) >= 4 and code in squeezed for code in item.codes)
            or any(self._hints.word_weight.get(word, 0) >= 1 for word in words & item.words)
        }

    def _is_date(self, words: str, line: str) -> bool:
        """True where the words stand in the line only as a piece of a day."""
        days = self._days(line)
        starts = [match.start() for match in re.finditer(re.escape(words), line, re.IGNORECASE)]
        return bool(starts) and all(any(day.start <= start < day.end for day in days) for start in starts)

    def _days(self, text: str) -> tuple[FoundDate, ...]:
        return dates.find_dates(
            text, today=self._today, day_first=self._hints.day_first, languages=self._languages,
            near=self._hints.due_dates,
        )  # fmt: skip

    def _quantity(self, item: Pointed, part: Part, candidate: Candidate) -> Stated[Decimal] | None:
        if not item.quantity:
            return None
        found = numbers.find_numbers(item.quantity, decimal_mark=fields.decimal_mark_of(part))
        counted = [one for one in found if not one.percent and not one.measure and one.value > 0]
        if len(counted) != 1 or len(found) != 1 or self._is_date(item.quantity, item.place.text):
            self.dropped += 1
            return None
        one = counted[0]
        # "27" of "27-0944" is a piece of a code: read in its line it is no number.
        there = numbers.find_numbers(item.place.text, decimal_mark=fields.decimal_mark_of(part))
        if not any(one.value in (other.value, *other.alternatives) for other in there):
            self.dropped += 1
            return None
        ours = (candidate.line.quantity, candidate.line.open_quantity)
        likely = [value for value in one.alternatives if value in ours and one.value not in ours]
        return _stated(likely[0] if likely else one.value, item.place)

    def _unit(self, item: Pointed) -> Stated[str] | None:
        if not item.unit or units.find_unit(item.unit) is None:
            self.dropped += bool(item.unit)
            return None
        return _stated(item.unit, item.place)

    def _price(self, item: Pointed, part: Part) -> Stated[Price] | None:
        if not item.price:
            return None
        basis = money.find_price_basis(item.price)
        plain = item.price
        for place in reversed(basis):
            plain = plain[: place.start] + plain[place.end :]
        found = money.find_money(plain, decimal_mark=fields.decimal_mark_of(part))
        amount = found[0].amount if len(found) == 1 else None
        currency = money.currency_in(item.price)
        if amount is None or len(basis) > 1 or amount.alternatives or amount.value <= 0:
            self.dropped += 1
            return None
        if not currency and (amount.value == amount.value.to_integral_value() or self._is_date(plain, item.place.text)):
            # A bare whole number is anything.
            self.dropped += 1
            return None
        per = basis[0].per if basis else Decimal(1)
        price = Price(
            amount=found[0].amount.value, per=per, currency=found[0].currency or money.currency_in(item.price)
        )
        return _stated(price, item.place)

    def _date(self, item: Pointed) -> Stated[date] | None:
        if not item.date:
            return None
        found = self._days(item.date)
        if len(found) != 1 or found[0].alternatives or found[0].precision not in _PRECISE:
            self.dropped += 1
            return None
        return _stated(found[0].value, item.date_place)


def _stated(value: T, place: Found) -> Stated[T]:
    return Stated(value=value, evidence=_evidence(place), confidence=CONFIDENCE, source=SOURCE)


def _evidence(place: Found) -> Evidence:
    return Evidence(part=place.part, text=" ".join(place.text.split())[:300], page=place.page)
