"""Does a message say that an account changes? An account in a footer, "our bank details are unchanged" and "we never
change our account by mail" are no change. Words stand in `bank.yaml`, eleven languages.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from triage.classifiers import cues, phrases
from triage.domain.assessment import Judged, Kind
from triage.domain.document import PartRole, Reading

_SENTENCE = re.compile(r"(?<=[.!?。！？;；])\s+|\n{2,}|(?<=[。！？])")
_NEAR = 70  # characters between an account's name and what becomes of it
_MOST = 20_000  # characters of a part
_MOST_SENTENCES = 400


@cache
def _index() -> phrases.PhraseIndex:
    return phrases.PhraseIndex(phrases.data_file("bank.yaml"))


def says_change(reading: Reading) -> bool:
    """A sentence of the subject, a statement, a document or a file name tells of a change, and does not deny it."""
    return any(_tells_change(sentence) for sentence in _sentences(reading))


def says_unchanged(reading: Reading) -> bool:
    """A sentence says of an account that it stays as it was."""
    counted = (_index().count(sentence) for sentence in _sentences(reading))
    return any(found["account"] and (found["unchanged"] or found["usual"]) for found in counted)


def _tells_change(sentence: str) -> bool:
    hits = _index().hits(sentence)
    own = {hit.section for hit in hits}
    if "unchanged" in own:
        return False
    if "change" in own or cues.count(sentence)["new_account"]:
        return True
    if "usual" in own:
        return False
    accounts = [hit for hit in hits if hit.section == "account"]
    altered = [hit for hit in hits if hit.section == "altered"]
    return any(one.start - other.end < _NEAR and other.start - one.end < _NEAR for one in accounts for other in altered)


def _sentences(reading: Reading) -> Iterator[str]:
    yield reading.headers.subject
    for name in reading.attachment_names[:20]:
        yield re.sub(r"[_\-.]+", " ", name)
    for part in reading.parts:
        if part.role is PartRole.BOILERPLATE:
            continue
        # Lines of one paragraph belong together: a wrapped sentence is one.
        found = []
        for line in part.lines:
            found.append(("\n\n" if line.after_gap else "\n") + line.text)
        yield from (piece for piece in _SENTENCE.split("".join(found)[:_MOST])[:_MOST_SENTENCES] if piece.strip())


def checked(judged: Judged, reading: Reading) -> Judged:
    """A message is about new bank details only where it says that something changes; else it is what comes next."""
    if judged.kind is not Kind.BANK_DETAILS_CHANGE or judged.runner_up is None or says_change(reading):
        return judged
    return replace(
        judged,
        kind=judged.runner_up,
        confidence=min(judged.confidence, 0.8),
        source=f"{judged.source}; no account changes",
        runner_up=judged.kind,
    )
