"""Mails of every shape: charsets, names, alternatives, attachments; one bad part never spoils the others."""

# ruff: noqa: E501 (examples stay in one piece)

import base64
import io
import zipfile

import pytest

from triage.domain.document import PartRole, UnreadableReason
from triage.reading import charsets, headers


def body(reading) -> list[str]:  # type: ignore[no-untyped-def]
    return [line.text for line in reading.body.lines]


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("gb18030", "gb2312", "订单确认：㎡数量 镕"),
        ("cp1252", "iso-8859-1", "Preis 12,50 € – „netto“"),
        ("utf-8", "us-ascii", "Größe 40 Stück"),
        ("utf-8", "iso-8859-1", "Größe 40 Stück"),
        ("utf-8", "", "確認しました。数量は40個です。"),
        ("cp1254", "iso-8859-9", "Sipariş teyidi – ığş"),
        ("iso-8859-2", "iso-8859-2", "Zamówienie przyjęto"),
        ("cp1250", "windows-1250", "Zamówienie przyjęto"),
        ("cp932", "shift_jis", "納期回答①"),
        ("iso2022_jp", "iso-2022-jp", "納期回答"),
        ("cp1252", "x-unknown", "Grüße aus Köln"),
        ("gb18030", "", "您好，贵司订单已经确认，交货日期为十二月四日。"),
    ],
)
def test_charsets_and_wrong_labels(codec: str, label: str, text: str) -> None:
    assert charsets.decode(text.encode(codec), label or None) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus =?utf-8?B?S8O2bG4=?=", "Grüße aus Köln"),
        ("=?utf-8?B?5rOo5pY=?= =?utf-8?B?h+abuA==?=", "注文書"),
        ("=?gb2312?B?tqm1pQ==?=", "订单"),
        ("=?iso-8859-1?q?Best=E4tigung_P1?=\r\n =?iso-8859-1?q?_neu?=", "Bestätigung P1 neu"),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("Gr\udcfc\udcdfe", "Grüße"),
    ],
)
def test_encoded_headers(raw: str, text: str) -> None:
    assert headers.decoded(raw) == text


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('attachment; filename="AB 12.pdf"', "AB 12.pdf"),
        ("attachment; filename*=utf-8''Best%C3%A4tigung.pdf", "Bestätigung.pdf"),
        ("attachment; filename*0*=utf-8''Best%C3%A4; filename*1=tigung.pdf", "Bestätigung.pdf"),
        ('attachment; filename="=?utf-8?B?6K6i5Y2VLnBkZg==?="', "订单.pdf"),
        ('attachment; filename="..\\..\\evil.pdf"', "evil.pdf"),
        ('attachment; filename="/etc/passwd"', "passwd"),
    ],
)
def test_file_names(line: str, name: str, read) -> None:  # type: ignore[no-untyped-def]
    raw = (
        "From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n--q\n"
        f"Content-Type: application/octet-stream\nContent-Disposition: {line}\n\nnothing to see here\n--q--\n"
    )
    assert read(raw.encode()).attachment_names == (name,)


def test_headers_that_matter(mail, read) -> None:  # type: ignore[no-untyped-def]
    raw = mail(
        sender='"Roe, Jane" <Jane@Supplier.Example>',
        Reply_To="other@free.example",
        Return_Path="<bounce@supplier.example>",
        Date="Thu, 08 Oct 2026 14:12:00 +0200",
        Message_ID="<1@x>",
        References="<a@x> <b@x>",
        Auto_Submitted="auto-replied",
        Authentication_Results="mx.buyer.example; spf=pass",
    )
    found = read(raw).headers
    assert (found.sender.name, found.sender.email) == ("Roe, Jane", "jane@supplier.example")
    assert found.reply_to[0].email == "other@free.example"
    assert found.return_path.email == "bounce@supplier.example"
    assert found.date.isoformat() == "2026-10-08T14:12:00+02:00"
    assert found.references == ("<a@x>", "<b@x>")
    assert found.auto_submitted
    assert found.authentication_results == ("mx.buyer.example; spf=pass",)


def test_an_ordinary_mail_is_not_automatic(mail, read) -> None:  # type: ignore[no-untyped-def]
    assert not read(mail(Auto_Submitted="no")).headers.auto_submitted


def test_html_is_taken_where_it_says_as_much(mail, read) -> None:  # type: ignore[no-untyped-def]
    table = "<table><tr><th>Item<th>Qty<th>Date</tr><tr><td>A-1<td>40<td>4 Dec</tr></table>"
    reading = read(mail("Item Qty Date A-1 40 4 Dec", html=f"<p>Confirmed:</p>{table}"))
    assert len(reading.parts) == 1
    assert reading.body.tables[0].rows[1][1].text == "40"


