"""The learned models at use: plain linear algebra over hashed features. Loads weights, trains nothing."""

import math
from collections.abc import Collection
from pathlib import Path

from triage.classifiers import (
    artefacts,
    embeddings,
    features,
    kind_checks,
    kind_rules,
    reason_rules,
    suspicion_rules,
)
from triage.classifiers.artefacts import Artefact
from triage.domain.assessment import DelayReason, Judged, Kind
from triage.domain.document import Reading
from triage.domain.statement import Statement
from triage.errors import ArtefactError

#: Log odds of one point of `kind_rules.structure_points`: a printed title (4.5 points) makes its kind 90 times
#: likelier.
STRUCTURE_SCALE = 1.0


class LinearModel:
    """softmax((x·W + r·V + b) / temperature)."""

    def __init__(self, artefact: Artefact) -> None:
        import numpy as np

        self.artefact = artefact
        if artefact.card.get("features") != features.VERSION:
            raise ArtefactError(
                "the model was trained on features of another version",
                subject=artefact.name,
                way_out="Run `triage train`.",
            )
        self.classes = tuple(str(item) for item in artefact.card["classes"])
        self._weights = artefact.arrays["weights"].astype(np.float32)  # (buckets, classes)
        self._extra = artefact.arrays["extra"].astype(np.float32)  # (numbers, classes)
        self._bias = artefact.arrays["bias"].astype(np.float32)
        self._temperature = float(artefact.card["temperature"])

    def logits(self, grams: dict[int, float], numbers: list[float]) -> dict[str, float]:
        """Class → calibrated log odds, up to a constant."""
        import numpy as np

        total = self._bias.copy()
        if grams:
            buckets = np.fromiter(grams.keys(), dtype=np.int64, count=len(grams))
            values = np.fromiter(grams.values(), dtype=np.float32, count=len(grams))
            total += values @ self._weights[buckets]
        if numbers:
            total += np.asarray(numbers, dtype=np.float32) @ self._extra
        return dict(zip(self.classes, (total / self._temperature).tolist(), strict=True))


def chances(logits: dict[str, float]) -> dict[str, float]:
    """Log odds to probabilities."""
    highest = max(logits.values())
    odds = {name: math.exp(value - highest) for name, value in logits.items()}
    whole = sum(odds.values())
    return {name: value / whole for name, value in odds.items()}


class LearnedKind:
    """The `KindModel` port: exact rules first; else what words say, learned, and what documents and lines say."""

    def __init__(self, model: LinearModel, sentences: embeddings.Head | None = None) -> None:
        self._model = model
        self._rules_share = float(model.artefact.card["rules_share"])  # log odds of one point of the rules
        self._sentences = sentences
        self.name = "kind with embeddings" if sentences else "kind"
        self.digest = f"{model.artefact.digest}+{sentences.digest}" if sentences else model.artefact.digest

    def judge(self, reading: Reading, statement: Statement) -> Judged:
        """The likeliest kind, with calibrated confidence."""
        sure = kind_rules.exact(reading, statement) or kind_rules.structured_kind(reading, statement)
        if sure is not None:
            return sure
        words = kind_rules.words_of(reading)
        logits = self._model.logits(*features.kind_features(reading, words))
        for kind, points in kind_rules.spoken_points(statement, words).items():
            logits[kind.value] += self._rules_share * points
        for kind, points in kind_rules.structure_points(reading, statement, words).items():
            logits[kind.value] += STRUCTURE_SCALE * points
        found, source = chances(logits), "kind"
        if self._sentences is not None and max(found.values()) < embeddings.DOUBT:
            found, source = chances(self._sentences.added(logits, reading)), "kind and embedding"
        ranked = sorted(found, key=lambda name: found[name], reverse=True)
        judged = Judged(
            kind=Kind(ranked[0]),
            confidence=round(found[ranked[0]], 4),
            source=f"model: {source} {self.digest[:12]}",
            evidence=kind_rules.evidence_of(reading),
            runner_up=Kind(ranked[1]),
        )
        return kind_checks.checked(judged, reading, statement)


class LearnedReason:
    """The `ReasonModel` port: signal words near the delay, weighed by what was learned."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self.name = "delay reason"
        self.digest = model.artefact.digest

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]:
        """The reason and how sure; UNKNOWN where none is stated."""
        found = chances(self._model.logits(*features.reason_features(reason_rules.heard(texts))))
        best = max(found, key=lambda name: found[name])
        return DelayReason(best), round(found[best], 4)


class LearnedSuspicion:
    """The `SuspicionModel` port: the rule's word counts, the learned model adds what rules do not know."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._bar = float(model.artefact.card["bar"])  # learned likelihood from which on a text is an attack
        self._doubt = float(model.artefact.card["doubt_bar"])  # from which on a person should look
        self.name = "suspicion"
        self.digest = model.artefact.digest

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]:
        """One likelihood a sentence, on the scale of the rules: `suspicion_rules.BAR` and more is an attack."""
        return tuple(self._of(sentence) for sentence in sentences)

    def _of(self, sentence: str) -> float:
        found = suspicion_rules.signals(sentence)
        rule = suspicion_rules.score_of(sentence, found)
        if rule >= suspicion_rules.BAR or not features.may_address(sentence, found):
            return rule
        learned = chances(self._model.logits(*features.suspicion_features(sentence, found)))["attack"]
        return max(rule, self._scaled(learned))

    def _scaled(self, learned: float) -> float:
        """The bars found in training become those of the rules; between them it is a straight line."""
        low, high = suspicion_rules.DOUBT, suspicion_rules.BAR
        if learned < self._doubt:
            return low * learned / self._doubt
        if learned < self._bar:
            return low + (high - low) * (learned - self._doubt) / (self._bar - self._doubt)
        return high + (0.99 - high) * (learned - self._bar) / (1 - self._bar)


def load_kind(folder: Path = artefacts.FOLDER) -> LearnedKind:
    """Raises ArtefactError."""
    model = LinearModel(artefacts.load("kind", folder))
    return LearnedKind(model, embeddings.load(model.artefact.digest, folder))


def load_reason(folder: Path = artefacts.FOLDER) -> LearnedReason:
    """Raises ArtefactError."""
    return LearnedReason(LinearModel(artefacts.load("reason", folder)))


def load_suspicion(folder: Path = artefacts.FOLDER) -> LearnedSuspicion:
    """Raises ArtefactError."""
    return LearnedSuspicion(LinearModel(artefacts.load("suspicion", folder)))
