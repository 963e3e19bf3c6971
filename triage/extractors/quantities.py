"""Finds which numbers of a sentence are quantities of goods, and whether they are promised, ordered or already here."""

import enum
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from triage.domain import units
from triage.extractors import arithmetic, bare_counts, cues, money, numbers, shifts, vocabulary
from triage.extractors.context import Context
from triage.extractors.hints import Candidate


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


_UNIT_BEHIND = re.compile(
    r"[\s(]{0,2}((?:平方?米|立方米)|[个個件只支套台米箱卷張张枚本根巻丁挺脚冊点基把㎡㎥]|[mM][23²³](?![^\W_])|[^\W\d_]{1,14}(?![0-9])\.?)"
)
#: "60       Pkg.      14,80": the unit has a column of its own.
_UNIT_COLUMN = re.compile(r" {3,14}([^\W\d_]{1,8}\.?)(?: {2,}|$)")
#: "pz 90", "szt. 12", "n. 4": the unit stands before the number.
_UNIT_BEFORE = re.compile(r"(?<![^\W\d_])(pz|pcs?|nr|stk?|szt|uds?|ml|mq|mt|kg|cf|rot)\.?\s$", re.IGNORECASE)
#: "30 of 40 pcs", "150 downlights sur les 200": a share of what was ordered.
_SHARE = re.compile(
    r"\s?(?:[^\W\d_]+\s){0,2}(?:of|out of|von|der|sur|de|des|di|dei|delle|su|van|z|ze|das|dos|/)\s?"
    r"(?:(?:the|den|les|las|los|le|de)\s)?(?:(?:ordered|bestellten|ursprünglich)\s)?(\d[\d.,]*)",
    re.IGNORECASE,
)
#: Accounts and telephone numbers: groups of digits without a unit.
_ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,9}(?!\w)|(?<!\d)\d{2,5}(?: \d{2,5}){3,}(?!\d)")
#: Of units in which an order line is not counted these tell a size, a weight, a way of packing.
_MEASURES = {"m", "kg", "g", "t", "l", "m2", "m3", "pallet"}
_PACKS = {"pack", "box", "pallet", "bag", "drum", "unit"}
_ONLY_REACH = 34  # characters between "only" and its number: "sólo podemos servirte 90"
_DIMENSION = re.compile(r"\d\s?(?:mm|cm|m)\s?[x×]\s?$", re.IGNORECASE)
_REST_REACH = 16  # characters before a number in which it is called the rest
_MOST_FACTORS = 12  # numbers of a row among which a product is looked for
_MOST_BARE = 6  # numbers in a sentence among which a sum is looked for
_TIMES = re.compile(r"^\s?[x×]\s?(?=\S)|(?<=\d)\s?[x×]$", re.IGNORECASE)


#: "348 555 0127", "+49 461 770 31-8", "0121 496 0177": three groups of digits that are no thousands.
_PHONE = re.compile(r"(?<![\w.,])(?:\+\d{1,3}|0\d{1,5}|\d{3,4})(?:[ /.-]\d{2,4}){2,4}(?![\w,])")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")


def _taken(text: str, context: Context) -> list[tuple[int, int]]:
    """Stretches whose numbers are something else: dates, prices, percentages."""
    spans = [(found.start, found.end) for found in cues.dates_in(text, context)]
    spans += [(found.start, found.end) for found in money.find_money(text) if found.currency]
    priced = [found for found in money.find_money(text) if found.currency]
    spans += [
        (found.start, found.end)
        for found in money.find_price_basis(text)
        # "les 100" is a basis only behind a price.
        if any(0 <= found.start - item.end < 20 for item in priced)
    ]
    spans += [(found.start, found.end) for found in shifts.find_shifts(text)]
    spans += [match.span() for match in _ACCOUNT.finditer(text)]
    spans += [match.span() for match in _PHONE.finditer(text) if not _THOUSANDS.fullmatch(match.group().strip())]
    return spans


