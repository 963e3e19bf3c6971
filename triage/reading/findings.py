"""Collects what is found while one message is read, and keeps a part's failure from becoming the message's.

Never raises for what a supplier sent: a part that fails, whatever its parser raises, becomes an `Unreadable`.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from triage.domain.document import ActiveContent, Part, Unreadable, UnreadableReason
from triage.reading import drawing
from triage.reading.limits import Limits


class TooMuch(ValueError):
    """A part exceeds a limit."""

    def __init__(self, reason: UnreadableReason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


class Damaged(ValueError):
    """A part is broken in a way that can be told in words."""


class Locked(ValueError):
    """A part is encrypted."""


class Unfamiliar(ValueError):
    """A part is of a format that nothing here reads."""


def _nobody(ordinal: int, name: str) -> None:
    """Nobody watches."""


def _unseen(part: str, page: int, picture: bytes) -> None:
    """Nobody looks."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """The growing result of reading one message. Not shared between messages."""

    limits: Limits
    refused: Mapping[int, UnreadableReason] = field(default_factory=dict)  # ordinals that the sandbox saw fail
    watch: Callable[[int, str], None] = _nobody  # told before each part is opened
    marks: Mapping[str, drawing.Marks] = field(default_factory=dict)  # pages to draw, by part, with places to mark
    show: drawing.Show = _unseen  # is given each picture drawn
    parts: list[Part] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    active: list[ActiveContent] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    expanded: int = 0  # bytes unpacked so far
    opened: int = 0  # parts entered so far; the next part's ordinal

    def expand(self, size: int) -> None:
        """Account for unpacked bytes. Raises `TooMuch` where the message as a whole unpacks to more than allowed."""
        self.expanded += size
        if self.expanded > self.limits.expanded_bytes:
            megabytes = self.limits.expanded_bytes // 1_000_000
            raise TooMuch(UnreadableReason.TOO_LARGE, f"unpacks to more than {megabytes} MB")

    def fail(self, name: str, reason: UnreadableReason, detail: str) -> None:
        """Note a part that can't be read, each name and reason once."""
        found = Unreadable(name=name, reason=reason, detail=" ".join(detail.split())[:200])
        if all((item.name, item.reason) != (name, reason) for item in self.unreadable):
            self.unreadable.append(found)

    def act(self, name: str, what: str) -> None:
        """Note active content, each once."""
        found = ActiveContent(name=name, what=what)
        if found not in self.active:
            self.active.append(found)

    def attempt(self, name: str, work: Callable[[], None]) -> bool:
        """Run `work` for one part; whatever goes wrong becomes an `Unreadable`. False where it went wrong.

        This is the one place of the room that catches everything: parsers of foreign formats raise anything.
        """
        ordinal = self.opened
        self.opened += 1
        if ordinal in self.refused:
            reason = self.refused[ordinal]
            self.fail(name, reason, f"reading it was stopped: {reason.value}")
            return False
        if ordinal >= self.limits.parts:
            self.fail(name, UnreadableReason.TOO_LARGE, f"more than {self.limits.parts} parts in one message")
            return False
        self.watch(ordinal, name)
        try:
            work()
        except TooMuch as error:
            self.fail(name, error.reason, error.detail)
        except Locked as error:
            self.fail(name, UnreadableReason.ENCRYPTED, str(error) or "encrypted")
        except Unfamiliar as error:
            self.fail(name, UnreadableReason.UNKNOWN_FORMAT, str(error) or "a format that is not read")
        except Damaged as error:
            self.fail(name, UnreadableReason.BROKEN, str(error))
        except MemoryError:
            self.fail(name, UnreadableReason.OUT_OF_MEMORY, "needs more memory than allowed")
        except RecursionError:
            self.fail(name, UnreadableReason.TOO_DEEP, "nested too deeply")
        except zlib.error:
            self.fail(name, UnreadableReason.BROKEN, "its compressed data is damaged")
        except Exception as error:  # the parser sandbox's edge
            self.fail(name, UnreadableReason.BROKEN, f"could not be parsed ({type(error).__name__})")
        else:
            return True
        return False
