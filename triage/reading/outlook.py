"""Outlook's .msg files (MS-OXMSG) to headers, body and attachments, by olefile. Never opens what it does not know.

A mail inside a mail is read as forwarded. Text comes from the HTML, else the plain text, else the compressed RTF.
"""

import email
import email.policy
import io
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from triage.domain.document import Address, Headers, PartRole, UnreadableReason
from triage.reading import charsets, headers, kinds, lzfu, rtf, texts
from triage.reading.findings import Damaged
from triage.reading.lines import FlowLine

if TYPE_CHECKING:
    from triage.reading.mail import MailReader

_SUBJECT, _BODY, _HTML, _RTF, _TRANSPORT = "0037", "1000", "1013", "1009", "007D"
_SENDER_NAME, _SENDER_SMTP, _SENDER_ADDRESS, _SENT_SMTP = "0C1A", "5D01", "0C1F", "5D02"
_DISPLAY_TO, _MESSAGE_ID, _IN_REPLY_TO, _CODE_PAGE = "0E04", "1035", "1042", "3FFD"
_FILE_LONG, _FILE_SHORT, _FILE_TYPE, _FILE_DATA, _FILE_CONTENT_ID = "3707", "3704", "370E", "3701", "3712"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MOST_RTF = 20_000_000


def read_top(data: bytes, reader: "MailReader") -> Headers:
    """Read a .msg that is the message itself."""
    return _Store(data).read(reader, "", "body", PartRole.BODY, 0)


def read_msg(data: bytes, reader: "MailReader", name: str, depth: int) -> None:
    """Read a .msg that is attached, as forwarded."""
    _Store(data).read(reader, "", name, PartRole.FORWARDED, depth)


class _Store:
    """One OLE file and the mails in it."""

    def __init__(self, data: bytes) -> None:
        import olefile

        try:
            self.ole: Any = olefile.OleFileIO(io.BytesIO(data))
        except (OSError, ValueError, IndexError, struct.error) as error:
            raise Damaged("damaged Outlook message") from error

    def read(self, reader: "MailReader", path: str, name: str, role: PartRole, depth: int) -> Headers:
        about = self._headers(path)
        self._texts(reader, path, name, role, about)
        for number, storage in enumerate(self._attachments(path), start=1):
            self._attachment(reader, storage, number, "" if role is PartRole.BODY else f"{name}/", depth)
        return about

    def stream(self, path: str, tag: str) -> bytes | None:
        """The value of a property, as Unicode, eight-bit or binary; None where there is none."""
        for kind in ("001F", "001E", "0102"):
            entry = f"{path}__substg1.0_{tag}{kind}"
            if self.ole.exists(entry):
                found: bytes = self.ole.openstream(entry).read()
                return found.decode("utf-16-le", "replace").encode() if kind == "001F" else found
        return None

    def text(self, path: str, tag: str) -> str:
        found = self.stream(path, tag)
        return charsets.decode(found).rstrip("\0") if found else ""

    def _headers(self, path: str) -> Headers:
        transport = self.text(path, _TRANSPORT)
        if transport:
            mail = email.message_from_string(transport, policy=email.policy.compat32)
            found = headers.read_headers(mail)
            if found.sender is not None:
                return found
        written = [self.text(path, tag) for tag in (_SENDER_SMTP, _SENT_SMTP, _SENDER_ADDRESS)]
        address = next((text for text in written if "@" in text), "")
        sender = Address(name=self.text(path, _SENDER_NAME), email=address.lower())
        return Headers(
            subject=headers.decoded(self.text(path, _SUBJECT)),
            sender=sender if sender.name or sender.email else None,
            to=headers.addresses([self.text(path, _DISPLAY_TO).replace(";", ",")]),
            date=self._date(path),
            message_id=self.text(path, _MESSAGE_ID),
            in_reply_to=self.text(path, _IN_REPLY_TO),
        )

    def _date(self, path: str) -> datetime | None:
        """Submission or delivery time from the fixed-length properties."""
        entry = f"{path}__properties_version1.0"
        if not self.ole.exists(entry):
            return None
        raw = self.ole.openstream(entry).read()
        found: dict[int, int] = {}
        for start in range(len(raw) % 16, len(raw) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", raw, start)
            found[tag] = value
        value = found.get(0x00390040) or found.get(0x0E060040)
        if not value or value > 3 * 10**17:
            return None
        return _EPOCH + timedelta(microseconds=value // 10)

    def _texts(self, reader: "MailReader", path: str, name: str, role: PartRole, about: Headers) -> None:
        limit = reader.findings.limits.text_characters
        markup, plain, packed = self.stream(path, _HTML), self.text(path, _BODY), self.stream(path, _RTF)
        shown: list[texts.ShownText] = []
        if markup and markup.strip():
            shown.append(texts.html_text(charsets.decode(markup), limit))
        if plain.strip() and not (shown and any(line.text.strip() for line in shown[0].flow)):
            shown = [texts.plain_text(plain, limit)]
        if packed and not shown:
            lines, hidden = rtf.rtf_lines(lzfu.unpacked(packed, most=_MOST_RTF), limit)
            shown.append(texts.ShownText(flow=[FlowLine(text=line) for line in lines], hidden=hidden, kind=kinds.RTF))
        reader.statement(shown, about, name, role)

    def _attachments(self, path: str) -> list[str]:
        depth = path.count("/")
        found = {
            "/".join(entry[: depth + 1]) + "/"
            for entry in self.ole.listdir(streams=True, storages=True)
            if len(entry) > depth and "/".join([*entry[:depth], ""]) == path and entry[depth].startswith("__attach")
        }
        return sorted(found)

    def _attachment(self, reader: "MailReader", path: str, number: int, prefix: str, depth: int) -> None:
        name = self.text(path, _FILE_LONG) or self.text(path, _FILE_SHORT) or f"attachment {number}"
        name = prefix + headers.decoded(name).replace("\\", "/").rsplit("/", 1)[-1]
        data = self.stream(path, _FILE_DATA)
        findings = reader.findings
        if data is not None:
            label = self.text(path, _FILE_TYPE).lower()
            inline = bool(self.text(path, _FILE_CONTENT_ID))
            reader.documents.open(data, name, label=label, depth=depth, inline=inline)
            return
        findings.names.append(name)
        if not self.ole.exists(f"{path}__substg1.0_{_FILE_DATA}000D/__properties_version1.0"):
            findings.fail(name, UnreadableReason.UNKNOWN_FORMAT, "an embedded object that is not read")
        elif depth + 1 > findings.limits.nesting:
            findings.fail(name, UnreadableReason.TOO_DEEP, "mails nested too deeply")
        else:
            inner = f"{path}__substg1.0_{_FILE_DATA}000D/"
            findings.attempt(name, lambda: _nothing(self.read(reader, inner, name, PartRole.FORWARDED, depth + 1)))


def _nothing(about: Headers) -> None:
    """The headers of a forwarded mail are its own business."""
