"""Lets you advise on an assessed message: effect, options, route, rank, note and draft.

Asks the ERP at most twice for a message: one batch of supply, one of offers. Never writes anywhere.
"""

from zoneinfo import ZoneInfo

from triage.advisors import draft, note, options, rank, route
from triage.advisors import effect as effecting
from triage.advisors.wording import wording
from triage.advisors.workdays import WorkCalendar, country_code
from triage.domain.advice import Advice
from triage.domain.assessment import Assessment, DeviationType, DoubtCode
from triage.domain.document import Reading
from triage.domain.erp import ErpView, Order, RecordRef, Supply
from triage.domain.outcome import Versions
from triage.domain.policy import Policy

#: What weighs most about an order, worst first; types that are not named weigh least.
_WORST = (
    DeviationType.LINE_REJECTED,
    DeviationType.QUALITY_ISSUE,
    DeviationType.QUANTITY_SHORT,
    DeviationType.LATE_DELIVERY,
    DeviationType.SUBSTITUTION,
    DeviationType.INVOICE_MISMATCH,
    DeviationType.PRICE_DEVIATION,
    DeviationType.SHIPMENT_DISCREPANCY,
)


def advise(
    assessment: Assessment,
    reading: Reading,
    erp: ErpView,
    policy: Policy,
    *,
    mode: str,
    message_id: str,
    versions: Versions | None = None,
    situation: str = "",
    unheard: bool = False,
    floor: Advice | None = None,
) -> Advice:
    """The advisory of one message.

    `key` names the situation: the order that deviates worst, so that a later message about it updates the same entry.
    A message without an order is a situation of its own, noted at its supplier where that is known. A suspicious one
    never shares an order's entry: whoever forged it must not be able to replace what was honestly said.
    situation: the key where the caller knows it. unheard: a language model should have been asked and did not
    answer. floor: the advice without one; priority, score, record and roles of the route are never less than there.
    """
    today = erp.now.astimezone(ZoneInfo(policy.timezone)).date()
    record = _record(assessment)
    if floor is not None and floor.record is not None:
        record = next((item for item in assessment.confirmation.orders if item.ref == floor.record), record)
    words = wording("note", record.buyer.language if record and record.buyer else "", policy.language)
    products = {item.line.product_id for item in effecting.concerned(assessment.deviations) if item.line is not None}
    wanted = {product_id for product_id in products if product_id is not None}
    supply = erp.supply(wanted) if wanted else Supply()
    offers = erp.offers(wanted) if wanted and not assessment.is_suspicious else ()
    effects = effecting.effects(assessment, supply, today=today, words=words)
    found = (
        ()
        if assessment.is_suspicious
        else options.options(assessment, effects, supply, offers, today=today, words=words)
    )
    calendar = _calendar(assessment, policy)
    ranked = rank.rank(assessment, effects, policy, today=today, calendar=calendar)
    if floor is not None:
        ranked = rank.at_least(ranked, floor.rank)
    routed = route.route(assessment, effects, policy, ranked.priority, now=erp.now, calendar=calendar)
    if floor is not None:
        routed = route.at_least(routed, floor.route)
    told = note.Told(
        assessment=assessment, reading=reading, words=words, mode=mode, policy=policy.digest, versions=versions,
        unheard=unheard, timezone=policy.timezone,
    )  # fmt: skip
    title = note.headline(told, record)
    return Advice(
        key=situation or _key(record, message_id, suspicious=assessment.is_suspicious),
        record=record.ref if record else _partner(assessment),
        headline=title,
        route=routed,
        rank=ranked,
        effects=effects,
        options=found,
        note_html=note.note_html(told, title=title, effects=effects, options=found, route=routed, rank=ranked),
        draft_reply=draft.draft_reply(assessment, reading, effects),
        mode=mode,
    )


def _partner(assessment: Assessment) -> RecordRef | None:
    """Where a message about no order is noted: at the supplier it came from, if that is known."""
    supplier = assessment.supplier
    return RecordRef(model="res.partner", id=supplier.id, name=supplier.name) if supplier is not None else None


def _key(record: Order | None, message_id: str, *, suspicious: bool) -> str:
    if record is None:
        return f"message:{message_id}"
    return f"{record.ref.model}:{record.id}{':suspicious' if suspicious else ''}"


def _record(assessment: Assessment) -> Order | None:
    """The order with the worst deviation. An order that was only guessed from the goods is no record to write on."""
    orders = assessment.confirmation.orders
    guessed = any(doubt.code is DoubtCode.UNKNOWN_ORDER for doubt in assessment.confirmation.doubts)
    if not orders or guessed:
        return None

    def weight(order: Order) -> tuple[int, int, int]:
        mine = [item for item in assessment.deviations if item.order is not None and item.order.id == order.id]
        worst = max((len(_WORST) - _WORST.index(item.type) if item.type in _WORST else 0 for item in mine), default=-1)
        return worst, max((item.days or 0 for item in mine), default=0), len(mine)

    return max(orders, key=weight)


def _calendar(assessment: Assessment, policy: Policy) -> WorkCalendar:
    """Working days of the company whose order it is."""
    country = next((order.company.country for order in assessment.confirmation.orders if order.company.country), "")
    opens, closes = policy.working_hours
    return WorkCalendar(country=country_code(country), timezone=policy.timezone, opens=opens, closes=closes)
