"""Scans are read where the extra is installed, with lower trust, and named as illegible where it is not."""

import io
from collections.abc import Callable

import pytest

from triage.domain.document import Reading, UnreadableReason
from triage.reading import ocr

LINES = [
    "Order confirmation 4711",
    "Your order P01234 of 5 October",
    "Item   Code   Quantity   Price",
    "Delivery on 4 December 2026",
]


def scan(turn: int = 0) -> bytes:
    """A JPEG of a few lines, as a scanner gives it."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1240, 900), 255)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        pen.text((100, 100 + 120 * number), line, fill=10, font=ImageFont.load_default(44))
    stream = io.BytesIO()
    image.rotate(turn, expand=True).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def test_without_the_extra_a_scan_is_illegible(read: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    assert [item.reason for item in read(scan(), name="scan.jpg").unreadable] == [UnreadableReason.NO_TEXT]


@pytest.mark.skipif(not ocr.is_available(), reason="the extra ocr is not installed")
@pytest.mark.parametrize("turn", [0, 90])
def test_a_scan_is_read_with_places(turn: int, read: Callable[..., Reading]) -> None:
    part = read(scan(turn), name="scan.jpg").parts[0]
    assert part.ocr
    text = part.text.replace(" ", "")
    for line in LINES:
        assert line.replace(" ", "") in text
    assert all(word.box is not None for line in part.lines for word in line.words)


def test_a_small_logo_is_passed_over(read: Callable[..., Reading]) -> None:
    reading = read(b"\x89PNG\r\n" + bytes(2_000), name="logo.png")
    assert reading.parts == ()
    assert reading.unreadable == ()
