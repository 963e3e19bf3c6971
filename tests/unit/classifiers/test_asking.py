"""Whether a language model is asked hangs on calibrated confidence alone; some messages it never sees."""

from dataclasses import replace
from datetime import date

import pytest
from understood_examples import late, order

from triage.classifiers import asking
from triage.domain.asking import Task
from triage.domain.assessment import (
    Assessment,
    DelayReason,
    Deviation,
    DeviationType,
    Doubt,
    DoubtCode,
    Judged,
    Kind,
)


def assessment(kind: Kind = Kind.ORDER_CONFIRMATION, confidence: float = 0.95, **more: object) -> Assessment:
    sure = replace(late("m", order()).assessment, doubts=(), delay_reason=None)
    return replace(sure, kind=Judged(kind=kind, confidence=confidence, source="test"), **more)  # type: ignore[arg-type]


def doubt(code: DoubtCode) -> tuple[Doubt, ...]:
    return (Doubt(code=code, reason="as it happens"),)


def test_what_is_sure_asks_nobody() -> None:
    assert asking.wanted(assessment()) == ()


def test_an_unclear_kind_is_asked_about() -> None:
    assert asking.wanted(assessment(confidence=asking.KIND_BAR - 0.01)) == (Task.KIND,)
    assert asking.wanted(assessment(confidence=asking.KIND_BAR)) == ()


@pytest.mark.parametrize("code", sorted(asking._ABOUT_LINES))
def test_doubtful_lines_are_read_again(code: DoubtCode) -> None:
    assert asking.wanted(assessment(doubts=doubt(code))) == (Task.STATEMENT,)


def test_a_line_below_the_bar_is_read_again() -> None:
    sure = assessment()
    line = replace(sure.confirmation.lines[0], confidence=asking.LINE_BAR - 0.01)
    unsure = replace(sure, confirmation=replace(sure.confirmation, lines=(line,)))
    assert asking.wanted(unsure) == (Task.STATEMENT,)
    assert asking.wanted(replace(unsure, kind=Judged(kind=Kind.QUOTATION, confidence=0.9, source="test"))) == ()


def test_a_row_on_no_order_is_chosen_for() -> None:
    sure = assessment(doubts=doubt(DoubtCode.UNMATCHED_LINE))
    row = replace(sure.confirmation.lines[0], order=None, line=None)
    asked = replace(sure, confirmation=replace(sure.confirmation, lines=(row,)))
    assert asking.wanted(asked) == (Task.STATEMENT, Task.CHOICE)


def test_a_reason_is_asked_only_beside_something_else() -> None:
    guess = {"delay_reason": DelayReason.TRANSPORT, "delay_confidence": 0.1}
    assert asking.wanted(assessment(**guess)) == ()  # type: ignore[arg-type]
    assert asking.wanted(assessment(confidence=0.4, **guess)) == (Task.KIND, Task.REASON)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Kind.BANK_DETAILS_CHANGE, Kind.AUTO_REPLY])
def test_some_kinds_are_never_shown(kind: Kind) -> None:
    assert asking.wanted(assessment(kind, 0.3, doubts=doubt(DoubtCode.LOW_CONFIDENCE))) == ()


@pytest.mark.parametrize("kind", [DeviationType.SUSPICIOUS_CONTENT, DeviationType.BANK_DETAILS_CHANGE])
def test_suspicious_messages_are_never_shown(kind: DeviationType) -> None:
    found = (Deviation(type=kind, reason="as it happens", confidence=0.9),)
    assert asking.wanted(assessment(confidence=0.3, deviations=found)) == ()
    assert asking.wanted(assessment(confidence=0.3, doubts=doubt(DoubtCode.SUSPICIOUS))) == ()


def test_candidates_tell_neither_quantity_nor_price_nor_day() -> None:
    ours = replace(order().lines[0], due=date(2031, 7, 9), description="Bolt\nM1")
    told = asking.candidates([ours])[0]
    assert told.text == "BOLT-1 / MS1 / Bolt M1"
    assert asking.line_of(told.label) == ours.id
    for label in ("none", "L", "Lx", "X7", "", "L-1", "L1.5"):
        assert asking.line_of(label) is None