def in_text(text: str, context: Context, candidates: Sequence[Candidate]) -> list[FoundQuantity]:
    """All quantities of a sentence. A bare number counts only where an order expects exactly that many."""
    taken = _taken(text, context)
    own = {units.find_unit(item.line.uom) for item in candidates or context.hints.candidates}
    expected = {item.line.quantity for item in candidates} | {item.line.open_quantity for item in candidates}
    found: list[FoundQuantity] = []
    bare: list[numbers.FoundNumber] = []
    proved = _multiplied(text, context)
    packs = PACKED.search(text)
    if packs:
        # "15 ctns x 12 = 180": the product counts, its factors do not.
        taken = [*taken, (packs.start(), packs.start("all"))]
    for number in numbers.find_numbers(text, decimal_mark=context.decimal_mark):
        if packs and number.start == packs.start("all"):
            found.append(replace(_bare(number), confidence=0.9))
            continue
        if number.start == proved:
            unit, end = _unit(text, number.start, number.end)
            found.append(replace(_bare(number), end=end, text=text[number.start : end], unit=unit, confidence=0.93))
            continue
        if bare_counts.is_something_else(text, number, taken):
            continue
        unit, end = _unit(text, number.start, number.end)
        broken = (units.find_unit(unit) or "unit") == "unit" and own == {"unit"} and number.value % 1
        broken = broken or (
            units.find_unit(unit) == "unit" and number.value % 1
        )  # "37.65 each" is a price: pieces are whole
        if broken or (number.measure and units.find_unit(unit) not in own) or _DIMENSION.search(text[: number.start]):
            continue
        values = (number.value, *number.alternatives)
        value = next((item for item in values if item in expected), number.value)
        packed = units.find_unit(unit) in _PACKS - own and cues.has(text, "tracking")  # "DHL, 2 parcels, 14 kg"
        if packed or (unit and value not in expected and units.find_unit(unit) in _MEASURES - own):
            continue  # "2 m long", "318 kg gross", "3 pallets": of the goods or of their packing
        called = {word for item in candidates for word in item.words}
        named = bare_counts.of_goods(text, number, called, expected)
        if not unit and value not in expected and not named and not _counts(text, number, expected, context):
            bare.append(number)
            continue
        if number.measure and _OF_SIZE.search(text[: number.start]) and value not in expected:
            continue  # "Guía en U de 2 m: las 60 barras"
        leads = not text[: number.start].strip(" -*•") and _LEADS_CODE.match(text[number.end :]) is not None
        confidence = _confidence(known=value in expected, unit=bool(unit), leads=leads)
        found.append(
            FoundQuantity(
                value=value,
                start=number.start,
                end=end,
                text=text[number.start : end],
                unit=unit,
                role=Use.STATED,
                confidence=confidence,
            )
        )
    found += _in_words(text, context, expected, taken, {item.value for item in found} | {item.value for item in bare})
    found = sorted([*found, *_completing(text, found, bare, expected)], key=lambda item: item.start)
    found = [_proved(item, found, expected) for item in found]
    days = cues.dates_in(text, context)
    ahead = [day.start for day in days if day.value > context.today]
    return _with_roles(text, found, expected, [day.start for day in days], ahead)


_PROVED = 0.82  # of a number that makes up with another what was ordered


def _proved(item: FoundQuantity, found: Sequence[FoundQuantity], expected: set[Decimal]) -> FoundQuantity:
    """ "6 on the 8th and the other 4 on the 15th" of 10: each proves the other."""
    if item.confidence >= _PROVED or not any(
        other is not item and other.value + item.value in expected for other in found
    ):
        return item
    return replace(item, confidence=_PROVED)


_SPOKEN = 0.75  # of a count in words that is what was ordered


def _in_words(
    text: str, context: Context, expected: set[Decimal], taken: Sequence[tuple[int, int]], said: set[Decimal]
) -> list[FoundQuantity]:
    return [
        FoundQuantity(
            value=value, start=start, end=end, text=text[start:end], unit="", role=Use.STATED, confidence=_SPOKEN
        )
        for value, start, end in bare_counts.in_words(text, context.languages, expected, taken, said)
    ]


def _counts(text: str, number: numbers.FoundNumber, expected: set[Decimal], context: Context) -> bool:
    """A number without a unit, that was not ordered, counts goods all the same: by the words around it."""
    return (
        _TIMES.search(text[number.end : number.end + 3]) is not None
        or _is_share(text[number.end : number.end + 48], expected, context)
        or bare_counts.labelled(text, number.start)
        or bare_counts.rest(text, number.start, number.end)
        or bare_counts.beside_code(text, number.start, number.end)
        or _only(text, number.start)
        or bare_counts.delivered(text, number, expected)
        or bare_counts.in_column(text, number)
    )


_OF_SIZE = re.compile(r"(?<![^\W\d_])(?:de|di|da|à|von|of|van|o)\s$", re.IGNORECASE)


_LEADS_CODE = re.compile(r"\s{1,8}_{3,}")


def _confidence(*, known: bool, unit: bool, leads: bool) -> float:
    """known: so many were ordered; leads: the number opens a row before a code."""
    return 0.93 if known and (unit or leads) else 0.88 if unit else 0.8 if known else 0.6


#: So many packs of so many pieces are so many pieces.
PACKED = re.compile(
    r"\d+\s?(?:ctns?|cartons?|cases|boxes|bx|bags|karton\w*|kart\.?|cajas?|scatole|conf(?:ezioni)?\.?|dozen|doosjes|dozen|caixas"
    r"|packs?|vpe|pal(?:etten)?\.?|koli|箱)\s?(?:[x×à]|zu je|de|da|of|von|van)\s?\d+[^=\d]{0,8}=\s?(?P<all>\d[\d.,]*)",
    re.IGNORECASE,
)


def _multiplied(text: str, context: Context) -> int:
    """Where the quantity of "20 x 289,00 = 5.780,00" begins; -1 where no product proves one."""
    days = cues.dates_in(text, context)
    found = [
        item
        for item in numbers.find_numbers(text, decimal_mark=context.decimal_mark)
        # Of "3月22日 … 4月12日" no product proves anything.
        if not item.percent and not any(item.start < day.end and item.end > day.start for day in days)
    ]
    if PACKED.search(text):
        return -1
    places = arithmetic.multiplied([item.value for item in found[:_MOST_FACTORS]])
    return found[places[0]].start if places else -1


