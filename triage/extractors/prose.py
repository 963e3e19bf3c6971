"""Reads sentences: which lines they speak of, and what they say about quantity, date, price and fate of these lines.

A value belongs to the line that the same clause names; a sentence that names none goes on with the topic
of the one before. What can belong to several lines is said with less confidence or not at all.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement, Price, WholeOrder
from triage.extractors import anchors, cues, dates, fields, money, quantities, vocabulary
from triage.extractors.anchors import Anchor
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.hints import Candidate
from triage.extractors.references import OrderNumbers

_TOPIC_REACH = 3  # sentences for which a topic stays in mind
_REFERENCE_DAY = re.compile(
    r"(?:vom|v\.|dated?|of|du|del|dell'?|de|van|z dnia|z|de|tarihli|date[ed]?)\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the sentences of a part state."""

    lines: tuple[LineStatement, ...]
    wholes: tuple[WholeOrder, ...]
    mentioned: tuple[int, ...]  # ids of our lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of one clause."""

    quantity: Stated[Decimal] | None = None
    unit: Stated[str] | None = None
    price: Stated[Price] | None = None
    promised: Stated[date] | None = None
    former_date: Stated[date] | None = None
    ordered_quantity: Stated[Decimal] | None = None
    disposition: Stated[Disposition] | None = None
    remainder: bool = False

    @property
    def says_something(self) -> bool:
        return any((self.quantity, self.price, self.promised, self.disposition))


