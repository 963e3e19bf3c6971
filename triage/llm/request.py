"""A question as it is sent: the prompt file with its variables, the message quoted, the schema closed to its labels.

The boundary is new for every request and is no part of its digest: equal questions have equal digests.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from triage.domain.asking import PROSE, Question
from triage.llm import quoting, schema
from triage.llm.prompts import Prompt
from triage.llm.quoting import Quoted

_NO_BOUNDARY = "BOUNDARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that is sent."""

    system: str
    user: str
    name: str  # of the schema
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What may be seen of a message."""

    redaction: str  # "none", "names" or "line"
    most_text: int  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A request, what it quotes, and its digest."""

    request: Request
    quoted: Quoted
    digest: str  # hexadecimal SHA-256


def build(
    prompt: Prompt, question: Question, view: View, *, boundary: Callable[[], str], model: str, parameters: str
) -> Built:
    """The request of a question."""
    names = question.names if question.task not in PROSE else ()
    quoted = quoting.quote(question.passages, names, level=view.redaction, most=view.most_text)
    mark = boundary()
    while mark in quoted.text:
        mark = boundary()
    places, candidates = tuple(quoted.lines), tuple(item.label for item in question.candidates)
    sent = schema.sent(prompt.schema, places=places, candidates=candidates)
    system, user = _rendered(prompt, question, quoted, mark)
    plain = _rendered(prompt, question, quoted, _NO_BOUNDARY)
    whole = json.dumps([prompt.digest, model, parameters, *plain, sent], ensure_ascii=True)
    return Built(
        request=Request(system=system, user=user, name=prompt.name, schema=sent),
        quoted=quoted,
        digest=hashlib.sha256(whole.encode()).hexdigest(),
    )


def _rendered(prompt: Prompt, question: Question, quoted: Quoted, mark: str) -> tuple[str, str]:
    values = {name: "\n".join(map(quoting.visible, text.splitlines())) for name, text in question.values}
    values |= {
        "message": quoted.within(mark),
        "boundary": mark,
        "examples": prompt.examples,
        "language": question.language,
        "candidates": "\n".join(f"{item.label}: {quoting.visible(item.text)}" for item in question.candidates)
        or "none",
    }
    return prompt.rendered({name: values.get(name, "") for name in prompt.variables})
