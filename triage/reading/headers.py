"""A mail's headers, decoded: encoded words, RFC 2231 names, odd addresses. Never raises for what a header holds."""

import base64
import binascii
import email.message
import email.utils
import quopri
import re
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from triage.domain.document import Address, Headers
from triage.reading import charsets, invisible

_T = TypeVar("_T")
_LONGEST = 20_000  # characters of one header that are looked at
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([BbQq])\?([^?]{0,5000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?[^?\s]{1,60}\?[BbQq]\?)")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()\[\]]{1,128}@[^\s<>@,;:\"'()\[\]]{1,255}")


def guarded(work: Callable[[], _T], otherwise: _T) -> _T:
    """What `work` gives, or `otherwise` where the standard library stumbles over an odd header."""
    try:
        return work()
    except (ValueError, TypeError, LookupError, AttributeError, IndexError, OverflowError, AssertionError):
        return otherwise


def decoded(value: object) -> str:
    """The text of a raw header: unfolded, encoded words decoded, eight-bit bytes guessed."""
    text = str(value)[:_LONGEST]
    if not text.isascii():
        raw = text.encode("utf-8", "surrogateescape")
        text = charsets.decode(raw)
    text = re.sub(r"\r?\n[ \t]*", " ", text)
    if "=?" not in text:
        return _one_line(text)
    text = _BETWEEN.sub(r"\1\2", _BETWEEN.sub(r"\1\2", text))
    pieces: list[str] = []
    pending: tuple[str, bytes] | None = None  # a character may be cut between two encoded words
    place = 0
    for match in _WORD.finditer(text):
        between = text[place : match.start()]
        label, data = match[1].lower(), _word_bytes(match[2], match[3])
        if pending and not between and pending[0] == label:
            pending = (label, pending[1] + data)
        else:
            if pending:
                pieces.append(charsets.decode(pending[1], pending[0]))
            pieces.append(between)
            pending = (label, data)
        place = match.end()
    if pending:
        pieces.append(charsets.decode(pending[1], pending[0]))
    pieces.append(text[place:])
    return _one_line("".join(pieces))


def _one_line(text: str) -> str:
    """A header is one line, whatever characters it smuggles that some programs take for an end of line."""
    return invisible.cleaned(text).replace("\r", " ").replace("\n", " ").strip()


def _word_bytes(coding: str, data: str) -> bytes:
    if coding in "qQ":
        return quopri.decodestring(data.replace("_", " ").encode("ascii", "replace"), header=False)
    plain = re.sub(r"[^A-Za-z0-9+/]", "", data)
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        return base64.b64decode(plain[: len(plain) // 4 * 4])


def address_of(name: object, email_address: object) -> Address:
    return Address(name=decoded(name or ""), email=decoded(email_address or "").lower())


def _pairs(text: str) -> list[tuple[str, str]]:
    return guarded(lambda: email.utils.getaddresses([text]), [])


def addresses(values: list[object]) -> tuple[Address, ...]:
    """All addresses of the given raw headers."""
    found: list[Address] = []
    for value in values[:20]:
        text = str(value)[:_LONGEST]
        if not text.isascii():
            text = charsets.decode(text.encode("utf-8", "surrogateescape"))
        pairs = _pairs(text)
        usable = [(name, address) for name, address in pairs if "@" in address]
        if usable:
            found.extend(address_of(name, address) for name, address in usable)
        else:
            match = _ADDRESS.search(decoded(text))
            if match or text.strip():
                found.append(Address(name=decoded(text), email=match[0].lower() if match else ""))
    return tuple(found[:200])


def file_name(part: email.message.Message) -> str:
    """The attachment's file name without any folder, "" where it has none."""
    empty: object = ""
    raw = guarded(lambda: part.get_filename(""), empty) or guarded(lambda: part.get_param("name", ""), empty)
    if isinstance(raw, tuple):  # RFC 2231 that the library did not collapse
        raw = email.utils.collapse_rfc2231_value(raw)
    name = decoded(raw or "")
    if re.search(r"%[89A-Fa-f][0-9A-Fa-f]", name):
        name = charsets.decode(urllib.parse.unquote_to_bytes(name))
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip(" \t\"'")[:200]


def date_of(value: str) -> datetime | None:
    """The header's date, aware; a date without zone counts as UTC."""
    parsed = guarded(lambda: email.utils.parsedate_to_datetime(value), None)
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def read_headers(mail: email.message.Message) -> Headers:
    """The headers that matter."""

    def every(name: str) -> list[object]:
        return guarded(lambda: list(mail.get_all(name) or []), [])

    def one(name: str) -> str:
        values = every(name)
        return decoded(values[0]) if values else ""

    senders = addresses(every("From")) or addresses(every("Sender"))
    return_paths = addresses(every("Return-Path"))
    return Headers(
        subject=one("Subject"),
        sender=senders[0] if senders else None,
        reply_to=addresses(every("Reply-To")),
        return_path=return_paths[0] if return_paths else None,
        to=addresses(every("To")),
        cc=addresses(every("Cc")),
        date=date_of(one("Date")),
        message_id=one("Message-ID"),
        in_reply_to=one("In-Reply-To"),
        references=tuple(_ID.findall(one("References")))[:200],
        auto_submitted=_is_automatic(mail, one),
        list_mail=bool(one("List-Unsubscribe") or one("List-Id") or one("Precedence").lower() in ("bulk", "list")),
        authentication_results=tuple(decoded(value) for value in every("Authentication-Results")[:20]),
        unshown=_unshown(mail),
    )


#: Headers of transport and signatures, and those that are read above: no place for words of a sender.
_KNOWN = re.compile(
    r"^(?:received|dkim-.*|domainkey-.*|arc-.*|authentication-results|content-.*|mime-version|message-id|in-reply-to"
    r"|references|date|from|to|cc|bcc|sender|reply-to|return-path|delivered-to|subject|thread-index|autocrypt"
    r"|list-.*|x-ms-exchange-.*|x-microsoft-antispam.*|x-google-.*|x-gm-.*)$",
    re.I,
)
_MOST_UNSHOWN = 40


def _unshown(mail: email.message.Message) -> tuple[str, ...]:
    """Headers in which a sender may write words that no mail program shows, as "name: value"."""
    nothing: list[tuple[str, str]] = []
    pairs = guarded(lambda: list(mail.items()), nothing)
    found = []
    for name, value in pairs[:400]:
        if _KNOWN.match(name):
            continue
        text = decoded(value)[:1500]
        if invisible.is_telling(text):
            found.append(f"{re.sub(r'^[Xx]-|[-_]+', ' ', name).strip()}: {text}")
    return tuple(found[:_MOST_UNSHOWN])


def _is_automatic(mail: email.message.Message, one: Callable[[str], str]) -> bool:
    """True for what no person wrote: absence notes, bounces, receipts (RFC 3834, RFC 3464, and what programs do)."""
    submitted = one("Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(one(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Failed-Recipients")):
        return True
    if one("Precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if one("X-MS-Exchange-Inbox-Rules-Loop"):
        return True
    if guarded(mail.get_content_type, "") == "multipart/report":
        return True
    return_path = one("Return-Path").strip()
    sender = one("From").lower()
    return return_path == "<>" and ("mailer-daemon" in sender or "postmaster" in sender)