class Narrator:
    """Walks through the sentences of a part and remembers what they are about."""

    def __init__(
        self, context: Context, finder: OrderNumbers, named: Sequence[str], *, beside_table: bool = False
    ) -> None:
        self._context = context
        self._beside_table = beside_table  # the document's lines stand in a table: sentences only add to it
        self._finder = finder
        self._named = tuple(named)
        self._order: str | None = named[0] if len(named) == 1 else None
        self._topic: tuple[Anchor, ...] = ()
        self._topic_age = 0
        self._undated = False
        self._lines: list[LineStatement] = []
        self._wholes: list[WholeOrder] = []
        self._mentioned: list[int] = []
        self._mentions: dict[int, Values] = {}  # quantities named with goods in a sentence that states nothing else
        self._fields_between = False  # several delivery dates stand as fields between the goods
        self._forward: Stated[date] | None = None
        self._block: list[int] = []  # statements since the last field

    def tell(self, sentences: Sequence[Sentence]) -> Spoken:
        """Read all sentences in order."""
        days = {found[0] for item in sentences if (found := fields.field_date(item.text, self._context))}
        self._fields_between = len(days) > 1
        for sentence in sentences:
            self._sentence(sentence)
        return Spoken(
            lines=tuple(self._lines), wholes=tuple(self._wholes), mentioned=tuple(dict.fromkeys(self._mentioned))
        )

    def _sentence(self, sentence: Sentence) -> None:
        known = [name for name, _ in self._finder.known(sentence.text)]
        if known:
            self._order = known[-1]
            self._topic = ()
            self._forward, self._block = None, []
        found = self._narrowed(anchors.find_anchors(sentence.text, self._context.hints))
        if self._beside_table:
            found = [anchor for anchor in found if anchor.by in ("code", "position")]
        if found:
            before = len(self._lines)
            self._mentioned.extend(item.line.id for anchor in found for item in anchor.candidates)
            self._about(sentence, found)
            goes_on = self._undated and self._topic_age == 0 and bool(self._topic)
            self._topic = (*self._topic, *found) if goes_on else tuple(found)
            self._topic_age = 0
            # A list of goods without days is one topic: the day that follows is for all of them.
            self._undated = len(self._lines) > before and all(line.promised is None for line in self._lines[before:])
            self._date_by_field(before)
            return
        self._topic_age += 1
        if self._dates_block(sentence):
            return
        if self._is_whole(sentence.text):
            self._whole(sentence)
        elif self._beside_table:
            return
        elif self._topic and self._topic_age <= _TOPIC_REACH:
            self._go_on(sentence)
        else:
            self._whole(sentence)

    def _dates_block(self, sentence: Sentence) -> bool:
        """A line "delivery date: …" between blocks of goods: for the undated goods above it, else for those below."""
        if not self._fields_between:
            return False
        found = fields.field_date(sentence.text, self._context)
        if found is None:
            return False
        value, confidence = found
        place = self._context.evidence(sentence.text, page=sentence.page)
        day = Stated(value=value, evidence=place, confidence=confidence, source="field")
        undated = [index for index in self._block if self._lines[index].promised is None]
        for index in undated:
            self._lines[index] = replace(self._lines[index], promised=day)
        self._forward = None if undated else day
        self._block = []
        return True

    def _date_by_field(self, before: int) -> None:
        """New goods take the date of the field above them, or wait for the field below."""
        for index in range(before, len(self._lines)):
            if self._forward is not None and self._lines[index].promised is None:
                self._lines[index] = replace(self._lines[index], promised=self._forward)
            else:
                self._block.append(index)

    def _narrowed(self, found: list[Anchor]) -> list[Anchor]:
        """Keep the candidates of the order spoken of, else of the orders named."""
        kept = []
        for anchor in found:
            mine = tuple(item for item in anchor.candidates if item.order.name == self._order)
            named = tuple(item for item in anchor.candidates if item.order.name in self._named)
            kept.append(replace(anchor, candidates=mine or named or anchor.candidates))
        return [
            anchor
            for index, anchor in enumerate(kept)
            # "TW-RV125 fan RV 125": the second only repeats the first.
            if not index or not _same_goods(kept[index - 1], anchor)
        ]

    def _is_whole(self, text: str) -> bool:
        return cues.has(text, "all_lines", "others_unchanged")

    def _about(self, sentence: Sentence, found: list[Anchor]) -> None:
        """A sentence that names lines. Their codes are covered: no number or week is read out of a code."""
        covered = _covered(sentence.text, found)
        for anchor, (start, end) in zip(found, _regions(covered, found, self._context), strict=True):
            self._segment(replace(sentence, text=covered), sentence, anchor, covered[start:end])
        rest = sentence.text[: found[0].start]
        if cues.has(rest, "others_unchanged"):
            self._whole(replace(sentence, text=rest))

    def _segment(self, covered: Sentence, sentence: Sentence, anchor: Anchor, text: str) -> None:
        shared = _values(covered.text, covered, self._context, anchor.candidates)
        for values in split_values(text, covered, self._context, anchor.candidates):
            if values.promised is None and shared.promised is not None and _one_day(covered.text, self._context):
                values = replace(values, promised=shared.promised, former_date=shared.former_date)
            if anchor.by in ("description", "quantity"):
                values = _about_delivery(covered.text, values)
            if values.disposition is None and shared.disposition is not None and not values.says_something:
                values = replace(values, disposition=shared.disposition)
            self._add(sentence, anchor, values)

    def _add(self, sentence: Sentence, anchor: Anchor, values: Values) -> None:
        if not values.says_something or _only_mentioned(sentence.text, values):
            if values.quantity is not None:
                for item in anchor.candidates:
                    self._mentions[item.line.id] = values
            return
        if anchor.by in ("description", "quantity") and not (values.quantity or values.price or values.promised):
            # A word of a description in a covering letter says nothing about the goods.
            fate = values.disposition.value if values.disposition else None
            if fate in (None, Disposition.ACCEPTED, Disposition.SUBSTITUTED):
                return
        if anchor.by == "topic" and values.quantity is None:
            # "The 100 X … are delayed. New date: …": the quantity was named with the goods.
            before = self._mentions.get(anchor.candidates[0].line.id)
            if before is not None:
                values = replace(values, quantity=before.quantity, unit=before.unit)
        orders = {item.order.id for item in anchor.candidates}
        lone = anchor.candidates[0] if len({item.line.id for item in anchor.candidates}) == 1 else None
        confidence = anchor.confidence if len(orders) <= 1 else anchor.confidence * 0.7
        place = self._context.evidence(anchor.text, page=sentence.page)
        code = Stated(value=anchor.text, evidence=place, confidence=confidence, source="prose")
        self._lines.append(
            LineStatement(
                evidence=self._context.evidence(sentence.text, page=sentence.page),
                codes=(code,) if anchor.by == "code" or anchor.code else (),
                quantity=values.quantity,
                unit=values.unit,
                price=values.price,
                promised=values.promised,
                former_date=values.former_date,
                ordered_quantity=values.ordered_quantity,
                disposition=values.disposition,
                remainder=values.remainder,
                anchor=lone.line.id if lone else None,
                anchored_by=anchor.by,
            )
        )

    def _go_on(self, sentence: Sentence) -> None:
        """A sentence without a line of its own goes on about the last one."""
        for anchor in self._topic:
            topic = replace(anchor, by="topic", code=anchor.by == "code", confidence=anchor.confidence * 0.92)
            for values in split_values(sentence.text, sentence, self._context, anchor.candidates):
                self._add(sentence, topic, _about_delivery(sentence.text, values))

    def _whole(self, sentence: Sentence) -> None:
        """A sentence about the order as a whole; about its line where it has only one."""
        text = sentence.text
        candidates = self._candidates()
        open_lines = [item for item in candidates if item.line.open_quantity > 0] or candidates
        if len(open_lines) == 1 and not cues.has(text, "others_unchanged"):
            only = open_lines[0]
            anchor = Anchor(start=0, end=0, text="", candidates=(only,), by="only line", confidence=0.9)
            for values in split_values(text, sentence, self._context, (only,)):
                values = _about_delivery(text, values)
                if values.quantity or values.price or values.promised:
                    self._add(sentence, anchor, values)
                elif values.disposition:
                    self._add_whole(sentence, values)
            return
        self._add_whole(sentence, _about_delivery(text, _values(text, sentence, self._context, ())))

    def _candidates(self) -> list[Candidate]:
        hints = self._context.hints
        if self._order is not None:
            return [item for item in hints.candidates if item.order.name == self._order]
        return [item for item in hints.candidates if not self._named or item.order.name in self._named]

    def _add_whole(self, sentence: Sentence, values: Values) -> None:
        text = sentence.text
        as_ordered = cues.affirmed(text, "as_ordered") or cues.affirmed(text, "others_unchanged")
        if values.promised is None and values.disposition is None and not as_ordered:
            return
        price = bool(vocabulary.phrases_in(text, "columns.unit_price"))
        day = bool(
            vocabulary.phrases_in(text, "labels.delivery_date") or vocabulary.phrases_in(text, "columns.promised_date")
        )
        amount = bool(vocabulary.phrases_in(text, "columns.quantity"))
        all_of_it = as_ordered and not (price or day or amount)
        self._wholes.append(
            WholeOrder(
                evidence=self._context.evidence(text, page=sentence.page),
                order_number=self._order,
                disposition=values.disposition,
                promised=values.promised,
                others_only=cues.has(text, "others_unchanged"),
                confirms_quantity=as_ordered and (amount or all_of_it),
                confirms_price=as_ordered and (price or all_of_it),
                confirms_date=as_ordered and (day or all_of_it) and values.promised is None,
            )
        )


