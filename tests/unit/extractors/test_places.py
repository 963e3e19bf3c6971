"""Where words stand on a page."""

import pytest

from triage.domain.document import TextLine, Word
from triage.domain.evidence import Box
from triage.extractors.places import Places


def line(text: str, top: float, page: int = 1) -> TextLine:
    words, left = [], 10.0
    for word in text.split():
        words.append(Word(text=word, box=Box(left=left, top=top, right=left + 10 * len(word), bottom=top + 10)))
        left += 10 * len(word) + 10
    return TextLine(
        text=text, words=tuple(words), page=page, box=Box(left=10, top=top, right=left - 10, bottom=top + 10)
    )


PLACES = Places(
    (line("Delivery will be", 100), line("on 4 December 2026 at", 120), line("the latest.", 140), line("4 Dec", 20, 2))
)


@pytest.mark.parametrize(
    ("text", "page", "expected"),
    [
        ("4 December 2026", 1, (40, 120, 190, 130)),
        ("4  December", 1, (40, 120, 140, 130)),
        ("Delivery will be on 4 December 2026 at the latest.", 1, (10, 100, 220, 150)),
        ("at the latest", 1, (10, 120, 220, 150)),
        ("4 Dec", 2, (10, 20, 60, 30)),
    ],
)
def test_the_box_is_around_the_words(text: str, page: int, expected: tuple[float, ...]) -> None:
    box = PLACES.box(text, page)
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == expected


@pytest.mark.parametrize(("text", "page"), [("5 January", 1), ("December", 2), ("", 1), ("4 Dec", 3)])
def test_words_that_do_not_stand_there_have_no_box(text: str, page: int) -> None:
    assert PLACES.box(text, page) is None
