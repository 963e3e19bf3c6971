"""Lets you tell which partners a mail address belongs to: by the address itself, else by its domain.

Never takes a domain that anybody can have an address at for a company's own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from triage.domain.erp import Partner

# The large public mail services: an address there says nothing about the company behind it.
PUBLIC_DOMAINS = frozenset(
    [
        "126.com",
        "163.com",
        "alice.it",
        "aol.com",
        "arcor.de",
        "bluewin.ch",
        "foxmail.com",
        "free.fr",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "hotmail.it",
        "icloud.com",
        "interia.pl",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "naver.com",
        "o2.pl",
        "onet.pl",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "sapo.pt",
        "sfr.fr",
        "sina.com",
        "t-online.de",
        "tiscali.it",
        "virgilio.it",
        "wanadoo.fr",
        "web.de",
        "wp.pl",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.es",
        "yahoo.fr",
        "yahoo.it",
        "yandex.com",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    ]
)
_WORD = re.compile(r"[^\W\d_]{4,}")


def domain_of(address: str) -> str:
    """The part behind the @, lower case, "" where there is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


class Senders:
    """Partners by address and by domain, indexed once."""

    def __init__(self, partners: Mapping[int, Partner], addresses: Mapping[int, tuple[str, ...]]) -> None:
        """addresses: all mail addresses by partner id."""
        self._partners = partners
        self._members: dict[int, list[int]] = defaultdict(list)
        self._by_address: dict[str, list[int]] = defaultdict(list)
        roots_by_domain: dict[str, set[int]] = defaultdict(set)
        suppliers: set[int] = set()
        for partner in partners.values():
            root = self.root(partner.id)
            self._members[root].append(partner.id)
            if partner.is_supplier:
                suppliers.add(root)
        for partner_id, found in addresses.items():
            for address in found:
                self._by_address[address].append(partner_id)
                if self.root(partner_id) in suppliers:
                    roots_by_domain[domain_of(address)].add(self.root(partner_id))
        self._roots_by_domain = {
            domain: roots
            for domain, roots in roots_by_domain.items()
            if domain and domain not in PUBLIC_DOMAINS and (len(roots) == 1 or self._is_group(domain, roots))
        }
        self.domains = tuple(sorted(self._roots_by_domain))

    def root(self, partner_id: int) -> int:
        """The company that a partner belongs to: the end of its parents, itself where it has none."""
        seen = {partner_id}
        while True:
            partner = self._partners.get(partner_id)
            if partner is None or partner.parent_id is None or partner.parent_id in seen:
                return partner_id
            partner_id = partner.parent_id
            seen.add(partner_id)

    def family(self, partner_ids: Iterable[int]) -> tuple[Partner, ...]:
        """These partners first, then the companies they belong to, then everybody of those companies."""
        wanted = list(partner_ids)
        roots = list(dict.fromkeys(self.root(item) for item in wanted))
        everybody = [*wanted, *roots, *(member for root in roots for member in self._members.get(root, ()))]
        return tuple(self._partners[item] for item in dict.fromkeys(everybody) if item in self._partners)

    def find(self, address: str) -> tuple[tuple[Partner, ...], str]:
        """(partners, how they were known: "address", "domain" or "")."""
        address = address.strip().lower()
        known = self._by_address.get(address)
        if known:
            return self.family(known), "address"
        domain = domain_of(address)
        while domain.count(".") >= 1:  # mail.kestner.example is kestner.example's
            if domain in self._roots_by_domain:
                return self.family(sorted(self._roots_by_domain[domain])), "domain"
            domain = domain.partition(".")[2]
        return (), ""

    def _is_group(self, domain: str, roots: set[int]) -> bool:
        """True where the companies that share a domain share a name that stands in it: sisters, not strangers."""
        names = [set(_WORD.findall(self._partners[root].name.lower())) for root in roots]
        return any(word in domain for word in set.intersection(*names))