_DELIVERY_CUES = (
    "confirm",
    "as_ordered",
    "delay",
    "earlier_delivery",
    "backorder",
    "partial",
    "remainder",
    "shipped",
    "not_yet_known",
)
_DELIVERY_LABELS = ("labels.delivery_date", "labels.arrival", "labels.dispatch_date")


def _about_delivery(text: str, values: Values) -> Values:
    """In a sentence that names no goods, a day counts only beside a word of delivery, a price beside one of price."""
    labels = [hit for name in _DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name)]
    delivers = cues.has(text, *_DELIVERY_CUES) or any(
        not fields.within_other_label(text, hit.start, hit.end) for hit in labels
    )
    prices = bool(vocabulary.phrases_in(text, "columns.unit_price") or cues.has(text, "price_change", "price_increase"))
    return replace(
        values,
        promised=values.promised if delivers else None,
        former_date=values.former_date if delivers else None,
        quantity=values.quantity if delivers or values.disposition else None,
        price=values.price if prices else None,
    )


def _only_mentioned(text: str, values: Values) -> bool:
    """A quantity alone, in a sentence that promises nothing, only says which goods are meant."""
    if values.price or values.promised or values.disposition:
        return False
    return not cues.has(text, "confirm", "shipped", "short", "over", "partial", "remaining_open", "as_ordered", "delay")


