"""Does the sender belong to the supplier of the order that the message speaks of?

Forwarders, portals and new colleagues write as well: a sender who is simply unknown and names the supplier is told and
no reason to stop. Who is known as another supplier, or names nobody, may have mistaken the number, or worse.
"""

import re
from collections.abc import Iterator

from triage.classifiers import domains, phrases
from triage.domain.assessment import Confirmation, Doubt, DoubtCode
from triage.domain.document import Reading
from triage.domain.erp import Order, OrderBook

_SHORTEST = 4  # letters of a name's word that tells a company
_READ = 20_000  # characters of a message in which a supplier names itself


def doubts(reading: Reading, confirmation: Confirmation, book: OrderBook) -> Iterator[Doubt]:
    """At most one a message, for the first order whose supplier the sender does not belong to."""
    sender = reading.headers.sender
    if sender is None or _is_own(sender.domain, book):
        return
    known = {partner.id for partner in book.senders} | {partner.parent_id for partner in book.senders}
    for order in confirmation.orders:
        supplier = order.supplier
        if {supplier.id, supplier.parent_id} - {None} & known or not supplier.email:
            continue
        if domains.related(sender.domain, supplier.email.rpartition("@")[2].casefold()):
            continue
        if any(partner.is_supplier for partner in book.senders):
            reason = f"The sender is known as another supplier than that of {order.name}."
            yield Doubt(code=DoubtCode.UNKNOWN_SENDER, reason=reason, needs_person=True)
        else:
            reason = f"The sender is not known at the supplier of {order.name}."
            yield Doubt(code=DoubtCode.UNKNOWN_SENDER, reason=reason, needs_person=not _names(reading, order))
        return


def _is_own(domain: str, book: OrderBook) -> bool:
    own = {address.rpartition("@")[2] for address in book.own_addresses}
    return any(domains.related(domain, item) for item in own if item and not domains.is_freemail(item))


def _names(reading: Reading, order: Order) -> bool:
    """The message bears the word that tells the supplier, in the sender's name or address or in its text."""
    words = [word for word in re.findall(r"[^\W\d_]+", phrases.plain(order.supplier.name)) if len(word) >= _SHORTEST]
    # What a company calls itself stands in its own domain as well; "Rubinetterie" or "Talleres" do not tell it.
    own = domains.split(order.supplier.email.rpartition("@")[2].casefold())[1]
    telling = [word for word in words if word in own] or words
    if not telling:
        return True
    sender = reading.headers.sender
    texts = [f"{sender.name} {sender.email}"] if sender else []
    texts += [part.text[:_READ] for part in reading.parts]
    return any(max(telling, key=len) in phrases.plain(text) for text in texts)
