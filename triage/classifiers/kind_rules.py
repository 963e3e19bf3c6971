"""The kind of a message by signal words and structure. The model of mode `rules`, and a feature of the learned one.

Each signal adds to the score of a kind; the distance between the best two gives the confidence.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from triage.classifiers import cues, kind_checks
from triage.domain.assessment import Judged, Kind
from triage.domain.document import PartRole, Reading
from triage.domain.evidence import Evidence
from triage.domain.statement import Disposition, Statement
from triage.extractors import cues as said
from triage.extractors import vocabulary

_BODY = 2500  # characters of the body that are looked at
_OPENING = 400  # characters of the body in which a title stands
_TITLES = {
    "order_confirmation": Kind.ORDER_CONFIRMATION, "delay_notice": Kind.DELAY_NOTICE,
    "shipping_notice": Kind.SHIPPING_NOTICE, "cancellation": Kind.CANCELLATION,
    "price_change_notice": Kind.PRICE_CHANGE_NOTICE, "quotation": Kind.QUOTATION, "invoice": Kind.INVOICE,
    "credit_note": Kind.INVOICE, "quality_notice": Kind.QUALITY_NOTICE,
}  # fmt: skip
#: Cue section → (kind, points in the subject, points in the body).
_CUES: tuple[tuple[str, Kind, float, float], ...] = (
    ("confirm", Kind.ORDER_CONFIRMATION, 1.5, 0.8),
    ("as_ordered", Kind.ORDER_CONFIRMATION, 1.0, 1.5),
    ("delay", Kind.DELAY_NOTICE, 2.0, 1.2),
    ("shipped", Kind.SHIPPING_NOTICE, 1.5, 1.2),
    ("tracking", Kind.SHIPPING_NOTICE, 0.8, 0.8),
    ("cancel", Kind.CANCELLATION, 2.5, 1.2),
    ("discontinued", Kind.CANCELLATION, 0.8, 0.8),
    ("reject", Kind.CANCELLATION, 0.5, 0.6),
    ("price_increase", Kind.PRICE_CHANGE_NOTICE, 2.0, 1.0),
    ("price_change", Kind.PRICE_CHANGE_NOTICE, 1.5, 0.6),
    ("quote", Kind.QUOTATION, 2.2, 1.0),
    ("valid_until", Kind.QUOTATION, 0.5, 0.8),
    ("invoice", Kind.INVOICE, 2.2, 1.0),
    ("credit_note", Kind.INVOICE, 2.2, 1.2),
    ("quality", Kind.QUALITY_NOTICE, 1.5, 0.7),
    ("stop_use", Kind.QUALITY_NOTICE, 2.0, 1.8),
    ("bank_change", Kind.BANK_DETAILS_CHANGE, 3.0, 1.5),
    ("question", Kind.QUESTION, 1.0, 0.7),
    ("please_reply", Kind.QUESTION, 0.4, 0.3),
    ("out_of_office", Kind.AUTO_REPLY, 3.0, 1.2),
    ("delivery_failure", Kind.AUTO_REPLY, 3.0, 1.5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Points of every kind."""

    points: dict[Kind, float]

    def add(self, kind: Kind, value: float) -> None:
        self.points[kind] = self.points.get(kind, 0.0) + value


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Signal words by place: section → hits."""

    subject: Counter[str]
    opening: Counter[str]  # the first lines of the body
    body: Counter[str]
    names: Counter[str]  # of attached files
    questions: int  # question marks and their like in the body


_REPLY = re.compile(
    r"\s*(?:re|aw|antw|wg|sv|rv|res|ynt|rif|r|odp|回复|答复|返信)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)


def words_of(reading: Reading) -> Words:
    """The signal words of subject, body and file names."""
    body = said.without_cancelled_voyages(_body(reading))
    names = " | ".join(re.sub(r"[_\-.\d]+", " ", name) for name in reading.attachment_names[:8])
    subject = cues.count(reading.headers.subject[:300])
    if _REPLY.match(reading.headers.subject):
        # The subject of an answer is what we asked, not what the supplier asks.
        for section in ("question", "please_reply"):
            subject[section] = 0
    elif "?" in reading.headers.subject or "？" in reading.headers.subject:
        subject["question"] = 1
    return Words(
        subject=subject,
        opening=cues.count(body[:_OPENING]),
        body=cues.count(body),
        names=cues.count(names),
        questions=_questions(body),
    )


_QUESTION = re.compile(r"[^.!?。！？\n]*(?:[?？]|吗|でしょうか)")


def _questions(body: str) -> int:
    """Question marks and their like; "how was the trip?" is politeness."""
    return sum(not vocabulary.phrases_in(match.group(), "cues.small_talk") for match in _QUESTION.finditer(body))


def _body(reading: Reading) -> str:
    parts = [part for part in reading.parts if part.role in (PartRole.BODY, PartRole.FORWARDED)]
    return "\n".join(part.text for part in parts)[:_BODY]


def word_points(words: Words) -> dict[Kind, float]:
    """Points of every kind from signal words alone."""
    scores = Scores(points=dict.fromkeys(Kind, 0.0))
    for section, kind, in_subject, in_body in _CUES:
        if words.subject[section]:
            scores.add(kind, in_subject)
        scores.add(kind, in_body * math.log2(1 + min(words.body[section], 4)))
    for title, kind in _TITLES.items():
        if words.subject[f"title {title}"]:
            scores.add(kind, 3.0)
        if words.opening[f"title {title}"]:
            scores.add(kind, 0.9)
        if words.names[f"title {title}"]:
            scores.add(kind, 1.5)
    return scores.points


def structure_points(reading: Reading, statement: Statement, words: Words) -> dict[Kind, float]:
    """Points of every kind from what documents and statements say."""
    scores = Scores(points=dict.fromkeys(Kind, 0.0))
    if statement.document_title:
        scores.add(Kind(statement.document_title), 4.5)
    dated = [line for line in statement.lines if line.promised is not None]
    priced = [line for line in statement.lines if line.price is not None]
    fates = {line.disposition.value for line in statement.lines if line.disposition is not None}
    from_tables = [line for line in statement.lines if not line.anchored_by]
    if dated and (priced or len(from_tables) > 1):
        scores.add(Kind.ORDER_CONFIRMATION, 1.2)
    if Disposition.REJECTED in fates and not dated:
        scores.add(Kind.CANCELLATION, 1.0)
    if Disposition.SUBSTITUTED in fates:
        scores.add(Kind.ORDER_CONFIRMATION, 0.8)
        if statement.order_numbers and not words.questions:
            scores.add(Kind.QUESTION, -2.0)
    if Disposition.BACKORDERED in fates and Disposition.REJECTED not in fates:
        scores.add(Kind.DELAY_NOTICE, 0.5)
        scores.add(Kind.CANCELLATION, -1.0)
    if any(line.former_date for line in statement.lines):
        scores.add(Kind.DELAY_NOTICE, 0.8)
    if any(change.percent for change in statement.price_changes) and not dated:
        scores.add(Kind.PRICE_CHANGE_NOTICE, 1.5)
    if statement.bank_accounts and words.body["bank_change"]:
        scores.add(Kind.BANK_DETAILS_CHANGE, 2.0)
    answers = [line for line in statement.lines if line.promised is not None or (line.quantity and line.price)]
    whole = any(item.promised is not None for item in statement.whole_orders)
    if statement.order_numbers and (answers or whole):
        # Days, or quantities with prices, for lines of orders that it names: an answer to them, whatever its tone.
        full = any(line.price is not None and line.quantity is not None for line in answers)
        scores.add(Kind.ORDER_CONFIRMATION, 1.5 if full else 0.6)
        if Disposition.REJECTED not in fates:
            scores.add(Kind.CANCELLATION, -1.5 if full else -1.0)
        scores.add(Kind.AUTO_REPLY, -3.0)
        # What is only asked about is not stated: an answer that also asks is an answer.
        asks = words.questions or words.body["please_reply"]
        scores.add(Kind.QUESTION, -1.2 if asks else -3.0)
        scores.add(Kind.PRICE_CHANGE_NOTICE, -1.5)
        scores.add(Kind.OTHER, -1.5)
        if statement.document_title != Kind.INVOICE and not (
            words.subject["title invoice"] or words.names["title invoice"] or words.subject["invoice"]
        ):
            # "The invoice follows with the goods": days to come, and no bill here.
            scores.add(Kind.INVOICE, -2.5)
        for section, kind in (
            ("bank_change", Kind.BANK_DETAILS_CHANGE),
            ("quote", Kind.QUOTATION),
            ("invoice", Kind.INVOICE),
        ):
            if not words.body[section] and not words.subject[section]:
                scores.add(kind, -1.5)
    if Disposition.REJECTED not in fates and not any(words.body[name] for name in ("cancel", "reject", "discontinued")):
        scores.add(Kind.CANCELLATION, -1.5)
    if reading.headers.list_mail and not statement.lines:
        scores.add(Kind.OTHER, 2.0)
    return scores.points


def _leftover_points(statement: Statement, words: Words) -> dict[Kind, float]:
    """What remains where nothing else is said: a question that states nothing, a message without any signal."""
    scores = Scores(points=dict.fromkeys(Kind, 0.0))
    states = any(line.promised is not None or not line.anchored_by for line in statement.lines)
    if words.questions and not states:
        scores.add(Kind.QUESTION, 1.5 + 0.3 * min(words.questions, 3))
    scores.add(Kind.OTHER, 1.2 if not statement.order_numbers else 0.4)
    return scores.points


def scores_of(reading: Reading, statement: Statement) -> dict[Kind, float]:
    """Points of every kind; `other` has the few that a message without any signal gets."""
    words = words_of(reading)
    spoken, structure = spoken_points(statement, words), structure_points(reading, statement, words)
    return {kind: spoken[kind] + structure[kind] for kind in Kind}


def spoken_points(statement: Statement, words: Words) -> dict[Kind, float]:
    """Points of every kind from signal words, and what remains where nothing is said."""
    spoken, leftover = word_points(words), _leftover_points(statement, words)
    return {kind: spoken[kind] + leftover[kind] for kind in Kind}


def exact(reading: Reading, statement: Statement) -> Judged | None:
    """Kinds that a header says exactly; None where none does.

    A program that sends a document (an invoice, a delivery note) says so in the header as well: that is no absence.
    """
    if reading.headers.auto_submitted and statement.document_title is None:
        place = Evidence(part="headers", text="automatic submission")
        return Judged(kind=Kind.AUTO_REPLY, confidence=0.97, source="rule: automatic submission", evidence=(place,))
    return None


def structured_kind(reading: Reading, statement: Statement) -> Judged | None:
    """The type of a structured document is its kind."""
    structured = any(part.raw_text and not part.tables for part in reading.parts) and any(
        line.quantity is not None and line.quantity.source == "edi" for line in statement.lines
    )
    if structured and statement.document_title:
        return Judged(kind=Kind(statement.document_title), confidence=0.99, source="rule: structured document")
    return None


def evidence_of(reading: Reading) -> tuple[Evidence, ...]:
    """Where the kind is told: the subject, and the first line of the body."""
    places = []
    if reading.headers.subject:
        places.append(Evidence(part="subject", text=reading.headers.subject[:200]))
    body = reading.body
    if body and body.lines:
        places.append(Evidence(part=body.name, text=body.lines[0].text[:200]))
    return tuple(places)


class RuleKind:
    """The `KindModel` port by rules alone."""

    name = "kind rules"
    digest = "rules"

    def judge(self, reading: Reading, statement: Statement) -> Judged:
        """The kind with the most points. Confidence from the distance to the second, at most 0.95."""
        sure = exact(reading, statement) or structured_kind(reading, statement)
        if sure is not None:
            return sure
        ranked = sorted(scores_of(reading, statement).items(), key=lambda item: item[1], reverse=True)
        (best, points), (second, others) = ranked[0], ranked[1]
        confidence = 0.95 / (1 + math.exp(-(points - others) * 0.9 + 0.2))
        judged = Judged(
            kind=best,
            confidence=round(confidence, 4),
            source="rule: signal words and structure",
            evidence=evidence_of(reading),
            runner_up=second,
        )
        return kind_checks.checked(judged, reading, statement)