def _is_share(behind: str, expected: set[Decimal], context: Context) -> bool:
    """What follows is "of the 200", and 200 were ordered."""
    match = _SHARE.match(behind)
    if match is None:
        return False
    whole = numbers.find_numbers(match.group(1).rstrip(".,"), decimal_mark=context.decimal_mark)
    return any({item.value, *item.alternatives} & expected for item in whole)


def _completing(
    text: str, found: Sequence[FoundQuantity], bare: Sequence[numbers.FoundNumber], expected: set[Decimal]
) -> list[FoundQuantity]:
    """Numbers without a unit that make up an expected quantity together ("20 now, 10 later" of 30)."""
    if len(bare) > _MOST_BARE or not expected:
        return []
    whole = {item.value for item in found} <= expected  # nothing found, or only what was ordered
    for one, other in itertools.combinations(bare, 2):
        if whole and one.value > 0 and other.value > 0 and one.value + other.value in expected:
            return [_bare(one), _bare(other)]
    parts = [one for one in bare if one.value > 0 and one.value % 1 == 0]
    wholes = [item for item in found if item.value in expected and (_of(text, item) or _was_ordered(text, item))]
    if len(parts) == 1 and any(parts[0].value < item.value for item in wholes):
        return [_bare(parts[0])]  # "of the 30 supports 20 are cast already"
    for one in bare:
        if one.value > 0 and any(one.value + item.value in expected and item.value not in expected for item in found):
            return [_bare(one)]
    return []


def _was_ordered(text: str, item: FoundQuantity) -> bool:
    """ "Your 40": a word for what was ordered directly before."""
    return _beside(vocabulary.before(text, item.start, 30), "", "was_ordered")


def _bare(number: numbers.FoundNumber) -> FoundQuantity:
    return FoundQuantity(
        value=number.value,
        start=number.start,
        end=number.end,
        text=number.text,
        unit="",
        role=Use.STATED,
        confidence=0.82,
    )


def _unit(text: str, start: int, end: int) -> tuple[str, int]:
    """(unit, where it ends) beside a number: behind it, else before it."""
    match = _UNIT_BEHIND.match(text[end:])
    if match and text[end + match.end() :][:1] == "/":
        match = None  # "598,00 p/st": a price
    if match and match.group(1) == "to" and re.match(r"\s[^\W\d_]", text[end + match.end() :]):
        match = None  # "10 to follow"
    if match and units.find_unit(match.group(1)):
        return match.group(1), end + match.end()
    apart = _UNIT_COLUMN.match(text[end:])
    if apart and units.find_unit(apart.group(1)):
        return apart.group(1), end
    before = _UNIT_BEFORE.search(text[max(0, start - 6) : start])
    return (before.group(1), end) if before else ("", end)


def _only(text: str, start: int) -> bool:
    """ "only 30", "nur 30": a number that corrects a quantity though no unit stands by."""
    before = re.split(r"\d", vocabulary.before(text, start, _ONLY_REACH))[-1]
    return cues.has(before, "short", "partial")


def _with_roles(
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
        whole = [item for item in stated if item.value in expected and _of(text, item)]
        result = [replace(item, role=Use.ORDERED) if item in whole[:1] else item for item in result]
        stated = [item for item in result if item.role is Use.STATED]
    corrected = [item for item in stated if item.value not in expected and _only(text, item.start)]
    known = [item for item in stated if item.value in expected and corrected and item.end <= corrected[0].start]
    if corrected and len(known) == 1:
        # "500 St.   25.09.   nur 400 möglich": what follows "only" comes, what stands before was ordered.
        result = [replace(item, role=Use.ORDERED) if item is known[0] else item for item in result]
        stated = [item for item in result if item.role is Use.STATED]
    if len({item.value for item in stated}) == 2 and cues.has(text, "short", "partial", "over"):
        # "of the 100 only 60": the one that the order has is what was ordered.
        known = [item for item in stated if item.value in expected]
        if len(known) == 1 and _of(text, known[0]):
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


_OF_WHOLE = re.compile(r"['’](?:[iıuü]n|n[iıuü]n)(?![^\W\d_])")
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


def _beside(before: str, behind: str, cue: str) -> bool:
    """The word stands directly before or behind the quantity."""
    near = [hit for hit in cues.hits(before, cue) if not re.search(r"[\w,;.(]", before[hit.end :])]
    far = [hit for hit in cues.hits(behind, cue) if hit.start <= 6 and not re.search(r"[,;.:]", behind[: hit.start])]
    return bool(near or far)


_OF = re.compile(
    r"(?:\bof(?: the)?|\bvon(?: den)?|\bder|\bsur(?: les)?|\bdes|\bde (?:las|los)|\bdei|\bdelle|\bsu|\bvan de|\bz|\bze|\bdas|\bdos|/)\s*$",
    re.I,
)


def _of(text: str, item: FoundQuantity) -> bool:
    return _OF.search(text[: item.start]) is not None
