"""Features of a message for the learned models: the same code at training and at use.

Hashed word and character n-grams of subject, file names and the newest statement; beside them which signal words
stand where, in whatever language, and a few counts. Hashing needs no vocabulary file and no scikit-learn at use.
What documents and order lines say is not here, nor that there are prices, dates or numbers: training texts have no
documents, so a model would learn that they mean something else (see `kind_rules.structure_points`).
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from triage.classifiers import cues, kind_rules, phrases, reason_rules, suspicion_rules
from triage.domain.document import PartRole, Reading

#: Changes whenever features change: weights of another version are refused.
VERSION = 5
BUCKETS = 2**15
_NUMBER_SCALE = 0.5  # signal words against n-grams: found by cross-validation
_BODY = 900  # characters of the body
_SHORT = 140  # characters: below this the documents' text speaks for the body
_HEAD = 500  # characters of each document's head
_WORD = re.compile(r"[^\W\d_]+|[?？!]")
_IBAN = re.compile(r"\b[a-z]{2}\d{2}[ ]?[0-9a-z]{4}")
#: Characters: shorter and longer texts are judged by rules alone; tables and letterheads are no sentences.
SHORTEST_ADDRESS, LONGEST_ADDRESS = 25, 420
_SIGNALS = (
    "markers", "readers", "readers_auto", "readers_weak", "orders", "verbs", "address", "programs", "inside", "human",
    "machine", "reads", "role", "format", "short", "composed", "duty", "role inside", "markdown", "record", "outcomes",
    "agent", "roleplay", "norules", "if_program", "mailish",
)  # fmt: skip


def text_of(reading: Reading) -> tuple[str, str]:
    """(subject and file names, statement), digits folded to 0. Documents speak where the body says next to nothing."""
    names = " ".join(re.sub(r"[_\-.]+", " ", name) for name in reading.attachment_names[:6])
    head = f"{reading.headers.subject[:300]} | {names[:300]}"
    body = _joined(reading, PartRole.BODY, PartRole.FORWARDED)
    if len(body) < _SHORT:
        body += "\n" + "\n".join(
            part.text[:_HEAD] for part in reading.parts if part.role is PartRole.ATTACHMENT and not part.raw_text
        )
    return fold(head), fold(body[:_BODY])


def _joined(reading: Reading, *roles: PartRole) -> str:
    return "\n".join(part.text for part in reading.parts if part.role in roles)


def fold(text: str) -> str:
    """Lower case without accents, digits as 0: numbers tell nothing by their value."""
    return re.sub(r"\d", "0", phrases.plain(text))


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
    """Bucket → weight, of (mark, text) pairs: 1 + log of the count, each pair to unit length."""
    found: dict[int, float] = {}
    for mark, text in texts:
        counts = Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in _grams(text, mark))
        weights = {bucket: 1 + math.log(count) for bucket, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for bucket, weight in weights.items():
            found[bucket] = found.get(bucket, 0.0) + weight / length
    return found


@cache
def kind_names() -> tuple[str, ...]:
    """What the numbers of `kind_features` mean, in their order."""
    sections = (*cues.SHARED, *cues.own())
    titles = [f"title {name}" for name in cues.TITLES]
    return (
        *(f"subject: {name}" for name in (*sections, *titles)),
        *(f"opening: {name}" for name in (*sections, *titles)),
        *(f"body: {name}" for name in sections),
        *(f"file: {name}" for name in titles),
        "questions", "length", "short", "account", "files", "no body",
    )  # fmt: skip


def kind_features(reading: Reading, words: kind_rules.Words) -> tuple[dict[int, float], list[float]]:
    """(hashed n-grams, numbers in the order of `kind_names`)."""
    sections = (*cues.SHARED, *cues.own())
    titles = [f"title {name}" for name in cues.TITLES]
    head, body = text_of(reading)
    numbers = [
        *(float(words.subject[name] > 0) for name in (*sections, *titles)),
        *(float(words.opening[name] > 0) for name in (*sections, *titles)),
        *(math.log2(1 + min(words.body[name], 4)) / 2 for name in sections),
        *(float(words.names[name] > 0) for name in titles),
        min(words.questions, 3) / 3,
        min(len(body), _BODY) / _BODY,
        float(len(body) < _SHORT),
        float(bool(_IBAN.search(body))),
        min(len(reading.attachment_names), 3) / 3,
        float(len(body.strip()) < 12),
    ]
    return hashed([("s", head), ("t", body)]), [value * _NUMBER_SCALE for value in numbers]


def reason_names() -> tuple[str, ...]:
    """What the numbers of `reason_features` mean, in their order."""
    return (*(reason.value for reason in reason_rules.STATED), "none stated")


def reason_features(heard: reason_rules.Heard) -> tuple[dict[int, float], list[float]]:
    """(hashed n-grams of the telling sentences, numbers in the order of `reason_names`)."""
    weights = [reason_rules.specific(heard.weights).get(reason, 0.0) for reason in reason_rules.STATED]
    numbers = [*(min(weight, 3.0) for weight in weights), float(not any(weights))]
    return hashed([("r", fold((heard.telling or heard.whole)[:700]))]), numbers


def suspicion_names() -> tuple[str, ...]:
    """What the numbers of `suspicion_features` mean, in their order."""
    return (*_SIGNALS, "rule", "length")


def may_address(sentence: str, found: Counter[str]) -> bool:
    """Whether the learned model is asked at all."""
    return SHORTEST_ADDRESS <= len(sentence) <= LONGEST_ADDRESS and suspicion_rules.hints(found)


def suspicion_features(sentence: str, found: Counter[str]) -> tuple[dict[int, float], list[float]]:
    """(hashed n-grams, numbers in the order of `suspicion_names`). found: what `suspicion_rules.signals` says."""
    numbers = [
        *(min(found[name], 3) / 3 for name in _SIGNALS),
        suspicion_rules.score_of(sentence, found),
        min(len(sentence), 300) / 300,
    ]
    return hashed([("x", fold(sentence))]), numbers


def rule_score_of(numbers: list[float]) -> float:
    """The rules' likelihood among the numbers of `suspicion_features`."""
    return numbers[-2]
