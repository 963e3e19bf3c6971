"""Text of a picture, by a local OCR engine with its models (the extra `ocr`). Never downloads anything.

RapidOCR with ONNX Runtime was chosen because its package carries models that read Latin and Chinese alike; a page
takes 2 to 5 seconds on one core. Without the extra, pictures are reported as illegible.
"""

import functools
import importlib.util
import math
import statistics
from dataclasses import dataclass
from typing import Any

from triage.domain.evidence import Box
from triage.reading.page import Spot

_LEAST_SCORE = 0.5  # of a line; below, the engine guesses
_LONGEST_SIDE = 1_800  # pixels: more costs time and reads no better
_TALL = 1.6  # height to width of a word that stands upright on its side
_SKEW = 0.15  # degrees: less does not part a line's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Legible:
    """What could be read of a picture."""

    spots: tuple[Spot, ...]  # in the units given, along the lines even where the picture is a little skewed
    confidence: float  # mean of the engine's scores, weighted by length


def is_available() -> bool:
    """True where the extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    settings = {
        "Global.log_level": "critical",
        "Global.use_cls": True,
        "Global.max_side_len": _LONGEST_SIDE,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
        "Rec.rec_batch_num": 2,
    }
    return RapidOCR(params=settings)


def ocr_page(image: Any, *, scale: float) -> Legible:
    """Read a picture (a numpy array, rows × columns × BGR). `scale` is pixels for each point of the places given.

    A picture that lies on its side is turned and read again.
    """
    import numpy

    found, score, lying = _words(image)
    turns = 0
    if lying:
        choices = [(*_words(numpy.ascontiguousarray(numpy.rot90(image, turn)))[:2], turn) for turn in (1, 3)]
        found, score, turns = max(choices, key=lambda item: item[1])
    height, width = image.shape[:2]
    angle = _skew(found)
    spots = []
    for text, quad in found:
        upright = [_turned_back(x, y, turns, width, height) for x, y in quad]
        xs, ys = [x / scale for x, _ in upright], [y / scale for _, y in upright]
        box = Box(left=round(min(xs), 2), top=round(min(ys), 2), right=round(max(xs), 2), bottom=round(max(ys), 2))
        spots.append(_spot(text, quad, angle, scale, box))
    return Legible(spots=tuple(spots), confidence=round(score, 3))


_Quad = list[tuple[float, float]]


def _words(image: Any) -> tuple[list[tuple[str, _Quad]], float, bool]:
    """Words with their four corners, the mean score, and whether most of them stand on their side."""
    result = _engine()(image, return_word_box=True)
    if result.txts is None or result.word_results is None:
        return [], 0.0, False
    found: list[tuple[str, _Quad]] = []
    weight = total = 0.0
    tall = 0
    for line, score, quad, words in zip(result.txts, result.scores, result.boxes, result.word_results, strict=False):
        if score < _LEAST_SCORE:
            continue
        wide = math.dist(quad[0], quad[1])
        high = math.dist(quad[0], quad[3])
        tall += len(line) >= 3 and high > _TALL * wide
        weight += len(line)
        total += score * len(line)
        pieces = [(text, [(float(x), float(y)) for x, y in corners]) for text, _, corners in words if text.strip()]
        found.extend(_joined(line, pieces))
    lines = sum(1 for line in result.txts if len(line) >= 3)
    return found, total / weight if weight else 0.0, lines >= 4 and tall * 2 > lines


def _joined(line: str, pieces: list[tuple[str, _Quad]]) -> list[tuple[str, _Quad]]:
    """The line's words as its text has them: the engine gives ideographs, and figures beside them, one by one."""
    tokens = line.split()
    if "".join(tokens) != "".join("".join(text.split()) for text, _ in pieces):
        return [(text.strip(), quad) for text, quad in pieces]
    found: list[tuple[str, _Quad]] = []
    rest = iter(pieces)
    for token in tokens:
        text, quads = "", []
        while len(text) < len(token):
            piece, quad = next(rest)
            text += "".join(piece.split())
            quads.append(quad)
        found.append((text, [quads[0][0], quads[-1][1], quads[-1][2], quads[0][3]]))
        if len(text) > len(token):
            return [(piece.strip(), quad) for piece, quad in pieces]
    return found


def _skew(found: list[tuple[str, _Quad]]) -> float:
    """The angle of the lines in radians; 0 where there are too few to tell."""
    angles = [math.atan2(quad[1][1] - quad[0][1], quad[1][0] - quad[0][0]) for text, quad in found if len(text) >= 5]
    if len(angles) < 5:
        return 0.0
    angle = statistics.median(angles)
    return angle if abs(angle) > math.radians(_SKEW) else 0.0


def _spot(text: str, quad: _Quad, angle: float, scale: float, box: Box) -> Spot:
    cos, sin = math.cos(-angle), math.sin(-angle)
    xs = [(x * cos - y * sin) / scale for x, y in quad]
    ys = [(x * sin + y * cos) / scale for x, y in quad]
    return Spot(text, min(xs), min(ys), max(xs), max(ys), box)


def _turned_back(x: float, y: float, turns: int, width: int, height: int) -> tuple[float, float]:
    """A place in a picture turned by quarters (numpy.rot90) as a place in the picture itself."""
    if turns == 1:
        return width - y, x
    return (y, height - x) if turns == 3 else (x, y)
