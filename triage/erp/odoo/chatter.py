"""Mails of suppliers as Odoo's chatter holds them: found without missing one, rebuilt as mails with their attachments.

Two traps of Odoo shape it: numbers of messages are committed out of order, and a limit counts before rights are looked
at, so that a short page is not the end. Days are asked for whole, and never numbers above the last.
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

_SLICE = timedelta(days=1)  # asked for in one call
_AT_ONCE = 50  # mails whose texts one call reads
#: The user that Odoo's mail gateway writes as, from 19 on. A mail by anybody else was written by that user.
_GATEWAY = 1
#: Where a record keeps the number of the order that it is about.
_ORDER_OF = {"purchase.order": "name", "stock.picking": "origin", "account.move": "invoice_origin"}
_KIND = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mail in the chatter."""

    id: int
    at: datetime  # when Odoo began to write it; aware, UTC, by Odoo's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail rebuilt: the same message gives the same bytes each time."""

    id: int
    name: str  # for people: order and number
    size: int  # bytes, known before the attachments are read
    raw: bytes  # empty where `fault` says why not
    fault: str = ""


class Chatter:
    """Reads the mails that one Odoo has received for records that advisories hang on."""

    def __init__(self, wire: Wire, *, largest: int) -> None:
        """largest: bytes of a mail; the attachments of a larger one are not read."""
        self._wire, self._largest = wire, largest
        self._reader = tables.Reader(wire)
        self._gateway: int | None = None

    def listed(self, since: datetime, until: datetime) -> tuple[Listed, ...]:
        """All mails that Odoo began to write at `since` or later, in one call a day; `until` is this moment or so.

        Raises ErpUnavailableError, ErpRefusedError.
        """
        found: dict[int, Listed] = {}
        start = since
        while True:
            end = start + _SLICE
            last = end >= until
            domain: list[Any] = [
                ("message_type", "=", "email"), ("model", "in", sorted(allowed.NOTED_MODELS)), ("res_id", "!=", 0),
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
        """These mails rebuilt, one at a time in memory. One that was deleted meanwhile is left out."""
        names = self._reader.fields("mail.message")
        for start in range(0, len(ids), _AT_ONCE):
            domain = [("id", "in", list(ids[start : start + _AT_ONCE]))]
            rows = self._wire.call(
                "mail.message", "search_read", {"domain": domain, "fields": list(names), "order": "id"}
            )
            orders = self._orders(rows)
            files = self._files({number for row in rows for number in row.get("attachment_ids") or ()})
            for row in rows:
                mine = [files[number] for number in row.get("attachment_ids") or () if number in files]
                yield self._mail(row, orders.get((row["model"], row["res_id"]), ""), mine)

    def _mail(self, row: Mapping[str, Any], order: str, files: Sequence[Mapping[str, Any]]) -> Mail:
        number = int(row["id"])
        name = f"{order or row['model']} {number}".replace("/", "-") + ".eml"
        body = str(row.get("body") or "")
        size = len(body.encode()) + sum(int(file.get("file_size") or 0) for file in files)
        if not self._by_gateway(row):
            fault = "it was not received by mail: somebody wrote it into the chatter as if it had been"
            return Mail(id=number, name=name, size=size, raw=b"", fault=fault)
        if size > self._largest:
            return Mail(id=number, name=name, size=size, raw=b"")
        try:
            parts = [_part(file, self._content(int(file["id"]))) for file in files]
        except faults.Refused as error:
            fault = f"an attachment can't be read: {error.reason}"
            return Mail(id=number, name=name, size=size, raw=b"", fault=fault)
        return Mail(id=number, name=name, size=size, raw=_mail(row, order, body, parts))

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

    def _content(self, number: int) -> bytes:
        asked = {"domain": [("id", "=", number)], "fields": ["datas"]}
        for row in self._wire.call("ir.attachment", "search_read", asked):
            try:
                return base64.b64decode(row.get("datas") or b"")
            except (binascii.Error, ValueError, TypeError):
                return b""
        return b""


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
