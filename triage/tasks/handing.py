"""What a worker of one lane leaves to another: pictures of text, and questions to a language model.

Both are wrappers around what the path is given anyway, so that the path itself knows of no lanes.
"""

from dataclasses import dataclass

from triage.domain.asking import Question, Questions, Reply, SecondReader
from triage.domain.document import Reading, UnreadableReason
from triage.domain.message import Message
from triage.domain.ports import Reader
from triage.store.lanes import Lane


class HandedOver(Exception):
    """The message is for another lane. No error: nothing failed."""

    def __init__(self, lane: Lane, why: str) -> None:
        self.lane = lane
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class WithoutScans:
    """The `Reader` port over a reader that reads no pictures: a message that needs them is handed over."""

    reader: Reader

    def read(self, message: Message) -> Reading:
        """Raises HandedOver."""
        found = self.reader.read(message)
        if any(item.reason is UnreadableReason.NO_TEXT for item in found.unreadable):
            raise HandedOver(Lane.SCANS, "it holds pictures of text")
        return found


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """The `SecondReader` port that asks nobody: a message with a question is handed over."""

    second: SecondReader

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        return self.second.versions

    @property
    def writes_prose(self) -> bool:
        return self.second.writes_prose

    def about(self, message_id: str) -> Questions:
        return _HandingOver()


@dataclass(frozen=True, slots=True)
class _HandingOver:
    def ask(self, question: Question) -> Reply:
        raise HandedOver(Lane.MODEL, f"a language model is asked about its {question.task}")
