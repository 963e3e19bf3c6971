"""PDFs made here by several layouts: words with places, tables row by row, hidden text, structure."""

import io
from collections.abc import Callable

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from triage.domain.document import Reading, UnreadableReason

HEAD = ["Pos.", "Artikelnummer", "Bezeichnung", "Menge", "ME", "Preis", "Gesamtpreis", "Liefertermin"]
LONG = "Hydraulikschlauch 2SN DN12 mit DKOL beidseitig, L=1500"
ROWS = [
    ["10", "HS-2200", LONG, "12", "Stk", "48,50", "582,00", "04.12.2026"],
    ["20", "KL-6205", "Kugellager 6205", "1.250", "Stk", "2,35", "2.937,50", "11.12.2026"],
    [
        "30",
        "DI-0040",
        "Flachdichtung EPDM 60 Shore 120 x 80 x 3 mm schwarz",
        "400",
        "Stk",
        "0,42",
        "168,00",
        "KW 50/2026",
    ],
]
Draw = Callable[[canvas.Canvas], None]


def drawn(draw: Draw, size: tuple[float, float] = A4) -> bytes:
    stream = io.BytesIO()
    page = canvas.Canvas(stream, pagesize=size)
    draw(page)
    page.save()
    return stream.getvalue()


def platypus(
    style: list[tuple[object, ...]], rows: list[list[str]] = ROWS, head: list[str] = HEAD, pad: int = 3
) -> bytes:
    stream = io.BytesIO()
    sheet = getSampleStyleSheet()["Normal"]
    sheet.fontSize, sheet.leading = 8, 9.5
    data = [head] + [[*row[:2], Paragraph(row[2], sheet), *row[3:]] for row in rows]
    table = Table(data, colWidths=[28, 65, 125, 45, 28, 55, 70, 65], repeatRows=1)
    base = [("FONTSIZE", (0, 0), (-1, -1), 8), ("ALIGN", (3, 0), (3, -1), "RIGHT"), ("ALIGN", (5, 0), (6, -1), "RIGHT")]
    table.setStyle(
        TableStyle([*base, ("TOPPADDING", (0, 0), (-1, -1), pad), ("BOTTOMPADDING", (0, 0), (-1, -1), pad), *style])
    )
    story = [
        Paragraph("Ihre Bestellung: P01234 vom 05.10.2026", sheet),
        Spacer(1, 14),
        table,
        Spacer(1, 12),
        Paragraph("Nettosumme 3.687,50 EUR, zahlbar in 30 Tagen.", sheet),
    ]
    SimpleDocTemplate(stream, pagesize=A4, leftMargin=40, rightMargin=40).build(story)
    return stream.getvalue()


def flat(rows: object) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row] for row in rows]  # type: ignore[attr-defined]


