"""An RFC 5322 mail to headers, body, forwarded mails and attachments. Never trusts a label; no part can break another.

The standard library parses the structure; what it raises on odd headers and parts stays with that header or part.
"""

import email
import email.message
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from triage.domain.document import Headers, Part, PartRole, UnreadableReason
from triage.reading import (
    charsets,
    headers,
    html_tables,
    kinds,
    outlook,
    quotes,
    structured,
    text_tables,
    texts,
    tnef,
    versions_apart,
)
from triage.reading.documents import DocumentReader
from triage.reading.findings import Findings
from triage.reading.lines import answering_lines, text_lines

_BODY = "body"
_MOST_FORWARDS = 6
_FLOWED = re.compile(r"format\s*=\s*\"?flowed", re.I)


@dataclass(slots=True)
class _Shown:
    """What a mail shows, in order, and the files it carries."""

    found: list[texts.ShownText] = field(default_factory=list)
    attachments: list[tuple[email.message.Message, str, bool]] = field(default_factory=list)  # part, name, inline


def parse(raw: bytes) -> email.message.Message:
    """The mail's structure. Leading blank lines and an mbox "From " line are passed over."""
    start = raw.lstrip(b"\r\n \t")
    if start.startswith(b"From ") and b"\n" in start[:300]:
        start = start.split(b"\n", 1)[1]
    return email.message_from_bytes(start, policy=email.policy.compat32)


class MailReader:
    """Reads mails into the findings of one message."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.documents = DocumentReader(findings, self.attached)

    def top(self, raw: bytes) -> Headers:
        """Read the message itself."""
        mail = parse(raw)
        found = headers.read_headers(mail)
        self._mail(mail, found, _BODY, PartRole.BODY, 0)
        return found

    def attached(self, data: bytes, name: str, kind: str, depth: int) -> None:
        """Read a mail that is attached, as forwarded."""
        if kind == kinds.MSG:
            outlook.read_msg(data, self, name, depth)
        elif kind == kinds.TNEF:
            tnef.read_tnef(data, self, name, depth)
        else:
            mail = parse(data)
            self._mail(mail, headers.read_headers(mail), name, PartRole.FORWARDED, depth)

    def _mail(self, mail: email.message.Message, about: Headers, name: str, role: PartRole, depth: int) -> None:
        shown = _Shown()
        self.findings.attempt(name, lambda: self._walk(mail, shown, depth))
        self.statement(shown.found, about, name, role)
        prefix = "" if role is PartRole.BODY else f"{name}/"
        for part, file_name, inline in shown.attachments:
            self._attachment(part, prefix + file_name, depth, inline)

    def statement(self, shown: Sequence[texts.ShownText], about: Headers, name: str, role: PartRole) -> None:
        """Add the newest statement of a mail's own texts, and mails forwarded inside them, as parts."""
        flow = [line for text in shown for line in text.flow]
        hidden = tuple(dict.fromkeys(item for text in shown for item in text.hidden))
        for text in shown:
            if text.active:
                self.findings.act(name, f"a mail's text with {', '.join(text.active)}")
        if not any(line.text.strip() for line in flow) and not hidden:
            return
        kind = shown[0].kind if shown else kinds.TEXT
        pasted = structured.pasted([line.text for line in flow if not line.in_quote])
        own = frozenset(address.domain for address in (*about.to, *about.cc) if address.domain)
        if about.sender is not None:
            own -= {about.sender.domain}
        split = quotes.split(flow, subject=about.subject, own_domains=own)
        turned = tuple(dict.fromkeys(item for text in shown for item in text.turned))
        self.findings.parts.append(replace(_part(split, name, role, kind, hidden, pasted), turned=turned))
        subject, count = "", 0
        while split.forwarded and count < _MOST_FORWARDS:
            count += 1
            split = quotes.split(split.forwarded, subject=subject, own_domains=own)
            if any(line.text.strip() for line in split.statement):
                self.findings.parts.append(_part(split, name, PartRole.FORWARDED, kind, (), None))

    def _walk(self, part: email.message.Message, shown: _Shown, depth: int, level: int = 0) -> None:
        """Sort the parts of a mail into texts that it shows and files that it carries."""
        if level > 4 * self.findings.limits.nesting:
            self.findings.fail(_BODY, UnreadableReason.TOO_DEEP, "parts nested too deeply")
            return
        kind = headers.guarded(part.get_content_type, "text/plain")
        if part.is_multipart() and kind.startswith("multipart/"):
            children = [child for child in part.get_payload() if isinstance(child, email.message.Message)]
            if kind == "multipart/alternative":
                self._alternative(children, shown, depth, level)
            elif kind == "multipart/encrypted":
                self.findings.fail(_BODY, UnreadableReason.ENCRYPTED, "the mail is encrypted")
            else:
                for child in children:
                    self._walk(child, shown, depth, level + 1)
            return
        name = headers.file_name(part)
        disposition = headers.guarded(lambda: part.get_content_disposition() or "", "")
        if kind in ("text/plain", "text/html", "text/enriched") and not name and disposition != "attachment":
            text = self._text(part, kind)
            if text is not None:
                shown.found.append(text)
            return
        if kind in ("message/delivery-status", "text/rfc822-headers"):
            return
        if kind == "application/pgp-encrypted" or (
            kind == "application/pkcs7-mime" and "signed-data" not in str(part.get("Content-Type", ""))
        ):
            self.findings.fail(name or _BODY, UnreadableReason.ENCRYPTED, "the mail is encrypted")
            return
        inline = disposition != "attachment" and (disposition == "inline" or "Content-ID" in part)
        shown.attachments.append((part, name or _invented(kind, part, len(shown.attachments) + 1), inline))

    def _alternative(self, children: Sequence[email.message.Message], shown: _Shown, depth: int, level: int) -> None:
        """Of the versions of one text the one that states more; files inside any of them are kept."""
        versions: list[_Shown] = []
        for child in children:
            version = _Shown()
            if headers.guarded(child.get_content_type, "") == "text/calendar":
                continue
            self._walk(child, version, depth, level + 1)
            shown.attachments.extend(version.attachments)
            if any(line.text.strip() for text in version.found for line in text.flow) or any(
                text.hidden for text in version.found
            ):
                versions.append(version)
        if versions:
            chosen = _fuller(versions)
            unseen = versions_apart.only_in_others([_lines(version) for version in versions], shown=len(versions) - 1)
            chosen.found[0].hidden.extend(unseen)
            chosen.found[0].active = tuple(
                sorted({what for item in versions for text in item.found for what in text.active})
            )
            shown.found.extend(chosen.found)

    def _text(self, part: email.message.Message, kind: str) -> texts.ShownText | None:
        raw = headers.guarded(lambda: part.get_payload(decode=True), None)
        if not isinstance(raw, bytes) or not raw.strip():
            return None
        label = headers.guarded(lambda: part.get_content_charset(), None)
        text = charsets.decode(raw, label)
        limit = self.findings.limits.text_characters
        if len(text) > limit:
            self.findings.fail(_BODY, UnreadableReason.TOO_LARGE, f"more than {limit} characters of text")
            text = text[:limit]
        if kind == "text/html" or (kind == "text/plain" and re.match(r"\s*(<!doctype html|<html)", text[:200], re.I)):
            return texts.html_text(text, limit)
        return texts.plain_text(text, limit, flowed=bool(_FLOWED.search(str(part.get("Content-Type", "")))))

    def _attachment(self, part: email.message.Message, name: str, depth: int, inline: bool) -> None:
        kind = headers.guarded(part.get_content_type, "")
        if kind == "message/rfc822" or kind == "message/global":
            inner = part.get_payload()
            mail = inner[0] if isinstance(inner, list) and inner else None
            self.findings.names.append(name)
            if depth + 1 > self.findings.limits.nesting:
                self.findings.fail(name, UnreadableReason.TOO_DEEP, "mails nested too deeply")
            elif isinstance(mail, email.message.Message):
                self._mail(mail, headers.read_headers(mail), name, PartRole.FORWARDED, depth + 1)
            return
        data = headers.guarded(lambda: part.get_payload(decode=True), None)
        if not isinstance(data, bytes):
            self.findings.names.append(name)
            self.findings.fail(name, UnreadableReason.BROKEN, "its encoding is damaged")
            return
        charset = headers.guarded(lambda: part.get_content_charset(), None)
        self.documents.open(data, name, label=kind, charset=charset, depth=depth, inline=inline)


