"""The language model is down, slow, wrong or dear: every question ends within its bounds, as a reply with a reason."""

import dataclasses
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from model_server import Asked, ModelServer, Said, said, serving

from triage import settings
from triage.domain.asking import Passage, Question, Reply, Result, Task
from triage.llm import answers, ledger, opening, room

ROOT = Path(__file__).parents[2]
QUESTION = Question(
    task=Task.KIND,
    company="Northwind",
    passages=(Passage(part="body", lines=("Dear Ms Quist,", "the pallets will not leave before week 19.")),),
    values=(("kinds", "delay_notice\nother"),),
)
RIGHT = said({"kind": "delay_notice", "place": "A2", "words": "will not leave before week 19"})


class Naps:
    """A sleep that notes how long it was asked to last, and a clock that goes on by that."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> float:
        return time.monotonic() + sum(self.slept)


def opened(server: ModelServer, naps: Naps, **given: object) -> tuple[room.Room, ledger.MemoryLedger]:
    loaded = settings.load(
        {},
        dotenv=None,
        mode="llm",
        **{
            "llm_url": server.url,
            "llm_model": "scripted",
            "llm_prompts": ROOT / "prompts",
            "llm_timeout": 1.0,
            **given,
        },
    )
    spent = ledger.MemoryLedger()
    made = opening.room(loaded, ledger=spent, answers=answers.Remembered(), asks=opening.service(loaded))
    made._terms = dataclasses.replace(made._terms, sleep=naps.sleep, clock=naps.clock)
    made._breaker.clock = naps.clock
    return made, spent


def ask(script: Callable[[Asked], Said], **given: object) -> tuple[Reply, Naps, int, float]:
    naps = Naps()
    with serving(script) as server:
        made, _ = opened(server, naps, **given)
        started = time.monotonic()
        reply = made.about("m1").ask(QUESTION)
        return reply, naps, len(server.asked), time.monotonic() - started


def test_a_right_answer_is_grounded_in_the_message_and_keeps_its_provenance() -> None:
    reply, _, calls, _ = ask(lambda _: RIGHT, llm_price_in="2", llm_price_out="10")
    assert calls == 1
    assert reply.answer == {"kind": "delay_notice", "place": "A2", "words": "will not leave before week 19"}
    assert reply.places["A2"].text == "the pallets will not leave before week 19."
    asked = reply.asked
    assert (asked.prompt, asked.model, asked.source, asked.result) == ("kind 1", "scripted", "model", Result.ANSWERED)
    assert len(asked.prompt_digest) == len(asked.request) == 64
    assert '"temperature": 0.0' in asked.parameters
    assert asked.answer == RIGHT.content
    assert asked.cost == Decimal("0.003")  # 1000 tokens at 2 and 100 at 10 per million


FAULTS: dict[str, tuple[Said, Result]] = {
    "slow": (Said(wait=30), Result.UNAVAILABLE),
    "drips for ever": (Said(content="x" * 500, drip=0.3), Result.UNAVAILABLE),
    "too many requests": (Said(status=429, headers={"Retry-After": "2"}, raw=b"{}"), Result.UNAVAILABLE),
    "server error": (Said(status=500, raw=b"oops"), Result.UNAVAILABLE),
    "cut off": (Said(content="x" * 500, cut=100), Result.UNAVAILABLE),
    "cut before the body": (Said(content="x", cut=0), Result.UNAVAILABLE),
    "no protocol": (Said(raw=b"<html>busy</html>"), Result.UNAVAILABLE),
    "no choices": (Said(raw=b'{"choices": []}'), Result.UNAVAILABLE),
    "compressed": (Said(raw=b"x", headers={"Content-Encoding": "gzip"}), Result.UNAVAILABLE),
    "huge": (Said(content="y" * 3_000_000), Result.UNAVAILABLE),
    "filtered": (Said(content="", finish="content_filter"), Result.UNAVAILABLE),
    "refused key": (Said(status=401, raw=b'{"error": {"message": "bad key geheim"}}'), Result.UNAVAILABLE),
    "refused request": (Said(status=400, raw=b'{"error": {"message": "too long"}}'), Result.REFUSED),
    "redirected": (Said(status=302, headers={"Location": "http://127.0.0.1:1/"}, raw=b""), Result.UNAVAILABLE),
    "empty": (Said(content=""), Result.INVALID),
    "nothing": (Said(content=None), Result.INVALID),
    "no JSON": (Said(content="It is a delay notice."), Result.INVALID),
    "another language": (Said(content="这是延迟通知。"), Result.INVALID),
    "another schema": (said({"type": "delay"}), Result.INVALID),
    "cut at its longest": (Said(content='{"kind": "delay', finish="length"), Result.INVALID),
    "not a number": (Said(content='{"kind": NaN}'), Result.INVALID),
    "deep": (Said(content="[" * 100_000), Result.INVALID),
    "invented words": (said({"kind": "other", "place": "A2", "words": "price of 40"}), Result.UNGROUNDED),
    "invented place": (said({"kind": "other", "place": "Z9", "words": "pallets"}), Result.UNGROUNDED),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_ends_as_a_reply_with_a_reason(name: str) -> None:
    told, result = FAULTS[name]
    reply, naps, calls, seconds = ask(lambda _: told, llm_retries=1, llm_timeout=0.5)
    assert reply.answer is None
    assert reply.asked.result is result
    assert reply.asked.reason.endswith(".")
    assert "geheim" not in reply.asked.reason
    assert seconds < 20
    tried_again = result is Result.UNAVAILABLE and name not in ("refused key", "redirected")
    assert calls == (2 if tried_again else 1)
    assert naps.slept == ([2.0] if name == "too many requests" else [0.5] if tried_again else [])


def test_a_service_that_asks_for_a_longer_wait_than_our_patience_is_left_alone() -> None:
    naps = Naps()
    with serving(lambda _: Said(status=429, headers={"Retry-After": "3600"}, raw=b"{}")) as server:
        made, _ = opened(server, naps)
        for _ in range(3):
            assert made.about("m1").ask(QUESTION).asked.result is Result.UNAVAILABLE
        assert len(server.asked) == 1
        assert naps.slept == []
        assert not made.ready()


def test_the_circuit_opens_lets_one_try_and_closes() -> None:
    naps = Naps()
    with serving(lambda _: Said(status=503, raw=b"{}")) as server:
        made, _ = opened(server, naps, llm_retries=0, llm_breaker_failures=3, llm_breaker_pause=60)
        for _ in range(6):
            made.about("m").ask(QUESTION)
        assert len(server.asked) == 3
        naps.slept.append(61)
        made.about("m").ask(QUESTION)
        made.about("m").ask(QUESTION)
        assert len(server.asked) == 4  # one tried, failed, and it is open again
        naps.slept.append(61)
        server.script = lambda _: RIGHT
        assert made.about("m").ask(QUESTION).answer is not None
        assert made.ready()


def test_an_equal_question_is_asked_once() -> None:
    naps = Naps()
    with serving(lambda _: RIGHT) as server:
        made, spent = opened(server, naps)
        first = made.about("m1").ask(QUESTION)
        again = made.about("m2").ask(QUESTION)
        assert len(server.asked) == 1
        assert (first.answer, again.asked.source) == (again.answer, "cache")
        assert [item.asked.source for item in spent.spendings] == ["model", "cache"]
        assert spent.spent(since=spent.now.replace(year=2000)).tokens == 1100


def test_invalid_answers_are_not_kept() -> None:
    naps = Naps()
    with serving(lambda _: Said(content="no")) as server:
        made, _ = opened(server, naps)
        made.about("m1").ask(QUESTION)
        server.script = lambda _: RIGHT
        assert made.about("m1").ask(QUESTION).answer is not None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"llm_message_tokens": 4000}, "one message"),
        ({"llm_hour_tokens": 4000}, "an hour"),
        ({"llm_day_tokens": 4000}, "a day"),
        ({"llm_company_day_tokens": 4000}, "company"),
        ({"llm_message_money": "0.004", "llm_price_in": "1", "llm_price_out": "1"}, "one message"),
        ({"llm_hour_money": "0.004", "llm_price_in": "1", "llm_price_out": "1"}, "an hour"),
        ({"llm_day_money": "0.004", "llm_price_in": "1", "llm_price_out": "1"}, "a day"),
        ({"llm_company_day_money": "0.004", "llm_price_in": "1", "llm_price_out": "1"}, "company"),
    ],
)
def test_a_spent_budget_asks_nobody(given: dict[str, object], told: str) -> None:
    naps = Naps()
    with serving(lambda _: RIGHT) as server:
        made, _ = opened(server, naps, **given)
        about = made.about("m1")
        replies = []
        for number in range(8):
            passage = Passage(part="body", lines=(f"{number}", "the pallets will not leave before week 19."))
            replies.append(about.ask(dataclasses.replace(QUESTION, passages=(passage,))))
        results = [reply.asked.result for reply in replies]
        assert results[0] is Result.ANSWERED
        assert results[-1] is Result.OVER_BUDGET
        assert told in replies[-1].asked.reason
        assert len(server.asked) == results.count(Result.ANSWERED)


def test_another_company_s_budget_is_its_own() -> None:
    naps = Naps()
    with serving(lambda _: RIGHT) as server:
        made, _ = opened(server, naps, llm_company_day_tokens=2500)
        results = []
        for company in ("Northwind", "Northwind", "Southwind"):
            passage = Passage(
                part="body", lines=(f"{company}{len(results)}", "the pallets will not leave before week 19.")
            )
            question = dataclasses.replace(QUESTION, company=company, passages=(passage,))
            results.append(made.about("m").ask(question).asked.result)
        assert results == [Result.ANSWERED, Result.OVER_BUDGET, Result.ANSWERED]


def test_patience_is_that_of_the_message_not_of_the_question() -> None:
    naps = Naps()
    with serving(lambda _: Said(status=500, raw=b"")) as server:
        made, _ = opened(server, naps, llm_patience=3, llm_retries=5, llm_breaker_failures=100)
        about = made.about("m1")
        about.ask(QUESTION)
        about.ask(QUESTION)
        assert sum(naps.slept) < 3
        assert len(server.asked) == 5  # three tries, then two: the second question finds half of the time spent


def test_the_trace_of_nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: Said(raw=b"{}")) as collector:
        base = collector.url.removesuffix("/v1")
        for name, value in (("LANGSMITH_TRACING", "true"), ("LANGCHAIN_TRACING_V2", "true"), ("LANGSMITH_API_KEY", "x"),
                            ("LANGSMITH_ENDPOINT", base), ("LANGCHAIN_ENDPOINT", base)):  # fmt: skip
            monkeypatch.setenv(name, value)
        reply, *_ = ask(lambda _: RIGHT)
        assert reply.answer is not None
        time.sleep(0.5)
        assert collector.asked == []


def test_the_key_goes_nowhere_but_into_its_header() -> None:
    naps = Naps()
    with serving(lambda _: Said(status=403, raw=b'{"error": {"message": "key geheim-7 is unknown"}}')) as server:
        made, _ = opened(server, naps, llm_key="geheim-7")
        reply = made.about("m").ask(QUESTION)
        assert server.asked[0].headers["authorization"] == "Bearer geheim-7"
        assert "geheim" not in str(server.asked[0].body)
        assert "geheim" not in repr(reply)


@pytest.mark.parametrize(
    ("form", "sent"), [("json_schema", "json_schema"), ("json_object", "json_object"), ("text", None)]
)
def test_the_format_is_asked_for_as_the_service_knows_it(form: str, sent: str | None) -> None:
    naps = Naps()
    with serving(lambda _: Said(content=f"```json\n{RIGHT.content}\n```")) as server:
        made, _ = opened(server, naps, llm_format=form, llm_temperature=-1)
        assert made.about("m").ask(QUESTION).answer is not None
        body = server.asked[0].body
        assert body.get("response_format", {}).get("type") == sent
        assert "temperature" not in body
        assert "tools" not in body
