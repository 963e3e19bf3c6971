"""What an answer of a language model may change: it may raise doubt, and fill what nobody could read. It never takes
away a deviation, a doubt, a suspicion or a value that rules and local models found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.classifiers import doubts
from triage.domain.asking import Reply
from triage.domain.assessment import (
    Assessment,
    Confirmation,
    DelayReason,
    Deviation,
    Doubt,
    DoubtCode,
    Judged,
    Kind,
)
from triage.domain.document import Reading
from triage.domain.evidence import Evidence
from triage.domain.statement import Statement


@dataclass(slots=True, kw_only=True)
class Told:
    """The `KindModel` port of a kind that is settled."""

    judged: Judged
    name: str = "settled kind"
    digest: str = "none"

    def judge(self, reading: Reading, statement: Statement) -> Judged:
        """What was settled."""
        return self.judged


def kind_of(reply: Reply, first: Judged) -> tuple[Judged, Doubt | None]:
    """The kind after a model was asked, and the doubt that its answer raises.

    A model may name the kind of a message that a person must read anyway. Where the local one is surer than that, its
    kind stays; where the two disagree, a person is asked.
    """
    if reply.answer is None:
        return first, None
    named = Kind(reply.answer["kind"])
    if named is first.kind:
        return first, None
    place = _evidence(reply, str(reply.answer["place"]))
    if first.confidence < doubts.KIND_BAR:
        judged = replace(first, kind=named, runner_up=first.kind, source=f"model: {reply.asked.model}", evidence=place)
        return judged, None
    doubt = Doubt(
        code=DoubtCode.KIND_UNSURE,
        reason="A language model takes the message for another kind.",
        evidence=place,
    )
    return first, doubt


def _evidence(reply: Reply, label: str) -> tuple[Evidence, ...]:
    found = reply.places.get(label)
    return (Evidence(part=found.part, text=" ".join(found.text.split())[:300], page=found.page),) if found else ()


def held(first: Assessment, second: Assessment, raised: Sequence[Doubt] = ()) -> Assessment:
    """The second look, with everything that the first one found still standing."""
    known = {_place(item) for item in first.deviations}
    more = tuple(item for item in second.deviations if _place(item) not in known)
    return replace(
        second,
        confirmation=_completed(first.confirmation, second.confirmation),
        deviations=(*first.deviations, *more),
        doubts=_all_doubts((*first.doubts, *second.doubts, *raised)),
        respond_by=first.respond_by or second.respond_by,
        delay_reason=_known_reason(first.delay_reason) or second.delay_reason or first.delay_reason,
        stop_use=first.stop_use or second.stop_use,
    )


def _place(item: Deviation) -> tuple[object, ...]:
    return item.type, item.order.id if item.order else None, item.line.id if item.line else None


def _known_reason(reason: DelayReason | None) -> DelayReason | None:
    return None if reason is DelayReason.UNKNOWN else reason


def _all_doubts(doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """Each once; one that asks for a person is never replaced by its milder twin."""
    found: dict[tuple[DoubtCode, str], Doubt] = {}
    for doubt in doubts:
        kept = found.get((doubt.code, doubt.reason))
        if kept is None or (doubt.needs_person and not kept.needs_person):
            found[(doubt.code, doubt.reason)] = doubt
    return tuple(found.values())


def _completed(first: Confirmation, second: Confirmation) -> Confirmation:
    """The lines and orders of the first look as they are, and what only the second one has."""
    spoken = {line.line.id for line in first.lines if line.line is not None}
    more = tuple(line for line in second.lines if line.line is not None and line.line.id not in spoken)
    names = {order.id for order in first.orders}
    return replace(
        first,
        orders=(*first.orders, *(order for order in second.orders if order.id not in names)),
        lines=(*first.lines, *more),
    )
