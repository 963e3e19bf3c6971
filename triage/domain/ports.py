"""What the path needs of others, as Protocols. Hands and learned models satisfy these."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.domain.asking import SecondReader
from triage.domain.assessment import DelayReason, Judged
from triage.domain.document import Reading
from triage.domain.lessons import Lesson
from triage.domain.message import Message
from triage.domain.outcome import Understood, Versions
from triage.domain.policy import Policy
from triage.domain.statement import Statement


class Reader(Protocol):
    """Bytes to a `Reading`, within limits of time, memory and size. Never raises for what a supplier sent."""

    def read(self, message: Message) -> Reading: ...


class KindModel(Protocol):
    """Names the kind of a message from its text and structure."""

    name: str
    digest: str

    def judge(self, reading: Reading, statement: Statement) -> Judged: ...


class ReasonModel(Protocol):
    """Names the reason of a delay from the sentences that speak of it."""

    name: str
    digest: str

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]: ...


class SuspicionModel(Protocol):
    """Probability that a text addresses the reading program rather than a person."""

    name: str
    digest: str

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier message of the same orders said."""

    message_id: str
    fingerprint: str  # equal for the same document sent again
    understood: Understood
    received_at: datetime


class Memory(Protocol):
    """What was understood before, and what people's acceptance of it taught."""

    def lessons(self, *, supplier_ids: Collection[int]) -> tuple[Lesson, ...]:
        """What was learned about these suppliers, in a fixed order."""
        ...

    def earlier(self, *, order_ids: Collection[int], fingerprint: str, before: Message) -> tuple[Earlier, ...]:
        """Earlier messages about these orders, or with this fingerprint; oldest first, never `before` itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """Everything the path uses besides its input. Modes are different toolkits, never flags inside steps."""

    reader: Reader
    kind: KindModel
    reason: ReasonModel
    suspicion: SuspicionModel
    memory: Memory
    policy: Policy
    versions: Versions
    second: SecondReader | None = None  # asked where the others are unsure; None: nobody is
