"""What still stands of all that was said about one situation: a later statement replaces an earlier one for its line.

Pure. Never judges a message anew: it only weighs what the outcomes already say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from triage.domain.assessment import ConfirmedLine, Deviation, DeviationType, Kind
from triage.domain.outcome import NothingToSay, Understood

#: What a later line must state to replace an earlier deviation of that type.
_REPLACED_BY = {
    DeviationType.LATE_DELIVERY: ("promised",),
    DeviationType.EARLY_DELIVERY: ("promised",),
    DeviationType.QUANTITY_SHORT: ("quantity",),
    DeviationType.QUANTITY_OVER: ("quantity",),
    DeviationType.PRICE_DEVIATION: ("price",),
    DeviationType.LINE_REJECTED: ("quantity", "promised"),
    DeviationType.SUBSTITUTION: ("status",),
}

#: What scans find. Their entries hold nothing else.
FOUND_IN_THE_ERP = frozenset(
    {
        DeviationType.MISSING_CONFIRMATION,
        DeviationType.OVERDUE_RECEIPT,
        DeviationType.STOCK_RISK,
        DeviationType.UNUSUAL_PURCHASE,
        DeviationType.SUPPLIER_DELAY_RISK,
        DeviationType.APPROVAL_STALLED,
    }
)

#: Messages that speak of lines without promising anything for them.
_PROMISES_NOTHING = frozenset({Kind.INVOICE, Kind.QUOTATION, Kind.PRICE_CHANGE_NOTICE, Kind.QUESTION, Kind.AUTO_REPLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The sum of a situation's messages."""

    shown: int  # index of the message that tells most, and stands first
    standing: tuple[tuple[int, Deviation], ...]  # (index of its message, deviation)
    open: bool  # somebody should look


def weigh(history: Sequence[Understood], *, decided: Collection[int] = ()) -> Situation:
    """What stands after these messages, oldest first. decided: indexes of those a person has dealt with already.

    Raises ValueError for an empty history.
    """
    if not history:
        raise ValueError("a situation needs a message")
    standing = tuple(
        (index, item)
        for index, understood in enumerate(history)
        if index not in decided
        for item in understood.assessment.deviations
        if not _replaced(item, history[index + 1 :])
    )
    with_standing = {index for index, _ in standing}
    telling = [
        index
        for index, understood in enumerate(history)
        if index not in decided
        and not isinstance(understood, NothingToSay)
        and (index in with_standing or not understood.assessment.deviations)
    ]
    if not telling:
        return Situation(shown=len(history) - 1, standing=standing, open=False)
    # Of equals the latest: it knows more.
    shown = max(telling, key=lambda index: (history[index].advice.rank.score, index))
    return Situation(shown=shown, standing=standing, open=True)


def _replaced(deviation: Deviation, later: Sequence[Understood]) -> bool:
    """True where a later message states anew what this deviation is about."""
    if deviation.type in FOUND_IN_THE_ERP and later:
        return True  # each look at the ERP says anew what holds
    if any(_same(deviation, item) for understood in later for item in understood.assessment.deviations):
        return True
    stated = _REPLACED_BY.get(deviation.type)
    line = deviation.line
    if stated is None or line is None:
        return False
    return any(
        spoken.line is not None and spoken.line.id == line.id and _states(spoken, stated)
        for understood in later
        if understood.assessment.kind.kind not in _PROMISES_NOTHING
        for spoken in understood.assessment.confirmation.lines
    )


def _same(one: Deviation, other: Deviation) -> bool:
    """The same thing told again: only its newest form stands."""
    if one.type is not other.type:
        return False
    mine = (one.order.id if one.order else None, one.line.id if one.line else None)
    theirs = (other.order.id if other.order else None, other.line.id if other.line else None)
    return mine == theirs and (one.line is not None or one.reason == other.reason)


def _states(line: ConfirmedLine, aspects: tuple[str, ...]) -> bool:
    return any(getattr(line, aspect) is not None for aspect in aspects)
