"""Measures the lateness model on receipts: learns from what was known before a day, predicts what was promised after.

The baselines are measured on the same lines in the same run. No line's own outcome, nor any later one, reaches it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from triage.classifiers import lateness, lateness_history
from triage.domain.erp import ReceiptFact
from triage.errors import InputError

_PULL = 5.0  # lines that a supplier's own rate is pulled to the overall rate with, in the baseline
_BINS = 10
_QUANTILES = (0.5, 0.8, 0.95)
_DRIFT_BINS = 10


def evaluate(facts: Sequence[ReceiptFact], cut: date, *, seed: int = 7) -> dict[str, Any]:
    """Figures of the model and the baselines, calibration, days and drift, ready for JSON.

    Trained on lines whose outcome was known before `cut` (came, or were overdue, by then); tested on lines promised on
    `cut` or later that have come or are overdue at the end of the data. A test line's history holds what was known when
    it was ordered, receipts after the cut included; the models' weights never change after it. Raises InputError where
    there is nothing to train on or nothing to test.
    """
    train = lateness.outcome_known([fact for fact in facts if fact.promised_on < cut], cut)
    end = max((day for fact in facts for day in (fact.received_on, fact.promised_on) if day is not None), default=cut)
    test = [
        fact for fact in facts if fact.promised_on >= cut and (fact.received_on is not None or fact.promised_on < end)
    ]
    if not test:
        raise InputError(f"no line was promised on {cut} or later", way_out="Choose an earlier --cut.")
    truth = [lateness_history.is_late(fact) for fact in test]
    model = lateness.LatenessModel(train, seed=seed)
    risks = model.predict(test, [*train, *_not_in(facts, cut)])
    answers = {"model": [risk.probability for risk in risks], **_baselines(train, test)}
    return {
        "cut": cut.isoformat(),
        "train_lines": len(train),
        "train_late": _rounded(model.share_late),
        "test_lines": len(test),
        "test_late": _rounded(sum(truth) / len(truth)),
        "unseen_suppliers": _unseen(train, test, answers["model"], truth),
        **{name: figures(chances, truth) for name, chances in answers.items()},
        "beats": _beats({name: figures(chances, truth) for name, chances in answers.items()}),
        "calibration": calibration(answers["model"], truth),
        "days": _days(risks, test),
        "drift": drift(train, test),
    }


def figures(chances: Sequence[float], truth: Sequence[bool]) -> dict[str, float | None]:
    """AUC, average precision, Brier score, log loss and calibration error; None where only one outcome occurs."""
    import numpy as np
    from sklearn import metrics

    said = np.clip(np.asarray(chances, dtype=float), 1e-6, 1 - 1e-6)
    happened = np.asarray(truth, dtype=bool)
    both = bool(happened.any() and not happened.all())
    table = calibration(chances, truth)
    error = sum(row["lines"] * abs(row["predicted"] - row["happened"]) for row in table) / len(happened)
    return {
        "auc": _rounded(metrics.roc_auc_score(happened, said)) if both else None,
        "average_precision": _rounded(metrics.average_precision_score(happened, said)) if both else None,
        "brier": _rounded(float(((said - happened) ** 2).mean())),
        "log_loss": _rounded(metrics.log_loss(happened, said, labels=[False, True])),
        "calibration_error": _rounded(error),
    }


def calibration(chances: Sequence[float], truth: Sequence[bool]) -> list[dict[str, Any]]:
    """Ten groups of equal size by predicted probability: what was predicted and what happened."""
    import numpy as np

    order = np.argsort(np.asarray(chances), kind="stable")
    table = []
    for group in np.array_split(order, min(_BINS, len(order))):
        said = [chances[index] for index in group]
        happened = [truth[index] for index in group]
        table.append(
            {
                "from": _rounded(min(said)),
                "to": _rounded(max(said)),
                "lines": len(group),
                "predicted": _rounded(sum(said) / len(said)),
                "happened": _rounded(sum(happened) / len(happened)),
            }
        )
    return table


def drift(before: Sequence[ReceiptFact], after: Sequence[ReceiptFact]) -> dict[str, Any]:
    """How far the lines after the cut differ from those before it.

    Population stability index by field (Siddiqi 2006: below 0.1 stable, above 0.25 changed), and the late share.
    """
    names = ("supplier", "category", "origin_country", "ship_mode")
    index = {name: _rounded(_stability(before, after, name)) for name in names}
    index["quantity"] = _rounded(_stability_of_numbers(before, after))
    changed = [name for name, value in index.items() if value > 0.25]
    return {"stability_index": index, "changed": changed}


def _baselines(train: Sequence[ReceiptFact], test: Sequence[ReceiptFact]) -> Mapping[str, list[float]]:
    overall = sum(map(lateness_history.is_late, train)) / len(train)
    rates: dict[str, list[float]] = {}
    for fact in train:
        found = rates.setdefault(fact.supplier, [0.0, 0.0])
        found[0] += lateness_history.is_late(fact)
        found[1] += 1
    supplier = []
    for fact in test:
        late, count = rates.get(fact.supplier, (0.0, 0.0))
        supplier.append((late + _PULL * overall) / (count + _PULL))
    names = lateness.Names(train)
    plain = lateness.plain_model(train, names)
    return {
        "constant": [overall] * len(test),
        "supplier_rate": supplier,
        "logistic_regression": [float(value) for value in plain.predict_proba(names.matrix(test))[:, 1]],
    }


def _not_in(facts: Sequence[ReceiptFact], cut: date) -> list[ReceiptFact]:
    """Lines promised after the cut: they teach no weights, only the histories of lines ordered later still."""
    return [fact for fact in facts if fact.promised_on >= cut]


def _beats(found: Mapping[str, Mapping[str, float | None]]) -> dict[str, dict[str, bool]]:
    ours = found["model"]
    result = {}
    for name in ("constant", "supplier_rate", "logistic_regression"):
        theirs = found[name]
        precision, other = ours["average_precision"], theirs["average_precision"]
        brier, its_brier = ours["brier"], theirs["brier"]
        assert brier is not None
        assert its_brier is not None
        result[name] = {
            "average_precision": precision is not None and other is not None and precision > other,
            "brier": brier < its_brier,
        }
    return result


def _unseen(
    train: Sequence[ReceiptFact], test: Sequence[ReceiptFact], chances: Sequence[float], truth: Sequence[bool]
) -> dict[str, Any]:
    known = {fact.supplier for fact in train}
    places = [place for place, fact in enumerate(test) if fact.supplier not in known]
    if not places:
        return {"lines": 0}
    return {"lines": len(places), **figures([chances[item] for item in places], [truth[item] for item in places])}


def _days(risks: Sequence[lateness.Risk], test: Sequence[ReceiptFact]) -> list[dict[str, Any]]:
    """For each chance asked: how often lines that came did so within the days predicted."""
    came = [(risk, fact.days_late) for risk, fact in zip(risks, test, strict=True) if fact.days_late is not None]
    table = []
    for place, chance in enumerate(_QUANTILES):
        held = [days <= risk.days[place][1] for risk, days in came]
        table.append({"chance": chance, "held": _rounded(sum(held) / len(held)) if held else None, "lines": len(held)})
    return table


def _stability(before: Sequence[ReceiptFact], after: Sequence[ReceiptFact], name: str) -> float:
    counts: dict[str, list[int]] = {}
    for side, facts in enumerate((before, after)):
        for fact in facts:
            counts.setdefault(getattr(fact, name), [0, 0])[side] += 1
    return _index([(a, b) for a, b in counts.values()], len(before), len(after))


def _stability_of_numbers(before: Sequence[ReceiptFact], after: Sequence[ReceiptFact]) -> float:
    import numpy as np

    old = np.asarray([float(fact.quantity) for fact in before if fact.quantity is not None])
    new = np.asarray([float(fact.quantity) for fact in after if fact.quantity is not None])
    if not len(old) or not len(new):
        return 0.0
    edges = np.unique(np.quantile(old, np.linspace(0, 1, _DRIFT_BINS + 1)[1:-1]))
    a, b = (np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) for values in (old, new))
    return _index(list(zip(a.tolist(), b.tolist(), strict=True)), len(old), len(new))


def _index(counts: Sequence[tuple[int, int]], before: int, after: int) -> float:
    import math

    total = 0.0
    for old, new in counts:
        # Half a line more on each side: a name that is new has no infinite weight.
        share, other = (old + 0.5) / (before + 0.5 * len(counts)), (new + 0.5) / (after + 0.5 * len(counts))
        total += (other - share) * math.log(other / share)
    return total


def _rounded(value: float) -> float:
    return round(float(value), 4)
