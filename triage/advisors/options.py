"""What a person could do about it, computed from the ERP's data alone: other warehouse, other supplier, expedite."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from triage.domain.advice import Effect, Option
from triage.domain.assessment import Assessment, Deviation, DeviationType
from triage.domain.erp import ErpView, Order, OrderLine, Partner, SupplierProduct, Supply

_MOST = 6


def options(assessment: Assessment, effects: Sequence[Effect], supply: Supply, erp: ErpView) -> tuple[Option, ...]:
    """Options for the lines whose goods are late, short or rejected; one batch of offers for all."""
    products = {effect.product_id for effect in effects}
    offers = erp.offers(products) if products else ()
    found: list[Option] = []
    by_line = {effect.order_line_id: effect for effect in effects}
    for item in assessment.deviations:
        if item.line is None or item.order is None or item.line.id not in by_line:
            continue
        effect = by_line.pop(item.line.id)
        found.extend(_warehouses(item.order, item.line, supply))
        found.extend(_suppliers(item, item.order, item.line, offers, erp))
        if item.type is DeviationType.LATE_DELIVERY:
            name = item.line.product_code or "the goods"
            need = f" Needed by {effect.short_from}." if effect.short_from else ""
            found.append(Option(what="ask to expedite", sentence=f"Ask for {name} earlier, or for a part of it.{need}"))
            if not effect.uncovered:
                found.append(
                    Option(what="accept", sentence=f"Accept the new date of {name}: no customer order suffers.")
                )
    return tuple(found[:_MOST])


def _warehouses(order: Order, line: OrderLine, supply: Supply) -> Iterator[Option]:
    """Free stock in another warehouse of the same company."""
    for stock in supply.stock:
        other = stock.warehouse_id is not None and stock.warehouse_id != order.warehouse_id
        if stock.product_id == line.product_id and stock.company_id == order.company.id and other and stock.free > 0:
            amount = f"{min(stock.free, line.open_quantity).normalize():f} {line.uom}"
            yield Option(
                what="other warehouse",
                sentence=f"{stock.warehouse} has {amount} of {line.product_code} free.",
            )


def _suppliers(
    item: Deviation, order: Order, line: OrderLine, offers: Sequence[tuple[SupplierProduct, Partner]], erp: ErpView
) -> Iterator[Option]:
    """Other suppliers of the same product with price and lead time on file."""
    for offer, partner in offers:
        if offer.product_id != line.product_id or partner.id == order.supplier.id or offer.lead_days is None:
            continue
        ready = erp.now.date() + timedelta(days=offer.lead_days)
        price = f" at {offer.price.normalize():f} {offer.currency}" if offer.price else ""
        cost: Decimal | None = None
        if offer.price is not None and offer.currency == order.currency:
            cost = (offer.price - line.price) * line.open_quantity
        yield Option(
            what="other supplier",
            sentence=f"{partner.name} lists {line.product_code}{price}, {offer.lead_days} days: about {ready}.",
            ready_on=ready,
            cost=cost,
            currency=offer.currency,
        )
