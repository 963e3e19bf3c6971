"""Reads the training texts: hand-written messages with their kind and reason, hand-written attacks and their opposites.

Bad lines are named and refused: nothing is dropped silently. Texts here are apart from all evaluation sets.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from triage.domain.assessment import DelayReason, Kind
from triage.domain.document import Reading
from triage.domain.message import message_of
from triage.domain.ports import Reader
from triage.errors import InputError

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
LABELS = ("attack", "ordinary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message whose kind a person wrote down."""

    id: str
    language: str  # ISO 639-1
    kind: Kind
    subject: str
    body: str
    attachments: tuple[str, ...]  # file names
    delay_reason: DelayReason | None  # None: not about a delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A sentence or short text, and whether it addresses the reading program."""

    text: str
    attack: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message says about why goods come later, and the reason that a person wrote down."""

    id: str
    language: str  # ISO 639-1
    text: str
    reason: DelayReason


def kind_examples(folder: Path) -> list[Example]:
    """All examples of `texts/*.jsonl`. Raises InputError with file and line."""
    found = [_example(record, place) for record, place in _records(sorted((folder / "texts").glob("*.jsonl")))]
    _refuse_doubles([item.id for item in found], folder)
    return found


def reason_examples(folder: Path, examples: Iterable[Example]) -> list[Told]:
    """`examples` that tell a reason, and all passages of `reasons.jsonl`. Raises InputError with file and line."""
    found = [
        Told(id=item.id, language=item.language, text=item.body, reason=item.delay_reason)
        for item in examples
        if item.delay_reason is not None
    ]
    for record, place in _records(sorted(folder.glob("reasons.jsonl"))):
        try:
            name, language, text = (str(record[key]) for key in ("id", "language", "text"))
            found.append(Told(id=name, language=language, text=text, reason=DelayReason(record["reason"])))
        except (KeyError, ValueError) as error:
            raise InputError(f"wrong or missing: {error}", subject=place, way_out="Mend the line.") from error
    _refuse_doubles([item.id for item in found], folder)
    return found


def _refuse_doubles(ids: Iterable[str], folder: Path) -> None:
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise InputError(f"the id {twice[0]} stands twice", subject=str(folder), way_out="Give every text its own id.")


def utterances(folder: Path) -> list[Utterance]:
    """All texts of `suspicion*.jsonl`. Raises InputError with file and line."""
    found = []
    for record, place in _records(sorted(folder.glob("suspicion*.jsonl"))):
        if record.get("label") not in LABELS or not record.get("text"):
            raise InputError("label or text is missing", subject=place, way_out=f"Labels are {', '.join(LABELS)}.")
        found.append(Utterance(text=str(record["text"]), attack=record["label"] == "attack"))
    return found


def digest(folder: Path) -> str:
    """SHA-256 of all training files, by name and content."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.jsonl")):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _records(paths: list[Path]) -> Iterator[tuple[dict[str, Any], str]]:
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                record = json.loads(line)
            except ValueError as error:
                raise InputError("not JSON", subject=place, way_out="One object a line.") from error
            if not isinstance(record, dict):
                raise InputError("not an object", subject=place, way_out="One object a line.")
            yield record, place


def _example(record: dict[str, Any], place: str) -> Example:
    try:
        reason = record.get("delay_reason")
        return Example(
            id=str(record["id"]),
            language=str(record["language"]),
            kind=Kind(record["kind"]),
            subject=str(record["subject"] or ""),
            body=str(record["body"] or ""),
            attachments=tuple(str(item) for item in record.get("attachments") or ()),
            delay_reason=DelayReason(reason) if reason else None,
        )
    except (KeyError, ValueError) as error:
        raise InputError(f"wrong or missing: {error}", subject=place, way_out="Mend the line.") from error


def reading_of(example: Example, reader: Reader) -> Reading:
    """The example as the production reader sees it; attachments are names without content."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(example.subject.split())
    mail["From"] = "Supplier <someone@supplier.example>"
    mail.set_content(example.body or "\n")
    message = message_of(mail.as_bytes(), door="training", received_at=_WHEN, name="message.eml")
    return replace(reader.read(message), attachment_names=example.attachments)


def without_subject(reading: Reading) -> Reading:
    """The same message as an answer under an old subject that tells nothing."""
    return replace(reading, headers=replace(reading.headers, subject="Re: P00000"), attachment_names=())
