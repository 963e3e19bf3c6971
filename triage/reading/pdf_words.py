"""Words with boxes, ruled lines and hidden text of one PDF page, by pdfium. Never interprets, renders or runs anything.

Calls pdfium's C functions directly: a Python object for every character would be ten times slower.
"""

import ctypes
import math
import re
from dataclasses import dataclass, field
from typing import Any

from triage.domain.evidence import Box
from triage.reading import invisible, pdf_drawing
from triage.reading.page import Rules, Spot

_TINY = 2.0  # points: smaller type can't be read
_NEAR = 24  # steps of 255 between ink and ground that no eye tells apart
_SCAN_SHARE = 0.5  # of the page: an image larger than that is a scan
_MOST_CHARACTERS = 60_000  # of one page
#: What producers put on a page unseen, without meaning anything by it.
_PRODUCER_MARK = re.compile(
    r"^Powered by TCPDF\b.{0,60}$|^(?:This page (?:was )?created with|Evaluation (?:only|copy))\b.{0,80}$"
)
_BLANKS = frozenset(
    " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\x00"
)


@dataclass(slots=True)
class PageWords:
    """What stands on one page."""

    width: float  # points, as shown
    height: float
    spots: list[Spot] = field(default_factory=list)  # along the page's main direction
    turned: list[Spot] = field(default_factory=list)  # stamps and margin notes in other directions
    rules: Rules = field(default_factory=Rules)
    hidden: list[str] = field(default_factory=list)
    has_scan: bool = False
    drawn: int = 0  # objects that are not text
    garbled: bool = False  # the fonts do not tell which letters their shapes are
    cut_off: bool = False  # the page holds more characters than are read
    layer: bool = False  # the text is an invisible layer over a scan


@dataclass(slots=True)
class _Run:
    """Properties of one text object, shared by its characters."""

    angle: int  # degrees clockwise from the reading direction as shown, in quarters; -1 for slanted
    unseen: bool
    invisible: bool  # render mode 3 or 7
    ink: tuple[int, int, int] | None


def page_words(page: Any) -> PageWords:
    """Everything on a `pypdfium2.PdfPage`."""
    import pypdfium2.raw as raw

    frame = pdf_drawing.Frame(page.raw, raw)
    found = PageWords(width=frame.width, height=frame.height)
    drawing = pdf_drawing.drawing_of(page.raw, raw, frame)
    found.rules, found.drawn = drawing.rules, drawing.objects
    found.has_scan = drawing.largest_image > _SCAN_SHARE * frame.width * frame.height
    text_page = page.get_textpage()
    try:
        words = _words(text_page.raw, raw, frame, found, drawing.grounds)
    finally:
        text_page.close()
    _arrange(words, found)
    return found


@dataclass(slots=True)
class _Word:
    """A word while its characters are gathered."""

    text: str
    box: tuple[float, float, float, float]
    run: _Run


def _words(
    text_page: Any, raw: Any, frame: pdf_drawing.Frame, found: PageWords, grounds: list[pdf_drawing.Ground]
) -> list[_Word]:
    """Gather characters to words. A blank, a gap, a new line or another direction ends one."""
    count = raw.FPDFText_CountChars(text_page)
    found.cut_off = count > _MOST_CHARACTERS
    count = min(count, _MOST_CHARACTERS)
    rect = raw.FS_RECTF()
    runs: dict[int, _Run] = {}
    words: list[_Word] = []
    word: _Word | None = None
    last = (0.0, 0.0, 0.0, 0.0)  # place of the character before; a ligature's letters share one
    unknown = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        char = chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"
        if code in (2, 0xFFFE):
            char = "-"
        if char in _BLANKS:
            word = None
            continue
        if code < 32 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF:
            unknown += 1
        raw.FPDFText_GetLooseCharBox(text_page, index, rect)
        box = frame.shown(rect.left, rect.bottom, rect.right, rect.top)
        pointer = raw.FPDFText_GetTextObject(text_page, index)
        key = ctypes.cast(pointer, ctypes.c_void_p).value or 0
        run = runs.get(key)
        if run is None:
            run = runs[key] = _run(text_page, raw, index, pointer, frame)
        fused = word is not None and word.run is not run and _is_apart(word, char, box)
        ligature = word is not None and box == last
        last = box
        goes_on = ligature or (word is not None and word.run.angle == run.angle and _touches(word.box, box, run.angle))
        if word is not None and goes_on and not fused:
            word.text += char
            word.run = run
            have = word.box
            word.box = (min(have[0], box[0]), min(have[1], box[1]), max(have[2], box[2]), max(have[3], box[3]))
        else:
            word = _Word(char, box, run)
            words.append(word)
    found.garbled = unknown > 0.3 * max(sum(len(item.text) for item in words), 1)
    return _visible(words, found, grounds)


def _run(text_page: Any, raw: Any, index: int, pointer: Any, frame: pdf_drawing.Frame) -> _Run:
    angle = math.degrees(raw.FPDFText_GetCharAngle(text_page, index)) + 90.0 * frame.turn
    quarter = round(angle / 90) % 4
    off = abs(angle - 90 * round(angle / 90))
    if not pointer:
        return _Run(quarter * 90 if off < 8 else -1, False, False, None)
    mode = raw.FPDFTextObj_GetTextRenderMode(pointer)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    ink: tuple[int, int, int] | None = None
    unseen = False
    if raw.FPDFPageObj_GetFillColor(pointer, red, green, blue, alpha):
        unseen = alpha.value < 13
        ink = (red.value, green.value, blue.value) if mode not in (1, 5) else None
    return _Run(
        angle=quarter * 90 if off < 8 else -1,
        unseen=unseen,
        invisible=mode in (3, 7),
        ink=ink,
    )


