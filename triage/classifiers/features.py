"""Features of a message for the learned models: the same code at training and at use.

Hashed word and character n-grams of subject, newest statement and file names; beside them the points that the rules
give each kind. Hashing needs no vocabulary file and no scikit-learn at use.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

from triage.classifiers import kind_rules
from triage.domain.assessment import Kind
from triage.domain.document import PartRole, Reading
from triage.domain.statement import Statement
from triage.extractors.calendar_words import plain_in_place

BUCKETS = 2**15
_BODY = 900  # characters of the body
_HEAD = 240  # characters of each document's head
_WORD = re.compile(r"[^\W\d_]+|\d+|[?？!]")
#: Points of the rules are this many times larger than n-gram weights.
RULE_SCALE = 0.25
KINDS = tuple(Kind)


def text_of(reading: Reading) -> tuple[str, str]:
    """(subject and file names, body and heads of documents), digits folded to 0."""
    names = " ".join(re.sub(r"[_\-.]+", " ", name) for name in reading.attachment_names[:6])
    head = f"{reading.headers.subject} | {names}"
    body: list[str] = []
    for part in reading.parts:
        if part.role in (PartRole.BODY, PartRole.FORWARDED):
            body.append(part.text[:_BODY])
        elif part.role is PartRole.ATTACHMENT:
            body.append(part.text[:_HEAD])
    return _fold(head), _fold("\n".join(body)[: _BODY + 3 * _HEAD])


def _fold(text: str) -> str:
    return re.sub(r"\d", "0", plain_in_place(text))


def _grams(text: str, mark: str) -> Iterator[str]:
    words = _WORD.findall(text)
    for index, word in enumerate(words):
        yield f"{mark}w {word}"
        if index:
            yield f"{mark}b {words[index - 1]} {word}"
        if any("\u3040" <= char <= "\u9fff" for char in word):
            # Chinese and Japanese write no blanks: pairs of characters stand for words.
            for at in range(len(word) - 1):
                yield f"{mark}p {word[at : at + 2]}"
            continue
        framed = f"<{word}>"
        for size in (3, 4, 5):
            for at in range(len(framed) - size + 1):
                yield f"{mark}c {framed[at : at + size]}"


def hashed(texts: Iterable[tuple[str, str]]) -> dict[int, float]:
    """Bucket → weight, of (mark, text) pairs: 1 + log of the count, to unit length."""
    counts: Counter[int] = Counter()
    for mark, text in texts:
        for gram in _grams(text, mark):
            counts[zlib.crc32(gram.encode()) % BUCKETS] += 1
    weights = {bucket: 1 + math.log(count) for bucket, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {bucket: weight / length for bucket, weight in weights.items()}


def kind_features(reading: Reading, statement: Statement) -> tuple[dict[int, float], list[float]]:
    """(hashed n-grams, points of the rules in the order of `KINDS`, scaled)."""
    head, body = text_of(reading)
    points = kind_rules.scores_of(reading, statement)
    return hashed([("s", head), ("t", body)]), [points[kind] * RULE_SCALE for kind in KINDS]