_STUB = 0.35  # of the richest version's words, below which another version is a note of the program


def _fuller(versions: Sequence[_Shown]) -> _Shown:
    """The last version (the richest by RFC 2046), unless an earlier one says much that it leaves out."""
    words = [_words(version) for version in versions]
    best = len(versions) - 1
    for index in range(len(versions) - 1):
        missing = words[index] - words[best]
        # "Your program shows no HTML" in place of the text states nothing that the other version leaves out.
        stub = len(words[index]) < _STUB * len(words[best])
        if len(missing) > 5 and len(missing) > 0.4 * len(words[index]) and not stub:
            best = index
    return versions[best]


def _lines(version: _Shown) -> list[str]:
    return [line.text for text in version.found for line in text.flow if not line.in_quote]


def _words(version: _Shown) -> set[str]:
    text = " ".join(line.text for item in version.found for line in item.flow)
    found = set(re.findall(r"\w+", re.sub(r"https?://\S+", " ", text).lower()))
    return found | set(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))


def _invented(kind: str, part: email.message.Message, number: int) -> str:
    """A name for a part that has none."""
    if kind in ("message/rfc822", "message/global"):
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], email.message.Message):
            subject = headers.decoded(inner[0].get("Subject", ""))
            if subject:
                return re.sub(r"[/\\]", "_", subject)[:80] + ".eml"
    return f"attachment {number}"


def _part(
    split: quotes.Split,
    name: str,
    role: PartRole,
    kind: str,
    hidden: tuple[str, ...],
    pasted: tuple[str, str] | None,
) -> Part:
    statement = split.statement
    tables = html_tables.tables_of(statement)
    if not tables:
        tables = text_tables.read_text_tables(["" if line.cells else line.text for line in statement])
    return Part(
        name=name,
        role=role,
        media_type=pasted[0] if pasted else kind,
        lines=answering_lines(statement),
        tables=tables,
        quoted=text_lines(line.text for line in split.quoted),
        signature=text_lines(line.text for line in split.signature),
        hidden=hidden,
        raw_text=pasted[1] if pasted else "",
    )
