"""What the sentences of a message are about where they name no code: goods as the message itself calls them, goods
that an earlier mail named and that are being answered.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from triage.extractors import cues, deadlines, quantities, regions, vocabulary
from triage.extractors.anchor import Anchor, anchor_at
from triage.extractors.clause_values import is_row
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.date_frame import FoundDate
from triage.extractors.hints import Candidate

_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5  # letters by which two forms of a word are one
_NAME_ENDS = re.compile(r"\d|[€$£(@]| {2,}|\t")


@dataclass(slots=True)
class Names:
    """Words by which the message calls goods beside their code ("QM-BDI béquilles inox")."""

    _lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _candidates: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)

    def learn(self, name: str, candidates: Sequence[Candidate]) -> None:
        """name: words that describe the one line of ours that is meant."""
        ids = {item.line.id for item in candidates}
        if len(ids) != 1:
            return
        number = next(iter(ids))
        self._candidates[number] = tuple(candidates)
        for match in _WORD.finditer(name):
            self._lines[match.group().casefold()[:_STEM]].add(number)

    def learn_row(self, text: str, found: Sequence[Anchor]) -> None:
        """The words behind the code of a row, up to its first number or column."""
        if len(found) == 1 and found[0].by == "code" and is_row(text):
            behind = text[found[0].end :].lstrip(" \t:–-")
            end = _NAME_ENDS.search(behind)
            name = behind[: end.start()] if end else behind
            if not vocabulary.phrases_in(name, "labels.delivery_date"):
                self.learn(name, found[0].candidates)

    def find(self, text: str) -> list[Anchor]:
        """The one line of ours that words of a text call; nothing where they call none, or several."""
        meant: dict[int, re.Match[str]] = {}
        for match in _WORD.finditer(text):
            lines = self._lines.get(match.group().casefold()[:_STEM], set())
            if len(lines) == 1:
                meant.setdefault(next(iter(lines)), match)
        if len(meant) != 1:
            return []
        number, match = next(iter(meant.items()))
        return [anchor_at(text, match.start(), match.end(), self._candidates[number], "description", 0.75)]


_CODE = re.compile(r"(?<![\w/.])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{4,}(?![\w/.])")
_LONGEST = 300  # characters; more is a letter's head or small print
_BULLET = re.compile(r"\s*([-*•–·▪])\s")


def bullet(text: str) -> str:
    """The sign by which a list item begins, "" where none does."""
    match = _BULLET.match(text)
    return match.group(1) if match else ""


def names_goods(text: str, context: Context) -> bool:
    """The text counts something, or holds what can be an article's code: not "- £3.20 each", "- delivered 4 May"."""
    return bool(quantities.in_text(text, context, ())) or _CODE.search(text) is not None


def opens_with_goods(text: str) -> bool:
    """A list item that begins with a noun nobody knows ("- dziesiątka - bez zmian"), and no word of business."""
    match = _FIRST_WORD.match(text)
    if match is None:
        return False
    return not any(
        hit.start <= match.start(1)
        for section in vocabulary.sections()
        for hit in vocabulary.phrases_in(text[: match.end() + _WORDS_ON], section)
    )


_FIRST_WORD = re.compile(r"\s*[-*•–·▪]\s+([^\W\d_]{4,})(?=[\s:]|\s[-–])")
_WORDS_ON = 16  # characters behind the first word that may belong to a phrase with it


def asks(sentence: Sentence, context: Context) -> bool:
    """ "Please say whether this suits you": a request opens the sentence, and no day is told."""
    opens = any(hit.start <= _OPENS for hit in cues.hits(sentence.text, "please_reply"))
    return opens and not states_day(sentence, context)


_OPENS = 3  # characters before the words that open a sentence


def states_day(sentence: Sentence, context: Context) -> bool:
    """A day is told by its date."""
    return any(day.precision != "relative" for day in cues.dates_in(sentence.text, context))


def states(sentence: Sentence, context: Context) -> bool:
    """The sentence tells a day by its date, a count with its unit, or a fate of goods, beside what it announces."""
    text = sentence.text
    if states_day(sentence, context):
        return True
    return any(item.unit for item in quantities.in_text(text, context, ())) or cues.has(
        text, "as_ordered", "available", "reject", "cancel", "delay", "backorder", "not_available", "confirm"
    )


def names_a_day(sentence: Sentence, context: Context) -> bool:
    """A day to come that can be one of delivery: whoever reads nothing out of its sentence has missed something."""
    text = sentence.text
    if context.is_invoice or len(text) > _LONGEST or "?" in text or deadlines.respond_by(sentence, context) is not None:
        return False
    if any(vocabulary.phrases_in(text, name) for name in OTHER_DAYS):
        return False
    return any(
        day.value > context.today and not cues.behind_former(text, day) and not _is_of_letter(text, day)
        for day in cues.dates_in(text, context)
    )


#: Days of these are none of delivery.
OTHER_DAYS = (
    "labels.payment_terms", "labels.document_date", "labels.prices", "cues.valid_until", "cues.closure",
    "cues.production", "cues.answer_to_come", "cues.only_if", "cues.out_of_office", "cues.invoice", "cues.question",
    "cues.please_reply", "cues.silence_is_consent", "cues.bank_change",
)  # fmt: skip


def _is_of_letter(text: str, day: FoundDate) -> bool:
    """ "Your order of 5 October", "am 3. November schrieb": the day of a letter."""
    return (
        re.search(r"(?:schrieb|wrote|[ée]crit|escribi|scrisse|schreef|napisa|escreveu|yazd)", text[day.end :])
        is not None
    )


def tells(text: str, context: Context) -> bool:
    """The sentence tells when something comes, or that it comes late."""
    if context.is_invoice or len(text) > _LONGEST:
        return False
    return cues.has(text, "delay", "backorder") or bool(cues.dates_in(text, context))


def counts_on(text: str, topic: Sequence[Anchor], context: Context) -> bool:
    """ "45 units against your order": the words mean the order, and the goods named just before are counted."""
    if not topic or cues.has(text, "every_line") or regions.of_others(text):
        return False
    candidates = [item for anchor in topic for item in anchor.candidates]
    return any(item.unit for item in quantities.in_text(text, context, candidates))