def _same_goods(one: Anchor, other: Anchor) -> bool:
    return {item.line.id for item in one.candidates} == {item.line.id for item in other.candidates}


def _covered(text: str, found: Sequence[Anchor]) -> str:
    """The text with the anchors' words made unreadable, place for place."""
    for anchor in found:
        if anchor.by in ("code", "position"):
            text = text[: anchor.start] + "_" * (anchor.end - anchor.start) + text[anchor.end :]
    return text


def _one_day(text: str, context: Context) -> bool:
    return len({found.value for found in cues.dates_in(text, context)}) in (1, 2)


def _regions(text: str, found: list[Anchor], context: Context) -> list[tuple[int, int]]:
    """The stretch of a sentence in which each anchor's values stand.

    Values usually follow the name of the goods; where a quantity or a date stands before the first name and
    none behind the last, they precede it.
    """
    if len(found) == 1:
        return [(0, len(text))]
    days = cues.dates_in(text, context)
    before = any(day.end <= found[0].start for day in days)
    behind = any(day.start >= found[-1].end for day in days)
    cuts: list[int] = [0]
    for left, right in itertools.pairwise(found):
        between = text[left.end : right.start]
        if before and not behind:
            # "on 4.12. A, on 11.12. B": the second date belongs to B.
            cuts.append(left.end + _first_break(between))
        else:
            cuts.append(left.end + _last_break(between))
    cuts.append(len(text))
    return list(itertools.pairwise(cuts))


_BREAK = re.compile(
    r"[,;:，；、。]\s*|\s(?:und|and|et|y|e|en|i|oraz|ve|sowie|aber|but|mais|pero|ma|maar|ale|while|während)\s|和|及"
)


def _last_break(between: str) -> int:
    """Cut before what introduces the next name ("…, 40 pcs of")."""
    breaks = list(_BREAK.finditer(between))
    return breaks[-1].end() if breaks else 0


def _first_break(between: str) -> int:
    match = _BREAK.search(between)
    return match.end() if match else 0


