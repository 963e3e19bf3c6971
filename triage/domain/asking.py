"""Questions to a language model and what becomes of them: closed tasks, passages of the message, replies with their
provenance. A model is never trusted: what counts is what the message's own words say at the place that it names.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol


class Task(enum.StrEnum):
    """What a model may be asked; each has one prompt file of this name with a closed schema."""

    KIND = "kind"  # of an unclear message
    STATEMENT = "statement"  # what doubtful passages say about our order lines
    CHOICE = "choice"  # which of our lines a row of the message speaks of
    REASON = "reason"  # of a delay
    NOTE = "note"  # a sentence on top of the note, from our own facts
    DRAFT = "draft"  # our reply in the supplier's language
    SUMMARY = "summary"  # of the queue, for a manager


#: These are made from our own facts; they read nothing of the supplier's and decide nothing.
PROSE = frozenset((Task.NOTE, Task.DRAFT, Task.SUMMARY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Visible lines of one part of the message, as written."""

    part: str  # "body", "subject" or the attachment's file name
    lines: tuple[str, ...]
    pages: tuple[int | None, ...] = ()  # of each line, where the part has pages
    in_question: frozenset[int] = frozenset()  # indexes of the lines that are doubtful; empty: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something of ours that an answer may point at by its label."""

    label: str  # "L1"
    text: str  # only what is needed to recognise it: no price, no quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question about one message; holds nothing of any other message."""

    task: Task
    company: str = ""  # whose budget pays
    passages: tuple[Passage, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    names: tuple[str, ...] = ()  # of people and companies, taken out where the settings say so
    values: tuple[tuple[str, str], ...] = ()  # further variables of the prompt, our own words
    known: tuple[str, ...] = ()  # prose: words that may stand in the answer besides those of `values`
    language: str = "en"  # ISO 639-1, of the prose wanted


class Result(enum.StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    INVALID = "invalid"  # no JSON, or not of the schema
    UNGROUNDED = "ungrounded"  # of the schema, and the message says nothing of the kind
    UNAVAILABLE = "unavailable"  # no answer in time, the circuit is open, or the service lets us in no more
    OVER_BUDGET = "over budget"
    REFUSED = "refused"  # the service refused this request: trying again helps nobody


#: Asking later can help.
PASSING = frozenset((Result.UNAVAILABLE, Result.OVER_BUDGET))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The provenance of one question: enough to ask it again and to see what was made of the answer."""

    task: str
    prompt: str  # "kind 1"
    prompt_digest: str  # hexadecimal SHA-256 of the prompt file
    model: str
    parameters: str  # JSON
    request: str  # hexadecimal SHA-256 of everything sent, the boundary left out
    result: Result
    answer: str = ""  # as it came, cut to a bounded length; data, never shown unescaped
    source: str = ""  # "model", "cache" or "recording"; "" where nothing answered
    reason: str = ""  # one English sentence where it did not end well
    tokens_in: int = 0  # those of the kept answer, where it is one
    tokens_out: int = 0
    cost: Decimal = Decimal(0)  # in the currency of the prices in the settings; 0 from the cache
    dropped: int = 0  # values that the message does not hold at the place named


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where an answer's words stand, told in the message's own line."""

    part: str
    text: str  # the whole line, as written
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `answer` is None where nothing usable did; else it keeps the task's schema and is grounded."""

    asked: Asked
    answer: Mapping[str, Any] | None = None
    places: Mapping[str, Found] = field(default_factory=dict)  # label in the answer → the line it names


class Questions(Protocol):
    """The questions about one message. Never raises for what a model does."""

    def ask(self, question: Question) -> Reply: ...


class SecondReader(Protocol):
    """Somebody who may be asked where rules and local models are unsure."""

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """(name, digest) of model, parameters and prompts."""
        ...

    @property
    def writes_prose(self) -> bool:
        """True where notes and drafts of messages that were asked about are put in words, too."""
        ...

    def about(self, message_id: str) -> Questions:
        """All questions about one message, which share its budget and its time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What one question cost."""

    at: datetime  # aware, UTC
    message_id: str
    company: str
    asked: Asked
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent since some moment."""

    tokens: int = 0
    money: Decimal = Decimal(0)


class Ledger(Protocol):
    """Remembers what was spent, across processes where it can."""

    @property
    def now(self) -> datetime: ...

    def spent(self, *, since: datetime, company: str | None = None) -> Spent: ...

    def add(self, spending: Spending) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said, and what it counted."""

    text: str
    tokens_in: int
    tokens_out: int


class Answers(Protocol):
    """Answers by the digest of their request."""

    @property
    def source(self) -> str:
        """ "cache" or "recording"."""
        ...

    def get(self, request: str) -> Answer | None: ...

    def put(self, request: str, answer: Answer, about: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """Words of the message that a model points at for one of our lines; what they mean is read by our grammars."""

    line_id: int  # of our order line
    place: Found
    date_place: Found
    quantity: str = ""
    unit: str = ""
    price: str = ""
    date: str = ""
    rejected: str = ""
