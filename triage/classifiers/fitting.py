"""Fits a linear model over hashed n-grams and numbers, and scores it on data it did not see.

The only place of scikit-learn; nothing here is needed at use.
"""

import random
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triage.classifiers import features
from triage.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One example, ready for fitting. Rows of the same `group` never stand on both sides of a split."""

    grams: dict[int, float]
    numbers: list[float]
    label: str
    group: str  # the example's own id; copies share it
    language: str
    weight: float = 1.0
    is_copy: bool = False  # trained on, never measured on
    is_asked: bool = True  # False: rules alone judge it at use


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Weights over buckets, weights over numbers, and the bias."""

    classes: tuple[str, ...]
    weights: "np.ndarray[Any, Any]"  # (buckets, classes)
    extra: "np.ndarray[Any, Any]"  # (numbers, classes)
    bias: "np.ndarray[Any, Any]"

    def logits(self, rows: Sequence[Row]) -> "np.ndarray[Any, Any]":
        """(rows, classes)."""
        import numpy as np

        return np.asarray(matrix(rows) @ np.vstack([self.weights, self.extra]) + self.bias)


def matrix(rows: Sequence[Row]) -> "csr_matrix":
    """Rows as a sparse matrix: buckets first, numbers behind."""
    import numpy as np
    from scipy.sparse import csr_matrix

    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for row in rows:
        for bucket, value in sorted(row.grams.items()):
            columns.append(bucket)
            values.append(value)
        for index, value in enumerate(row.numbers):
            if value:
                columns.append(features.BUCKETS + index)
                values.append(value)
        ends.append(len(columns))
    width = features.BUCKETS + (len(rows[0].numbers) if rows else 0)
    return csr_matrix((np.asarray(values), np.asarray(columns), np.asarray(ends)), shape=(len(rows), width))


def fit(rows: Sequence[Row], classes: Sequence[str], *, strength: float, balanced: bool) -> Fitted:
    """Multinomial logistic regression. strength: the inverse of regularisation.

    Raises InputError where the rows do not differ.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if len({row.label for row in rows}) < 2:
        raise InputError("all texts have the same label", way_out="Add texts of another label.")
    model = LogisticRegression(
        C=strength, max_iter=200, tol=1e-4, class_weight="balanced" if balanced else None, solver="lbfgs"
    )
    model.fit(matrix(rows), [row.label for row in rows], sample_weight=[row.weight for row in rows])
    width = features.BUCKETS + len(rows[0].numbers)
    whole = np.zeros((width, len(classes)))
    bias = np.full(len(classes), -8.0)  # a class without examples is never said
    known = [classes.index(str(name)) for name in model.classes_]
    if len(known) == 2 and model.coef_.shape[0] == 1:
        whole[:, known[1]] = model.coef_[0]
        bias[known] = 0.0, float(model.intercept_[0])
    else:
        whole[:, known] = model.coef_.T
        bias[known] = model.intercept_
    return Fitted(classes=tuple(classes), weights=whole[: features.BUCKETS], extra=whole[features.BUCKETS :], bias=bias)


def folds(rows: Sequence[Row], count: int, seed: int) -> list[frozenset[str]]:
    """Groups of each fold; labels and languages spread evenly."""
    strata: dict[Hashable, list[str]] = defaultdict(list)
    known: set[str] = set()
    for row in rows:
        if not row.is_copy and row.group not in known:
            known.add(row.group)
            strata[(row.label, row.language)].append(row.group)
    generator = random.Random(seed)  # noqa: S311  nothing secret
    found: list[set[str]] = [set() for _ in range(count)]
    turn = 0
    for key in sorted(strata, key=str):
        members = sorted(strata[key])
        generator.shuffle(members)
        for member in members:
            found[turn % count].add(member)
            turn += 1
    return [frozenset(item) for item in found]


def by_language(rows: Sequence[Row]) -> list[frozenset[str]]:
    """One fold a language: how a model does in a language it never saw."""
    languages = sorted({row.language for row in rows})
    return [frozenset(row.group for row in rows if row.language == language) for language in languages]


def held_out(
    rows: Sequence[Row], splits: Sequence[frozenset[str]], classes: Sequence[str], *, strength: float, balanced: bool
) -> "tuple[np.ndarray[Any, Any], list[int], list[Row]]":
    """(logits, right classes, rows) of every row, each scored by a model that did not see its group."""
    import numpy as np

    scores = []
    truth: list[int] = []
    tested: list[Row] = []
    for left_out in splits:
        test = [row for row in rows if row.group in left_out and not row.is_copy]
        model = fit([row for row in rows if row.group not in left_out], classes, strength=strength, balanced=balanced)
        if test:
            scores.append(model.logits(test))
            truth.extend(classes.index(row.label) for row in test)
            tested.extend(test)
    return np.vstack(scores), truth, tested
