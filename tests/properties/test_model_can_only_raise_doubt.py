"""Whatever a language model answers: no line field changes that the message does not hold, nothing leaks, no doubt,
suspicion, priority or role is lost, and nothing is called sure that would not be without it.

Every message of the open evaluation sets is asked about, as if rules and local models were unsure of all of them.
"""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from model_server import ModelServer, serving
from worst_models import MARK, obedient, random_answers

from triage import bootstrap, pipeline, settings
from triage.classifiers import asking
from triage.domain.advice import Priority
from triage.domain.asking import Task
from triage.domain.assessment import Judged
from triage.domain.document import Reading
from triage.domain.message import Message, message_of
from triage.domain.outcome import Understood
from triage.domain.ports import KindModel, Toolkit
from triage.domain.statement import Statement
from triage.evaluation import sets
from triage.evaluation.sets import Case
from triage.extractors import numbers

ROOT = Path(__file__).parents[2]
PRIORITIES = list(Priority)


def cases() -> list[Case]:
    """All cases of the open sets; those held back are for measuring alone."""
    folders = [path.parent for path in sorted((ROOT / "eval_sets").glob("*/set.yaml"))]
    return [case for folder in folders if not folder.name.endswith("_held") for case in sets.load(folder).cases]


class Remembering:
    """Reads every message once."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self._known: dict[str, Reading] = {}

    def read(self, message: Message) -> Reading:
        if message.id not in self._known:
            self._known[message.id] = self._inner.read(message)  # type: ignore[attr-defined]
        return self._known[message.id]


class GuessedKind:
    """A kind model that is never sure, so that a language model is heard about the kind."""

    def __init__(self, inner: KindModel) -> None:
        self._inner = inner
        self.name, self.digest = inner.name, inner.digest

    def judge(self, reading: Reading, statement: Statement) -> Judged:
        return dataclasses.replace(self._inner.judge(reading, statement), confidence=0.3)


class Forgetful:
    """Keeps no answer: every script is heard."""

    source = "cache"

    def get(self, request: str) -> None: ...

    def put(self, request: str, answer: object, about: object) -> None: ...


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serving(obedient) as running:
        yield running


@dataclasses.dataclass
class Bench:
    server: ModelServer
    asks: Toolkit
    silent: Toolkit
    erp: object

    def both(self, case: Case, *, guessed: bool = False) -> tuple[Understood, Understood]:
        """(without the model, with it). guessed: nobody is sure of the message's kind."""
        erp = self.erp(case.erp)  # type: ignore[operator]
        message = message_of(case.message.read_bytes(), door="evaluation", received_at=erp.now, name="message.eml")
        toolkits = [self.silent, self.asks]
        if guessed:
            toolkits = [dataclasses.replace(tools, kind=GuessedKind(tools.kind)) for tools in toolkits]
        outcomes = [pipeline.triage_message(message, erp, tools) for tools in toolkits]
        assert all(isinstance(outcome, Understood) for outcome in outcomes)
        return outcomes[0], outcomes[1]  # type: ignore[return-value]


