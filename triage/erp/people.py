"""Lets you know who is who in an Odoo: partners, colleagues, companies, and whom a mail address belongs to.

Built once from what changes slowly, and shared by all that is read after it. Never reads anything by itself.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from triage.domain import codes
from triage.domain.erp import Company, Partner, Person
from triage.erp import fields, records
from triage.erp.fields import Row
from triage.erp.senders import Senders
from triage.errors import SnapshotError

_T = TypeVar("_T")


class People:
    """Partners, persons and companies, indexed once."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], suppliers: Collection[int], subject: str) -> None:
        """suppliers: ids of partners that orders or prices name. subject: whose records these are, for errors.

        Raises SnapshotError that names the record that can't be read.
        """
        self.suppliers = frozenset(suppliers)
        rows = tables.get("res.partner", ())
        built = each("res.partner", lambda row: records.partner(row, is_supplier=row["id"] in suppliers), rows, subject)
        self.partners = {partner.id: partner for partner in built}
        addresses = {row["id"]: records.addresses(fields.text(row, "email")) for row in rows}
        companies = each(
            "res.company", lambda row: records.company(row, self.partners), tables.get("res.company", ()), subject
        )
        self.companies = {company.id: company for company in companies}
        persons = each("res.users", records.person, tables.get("res.users", ()), subject)
        self._persons = {person.id: person for person in persons}
        # Who may not read users knows colleagues as partners. They are no senders: they pass on what others wrote.
        colleagues = {row["id"] for row in rows if records.is_colleague(row)}
        called = Counter(self.partners[item].name for item in colleagues)
        self._colleagues = {
            partner.name: partner for partner in built if partner.id in colleagues and called[partner.name] == 1
        }
        outside = {item: partner for item, partner in self.partners.items() if item not in colleagues}
        self.senders = Senders(outside, {item: addresses[item] for item in outside})
        own = [address for company in companies for address in records.addresses(company.email)]
        for row in tables.get("res.company", ()):
            own += addresses.get(fields.link(row, "partner_id") or 0, ())
        own += [address for item in colleagues for address in addresses[item]]
        for person in persons:
            own += [*records.addresses(person.email), *records.addresses(person.login)]
        self.own_addresses = tuple(dict.fromkeys(own))
        self.accounts = tuple(
            (fields.link(row, "partner_id") or 0, codes.canonical(fields.text(row, "acc_number")))
            for row in tables.get("res.partner.bank", ())
        )
        self._companies_of = {
            self._persons[row["id"]].email: fields.link(row, "company_id")
            for row in tables.get("res.users", ())
            if self._persons[row["id"]].email
        }

    def still_hold(self, suppliers: Collection[int]) -> bool:
        """True where these suppliers, named by more orders and prices, are known as such already."""
        return all(
            item in self.suppliers or item not in self.partners or self.partners[item].is_supplier for item in suppliers
        )

    def buyer(self, order: Row) -> Person | None:
        """The order's buyer; what the link calls it, and the colleague of that name, where users can't be read."""
        user_id = fields.link(order, "user_id")
        if user_id is None or user_id in self._persons:
            return self._persons.get(user_id or 0)
        name = fields.link_name(order, "user_id")
        known = self._colleagues.get(name)
        return Person(
            id=user_id, name=name, login="", email=known.email if known else "",
            language=known.language if known else "",
        )  # fmt: skip

    def supplier(self, order: Row) -> Partner:
        """The order's supplier; what the link calls it where it can't be read."""
        partner_id = fields.link(order, "partner_id") or 0
        known = self.partners.get(partner_id)
        return known or Partner(id=partner_id, name=fields.link_name(order, "partner_id"), is_supplier=True)

    def company(self, order: Row) -> Company:
        """The order's company; the only one where the order names none."""
        company_id = fields.link(order, "company_id") or 0
        known = self.companies.get(company_id)
        if known is None and company_id == 0 and len(self.companies) == 1:
            known = next(iter(self.companies.values()))
        return known or Company(
            id=company_id,
            name=fields.link_name(order, "company_id"),
            currency=fields.link_name(order, "currency_id"),
        )

    def companies_for(self, hints: Collection[str]) -> tuple[Company, ...]:
        """All companies, those first that a message was sent to."""
        hinted = {hint.strip().lower() for hint in hints}
        addressed = {self._companies_of.get(hint) for hint in hinted}
        return tuple(
            sorted(
                self.companies.values(),
                key=lambda company: (company.email not in hinted and company.id not in addressed, company.id),
            )
        )


def suppliers(tables: Mapping[str, Sequence[Row]]) -> frozenset[int]:
    """Ids of the partners that orders and prices name as suppliers."""
    found = {fields.link(row, "partner_id") for row in tables.get("purchase.order", ())}
    found |= {records.supplier_of(row) for row in tables.get("product.supplierinfo", ())}
    return frozenset(item for item in found if item is not None)


def each(model: str, build: Callable[[Row], _T], rows: Iterable[Row], subject: str) -> list[_T]:
    """Every record of a model built, a bad one named. Raises SnapshotError."""
    built = []
    for row in rows:
        try:
            built.append(build(row))
        except (ValueError, TypeError, OverflowError) as error:
            raise SnapshotError(f"{model} {row['id']}: {error}", subject=subject) from error
    return built
