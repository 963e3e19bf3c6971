"""Lets you see what a person could do about it: other warehouse, other supplier, split, expedite, accept, refuse.

Computed from the ERP's data alone; never proposes what the data does not hold, and never does anything itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from triage.advisors.effect import TAKES_AWAY
from triage.advisors.wording import Money, Wording
from triage.domain.advice import Effect, Option
from triage.domain.assessment import Assessment, Deviation, DeviationType
from triage.domain.erp import Order, OrderLine, Partner, SupplierProduct, Supply

_MOST = 8
_MOST_SUPPLIERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One concerned line with what is needed to think of ways out."""

    item: Deviation
    order: Order
    line: OrderLine
    effect: Effect
    supply: Supply
    offers: Sequence[tuple[SupplierProduct, Partner]]
    today: date
    words: Wording

    @property
    def name(self) -> str:
        return self.effect.product_code

    @property
    def lacking(self) -> Decimal:
        """How much is worth getting elsewhere: what customers lack, else what the line is still to bring."""
        return self.effect.missing or self.line.open_quantity


def options(
    assessment: Assessment,
    effects: Sequence[Effect],
    supply: Supply,
    offers: Sequence[tuple[SupplierProduct, Partner]],
    *,
    today: date,
    words: Wording,
) -> tuple[Option, ...]:
    """Ways out for every concerned line, those of suffering customers first."""
    by_line = {effect.order_line_id: effect for effect in effects}
    cases = []
    for item in assessment.deviations:
        effect = by_line.pop(item.line.id, None) if item.line is not None else None
        if effect is None or item.line is None or item.order is None:
            continue
        cases.append(
            _Case(
                item=item,
                order=item.order,
                line=item.line,
                effect=effect,
                supply=supply,
                offers=offers,
                today=today,
                words=words,
            )
        )
    cases.sort(key=lambda case: not case.effect.uncovered)
    found = [option for case in cases for option in _of_case(case)]
    return tuple({option.sentence: option for option in found}.values())[:_MOST]


def _of_case(case: _Case) -> Iterator[Option]:
    if case.item.type in TAKES_AWAY:
        if case.effect.uncovered or case.effect.until is None:
            yield from _warehouses(case)
        yield from _split(case)
        yield from _suppliers(case)
    yield from _acceptance(case)


def _warehouses(case: _Case) -> Iterator[Option]:
    """Free stock of the same company in another warehouse than the one that waits."""
    for stock in case.supply.stock:
        elsewhere = stock.warehouse_id is not None and stock.warehouse_id != case.order.warehouse_id
        ours = stock.product_id == case.line.product_id and stock.company_id == case.order.company.id
        if ours and elsewhere and stock.free > 0:
            yield Option(
                what="other warehouse",
                sentence=case.words.say(
                    "note.other_warehouse",
                    warehouse=stock.warehouse,
                    quantity=stock.free,
                    unit=case.effect.uom,
                    product=case.name,
                    needed=min(case.lacking, stock.free),
                ),
                ready_on=case.today,
            )


def _split(case: _Case) -> Iterator[Option]:
    """Ask for what customers lack by the day they need it; the rest may come later."""
    effect = case.effect
    if case.item.type is not DeviationType.LATE_DELIVERY:
        return
    if effect.uncovered and effect.short_from is not None:
        part = 0 < effect.missing < case.line.open_quantity
        yield Option(
            what="split delivery" if part else "ask to expedite",
            sentence=case.words.say(
                "note.split" if part else "note.expedite_by",
                product=case.name,
                quantity=effect.missing,
                unit=effect.uom,
                day=effect.short_from,
            ),
        )
    else:
        yield Option(what="ask to expedite", sentence=case.words.say("note.expedite", product=case.name))


def _suppliers(case: _Case) -> Iterator[Option]:
    """Other suppliers whose goods would be there before this one's, the soonest first."""
    line, order = case.line, case.order
    ours = {order.supplier.id, order.supplier.parent_id} - {None}
    found = []
    for offer, partner in case.offers:
        related = partner.id in ours or partner.parent_id in ours
        if offer.product_id != line.product_id or related or offer.lead_days is None:
            continue
        ready = case.today + timedelta(days=offer.lead_days)
        if case.effect.until is None or ready < case.effect.until:
            found.append((ready, offer, partner))
    for ready, offer, partner in sorted(found, key=lambda entry: entry[0])[:_MOST_SUPPLIERS]:
        quantity = max(case.lacking, offer.minimum or Decimal(0))
        comparable = bool(offer.price) and offer.currency == line.currency
        cost = (offer.price - line.price) * quantity if comparable and offer.price is not None else None
        yield Option(
            what="other supplier",
            sentence=case.words.say(
                "note.other_supplier" if offer.price else "note.other_supplier_no_price",
                supplier=partner.name,
                product=case.name,
                price=Money(offer.price or 0),
                currency=offer.currency,
                days=offer.lead_days,
                day=ready,
                minimum=quantity,
                unit=case.effect.uom,
            ),
            ready_on=ready,
            cost=None if cost is None else round(cost, 2),
            currency=offer.currency,
        )


def _acceptance(case: _Case) -> Iterator[Option]:
    """What accepting would mean; nothing is offered where customers would suffer."""
    effect, kind = case.effect, case.item.type
    if effect.uncovered:
        return
    keys = {
        DeviationType.LATE_DELIVERY: "note.accept_date",
        DeviationType.QUANTITY_SHORT: "note.accept_short",
        DeviationType.SUBSTITUTION: "note.accept_substitute",
        DeviationType.QUANTITY_OVER: "note.refuse_excess",
        DeviationType.PRICE_DEVIATION: "note.question_price",
    }
    if kind in keys:
        yield Option(
            what="ask" if kind in (DeviationType.QUANTITY_OVER, DeviationType.PRICE_DEVIATION) else "accept",
            sentence=case.words.say(
                keys[kind], product=case.name, price=Money(case.line.price), currency=case.line.currency
            ),
            ready_on=effect.until,
            cost=effect.cost,
            currency=effect.currency,
        )
