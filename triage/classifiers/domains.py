"""Compares mail domains: the same company, or one that imitates another? Plain comparisons, no look-ups.

Imitation: equal to the eye (homoglyphs, digits for letters, punycode), one slip of the pen away, another hyphen or a
word more, another ending, or the known name as a mere subdomain of something else.
"""

import contextlib
import re
import unicodedata

from rapidfuzz.distance import OSA

_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "8": "b", "і": "i", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "ѕ": "s", "ј": "j", "һ": "h", "ԁ": "d", "ո": "n", "ս": "u", "ɡ": "g", "ı": "i", "ḷ": "l", "ł": "l", "ø": "o", "đ": "d", "α": "a", "ε": "e", "ι": "i", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "κ": "k", "ν": "v", "ω": "w"})  # fmt: skip
_FREEMAIL = re.compile(
    r"(?:^|\.)(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|gmx|web|aol|icloud|me|proton(?:mail)?|mail|tutanota"
    r"|freemail\w*|qq|163|126|sina|foxmail|naver|yandex|libero|virgilio|wanadoo|orange|laposte|sfr|t-online|freenet|wp"
    r"|onet|interia|o2|sapo|zoho)\.(?:[a-z]{2,3}(?:\.[a-z]{2})?|example)$"
)
#: Second levels that are endings, not names.
_SECOND_LEVELS = {"co", "com", "org", "net", "gov", "ac", "edu", "ne", "or", "gen", "web"}
#: Services under whose names companies have honest subdomains.
_HOSTS = re.compile(
    r"(?:^|\.)(?:onmicrosoft|zendesk|freshdesk|salesforce|sendgrid|mailchimp|mailgun|odoo|netsuite|myshopify|sap|ariba"
    r"|coupahost|basware|docusign|amazonses|hubspot\w*|intercom-mail|jimdo|wixsite)\."
)
#: Words by which an attacker decorates a name to ask for money or secrets.
_BAIT = (
    r"payments?|billing|invoices?|finance|accounts?|accounting|remittance|bank|secure|security|verify|update|support"
    r"|portal|login|online|mail|zahlung|rechnung|buchhaltung|konto|facturation|paiement|compta|facturas?|pagos|fatture"
    r"|pagamenti|factuur|betaling|faktury|platnosci|pagamentos|odeme|muhasebe"
)
_LEGAL = r"gmbh|ag|kg|ltd|llc|inc|sarl|sas|sa|srl|spa|bv|nv|sl|lda|group|gruppe|holding|intl|international|co|de|eu|com"
_SHORTEST = 6  # letters: shorter names are too often one slip away from another company's


def split(domain: str) -> tuple[str, str, str]:
    """(subdomain, registrable name, ending) of a domain: "mail.hartwig.co.uk" → ("mail", "hartwig", "co.uk")."""
    parts = domain.strip(".").split(".")
    if len(parts) < 2:
        return "", domain, ""
    ending = 2 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVELS else 1
    return ".".join(parts[: -ending - 1]), parts[-ending - 1], ".".join(parts[-ending:])


def shown(domain: str) -> str:
    """The domain as a mail program shows it: punycode becomes letters."""
    labels = []
    for label in domain.casefold().split("."):
        plain = label
        if label.startswith("xn--"):
            with contextlib.suppress(UnicodeError, ValueError):
                plain = label[4:].encode("ascii").decode("punycode")
        labels.append(plain)
    return ".".join(labels)


def skeleton(domain: str) -> str:
    """A domain as the eye reads it: digits as letters, foreign letters as Latin ones, rn as m."""
    folded = unicodedata.normalize("NFKD", shown(domain)).translate(_LOOKALIKE)
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")


def is_freemail(domain: str) -> bool:
    """Anybody can have an address there."""
    return _FREEMAIL.search(domain) is not None


def related(one: str, other: str) -> bool:
    """The same name: equal, a subdomain, or the same registrable name under another ending."""
    if not one or not other:
        return False
    if one == other or one.endswith("." + other) or other.endswith("." + one):
        return True
    return split(one)[1:2] == split(other)[1:2] and len(split(one)[1]) >= _SHORTEST


def imitates(domain: str, known: str) -> bool:
    """The domain looks like a known one and is another."""
    if not domain or not known or domain == known or domain.endswith("." + known) or is_freemail(domain):
        return False
    if skeleton(domain) == skeleton(known):
        return True
    below, name, ending = split(domain)
    _, other, known_ending = split(known)
    if name == other:
        return ending != known_ending and len(name) >= _SHORTEST
    one, two = skeleton(name), skeleton(other)
    if one == two:
        return True
    if min(len(one), len(two)) >= _SHORTEST and OSA.distance(one, two) == 1:
        return True
    if re.sub(r"[^a-z0-9]", "", one) == re.sub(r"[^a-z0-9]", "", two):
        return True
    return _decorated(name, other, ending) or _hidden_below(domain, below, known, other)


def _decorated(name: str, other: str, ending: str) -> bool:
    """The known name with a word more: one that asks for trust, or the ending as part of the name."""
    if len(other) < _SHORTEST:
        return False
    words = rf"(?:{_BAIT}|{_LEGAL})"
    stem = re.escape(other)
    return re.fullmatch(rf"{stem}-?{words}|{words}-?{stem}", name) is not None


def _hidden_below(domain: str, below: str, known: str, other: str) -> bool:
    """The known domain is only a subdomain of something else."""
    if len(other) < _SHORTEST or _HOSTS.search(domain):
        return False
    return other in below.split(".") or known.replace(".", "-") == split(domain)[1]
