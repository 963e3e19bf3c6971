"""Runs the production path over eval sets and scores it. A failing case is one line; the others go on."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage import pipeline
from triage.domain.erp import ErpView
from triage.domain.lessons import Lesson
from triage.domain.message import Message, message_of
from triage.domain.outcome import Failed, Outcome
from triage.domain.ports import Earlier, Toolkit
from triage.errors import Error
from triage.evaluation import predictions, scoring
from triage.evaluation.sets import Case, EvalSet


class CaseMemory:
    """The messages of one case that came before: nothing crosses from case to case."""

    def __init__(self) -> None:
        self._known: list[Earlier] = []

    def keep(self, message: Message, outcome: Outcome) -> None:
        """Remember what was understood."""
        if isinstance(outcome, Failed):
            return
        self._known.append(
            Earlier(
                message_id=message.id,
                fingerprint=pipeline.fingerprint(outcome.reading),
                understood=outcome,
                received_at=message.received_at,
            )
        )

    def lessons(self, *, supplier_ids: Iterable[int]) -> tuple[Lesson, ...]:
        """Nothing: nobody accepts anything within a case."""
        return ()

    def earlier(self, *, order_ids: Iterable[int], fingerprint: str, before: Message) -> tuple[Earlier, ...]:
        """The `Memory` port."""
        wanted = set(order_ids)
        return tuple(
            item
            for item in self._known
            if item.fingerprint == fingerprint
            or wanted & {order.id for order in item.understood.assessment.confirmation.orders}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A case with what came out."""

    case: Case
    predicted: dict[str, Any]
    score: scoring.Score


#: Gives a toolkit around the memory of one case.
ToolkitOf = Callable[[CaseMemory], Toolkit]
#: Gives the ERP for a snapshot file.
ErpOf = Callable[[Path], ErpView]


def run_case(case: Case, toolkit_of: ToolkitOf, erp_of: ErpOf) -> dict[str, Any]:
    """The prediction of one case. Errors of ours become its error line."""
    memory = CaseMemory()
    started = time.perf_counter()
    try:
        erp = erp_of(case.erp)
        tools = toolkit_of(memory)
        for path in case.earlier:
            before = message_of(path.read_bytes(), door="evaluation", received_at=erp.now, name=path.name)
            memory.keep(before, pipeline.triage_message(before, erp, tools))
        message = message_of(case.message.read_bytes(), door="evaluation", received_at=erp.now, name=case.message.name)
        started = time.perf_counter()
        outcome = pipeline.triage_message(message, erp, tools)
        return predictions.prediction(case.id, outcome, time.perf_counter() - started)
    except (Error, OSError) as error:
        return predictions.failed(case.id, time.perf_counter() - started, str(error))
    # A bug in one case must not cost the evaluation of the others: it is shown as that case's error.
    except Exception as error:
        return predictions.failed(case.id, time.perf_counter() - started, f"{type(error).__name__}: {error}")


def run_set(
    chosen: EvalSet, toolkit_of: ToolkitOf, erp_of: ErpOf, progress: Callable[[], None] = lambda: None
) -> list[Ran]:
    """All cases of a set, in the order of their names."""
    ran = []
    for case in chosen.cases:
        predicted = run_case(case, toolkit_of, erp_of)
        ran.append(Ran(case=case, predicted=predicted, score=scoring.score_case(case.id, case.expected, predicted)))
        progress()
    return ran
