"""What an answer of a language model may change: it may raise doubt, and fill what nobody could read. It never takes
away a deviation, a doubt, a suspicion or a value that rules and local models found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.classifiers import asking, doubts
from triage.domain.asking import Pointed, Reply
from triage.domain.assessment import (
    Assessment,
    Confirmation,
    ConfirmedLine,
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

#: What a second look may add to a line.
_GAINED = ("line", "quantity", "price", "promised")


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


def with_reason(assessment: Assessment, reply: Reply) -> Assessment:
    """With the reason of the delay that a model names; it is asked only where the local one is a guess."""
    if reply.answer is None:
        return assessment
    return replace(assessment, delay_reason=DelayReason(reply.answer["reason"]))


def pointed_at(reply: Reply) -> tuple[Pointed, ...]:
    """What a model points at for our order lines."""
    found = []
    for item in reply.answer["lines"] if reply.answer is not None else ():
        line_id = asking.line_of(str(item["line"]))
        if line_id is None or item["place"] not in reply.places or item["date_place"] not in reply.places:
            continue
        values = {name: str(item[name]).strip() for name in ("quantity", "unit", "price", "date", "rejected")}
        place, date_place = reply.places[item["place"]], reply.places[item["date_place"]]
        found.append(Pointed(line_id=line_id, place=place, date_place=date_place, **values))
    return tuple(found)


def choice_of(reply: Reply, row: ConfirmedLine) -> int | None:
    """The id of our line that a model chose for a row; None where it chose none, or looked at another row."""
    if reply.answer is None:
        return None
    place = reply.places.get(str(reply.answer["place"]))
    words = "".join(row.statement.evidence.text.split())
    if place is None or "".join(place.text.split())[:80] != words[:80]:
        return None
    return asking.line_of(str(reply.answer["line"]))


READ_BY_MODEL = "A language model helped to read this: please compare it with the message."


def helped(first: Confirmation, second: Confirmation) -> tuple[Doubt, ...]:
    """That a person must look wherever a model's reading stands in a line."""
    known = set(first.lines)
    places = tuple(line.statement.evidence for line in second.lines if line not in known)
    return (Doubt(code=DoubtCode.LOW_CONFIDENCE, reason=READ_BY_MODEL, evidence=places[:10]),) if places else ()


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
        stop_use=first.stop_use or second.stop_use,
    )


def _place(item: Deviation) -> tuple[object, ...]:
    return item.type, item.order.id if item.order else None, item.line.id if item.line else None


def _all_doubts(doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """Each once; one that asks for a person is never replaced by its milder twin."""
    found: dict[tuple[DoubtCode, str], Doubt] = {}
    for doubt in doubts:
        kept = found.get((doubt.code, doubt.reason))
        if kept is None or (doubt.needs_person and not kept.needs_person):
            found[(doubt.code, doubt.reason)] = doubt
    return tuple(found.values())


def _completed(first: Confirmation, second: Confirmation) -> Confirmation:
    """Orders and lines of the first look as they are, with what only the second one has.

    A line gains values that it lacked and loses none; a row that had no line of ours may gain one.
    """
    rest = list(second.lines)
    lines = []
    for line in first.lines:
        twin = next((other for other in rest if _same_statement(line, other)), None)
        if twin is not None:
            rest.remove(twin)
        lines.append(line if twin is None else _richer(line, twin))
    spoken = {line.line.id for line in lines if line.line is not None}
    more = [line for line in rest if line.line is not None and line.line.id not in spoken]
    names = {order.id for order in first.orders}
    return replace(
        first,
        orders=(*first.orders, *(order for order in second.orders if order.id not in names)),
        lines=(*lines, *more),
    )


def _same_statement(one: ConfirmedLine, other: ConfirmedLine) -> bool:
    if one.statement.evidence != other.statement.evidence:
        return False
    if one.line is None:
        return one.statement.codes == other.statement.codes and one.quantity == other.quantity
    return other.line is not None and one.line.id == other.line.id


def _richer(line: ConfirmedLine, other: ConfirmedLine) -> ConfirmedLine:
    """The first one unless the other holds all its values and more."""
    for name in ("quantity", "price", "promised"):
        mine = getattr(line, name)
        if mine is not None and mine != getattr(other, name):
            return line
    gains = any(getattr(line, name) is None and getattr(other, name) is not None for name in _GAINED)
    if not gains:
        return line
    return replace(
        other,
        supplier_product_code=line.supplier_product_code or other.supplier_product_code,
        status=line.status if line.line is not None and line.status is not None else other.status,
    )
