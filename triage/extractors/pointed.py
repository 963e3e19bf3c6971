"""Words that a language model points at, read by our own grammars: the model says where a value stands, never what it
is. Words that our grammars can't read as exactly one value, and lines that do not speak of the goods, are dropped.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from triage.domain import codes
from triage.domain.asking import Found, Pointed
from triage.domain.document import Part, Reading
from triage.domain.erp import Order, OrderBook
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, Price
from triage.extractors import dates, fields, hints, money, numbers, units
from triage.extractors.hints import Candidate, Hints

#: No model's reading is surer than this, however sure it sounds: a person is asked.
CONFIDENCE = 0.45
SOURCE = "model"
T = TypeVar("T")
_AROUND = (2, 1)  # lines before and behind in which the goods may be named
_PRECISE = ("day", "week", "range", "part of month", "relative")


def statements(
    pointed: Collection[Pointed], reading: Reading, book: OrderBook, orders: Sequence[Order], now: datetime
) -> tuple[tuple[LineStatement, ...], int]:
    """(statements about our lines, how many values were dropped)."""
    reader = _Reader(reading, book, orders, reading.headers.date.date() if reading.headers.date else now.date())
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
        """True where the line, or one close by, holds a code or a telling word of the goods; one line needs none."""
        if len(self._by_line) == 1:
            return True
        texts = [line.text for line in part.lines]
        index = texts.index(place.text) if place.text in texts else None
        near = texts[max(0, index - _AROUND[0]) : index + _AROUND[1] + 1] if index is not None else [place.text]
        squeezed = codes.canonical(" ".join(near))
        if any(len(code) >= 4 and code in squeezed for code in candidate.codes):
            return True
        words = hints.words_of(" ".join(near)) & candidate.words
        return any(self._hints.word_weight.get(word, 0) >= 1 for word in words)

    def _quantity(self, item: Pointed, part: Part, candidate: Candidate) -> Stated[Decimal] | None:
        if not item.quantity:
            return None
        found = numbers.find_numbers(item.quantity, decimal_mark=fields.decimal_mark_of(part))
        counted = [one for one in found if not one.percent and not one.measure and one.value > 0]
        if len(counted) != 1 or len(found) != 1:
            self.dropped += 1
            return None
        one = counted[0]
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
        if len(found) != 1 or len(basis) > 1 or found[0].amount.alternatives or found[0].amount.value <= 0:
            self.dropped += 1
            return None
        per = basis[0].per if basis else Price(amount=found[0].amount.value).per
        price = Price(
            amount=found[0].amount.value, per=per, currency=found[0].currency or money.currency_in(item.price)
        )
        return _stated(price, item.place)

    def _date(self, item: Pointed) -> Stated[date] | None:
        if not item.date:
            return None
        found = dates.find_dates(
            item.date, today=self._today, day_first=self._hints.day_first, languages=self._languages,
            near=self._hints.due_dates,
        )  # fmt: skip
        if len(found) != 1 or found[0].alternatives or found[0].precision not in _PRECISE:
            self.dropped += 1
            return None
        return _stated(found[0].value, item.date_place)


def _stated(value: T, place: Found) -> Stated[T]:
    return Stated(value=value, evidence=_evidence(place), confidence=CONFIDENCE, source=SOURCE)


def _evidence(place: Found) -> Evidence:
    return Evidence(part=place.part, text=" ".join(place.text.split())[:300], page=place.page)
