"""What suppliers write into Odoo's chatter, by mail or on the order's portal page: found without missing one, and
rebuilt as mails with their attachments.

Two traps of Odoo shape it: numbers of messages are committed out of order, and a limit counts before rights are looked
at, so that a short page is not the end. Days are asked for whole, and never numbers above the last.
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import encoders
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, getaddresses
from typing import Any

from triage.erp import fields
from triage.erp.odoo import allowed, faults, tables
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError, ErpUnavailableError, Error

_SLICE = timedelta(days=1)  # asked for in one call
_AT_ONCE = 50  # mails whose texts one call reads
#: The user that Odoo's mail gateway writes as, from 19 on. A mail by anybody else was written by that user.
_GATEWAY = 1
#: Where a record keeps the number of the order that it is about.
_ORDER_OF = {"purchase.order": "name", "stock.picking": "origin", "account.move": "invoice_origin"}
#: Mails, and what is written on the portal: that is a comment by somebody outside who took no internal note.
_HEARD: list[Any] = [
    "|", ("message_type", "=", "email"),
    "&", ("message_type", "=", "comment"), "&", ("author_id.partner_share", "=", True),
    "&", ("is_internal", "=", False), ("subtype_id.internal", "=", False),
]  # fmt: skip
_KIND = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message in the chatter."""

    id: int
    at: datetime  # when Odoo began to write it; aware, UTC, by Odoo's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message rebuilt as a mail: the same message gives the same bytes each time."""

    id: int
    name: str  # for people: order and number
    size: int  # bytes, known before the attachments are read
    raw: bytes = b""  # empty where one of the following tells why
    fault: str = ""  # it can't come in
    waits: str = ""  # it can't be read now, which may pass
    is_ours: bool = False  # nobody outside wrote it