def split_values(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> list[Values]:
    """The values of a stretch of text; several where quantities are paired with days of their own."""
    found = quantities.in_text(text, context, candidates)
    stated = [item for item in found if item.role is quantities.Use.STATED]
    days = [day for day in cues.dates_in(text, context) if not _is_reference(text, day)]
    days = [day for day in days if not cues.behind_former(text, day)]
    if len(stated) >= 2 and len({day.value for day in days}) >= 2:
        pairs = _pairs(stated, days, text)
        if len(pairs) >= 2:
            return [_values(text[start:end], sentence, context, candidates) for start, end in pairs]
    return [_values(text, sentence, context, candidates)]


def _pairs(
    stated: Sequence[quantities.FoundQuantity], days: Sequence[dates.FoundDate], text: str
) -> list[tuple[int, int]]:
    """Stretches that each hold one quantity and one day."""
    leading = days[0].start < stated[0].start
    starts = [item.start for item in (days if leading else stated)]
    ends = [*starts[1:], len(text)]
    stretches = [(0 if index == 0 else start, end) for index, (start, end) in enumerate(zip(starts, ends, strict=True))]
    return [
        (start, end)
        for start, end in stretches
        if sum(start <= item.start < end for item in stated) == 1 and any(start <= day.start < end for day in days)
    ]


def _is_reference(text: str, day: dates.FoundDate) -> bool:
    """The day of an earlier letter or of our order, not a delivery: "your order of 5 October"."""
    before = text[max(0, day.start - 60) : day.start]
    if not _REFERENCE_DAY.search(before):
        return False
    return bool(
        vocabulary.phrases_in(before, "labels.our_order_number")
        or vocabulary.phrases_in(before, "labels.document_date")
        or vocabulary.phrases_in(before, "columns.order_number")
        or re.search(r"\d{3,}[^\s]*\s*(?:\w{1,4}\.?\s*)?$", _REFERENCE_DAY.sub("", before))
    )


def _values(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> Values:
    """Everything one stretch says, assuming it is about one line (or about the whole order)."""
    quantity, unit, ordered = _quantity(text, sentence, context, candidates)
    promised, former = _day(text, sentence, context, candidates)
    fate = cues.disposition(text)
    disposition = None
    if fate is not None:
        evidence = context.evidence(text, page=sentence.page)
        disposition = Stated(value=fate, evidence=evidence, confidence=0.8, source="prose")
    return Values(
        quantity=quantity,
        unit=unit,
        ordered_quantity=ordered,
        price=_price(text, sentence, context, candidates),
        promised=promised,
        former_date=former,
        disposition=disposition,
        remainder=cues.has(text, "remainder", "remaining_open"),
    )


def _quantity(
    text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]
) -> tuple[Stated[Decimal] | None, Stated[str] | None, Stated[Decimal] | None]:
    found = quantities.in_text(text, context, candidates)
    stated = [item for item in found if item.role is quantities.Use.STATED]
    ordered = [item for item in found if item.role is quantities.Use.ORDERED]
    before = None
    if ordered:
        place = context.evidence(ordered[0].text, page=sentence.page)
        before = Stated(value=ordered[0].value, evidence=place, confidence=0.8, source="prose")
    if not stated:
        return None, None, before
    best = max(stated, key=lambda item: item.confidence)
    values = {item.value for item in stated if item.confidence >= best.confidence - 0.1}
    confidence = best.confidence if len(values) == 1 else best.confidence * 0.6
    place = context.evidence(best.text, page=sentence.page)
    quantity = Stated(value=best.value, evidence=place, confidence=confidence, source="prose")
    unit = Stated(value=best.unit, evidence=place, confidence=0.9, source="prose") if best.unit else None
    return quantity, unit, before


def _day(
    text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]
) -> tuple[Stated[date] | None, Stated[date] | None]:
    found = [day for day in cues.dates_in(text, context) if not _is_reference(text, day)]
    due = {item.line.due for item in candidates if item.line.due}
    old, new = cues.former_and_new(text, found, due)
    former = None
    if old:
        former = Stated(
            value=old[0], evidence=context.evidence(text, page=sentence.page), confidence=0.8, source="prose"
        )
    if not new:
        return _shifted(text, sentence, context, due), former
    if cues.has(text, "please_reply", "respond_by", "valid_until", "question") and not cues.has(
        text, "delay", "confirm"
    ):
        return None, former
    chosen, confidence = _arrival(text, new)
    place = context.evidence(chosen.text, page=sentence.page)
    return Stated(value=chosen.value, evidence=place, confidence=confidence, source="prose"), former


def _behind_delivery(text: str, day: dates.FoundDate) -> bool:
    """A word of delivery stands directly before the day."""
    return any(0 <= day.start - hit.end <= 25 for name in _DELIVERY_LABELS for hit in vocabulary.phrases_in(text, name))


