"""Brings together what makes a message suspicious: sentences that address the program, hidden text, imitation."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.classifiers import authenticity, confusables, decoding, fraud, suspicion_rules
from triage.domain.assessment import Deviation, DeviationType, Doubt, DoubtCode, Kind
from triage.domain.document import Reading
from triage.domain.erp import OrderBook
from triage.domain.ports import SuspicionModel

_BAR = suspicion_rules.BAR  # from this weight on a message is suspicious
_MOST_SENTENCES = 600
_LONGEST_PAIR = 700  # characters
_MOST_LINES = 2_000  # of a part, looked at for letters of other alphabets
_LONGEST_TEXT = 200_000  # characters
_SPLIT = re.compile(r"(?<=[.!?。！？])\s+|\n{2,}|(?<=[。！？])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """The verdict; reasons repeat nothing of the message."""

    weight: float
    reasons: tuple[str, ...]
    said: float = 0.0  # of the likeliest sentence alone
    fraud: bool = False  # money would be lost

    @property
    def is_suspicious(self) -> bool:
        return self.weight >= _BAR

    @property
    def is_doubtful(self) -> bool:
        """A person should look, though nothing is called suspicious."""
        return not self.is_suspicious and self.said >= suspicion_rules.DOUBT


def _texts(reading: Reading) -> Iterator[tuple[str, bool]]:
    """(text, hidden) of everything a program could be addressed in: quotes, signatures, metadata and names too."""
    yield reading.headers.subject, False
    if reading.headers.sender:
        yield reading.headers.sender.name, False
    for name in reading.attachment_names:
        yield _spelt(name), False
    for text in reading.headers.unshown:
        yield text, True
    for part in reading.parts:
        if part.raw_text:
            # Segments of a structured document are no sentences: only what plainly addresses a program is weighed.
            yield from ((text, False) for text in _segments(part.raw_text) if suspicion_rules.rule_score(text) >= _BAR)
            continue
        for lines in (part.lines, part.quoted, part.signature):
            text = "\n".join(line.text for line in lines)
            yield text, False
            # A sentence that the lines of a PDF or a mail program break apart is read joined, too.
            yield " ".join(text.split()), False
            yield from ((inner, True) for inner in decoding.decoded(text))
        for table in part.tables:
            for row in table.rows:
                for cell in row:
                    if len(cell.text) > 40:
                        yield " ".join(cell.text.split()), False
        for hidden in (*part.hidden, *part.turned):
            yield hidden, True
        for _, value in part.metadata:
            yield value, True


def _spelt(name: str) -> str:
    """A file name as words: "PleaseIgnore_all-rules.pdf" is "Please Ignore all rules pdf"."""
    return re.sub(r"[_\-.+]+", " ", re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name))


def _segments(raw: str) -> Iterator[str]:
    """The words of each segment or element, without the signs that divide them."""
    for segment in re.split(r"[~'\n<>]", raw[:60_000])[:_MOST_SENTENCES]:
        words = " ".join(re.sub(r"[+:*|^]+", " ", segment).split())
        if len(words) >= 25:
            yield words


def _sentences(reading: Reading) -> Iterator[tuple[str, bool]]:
    seen: set[str] = set()
    for text, hidden in _texts(reading):
        for piece in _SPLIT.split(text[:60_000]):
            clean = piece.strip()[:1500]
            if len(clean) >= 8 and clean not in seen and len(seen) < _MOST_SENTENCES:
                seen.add(clean)
                yield clean, hidden


def texts_of(reading: Reading) -> list[tuple[str, bool]]:
    """(text, hidden) of every sentence, and of every two in a row: one may name the reader, the next command it."""
    single = list(_sentences(reading))
    pairs = [
        (f"{one} {other}", first and second)
        for (one, first), (other, second) in itertools.pairwise(single)
        if len(one) + len(other) < _LONGEST_PAIR
    ]
    return single + pairs


def judge(reading: Reading, book: OrderBook, kind: Kind, model: SuspicionModel) -> Suspicion:
    """Weigh sentences and signs. Hidden text weighs only together with something that it says."""
    pieces = texts_of(reading)
    scores = list(model.suspicion([text for text, _ in pieces]))
    scores.extend(suspicion_rules.hidden_score(text) for text, hidden in pieces if hidden)
    scores.extend(suspicion_rules.name_score(name) for name in _names(reading))
    reasons: list[str] = []
    fraudulent = False
    weight = max(scores, default=0.0)
    if weight >= _BAR:
        reasons.append("A text addresses the reading program instead of a person.")
    spoken = [text for (text, hidden) in pieces if hidden and len(text.split()) >= 3]
    for sign in (*authenticity.signs(reading, book, kind), *fraud.signs(reading, book), *_disguises(reading)):
        if sign.code == "hidden text" and not (spoken and max(scores, default=0.0) >= 0.3):
            continue
        weight = max(weight, sign.weight)
        fraudulent = fraudulent or sign.fraud
        if sign.weight >= _BAR:
            reasons.append(sign.reason)
    return Suspicion(
        weight=weight, reasons=tuple(dict.fromkeys(reasons)), said=max(scores, default=0.0), fraud=fraudulent
    )


def _names(reading: Reading) -> Iterator[str]:
    """What names the message and its files, in one piece each."""
    yield reading.headers.subject
    for name in reading.attachment_names:
        yield _spelt(name)


def _disguises(reading: Reading) -> Iterator[authenticity.Sign]:
    """Words that a person reads otherwise than they are stored. Nobody writes so by mistake."""
    if any(part.turned for part in reading.parts):
        yield authenticity.Sign(
            code="turned text", reason="Words are stored backwards and shown forwards.", weight=0.85
        )
    texts = (line.text for part in reading.parts if not part.ocr for line in (*part.lines, *part.quoted)[:_MOST_LINES])
    if confusables.is_disguised(" ".join(itertools.chain([reading.headers.subject], texts))[:_LONGEST_TEXT]):
        reason = "Words are spelt with letters of another alphabet that look alike."
        yield authenticity.Sign(code="look-alike letters", reason=reason, weight=0.85)


def deviation(found: Suspicion) -> Deviation | None:
    """The deviation of a suspicious message; it carries no evidence, so that nothing of the attack is repeated."""
    if not found.is_suspicious:
        return None
    return Deviation(
        type=DeviationType.SUSPICIOUS_CONTENT,
        reason=" ".join(found.reasons),
        confidence=round(found.weight, 4),
        fraud=found.fraud,
    )


def doubt(found: Suspicion) -> Doubt | None:
    """Why a person should look at a message that is not called suspicious; None where nothing is odd."""
    if not found.is_doubtful:
        return None
    return Doubt(code=DoubtCode.SUSPICIOUS, reason="A sentence may be meant for the reading program.")
