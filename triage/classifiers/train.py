"""Trains the learned models from hand-written texts and writes them with their cards. Seconds to a minute, same bytes
for the same texts, seed and library versions.

Every figure on a card comes from data that the scoring model did not see. Evaluation sets are never read here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.classifiers import (
    artefacts,
    calibration,
    features,
    fitting,
    kind_rules,
    reason_rules,
    suspicion_rules,
    training_texts,
)
from triage.classifiers.fitting import Fitted, Row
from triage.classifiers.training_texts import Example
from triage.domain.assessment import DelayReason, Kind
from triage.domain.ports import Reader
from triage.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_KIND_STRENGTH = 3.0
_REASON_STRENGTH = 2.0
_SUSPICION_STRENGTH = 50.0
_FOLDS = 5
_COPY_WEIGHT = 0.5  # of a text whose subject tells nothing
_SENTENCE_WEIGHT = 0.3  # of a sentence from an ordinary message, against a hand-written opposite of an attack
#: Share of ordinary messages, and of hand-written opposites of attacks, that may be called suspicious; the same for a
#: mere doubt. The promise to users is one in 200 messages; half of it is left for what training texts do not show.
_SUSPICIOUS_SHARE, _SUSPICIOUS_OPPOSITES = 0.0025, 0.01
_DOUBTED_SHARE, _DOUBTED_OPPOSITES = 0.01, 0.04
_SENTENCES = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")
_SMALLEST = 0.004  # weights below are stored as nought: they change no answer and cost space


def train(
    training_dir: Path, out_dir: Path = artefacts.FOLDER, *, reader: Reader, seed: int = 7, measure: bool = True
) -> dict[str, Any]:
    """Train all models from `training_dir` and write them to `out_dir`. Returns the cards by name.

    reader: the production reader, so that training sees what use sees. measure: False skips cross-validation and
    keeps temperature 1 and the lowest bar; only for trying out. Raises InputError where a text can't be used.
    """
    examples = training_texts.kind_examples(training_dir)
    if not examples:
        raise InputError("no training texts", subject=str(training_dir), way_out="Put *.jsonl files into texts/.")
    shared = {
        "data_sha256": training_texts.digest(training_dir),
        "seed": seed,
        "features": features.VERSION,
        "versions": _versions(),
    }
    cards = {
        "kind": _kind(examples, reader, seed, measure),
        "reason": _reason(examples, seed, measure),
        "suspicion": _suspicion(training_dir, examples, seed, measure),
    }
    for name, (model, card) in cards.items():
        artefacts.save(name, _arrays(model), {**shared, **card, "classes": list(model.classes)}, out_dir)
    return {name: {**shared, **card} for name, (_, card) in cards.items()}


def _versions() -> dict[str, str]:
    import numpy
    import sklearn

    return {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__}


def _arrays(model: Fitted) -> "dict[str, np.ndarray[Any, Any]]":
    import numpy as np

    weights = np.where(np.abs(model.weights) < _SMALLEST, 0.0, model.weights)
    return {
        "weights": weights.astype(np.float16),
        "extra": model.extra.astype(np.float32),
        "bias": model.bias.astype(np.float32),
    }


def _counts(items: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def _kind(examples: Sequence[Example], reader: Reader, seed: int, measure: bool) -> tuple[Fitted, dict[str, Any]]:
    rows: list[Row] = []
    for example in examples:
        reading = training_texts.reading_of(example, reader)
        for is_copy, seen in ((False, reading), (True, training_texts.without_subject(reading))):
            grams, numbers = features.kind_features(seen, kind_rules.words_of(seen))
            rows.append(
                Row(
                    grams=grams,
                    numbers=numbers,
                    label=example.kind.value,
                    group=example.id,
                    language=example.language,
                    weight=_COPY_WEIGHT if is_copy else 1.0,
                    is_copy=is_copy,
                )
            )
    classes = [kind.value for kind in Kind]
    card = {
        "what": "kind of a message from subject, newest statement and file names",
        "limits": "Trained on hand-written texts without documents; what documents say is added by fixed points.",
        "numbers": list(features.kind_names()),
        "texts_by_kind": _counts(item.kind.value for item in examples),
        "texts_by_language": _counts(item.language for item in examples),
        **_measured(rows, classes, _KIND_STRENGTH, seed, measure, balanced=False),
    }
    return fitting.fit(rows, classes, strength=_KIND_STRENGTH, balanced=False), card


def _reason(examples: Sequence[Example], seed: int, measure: bool) -> tuple[Fitted, dict[str, Any]]:
    """Texts about delays with their reason; sentences without a reason come from those that name none."""
    rows = []
    for example in examples:
        if example.delay_reason is None:
            continue
        grams, numbers = features.reason_features(reason_rules.heard([example.body]))
        rows.append(
            Row(
                grams=grams,
                numbers=numbers,
                label=example.delay_reason.value,
                group=example.id,
                language=example.language,
            )
        )
    classes = [reason.value for reason in DelayReason]
    card = {
        "what": "reason of a delay from the sentences that tell of it",
        "limits": "Few texts a reason and language: signal words carry most of it.",
        "numbers": list(features.reason_names()),
        "texts_by_reason": _counts(row.label for row in rows),
        **_measured(rows, classes, _REASON_STRENGTH, seed, measure, balanced=True),
    }
    return fitting.fit(rows, classes, strength=_REASON_STRENGTH, balanced=True), card


def _measured(
    rows: Sequence[Row], classes: Sequence[str], strength: float, seed: int, measure: bool, *, balanced: bool
) -> dict[str, Any]:
    """Temperature and figures by cross-validation, in languages seen and in languages left out."""
    if not measure:
        return {"temperature": 1.0, "metrics": {}}
    seen, truth, _ = fitting.held_out(
        rows, fitting.folds(rows, _FOLDS, seed), classes, strength=strength, balanced=balanced
    )
    unseen, truth_unseen, tested = fitting.held_out(
        rows, fitting.by_language(rows), classes, strength=strength, balanced=balanced
    )
    # One temperature for both: messages at use are neither like the texts nor wholly unlike them.
    value = calibration.temperature(_stacked(seen, unseen), [*truth, *truth_unseen])
    by_language = {}
    for language in sorted({row.language for row in tested}):
        index = [at for at, row in enumerate(tested) if row.language == language]
        right = sum(int(unseen[at].argmax()) == truth_unseen[at] for at in index)
        by_language[language] = round(right / len(index), 4)
    return {
        "temperature": value,
        "metrics": {
            "cross_validation": calibration.figures(seen, truth, value).as_card(),
            "language_left_out": calibration.figures(unseen, truth_unseen, value).as_card(),
            "accuracy_of_language_left_out": by_language,
        },
    }


def _stacked(one: "np.ndarray[Any, Any]", other: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    import numpy as np

    return np.vstack([one, other])


def _suspicion(folder: Path, examples: Sequence[Example], seed: int, measure: bool) -> tuple[Fitted, dict[str, Any]]:
    """Attacks against their hand-written opposites and every sentence of the ordinary messages."""
    rows = list(_utterance_rows(folder, examples))
    classes = list(training_texts.LABELS)
    model = fitting.fit(rows, classes, strength=_SUSPICION_STRENGTH, balanced=False)
    card: dict[str, Any] = {
        "what": "does a sentence address the reading program",
        "limits": "The rules' word counts first; this adds what rules do not know.",
        "numbers": list(features.suspicion_names()),
        "texts": _counts(row.label for row in rows),
        "temperature": 1.0,
        "bar": 0.9,
        "doubt_bar": 0.5,
        "metrics": {},
    }
    if measure:
        logits, _, tested = fitting.held_out(
            rows, fitting.folds(rows, _FOLDS, seed), classes, strength=_SUSPICION_STRENGTH, balanced=False
        )
        card.update(_bars([float(item) for item in calibration.softmax(logits, 1.0)[:, 0]], tested))
    return model, card


def _bars(chances: Sequence[float], tested: Sequence[Row]) -> dict[str, Any]:
    """The lowest bars that keep ordinary messages out, and what they find, on sentences held out."""
    attacks = [at for at, row in enumerate(tested) if row.label == training_texts.LABELS[0]]
    ordinary = [at for at, row in enumerate(tested) if row.label != training_texts.LABELS[0]]
    messages = {tested[at].group for at in ordinary if tested[at].weight < 1}
    opposites = {tested[at].group for at in ordinary} - messages

    def over(bar: float) -> tuple[float, float]:
        wrong = {tested[at].group for at in ordinary if chances[at] >= bar}
        return len(wrong & messages) / max(len(messages), 1), len(wrong & opposites) / max(len(opposites), 1)

    def lowest(start: float, share: float, opposite_share: float) -> float:
        grid = [round(start + 0.01 * step, 2) for step in range(round((0.98 - start) * 100))]
        fitting_bars = (bar for bar in grid if over(bar)[0] <= share and over(bar)[1] <= opposite_share)
        return next(fitting_bars, 0.98)

    bar = lowest(0.4, _SUSPICIOUS_SHARE, _SUSPICIOUS_OPPOSITES)
    doubt = min(lowest(0.15, _DOUBTED_SHARE, _DOUBTED_OPPOSITES), bar - 0.05)
    said = [features.rule_score_of(row.numbers) >= suspicion_rules.BAR for row in tested]
    return {
        "bar": bar,
        "doubt_bar": doubt,
        "metrics": {
            "attacks": len(attacks),
            "found_by_rules": round(sum(said[at] for at in attacks) / len(attacks), 4),
            "found_by_either": round(sum(said[at] or chances[at] >= bar for at in attacks) / len(attacks), 4),
            "found_or_doubted": round(sum(said[at] or chances[at] >= doubt for at in attacks) / len(attacks), 4),
            "ordinary_messages": len(messages),
            "called_suspicious": len(
                {tested[at].group for at in ordinary if said[at] or chances[at] >= bar} & messages
            ),
            "doubted": len({tested[at].group for at in ordinary if chances[at] >= doubt} & messages),
            "opposites": len(opposites),
            "opposites_called_suspicious": round(over(bar)[1] * len(opposites)),
        },
    }


def _utterance_rows(folder: Path, examples: Sequence[Example]) -> Iterable[Row]:
    seen: set[str] = set()
    for number, item in enumerate(training_texts.utterances(folder)):
        grams, numbers = features.suspicion_features(item.text)
        seen.add(item.text)
        label = training_texts.LABELS[0] if item.attack else training_texts.LABELS[1]
        yield Row(grams=grams, numbers=numbers, label=label, group=f"utterance {number}", language="")
    for example in examples:
        for sentence in _SENTENCES.split(f"{example.subject}\n{example.body}"):
            clean = " ".join(sentence.split())
            if len(clean) < features.SHORTEST_ADDRESS or clean in seen:
                continue
            seen.add(clean)
            grams, numbers = features.suspicion_features(clean)
            row = Row(
                grams=grams,
                numbers=numbers,
                label=training_texts.LABELS[1],
                group=example.id,
                language=example.language,
            )
            yield replace(row, weight=_SENTENCE_WEIGHT)
