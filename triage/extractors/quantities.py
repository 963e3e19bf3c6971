"""Finds which numbers of a sentence are quantities of goods, and whether they are promised, ordered or already here."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from triage.domain import units
from triage.extractors import arithmetic, bare_counts, cues, money, numbers, quantity_roles, shifts
from triage.extractors.context import Context
from triage.extractors.hints import Candidate
from triage.extractors.quantity_roles import FoundQuantity, Use

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
_DIMENSION = re.compile(r"\d\s?(?:mm|cm|m)\s?[x×]\s?$", re.IGNORECASE)
_MOST_FACTORS = 12  # numbers of a row among which a product is looked for
_MOST_BARE = 6  # numbers in a sentence among which a sum is looked for
_TIMES = re.compile(r"^\s?[x×]\s?(?=\S)|(?<=\d)\s?[x×]$", re.IGNORECASE)


#: "300 555 0100", "+49 30 555 01-0", "0100 555 0199": three groups of digits that are no thousands.
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
    for number in bare_counts.thousands(text, numbers.find_numbers(text, decimal_mark=context.decimal_mark), expected):
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
            continue  # "Perfil de 3 m: las 45 piezas"
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
    return quantity_roles.with_roles(text, found, expected, [day.start for day in days], ahead)


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
        or quantity_roles.only(text, number.start)
        or bare_counts.delivered(text, number, expected)
        or bare_counts.in_column(text, number)
        or bare_counts.part_of(text, number, expected)
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


_OF_TYPE = re.compile(r"(?<![^\W_])[A-ZÀ-Þ]{1,5}\s$")  # "HK 4": a number of a type


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
    parts = [one for one in bare if one.value > 0 and one.value % 1 == 0 and not _OF_TYPE.search(text[: one.start])]
    wholes = [
        item
        for item in found
        if item.value in expected and (quantity_roles.of(text, item) or quantity_roles.was_ordered(text, item))
    ]
    if len(parts) == 1 and any(parts[0].value < item.value for item in wholes):
        return [_bare(parts[0])]  # "of the 30 supports 20 are cast already"
    for one in bare:
        if one.value > 0 and any(one.value + item.value in expected and item.value not in expected for item in found):
            return [_bare(one)]
    return []


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