def test_text_is_taken_where_the_html_leaves_much_out(mail, read) -> None:  # type: ignore[no-untyped-def]
    text = "We confirm 40 pieces of A-1 for 4 December and 10 pieces of B-2 for 11 December at 12.50 each."
    assert body(read(mail(text, html="<p>Please see the plain text.</p>"))) == [text]


def test_flowed_lines_are_joined(read) -> None:  # type: ignore[no-untyped-def]
    raw = b"From: a@b.example\nSubject: x\nContent-Type: text/plain; format=flowed\n\nWe confirm \nyour order.\nAll lines ship.\n"
    assert body(read(raw)) == ["We confirm your order.", "All lines ship."]


def test_attachments_get_their_roles(mail, read) -> None:  # type: ignore[no-untyped-def]
    files = (
        ("AGB_2026.txt", b"Allgemeine Gesch\xc3\xa4ftsbedingungen", "text/plain"),
        ("order.txt", b"Order 12 confirmed: 40 pieces", "text/plain"),
        ("notes.txt", b"General Terms and Conditions of Sale\n1. Scope", "text/plain"),
        ("ann.vcf", b"BEGIN:VCARD\nFN:Ann\nEND:VCARD", "text/vcard"),
    )
    roles = {part.name: part.role for part in read(mail(files=files)).parts}
    assert roles == {
        "body": PartRole.BODY,
        "AGB_2026.txt": PartRole.BOILERPLATE,
        "order.txt": PartRole.ATTACHMENT,
        "notes.txt": PartRole.BOILERPLATE,
        "ann.vcf": PartRole.BOILERPLATE,
    }


def test_an_attached_mail_is_forwarded_with_its_own_attachments(mail, read) -> None:  # type: ignore[no-untyped-def]
    inner = mail("40 pieces on 4 December.", subject="Inner", files=(("list.csv", b"item;qty\nA-1;40\n", "text/csv"),))
    outer = (
        b"From: a@b.example\nSubject: FW\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=qq\n\n--qq\n"
        b"Content-Type: text/plain\n\nSee attached.\n--qq\nContent-Type: message/rfc822\n\n" + inner + b"\n--qq--\n"
    )
    reading = read(outer)
    assert [(part.name, part.role) for part in reading.parts] == [
        ("body", PartRole.BODY),
        ("Inner.eml", PartRole.FORWARDED),
        ("Inner.eml/list.csv", PartRole.ATTACHMENT),
    ]


def test_a_broken_attachment_does_not_spoil_the_body(mail, read) -> None:  # type: ignore[no-untyped-def]
    reading = read(mail("Confirmed.", files=(("a.pdf", b"%PDF-1.7 nothing", "application/pdf"),)))
    assert body(reading) == ["Confirmed."]
    assert [(item.name, item.reason) for item in reading.unreadable] == [("a.pdf", UnreadableReason.BROKEN)]


def archive(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in entries:
            target.writestr(name, data)
    return stream.getvalue()


def test_files_in_archives_are_read_under_their_path(mail, read) -> None:  # type: ignore[no-untyped-def]
    data = archive(
        ("in/list.csv", b"item;qty;date\nA-1;40;4.12.2026\n"), ("deep.zip", archive(("b.txt", b"B-2: 10 pieces")))
    )
    reading = read(mail(files=(("all.zip", data, "application/zip"),)))
    assert [part.name for part in reading.parts] == ["body", "all.zip/in/list.csv", "all.zip/deep.zip/b.txt"]


def test_an_archive_in_itself_is_too_deep(mail, read) -> None:  # type: ignore[no-untyped-def]
    data = b"bottom"
    for _ in range(12):
        data = archive(("inner.zip", data))
    reading = read(mail(files=(("a.zip", data, "application/zip"),)), nesting=4)
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.TOO_DEEP]


def test_a_bomb_is_too_large_and_the_body_is_read(mail, read) -> None:  # type: ignore[no-untyped-def]
    data = archive(("zeros.txt", bytes(3_000_000)))
    reading = read(mail("Confirmed.", files=(("a.zip", data, "application/zip"),)), expanded_bytes=1_000_000)
    assert body(reading) == ["Confirmed."]
    assert [(item.name, item.reason) for item in reading.unreadable] == [("a.zip", UnreadableReason.TOO_LARGE)]


