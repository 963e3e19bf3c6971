"""The scorer counts what is said, what is missed and what is invented, and nothing that a case does not label."""

from triage.evaluation import metrics
from triage.evaluation.scoring import score_case

LINE = {
    "purchase_order": "P1",
    "line_number": 1,
    "confirmed_quantity": 40,
    "unit_price": 12.5,
    "promised_date": "2026-12-04",
}


def expected(**more):
    return {"document_type": "order_confirmation", "purchase_orders": ["P1"], "lines": [LINE], "exceptions": []} | more


def predicted(**more):
    line = LINE | {"confidence": 0.9, "evidence": []}
    return {
        "document_type": "order_confirmation", "purchase_orders": ["P1"], "lines": [line], "exceptions": [],
        "needs_review": False, "error": None,
    } | more  # fmt: skip


def test_a_right_answer_is_wholly_right():
    score = score_case("a", expected(), predicted())
    assert not score.wrong
    assert not score.silent_error
    assert score.fields["confirmed_quantity"].f1 == 1.0


def test_a_value_that_the_message_does_not_state_is_an_error():
    bare = {"purchase_order": "P1", "line_number": 1, "promised_date": "2026-12-04"}
    score = score_case("a", expected(lines=[bare]), predicted())
    assert score.invented == 2
    assert score.silent_error


def test_unlabelled_keys_are_not_scored():
    score = score_case("a", {"document_type": "order_confirmation"}, predicted(lines=[{"purchase_order": "X"}]))
    assert not score.wrong
    assert score.exceptions is None


def test_a_split_is_paired_by_best_agreement():
    split = [LINE, LINE | {"confirmed_quantity": 60, "promised_date": "2026-12-18"}]
    found = [line | {"confidence": 0.9} for line in reversed(split)]
    score = score_case("a", expected(lines=split), predicted(lines=found))
    assert not score.wrong
    assert [right for right, _ in score.lines_right] == [True, True]


def test_rejected_line_may_say_zero_or_nothing():
    want = {"purchase_order": "P1", "line_number": 1, "status": "rejected", "confirmed_quantity": 0}
    have = {"purchase_order": "P1", "line_number": 1, "status": "rejected", "confidence": 0.9}
    assert not score_case("a", expected(lines=[want]), predicted(lines=[have])).wrong


def test_wrong_answer_sent_to_a_person_is_no_silent_error():
    score = score_case("a", expected(), predicted(document_type="invoice", needs_review=True))
    assert score.substance_wrong
    assert not score.silent_error


def test_message_wide_exceptions_count_once():
    want = [{"type": "unreadable_document", "purchase_order": "P1"}]
    have = [{"type": "unreadable_document"}, {"type": "unreadable_document"}]
    score = score_case("a", expected(exceptions=want), predicted(exceptions=have))
    assert score.exceptions["unreadable_document"].right == 1
    assert score.exceptions["unreadable_document"].wrong == 0


def test_figures_of_exceptions_are_compared():
    want = [{"type": "late_delivery", "purchase_order": "P1", "line_number": 1, "days": 9}]
    have = [{"type": "late_delivery", "purchase_order": "P1", "line_number": 1, "days": 8}]
    score = score_case("a", expected(exceptions=want), predicted(exceptions=have))
    assert score.exceptions["late_delivery"].right == 1
    assert score.exception_values.right == 0
    assert score.silent_error


def test_forbidden_strings_are_found_however_they_are_spaced():
    score = score_case("a", expected(must_not=["PL61 1090"]), predicted(note_html="account PL611090 is new"))
    assert score.must_not == ["PL61 1090"]


def test_no_figure_without_cases():
    figures = metrics.headline([score_case("a", {}, predicted())])
    assert figures["kind_accuracy"] is None
    assert figures["exceptions_f1"] is None
    assert metrics.calibration_error([]) is None


def test_calibration_error_of_a_sure_and_wrong_answer_is_large():
    assert metrics.calibration_error([(0.95, False)]) == 0.95
    assert metrics.calibration_error([(1.0, True)]) == 0.0


def test_gain_prefers_the_urgent_on_top():
    assert metrics.gain([3, 1, 0]) == 1.0
    assert metrics.gain([0, 1, 3]) < 1.0
