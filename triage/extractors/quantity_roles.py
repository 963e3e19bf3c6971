"""What each quantity of a sentence is named for: promised, ordered, already here, missing, in a pack."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from triage.extractors import cues, vocabulary

_ONLY_REACH = 34  # characters between "only" and its number: "sólo podemos servirte 90"
_REST_REACH = 16  # characters before a number in which it is called the rest


class Use(enum.Enum):
    """What a quantity is said for."""

    STATED = "the quantity that this statement is about"
    ORDERED = "the quantity that was ordered, named beside another one"
    DONE = "already delivered before"
    MISSING = "what is not coming"
    PACK = "how many come in a drum, a box, a pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuantity:
    """A quantity in running text."""

    value: Decimal
    start: int
    end: int
    text: str  # the number with its unit
    unit: str
    role: Use
    confidence: float


def with_roles(
    text: str, found: list[FoundQuantity], expected: set[Decimal], days: Sequence[int], ahead: Sequence[int]
) -> list[FoundQuantity]:
    """Say for each quantity what it is named for, from the words around it and from the other quantities.

    days: where days stand; ahead: where those stand that are still to come.
    """
    result = []
    for index, item in enumerate(found):
        left = found[index - 1].end if index else 0
        right = found[index + 1].start if index + 1 < len(found) else len(text)
        role = _role(text[:right], item, left, expected, days, ahead, alone=len(found) == 1)
        result.append(replace(item, role=role))
    outside = any(item.role is Use.STATED and not _in_brackets(text, item.start) for item in result)
    result = [
        replace(item, role=Use.PACK)
        if outside and item.role is Use.STATED and item.value not in expected and _only_explains(text, item)
        else item
        for item in result
    ]  # "600 m2 (50 packs of 12 m2)"
    stated = [item for item in result if item.role is Use.STATED]
    total = sum(item.value for item in result[1:] if item.role in (Use.STATED, Use.MISSING))
    if len(result) > 2 and result[0].role is Use.STATED and result[0].value == total and total in expected:
        # "80 x …: 60 OK, 20 short": the first is the sum of those behind it, so it is what was ordered.
        result[0] = replace(result[0], role=Use.ORDERED)
        stated = [item for item in result if item.role is Use.STATED]
    if len(stated) > 1:
        # "of the 120, 80 on … and 40 on …": what stands behind "of" and was ordered is what was ordered.
        whole = [item for item in stated if item.value in expected and of(text, item)]
        result = [replace(item, role=Use.ORDERED) if item in whole[:1] else item for item in result]
        stated = [item for item in result if item.role is Use.STATED]
    corrected = [item for item in stated if item.value not in expected and only(text, item.start)]
    known = [item for item in stated if item.value in expected and corrected and item.end <= corrected[0].start]
    if corrected and len(known) == 1:
        # "500 St.   25.09.   nur 400 möglich": what follows "only" comes, what stands before was ordered.
        result = [replace(item, role=Use.ORDERED) if item is known[0] else item for item in result]
        stated = [item for item in result if item.role is Use.STATED]
    if len({item.value for item in stated}) == 2 and cues.has(text, "short", "partial", "over"):
        # "of the 100 only 60": the one that the order has is what was ordered.
        known = [item for item in stated if item.value in expected]
        if len(known) == 1 and of(text, known[0]):
            result = [replace(item, role=Use.ORDERED) if item is known[0] else item for item in result]
    return result


def _only_explains(text: str, item: FoundQuantity) -> bool:
    """A number in brackets that tells of no rest: "(50 packs of 12)", but not "(5 on backorder)"."""
    opened = text.rfind("(", 0, item.start)
    said = text[opened + 1 :].partition(")")[0]
    if cues.has(text[max(0, opened - 16) : opened], "remainder", "backorder"):
        return False  # "the balance (35) three weeks later"
    return _in_brackets(text, item.start) and not cues.has(said, "backorder", "remainder", "missing", "delay", "short")


def _in_brackets(text: str, at: int) -> bool:
    """The place stands between brackets in which no day is named."""
    opened = max(text.rfind("(", 0, at), text.rfind("（", 0, at))
    closed = max(text.rfind(")", 0, at), text.rfind("）", 0, at))
    return opened > closed


_OF_WHOLE = re.compile(r"['’](?:[iıuü]n|n[iıuü]n)(?![^\W\d_])|\s?(?:のうち|の内|の中で?|中的?|里面?)")
_PACK_OF = re.compile(r"['’]?(?:l[iıuü]k)(?![^\W\d_])")


def _role(
    text: str,
    item: FoundQuantity,
    left: int,
    expected: set[Decimal],
    days: Sequence[int],
    ahead: Sequence[int],
    *,
    alone: bool,
) -> Use:
    """What one quantity is named for, from the words between its neighbours. text: up to the next quantity."""
    before, behind = vocabulary.before(text, item.start, 30, least=left), text[item.end : item.end + 45]
    if _OF_WHOLE.match(behind) and not alone:
        return Use.ORDERED  # "500'ün 300 adedi": 300 of the 500
    if _PACK_OF.match(behind):
        return Use.PACK  # "koliler 80'lik": packs of 80
    if cues.has(re.split(r"[,;，；。]", before)[-1], "instead_of", "former") or cues.INSTEAD_BEHIND.match(behind):
        return Use.ORDERED
    came = cues.has(behind, "received") or cues.has(before[-20:], "received")
    if came and not any(day >= item.end for day in ahead):
        return Use.DONE  # "livrés le 3 décembre" is still to come
    if not alone and item.value in expected and _beside(before, behind, "was_ordered"):
        return Use.ORDERED
    if item.value not in expected and cues.has(vocabulary.before(text, item.start, 60, least=left), "pack"):
        return Use.PACK
    rest = cues.has(before[-_REST_REACH:], "remainder", "others_unchanged") or any(
        match.end() == item.start for match in cues.COUNTED_REST.finditer(text)
    )
    if rest and cues.has(re.split(r"[.;]", text[item.end : item.end + 60])[0], "reject", "cancel", "discontinued"):
        return Use.MISSING  # "the other 4 we can't supply any more"
    if _beside(before, behind, "missing") and not any(item.end <= day < len(text) for day in days):
        return Use.MISSING  # "20 are missing", but "the 20 that are missing come on Monday"
    return Use.STATED


def was_ordered(text: str, item: FoundQuantity) -> bool:
    """ "Your 40": a word for what was ordered directly before."""
    return _beside(vocabulary.before(text, item.start, 30), "", "was_ordered")


def _beside(before: str, behind: str, cue: str) -> bool:
    """The word stands directly before or behind the quantity."""
    near = [hit for hit in cues.hits(before, cue) if not re.search(r"[\w,;.(]", before[hit.end :])]
    far = [hit for hit in cues.hits(behind, cue) if hit.start <= 6 and not re.search(r"[,;.:]", behind[: hit.start])]
    return bool(near or far)


_OF = re.compile(
    r"(?:\bof(?: the| your)?|\bvon(?: den| ihren)?|\bder|\bsur(?: les)?|\bdes|\bde (?:las|los|sus)|\bdei"
    r"|\bdegli|\bdelle|\bsu"
    r"|\bvan (?:de|uw|jullie)|\bz|\bze|\bspośród|\bdas|\bdos|/)\s*$",
    re.I,
)


def of(text: str, item: FoundQuantity) -> bool:
    """A word like "of" stands directly before: the whole of which a part is told."""
    return _OF.search(text[: item.start]) is not None


def only(text: str, start: int) -> bool:
    """ "only 30", "nur 30": a number that corrects a quantity though no unit stands by."""
    before = re.split(r"\d", vocabulary.before(text, start, _ONLY_REACH))[-1]
    return cues.has(before, "short", "partial")
