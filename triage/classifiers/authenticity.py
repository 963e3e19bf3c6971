"""Is the sender who they claim to be? Plain comparisons of addresses, domains, names, accounts and active content.

A new colleague of the supplier, a forwarder or an unknown company is no attack: only what imitates is, or what asks
for money from where nobody is known. Reasons repeat no address and no account.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.classifiers import domains, phrases
from triage.domain.assessment import Kind
from triage.domain.document import Headers, Reading
from triage.domain.erp import OrderBook

_SHOWN_ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_VIA = re.compile(r"\bvia\b|\büber\b|\bper conto\b|\bau nom de\b|\bon behalf of\b|\bim auftrag\b", re.IGNORECASE)
#: Kinds in which somebody is to be paid.
_MONEY = {Kind.BANK_DETAILS_CHANGE, Kind.INVOICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A reason for suspicion, in words that repeat no address."""

    code: str
    reason: str
    weight: float  # 0 to 1
    fraud: bool = False  # money would be lost


def signs(reading: Reading, book: OrderBook, kind: Kind) -> tuple[Sign, ...]:
    """All reasons for suspicion of a message, the weightiest first."""
    headers = reading.headers
    found = [
        *_imitations(headers, book),
        *_replies(headers, book, kind),
        *_names(headers, book, kind),
        *_authentication(headers, book),
    ]
    if any(part.hidden for part in reading.parts):
        found.append(Sign(code="hidden text", reason="The message holds text that a person does not see.", weight=0.3))
    for item in reading.active:
        found.append(
            Sign(
                code="active content", reason=f"Something in it would act when opened ({item.what[:60]}).", weight=0.95
            )
        )
    if kind is Kind.BANK_DETAILS_CHANGE and not book.sender_known_by:
        found.append(Sign(code="unknown sender", reason="New bank details come from an unknown sender.", weight=0.9))
    return tuple(sorted(found, key=lambda sign: -sign.weight))


def _own_domains(book: OrderBook) -> set[str]:
    found = {address.rpartition("@")[2] for address in book.own_addresses if "@" in address}
    return {domain for domain in found if not domains.is_freemail(domain)}


def _imitations(headers: Headers, book: OrderBook) -> Iterator[Sign]:
    sender = headers.sender.domain if headers.sender else ""
    own = _own_domains(book)
    known = (*book.supplier_domains, *sorted(own))
    if not sender or any(sender == item or sender.endswith("." + item) for item in known):
        return
    if book.sender_known_by == "address":
        return
    if any(domains.imitates(sender, item) for item in known) or (
        not book.sender_known_by and _bears_our_name(sender, book)
    ):
        yield Sign(code="look-alike domain", reason="The sender's domain imitates a known one.", weight=0.95)


def _replies(headers: Headers, book: OrderBook, kind: Kind) -> Iterator[Sign]:
    """Answers would leave the sender's company: grave where somebody known seems to ask, or money is concerned."""
    sender = headers.sender.domain if headers.sender else ""
    harmless = (*book.supplier_domains, *_own_domains(book))
    for address in headers.reply_to:
        domain = address.domain
        if not domain or domains.related(domain, sender) or any(domains.related(domain, item) for item in harmless):
            continue
        imitation = any(domains.imitates(domain, item) for item in book.supplier_domains)
        elsewhere = domains.is_freemail(domain) and not domains.is_freemail(sender)
        claims = bool(book.sender_known_by) or kind in _MONEY
        stranger = 0.8 if kind in _MONEY and book.sender_known_by else 0.4
        weight = 0.9 if imitation or (elsewhere and claims) else stranger
        reason = "Answers would go to another domain than the sender's."
        yield Sign(code="reply elsewhere", reason=reason, weight=weight)
        return


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{3,}", phrases.plain(text)))


_INITIAL = re.compile(r"([a-z])[._-]?([a-z]{4,})")


