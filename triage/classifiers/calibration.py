"""Makes probabilities mean what they say, and measures it. Works on scores of data that the model did not see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well a model does on data it did not see."""

    cases: int
    accuracy: float
    macro_f1: float  # over the classes that occur
    ece: float  # expected calibration error, ten equal bins

    def as_card(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "expected_calibration_error": round(self.ece, 4),
        }


def softmax(logits: "np.ndarray[Any, Any]", temperature: float) -> "np.ndarray[Any, Any]":
    """Rows to probabilities."""
    import numpy as np

    scaled = logits / temperature
    odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def temperature(logits: "np.ndarray[Any, Any]", truth: Sequence[int]) -> float:
    """The temperature with the least log loss, two decimals (search on a fixed grid, so the same everywhere)."""
    grid = [round(0.2 + 0.02 * step, 2) for step in range(140)]
    return min(grid, key=lambda value: loss(logits / value, truth))


def loss(logits: "np.ndarray[Any, Any]", truth: Sequence[int]) -> float:
    """Mean log loss at temperature 1."""
    import numpy as np

    return float(-np.log(softmax(logits, 1.0)[np.arange(len(truth)), list(truth)] + 1e-12).mean())


def figures(logits: "np.ndarray[Any, Any]", truth: Sequence[int], value: float) -> Figures:
    """Accuracy, macro F1 and calibration error at a temperature."""
    import numpy as np

    chances = softmax(logits, value)
    right_class = np.asarray(truth)
    said = chances.argmax(axis=1)
    sure = chances.max(axis=1)
    right = said == right_class
    scores = []
    for index in sorted(set(truth)):
        both = int(((said == index) & (right_class == index)).sum())
        scores.append(2 * both / (int((said == index).sum()) + int((right_class == index).sum())))
    error = 0.0
    for low in range(_BINS):
        inside = (sure > low / _BINS) & (sure <= (low + 1) / _BINS)
        if inside.any():
            error += float(inside.mean()) * abs(float(sure[inside].mean()) - float(right[inside].mean()))
    return Figures(cases=len(truth), accuracy=float(right.mean()), macro_f1=sum(scores) / len(scores), ece=error)
