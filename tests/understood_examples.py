"""Outcomes for tests, built from a few words; every name and figure is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from triage.domain.advice import Advice, Factor, Priority, Rank, Role, Route, RouteStep
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
from triage.domain.document import Address, Headers, Part, PartRole, Reading, TextLine
from triage.domain.erp import Company, Order, OrderLine, Partner, Person
from triage.domain.evidence import Evidence, Stated
from triage.domain.outcome import Advised, NeedsPerson, NothingToSay, Versions
from triage.domain.statement import LineStatement, Statement

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


def order(number: int = 1, *, supplier: str = "Muster Schrauben GmbH", company: str = "Northwind Tools") -> Order:
    """An order of two lines."""
    lines = tuple(
        OrderLine(
            id=number * 100 + position,
            order_id=number,
            number=position,
            product_id=position,
            product_code=f"BOLT-{position}",
            supplier_codes=(f"MS{position}",),
            description=f"Bolt M{position}",
            quantity=Decimal("40"),
            received=Decimal(0),
            invoiced=Decimal(0),
            uom="Units",
            price=Decimal("1.25"),
            currency="EUR",
            due=date(2026, 4, 1),
        )
        for position in (1, 2)
    )
    return Order(
        id=number,
        name=f"PX{number:05}",
        supplier=Partner(id=7, name=supplier, email="sales@muster.example", is_company=True, is_supplier=True),
        company=Company(id=1, name=company, currency="EUR"),
        currency="EUR",
        state="purchase",
        ordered_on=date(2026, 2, 20),
        buyer=Person(id=3, name="Bea Buyer", login="bea"),
        lines=lines,
    )


def spoken_line(
    of: Order, position: int, *, promised: date | None = None, price: Decimal | None = None
) -> ConfirmedLine:
    """A line that the message speaks of."""
    words = Evidence(part="body", text=f"pos {position}: as told")
    statement = LineStatement(
        evidence=words,
        promised=Stated(value=promised, evidence=words, confidence=0.9, source="prose") if promised else None,
    )
    line = of.lines[position - 1]
    return ConfirmedLine(
        statement=statement,
        order=of,
        line=line,
        matched_by="position",
        product_code=line.product_code,
        supplier_product_code=None,
        promised=promised,
        price=price,
        confidence=0.9,
    )


def deviation(
    of: Order, position: int, type: DeviationType = DeviationType.LATE_DELIVERY, **figures: object
) -> Deviation:
    """A difference on one line."""
    return Deviation(
        type=type,
        reason=f"line {position}: {type}",
        confidence=0.8,
        evidence=(Evidence(part="confirmation.pdf", page=1, text="Liefertermin 12.04.2026"),),
        order=of,
        line=of.lines[position - 1],
        **figures,  # type: ignore[arg-type]
    )


def understood(
    message_id: str,
    *,
    of: Order | None = None,
    key: str = "",
    shape: type[Advised | NothingToSay | NeedsPerson] = Advised,
    kind: Kind = Kind.ORDER_CONFIRMATION,
    priority: Priority = Priority.HIGH,
    score: float = 50.0,
    lines: tuple[ConfirmedLine, ...] = (),
    deviations: tuple[Deviation, ...] = (),
    headline: str = "Line 1 comes 11 days late",
    note: str = "<p>Line 1 comes late.</p>",
    roles: tuple[Role, ...] = (Role.BUYER, Role.PLANNER),
) -> Advised | NothingToSay | NeedsPerson:
    """How a message ended."""
    orders = (of,) if of else ()
    sender = Address(name="Muster Schrauben", email="sales@muster.example")
    line = TextLine(text="Guten Tag")
    doubts = (Doubt(code=DoubtCode.CONTRADICTION, reason="Two dates are told."),) if shape is NeedsPerson else ()
    return shape(
        message_id=message_id,
        reading=Reading(
            headers=Headers(subject="Auftragsbestätigung", sender=sender),
            parts=(Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=(line,)),),
        ),
        statement=Statement(),
        assessment=Assessment(
            kind=Judged(kind=kind, confidence=0.9, source="rule: test"),
            confirmation=Confirmation(orders=orders, lines=lines),
            deviations=deviations,
            doubts=doubts,
        ),
        advice=Advice(
            key=key or (f"purchase.order:{of.id}" if of else f"message:{message_id}"),
            record=of.ref if of else None,
            headline=headline,
            route=Route(steps=tuple(RouteStep(role=role, rule="test", reason="because") for role in roles)),
            rank=Rank(priority=priority, score=score, factors=(Factor(name="late", points=score, sentence="late"),)),
            note_html=note,
            mode="rules",
        ),
        versions=Versions(code="0", models=(), policy="p", mode="rules"),
    )


def late(message_id: str, of: Order, position: int = 1, *, days: int = 11, **more: object) -> Advised:
    """A message that tells one line comes late."""
    promised = date(2026, 4, 1) + timedelta(days=days)
    outcome = understood(
        message_id,
        of=of,
        lines=(spoken_line(of, position, promised=promised),),
        deviations=(deviation(of, position, days=days),),
        **more,  # type: ignore[arg-type]
    )
    assert isinstance(outcome, Advised)
    return outcome


def as_ordered(message_id: str, of: Order, position: int = 1) -> NothingToSay:
    """A message that confirms one line as it was ordered."""
    outcome = understood(
        message_id,
        of=of,
        shape=NothingToSay,
        priority=Priority.LOW,
        score=1.0,
        headline="As ordered",
        note="<p>As ordered.</p>",
        lines=(spoken_line(of, position, promised=date(2026, 4, 1)),),
    )
    assert isinstance(outcome, NothingToSay)
    return outcome


def with_score(outcome: Advised, score: float) -> Advised:
    """The same with another rank."""
    return replace(outcome, advice=replace(outcome.advice, rank=replace(outcome.advice.rank, score=score)))
