"""The advice on an assessed message: effect, options, route, rank, note and draft. Two batched ERP reads, no more."""

from triage.advisors import draft, note, options, rank, route
from triage.advisors import effect as effecting
from triage.domain.advice import Advice
from triage.domain.assessment import Assessment, DoubtCode
from triage.domain.document import Reading
from triage.domain.erp import ErpView, Order, RecordRef, Supply
from triage.domain.policy import Policy


def advise(
    assessment: Assessment, reading: Reading, erp: ErpView, policy: Policy, *, mode: str, message_id: str
) -> Advice:
    """The advisory of one message. `key` is the same for every message about the same order."""
    concerned = effecting.affected(assessment.deviations)
    products = {
        item.line.product_id for item in concerned if item.line is not None and item.line.product_id is not None
    }
    supply = erp.supply(products) if products else Supply()
    effects = effecting.effects(assessment, supply)
    found = () if assessment.is_suspicious else options.options(assessment, effects, supply, erp)
    ranked = rank.rank(assessment, effects, policy, erp.now.date(), stop_use=assessment.stop_use)
    routed = route.route(assessment, effects, policy, ranked.priority, erp.now)
    record = _record(assessment)
    title = note.headline(assessment, ranked.priority)
    return Advice(
        key=f"{record.model}:{record.id}" if record else f"message:{message_id}",
        record=record,
        headline=title,
        route=routed,
        rank=ranked,
        effects=effects,
        options=found,
        note_html=note.note_html(
            assessment, effects=effects, options=found, route=routed, rank=ranked, mode=mode, title=title
        ),
        draft_reply=draft.draft_reply(assessment, reading, effects),
        mode=mode,
    )


def _record(assessment: Assessment) -> RecordRef | None:
    """The order with the worst deviation; a guessed order is no record to write on."""
    orders = assessment.confirmation.orders
    if not orders or any(doubt.code is DoubtCode.UNKNOWN_ORDER for doubt in assessment.doubts):
        return None

    def weight(order: Order) -> tuple[int, int]:
        mine = [item for item in assessment.deviations if item.order is order]
        return len(mine), max((item.days or 0 for item in mine), default=0)

    return max(orders, key=weight).ref
