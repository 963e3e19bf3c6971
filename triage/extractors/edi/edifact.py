"""UN/EDIFACT ORDRSP and DESADV (D.93A to D.01B and EANCOM) to structured lines.

Own segment reader with limits: segments are few, their separators are given by UNA, and a malformed
envelope must not cost the lines that are sure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from triage.domain.statement import Disposition, LineStatement, Price
from triage.extractors.edi.structured import Draft, Structured, day_of, decimal_of, stated

_MOST_SEGMENTS = 20_000
#: UNCL 1229, action request/notification of LIN and of ORDRSP lines.
ACTIONS = {
    "1": Disposition.ADDED, "2": Disposition.REJECTED, "3": Disposition.CHANGED, "5": Disposition.ACCEPTED,
    "6": Disposition.CHANGED, "7": Disposition.REJECTED, "10": Disposition.REJECTED,
    "11": Disposition.ACCEPTED, "24": Disposition.CHANGED, "36": Disposition.CHANGED,
}  # fmt: skip
#: UNCL 4343 and BGM's 1225, response of the whole message.
RESPONSES = {
    "AP": Disposition.ACCEPTED, "AB": None, "AC": None, "RE": Disposition.REJECTED, "NA": None,
    "29": Disposition.ACCEPTED, "27": Disposition.REJECTED, "4": None, "9": None,
}  # fmt: skip
#: UNCL 2005 in order of preference: promised, delivery as confirmed, estimated arrival, then dispatch.
_PROMISED = ("69", "67", "358", "191", "17", "132", "2", "63", "64", "76", "10", "11")
_WISH = {"2", "10"}
#: UNCL 6063.
_CONFIRMED_QUANTITY = ("113", "12", "21", "194", "170")
_ORDERED_QUANTITY = "21"
_BACKORDER = "83"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment with its components."""

    tag: str
    elements: tuple[tuple[str, ...], ...]
    text: str

    def get(self, element: int, component: int = 0) -> str:
        """A component counted from 0 behind the tag; "" where absent."""
        if element >= len(self.elements) or component >= len(self.elements[element]):
            return ""
        return self.elements[element][component].strip()


def segments(text: str) -> Iterator[Segment]:
    """Segments of an interchange; separators from UNA, else the usual ones."""
    start = text.find("UNA")
    component, element, release, end = ":", "+", "?", "'"
    if start >= 0 and len(text) >= start + 9:
        component, element, _, release, _, end = tuple(text[start + 3 : start + 9])
        text = text[start + 9 :]
    else:
        begin = re.search(r"UN[BH]\+", text)
        text = text[begin.start() :] if begin else text
    for count, raw in enumerate(_split(text, end, release)):
        if count >= _MOST_SEGMENTS:
            return
        clean = raw.strip()
        if not re.match(r"[A-Z]{3}(?![A-Za-z])", clean):
            continue
        fields = [
            tuple(_plain(item, release) for item in _split(piece, component, release))
            for piece in _split(clean, element, release)
        ]
        yield Segment(tag=clean[:3], elements=tuple(fields[1:]), text=clean + end)


def _split(text: str, mark: str, release: str) -> list[str]:
    if not release.strip():
        return text.split(mark)
    return re.split(rf"(?<!{re.escape(release)}){re.escape(mark)}", text)


def _plain(text: str, release: str) -> str:
    return re.sub(rf"{re.escape(release)}(.)", r"\1", text) if release.strip() else text


