"""Asks, within budget and patience, and holds every answer against schema and message. The `SecondReader` port.

Whatever goes wrong ends as a reply without an answer, with a reason: nobody behind this needs to know about networks.
"""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

import structlog

from triage.domain.asking import (
    PROSE,
    Answer,
    Answers,
    Asked,
    Ledger,
    Question,
    Reply,
    Result,
    Spending,
    Spent,
)
from triage.errors import ModelRefusedError, ModelUnavailableError
from triage.llm import grounding, prose, schema
from triage.llm import request as requests
from triage.llm.breaker import Breaker
from triage.llm.budget import Budget
from triage.llm.prompts import Prompt, Prompts
from triage.llm.request import Request

_log = structlog.get_logger(__name__)
_MOST_KEPT = 20_000  # characters of an answer that are stored
_FIRST_PAUSE = 0.5  # seconds before the second try where the service names none; doubled for each further one
_BYTES_A_TOKEN = 3  # reckoned before an answer tells; no tokenizer is worth its weight for that


class Service(Protocol):
    """Where answers come from."""

    def ask(self, request: Request) -> Answer: ...

    def answers(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the room behaves."""

    model: str
    parameters: str  # JSON, as stored with every answer
    view: requests.View
    patience: float  # seconds for all questions about one message
    retries: int
    most_answer: int  # tokens
    writes_prose: bool
    concurrency: int = 2
    boundary: Callable[[], str] = field(default=lambda: secrets.token_hex(12), repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


class Room:
    """The `SecondReader` port. service: None where only kept answers count."""

    def __init__(
        self,
        terms: Terms,
        prompts: Prompts,
        *,
        service: Service | None,
        budget: Budget,
        ledger: Ledger,
        answers: Answers,
        breaker: Breaker,
    ) -> None:
        self._terms, self._prompts, self._service = terms, prompts, service
        self._budget, self._ledger, self._answers, self._breaker = budget, ledger, answers, breaker
        self._slots = threading.BoundedSemaphore(terms.concurrency)

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """Model with its parameters, and the prompts."""
        told = hashlib.sha256(f"{self._terms.model}\n{self._terms.parameters}".encode()).hexdigest()
        return (f"language model {self._terms.model}", told), ("prompts", self._prompts.digest)

    @property
    def writes_prose(self) -> bool:
        return self._terms.writes_prose

    def about(self, message_id: str) -> "About":
        """All questions about one message."""
        return About(self, message_id)

    def ends(self) -> float:
        """When questions about a message that begin now must be over."""
        return self._terms.clock() + self._terms.patience

    def ready(self) -> bool:
        """True where what could not be asked may be asked now: circuit, budget and service allow it."""
        if self._service is None or self._breaker.is_open:
            return False
        most = self._terms.most_answer
        over = self._budget.exceeded(self._ledger, company="", message=Spent(), tokens_in=most, tokens_out=most)
        return not over and self._service.answers()

    def built(self, question: Question) -> requests.Built:
        """The request of a question, exactly as it would be sent."""
        return requests.build(
            self._prompts.by_task[question.task], question, self._terms.view, boundary=self._terms.boundary,
            model=self._terms.model, parameters=self._terms.parameters,
        )  # fmt: skip

    def ask(self, question: Question, message_id: str, spent: Spent, ends: float) -> Reply:
        """One question; `spent` so far about this message, which must be over at `ends` of the terms' clock."""
        prompt = self._prompts.by_task[question.task]
        built = self.built(question)
        asked = Asked(
            task=question.task.value, prompt=prompt.label, prompt_digest=prompt.digest, model=self._terms.model,
            parameters=self._terms.parameters, request=built.digest, result=Result.UNAVAILABLE,
        )  # fmt: skip
        started = self._terms.clock()
        kept = self._answers.get(built.digest)
        if kept is not None:
            asked = replace(asked, source=self._answers.source, tokens_in=kept.tokens_in, tokens_out=kept.tokens_out)
            if self._answers.source == "recording":
                asked = replace(asked, cost=self._budget.cost(kept.tokens_in, kept.tokens_out))
            reply = self._judged(asked, kept, prompt, question, built)
        else:
            reply = self._asked(asked, prompt, question, built, spent, ends)
        seconds = self._terms.clock() - started
        self._ledger.add(
            Spending(
                at=self._ledger.now,
                message_id=message_id,
                company=question.company,
                asked=reply.asked,
                seconds=round(seconds, 3),
            )
        )
        _log.info("model asked", task=question.task.value, result=reply.asked.result.value, source=reply.asked.source)
        return reply

    def _asked(
        self, asked: Asked, prompt: Prompt, question: Question, built: requests.Built, spent: Spent, ends: float
    ) -> Reply:
        if self._service is None:
            return Reply(asked=replace(asked, reason="No answer to it is recorded."))
        size = len(built.request.system.encode()) + len(built.request.user.encode())
        over = self._budget.exceeded(
            self._ledger, company=question.company, message=spent, tokens_in=size // _BYTES_A_TOKEN,
            tokens_out=self._terms.most_answer,
        )  # fmt: skip
        if over:
            return Reply(asked=replace(asked, result=Result.OVER_BUDGET, reason=f"{over[0].upper()}{over[1:]}."))
        answer, result, reason = self._called(self._service, built.request, ends)
        if answer is None:
            return Reply(asked=replace(asked, result=result, reason=reason))
        cost = self._budget.cost(answer.tokens_in, answer.tokens_out)
        asked = replace(asked, source="model", tokens_in=answer.tokens_in, tokens_out=answer.tokens_out, cost=cost)
        reply = self._judged(asked, answer, prompt, question, built)
        if reply.asked.result is Result.INVALID:
            self._breaker.failed()
        else:
            self._breaker.went_well()
            self._answers.put(built.digest, answer, {
                "task": question.task.value, "prompt": prompt.label, "prompt_digest": prompt.digest,
                "model": self._terms.model, "parameters": self._terms.parameters,
                "system": built.request.system, "user": built.request.user,
            })  # fmt: skip
        return reply

    def _called(self, service: Service, request: Request, ends: float) -> tuple[Answer | None, Result, str]:
        """An answer, or why there is none."""
        if not self._breaker.allows():
            return None, Result.UNAVAILABLE, "It failed several times in a row and is left alone for a while."
        if not self._slots.acquire(timeout=max(ends - self._terms.clock(), 0.0)):
            self._breaker.failed()
            return None, Result.UNAVAILABLE, "Too many questions are waiting for it."
        try:
            return self._tries(service, request, ends)
        finally:
            self._slots.release()

    def _tries(self, service: Service, request: Request, ends: float) -> tuple[Answer | None, Result, str]:
        for attempt in range(self._terms.retries + 1):
            try:
                return service.ask(request), Result.ANSWERED, ""
            except ModelRefusedError as error:
                self._breaker.failed()
                result = Result.REFUSED if error.of_request else Result.UNAVAILABLE
                return None, result, f"The language model's service: {error.reason}."
            except ModelUnavailableError as error:
                wait = error.wait if error.wait is not None else _FIRST_PAUSE * 2**attempt
                last = attempt == self._terms.retries
                if last or self._terms.clock() + wait >= ends:
                    self._breaker.failed(wait=error.wait)
                    return None, Result.UNAVAILABLE, f"The language model: {error.reason}."
                self._terms.sleep(wait)
        raise AssertionError("unreachable")

    def _judged(self, asked: Asked, answer: Answer, prompt: Prompt, question: Question, built: requests.Built) -> Reply:
        """What is left of an answer after schema and message were held against it."""
        asked = replace(asked, answer=answer.text[:_MOST_KEPT])
        value, problem = _parsed(answer.text)
        for fault in schema.problems(prompt.schema, value) if not problem else ():
            problem = fault
            break
        if problem:
            return Reply(asked=replace(asked, result=Result.INVALID, reason=f"Its answer can't be used: {problem}."))
        facts = prose.facts([text for _, text in question.values], question.known, question.language)
        held = grounding.ground(
            prompt.schema, value, lines=built.quoted.lines,
            candidates=frozenset(item.label for item in question.candidates), prose=facts.allow,
        )  # fmt: skip
        asked = replace(asked, dropped=held.dropped)
        if held.answer is None:
            why = "Its answer says what the message does not." if question.task not in PROSE else (
                "Its prose says what the facts do not."
            )  # fmt: skip
            return Reply(asked=replace(asked, result=Result.UNGROUNDED, reason=why))
        return Reply(asked=replace(asked, result=Result.ANSWERED), answer=held.answer, places=held.places)


def _parsed(text: str) -> tuple[Any, str]:
    """(value, problem): JSON as it is, or within one code fence as some models wrap it."""
    plain = text.strip()
    if plain.startswith("```") and plain.endswith("```"):
        plain = plain[3:-3].removeprefix("json").strip()
    try:
        return json.loads(plain, parse_constant=_no_constant), ""
    except (ValueError, RecursionError):
        return None, "it is no JSON"


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class About:
    """The questions about one message. The `Questions` port."""

    def __init__(self, room: Room, message_id: str) -> None:
        self._room, self._message_id = room, message_id
        self._ends: float | None = None
        self._tokens, self._money = 0, Decimal(0)

    def ask(self, question: Question) -> Reply:
        """One question; the clock of the message's patience starts with the first."""
        if self._ends is None:
            self._ends = self._room.ends()
        reply = self._room.ask(question, self._message_id, Spent(tokens=self._tokens, money=self._money), self._ends)
        if reply.asked.source == "model":
            self._tokens += reply.asked.tokens_in + reply.asked.tokens_out
            self._money += reply.asked.cost
        return reply