class Chatter:
    """Reads what one Odoo has heard from outside about records that advisories hang on."""

    def __init__(self, wire: Wire, *, largest: int) -> None:
        """largest: bytes of a mail; the attachments of a larger one are not read."""
        self._wire, self._largest = wire, largest
        self._reader = tables.Reader(wire)
        self._gateway: int | None = None
        self._outside: dict[int, bool] = {}  # user → nobody of the company

    def listed(self, since: datetime, until: datetime) -> tuple[Listed, ...]:
        """All messages that Odoo began to write at `since` or later, in one call a day; `until` is this moment or so.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        found: dict[int, Listed] = {}
        start = since
        while True:
            end = start + _SLICE
            last = end >= until
            domain: list[Any] = [
                *_HEARD, ("model", "in", sorted(allowed.NOTED_MODELS)), ("res_id", "!=", 0),
                ("create_date", ">=", _written(start)), *([] if last else [("create_date", "<", _written(end))]),
            ]  # fmt: skip
            # No limit: see above. A number and a moment each, so that a busy day stays small.
            asked = {"domain": domain, "fields": ["create_date"], "order": "id"}
            for row in self._wire.call("mail.message", "search_read", asked):
                found[row["id"]] = Listed(id=row["id"], at=_instant(row["create_date"]))
            if last:
                return tuple(found[number] for number in sorted(found))
            start = end

    def mails(self, ids: Sequence[int]) -> Iterator[Mail]:
        """These messages rebuilt, one at a time in memory. One that was deleted meanwhile is left out.

        Raises ErpUnavailableError, ErpRefusedError where Odoo fails on more than one message.
        """
        failed = False
        for start in range(0, len(ids), _AT_ONCE):
            for mail, error in self._some(ids[start : start + _AT_ONCE]):
                if error is not None and failed:
                    raise error
                failed = error is not None
                yield mail

    def _some(self, ids: Sequence[int]) -> Iterator[tuple[Mail, Error | None]]:
        """Each with what Odoo answered instead of its attachments. In smaller lots where the texts are too large."""
        asked = {"domain": [("id", "in", list(ids))], "fields": list(self._reader.fields("mail.message"))}
        try:
            rows = self._wire.call("mail.message", "search_read", {**asked, "order": "id"})
        except faults.TooLarge as error:
            if len(ids) == 1:
                yield Mail(id=ids[0], name=f"{ids[0]}.eml", size=0, fault=error.reason), None
                return
            for some in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
                yield from self._some(some)
            return
        self._learn_writers(rows)
        orders = self._orders(rows)
        files = self._files({number for row in rows for number in row.get("attachment_ids") or ()})
        for row in rows:
            mine = [files[number] for number in row.get("attachment_ids") or () if number in files]
            yield self._mail(row, orders.get((row["model"], row["res_id"]), ""), mine)

    def _mail(
        self, row: Mapping[str, Any], order: str, files: Sequence[Mapping[str, Any]]
    ) -> tuple[Mail, Error | None]:
        name = f"{order or row['model']} {row['id']}".replace("/", "-") + ".eml"
        body = str(row.get("body") or "")
        size = len(body.encode()) + sum(int(file.get("file_size") or 0) for file in files)
        mail = Mail(id=int(row["id"]), name=name, size=size)
        if row.get("message_type") == "comment":
            if not self._outside.get(fields.link(row, "create_uid") or 0):
                return replace(mail, is_ours=True), None
        elif not self._by_gateway(row):
            fault = "it was not received by mail: somebody wrote it into the chatter as if it had been"
            return replace(mail, fault=fault), None
        if size > self._largest:
            return mail, None
        try:
            parts = [_part(file, self._content(file)) for file in files]
        except _LostFile as error:
            return replace(mail, waits=str(error)), None
        except faults.TooLarge as error:
            return replace(mail, fault=error.reason), None
        except faults.Refused as error:
            return replace(mail, waits=f"an attachment can't be read: {error.reason}"), None
        except (ErpUnavailableError, ErpRefusedError) as error:
            return replace(mail, waits=f"an attachment can't be read: {error.reason}"), error
        return replace(mail, raw=_mail(row, order, body, parts)), None

    def _learn_writers(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Who is nobody of the company. Anyone inside can name any author; who has written can't be chosen."""
        written = {fields.link(row, "create_uid") or 0 for row in rows if row.get("message_type") == "comment"}
        new = sorted(written - self._outside.keys() - {0})
        # Users can't be read, their partners can. Mostly all of them are outside: then one question is enough.
        if new and self._outsiders(new) == len(new):
            self._outside.update(dict.fromkeys(new, True))
        for user in new:
            if user not in self._outside:
                self._outside[user] = self._outsiders([user]) == 1

    def _outsiders(self, users: Sequence[int]) -> int:
        domain = [("user_ids", "in", list(users)), ("partner_share", "=", True)]
        context = {"active_test": False}  # the public user is archived
        return int(self._wire.call("res.partner", "search_count", {"domain": domain}, context=context))

    def _by_gateway(self, row: Mapping[str, Any]) -> bool:
        if self._gateway is None:
            self._gateway = _GATEWAY if self._wire.version()[0] >= 19 else 0
        return not self._gateway or fields.link(row, "create_uid") == self._gateway

    def _orders(self, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
        """Record → number of the order that it is about; one call a model."""
        found: dict[tuple[str, int], str] = {}
        for model, name in _ORDER_OF.items():
            wanted = sorted({int(row["res_id"]) for row in rows if row["model"] == model})
            if not wanted:
                continue
            try:
                asked = {"domain": [("id", "in", wanted)], "fields": [name]}
                records = self._wire.call(model, "search_read", asked)
            except (faults.Refused, faults.Missing):
                continue  # then the words of the mail alone name the order
            found.update({(model, record["id"]): str(record.get(name) or "") for record in records})
        return found

    def _files(self, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
        if not ids:
            return {}
        asked = {"domain": [("id", "in", sorted(ids))], "fields": list(self._reader.fields("ir.attachment"))}
        return {row["id"]: row for row in self._wire.call("ir.attachment", "search_read", asked)}

    def _content(self, file: Mapping[str, Any]) -> bytes:
        """Raises _LostFile where Odoo's file store does not have all of it: Odoo answers nothing then, not a fault."""
        asked = {"domain": [("id", "=", file["id"])], "fields": ["datas"]}
        content = b""
        for row in self._wire.call("ir.attachment", "search_read", asked):
            with contextlib.suppress(binascii.Error, ValueError, TypeError):
                content = base64.b64decode(row.get("datas") or b"")
        told = int(file.get("file_size") or 0)
        if len(content) < told:
            raise _LostFile(
                f"Odoo has {len(content):,} of {told:,} bytes of its attachment {_line(file.get('name'))[:100]!r}"
            )
        return content


class _LostFile(Exception):
    """An attachment whose bytes Odoo does not have."""


def _mail(row: Mapping[str, Any], order: str, body: str, parts: Sequence[MIMEBase]) -> bytes:
    """The bytes of a mail, without anything that differs from one time to the next."""
    text = MIMEText(body, "html", "utf-8")
    mail: MIMEText | MIMEMultipart = text
    if parts:
        # Odoo's number in a boundary that base64 can't contain.
        mail = MIMEMultipart("mixed", boundary=f"=_triage_{int(row['id'])}_=", _subparts=[text, *parts])
    subject = _line(row.get("subject"))
    if order and order.casefold() not in subject.casefold():
        # The chatter says which order it is about, though the words may not.
        subject = f"{subject} ({order})".strip()
    mail["From"] = _addresses(row.get("email_from"))
    mail["To"] = _addresses(row.get("incoming_email_to"))
    if row.get("incoming_email_cc"):
        mail["Cc"] = _addresses(row.get("incoming_email_cc"))
    mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
    if row.get("date"):
        mail["Date"] = format_datetime(_instant(row["date"]))
    if row.get("message_id"):
        mail["Message-ID"] = _line(row["message_id"]).encode("ascii", "replace").decode()
    return mail.as_bytes()


def _part(file: Mapping[str, Any], content: bytes) -> MIMEBase:
    told = str(file.get("mimetype") or "")
    # A mail in a mail is kept as a file: its bytes must stay as they are.
    kind = told if _KIND.fullmatch(told) and not told.startswith(("message/", "multipart/")) else ""
    main, _, sub = (kind or "application/octet-stream").partition("/")
    part = MIMEBase(main, sub)
    part.set_payload(content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _line(file.get("name"))))
    return part


def _addresses(told: object) -> str:
    written = []
    for name, address in getaddresses([_line(told)]):
        try:
            written.append(formataddr((name, address)))
        except UnicodeError:  # an address in letters of another script: encoded with its name
            written.append(f"{name} <{address}>".strip())
    return ", ".join(item for item in written if item)


def _line(told: object) -> str:
    """One line: a header can't begin another one."""
    return " ".join(str(told or "").split())


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