def _arrival(text: str, new: Sequence[dates.FoundDate]) -> tuple[dates.FoundDate, float]:
    """The day that counts: behind a word of arrival, else the only one, else the last with doubt."""
    if len(new) == 1:
        return new[0], 0.9 * new[0].confidence
    for section, certainty in (("arrival", 0.9), ("delivery_date", 0.85)):
        for hit in vocabulary.phrases_in(text, f"labels.{section}"):
            near = [day for day in new if 0 <= day.start - hit.end <= 40 or 0 <= hit.start - day.end <= 20]
            if near:
                return near[0], certainty * near[0].confidence
    behind_dispatch = {
        day.start
        for hit in vocabulary.phrases_in(text, "labels.dispatch_date")
        for day in new
        if 0 <= day.start - hit.end <= 40
    }
    rest = [day for day in new if day.start not in behind_dispatch] or list(new)
    same = len({day.value for day in rest}) == 1
    return rest[-1], (0.85 if same else 0.55) * rest[-1].confidence


_NET = re.compile(
    r"\d\s*(?:tage?|days?|jours?|d[ií]as?|giorni|dagen|dni)\s*(?:netto|net\b|fin de mois|f\.?m)", re.IGNORECASE
)


def _shifted(text: str, sentence: Sentence, context: Context, due: set[date]) -> Stated[date] | None:
    """A delay told as a span ("two weeks later") from the order's own date, where that is one date."""
    marks = cues.hits(text, "delay")
    shifts = [
        shift
        for shift in dates.find_shifts(text)
        if any(abs(shift.start - mark.end) < 45 or abs(mark.start - shift.end) < 45 for mark in marks)
    ]
    if len(shifts) != 1 or len(due) != 1 or vocabulary.phrases_in(text, "labels.payment_terms") or _NET.search(text):
        return None
    value = date.fromordinal(next(iter(due)).toordinal() + shifts[0].days)
    return Stated(value=value, evidence=context.evidence(text, page=sentence.page), confidence=0.7, source="prose")


def _price(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> Stated[Price] | None:
    """A unit price said in words; totals and the price that it replaces are not meant."""
    found = [item for item in money.find_money(text, decimal_mark=context.decimal_mark) if item.currency]
    if not found or vocabulary.phrases_in(text, "labels.total") or vocabulary.phrases_in(text, "labels.minimum_order"):
        return None
    ours = {item.line.price for item in candidates if item.line.price}
    if ours:
        # A share capital or an order total is no unit price: what is ten times off is not taken from a sentence.
        found = [item for item in found if any(price / 10 < item.amount.value < price * 2000 for price in ours)]
        found = [item for item in found if any(price / 10 < item.amount.value < price * 10 for price in ours)] or [
            item for item in found if money.find_price_basis(text)
        ]
    marks = cues.hits(text, "instead_of", "former")
    fresh = [item for item in found if not any(0 <= item.start - mark.end <= 25 for mark in marks)]
    if len(fresh) > 1 and any(item.amount.value in ours for item in fresh):
        fresh = [item for item in fresh if item.amount.value not in ours] or fresh
    if not fresh:
        return None
    chosen = fresh[-1] if len(fresh) > 1 else fresh[0]
    bases = [base for base in money.find_price_basis(text) if base.start >= chosen.start - 12]
    price = Price(
        amount=chosen.amount.value,
        per=bases[0].per if bases else context.price_per or Decimal(1),
        currency=chosen.currency or context.currency,
    )
    place = context.evidence(
        text[chosen.start : bases[0].end if bases and bases[0].end > chosen.end else chosen.end], page=sentence.page
    )
    confidence = 0.88 if len({item.amount.value for item in fresh}) == 1 else 0.6
    return Stated(value=price, evidence=place, confidence=confidence, source="prose")
