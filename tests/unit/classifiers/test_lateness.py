"""The lateness model: what it may know, what it answers, how it is measured."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from triage.classifiers import lateness, lateness_history
from triage.domain.erp import ReceiptFact
from triage.errors import InputError
from triage.evaluation import receipts, risk

START = date(2024, 1, 1)


def history(lines: int = 400, seed: int = 3) -> list[ReceiptFact]:
    """Two suppliers in time, one mostly late, and lateness that grows with the quantity."""
    chance = random.Random(seed)
    found = []
    for number in range(lines):
        supplier = ("Ambra", "Birk", "Cedro")[number % 3]
        quantity = chance.choice((1, 10, 100))
        promised = START + timedelta(days=number * 2 + 20)
        late = chance.random() < (0.7 if supplier == "Cedro" else 0.05) * (1.2 if quantity == 100 else 0.8)
        days = chance.randint(1, 20) if late else -chance.randint(0, 3)
        found.append(
            ReceiptFact(
                line=str(number),
                supplier=supplier,
                promised_on=promised,
                received_on=promised + timedelta(days=days),
                ordered_on=promised - timedelta(days=20),
                quantity=Decimal(quantity),
            )
        )
    return found


def test_a_line_knows_nothing_that_happened_on_or_after_the_day_of_its_order() -> None:
    facts = history()
    asked = facts[200]
    assert asked.ordered_on is not None
    _, before = lateness_history.features([asked], facts, lead=20)
    changed = [
        replace(fact, received_on=fact.promised_on + timedelta(days=90))
        if lateness_history.known_from(fact) >= asked.ordered_on
        else fact
        for fact in facts
    ]
    assert changed != facts
    _, after = lateness_history.features([asked], changed, lead=20)
    assert before.tolist() == after.tolist()


def test_what_was_known_before_the_order_counts() -> None:
    facts = history()
    _, before = lateness_history.features([facts[300]], facts, lead=20)
    _, after = lateness_history.features([facts[300]], facts[100:], lead=20)
    assert before.tolist() != after.tolist()


def test_an_overdue_line_is_known_as_late_before_it_comes() -> None:
    fact = ReceiptFact(line="1", supplier="A", promised_on=date(2026, 3, 1), received_on=date(2026, 4, 1))
    assert lateness.outcome_known([fact], date(2026, 3, 1)) == []
    known = lateness.outcome_known([fact], date(2026, 3, 10))
    assert [item.received_on for item in known] == [None]
    assert lateness_history.is_late(known[0])
    assert lateness_history.known_from(known[0]) == date(2026, 3, 2)


def test_a_supplier_that_comes_late_is_said_to_and_for_longer() -> None:
    facts = history()
    model = lateness.LatenessModel(facts[:300])
    day = facts[299].promised_on + timedelta(days=60)
    asked = [
        ReceiptFact(line=name, supplier=name, promised_on=day, received_on=None, ordered_on=day - timedelta(days=20))
        for name in ("Ambra", "Cedro", "never seen")
    ]
    good, bad, unknown = model.predict(asked, facts[:300])
    assert good.probability < 0.2 < unknown.probability < bad.probability
    assert bad.probability > 0.45
    assert [days for _, days in bad.days] == sorted(days for _, days in bad.days)
    assert dict(good.days)[0.5] == 0 < dict(bad.days)[0.95]


def test_the_same_receipts_give_the_same_figures() -> None:
    facts = history()
    cut = facts[250].promised_on
    assert risk.evaluate(facts, cut) == risk.evaluate(facts, cut)


def test_the_evaluation_beats_what_knows_less_and_trains_on_nothing_later() -> None:
    facts = history(900)
    cut = facts[600].promised_on
    results = risk.evaluate(facts, cut)
    assert results["test_lines"] == 300
    assert results["train_lines"] <= 600
    assert all(all(item.values()) for name, item in results["beats"].items() if name == "constant")
    assert sum(row["lines"] for row in results["calibration"]) == 300
    # The weights depend on nothing after the cut: the plain baseline, which has no history, answers the same.
    later = [replace(fact, received_on=fact.promised_on) if fact.promised_on >= cut else fact for fact in facts]
    before = [f for f in facts if f.promised_on < cut]
    known = lateness.outcome_known(before, cut)
    assert lateness.outcome_known([f for f in later if f.promised_on < cut], cut) == known


@pytest.mark.parametrize("facts", [[], history()[:10], [replace(f, received_on=f.promised_on) for f in history(50)]])
def test_too_little_to_learn_from_is_said(facts: list[ReceiptFact]) -> None:
    with pytest.raises(InputError, match="teach nothing"):
        lateness.LatenessModel(facts)


def test_a_file_without_some_columns_and_with_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text(
        "Promised_on,received_on,supplier\n2026-01-05,2026-01-09,A\n2026-13-01,,B\n,2026-01-01,C\n2026-02-01,,D\n"
    )
    found = receipts.load(path)
    assert [(fact.supplier, fact.days_late) for fact in found.facts] == [("A", 4), ("D", None)]
    assert found.left_out == 2
    assert found.reasons[0] == "line 3: promised_on '2026-13-01' is no date like 2026-01-31"
    assert "quantity" in found.missing_columns


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"supplier\nA\n", "no column promised_on"), (b"\xff\xfe\x00", "UTF-8"), (b"", "no column promised_on")],
)
def test_a_file_that_is_no_such_file_is_named_with_its_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "receipts.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        receipts.load(path)
    assert str(path) in str(caught.value)
