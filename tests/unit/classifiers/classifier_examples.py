"""Orders, lines and readings for tests of the classifiers; every name and figure is invented."""

from datetime import date
from decimal import Decimal

from triage.domain.assessment import ConfirmedLine
from triage.domain.document import Address, Headers, Part, PartRole, Reading, TextLine
from triage.domain.erp import Company, Order, OrderBook, OrderLine, Partner, Person
from triage.domain.evidence import Evidence, Stated
from triage.domain.policy import Bars, Policy, Tolerances
from triage.domain.statement import Disposition, LineStatement

HERE = Evidence(part="body", text="row")
TOLERANCES = Tolerances()
POLICY = Policy(digest="test", tolerances=TOLERANCES, bars=Bars(), variants=(), routes=(), act_within_hours=())
SUPPLIER = Partner(id=7, name="Lindqvist Verktyg AB", email="order@lindqvist-verktyg.example", is_company=True)


def our_line(
    *,
    quantity: str = "40",
    received: str = "0",
    invoiced: str = "0",
    price: str = "10",
    due: date | None = date(2026, 5, 4),
    number: int = 1,
) -> OrderLine:
    return OrderLine(
        id=100 + number,
        order_id=1,
        number=number,
        product_id=number,
        product_code=f"TL-{number}",
        supplier_codes=(),
        description="Tool",
        quantity=Decimal(quantity),
        received=Decimal(received),
        invoiced=Decimal(invoiced),
        uom="Units",
        price=Decimal(price),
        currency="EUR",
        due=due,
    )


def our_order(*lines: OrderLine, payment_term: str = "", incoterm: str = "") -> Order:
    return Order(
        id=1,
        name="P00777",
        supplier=SUPPLIER,
        company=Company(id=1, name="Ostermann Handel GmbH", currency="EUR"),
        currency="EUR",
        state="purchase",
        ordered_on=date(2026, 4, 1),
        buyer=Person(id=3, name="Greta Sommerfeld", login="greta", email="greta.sommerfeld@ostermann.example"),
        lines=lines or (our_line(),),
        payment_term=payment_term,
        incoterm=incoterm,
    )


def entry(
    order: Order,
    line: OrderLine,
    *,
    quantity: str | None = None,
    price: str | None = None,
    promised: date | None = None,
    said: Disposition | None = None,
    remainder: bool = False,
    currency: str | None = None,
) -> ConfirmedLine:
    """What a supplier confirms of one of our lines."""
    return ConfirmedLine(
        statement=LineStatement(
            evidence=HERE,
            disposition=Stated(value=said, evidence=HERE, confidence=0.9, source="prose") if said else None,
            remainder=remainder,
        ),
        order=order,
        line=line,
        matched_by="our code",
        product_code=line.product_code,
        supplier_product_code=None,
        quantity=Decimal(quantity) if quantity is not None else None,
        price=Decimal(price) if price is not None else None,
        currency=currency or ("EUR" if price is not None else None),
        promised=promised,
        confidence=0.9,
    )


def mail(
    body: str,
    *,
    subject: str = "",
    sender: str = "order@lindqvist-verktyg.example",
    name: str = "",
    reply_to: str = "",
    authentication: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    attachments: tuple[str, ...] = (),
    auto: bool = False,
) -> Reading:
    """A mail as reading sees it."""
    lines = tuple(TextLine(text=text) for text in body.splitlines())
    return Reading(
        headers=Headers(
            subject=subject,
            sender=Address(name=name, email=sender),
            reply_to=(Address(name="", email=reply_to),) if reply_to else (),
            authentication_results=authentication,
            auto_submitted=auto,
        ),
        parts=(Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=lines, hidden=hidden),),
        attachment_names=attachments,
    )


def book(*orders: Order, known_by: str = "domain", accounts: tuple[tuple[int, str], ...] = ()) -> OrderBook:
    """What the ERP knows: one supplier, its domain, our own people."""
    return OrderBook(
        companies=(Company(id=1, name="Ostermann Handel GmbH", currency="EUR"),),
        senders=(SUPPLIER,) if known_by else (),
        sender_known_by=known_by,
        orders=orders,
        products=(),
        supplier_products=(),
        bank_accounts=accounts,
        own_addresses=("einkauf@ostermann.example", "greta.sommerfeld@ostermann.example"),
        supplier_domains=("lindqvist-verktyg.example",),
    )
