"""Bytes to a `Reading`, in this process. Never raises for what a supplier sent.

For bytes of strangers use `sandbox`, which does the same where it can be stopped.
"""

from collections.abc import Callable, Mapping

from triage.domain.document import Headers, PartRole, Reading, UnreadableReason
from triage.domain.message import Message
from triage.reading import drawing, kinds, languages, mail, outlook
from triage.reading.findings import Findings
from triage.reading.limits import Limits

_LANGUAGE_LINES = 400


class InProcessReader:
    """The `Reader` port without a child process: for tests and for input that is trusted."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def read(self, message: Message) -> Reading:
        """Read a message; never raises for what it holds."""
        return read_message(message.raw, name=message.name, limits=self.limits)


def read_message(
    raw: bytes,
    *,
    name: str = "",
    limits: Limits,
    refused: Mapping[int, UnreadableReason] | None = None,
    watch: Callable[[int, str], None] | None = None,
    marks: Mapping[str, drawing.Marks] | None = None,
    show: drawing.Show | None = None,
) -> Reading:
    """Read a mail, an Outlook message or a bare document.

    `refused` names parts by their ordinal that are not to be opened, and why; `watch` is told ordinal and name of
    each part before it is opened. Both serve the sandbox, which finds the part that a child died of. `marks` names
    pages to draw, by part, with the places to mark; `show` is given the pictures.
    """
    findings = Findings(limits=limits, refused=refused or {}, marks=marks or {})
    if show is not None:
        findings.show = show
    if watch is not None:
        findings.watch = watch
    about = Headers()
    if len(raw) > limits.message_bytes:
        megabytes = limits.message_bytes // 1_000_000
        findings.fail(name or "message", UnreadableReason.TOO_LARGE, f"a message of more than {megabytes} MB")
    else:
        about = _read(raw, name, findings)
    parts = tuple(findings.parts)
    spoken = (
        line.text
        for part in parts
        if part.role is not PartRole.BOILERPLATE
        for line in part.lines[:_LANGUAGE_LINES]
        if not part.raw_text
    )
    return Reading(
        headers=about,
        parts=parts,
        unreadable=tuple(findings.unreadable),
        active=tuple(findings.active),
        attachment_names=tuple(findings.names),
        languages=languages.languages_of([about.subject, *spoken]),
    )


def _read(raw: bytes, name: str, findings: Findings) -> Headers:
    """Dispatch by what the bytes are."""
    reader = mail.MailReader(findings)
    kind = kinds.kind_of(raw, name=name)
    found: list[Headers] = []
    if kind == kinds.MSG:
        if not findings.attempt(name or "message", lambda: found.append(outlook.read_top(raw, reader))):
            findings.names.append(name or "message")
    elif kind == kinds.MAIL or (kind in (kinds.TEXT, kinds.UNKNOWN, kinds.HTML) and not name):
        if not findings.attempt(name or "message", lambda: found.append(reader.top(raw))) and not findings.parts:
            return Headers()
    else:
        reader.documents.open(raw, name or "document")
    return found[0] if found else Headers()
