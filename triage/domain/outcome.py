"""How a message ends: in exactly one of four ways."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from triage.domain.advice import Advice
from triage.domain.asking import PASSING, Asked
from triage.domain.assessment import Assessment
from triage.domain.document import Reading
from triage.domain.statement import Statement


class Stage(enum.StrEnum):
    """How far the path has come with a message."""

    READ = "read"  # its parts are text
    UNDERSTOOD = "understood"  # matched with the orders and assessed


#: Told when a stage is reached.
Reached: TypeAlias = Callable[[Stage], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What made the outcome, so that it can be made again."""

    code: str
    models: tuple[tuple[str, str], ...]  # (name, digest)
    policy: str  # digest
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What all good ends share."""

    message_id: str
    reading: Reading
    statement: Statement
    assessment: Assessment
    advice: Advice
    versions: Versions
    asked: tuple[Asked, ...] = ()  # what a language model was asked about it, in order

    @property
    def undecided(self) -> bool:
        """True where a language model should have been asked and could not be: asking later can help."""
        return any(item.result in PASSING for item in self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised(Understood):
    """There is something to tell, and the reading is sure enough to tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToSay(Understood):
    """Everything is as ordered, or nobody need know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPerson(Understood):
    """A person must read the message; the reasons are the assessment's doubts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The message could not be worked on; it can be replayed."""

    message_id: str
    step: str  # "reading", "extracting", …
    reason: str
    way_out: str
    retry_helps: bool


Outcome: TypeAlias = Advised | NothingToSay | NeedsPerson | Failed
