"""Which open order lines will probably come late: by what the receipts so far teach, and by promises that keep moving.

Says it in words that stay the same from day to day. Silent where history is thin or a supplier is like all others.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median

from triage.domain.assessment import DeviationType
from triage.domain.erp import ReceiptFact
from triage.domain.policy import Watch
from triage.domain.watch import Finding, Watched
from triage.errors import InputError

_AHEAD = timedelta(days=60)  # lines due later are looked at when it matters
_FEWEST = 60  # receipts below which no model is fitted
_OWN = 6  # receipts of a supplier below which nothing is said about it
_ABOVE = 1.5  # times as likely as an order line of anybody
_VERY = 0.8
_MOVES = 2  # times that a promised day must have moved back
_LONGER = timedelta(days=3)  # a move of a promised day that counts


def likely_late(watched: Watched, policy: Watch) -> Iterator[Finding]:
    """Open lines whose supplier will probably not keep the day, which is still to come."""
    open_lines = {str(line.id): (order, line) for order in watched.orders for line in order.lines if order.is_open}
    coming = [
        fact
        for fact in watched.receipts
        if fact.received_on is None and watched.today < fact.promised_on <= watched.today + _AHEAD
    ]
    told = _known(watched.receipts, watched.today)
    own = defaultdict(list)
    for fact in told:
        own[fact.supplier].append(fact)
    asked = [fact for fact in coming if fact.line in open_lines and len(own[fact.supplier]) >= _OWN]
    if not asked or len(told) < _FEWEST:
        return
    from triage.classifiers import lateness

    try:
        model = lateness.LatenessModel(told)
    except InputError:
        return  # all came in time, or none did: nothing to learn
    for fact, risk in zip(asked, model.predict(asked, told), strict=True):
        if risk.probability < max(float(policy.late_chance), _ABOVE * model.share_late):
            continue
        order, line = open_lines[fact.line]
        late = [item.days_late or 0 for item in own[fact.supplier] if (item.days_late or 0) > 0]
        sure = "very likely" if risk.probability >= _VERY else "likely"
        yield Finding(
            type=DeviationType.SUPPLIER_DELAY_RISK,
            order=order,
            line_number=line.number,
            reason=f"Due on {fact.promised_on}; by this supplier's deliveries so far it will {sure} come late"
            f"{_usually(late)}.",
            confidence=round(risk.probability, 2),
            since=fact.promised_on,
            stage=1 + (risk.probability >= _VERY),
            product_code=line.product_code,
        )


def _known(facts: Sequence[ReceiptFact], today: date) -> list[ReceiptFact]:
    """Those of which it is known today whether they are late."""
    return [fact for fact in facts if fact.received_on is not None or fact.promised_on < today]


def _usually(late: Sequence[int]) -> str:
    """In coarse words, so that a new receipt does not make news of an old finding."""
    if len(late) < 3:
        return ""
    usual = median(late)
    return ", usually by " + ("a few days" if usual <= 5 else "one to two weeks" if usual <= 14 else "weeks")


def eroding(watched: Watched) -> Iterator[Finding]:
    """Open lines whose promised day has moved back again and again: the next promise is worth less."""
    for order in watched.orders:
        if not order.is_open:
            continue
        for line in order.lines:
            days = watched.promises.get(line.id, ())
            if line.open_quantity <= 0 or not days:
                continue
            path = [line.due, *days] if line.due is not None and line.due < days[0] else list(days)
            moves = [(one, other) for one, other in itertools.pairwise(path) if other - one >= _LONGER]
            if len(moves) < _MOVES:
                continue
            steps = ", ".join(str(day) for day in [moves[0][0], *(other for _, other in moves)][-4:])
            yield Finding(
                type=DeviationType.SUPPLIER_DELAY_RISK,
                order=order,
                line_number=line.number,
                reason=f"The promised day has moved back {len(moves)} times: {steps}.",
                confidence=0.85,
                since=path[-1],
                stage=len(moves),
                product_code=line.product_code,
            )
