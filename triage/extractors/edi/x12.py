"""ASC X12 855 (acknowledgment) and 856 (ship notice) to structured lines."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from triage.domain.statement import Disposition, Price
from triage.extractors.edi.structured import Draft, Structured, day_of, decimal_of, stated

_MOST_SEGMENTS = 20_000
#: Data element 668, line item status code of ACK01.
STATUS = {
    "IA": Disposition.ACCEPTED, "AC": Disposition.ACCEPTED, "AA": Disposition.ACCEPTED, "IC": Disposition.CHANGED,
    "DR": Disposition.CHANGED, "IQ": Disposition.CHANGED, "IP": Disposition.CHANGED, "AR": Disposition.CHANGED,
    "IB": Disposition.BACKORDERED, "BP": Disposition.BACKORDERED, "IH": Disposition.BACKORDERED,
    "IR": Disposition.REJECTED, "ID": Disposition.REJECTED, "IW": Disposition.BACKORDERED,
    "IS": Disposition.SUBSTITUTED, "IE": Disposition.CHANGED, "IF": Disposition.BACKORDERED, "R1": Disposition.REJECTED,
    "R2": Disposition.REJECTED, "R3": Disposition.REJECTED, "R4": Disposition.REJECTED, "SP": Disposition.BACKORDERED,
}  # fmt: skip
#: Data element 587, acknowledgment type of BAK02.
TYPES = {"AT": Disposition.ACCEPTED, "AD": Disposition.ACCEPTED, "RD": Disposition.REJECTED, "RJ": Disposition.REJECTED}
#: Data element 374 (ACK04, DTM01), the best first: promised, current schedule, estimated delivery, shipping.
_DAYS = ("069", "067", "017", "079", "002", "371", "068", "010", "011")
#: Data element 639.
_PER = {"HP": Decimal(100), "TP": Decimal(1000), "PE": Decimal(1), "HU": Decimal(100), "TH": Decimal(1000)}
_BUYER = {"BP", "IN", "PI", "PO"}
_SELLER = {"VP", "VN", "SK", "VC", "UP", "EN", "UK", "MG"}


def segments(text: str) -> Iterator[tuple[list[str], str]]:
    """(elements with the tag first, the segment's text); separators are read off ISA, else guessed."""
    start = text.find("ISA")
    element, end = "*", "~"
    if start >= 0 and len(text) > start + 105:
        element = text[start + 3]
        end = text[start + 105]
        if element.isalnum() or element.isspace():
            element = "*"
        if end.isalnum() or end == element:
            end = "~" if "~" in text else "\n"
    elif "~" not in text:
        end = "\n"
    for count, raw in enumerate(text[max(start, 0) :].split(end)):
        clean = raw.strip()
        if count >= _MOST_SEGMENTS:
            return
        if re.match(r"[A-Z][A-Z0-9]{1,2}(?:\W|$)", clean):
            yield [item.strip() for item in clean.split(element)], clean


def _get(segment: list[str], index: int) -> str:
    return segment[index] if index < len(segment) else ""


class _Reader:
    def __init__(self, part: str) -> None:
        self.part = part
        self.result = Structured(kind="order_confirmation")
        self.lines: list[Draft] = []
        self.doubts: list[str] = []
        self._currency: str | None = None
        self._base: Draft | None = None
        self._acks = 0
        self._head_day: tuple[int, str, str] | None = None
        self._order: str | None = None

    def take(self, segment: list[str], text: str) -> None:
        handler = getattr(self, f"_{segment[0].lower()}", None)
        if handler is not None:
            handler(segment, text)

    def _bak(self, segment: list[str], text: str) -> None:
        order, reference = _get(segment, 3), _get(segment, 8)
        fate = TYPES.get(_get(segment, 2))
        self.result = replace(
            self.result,
            order_numbers=(stated(self.part, order, text),) if order else (),
            reference=stated(self.part, reference, text) if reference else None,
            document_date=day_of(_get(segment, 4)),
            header_disposition=stated(self.part, fate, text) if fate else None,
        )

    def _bsn(self, segment: list[str], text: str) -> None:
        number = _get(segment, 2)
        self.result = replace(
            self.result,
            kind="shipping_notice",
            reference=stated(self.part, number, text) if number else None,
            document_date=day_of(_get(segment, 3)),
        )

    def _prf(self, segment: list[str], text: str) -> None:
        order = _get(segment, 1)
        if order:
            self._order = order
            self.result = replace(
                self.result, order_numbers=(*self.result.order_numbers, stated(self.part, order, text))
            )

    def _cur(self, segment: list[str], text: str) -> None:
        self._currency = _get(segment, 2) or None

    def _begin(self, text: str, position: str) -> Draft:
        self._base = Draft(part=self.part, texts=[text])
        self._acks = 0
        if position.isdigit():
            self._base.position = stated(self.part, int(position), text, 0.9)
        if self._order:
            self._base.order_number = stated(self.part, self._order, text)
        self.lines.append(self._base)
        return self._base

    def _codes(self, draft: Draft, segment: list[str], start: int, text: str) -> None:
        for index in range(start, len(segment) - 1, 2):
            if segment[index] in _BUYER | _SELLER:
                draft.add_code(segment[index + 1], text)

    def _po1(self, segment: list[str], text: str) -> None:
        draft = self._begin(text, _get(segment, 1))
        quantity, price = decimal_of(_get(segment, 2)), decimal_of(_get(segment, 4))
        if quantity is not None:
            draft.ordered = stated(self.part, quantity, text)
            draft.quantity = draft.ordered
        if _get(segment, 3):
            draft.unit = stated(self.part, _get(segment, 3), text)
        if price is not None:
            per = _PER.get(_get(segment, 5), Decimal(1))
            draft.price = stated(self.part, Price(amount=price, per=per, currency=self._currency), text)
        self._codes(draft, segment, 6, text)

    def _pid(self, segment: list[str], text: str) -> None:
        if self._base is not None and _get(segment, 5):
            self._base.description = stated(self.part, _get(segment, 5), text)

    def _ack(self, segment: list[str], text: str) -> None:
        if self._base is None:
            return
        draft = self._base
        if self._acks:
            draft = replace(self._base, texts=[*self._base.texts], quantity=None, promised=None)
            self.lines.append(draft)
        self._acks += 1
        status = STATUS.get(_get(segment, 1))
        if status is None:
            self.doubts.append(f"unknown line status in {text[:60]}")
        else:
            draft.disposition = stated(self.part, status, text)
        quantity, day = decimal_of(_get(segment, 2)), day_of(_get(segment, 5))
        if quantity is not None:
            draft.quantity = stated(self.part, quantity, text)
        if day is not None:
            draft.promised = stated(self.part, day, text)
        elif _get(segment, 5):
            self.doubts.append(f"unreadable date in {text[:60]}")
        if status is Disposition.SUBSTITUTED:
            for index in range(7, len(segment) - 1, 2):
                if segment[index] in _SELLER:
                    draft.substitute = stated(self.part, segment[index + 1], text)
        draft.texts.append(text)

    def _dtm(self, segment: list[str], text: str) -> None:
        qualifier, day = _get(segment, 1), _get(segment, 2)
        value = day_of(day)
        if qualifier not in _DAYS or value is None:
            return
        rank = _DAYS.index(qualifier)
        if self._base is None or self.result.kind == "shipping_notice":
            if self._head_day is None or rank < self._head_day[0]:
                self._head_day = (rank, day, text)
        elif self._base.promised is None:
            self._base.promised = stated(self.part, value, text)

    def _lin(self, segment: list[str], text: str) -> None:
        if self.result.kind == "shipping_notice":
            self._codes(self._begin(text, _get(segment, 1)), segment, 2, text)

    def _sn1(self, segment: list[str], text: str) -> None:
        quantity = decimal_of(_get(segment, 2))
        if self._base is not None and quantity is not None:
            self._base.quantity = stated(self.part, quantity, text)
            self._base.texts.append(text)
            if _get(segment, 3):
                self._base.unit = stated(self.part, _get(segment, 3), text)

    def structured(self) -> Structured:
        if self._head_day is not None:
            _, day, text = self._head_day
            for draft in self.lines:
                value = day_of(day)
                if draft.promised is None and value is not None:
                    draft.promised = stated(self.part, value, text)
        lines = tuple(draft.statement() for draft in self.lines)
        return replace(self.result, lines=lines, doubts=tuple(self.doubts))


def read(part: str, text: str) -> Structured | None:
    """Read the first transaction set 855 or 856; None where there is none."""
    if not re.search(r"\bST\W(?:855|856)", text):
        return None
    reader = _Reader(part)
    for segment, written in segments(text):
        reader.take(segment, written)
        if segment[0] == "SE":
            break
    return reader.structured()
