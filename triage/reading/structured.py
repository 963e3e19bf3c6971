"""Recognises structured documents (EDIFACT, X12, UBL, cXML, other XML) and hands on their text unparsed.

Never expands an entity: XML with a document type that declares any is refused. What the segments mean is the
extractors' business.
"""

import re

from triage.domain.document import Part, PartRole, UnreadableReason
from triage.reading import charsets, kinds
from triage.reading.findings import Findings, TooMuch
from triage.reading.lines import split_lines, text_lines

UBL = "application/ubl+xml"
CXML = "application/cxml+xml"
CII = "application/cii+xml"  # Cross Industry Invoice or Order: Factur-X, ZUGFeRD, Order-X
_SHOWN_LINES = 4_000
_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,80})((?:\s[^<>]{0,4000})?)>")
_ENTITY = re.compile(r"<!ENTITY\s", re.I)
_INTERNAL = re.compile(r"<!DOCTYPE[^>\[]{0,600}\[", re.I)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]{1,40})["']""")
_EDIFACT_START = re.compile(
    r"(?m)^[ \t>]{0,4}(UNA[^\n]{6}\s*UNB|UNB\+UN|UNH\+[^+\n]{1,14}\+(?:ORDRSP|DESADV|ORDERS|INVOIC)[:+])"
)
_X12_START = re.compile(r"(?m)^[ \t>]{0,4}ISA([*|~^+:])\d{2}\1")


def read_structured(data: bytes, kind: str, name: str, role: PartRole, findings: Findings) -> None:
    """Add the document as a part with its raw text. Raises `TooMuch` for XML that declares entities."""
    match = _DECLARED.match(data)
    text = charsets.decode(data, match[1].decode() if match else None)
    if len(text) > findings.limits.text_characters:
        raise TooMuch(UnreadableReason.TOO_LARGE, "a structured document of too many characters")
    if kind == kinds.XML:
        head = text[:200_000]
        if _ENTITY.search(head) or _INTERNAL.search(head):
            raise TooMuch(UnreadableReason.TOO_LARGE, "XML that declares entities, which can expand without end")
        kind = xml_kind(text)
    add(text, kind, name, role, findings)


def add(text: str, kind: str, name: str, role: PartRole, findings: Findings) -> None:
    """Add a part whose text is structured; its lines are segments or elements, one each."""
    broken_up = text
    if kind == kinds.EDIFACT:
        broken_up = re.sub(r"(?<!\?)'\s*", "'\n", text)
    elif kind == kinds.X12:
        end = _terminator(text)
        broken_up = text.replace(end, end + "\n") if end.strip() else text
    elif "\n" not in text.strip() or len(max(text.split("\n"), key=len)) > 2_000:
        broken_up = re.sub(r">\s*<", ">\n<", text)
    lines = split_lines(broken_up, characters=findings.limits.text_characters)
    findings.parts.append(
        Part(name=name, role=role, media_type=kind, lines=text_lines(lines[:_SHOWN_LINES]), raw_text=text)
    )


def _terminator(text: str) -> str:
    """X12's segment terminator: the character behind the fixed-length ISA segment."""
    start = text.find("ISA")
    return text[start + 105 : start + 106] or "~"


def xml_kind(text: str) -> str:
    """The kind of business document by its root element, `kinds.XML` where it is none that is known."""
    for match in _ROOT.finditer(
        re.sub(r"<!--.{0,5000}?-->|<\?[^>]{0,500}\?>|<!DOCTYPE[^>]{0,600}>", " ", text[:20_000], flags=re.S)
    ):
        root, attributes = match[1], match[2]
        if "oasis:names:specification:ubl" in attributes:
            return UBL
        if root == "cXML":
            return CXML
        if root.startswith(("CrossIndustry", "SCRDMCCBDACIO")) or "un:unece:uncefact" in attributes:
            return CII
        return kinds.XML
    return kinds.XML


def pasted(lines: list[str]) -> tuple[str, str] | None:
    """EDIFACT or X12 pasted into a text: its kind and the text from its envelope on; None where there is none."""
    text = "\n".join(lines)
    match = _EDIFACT_START.search(text)
    if match and text.count("+", match.start()) >= 5:
        return kinds.EDIFACT, _unquoted(text[match.start() :])
    match = _X12_START.search(text)
    if match:
        return kinds.X12, _unquoted(text[match.start() :])
    return None


def _unquoted(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*(?:>[ \t]?)*", "", text)
