"""Senders who do not belong to the supplier of the order they write about."""

from dataclasses import replace

import pytest
from classifier_examples import our_line, our_order

from triage.classifiers import strangers
from triage.domain.assessment import Confirmation, DoubtCode
from triage.domain.document import Address, Headers, Part, PartRole, Reading, TextLine
from triage.domain.erp import OrderBook, Partner

SUPPLIER = Partner(
    id=71, name="Talleres Zubieta S.L.", email="ventas@zubieta.example", is_company=True, is_supplier=True
)
OTHER = Partner(id=72, name="Nordwerk GmbH", email="info@nordwerk.example", is_company=True, is_supplier=True)
ORDER = replace(our_order(our_line()), supplier=SUPPLIER)


def doubts(sender, *known, text="Your order is late."):
    part = Part(name="body", role=PartRole.BODY, media_type="text/plain", lines=(TextLine(text=text),))
    reading = Reading(headers=Headers(sender=Address(name="", email=sender)), parts=(part,))
    book = OrderBook(
        companies=(ORDER.company,), senders=known, sender_known_by="domain" if known else "", orders=(ORDER,),
        products=(), supplier_products=(), own_addresses=("buying@we.example",),
    )  # fmt: skip
    return [
        (item.code, item.needs_person)
        for item in strangers.doubts(reading, Confirmation(orders=(ORDER,), lines=()), book)
    ]


@pytest.mark.parametrize(
    "sender", ["ventas@zubieta.example", "new.colleague@mail.zubieta.example", "buying@we.example"]
)
def test_the_supplier_and_we_ourselves_are_no_strangers(sender):
    assert doubts(sender, *([SUPPLIER] if "zubieta" in sender else [])) == []


def test_another_supplier_is_asked_about():
    assert doubts("info@nordwerk.example", OTHER) == [(DoubtCode.UNKNOWN_SENDER, True)]


def test_who_is_unknown_and_names_the_supplier_is_told_only():
    assert doubts("noreply@portal.example", text="Zubieta confirms.") == [(DoubtCode.UNKNOWN_SENDER, False)]


def test_who_is_unknown_and_names_nobody_is_asked_about():
    assert doubts("someone@elsewhere.example") == [(DoubtCode.UNKNOWN_SENDER, True)]
