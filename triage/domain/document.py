"""What reading makes of a message: headers, and parts with lines and tables whose places are known.

A `Reading` is data only: small enough to cross a process boundary, no handles, no raw bytes.
"""

import enum
from dataclasses import dataclass
from datetime import datetime

from triage.domain.evidence import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mail address as written in a header."""

    name: str  # display name, decoded; "" where absent
    email: str  # lower case; "" where the header holds no address

    @property
    def domain(self) -> str:
        """The part behind the @, "" where there is none."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """The headers that matter; absent ones are empty."""

    subject: str = ""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    return_path: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None  # aware; the sender's own zone is kept
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    auto_submitted: bool = False  # Auto-Submitted, X-Autoreply, Precedence: auto_reply, multipart/report …
    list_mail: bool = False  # List-Unsubscribe, List-Id or Precedence: bulk/list
    authentication_results: tuple[str, ...] = ()  # values in the order of the headers, the nearest server first
    unshown: tuple[str, ...] = ()  # words of headers that no mail program shows: Comments, Keywords, X-…


class PartRole(enum.StrEnum):
    """What a part of a message is for."""

    BODY = "body"  # the newest statement of the mail's own text
    ATTACHMENT = "attachment"  # a document of the supplier's
    FORWARDED = "forwarded"  # a mail that was forwarded as the statement itself (message/rfc822, or inline)
    BOILERPLATE = "boilerplate"  # general terms, logo, drawing: read, but states nothing about lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A run of characters without white space."""

    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One visual line. `text` is what `words` say, with gaps kept as runs of blanks where the medium has columns."""

    text: str
    words: tuple[Word, ...] = ()
    page: int | None = None
    box: Box | None = None
    after_gap: bool = False  # an empty line stands above it in a text
    about: str = ""  # the quoted words directly above, where this line answers between quoted ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table; wrapped lines are joined by a newline."""

    text: str
    box: Box | None = None
    struck: str = ""  # what stands crossed out beside the text: it was, and is no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of equal length. Header rows are rows too: what a column means is the extractors' business."""

    rows: tuple[tuple[Cell, ...], ...]
    page: int | None = None  # page of the first row
    pages: tuple[int | None, ...] = ()  # page of each row where the table runs over pages; else empty
    title: str = ""  # sheet name where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment or element of a structured order response, as written."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A readable part of the message.

    `lines` hold everything visible in reading order, table rows included. `tables` repeat those lines
    that form tables. `quoted` is what the mail only quotes from earlier mails. `hidden` is text that a
    person would not see (white, tiny, display:none, hidden sheet, comment): never a statement, always suspicious.
    """

    name: str  # "body" or the attachment's file name
    role: PartRole
    media_type: str  # as detected from the bytes, not as labelled
    lines: tuple[TextLine, ...] = ()
    tables: tuple[Table, ...] = ()
    quoted: tuple[TextLine, ...] = ()
    signature: tuple[TextLine, ...] = ()
    hidden: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()  # words stored backwards and shown forwards by direction marks, as shown
    pages: int | None = None
    ocr: bool = False
    raw_text: str = ""  # the text of structured formats (EDI, XML) for their own readers; "" elsewhere
    metadata: tuple[tuple[str, str], ...] = ()  # title, author, producer …: data, never a statement

    @property
    def text(self) -> str:
        """All visible lines."""
        return "\n".join(line.text for line in self.lines)


class UnreadableReason(enum.StrEnum):
    """Why a part was not read."""

    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too large"  # bytes, pages, parts or expansion over the limit
    TOO_DEEP = "too deep"  # nesting
    TOO_SLOW = "too slow"
    OUT_OF_MEMORY = "out of memory"
    UNKNOWN_FORMAT = "unknown format"
    NO_TEXT = "no text"  # nothing legible on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A part that could not, or should not, be opened."""

    name: str
    reason: UnreadableReason
    detail: str  # one line for people, without paths or tracebacks


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveContent:
    """A part that would act if it were opened in its program: macro, script, launch action, executable."""

    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that could be read of one message."""

    headers: Headers
    parts: tuple[Part, ...]
    unreadable: tuple[Unreadable, ...] = ()
    active: tuple[ActiveContent, ...] = ()
    attachment_names: tuple[str, ...] = ()  # all of them, unreadable ones included
    languages: tuple[str, ...] = ()  # ISO 639-1, most likely first

    @property
    def body(self) -> Part | None:
        """The mail's own text, None where it has none."""
        return next((part for part in self.parts if part.role is PartRole.BODY), None)