def _is_apart(word: _Word, char: str, box: tuple[float, float, float, float]) -> bool:
    """True where a text drawn on its own begins, though no gap shows it: heads side by side without a blank
    ("ArtikelnummerBezeichnung"), or a text that runs into the next column.
    """
    overlap = word.box[2] - box[0] if word.run.angle == 0 else 0.0
    return (word.text[-1].islower() and char.isupper()) or overlap > 0.15 * (box[3] - box[1])


def _touches(have: tuple[float, float, float, float], box: tuple[float, float, float, float], angle: int) -> bool:
    """True where the next character goes on the word."""
    if angle in (90, 270):
        along, size = (box[1] - have[3] if angle == 90 else have[1] - box[3]), have[2] - have[0]
        across = abs((box[0] + box[2]) / 2 - (have[0] + have[2]) / 2)
        length = have[3] - have[1]
    else:
        along, size = (box[0] - have[2] if angle != 180 else have[0] - box[2]), have[3] - have[1]
        across = abs((box[1] + box[3]) / 2 - (have[1] + have[3]) / 2)
        length = have[2] - have[0]
    if angle == -1:
        return abs(along) < 2 * size
    return -0.6 * min(size, length + 1) <= along <= 0.22 * size and across <= 0.35 * size


def _visible(words: list[_Word], found: PageWords, grounds: list[pdf_drawing.Ground]) -> list[_Word]:
    """Keep what a person sees; the rest goes to `found.hidden`. An invisible layer over a scan is its text."""
    layer = sum(len(word.text) for word in words if word.run.invisible)
    found.layer = found.has_scan and layer > 0.5 * sum(len(word.text) for word in words)
    kept: list[_Word] = []
    unseen: list[_Word] = []
    for word in words:
        x0, y0, x1, y1 = word.box
        size = min(x1 - x0, y1 - y0) if word.run.angle in (90, 270) else y1 - y0
        outside = x1 < 1 or y1 < 1 or x0 > found.width - 1 or y0 > found.height - 1
        ghost = word.run.invisible and not found.layer
        same = word.run.ink is not None and not word.run.invisible and _is_lost(word, grounds)
        (unseen if word.run.unseen or ghost or outside or size < _TINY or same else kept).append(word)
    text = " ".join(word.text for word in unseen)
    if invisible.is_telling(text) and not _PRODUCER_MARK.search(text):
        found.hidden.append(text[:4000])
    return _once(kept)


def _once(words: list[_Word]) -> list[_Word]:
    """Bold type made by drawing twice counts once."""
    seen: dict[tuple[str, int, int], tuple[float, float, float, float]] = {}
    kept = []
    for word in words:
        x, y = int(word.box[0] // 3), int(word.box[1] // 3)
        near = (seen.get((word.text, x + i, y + j)) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if any(box and abs(box[0] - word.box[0]) < 1.5 and abs(box[1] - word.box[1]) < 1.5 for box in near):
            continue
        seen[word.text, x, y] = word.box
        kept.append(word)
    return kept


def _is_lost(word: _Word, grounds: list[pdf_drawing.Ground]) -> bool:
    """True where the ink is the colour of what lies under it."""
    ink = word.run.ink
    if ink is None or (min(ink) < 200 and not grounds):
        return False
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    ground: tuple[int, int, int] | None = (255, 255, 255)
    if min(ink) < 200:
        return False  # dark ink: only light ink is used to hide, on paper that is white
    for area in grounds:
        if area.box[0] - 1 <= x <= area.box[2] + 1 and area.box[1] - 1 <= y <= area.box[3] + 1:
            ground = area.colour
    return ground is not None and max(abs(a - b) for a, b in zip(ink, ground, strict=True)) <= _NEAR


def _arrange(words: list[_Word], found: PageWords) -> None:
    """Choose the page's main direction; words in others are kept apart."""
    weights: dict[int, int] = {}
    for word in words:
        weights[word.run.angle] = weights.get(word.run.angle, 0) + len(word.text)
    total = sum(weights.values())
    main = 0
    for angle in (90, 270, 180):
        if weights.get(angle, 0) > 0.6 * total:
            main = angle
    for word in words:
        spot = _spot(word, main, found)
        (found.spots if word.run.angle == main else found.turned).append(spot)
    if main:
        found.rules = Rules()  # their coordinates would have to turn too; wide gaps do without


def _spot(word: _Word, angle: int, found: PageWords) -> Spot:
    x0, y0, x1, y1 = word.box
    box = Box(left=round(x0, 2), top=round(y0, 2), right=round(x1, 2), bottom=round(y1, 2))
    if angle == 90:  # reads downwards
        return Spot(word.text, y0, found.width - x1, y1, found.width - x0, box)
    if angle == 270:  # reads upwards
        return Spot(word.text, found.height - y1, x0, found.height - y0, x1, box)
    if angle == 180:
        return Spot(word.text, found.width - x1, found.height - y1, found.width - x0, found.height - y0, box)
    return Spot(word.text, x0, y0, x1, y1, box)