def test_too_many_parts(mail, read) -> None:  # type: ignore[no-untyped-def]
    files = tuple((f"f{number}.txt", b"some text", "text/plain") for number in range(12))
    reading = read(mail(files=files), parts=6)
    assert UnreadableReason.TOO_LARGE in {item.reason for item in reading.unreadable}
    assert len(reading.parts) <= 6


def test_a_message_over_the_limit(read) -> None:  # type: ignore[no-untyped-def]
    reading = read(b"From: a@b.example\nSubject: x\n\n" + b"x" * 2_000, message_bytes=1_000)
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.TOO_LARGE]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run.exe", b"MZ\x90\0\x03"),
        ("open.lnk", b"L\0\0\0\x01\x14\x02\0"),
        ("script.js", b"WScript.Shell"),
        ("order.pdf.vbs", b"CreateObject"),
        ("page.html", b"<html><script>location='x'</script></html>"),
    ],
)
def test_active_content_is_named(name: str, data: bytes, mail, read) -> None:  # type: ignore[no-untyped-def]
    reading = read(mail(files=((name, data, "application/octet-stream"),)))
    assert [item.name for item in reading.active] == [name]


def test_an_encrypted_mail(read) -> None:  # type: ignore[no-untyped-def]
    raw = (
        b"From: a@b.example\nSubject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"0\x82\x01\x01secret")
    )
    assert [item.reason for item in read(raw).unreadable] == [UnreadableReason.ENCRYPTED]


def test_a_signed_mail_is_read_through(read) -> None:  # type: ignore[no-untyped-def]
    raw = (
        b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=s\n\n--s\n"
        b"Content-Type: text/plain\n\nConfirmed for 4 December.\n--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"
        b"Content-Transfer-Encoding: base64\n\nMIIB\n--s--\n"
    )
    reading = read(raw)
    assert body(reading) == ["Confirmed for 4 December."]
    assert not reading.unreadable


def test_multiparts_nested_without_end(read) -> None:  # type: ignore[no-untyped-def]
    lines = ["From: a@b.example", "Subject: x", "MIME-Version: 1.0"]
    for level in range(300):
        lines += [f"Content-Type: multipart/mixed; boundary=b{level}", "", f"--b{level}"]
    reading = read("\n".join([*lines, "Content-Type: text/plain", "", "deep"]).encode())
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.TOO_DEEP]


def test_edifact_pasted_into_the_body(mail, read) -> None:  # type: ignore[no-untyped-def]
    message = "UNB+UNOC:3+A+B+261008:1200+1'\nUNH+1+ORDRSP:D:96A:UN'\nBGM+231+4711+4'\nUNT+3+1'\nUNZ+1+1'"
    part = read(mail(f"Dear all,\nplease find our response:\n{message}\n")).body
    assert part.media_type == "application/edifact"
    assert part.raw_text.startswith("UNB+UNOC:3")


def test_xml_that_declares_entities_is_refused(mail, read) -> None:  # type: ignore[no-untyped-def]
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    reading = read(mail(files=(("order.xml", bomb, "text/xml"),)))
    assert [item.name for item in reading.unreadable] == ["order.xml"]


def test_ubl_is_recognised_whatever_its_label(mail, read) -> None:  # type: ignore[no-untyped-def]
    document = (
        b'<?xml version="1.0" encoding="UTF-8"?><OrderResponse '
        b'xmlns="urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"><ID>1</ID></OrderResponse>'
    )
    part = read(mail(files=(("data.bin", document, "application/octet-stream"),))).parts[1]
    assert part.media_type == "application/ubl+xml"
    assert "<ID>1</ID>" in part.raw_text


def test_a_bare_document_has_empty_headers(read) -> None:  # type: ignore[no-untyped-def]
    reading = read(b"item;qty;date\nA-1;40;2026-12-04\nB-2;10;2026-12-11\n", name="list.csv")
    assert reading.headers.subject == ""
    assert reading.parts[0].name == "list.csv"
    assert [cell.text for cell in reading.parts[0].tables[0].rows[2]] == ["B-2", "10", "2026-12-11"]


def test_languages_are_guessed(mail, read) -> None:  # type: ignore[no-untyped-def]
    assert read(mail("Wir bestätigen die Lieferung und wünschen Ihnen eine schöne Woche.")).languages[0] == "de"
    assert (
        read(mail("Potwierdzamy zamówienie, dostawa nastąpi w przyszłym tygodniu przez naszą firmę.")).languages[0]
        == "pl"
    )
    assert read(mail("ご注文ありがとうございます。納期は12月4日です。")).languages[0] == "ja"
    assert read(mail("您好，订单已确认，交货日期为12月4日。")).languages[0] == "zh"