class _Reader:
    """Collects a message's segments into lines."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.kind = "order_confirmation"
        self.lines: list[LineStatement] = []
        self.orders: list[str] = []
        self.doubts: list[str] = []
        self.result = Structured(kind=self.kind)
        self._draft: Draft | None = None
        self._day_rank = 99
        self._head_day: tuple[int, Segment] | None = None
        self._currency: str | None = None
        self._backorder: Draft | None = None
        self._earlier: list[Draft] = []  # deliveries of the same line that stand before this one
        self._in_line = False

    def take(self, segment: Segment) -> None:
        handler = getattr(self, f"_{segment.tag.lower()}", None)
        if handler is not None:
            handler(segment)

    def _unh(self, segment: Segment) -> None:
        kinds = {"ORDRSP": "order_confirmation", "DESADV": "shipping_notice", "INVOIC": "invoice"}
        self.kind = kinds.get(segment.get(1), self.kind)

    def _bgm(self, segment: Segment) -> None:
        number = segment.get(1)
        fate = RESPONSES.get(segment.get(3)) or RESPONSES.get(segment.get(2))
        self.result = replace(
            self.result,
            reference=stated(self.part, number, segment.text) if number else None,
            header_disposition=stated(self.part, fate, segment.text) if fate else None,
        )

    def _rff(self, segment: Segment) -> None:
        qualifier, number = segment.get(0), segment.get(0, 1)
        if qualifier in ("ON", "CO") and number:
            if self._draft is not None:
                self._draft.order_number = stated(self.part, number, segment.text)
                line = segment.get(0, 2)
                if line.isdigit():
                    self._draft.position = stated(self.part, int(line), segment.text)
            self.orders.append(number)
            self.result = replace(
                self.result,
                order_numbers=(*self.result.order_numbers, stated(self.part, number, segment.text)),
            )

    def _cux(self, segment: Segment) -> None:
        self._currency = segment.get(0, 1) or self._currency

    def _lin(self, segment: Segment) -> None:
        self._finish()
        draft = Draft(part=self.part, texts=[segment.text])
        if segment.get(0).isdigit():
            draft.position = stated(self.part, int(segment.get(0)), segment.text, 0.9)
        fate = ACTIONS.get(segment.get(1))
        if fate is not None:
            draft.disposition = stated(self.part, fate, segment.text)
        elif segment.get(1):
            self.doubts.append(f"unknown action code in {segment.text[:60]}")
        draft.add_code(segment.get(2), segment.text)
        self._draft, self._day_rank, self._in_line = draft, 99, True

    def _pia(self, segment: Segment) -> None:
        if self._draft is None:
            return
        self._draft.texts.append(segment.text)
        for index in range(1, len(segment.elements)):
            code = segment.get(index)
            if segment.get(0) == "3" and code:
                self._draft.substitute = stated(self.part, code, segment.text)
            self._draft.add_code(code, segment.text)

    def _imd(self, segment: Segment) -> None:
        words = " ".join(segment.get(2, index) for index in (3, 4) if segment.get(2, index))
        if self._draft is not None and words:
            self._draft.description = stated(self.part, words, segment.text)

    def _qty(self, segment: Segment) -> None:
        draft = self._draft
        value = decimal_of(segment.get(0, 1))
        if draft is None or value is None:
            return
        draft.texts.append(segment.text)
        qualifier = segment.get(0)
        if qualifier == _ORDERED_QUANTITY:
            draft.ordered = stated(self.part, value, segment.text)
        elif qualifier == _BACKORDER:
            self._backorder = Draft(part=self.part, texts=[segment.text])
            self._backorder.quantity = stated(self.part, value, segment.text)
            return
        if qualifier not in _CONFIRMED_QUANTITY:
            return
        if (
            qualifier != _ORDERED_QUANTITY
            and draft.quantity is not None
            and draft.promised is not None
            and self._confirmed
        ):
            draft = self._split(draft)
        if qualifier != _ORDERED_QUANTITY or draft.quantity is None:
            draft.quantity = stated(self.part, value, segment.text)
            self._confirmed = qualifier != _ORDERED_QUANTITY
        if segment.get(0, 2):
            draft.unit = stated(self.part, segment.get(0, 2), segment.text)

    _confirmed = False

    def _split(self, first: Draft) -> Draft:
        """A second delivery of the same line begins: keep the first, go on with a copy."""
        self._earlier.append(first)
        self._draft = replace(first, quantity=None, promised=None, texts=list(first.texts))
        self._day_rank = 99
        return self._draft

    def _dtm(self, segment: Segment) -> None:
        qualifier, day = segment.get(0), day_of(segment.get(0, 1))
        if day is None:
            if qualifier in _PROMISED:
                self.doubts.append(f"unreadable date in {segment.text[:60]}")
            return
        if qualifier == "137" and not self._in_line:
            self.result = replace(self.result, document_date=day)
        if qualifier not in _PROMISED:
            return
        rank = _PROMISED.index(qualifier)
        if self._backorder is not None:
            self._backorder.promised = stated(self.part, day, segment.text)
        elif self._draft is None:
            if self._head_day is None or rank < self._head_day[0]:
                self._head_day = (rank, segment)
        elif rank < self._day_rank or (rank == self._day_rank and self._draft.promised is None):
            self._draft.promised = stated(self.part, day, segment.text, 0.9 if qualifier in _WISH else 0.995)
            self._draft.texts.append(segment.text)
            self._day_rank = rank

    def _pri(self, segment: Segment) -> None:
        amount = decimal_of(segment.get(0, 1))
        if self._draft is None or amount is None or segment.get(0) not in ("AAA", "AAB", "CAL", "NTP", "INV"):
            return
        if segment.get(0) in ("AAB", "CAL") and self._draft.price is not None:
            return
        per = decimal_of(segment.get(0, 4)) or decimal_of(segment.get(0, 5)) or decimal_of("1")
        if per:
            price = Price(amount=amount, per=per, currency=self._currency)
            self._draft.price = stated(self.part, price, segment.text)
            self._draft.texts.append(segment.text)

    def _uns(self, segment: Segment) -> None:
        self._finish()

    def _unt(self, segment: Segment) -> None:
        self._finish()

    def _finish(self) -> None:
        """The line ends."""
        draft = self._draft
        if draft is not None:
            for part in self._earlier:
                # The price stands once, behind the last delivery of the line.
                part.price = part.price or draft.price
                self.lines.append(part.statement())
            self._earlier = []
            self._apply_head(draft)
            self.lines.append(draft.statement())
            if self._backorder is not None and self._backorder.promised is not None:
                rest = replace(draft, quantity=self._backorder.quantity, promised=self._backorder.promised)
                rest.disposition = stated(self.part, Disposition.BACKORDERED, self._backorder.texts[0])
                self.lines.append(rest.statement())
        self._draft, self._backorder, self._confirmed, self._in_line = None, None, False, False

    def _apply_head(self, draft: Draft) -> None:
        if draft.promised is None and self._head_day is not None:
            rank, segment = self._head_day
            day = day_of(segment.get(0, 1))
            if day is not None and _PROMISED[rank] not in _WISH:
                draft.promised = stated(self.part, day, segment.text)

    def structured(self) -> Structured:
        """The whole message."""
        self._finish()
        return replace(self.result, kind=self.kind, lines=tuple(self.lines), doubts=tuple(self.doubts))


def read(part: str, text: str) -> Structured | None:
    """Read the first message of an interchange; None where there is none."""
    if not re.search(r"UN[BH]\+", text):
        return None
    reader = _Reader(part)
    ended = False
    for segment in segments(text):
        reader.take(segment)
        if segment.tag == "UNT":
            ended = True
            break
    if not ended:
        reader.doubts.append("the message ends without UNT")
    return reader.structured()
