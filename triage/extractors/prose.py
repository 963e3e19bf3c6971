"""Reads sentences: which lines they speak of, and what they say about quantity, date, price and fate of these lines.

A value belongs to the line that the same clause names; a sentence that names none goes on with the topic
of the one before. What can belong to several lines is said with less confidence or not at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement, WholeOrder
from triage.extractors import (
    anchors,
    answers,
    by_order,
    clause_days,
    clause_values,
    cues,
    descriptions,
    regions,
    splits,
    spoken_lines,
    topics,
    vocabulary,
    whole_orders,
)
from triage.extractors.anchor import Anchor
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.field_dates import FieldDates
from triage.extractors.hints import Candidate
from triage.extractors.references import OrderNumbers
from triage.extractors.topics import Names

_OPENS = 6  # characters before the words that open a sentence
_TOPIC_REACH = 3  # sentences for which a topic stays in mind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the sentences of a part state."""

    lines: tuple[LineStatement, ...]
    wholes: tuple[WholeOrder, ...]
    mentioned: tuple[int, ...]  # ids of our lines
    unplaced: tuple[Evidence, ...]  # sentences that state something of goods that could not be told


class Narrator:
    """Walks through the sentences of a part and remembers what they are about."""

    def __init__(
        self, context: Context, finder: OrderNumbers, named: Sequence[str], names: Names, *, beside_table: bool = False
    ) -> None:
        self._context = context
        self._beside_table = beside_table  # the document's lines stand in a table: sentences only add to it
        self._finder = finder
        self._named = tuple(named)
        self._order: str | None = named[0] if len(named) == 1 else None
        self._topic: tuple[Anchor, ...] = ()
        self._topic_age = 0
        self._topic_mark = ""  # how the list item began that named the goods
        self._about_words = ""  # the quoted words that are being answered
        self._asked: Values | None = None  # what they say of their goods
        self._names = names
        self._undated = False
        self._lines: list[LineStatement] = []
        self._wholes: list[WholeOrder] = []
        self._mentioned: list[int] = []
        self._unplaced: list[Evidence] = []
        self._mentions: dict[int, Values] = {}  # quantities named with goods in a sentence that states nothing else
        self._fields = FieldDates()
        self._codes: dict[int, Stated[str]] = {}  # by our line: the code by which some sentence calls it
        self._begun = 0  # where the statements of the sentence begin

    def tell(self, sentences: Sequence[Sentence]) -> Spoken:
        """Read all sentences in order."""
        self._fields = FieldDates.between(sentences, self._context)
        for sentence in sentences:
            self._sentence(sentence)
        return Spoken(
            lines=tuple(spoken_lines.with_code(line, self._codes) for line in self._lines),
            wholes=tuple(self._wholes),
            mentioned=tuple(dict.fromkeys(self._mentioned)),
            unplaced=tuple(self._unplaced),
        )

    def _sentence(self, sentence: Sentence) -> None:
        for order, piece in by_order.pieces(sentence, self._finder, self._context):
            if order is not None:
                self._order = order
                self._topic = ()
                self._fields.begin()
            known = (len(self._lines), len(self._wholes), len(self._unplaced), dict(self._mentions))
            self._read(piece)
            said = known != (len(self._lines), len(self._wholes), len(self._unplaced), self._mentions)
            self._remember_day(piece)
            field = self._fields.holds(piece, self._context)
            if not (said or field or self._beside_table) and topics.names_a_day(piece, self._context):
                self._unplaced.append(self._context.evidence(piece.text, page=piece.page))

    def _remember_day(self, sentence: Sentence) -> None:
        days = [day.value for day in cues.dates_in(sentence.text, self._context) if day.precision == "day"]
        if days:
            self._context = replace(self._context, told=days[-1])

    def _answered(self, sentence: Sentence) -> None:
        """An answer below quoted words is about the goods that the nearest of them name, where these are one line's."""
        if sentence.about == self._about_words:
            return
        self._about_words = sentence.about
        self._topic, self._topic_mark = (), ""
        asked = answers.answered(sentence.about, self._context, self._order, self._named)
        self._asked = asked.values if asked else None
        if asked is not None:
            self._topic, self._topic_age = (asked.anchor,), -1
            if asked.values.quantity is not None:
                self._mentions[asked.anchor.candidates[0].line.id] = asked.values

    def _read(self, sentence: Sentence) -> None:
        if any(hit.start <= _OPENS // 2 for hit in vocabulary.phrases_in(sentence.text, "labels.payment_terms")):
            return  # terms have readers of their own; their days are none of delivery
        if cues.has(sentence.text, "only_if") or regions.IF.match(sentence.text):
            return  # an offer on a condition promises nothing yet
        turn = regions.BUT.search(sentence.text)
        if turn is not None and self._turns(sentence.text[: turn.start()], sentence.text[turn.end() :]):
            known = len(self._wholes)
            self._read(replace(sentence, text=sentence.text[: turn.start()]))
            self._wholes[known:] = [replace(whole, every_line=True) for whole in self._wholes[known:]]
            self._read(replace(sentence, text=sentence.text[turn.end() :]))
            return
        if (
            not sentence.about
            and cues.has(sentence.text, "answer_to_come")
            and not topics.states(sentence, self._context)
        ):
            return  # "I will let you have more next week": nothing is told yet
        if sentence.about:
            self._answered(sentence)
        everything, found = self._goods(sentence)
        if found:
            self._names.learn_row(sentence.text, found)
            before = len(self._lines)
            self._mentioned.extend(item.line.id for anchor in found for item in anchor.candidates)
            self._codes.update(spoken_lines.codes_of(found, sentence, self._context))
            self._about(sentence, found, regions.covered(sentence.text, everything))
            goes_on = self._undated and self._topic_age == 0 and bool(self._topic)
            self._topic = (*self._topic, *found) if goes_on else tuple(found)
            self._topic_mark = topics.bullet(sentence.text)
            self._topic_age = 0
            # A list of goods without days is one topic: the day that follows is for all of them.
            self._undated = len(self._lines) > before and all(line.promised is None for line in self._lines[before:])
            self._fields.date(self._lines, before)
            return
        self._topic_age += 1
        if self._fields.dates_block(self._lines, sentence, self._context):
            return
        unclear = descriptions.fits_several(sentence.text, self._context.hints)
        if unclear and not self._beside_table and topics.tells(sentence.text, self._context):
            self._unplaced.append(self._context.evidence(sentence.text, page=sentence.page))
        if whole_orders.is_whole(sentence.text) and not (
            self._topic_age <= 1 and topics.counts_on(sentence.text, self._topic, self._context)
        ):
            self._whole(sentence)
        elif self._beside_table:
            return
        elif self._topic and self._topic_age <= _TOPIC_REACH:
            if not self._is_next_item(sentence.text):
                self._go_on(sentence)
        else:
            self._whole(sentence)

    def _goods(self, sentence: Sentence) -> tuple[list[Anchor], list[Anchor]]:
        """(all anchors of a sentence, those that mean lines of the orders spoken of)."""
        everything = anchors.find_anchors(sentence.text, self._context.hints)
        found = regions.narrowed(everything, self._order, self._named)
        if len(found) > 1 or self._topic:
            found = regions.subjects(sentence.text, found)
        if self._beside_table:
            found = [anchor for anchor in found if anchor.by in ("code", "position")]
        elif not found and not whole_orders.is_whole(sentence.text):
            mine = self._candidates()
            found = self._names.find(sentence.text) or anchors.by_count(sentence.text, mine)
            found = found or spoken_lines.by_sum(sentence.text, self._context, mine)
            found = found or descriptions.together(sentence.text, mine)
            if self._topic and any(regions.same_goods(anchor, self._topic[-1]) for anchor in found):
                found = []  # it goes on
        if self._topic and found and all(anchor.by == "quantity" for anchor in found):
            opens = [hit for hit in cues.hits(sentence.text, "remainder") if hit.start <= _OPENS]
            if opens and spoken_lines.told_in_part(self._lines, self._topic):
                found = []  # "The remaining 4": of the goods of which a part was told
        if sentence.about and self._topic and all(anchor.by == "quantity" for anchor in found):
            # "All 400 only in week 13": so many were asked about.
            # A number that another line has by chance ("the remaining 120 m") is of the goods that were asked about.
            same = any(regions.same_goods(anchor, self._topic[0]) for anchor in found)
            topic = replace(self._topic[0], by="topic", code=self._topic[0].by == "code")
            found = [replace(found[0], candidates=topic.candidates, by="topic", code=topic.code)] if same else []
        return everything, found

    def _turns(self, lead: str, rest: str) -> bool:
        """ "The order is confirmed for 1 December, but the price of X …": first the whole order, then some goods."""
        whole = whole_orders.is_whole(lead) and cues.has(lead, "confirm", "as_ordered")
        hints = self._context.hints
        return whole and not anchors.find_anchors(lead, hints) and bool(anchors.find_anchors(rest, hints))

    def _about(self, sentence: Sentence, found: list[Anchor], covered: str) -> None:
        """A sentence that names lines. covered: without their codes: no number or week is read out of a code."""
        self._begun = len(self._lines)
        listed = regions.listed(covered, found, self._context)
        # What is said of the other lines is not said of these.
        others = [hit.start for hit in regions.of_others(covered) if hit.start >= found[-1].end]
        rest = ""
        if others:
            # "week 49 for the valves, week 50 for everything else": the last stretch is about the others.
            turn = regions.last_break(covered[found[-1].end : others[0]])
            cut = (
                found[-1].end + turn if turn else len(covered)
            )  # "A-100  50 pcs  rest, two weeks later": of these goods
            covered, rest = covered[:cut], covered[cut:]
        lead = self._before_exception(covered, found)
        if lead:
            # "27 November, except line 2: 4 December": what stands before is said of the others.
            covered, rest = " " * lead + covered[lead:], covered[:lead]
        stretches = regions.regions(covered, found, self._context)
        if stretches[0][0] > 0:
            self._unplaced.append(self._context.evidence(covered[: stretches[0][0]], page=sentence.page))
        for group in [list(range(len(found)))] if listed else regions.joined(covered, found):
            stretch = covered if listed else covered[stretches[group[0]][0] : stretches[group[-1]][1]]
            shared = None
            if listed or len(group) > 1:
                whole = replace(sentence, text=stretch)
                shared = clause_values.values_of(stretch, whole, self._context, found[group[0]].candidates)
                if not clause_days.one_day(stretch, self._context):
                    shared = replace(shared, promised=None, former_date=None)
            for place in group:
                start, end = stretches[place]
                self._segment(replace(sentence, text=covered), sentence, found[place], covered[start:end], shared)
        self._others(sentence, found, rest)

    def _before_exception(self, covered: str, found: Sequence[Anchor]) -> int:
        """Where an exception for the first goods begins that are named; 0 where there is none."""
        return max((hit.start for hit in cues.hits(covered, "except") if 0 <= found[0].start - hit.end < 30), default=0)

    def _others(self, sentence: Sentence, found: Sequence[Anchor], rest: str) -> None:
        """ "All others unchanged", "as ordered, except line 2": what is said of the lines that are not named.

        rest: the stretch of the sentence that is about them, "" where it is not a stretch of its own.
        """
        text = sentence.text
        day = clause_values.values_of(rest, replace(sentence, text=rest), self._context, ()).promised if rest else None
        if day is not None:
            place = self._context.evidence(rest, page=sentence.page)
            self._wholes.append(WholeOrder(evidence=place, order_number=self._order, promised=day, others_only=True))
            return
        unchanged = bool(regions.of_others(text)) and cues.affirmed(text, "as_ordered", "confirm")
        except_ = any(0 <= found[0].start - hit.end < 30 for hit in cues.hits(text, "except"))
        if unchanged or (except_ and cues.affirmed(text[: found[0].start], "as_ordered", "confirm")):
            place = self._context.evidence(text, page=sentence.page)
            fate = Stated(value=Disposition.ACCEPTED, evidence=place, confidence=0.8, source="prose")
            self._wholes.append(
                WholeOrder(evidence=place, order_number=self._order, disposition=fate, others_only=True)
            )

    def _segment(self, covered: Sentence, sentence: Sentence, anchor: Anchor, text: str, shared: Values | None) -> None:
        """What one stretch says of its goods; listed goods share the day and fate of the sentence."""
        pieces = splits.split_values(text, covered, self._context, anchor.candidates)
        for values in pieces:
            silent = not values.says_something
            if shared and len(pieces) == 1 and (values.promised is None or shared.former_date is not None):
                values = replace(values, promised=shared.promised, former_date=shared.former_date)
            values = spoken_lines.with_others(text, values, self._lines, self._lines[self._begun :])
            if anchor.by in ("description", "quantity"):
                values = clause_values.about_delivery(covered.text, values, anchor.candidates)
            if shared and values.disposition is None and silent:
                values = replace(values, disposition=shared.disposition)
            if anchor.by == "topic":
                values = answers.accepted(sentence, values, self._asked, self._context)
            self._add(sentence, anchor, values, is_split=len(pieces) > 1)

    def _add(self, sentence: Sentence, anchor: Anchor, values: Values, *, is_split: bool = False) -> None:
        ids = {item.line.id for item in anchor.candidates}
        before = [line for line in self._lines if line.anchor in ids]
        values = spoken_lines.after_told(values, before, sentence, self._context)
        lists_goods = self._context.is_invoice or self._context.is_shipping
        mentioned = not is_split and not lists_goods and clause_values.only_mentioned(sentence.text, values)
        if not values.says_something or mentioned:
            if values.quantity is not None:
                for item in anchor.candidates:
                    self._mentions[item.line.id] = values
            return
        if anchor.by in ("description", "quantity") and not (values.quantity or values.price or values.promised):
            # A word of a description in a covering letter says nothing about the goods.
            fate = values.disposition.value if values.disposition else None
            said = values.disposition.evidence.text if values.disposition else ""
            as_ordered = fate is Disposition.ACCEPTED and cues.affirmed(said, "as_ordered", "available")
            if not as_ordered and fate in (None, Disposition.ACCEPTED, Disposition.SUBSTITUTED):
                return
        if anchor.by == "topic":
            # "The 100 X … are delayed. New date: …": the quantity was named with the goods.
            named = self._mentions.get(anchor.candidates[0].line.id)
            uncounted = values.quantity is None and all(line.quantity is None for line in before)
            if named is not None and (uncounted or clause_values.same_count(values, named)):
                values = replace(values, quantity=named.quantity, unit=values.unit or named.unit)
        self._lines.append(spoken_lines.line_of(sentence, anchor, values, self._context))

    def _go_on(self, sentence: Sentence) -> None:
        """A sentence without a line of its own goes on about the last one."""
        if self._is_rest_of_order(sentence.text):
            day = clause_values.values_of(sentence.text, sentence, self._context, ()).promised
            if day is not None:
                place = self._context.evidence(sentence.text, page=sentence.page)
                self._wholes.append(
                    WholeOrder(evidence=place, order_number=self._order, promised=day, others_only=True)
                )
                return
        goods = self._topic
        if cues.has(sentence.text, "substitute"):
            # An alternative is for the goods whose code it resembles, not for all that were named before.
            goods = (anchors.replaced(sentence.text, self._candidates(), self._context) or goods[0],)
        for anchor in goods:
            topic = replace(anchor, by="topic", code=anchor.by == "code", confidence=anchor.confidence * 0.92)
            pieces = splits.split_values(sentence.text, sentence, self._context, anchor.candidates)
            for values in pieces:
                if len(goods) > 1 and values.promised is not None and spoken_lines.has_day(self._lines, anchor):
                    continue  # the day of the others; this one was told before
                if not spoken_lines.fits(sentence.text, values, goods, self._candidates()):
                    self._unplaced.append(self._context.evidence(sentence.text, page=sentence.page))
                    return
                if spoken_lines.contradicts(sentence.text, values, self._lines, anchor):
                    self._unplaced.append(self._context.evidence(sentence.text, page=sentence.page))
                    return
                values = spoken_lines.with_others(sentence.text, values, self._lines, ())
                said = answers.accepted(sentence, values, self._asked, self._context)
                if not sentence.about:
                    said = clause_values.about_delivery(sentence.text, values, anchor.candidates)
                said = spoken_lines.without_vague_substitute(sentence.text, said, self._context)
                if len({item.line.id for other in goods for item in other.candidates}) > 1:
                    said = replace(said, price=None)  # which of them it is for is not said
                self._add(sentence, topic, said, is_split=len(pieces) > 1)

    def _is_next_item(self, text: str) -> bool:
        """The next item of the same list, about goods that we do not recognise: nothing of the ones before."""
        same = bool(self._topic_mark) and topics.bullet(text) == self._topic_mark
        row = clause_values.is_row(text) and topics.names_goods(text, self._context)
        return same and (row or topics.opens_with_goods(text))

    def _is_rest_of_order(self, text: str) -> bool:
        """ "The rest comes on Friday", where no part of the goods before was told: the other lines."""
        if not any(
            hit.start <= _OPENS and not re.match(r"\W{0,3}\d", text[hit.end :]) for hit in cues.hits(text, "remainder")
        ):
            return False
        ids = {item.line.id for anchor in self._topic for item in anchor.candidates}
        told = any(line.anchor in ids and line.quantity is not None for line in self._lines)
        named = any(self._mentions.get(number) is not None for number in ids)
        return not told and not named and len(self._candidates()) > len(ids)

    def _whole(self, sentence: Sentence) -> None:
        """A sentence about the order as a whole; about its line where it has only one."""
        text = sentence.text
        if topics.asks(sentence, self._context):
            return  # "Please say whether this suits you"
        candidates = self._candidates()
        open_lines = [item for item in candidates if item.line.open_quantity > 0] or candidates
        if len(open_lines) == 1 and not regions.of_others(text):
            only = open_lines[0]
            anchor = Anchor(start=0, end=0, text="", candidates=(only,), by="only line", confidence=0.9)
            for values in splits.split_values(text, sentence, self._context, (only,)):
                values = clause_values.about_delivery(text, values, (only,) if clause_values.is_row(text) else ())
                if values.quantity or values.price or values.promised:
                    self._add(sentence, anchor, values)
                elif values.disposition:
                    self._add_whole(sentence, values)
            return
        values = clause_values.about_delivery(
            text, clause_values.values_of(text, sentence, self._context, tuple(open_lines))
        )
        strange = values.promised is not None and spoken_lines.is_of_others(text)
        if len(open_lines) > 1 and (strange or whole_orders.is_about_some(text, values)):
            self._unplaced.append(self._context.evidence(text, page=sentence.page))
            return
        self._add_whole(sentence, values)

    def _add_whole(self, sentence: Sentence, values: Values) -> None:
        if cues.has(sentence.text, "closure") and not cues.has(sentence.text, "delay"):
            return  # "deliveries begin again on 7 January": of all, not of this order
        if sentence.about and values.promised is None and answers.asks_prices(sentence.about):
            return  # "yes, unchanged" below a question about prices
        found = whole_orders.whole_order(sentence, values, self._context, self._order)
        if found is not None:
            self._wholes = [whole for whole in self._wholes if not whole_orders.gives_way(whole, found)]
            self._wholes.append(found)

    def _candidates(self) -> list[Candidate]:
        hints = self._context.hints
        if self._order is not None:
            return [item for item in hints.candidates if item.order.name == self._order]
        return [item for item in hints.candidates if not self._named or item.order.name in self._named]
