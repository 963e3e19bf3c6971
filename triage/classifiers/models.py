"""The models of a mode: rules alone, or rules with learned models. The only place that chooses between them."""

from dataclasses import dataclass

from triage.domain.ports import KindModel, ReasonModel, SuspicionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """One model a question."""

    kind: KindModel
    reason: ReasonModel
    suspicion: SuspicionModel


def load(mode: str) -> Models:
    """Models for "rules" or "local". Raises ArtefactError where the learned ones are not in order."""
    if mode == "rules":
        from triage.classifiers import kind_rules, reason_rules, suspicion_rules

        return Models(
            kind=kind_rules.RuleKind(), reason=reason_rules.RuleReason(), suspicion=suspicion_rules.RuleSuspicion()
        )
    from triage.classifiers import learned

    return Models(kind=learned.load_kind(), reason=learned.load_reason(), suspicion=learned.load_suspicion())