def _is_ours(name: str, book: OrderBook) -> bool:
    """The display name is that of one of our people, as an address or a record spells it (first.last@, f.last@)."""
    words = _words(name)
    if not words:
        return False
    if any(person <= words for person in _own_people(book)):
        return True
    for address in book.own_addresses:
        spelt = _INITIAL.fullmatch(address.partition("@")[0])
        if spelt and spelt[2] in words and any(word.startswith(spelt[1]) for word in words - {spelt[2]}):
            return True
    return False


def claims_own_name(headers: Headers, book: OrderBook) -> bool:
    """Somebody unknown, outside our domains, writes under the name of one of our people."""
    if headers.sender is None or book.sender_known_by:
        return False
    if any(domains.related(headers.sender.domain, item) for item in _own_domains(book)):
        return False
    return _is_ours(headers.sender.name, book)


def _bears_our_name(domain: str, book: OrderBook) -> bool:
    """A domain spelt like one of our companies ("ostermann-handel.…") that is none of ours."""
    squeezed = re.sub(r"[^a-z0-9]", "", domains.skeleton(domains.split(domain)[1]))
    for company in book.companies:
        words = re.findall(r"[a-z0-9]+", phrases.plain(company.name))
        names = {"".join(words), "".join(words[:2])} if len(words) > 1 else {"".join(words)}
        if any(len(name) >= 8 and domains.skeleton(name) == squeezed for name in names):
            return True
    return False


def _own_people(book: OrderBook) -> list[frozenset[str]]:
    """Names of our people as their addresses spell them (first.last@…)."""
    found = []
    for address in book.own_addresses:
        words = frozenset(re.findall(r"[^\W\d_]{3,}", phrases.plain(address.partition("@")[0])))
        if len(words) >= 2:
            found.append(words)
    for order in book.orders:
        if order.buyer is not None and len(_words(order.buyer.name)) >= 2:
            found.append(_words(order.buyer.name))
    return found


def _names(headers: Headers, book: OrderBook, kind: Kind) -> Iterator[Sign]:
    """The display name claims somebody that the address is not."""
    if headers.sender is None or not headers.sender.name:
        return
    name, domain = headers.sender.name, headers.sender.domain
    own = _own_domains(book)
    if any(domains.related(domain, item) for item in own) or headers.sender.email in book.own_addresses:
        return
    address = _SHOWN_ADDRESS.search(name)
    if address and not domains.related(address.group(1).casefold(), domain):
        yield Sign(code="own name", reason="The name shows another address than the sender's.", weight=0.9)
    if _VIA.search(name):
        return
    companies = [company.name.casefold() for company in book.companies if len(company.name) > 5]
    if any(company in name.casefold() for company in companies):
        yield Sign(code="own name", reason="Somebody outside writes under our own company's name.", weight=0.8)
    elif claims_own_name(headers, book):
        yield Sign(code="own name", reason="Somebody outside writes under the name of one of our people.", weight=0.85)
    if not book.sender_known_by:
        yield from _suppliers_name(name, domain, book, kind)


def _suppliers_name(name: str, domain: str, book: OrderBook, kind: Kind) -> Iterator[Sign]:
    """An unknown address under the name of an order's supplier: grave where money is concerned, else worth a look."""
    suppliers = {order.supplier.name.casefold() for order in book.orders if len(order.supplier.name) > 5}
    if any(supplier in name.casefold() for supplier in suppliers) and domains.is_freemail(domain):
        weight = 0.85 if kind in _MONEY else 0.4
        yield Sign(code="supplier's name", reason="An unknown address writes under a supplier's name.", weight=weight)


def _authentication(headers: Headers, book: OrderBook) -> Iterator[Sign]:
    """Only what our own server wrote is trusted: a header whose server is of one of our domains."""
    own = _own_domains(book)
    for text in headers.authentication_results:
        server = text.strip().partition(";")[0].strip().split(" ")[0].casefold()
        if not any(server == item or server.endswith("." + item) for item in own):
            continue
        verdict = text.casefold()
        if "dmarc=fail" in verdict or ("spf=fail" in verdict and "dkim=fail" in verdict):
            yield Sign(
                code="failed authentication", reason="The mail failed the sender's own authentication.", weight=0.85
            )
        return
