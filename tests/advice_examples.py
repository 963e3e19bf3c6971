"""A made-up company, its orders and messages for tests of advice; every name and figure is invented."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from triage.domain.assessment import (
    Assessment,
    Confirmation,
    ConfirmedLine,
    Deviation,
    DeviationType,
    Doubt,
    DoubtCode,
    Judged,
    Kind,
)
from triage.domain.document import Headers, Part, PartRole, Reading
from triage.domain.erp import (
    Company,
    Demand,
    Incoming,
    Order,
    OrderBook,
    OrderLine,
    Partner,
    Person,
    RecordRef,
    Stock,
    SupplierProduct,
    Supply,
)
from triage.domain.evidence import Evidence, Stated
from triage.domain.statement import Disposition, LineStatement

DUE = date(2026, 5, 12)
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)  # a Monday


@dataclass
class FakeErp:
    """An ERP that counts how often it is asked."""

    stock: list[Stock] = field(default_factory=list)
    demand: list[Demand] = field(default_factory=list)
    incoming: list[Incoming] = field(default_factory=list)
    prices: list[tuple[SupplierProduct, Partner]] = field(default_factory=list)
    now: datetime = NOW
    version: str = "19.0"
    asked: list[str] = field(default_factory=list)

    def order_book(self, *, sender: str, text: str, company_hints: Collection[str] = ()) -> OrderBook:
        """Never needed for advice."""
        raise AssertionError("advice asks for supply and offers only")

    def supply(self, product_ids: Collection[int]) -> Supply:
        """What was put in."""
        self.asked.append("supply")
        return Supply(
            stock=tuple(item for item in self.stock if item.product_id in product_ids),
            demand=tuple(item for item in self.demand if item.product_id in product_ids),
            incoming=tuple(item for item in self.incoming if item.product_id in product_ids),
        )

    def offers(self, product_ids: Collection[int]) -> tuple[tuple[SupplierProduct, Partner], ...]:
        """What was put in."""
        self.asked.append("offers")
        return tuple(entry for entry in self.prices if entry[0].product_id in product_ids)


def order(number: int = 1, *, quantity: int = 50, language: str = "", country: str = "Germany", **more: Any) -> Order:
    """Two lines of products 501 and 502, fifty pieces each at two euro, due on DUE."""
    lines = tuple(
        OrderLine(
            id=number * 10 + position, order_id=number, number=position, product_id=500 + position,
            product_code=f"NUT-{position}", supplier_codes=(f"ZX{position}",), description=f"Nut {position}",
            quantity=Decimal(quantity), received=Decimal(0), invoiced=Decimal(0), uom="Units", price=Decimal("2.00"),
            currency="EUR", due=DUE,
        )
        for position in (1, 2)
    )  # fmt: skip
    base = Order(
        id=number, name=f"PQ{number:05}", supplier=Partner(id=77, name="Zeta Fixings", is_supplier=True),
        company=Company(id=1, name="Harbour Ltd", currency="EUR", country=country), currency="EUR", state="purchase",
        ordered_on=date(2026, 4, 1), buyer=Person(id=4, name="Nora <Buyer>", login="nora", language=language),
        lines=lines, warehouse_id=1, warehouse="Quay",
    )  # fmt: skip
    return replace(base, **more)


def said(text: str = "pos 1 comes on 26 May", part: str = "reply.pdf", page: int | None = 2) -> Evidence:
    """A place in the message."""
    return Evidence(part=part, text=text, page=page)


def stated(
    of: Order,
    position: int = 1,
    *,
    quantity: int | None = None,
    promised: date | None = None,
    price: str | None = None,
    status: Disposition | None = None,
    place: Evidence | None = None,
    remainder: bool = False,
) -> ConfirmedLine:
    """What the message says about a line."""
    place = place or said()
    line = of.lines[position - 1]
    day = Stated(value=promised, evidence=place, confidence=0.9, source="table") if promised else None
    return ConfirmedLine(
        statement=LineStatement(evidence=place, promised=day, remainder=remainder),
        order=of, line=line, matched_by="our code", product_code=line.product_code, supplier_product_code=None,
        quantity=None if quantity is None else Decimal(quantity), price=None if price is None else Decimal(price),
        promised=promised, status=status, confidence=0.9,
    )  # fmt: skip


def deviates(type_: DeviationType, of: Order | None = None, position: int | None = 1, **figures: Any) -> Deviation:
    """A difference on a line of an order, or on the message as a whole."""
    line = of.lines[position - 1] if of is not None and position is not None else None
    place = figures.pop("place", said())
    reason = figures.pop("reason", "Reason in words.")
    if "percent" in figures:
        figures["percent"] = Decimal(figures["percent"])
    if "quantity" in figures:
        figures["quantity"] = Decimal(figures["quantity"])
    return Deviation(
        type=type_, reason=reason, confidence=0.9, evidence=(place,) if place else (), order=of, line=line, **figures
    )


def assessed(
    kind: Kind = Kind.ORDER_CONFIRMATION,
    *deviations: Deviation,
    orders: tuple[Order, ...] = (),
    lines: tuple[ConfirmedLine, ...] = (),
    review: str = "",
    **more: Any,
) -> Assessment:
    """A message."""
    doubts = (Doubt(code=DoubtCode.CONTRADICTION, reason=review),) if review else ()
    return Assessment(
        kind=Judged(kind=kind, confidence=0.9, source="rule: test"),
        confirmation=Confirmation(orders=orders, lines=lines),
        deviations=deviations,
        doubts=more.pop("doubts", doubts),
        **more,
    )


def late_line(of: Order, *, days: int = 14, position: int = 1, **more: Any) -> Assessment:
    """A confirmation in which one line comes later."""
    promised = date.fromordinal(DUE.toordinal() + days)
    return assessed(
        Kind.ORDER_CONFIRMATION,
        deviates(DeviationType.LATE_DELIVERY, of, position, days=days),
        orders=(of,),
        lines=(stated(of, position, quantity=50, promised=promised, status=Disposition.CHANGED),),
        **more,
    )


def demand(quantity: int, due: date, *, product: int = 501, company: int = 1, number: int = 900) -> Demand:
    """A customer order."""
    return Demand(
        order=RecordRef(model="sale.order", id=number, name=f"SO{number}"), customer="Ocean & Sons",
        product_id=product, quantity=Decimal(quantity), due=due, company_id=company, value=Decimal(quantity * 9),
        currency="EUR",
    )  # fmt: skip


def free(
    quantity: int, *, warehouse: int = 1, product: int = 501, company: int = 1, minimum: int | None = None
) -> Stock:
    """Stock in a warehouse."""
    return Stock(
        product_id=product, warehouse_id=warehouse, warehouse="Quay" if warehouse == 1 else "Inland",
        company_id=company, free=Decimal(quantity), minimum=None if minimum is None else Decimal(minimum),
    )  # fmt: skip


def coming(quantity: int, expected: date, *, line: int = 999, product: int = 501, company: int = 1) -> Incoming:
    """A confirmed receipt."""
    return Incoming(
        order_line_id=line, order_name="PQ00099", product_id=product, quantity=Decimal(quantity), expected=expected,
        company_id=company,
    )  # fmt: skip


def reading(language: str = "en", hidden: tuple[str, ...] = ()) -> Reading:
    """What was read: of interest are language and hidden text only."""
    body = Part(name="body", role=PartRole.BODY, media_type="text/plain", hidden=hidden)
    return Reading(headers=Headers(subject="Re: order"), parts=(body,), languages=(language,))