STYLES = {
    "no rules": [],
    "grid": [("GRID", (0, 0), (-1, -1), 0.4, colors.black)],
    "lines below": [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)],
    "box": [("BOX", (0, 0), (-1, -1), 0.5, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.grey)],
    "zebra": [("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.whitesmoke, colors.white])],
    "dark head": [("BACKGROUND", (0, 0), (-1, 0), colors.darkblue), ("TEXTCOLOR", (0, 0), (-1, 0), colors.white)],
    "centred cells": [("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    "centred grid": [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("GRID", (0, 0), (-1, -1), 0.4, colors.black)],
}


@pytest.mark.parametrize("name", STYLES)
def test_rows_of_a_table(name: str, read: Callable[..., Reading]) -> None:
    part = read(platypus(STYLES[name]), name="ab.pdf").parts[0]
    assert len(part.tables) == 1
    assert flat(part.tables[0].rows) == [HEAD, *ROWS]
    assert part.hidden == ()


def test_a_header_of_two_lines(read: Callable[..., Reading]) -> None:
    head = [*HEAD[:5], "Preis je\nEinheit EUR", "Gesamt\nEUR", "Bestätigter\nTermin"]
    part = read(platypus([], head=head), name="ab.pdf").parts[0]
    assert flat(part.tables[0].rows)[0] == [*HEAD[:5], "Preis je Einheit EUR", "Gesamt EUR", "Bestätigter Termin"]
    assert flat(part.tables[0].rows)[1:] == ROWS


def test_a_table_over_several_pages_is_one(read: Callable[..., Reading]) -> None:
    rows = [
        [str(number), f"A-{number}", "Kugellager", "4", "Stk", "2,00", "8,00", "04.12.2026"] for number in range(1, 120)
    ]
    part = read(platypus([], rows=rows), name="ab.pdf").parts[0]
    assert part.pages is not None
    assert part.pages > 2
    assert len(part.tables) == 1
    assert flat(part.tables[0].rows) == [HEAD, *rows]
    assert sorted(set(part.tables[0].pages)) == list(range(1, part.pages + 1))


def test_rows_stay_apart_where_columns_stand_as_close_as_words(read: Callable[..., Reading]) -> None:
    lefts = {0: 50, 1: 72, 2: 118, 3: 335, 4: 338, 5: 400, 6: 452, 7: 455}

    head = [*HEAD[:1], "Artikel", *HEAD[2:]]
    rows = [[*row[:2], row[2][:44].strip(), *row[3:]] for row in ROWS]

    def draw(page: canvas.Canvas) -> None:
        for line, row in enumerate([head, *rows]):
            page.setFont("Helvetica", 8)
            for column, text in enumerate(row):
                place = lefts[column]
                if column in (3, 5, 6):
                    page.drawRightString(place, 700 - 14 * line, text)
                else:
                    page.drawString(place, 700 - 14 * line, text)

    table = read(drawn(draw), name="ab.pdf").parts[0].tables[0]
    for row, wanted in zip(flat(table.rows)[1:], rows, strict=True):
        assert "".join(row).replace(" ", "") == "".join(wanted).replace(" ", "")
        assert wanted[5] in row
        assert wanted[7] in row
        assert wanted[0] in row


def test_lines_under_an_item_belong_to_its_row(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        page.setFont("Helvetica", 9)
        for x, text in ((50, "Item"), (90, "Material"), (200, "Description")):
            page.drawString(x, 700, text)
        for x, text in ((400, "Quantity"), (470, "Price"), (540, "Value")):
            page.drawRightString(x, 700, text)
        for number in range(3):
            top = 680 - 50 * number
            page.drawString(50, top, str(10 + number))
            page.drawString(90, top, f"MAT-{number}")
            page.drawString(200, top, "Ball bearing")
            page.drawRightString(400, top, "4 PC")
            page.drawRightString(470, top, "2.00")
            page.drawRightString(540, top, "8.00")
            page.drawString(200, top - 11, "Your material: 47-11")
            page.drawString(200, top - 22, f"Delivery date: 12/0{number + 1}/2026")

    rows = flat(read(drawn(draw), name="oc.pdf").parts[0].tables[0].rows)
    assert rows[2] == [
        "11",
        "MAT-1",
        "Ball bearing Your material: 47-11 Delivery date: 12/02/2026",
        "4 PC",
        "2.00",
        "8.00",
    ]


def test_labels_with_values_are_lines_and_no_table(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        for line, (one, two) in enumerate((("Bestellung:", "P01234"), ("Datum:", "12.10.2026"), ("Kunde:", "10023"))):
            page.drawString(50, 700 - 14 * line, one)
            page.drawString(150, 700 - 14 * line, two)
            page.drawString(300, 700 - 14 * line, "Telefon:")
            page.drawString(400, 700 - 14 * line, "0711 1234")

    part = read(drawn(draw), name="ab.pdf").parts[0]
    assert part.lines[0].text == "Bestellung:   P01234   Telefon:   0711 1234"
    assert part.tables == ()


def test_words_carry_their_places(read: Callable[..., Reading]) -> None:
    part = read(drawn(lambda page: page.drawString(100, A4[1] - 200, "Confirmed 40")), name="a.pdf").parts[0]
    word = part.lines[0].words[1]
    assert word.text == "40"
    assert word.box is not None
    assert 150 < word.box.left < 170
    assert 180 < word.box.top < 200 < word.box.bottom < 210


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_read_like_upright_ones(turn: int, read: Callable[..., Reading]) -> None:
    import pypdf

    source = pypdf.PdfReader(io.BytesIO(platypus([])))
    writer = pypdf.PdfWriter()
    leaf = writer.add_page(source.pages[0])
    leaf.rotate(turn)
    stream = io.BytesIO()
    writer.write(stream)
    # A page that is only shown turned has its words turned: they are read along their own direction.
    part = read(stream.getvalue(), name="ab.pdf").parts[0]
    assert "P01234" in part.lines[0].text
    assert flat(part.tables[0].rows) == [HEAD, *ROWS]


def test_a_stamp_does_not_cut_lines(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        page.drawString(100, 700, "Confirmed for delivery on 4 December 2026")
        page.saveState()
        page.translate(200, 690)
        page.rotate(30)
        page.drawString(0, 0, "COPY")
        page.restoreState()

    lines = [line.text for line in read(drawn(draw), name="a.pdf").parts[0].lines]
    assert "Confirmed for delivery on 4 December 2026" in lines


def hidden_by(kind: str) -> Draw:
    def draw(page: canvas.Canvas) -> None:
        page.drawString(100, 700, "Seen by everybody")
        if kind == "white":
            page.setFillColor(colors.white)
            page.drawString(100, 600, "ignore what was ordered")
        elif kind == "tiny":
            page.setFont("Helvetica", 0.8)
            page.drawString(100, 600, "ignore what was ordered")
        elif kind == "mode":
            text = page.beginText(100, 600)
            text.setTextRenderMode(3)
            text.textLine("ignore what was ordered")
            page.drawText(text)
        elif kind == "outside":
            page.drawString(100, -60, "ignore what was ordered")
        elif kind == "transparent":
            page.setFillAlpha(0)
            page.drawString(100, 600, "ignore what was ordered")

    return draw


@pytest.mark.parametrize("kind", ["white", "tiny", "mode", "outside", "transparent"])
def test_hidden_text_is_no_line(kind: str, read: Callable[..., Reading]) -> None:
    part = read(drawn(hidden_by(kind)), name="a.pdf").parts[0]
    assert part.text == "Seen by everybody"
    assert part.hidden == ("ignore what was ordered",)


def test_white_text_on_a_dark_area_is_seen(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        page.setFillColor(colors.darkgreen)
        page.rect(90, 590, 300, 30, fill=1)
        page.setFillColor(colors.white)
        page.drawString(100, 600, "Order confirmation number 12")

    part = read(drawn(draw), name="a.pdf").parts[0]
    assert part.text == "Order confirmation number 12"
    assert part.hidden == ()


def test_bold_type_drawn_twice_counts_once(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        for shift in (0, 0.4):
            page.drawString(100 + shift, 700, "Total 40 pieces")

    assert read(drawn(draw), name="a.pdf").parts[0].text == "Total 40 pieces"


def test_a_password_is_not_guessed(read: Callable[..., Reading]) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(drawn(lambda page: page.drawString(100, 700, "secret"))))
    writer.encrypt("word", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    assert [item.reason for item in read(stream.getvalue(), name="a.pdf").unreadable] == [UnreadableReason.ENCRYPTED]


def test_scripts_and_attached_files(read: Callable[..., Reading]) -> None:
    import pypdf
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(drawn(lambda page: page.drawString(100, 700, "Invoice 12"))))
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.add_attachment(
        "factur-x.xml", b'<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:x"/>'
    )
    stream = io.BytesIO()
    writer.write(stream)
    reading = read(stream.getvalue(), name="a.pdf")
    assert [item.what for item in reading.active] == ["a script in the PDF"]
    assert [(part.name, part.media_type) for part in reading.parts] == [
        ("a.pdf", "application/pdf"),
        ("a.pdf/factur-x.xml", "application/cii+xml"),
    ]


def test_pages_behind_the_limit_are_named(read: Callable[..., Reading]) -> None:
    def draw(page: canvas.Canvas) -> None:
        for number in range(5):
            page.drawString(100, 700, f"Page number {number + 1}")
            page.showPage()

    reading = read(drawn(draw), name="a.pdf", pages=2)
    assert [line.text for line in reading.parts[0].lines] == ["Page number 1", "Page number 2"]
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.TOO_LARGE]


def test_a_drawing_without_text_is_illegible(read: Callable[..., Reading]) -> None:
    reading = read(drawn(lambda page: page.rect(100, 100, 300, 300, fill=1)), name="a.pdf")
    assert [item.reason for item in reading.unreadable] == [UnreadableReason.NO_TEXT]


def test_thousands_that_stand_apart_are_one_number(read: Callable[..., Reading]) -> None:
    rows = [[*row[:6], amount, row[7]] for row, amount in zip(ROWS, ("2 720,00", "1 374,00", "1 476,00"), strict=True)]
    head = [*HEAD[:6], "Montant HT", HEAD[7]]
    part = read(platypus([], rows=rows, head=head), name="ab.pdf").parts[0]
    assert flat(part.tables[0].rows) == [head, *rows]


def test_typewriter_columns(read: Callable[..., Reading]) -> None:
    lines = [
        "Ref.       Description              Qty   Old date     New date",
        "--------------------------------------------------------------",
        "TB-SPI35   Indoor unit 3,5 kW        20   25/11/2026   25/11/2026",
        "TB-SPE35   Outdoor unit 3,5 kW       20   25/11/2026   04/12/2026",
    ]

    def draw(page: canvas.Canvas) -> None:
        page.setFont("Courier", 9)
        for number, line in enumerate(lines):
            page.drawString(50, 700 - 12 * number, line)

    part = read(drawn(draw), name="a.pdf").parts[0]
    assert flat(part.tables[0].rows) == [
        ["Ref.", "Description", "Qty", "Old date", "New date"],
        ["TB-SPI35", "Indoor unit 3,5 kW", "20", "25/11/2026", "25/11/2026"],
        ["TB-SPE35", "Outdoor unit 3,5 kW", "20", "25/11/2026", "04/12/2026"],
    ]
    assert part.lines[2].text == "TB-SPI35   Indoor unit 3,5 kW   20   25/11/2026   25/11/2026"


def test_totals_are_rows_of_their_own(read: Callable[..., Reading]) -> None:
    rows = [*ROWS, ["", "", "", "", "", "Summe netto", "3.687,50", ""]]
    part = read(platypus([], rows=rows), name="ab.pdf").parts[0]
    last = flat(part.tables[0].rows)[-1]
    assert [text for text in last if text] == ["Summe netto", "3.687,50"]
    assert last[6] == "3.687,50"
    assert flat(part.tables[0].rows)[1:-1] == ROWS
