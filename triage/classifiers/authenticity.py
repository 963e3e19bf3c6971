"""Is the sender who they claim to be? Plain comparisons of addresses, domains, accounts and active content.

A new colleague of the supplier, a forwarder or an unknown company is no attack: only what imitates is.
"""

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from triage.domain.assessment import Kind
from triage.domain.document import Headers, Reading
from triage.domain.erp import OrderBook

_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "8": "b", "і": "i", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "ԁ": "d", "ո": "n", "ɡ": "g", "ı": "i", "ḷ": "l", "ν": "v", "ω": "w"})  # fmt: skip
_FREEMAIL = re.compile(
    r"(?:^|\.)(?:gmail|googlemail|outlook|hotmail|live|yahoo|gmx|web|aol|icloud|proton(?:mail)?|mail|freemail\w*|qq|163|126|yandex|libero|wanadoo|orange|t-online|freenet|wp|onet|interia)\.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A reason for suspicion, in words that repeat no address."""

    code: str  # "look-alike domain", "reply elsewhere", "own name", "failed authentication", "hidden text", "active content"
    reason: str
    weight: float  # 0 to 1


def skeleton(domain: str) -> str:
    """A domain as the eye reads it: digits as letters, foreign letters as Latin ones, rn as m."""
    with contextlib.suppress(UnicodeError, ValueError):
        domain = domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    folded = unicodedata.normalize("NFKD", domain.casefold()).translate(_LOOKALIKE)
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")


def _stem(domain: str) -> str:
    """The registrable name without its ending."""
    parts = domain.split(".")
    return parts[-2] if len(parts) >= 2 else domain


def imitates(domain: str, known: str) -> bool:
    """The domain looks like a known one and is another: equal to the eye, one slip away, or decorated."""
    if not domain or not known or domain == known or domain.endswith("." + known):
        return False
    one, other = _stem(domain), _stem(known)
    if skeleton(domain) == skeleton(known):
        return True
    if one == other:
        return domain.rpartition(".")[2] != known.rpartition(".")[2]
    if min(len(one), len(other)) >= 6 and OSA.distance(skeleton(one), skeleton(other)) == 1:
        return True
    bare = re.sub(r"[^a-z0-9]", "", one)
    if bare == re.sub(r"[^a-z0-9]", "", other):
        return True
    return (
        len(other) >= 6
        and re.fullmatch(
            rf"{re.escape(other)}-?(?:gmbh|ag|group|payment|payments|billing|invoice|finance|accounting|secure|support|online|mail|de|eu|intl)",
            one,
        )
        is not None
    )


def _domains(headers: Headers) -> tuple[str, list[str]]:
    sender = headers.sender.domain if headers.sender else ""
    return sender, [address.domain for address in headers.reply_to if address.domain]


def _replies(headers: Headers, book: OrderBook) -> Iterator[Sign]:
    sender, replies = _domains(headers)
    for domain in replies:
        if domain == sender or domain in book.supplier_domains or _related(domain, sender):
            continue
        known_sender = bool(book.sender_known_by)
        weight = (
            0.9 if _FREEMAIL.search(domain) or any(imitates(domain, item) for item in book.supplier_domains) else 0.5
        )
        if known_sender or weight > 0.8:
            yield Sign(
                code="reply elsewhere", reason="Answers would go to another domain than the sender's.", weight=weight
            )
            return


def _related(one: str, other: str) -> bool:
    """Same company name under another ending or subdomain."""
    return bool(one and other) and (
        _stem(one) == _stem(other) or one.endswith("." + other) or other.endswith("." + one)
    )


def _imitations(headers: Headers, book: OrderBook) -> Iterator[Sign]:
    sender, _ = _domains(headers)
    own = {address.rpartition("@")[2] for address in book.own_addresses}
    if not sender or sender in book.supplier_domains or sender in own:
        return
    for known in (*book.supplier_domains, *own):
        if imitates(sender, known):
            yield Sign(code="look-alike domain", reason="The sender's domain imitates a known one.", weight=0.95)
            return


def _names(headers: Headers, book: OrderBook) -> Iterator[Sign]:
    """The display name is an address of somebody else, or one of our own companies writing from outside."""
    if headers.sender is None:
        return
    shown = re.search(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", headers.sender.name)
    if (
        shown
        and shown.group(1).casefold() != headers.sender.domain
        and not _related(shown.group(1).casefold(), headers.sender.domain)
    ):
        yield Sign(code="own name", reason="The name shows another address than the sender's.", weight=0.9)
    own = {address.rpartition("@")[2] for address in book.own_addresses if "@" in address}
    companies = [company.name.casefold() for company in book.companies if len(company.name) > 5]
    name = headers.sender.name.casefold()
    if headers.sender.domain not in own and any(company in name for company in companies):
        yield Sign(code="own name", reason="Somebody outside writes under our own company's name.", weight=0.8)


def _authentication(headers: Headers) -> Iterator[Sign]:
    """Only the header that our own server set (the topmost) is trusted."""
    for text in headers.authentication_results[:1]:
        verdict = text.casefold()
        if "dmarc=fail" in verdict or ("spf=fail" in verdict and "dkim=fail" in verdict):
            yield Sign(
                code="failed authentication", reason="The mail failed the sender's own authentication.", weight=0.85
            )


def signs(reading: Reading, book: OrderBook, kind: Kind) -> tuple[Sign, ...]:
    """All reasons for suspicion of a message, the weightiest first."""
    headers = reading.headers
    found = [*_imitations(headers, book), *_replies(headers, book), *_names(headers, book), *_authentication(headers)]
    if any(part.hidden for part in reading.parts):
        found.append(Sign(code="hidden text", reason="The message holds text that a person does not see.", weight=0.3))
    for item in reading.active:
        found.append(
            Sign(code="active content", reason=f"A file would act when opened ({item.what[:60]}).", weight=0.95)
        )
    if kind is Kind.BANK_DETAILS_CHANGE and not book.sender_known_by:
        found.append(Sign(code="unknown sender", reason="New bank details come from an unknown sender.", weight=0.9))
    return tuple(sorted(found, key=lambda sign: -sign.weight))
