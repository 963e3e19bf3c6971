"""Fits what sentence embeddings add to the cheap model of kinds, on data that neither has seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.classifiers import artefacts, calibration, embeddings

if TYPE_CHECKING:
    import numpy as np

_STRENGTH = 20.0  # the inverse of regularisation
_SHARES = (0.0, 0.1, 0.2, 0.3)  # of the head's log odds; it only leans on what words and documents say


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Log odds of the cheap model on texts that it did not see."""

    name: str
    logits: "np.ndarray[Any, Any]"  # (texts, classes), calibrated
    truth: list[int]
    ids: list[str]  # of the texts, row by row
    splits: Sequence[frozenset[str]]  # ids left out together


def _fit(rows: "np.ndarray[Any, Any]", labels: Sequence[str], classes: Sequence[str]) -> Any:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, max_iter=500).fit(rows, labels)
    weights, bias = np.zeros((rows.shape[1], len(classes))), np.full(len(classes), -8.0)
    known = [classes.index(str(name)) for name in model.classes_]
    weights[:, known], bias[known] = model.coef_.T, model.intercept_
    return weights, bias


def fit(
    texts: Mapping[str, tuple[str, str]],
    held: Sequence[Held],
    classes: Sequence[str],
    shared: dict[str, Any],
    folder: Path,
) -> dict[str, Any]:
    """Fit, save beside the cheap model, return the card. texts: id → (text, kind)."""
    import numpy as np

    order = list(texts)
    vectors = dict(zip(order, embeddings.encode([texts[name][0] for name in order]), strict=True))
    heads = [_held_out(item, vectors, texts, classes) for item in held]
    truth = [label for item in held for label in item.truth]

    def mixed(share: float) -> "np.ndarray[Any, Any]":
        return np.vstack([item.logits + share * head for item, head in zip(held, heads, strict=True)])

    def softer(share: float) -> float:
        return calibration.temperature(mixed(share), truth)

    share = min(_SHARES, key=lambda item: calibration.loss(mixed(item) / softer(item), truth))
    divisor = softer(share)
    metrics = {
        item.name: {
            "without": calibration.figures(item.logits, item.truth, 1.0).as_card(),
            "where_in_doubt": calibration.figures(
                _cascade(item.logits, head, share, divisor), item.truth, 1.0
            ).as_card(),
            "asked": round(float((calibration.softmax(item.logits, 1.0).max(axis=1) < embeddings.DOUBT).mean()), 4),
        }
        for item, head in zip(held, heads, strict=True)
    }
    rows = np.asarray([vectors[name] for name in order])
    weights, bias = _fit(rows, [texts[name][1] for name in order], classes)
    card = {
        **shared,
        "what": "what a sentence embedding adds to the kind of a message that is in doubt",
        "limits": "all-MiniLM-L6-v2 was made for English; in other languages it adds little.",
        "classes": list(classes),
        "share": share,
        "softer": divisor,
        "metrics": metrics,
    }
    arrays = {"weights": weights.astype(np.float16), "bias": bias.astype(np.float32)}
    artefacts.save(embeddings.NAME, arrays, card, folder)
    return card


def _held_out(
    item: Held,
    vectors: "Mapping[str, np.ndarray[Any, Any]]",
    texts: Mapping[str, tuple[str, str]],
    classes: Sequence[str],
) -> "np.ndarray[Any, Any]":
    import numpy as np

    rows = np.asarray([vectors[name] for name in item.ids])
    found = np.zeros((len(item.ids), len(classes)))
    for left_out in item.splits:
        test = np.asarray([name in left_out for name in item.ids])
        if test.any():
            labels = [texts[name][1] for name, out in zip(item.ids, test, strict=True) if not out]
            weights, bias = _fit(rows[~test], labels, classes)
            found[test] = rows[test] @ weights + bias
    return found


def _cascade(
    logits: "np.ndarray[Any, Any]", head: "np.ndarray[Any, Any]", share: float, divisor: float
) -> "np.ndarray[Any, Any]":
    """As at use: only rows in doubt are changed."""
    import numpy as np

    doubtful = calibration.softmax(logits, 1.0).max(axis=1) < embeddings.DOUBT
    return np.where(doubtful[:, None], (logits + share * head) / divisor, logits)
