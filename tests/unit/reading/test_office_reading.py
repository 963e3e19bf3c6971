"""Word, OpenDocument and RTF texts: what is shown in its order, what is hidden apart."""

# ruff: noqa: E501 (examples stay in one piece)

import io
import zipfile
from collections.abc import Callable

from triage.domain.document import Reading, UnreadableReason

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, *extra: tuple[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr("word/document.xml", f"<w:document {_W}><w:body>{body}</w:body></w:document>")
        for name, text in extra:
            target.writestr(name, text)
    return stream.getvalue()


def paragraph(text: str, look: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def test_paragraphs_and_tables_in_order(read: Callable[..., Reading]) -> None:
    body = (
        paragraph("Before")
        + f"<w:tbl>{row('Pos', 'Artikel', 'Menge')}{row('1', 'A-1', '40')}</w:tbl>"
        + paragraph("After")
    )
    part = read(docx(body), name="ab.docx").parts[0]
    assert part.text == "Before\nPos   Artikel   Menge\n1   A-1   40\nAfter"
    assert [[cell.text for cell in line] for line in part.tables[0].rows] == [
        ["Pos", "Artikel", "Menge"],
        ["1", "A-1", "40"],
    ]


def test_hidden_white_and_deleted_text_is_not_shown(read: Callable[..., Reading]) -> None:
    body = (
        paragraph("Seen")
        + paragraph("vanished words are here", "<w:vanish/>")
        + paragraph("white words are here", '<w:color w:val="FFFFFF"/>')
        + f"<w:p><w:del><w:r><w:t>deleted words</w:t></w:r></w:del>{paragraph('')[5:-6]}</w:p>"
    )
    part = read(docx(body), name="ab.docx").parts[0]
    assert part.text == "Seen"
    assert part.hidden == ("vanished words are here", "white words are here")


def test_fields_that_start_programs_and_outside_templates(read: Callable[..., Reading]) -> None:
    rels = '<R><Relationship Type="x/attachedTemplate" Target="http://x" TargetMode="External"/></R>'
    body = "<w:p><w:r><w:instrText>DDEAUTO c:\\\\x</w:instrText></w:r></w:p>" + paragraph("Seen")
    reading = read(docx(body, ("word/_rels/settings.xml.rels", rels)), name="ab.docx")
    assert len(reading.active) == 2


def test_entities_are_not_expanded(read: Callable[..., Reading]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr(
            "word/document.xml",
            f'<!DOCTYPE x [<!ENTITY a "boom boom boom">]><w:document {_W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>',
        )
    reading = read(stream.getvalue(), name="ab.docx")
    assert all("boom" not in part.text for part in reading.parts)
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.NO_TEXT]


def test_rtf(read: Callable[..., Reading]) -> None:
    raw = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\colortbl;\red255\green255\blue255;}"
        rb"Best\'e4tigung {\b P04711}\par Men\u252\'fcge 40\par {\v hidden words stand here}{\cf1 and white ones too}"
        rb"\par 1\cell A-1\cell 40\cell\row}"
    )
    part = read(raw, name="ab.rtf").parts[0]
    assert part.text == "Bestätigung P04711\nMenüge 40\n1   A-1   40"
    assert part.hidden == ("hidden words stand hereand white ones too",)


def test_odt(read: Callable[..., Reading]) -> None:
    text, style, fo, office = (
        f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("text", "style", "xsl-fo-compatible", "office")
    )
    content = (
        f'<o:document-content xmlns:o="{office}" xmlns:t="{text}" xmlns:s="{style}" xmlns:fo="{fo}">'
        '<s:style s:name="H"><s:text-properties fo:color="#ffffff"/></s:style>'
        "<t:p>Seen<t:tab/>words</t:p><t:p>And <t:span t:style-name='H'>white words are here</t:span>more</t:p></o:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        target.writestr("content.xml", content)
    part = read(stream.getvalue(), name="ab.odt").parts[0]
    assert part.text == "Seen   words\nAnd more"
    assert part.hidden == ("white words are here",)
