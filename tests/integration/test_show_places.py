"""`triage ingest --show`: a page with the documents and the words that were read marked on them."""

import base64
import io
import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from triage import cli

ROOT = Path(__file__).parents[2]


def pdf() -> bytes:
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    for height, text in (
        (760, "Order confirmation"),
        (740, "Your order P00313"),
        (700, "All lines as ordered, delivery on 4 January 2027."),
    ):
        page.drawString(60, height, text)
    page.save()
    return buffer.getvalue()


def mail(tmp_path: Path, body: str, attachment: bytes | None = None) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@supplier.example", "b@buyer.example", "P00313"
    message["Date"], message["Message-ID"] = "Mon, 16 Nov 2026 09:00:00 +0000", "<1@supplier.example>"
    message.set_content(body)
    if attachment is not None:
        message.add_attachment(attachment, maintype="application", subtype="pdf", filename="../../ab <b>.pdf")
    path = tmp_path / "answer.eml"
    path.write_bytes(message.as_bytes())
    return path


@pytest.fixture(autouse=True)
def own_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/t.db")
    monkeypatch.setenv("TRIAGE_MODE", "rules")


def page_of(tmp_path: Path, path: Path) -> str:
    folder = tmp_path / "shown"
    cli.main(["ingest", str(path), "--show", "--show-dir", str(folder)])
    (page,) = folder.iterdir()
    assert page.parent == folder
    return page.read_text(encoding="utf-8")


def test_words_of_a_mail_are_marked_and_escaped(tmp_path: Path) -> None:
    page = page_of(
        tmp_path, mail(tmp_path, "Order P00313 <script>x</script>\nAll lines will be late, 4 January 2027.\n")
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert re.search(r"<mark>[^<]*4 January 2027", page)


def test_a_page_of_a_pdf_is_drawn_with_marks(tmp_path: Path) -> None:
    page = page_of(tmp_path, mail(tmp_path, "Please find our confirmation of P00313 attached.", pdf()))
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert picture is not None
    content = base64.b64decode(picture.group(1))
    assert content.startswith(b"\x89PNG")
    from PIL import Image

    drawn = Image.open(io.BytesIO(content)).convert("RGB")
    assert (255, 214, 0) in {colour for _, colour in drawn.getcolors(1 << 24)}
    assert "<b>" not in page
