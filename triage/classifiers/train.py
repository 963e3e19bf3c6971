"""Trains the learned models from hand-written texts and writes them with their cards. Seconds to a minute, same bytes
for the same texts, seed and library versions.

Every figure on a card comes from data that the scoring model did not see. Evaluation sets are never read here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.classifiers import (
    artefacts,
    calibration,
    embedding_head,
    embeddings,
    features,
    fitting,
    kind_rules,
    reason_rules,
    suspicion,
    suspicion_rules,
    training_texts,
)
from triage.classifiers.fitting import Fitted, Row
from triage.classifiers.training_texts import Example, Told
from triage.domain.assessment import DelayReason, Kind
from triage.domain.document import Reading
from triage.domain.ports import Reader
from triage.domain.statement import Statement
from triage.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_KIND_STRENGTH = 1.0
_REASON_STRENGTH = 2.0
_SUSPICION_STRENGTH = 50.0
_FOLDS = 5
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4)  # of a point of the rules, in log odds before the temperature
_COPY_WEIGHT = 0.5  # of a text whose subject tells nothing
_SENTENCE_WEIGHT = 0.3  # of a sentence from an ordinary message, against a hand-written opposite of an attack
#: Share of ordinary messages, and of hand-written opposites of attacks, that may be called suspicious; the same for a
#: mere doubt. The promise to users is one in 200 messages; half of it is left for what training texts do not show.
_SUSPICIOUS_SHARE, _SUSPICIOUS_OPPOSITES = 0.0025, 0.01
_DOUBTED_SHARE, _DOUBTED_OPPOSITES = 0.01, 0.04
_SMALLEST = 0.004  # weights below are stored as nought: they change no answer and cost space


def train(
    training_dir: Path,
    out_dir: Path = artefacts.FOLDER,
    *,
    reader: Reader,
    seed: int = 7,
    measure: bool = True,
    with_embeddings: bool | None = None,
) -> dict[str, Any]:
    """Train all models from `training_dir` and write them to `out_dir`. Returns the cards by name.

    reader: the production reader, so that training sees what use sees. measure: False skips cross-validation and
    keeps temperature 1 and the lowest bar; only for trying out. with_embeddings: None fits a head for the sentence
    model where the extra is installed; without it an old head is removed, since it belongs to another model. Raises
    InputError where a text can't be used.
    """
    examples = training_texts.kind_examples(training_dir)
    if not examples:
        raise InputError("no training texts", subject=str(training_dir), way_out="Put *.jsonl files into texts/.")
    readings = [(example, training_texts.reading_of(example, reader)) for example in examples]
    shared = {
        "data_sha256": training_texts.digest(training_dir),
        "seed": seed,
        "features": features.VERSION,
        "versions": _versions(),
    }
    kind, kind_card, held = _kind(readings, seed, measure)
    cards = {
        "kind": (kind, kind_card),
        "reason": _reason(training_texts.reason_examples(training_dir, examples), seed, measure),
        "suspicion": _suspicion(training_dir, readings, seed, measure),
    }
    for name, (model, card) in cards.items():
        artefacts.save(name, _arrays(model), {**shared, **card, "classes": list(model.classes)}, out_dir)
    told = {name: {**shared, **card} for name, (_, card) in cards.items()}
    wanted = embeddings.installed() if with_embeddings is None else with_embeddings
    if wanted and held:
        texts = {example.id: (embeddings.text_of(reading), example.kind.value) for example, reading in readings}
        beside = artefacts.load("kind", out_dir).digest
        told[embeddings.NAME] = embedding_head.fit(texts, held, kind.classes, {**shared, "beside": beside}, out_dir)
    else:
        for path in out_dir.glob(f"{embeddings.NAME}.*"):
            path.unlink()
    return told


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


def _kind(
    readings: Sequence[tuple[Example, Reading]], seed: int, measure: bool
) -> tuple[Fitted, dict[str, Any], list[embedding_head.Held]]:
    rows: list[Row] = []
    points: dict[str, list[float]] = {}
    for example, reading in readings:
        for is_copy, seen in ((False, reading), (True, training_texts.without_subject(reading))):
            words = kind_rules.words_of(seen)
            grams, numbers = features.kind_features(seen, words)
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
            if not is_copy:
                points[example.id] = list(kind_rules.spoken_points(Statement(), words).values())
    classes = [kind.value for kind in Kind]
    measured, held = _measured(rows, points, classes, seed, measure)
    card = {
        "what": "kind of a message from subject, newest statement and file names",
        "limits": "Trained on hand-written texts without documents; what documents say is added by fixed points.",
        "numbers": list(features.kind_names()),
        "texts_by_kind": _counts(item.kind.value for item, _ in readings),
        "texts_by_language": _counts(item.language for item, _ in readings),
        **measured,
    }
    return fitting.fit(rows, classes, strength=_KIND_STRENGTH, balanced=False), card, held


def _measured(
    rows: Sequence[Row], points: dict[str, list[float]], classes: Sequence[str], seed: int, measure: bool
) -> tuple[dict[str, Any], list[embedding_head.Held]]:
    """Temperature, share of the rules and figures, in languages seen and in languages left out."""
    import numpy as np

    if not measure:
        return {"temperature": 1.0, "rules_share": 0.3, "metrics": {}}, []
    splits = {
        "cross_validation": fitting.folds(rows, _FOLDS, seed),
        "language_left_out": fitting.by_language(rows),
    }
    tried = {
        name: fitting.held_out(rows, split, classes, strength=_KIND_STRENGTH, balanced=False)
        for name, split in splits.items()
    }
    ruled = {name: np.asarray([points[row.group] for row in tested]) for name, (_, _, tested) in tried.items()}
    # One temperature for both: messages at use are neither like the texts nor wholly unlike them.
    truth = [label for _, labels, _ in tried.values() for label in labels]

    def mixed(share: float) -> "np.ndarray[Any, Any]":
        return np.vstack([logits + share * ruled[name] for name, (logits, _, _) in tried.items()])

    share = min(
        _SHARES, key=lambda item: calibration.loss(mixed(item) / calibration.temperature(mixed(item), truth), truth)
    )
    value = calibration.temperature(mixed(share), truth)
    metrics: dict[str, Any] = {
        name: calibration.figures(logits + share * ruled[name], labels, value).as_card()
        for name, (logits, labels, _) in tried.items()
    }
    logits, labels, tested = tried["language_left_out"]
    said = (logits + share * ruled["language_left_out"]).argmax(axis=1)
    metrics["accuracy_of_language_left_out"] = {
        language: round(
            float(np.mean([said[at] == labels[at] for at, row in enumerate(tested) if row.language == language])), 4
        )
        for language in sorted({row.language for row in tested})
    }
    held = [
        embedding_head.Held(
            name=name,
            logits=(logits + share * ruled[name]) / value,
            truth=labels,
            ids=[row.group for row in tested],
            splits=splits[name],
        )
        for name, (logits, labels, tested) in tried.items()
    ]
    return {"temperature": value, "rules_share": round(share / value, 4), "metrics": metrics}, held


def _reason(examples: Sequence[Told], seed: int, measure: bool) -> tuple[Fitted, dict[str, Any]]:
    """Signal words and n-grams of the telling sentences. How much of each, cross-validation says."""
    rows = []
    for example in examples:
        grams, numbers = features.reason_features(reason_rules.heard([example.text]))
        rows.append(
            Row(
                grams=grams,
                numbers=numbers,
                label=example.reason.value,
                group=example.id,
                language=example.language,
            )
        )
    if not rows:
        raise InputError("no text names the reason of a delay", way_out="Write delay_reason into texts about delays.")
    classes = [reason.value for reason in DelayReason]
    bare = [replace(row, numbers=[]) for row in rows]
    model = fitting.fit(bare, classes, strength=_REASON_STRENGTH, balanced=False)
    mix = _Mix(words=3.0, silence=2.0, grams=0.5)
    metrics: dict[str, Any] = {}
    if measure:
        splits = fitting.folds(bare, _FOLDS, seed)
        logits, truth, tested = fitting.held_out(bare, splits, classes, strength=_REASON_STRENGTH, balanced=False)
        numbers_of = {row.group: row.numbers for row in rows}
        known = [numbers_of[row.group] for row in tested]
        mix = min(_MIXES, key=lambda item: calibration.loss(item.of(logits, known, classes), truth))
        metrics = {"cross_validation": calibration.figures(mix.of(logits, known, classes), truth, 1.0).as_card()}
    card = {
        "what": "reason of a delay from the sentences that tell of it",
        "limits": "Some dozen texts a language: signal words carry much of it.",
        "numbers": list(features.reason_names()),
        "texts_by_reason": _counts(row.label for row in rows),
        "mix": {"words": mix.words, "silence": mix.silence, "grams": mix.grams},
        "temperature": 1.0,
        "metrics": metrics,
    }
    mixed = replace(model, weights=model.weights * mix.grams, bias=model.bias * mix.grams, extra=mix.table(classes))
    return mixed, card


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    """How signal words, their silence and n-grams are weighed against each other."""

    words: float  # log odds of a reason for each point of its signal words
    silence: float  # log odds of UNKNOWN where no signal word stands
    grams: float  # share of the n-grams' log odds

    def table(self, classes: Sequence[str]) -> "np.ndarray[Any, Any]":
        """(numbers, classes)."""
        import numpy as np

        names = features.reason_names()
        found = np.zeros((len(names), len(classes)))
        for at, name in enumerate(names[:-1]):
            found[at, classes.index(name)] = self.words
        found[len(names) - 1, classes.index(DelayReason.UNKNOWN.value)] = self.silence
        return found

    def of(
        self, logits: "np.ndarray[Any, Any]", numbers: Sequence[Sequence[float]], classes: Sequence[str]
    ) -> "np.ndarray[Any, Any]":
        """Log odds of n-grams and numbers together."""
        import numpy as np

        return np.asarray(logits * self.grams + np.asarray(numbers) @ self.table(classes))


_MIXES = [
    _Mix(words=words, silence=silence, grams=grams)
    for words in (2.0, 3.0, 4.0, 6.0)
    for silence in (1.0, 2.0, 3.0, 5.0)
    for grams in (0.0, 0.25, 0.5, 1.0)
]


def _suspicion(
    folder: Path, readings: Sequence[tuple[Example, Reading]], seed: int, measure: bool
) -> tuple[Fitted, dict[str, Any]]:
    """Attacks against their hand-written opposites and every sentence of the ordinary messages."""
    rows = list(_utterance_rows(folder, readings))
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
        attack = calibration.softmax(logits, 1.0)[:, 0]
        card.update(_bars([float(attack[at]) if row.is_asked else 0.0 for at, row in enumerate(tested)], tested))
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

    bar = lowest(0.3, _SUSPICIOUS_SHARE, _SUSPICIOUS_OPPOSITES)
    doubt = min(lowest(0.1, _DOUBTED_SHARE, _DOUBTED_OPPOSITES), bar - 0.05)
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


def _utterance_rows(folder: Path, readings: Sequence[tuple[Example, Reading]]) -> Iterable[Row]:
    """Utterances as they stand, and what use would look at in every ordinary message."""
    seen: set[str] = set()
    for number, item in enumerate(training_texts.utterances(folder)):
        seen.add(item.text)
        label = training_texts.LABELS[0] if item.attack else training_texts.LABELS[1]
        yield _sentence_row(item.text, label, f"utterance {number}", "", 1.0)
    for example, reading in readings:
        for text, _ in suspicion.texts_of(reading):
            if text not in seen and len(text) <= features.LONGEST_ADDRESS:
                seen.add(text)
                yield _sentence_row(text, training_texts.LABELS[1], example.id, example.language, _SENTENCE_WEIGHT)


def _sentence_row(text: str, label: str, group: str, language: str, weight: float) -> Row:
    found = suspicion_rules.signals(text)
    grams, numbers = features.suspicion_features(text, found)
    asked = features.may_address(text, found)
    return Row(grams=grams, numbers=numbers, label=label, group=group, language=language, weight=weight, is_asked=asked)
