"""Predicts whether an order line will come late, and by how many days, from what was known when it was ordered.

Three plain models see the line's history from different sides (trees in sequence, random trees, a linear model that
also knows names); the mean of their probabilities is the answer. Fitted in memory from the receipts at hand: nothing is
stored, so nothing can be stale or tampered with. Never looks at anything that happened after the order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from triage.classifiers import lateness_history as history
from triage.domain.erp import ReceiptFact
from triage.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_NEWEST = 100_000  # lines fitted on at most; older ones still count in the histories
_FEWEST = 20  # lines below which nothing is learned
_SEEN = 10  # lines that a name must have before the linear model knows it
_NAMES = ("supplier", "origin_country", "category", "ship_mode", "product")
_CHANCES = (0.5, 0.8, 0.95)
_ALIKE = 20.0  # late receipts of others that weigh as much as a supplier's own


class _Model(Protocol):
    def predict_proba(self, rows: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What is to be expected of one order line."""

    probability: float  # of coming after the promised day, 0 to 1
    days: tuple[tuple[float, int], ...]  # (chance, days): with that chance it comes at most so many days late


def outcome_known(facts: Sequence[ReceiptFact], day: date) -> list[ReceiptFact]:
    """Those of which it was known before `day` whether they are late; what came on `day` or later is forgotten."""
    known = []
    for fact in facts:
        if fact.received_on is not None and fact.received_on < day:
            known.append(fact)
        elif fact.promised_on < day:
            known.append(replace(fact, received_on=None))
    return known


class LatenessModel:
    """A model fitted on receipts; `predict` answers for lines ordered later."""

    def __init__(self, facts: Sequence[ReceiptFact], *, seed: int = 7) -> None:
        """facts: lines whose outcome is known, see `outcome_known`.

        Raises InputError where there are too few, or where all of them, or none, came late.
        """
        late = sum(map(history.is_late, facts))
        if len(facts) < _FEWEST or not 0 < late < len(facts):
            raise InputError(
                f"{len(facts)} receipts, {late} of them late, teach nothing",
                way_out=f"At least {_FEWEST} receipts are needed, some late and some in time.",
            )
        self.lines = len(facts)
        self.share_late = late / len(facts)
        self.lead = history.usual_lead(facts)
        chosen = sorted(facts, key=lambda fact: fact.promised_on)[-_NEWEST:]
        self._names = Names(chosen)
        self._late_days = _late_days(facts)
        self._fit(chosen, facts, seed)

    def _fit(self, chosen: Sequence[ReceiptFact], facts: Sequence[ReceiptFact], seed: int) -> None:
        import numpy as np
        from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        _, rows = history.features(chosen, facts, lead=self.lead)
        truth = np.asarray([history.is_late(fact) for fact in chosen])
        self._scale = StandardScaler().fit(rows)
        # Cautious on purpose: shallow, slow, many lines a leaf. Histories are short and drift.
        self._trees: tuple[_Model, ...] = (
            HistGradientBoostingClassifier(
                max_iter=100,
                learning_rate=0.05,
                max_leaf_nodes=6,
                min_samples_leaf=30,
                l2_regularization=10,
                random_state=seed,
            ).fit(rows, truth),
            ExtraTreesClassifier(n_estimators=300, min_samples_leaf=5, random_state=seed).fit(rows, truth),
        )
        self._linear: _Model = LogisticRegression(C=0.02, max_iter=3000).fit(self._wide(chosen, rows), truth)
        self._plain: _Model = plain_model(chosen, self._names)

    def predict(self, facts: Sequence[ReceiptFact], past: Sequence[ReceiptFact]) -> tuple[Risk, ...]:
        """A risk for each of `facts`. past: receipts as far as they are known; each line sees only those before it."""
        if not facts:
            return ()
        _, rows = history.features(facts, past, lead=self.lead)
        votes = [model.predict_proba(rows)[:, 1] for model in self._trees]
        votes.append(self._linear.predict_proba(self._wide(facts, rows))[:, 1])
        votes.append(self._plain.predict_proba(self._names.matrix(facts))[:, 1])
        return tuple(
            Risk(probability=float(chance), days=self._days(fact, float(chance)))
            for fact, chance in zip(facts, sum(votes) / len(votes), strict=True)
        )

    def _wide(self, facts: Sequence[ReceiptFact], rows: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        import numpy as np

        return np.hstack([np.clip(self._scale.transform(rows), -4, 4), self._names.matrix(facts, with_numbers=False)])

    def _days(self, fact: ReceiptFact, chance: float) -> tuple[tuple[float, int], ...]:
        """Days late by chance: in time with 1 - chance, else as its supplier's late lines, pulled to everybody's."""
        own = self._late_days.get(fact.supplier, [])
        everybody = self._late_days[""]
        weights = [(day, 1.0) for day in own] + [(day, _ALIKE / len(everybody)) for day in everybody]
        weights.sort()
        total = sum(weight for _, weight in weights)
        found = []
        for asked in _CHANCES:
            needed = (asked - (1 - chance)) / chance * total if chance > 0 else 0.0
            reached, day = 0.0, 0
            if needed > 0:
                for late, weight in weights:
                    reached, day = reached + weight, late
                    if reached >= needed:
                        break
            found.append((asked, day))
        return tuple(found)


class Names:
    """Suppliers, countries, categories, modes and products seen often enough, as columns beside the line's numbers."""

    def __init__(self, facts: Sequence[ReceiptFact]) -> None:
        import numpy as np
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        self._encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=_SEEN, sparse_output=False)
        self._encoder.fit(self._texts(facts))
        self._scale = StandardScaler().fit(np.asarray([history.own(fact) for fact in facts]))

    def matrix(self, facts: Sequence[ReceiptFact], *, with_numbers: bool = True) -> "np.ndarray[Any, Any]":
        """One row a line."""
        import numpy as np

        known = np.asarray(self._encoder.transform(self._texts(facts)))
        if not with_numbers:
            return known
        return np.hstack([known, self._scale.transform(np.asarray([history.own(fact) for fact in facts]))])

    @staticmethod
    def _texts(facts: Sequence[ReceiptFact]) -> "np.ndarray[Any, Any]":
        import numpy as np

        return np.asarray([[getattr(fact, name) for name in _NAMES] for fact in facts], dtype=object)


def plain_model(facts: Sequence[ReceiptFact], names: Names) -> _Model:
    """Logistic regression on the line's own names and numbers, without history: also the baseline to beat."""
    from sklearn.linear_model import LogisticRegression

    model: _Model = LogisticRegression(C=0.1, max_iter=3000).fit(
        names.matrix(facts), [history.is_late(fact) for fact in facts]
    )
    return model


def _late_days(facts: Collection[ReceiptFact]) -> dict[str, list[int]]:
    """Days late of late lines that came, by supplier; all of them under "". At least one: a single day."""
    found: dict[str, list[int]] = {"": []}
    for fact in facts:
        days = fact.days_late
        if days is not None and days > 0:
            found[""].append(days)
            if fact.supplier:
                found.setdefault(fact.supplier, []).append(days)
    if not found[""]:
        found[""].append(1)
    return found
