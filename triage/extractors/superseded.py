"""Finds forwarded mails that the text above them corrects: what they say does not hold any more."""

from triage.domain.document import Part, PartRole, Reading
from triage.extractors import anchors, vocabulary
from triage.extractors.hints import Hints

_MOST_LINES = 40


def superseded(reading: Reading, hints: Hints) -> tuple[Part, ...]:
    """The forwarded parts, where the newest text calls itself a correction and names goods of its own.

    A colleague who passes a supplier's correction on names none: there the forwarded text is the statement.
    """
    forwarded = tuple(part for part in reading.parts if part.role is PartRole.FORWARDED)
    body = reading.body
    if not forwarded or body is None or body.role is not PartRole.BODY:
        return ()
    lines = [line.text for line in body.lines[:_MOST_LINES]]
    corrects = any(vocabulary.phrases_in(text, "cues.correction") for text in (reading.headers.subject, *lines))
    names = any(any(char.isdigit() for char in text) and anchors.find_anchors(text, hints) for text in lines)
    return forwarded if corrects and names else ()
