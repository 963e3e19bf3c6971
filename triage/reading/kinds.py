"""Tells what a file is from its bytes; the label and the name only decide between kinds of text. Never opens it."""

import re

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODT = "application/vnd.oasis.opendocument.text"
XLS = "application/vnd.ms-excel"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
DOC = "application/msword"
MSG = "application/vnd.ms-outlook"
OLE = "application/x-ole-storage"
LOCKED_OFFICE = "application/x-encrypted-office"
MAIL = "message/rfc822"
HTML = "text/html"
SVG = "image/svg+xml"
XML = "application/xml"
TEXT = "text/plain"
CSV = "text/csv"
RTF = "application/rtf"
ZIP = "application/zip"
TNEF = "application/ms-tnef"
EDIFACT = "application/edifact"
X12 = "application/x12"
VCARD = "text/vcard"
CALENDAR = "text/calendar"
SIGNED = "application/pkcs7-signature"
ENVELOPED = "application/pkcs7-mime"
PGP = "application/pgp-encrypted"
EXECUTABLE = "application/x-executable"
UNKNOWN = "application/octet-stream"

_MAGIC = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", RTF),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"ITSF", "application/vnd.ms-htmlhelp"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"-----BEGIN PGP MESSAGE", PGP),
)
#: File name endings that a mail program hands to a program that runs them.
_RUNNING = re.compile(
    r"\.(exe|com|scr|pif|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msp|jar|lnk|url|iso|img|vhdx?|cpl|dll|reg|inf|chm|hlp|"
    r"application|gadget|appx|msix|scf|sct|xll|wll|py|sh|apk|dmg|pkg|one|settingcontent-ms|library-ms|search-ms)$",
    re.I,
)
_MACRO_NAMES = re.compile(r"\.(xlsm|xltm|xlam|docm|dotm|pptm|potm|ppsm|sldm)$", re.I)
_IMAGE_NAMES = re.compile(r"\.(png|jpe?g|gif|tiff?|bmp|webp|heic|svg)$", re.I)
_UNEDIFACT = re.compile(rb"^\s*(?:UNA.{6}\s*)?UNB[+\x1d:]|^\s*UNA.{6}\s*UN[BGH]|^\s*UNH\+[^+]{1,14}\+", re.S)
_ISA = re.compile(rb"^\s*ISA([^A-Za-z0-9\s])[0-9 ]{2}\1")
_HEADER_LINES = re.compile(rb"^(?:[A-Za-z][A-Za-z0-9-]{1,50}:[^\n]*\n(?:[ \t][^\n]*\n)*){3}")
_MAIL_WORDS = re.compile(rb"^(?:from|received|return-path|message-id|mime-version|date|subject):", re.I | re.M)


def kind_of(data: bytes, *, name: str = "", label: str = "") -> str:
    """The media type of `data`, `UNKNOWN` where nothing fits."""
    head = data[:4096]
    if b"%PDF-" in data[:1100]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(data)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return EXECUTABLE if kind == EXECUTABLE and not _is_program(head, name) else kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix"):
        return "image/heic"
    if data[0x8001:0x8006] == b"CD001":
        return "application/x-iso9660-image"
    lower = name.lower()
    if lower.endswith(".p7s") or label in (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
    ):
        return SIGNED
    if lower.endswith(".p7m") or label in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return ENVELOPED
    return _text_kind(data, head, lower, label)


def _is_program(head: bytes, name: str) -> bool:
    """Two letters are a weak mark: a text that begins with them is none."""
    return b"\0" in head or bool(_RUNNING.search(name))


def _zip_kind(data: bytes) -> str:
    """Which of the formats that are archives inside; by the names in the archive, which stand uncompressed."""
    head = data[:3000]
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head:
        return ODS
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in head:
        return ODT
    tail = data[-400_000:]
    if b"[Content_Types].xml" in head or b"[Content_Types].xml" in tail:
        for mark, kind in ((b"xl/workbook.bin", XLSB), (b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX)):
            if mark in head or mark in tail:
                return kind
    return ZIP


def _ole_kind(data: bytes) -> str:
    """Which of the formats that are OLE storages, by the names of their streams (UTF-16)."""
    for mark, kind in (
        ("__properties_version1.0", MSG),
        ("EncryptedPackage", LOCKED_OFFICE),
        ("WordDocument", DOC),
        ("Workbook", XLS),
        ("Book", XLS),
    ):
        if mark.encode("utf-16-le") in data:
            return kind
    return OLE


def _text_kind(data: bytes, head: bytes, lower: str, label: str) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(head) > 8 and head[1:40:2].count(0) > 15)
    if not wide and _is_binary(data):
        return UNKNOWN
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if wide:
        plain = (
            head.decode("utf-16-be" if head.startswith(b"\xfe\xff") else "utf-16-le", "ignore")
            .lstrip("\ufeff")
            .encode()
        )
    plain = plain.lstrip()
    low = plain[:1500].lower()
    if _UNEDIFACT.match(plain):
        return EDIFACT
    if _ISA.match(plain):
        return X12
    if low.startswith((b"<!doctype html", b"<html")) or (b"<html" in low and low.startswith(b"<")):
        return HTML
    called_svg = lower.endswith(".svg") or label == SVG
    if (called_svg and b"<svg" in low) or re.match(rb"(?:<\?xml[^>]{0,200}>|<!--[^>]{0,400}-->|\s)*<svg[\s>]", low):
        return SVG
    if low.startswith(b"<?xml") or (lower.endswith((".xml", ".ubl", ".cxml", ".edi")) and low.startswith(b"<")):
        return XML
    if low.startswith(b"begin:vcard"):
        return VCARD
    if low.startswith(b"begin:vcalendar"):
        return CALENDAR
    if (
        lower.endswith(".eml")
        or label == MAIL
        or (_HEADER_LINES.match(plain + b"\n") and len(_MAIL_WORDS.findall(plain)) >= 2)
    ):
        return MAIL
    if lower.endswith((".htm", ".html")) or (label == HTML and b"<" in low):
        return HTML
    if re.match(rb"<[a-z_][\w.:-]*[\s>]", low) and (label in ("text/xml", XML) or b"xmlns" in low):
        return XML
    if lower.endswith((".csv", ".tsv", ".tab")) or label in (CSV, "text/tab-separated-values"):
        return CSV
    return TEXT


def _is_binary(data: bytes) -> bool:
    sample = data[:8000]
    if not sample:
        return False
    odd = sum(1 for byte in sample if byte < 32 and byte not in (9, 10, 12, 13, 27, 0x1A, 0x1C, 0x1D, 0x1E, 0x1F))
    return b"\0" in sample or odd * 50 > len(sample)


def runs(kind: str, name: str) -> str:
    """What a file would do if it were opened, "" where it would only be shown."""
    if kind in (EXECUTABLE, "application/x-ms-shortcut", "application/vnd.ms-htmlhelp"):
        return "a program or shortcut"
    if kind == "application/x-iso9660-image":
        return "a disk image"
    found = _RUNNING.search(name)
    if found and kind not in (PDF, XLSX, DOCX):
        return f"a file of the type {found[1].lower()}, which runs when it is opened"
    if _MACRO_NAMES.search(name):
        return "a document of a type that carries macros"
    return ""


def is_image(kind: str, name: str) -> bool:
    return kind.startswith("image/") or (kind == UNKNOWN and bool(_IMAGE_NAMES.search(name)))