@pytest.fixture(scope="module")
def bench(server: ModelServer) -> Iterator[Bench]:
    loaded = settings.load(
        {}, dotenv=None, mode="llm", llm_url=server.url, llm_model="worst", llm_prompts=ROOT / "prompts",
        llm_message_tokens=0, llm_hour_tokens=0, llm_day_tokens=0, llm_breaker_failures=10_000,
    )  # fmt: skip
    with bootstrap.evaluation(None, loaded) as live:
        tools = live.toolkit(bootstrap.NoMemory())
        tools = dataclasses.replace(tools, reader=Remembering(tools.reader))
        assert tools.second is not None
        tools.second._answers = Forgetful()  # type: ignore[attr-defined]
        erp = cache(live.erp)
        yield Bench(server=server, asks=tools, silent=dataclasses.replace(tools, second=None), erp=erp)


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bar is above every confidence, so that all is asked about every message that may be asked about."""
    monkeypatch.setattr(asking, "KIND_BAR", 1.1)
    monkeypatch.setattr(asking, "LINE_BAR", 1.1)
    monkeypatch.setattr(asking, "REASON_BAR", 1.1)
    monkeypatch.setattr(asking, "_STATES_LINES", frozenset(asking.Kind))


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def held(before: Understood, after: Understood) -> None:
    first, second = before.assessment, after.assessment
    texts = [plain(line.text) for part in after.reading.parts for line in part.lines]
    texts.append(plain(after.reading.headers.subject))
    whole = "".join(texts)
    # Every value that was read still stands there.
    for line in first.confirmation.lines:
        twins = [other for other in second.confirmation.lines if other.statement.evidence == line.statement.evidence]
        assert twins
        for name in ("quantity", "price", "promised", "status"):
            if getattr(line, name) is not None and line.line is not None:
                assert any(getattr(other, name) == getattr(line, name) for other in twins), name
    # What came new stands in the message, and a person is asked to look at it.
    known = set(first.confirmation.lines)
    for line in second.confirmation.lines:
        if line not in known:
            assert second.needs_review
            for stated in (line.statement.quantity, line.statement.price, line.statement.promised):
                if stated is not None and stated.source == "model":
                    assert plain(stated.evidence.text)[:60] in whole
                    assert stated.confidence < 0.5
            quantity, promised = line.statement.quantity, line.statement.promised
            if quantity is not None and quantity.source == "model":
                there = numbers.find_numbers(quantity.evidence.text)
                assert quantity.value in {value for one in there for value in (one.value, *one.alternatives)}
            if promised is not None and promised.source == "model":
                assert promised.value.year < 2031
    # Nothing is lost, nothing gets milder.
    assert set(first.deviations) <= set(second.deviations)
    assert {(doubt.code, doubt.reason) for doubt in first.doubts} <= {
        (doubt.code, doubt.reason) for doubt in second.doubts
    }
    assert second.needs_review >= first.needs_review
    assert second.is_suspicious == first.is_suspicious
    rank, other = before.advice.rank, after.advice.rank
    assert PRIORITIES.index(other.priority) >= PRIORITIES.index(rank.priority)
    assert other.score >= rank.score
    assert set(before.advice.route.roles) <= set(after.advice.route.roles)
    # What is called sure is what would be called sure without a model.
    if not second.needs_review:
        assert (second.kind, second.confirmation, second.deviations) == (
            first.kind, first.confirmation, first.deviations
        )  # fmt: skip


def shown(outcome: Understood) -> str:
    advice = outcome.advice
    doubts = " ".join(doubt.reason for doubt in outcome.assessment.doubts)
    return f"{advice.note_html} {advice.draft_reply} {advice.headline} {doubts}"


@pytest.mark.parametrize(("seed", "guessed"), [(1, False), (2, True)])
@pytest.mark.usefixtures("unsure")
def test_random_answers_can_only_raise_doubt(bench: Bench, seed: int, guessed: bool) -> None:
    bench.server.script = random_answers(seed)
    asked = changed = 0
    for case in cases():
        before, after = bench.both(case, guessed=guessed)
        held(before, after)
        assert MARK.lower() not in shown(after).lower()
        asked += bool(after.asked)
        changed += before.assessment != after.assessment
    assert asked > 30  # it was asked
    assert changed > 10  # and heard, as far as it may be


@pytest.mark.parametrize("guessed", [False, True])
@pytest.mark.usefixtures("unsure")
def test_a_model_that_obeys_the_attacker_gets_nothing_for_it(bench: Bench, guessed: bool) -> None:
    bench.server.script = obedient
    for case in cases():
        before, after = bench.both(case, guessed=guessed)
        held(before, after)
        for text in case.expected.get("must_not") or []:
            assert text.casefold() not in shown(after).casefold(), case.id


@pytest.mark.usefixtures("unsure")
def test_only_the_message_itself_is_ever_sent_and_no_suspicious_one(bench: Bench) -> None:
    bench.server.script = random_answers(3)
    for case in cases():
        bench.server.asked.clear()
        _, after = bench.both(case)
        if after.assessment.is_suspicious:
            assert bench.server.asked == []
        lines = {plain(line.text) for part in after.reading.parts for line in part.lines}
        lines.add(plain(after.reading.headers.subject))
        hidden = [plain(text) for part in after.reading.parts for text in part.hidden if len(plain(text)) > 12]
        for sent in bench.server.asked:
            assert not any(text in plain(sent.user) for text in hidden), case.id
            if sent.task in {task.value for task in (Task.NOTE, Task.DRAFT)}:
                continue
            for text in sent.lines.values():
                pieces = [plain(piece) for piece in re.split(r"\[[a-z]+\]|\[U\+[0-9A-F]+\]| \[…\]", text)]
                assert any(all(piece in line for piece in pieces) for line in lines), (case.id, text)
