"""Sentences that address the reading program state nothing of an order: they are left out before values are read.

The whole text stays for everything else: suspicion, evidence, the person who looks.
"""

import re
from dataclasses import replace

from triage.classifiers import suspicion_rules
from triage.domain.document import Part, Reading, TextLine

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])")
_LONGEST = 4_000  # characters of a paragraph
_WRAPPED = 56  # characters of a line that was wrapped rather than ended
_ENDS = re.compile(r"[.!?:;。！？：；]\s*$")


def stating(reading: Reading) -> Reading:
    """The reading without its addressed sentences; the same one where there are none."""
    parts = tuple(_quiet(part) for part in reading.parts)
    return (
        reading
        if all(new is old for new, old in zip(parts, reading.parts, strict=True))
        else replace(reading, parts=parts)
    )


def _quiet(part: Part) -> Part:
    lines = list(part.lines)
    for start, end in _paragraphs(part.lines):
        whole = " ".join(line.text.strip() for line in lines[start:end])[:_LONGEST]
        for sentence in [piece for piece in _SENTENCE.split(whole) if piece.strip()]:
            if suspicion_rules.rule_score(sentence) >= suspicion_rules.BAR:
                lines[start:end] = [_without(line, sentence) for line in lines[start:end]]
    return part if tuple(lines) == part.lines else replace(part, lines=tuple(lines))


def _paragraphs(lines: tuple[TextLine, ...]) -> list[tuple[int, int]]:
    """(first, behind the last) of each run of lines that a mail program wrapped; a row of a list stands alone."""
    found: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        text = line.text.strip()
        if not text:
            continue
        before = lines[index - 1].text.strip() if index else ""
        if (
            found
            and found[-1][1] == index
            and not line.after_gap
            and len(before) >= _WRAPPED
            and not _ENDS.search(before)
            and text[0].isalpha()
        ):
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def _without(line: TextLine, sentence: str) -> TextLine:
    """The line without what it holds of the sentence."""
    text = line.text.strip()
    if text and text in sentence:
        return replace(line, text="")
    if sentence in text:
        return replace(line, text=text.replace(sentence, " "))
    # The sentence begins or ends within the line.
    for length in range(min(len(text), len(sentence)), 8, -1):
        if text.endswith(sentence[:length]):
            return replace(line, text=text[:-length])
        if text.startswith(sentence[-length:]):
            return replace(line, text=text[length:])
    return line
