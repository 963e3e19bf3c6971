"""The learned models at use: plain linear algebra over hashed features. Loads weights, trains nothing."""

from collections.abc import Collection

from triage.classifiers import artefacts, features, kind_rules, reason_rules, suspicion_rules
from triage.classifiers.artefacts import Artefact
from triage.domain.assessment import DelayReason, Judged, Kind
from triage.domain.document import Reading
from triage.domain.statement import Statement


class LinearModel:
    """softmax((x·W + r·V + b) / temperature)."""

    def __init__(self, artefact: Artefact) -> None:
        import numpy as np

        self.artefact = artefact
        self.classes = tuple(str(item) for item in artefact.card["classes"])
        self._weights = artefact.arrays["weights"].astype(np.float32)  # (buckets, classes)
        self._extra = artefact.arrays["extra"].astype(np.float32)  # (extra features, classes)
        self._bias = artefact.arrays["bias"].astype(np.float32)
        self._temperature = float(artefact.card["temperature"])

    def probabilities(self, grams: dict[int, float], extra: list[float]) -> dict[str, float]:
        """Class → calibrated probability."""
        import numpy as np

        total = self._bias.copy()
        if grams:
            buckets = np.fromiter(grams.keys(), dtype=np.int64, count=len(grams))
            values = np.fromiter(grams.values(), dtype=np.float32, count=len(grams))
            total += values @ self._weights[buckets]
        if extra:
            total += np.asarray(extra, dtype=np.float32) @ self._extra
        total = total / self._temperature
        odds = np.exp(total - total.max())
        return dict(zip(self.classes, (odds / odds.sum()).tolist(), strict=True))


class LearnedKind:
    """The `KindModel` port: exact rules first, then the learned model over words and rule points."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self.name = "kind"
        self.digest = model.artefact.digest

    def judge(self, reading: Reading, statement: Statement) -> Judged:
        """The likeliest kind, with calibrated confidence."""
        sure = kind_rules.exact(reading) or kind_rules.structured_kind(reading, statement)
        if sure is not None:
            return sure
        grams, points = features.kind_features(reading, statement)
        found = self._model.probabilities(grams, points)
        ranked = sorted(found, key=lambda name: found[name], reverse=True)
        return Judged(
            kind=Kind(ranked[0]),
            confidence=round(found[ranked[0]], 4),
            source=f"model: kind {self.digest[:12]}",
            evidence=kind_rules.evidence_of(reading),
            runner_up=Kind(ranked[1]),
        )


class LearnedReason:
    """The `ReasonModel` port: signal words decide where they agree, the learned model where they are silent."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._rules = reason_rules.RuleReason()
        self.name = "delay reason"
        self.digest = model.artefact.digest

    def reason(self, texts: Collection[str]) -> tuple[DelayReason, float]:
        """The reason and how sure."""
        stated, certainty = self._rules.reason(texts)
        found = self._model.probabilities(features.hashed([("r", "\n".join(texts)[:1500].casefold())]), [])
        best = max(found, key=lambda name: found[name])
        if stated is DelayReason.UNKNOWN:
            if found[best] >= 0.6:
                return DelayReason(best), round(found[best], 4)
            return DelayReason.UNKNOWN, certainty
        if certainty < 0.6 and found[best] > 0.7:
            return DelayReason(best), round(found[best], 4)
        return stated, certainty


class LearnedSuspicion:
    """The `SuspicionModel` port: the rule's word counts, the learned model adds what rules do not know."""

    def __init__(self, model: LinearModel, bar: float) -> None:
        self._model = model
        self._bar = bar
        self.name = "suspicion"
        self.digest = model.artefact.digest

    def suspicion(self, sentences: Collection[str]) -> tuple[float, ...]:
        """One likelihood a sentence. The learned part counts from the bar that keeps ordinary sentences out."""
        scores = []
        for sentence in sentences:
            score = suspicion_rules.rule_score(sentence)
            if score < 0.6 and len(sentence) >= 25:
                grams = features.hashed([("x", features._fold(sentence[:600]))])
                learned = self._model.probabilities(grams, [score])["attack"]
                # Scaled so that the bar found in training becomes the general one of 0.6.
                score = max(score, 0.6 * learned / self._bar if learned < self._bar else learned)
            scores.append(min(score, 0.99))
        return tuple(scores)


def load_kind() -> LearnedKind:
    """Raises ArtefactError."""
    return LearnedKind(LinearModel(artefacts.load("kind")))


def load_reason() -> LearnedReason:
    """Raises ArtefactError."""
    return LearnedReason(LinearModel(artefacts.load("reason")))


def load_suspicion() -> LearnedSuspicion:
    """Raises ArtefactError."""
    model = LinearModel(artefacts.load("suspicion"))
    return LearnedSuspicion(model, float(model.artefact.card["bar"]))
