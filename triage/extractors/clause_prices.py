"""The unit price that a stretch of a sentence states, apart from totals, surcharges and the price that it replaces."""

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal

from triage.domain import units
from triage.domain.evidence import Stated
from triage.domain.statement import Price
from triage.extractors import arithmetic, cues, money, numbers, quantities, vocabulary
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context
from triage.extractors.hints import Candidate

_MOST_FACTORS = 12
_AT = re.compile(r"@\s?(?=\d)|(?<![^\W\d_])(?:à|zu je|je|zu|a|at|at a price of|po|für|voor|por)\s(?=\d)", re.IGNORECASE)
_ARROW = re.compile(r"\d[.,]\d{2,4}\s{0,3}(?:->|→|=>|➔)\s{0,3}(?P<new>\d[\d.,]*[.,]\d{2,4})(?!\d)")
_DECIMALS = re.compile(r"[.,]\d{2,4}$")
_PRICE_WORDS = ("columns.unit_price", "columns.net_price")
_ADDED = ("labels.surcharge", "labels.freight", "labels.total", "labels.subtotal", "labels.vat", "labels.minimum_order",
          "columns.amount", "columns.tax")  # fmt: skip
_SURCHARGE = re.compile(r"[^\W\d_]*(?:zuschl[aä]ge?|toeslag|kupfer|copper|metal surcharge)(?![^\W\d_])", re.IGNORECASE)
_REDUCED = re.compile(
    r"(?:abz(?:[uü]gl?\w*|gl)\.?|less|minus|moins|menos|meno|minder|minus|po rabacie|minder)\s*$", re.IGNORECASE
)


def price(text: str, sentence: Sentence, context: Context, candidates: Sequence[Candidate]) -> Stated[Price] | None:
    """A unit price said in words; totals, surcharges, freight and the price that it replaces are not meant."""
    amounts = money.find_money(text, decimal_mark=context.decimal_mark)
    paid = [item.line.price for item in candidates if item.line.price]
    if cues.has(text, "price_later") and _replaced(text, amounts, paid) is None:
        return None  # "from October 204, but this order at the old price"
    found = [item for item in amounts if item.currency] or _named_prices(text, amounts, candidates)
    places = arithmetic.multiplied([item.amount.value for item in amounts[:_MOST_FACTORS]])
    if places and not quantities.PACKED.search(text) and not any(item.currency for item in amounts):
        found = [amounts[places[1]]]  # "20 x 289,00 = 5.780,00"
    found = [
        item for index, item in enumerate(found) if not _is_added(text, found[index - 1].end if index else 0, item)
    ]
    if not found:
        return None
    found = [item for item in found if not _is_product(text, item, context)] or _factors(text, found, context)
    ours = {item.line.price for item in candidates if item.line.price}
    if ours:
        # A share capital or an order total is no unit price: what is ten times off is not taken from a sentence.
        found = [item for item in found if any(price / 10 < item.amount.value < price * 2000 for price in ours)]
        found = [item for item in found if any(price / 10 < item.amount.value < price * 10 for price in ours)] or [
            item for item in found if _basis(text, item) is not None
        ]
    # "50,00 zł (61,50 zł)": what stands in brackets explains the amount before them.
    found = [item for item in found if not _explains(text, item, found)]
    marks = cues.hits(text, "instead_of", "former")
    fresh = [item for item in found if not any(0 <= item.start - mark.end <= 25 for mark in marks)]
    # "liste 60,00 EUR - 5 % = 57,00 EUR": what stands behind the sign.
    netted = [item for item in fresh if re.search(r"=\s{0,3}$", text[: item.start])]
    fresh = netted or fresh
    measured = [item for item in fresh if _is_of_other_unit(text, item, candidates)]
    if measured and len(measured) < len(fresh):
        fresh = [item for item in fresh if item not in measured]  # "4,00 €/m, es decir 12,00 la vara"
    elif len(fresh) > 1 and any(item.amount.value in ours for item in fresh):
        fresh = [item for item in fresh if item.amount.value not in ours] or fresh
    if not fresh:
        return None
    chosen = fresh[-1]
    basis = _basis(text, chosen)
    price = Price(
        amount=chosen.amount.value,
        per=basis.per if basis else context.price_per or Decimal(1),
        # "20,00 € menos 5 % = 19,00 €": what stands behind the sign is net.
        discounts=() if re.search(r"=\s{0,3}$", text[: chosen.start]) else _discounts(text),
        currency=_currency(chosen, context),
    )
    place = context.evidence(text[chosen.start : max(chosen.end, basis.end if basis else 0)], page=sentence.page)
    confidence = 0.88 if len({item.amount.value for item in fresh}) == 1 else 0.6
    return Stated(value=price, evidence=place, confidence=confidence, source="prose")


def _currency(chosen: money.FoundMoney, context: Context) -> str | None:
    """In Italian "742,00 CAD" is a price for each (cadauno), in capitals as well."""
    found = chosen.currency or context.currency
    return None if found == "CAD" and "it" in context.languages else found


def unit_amounts(text: str, context: Context) -> list[Decimal]:
    """All amounts of money in a text but totals, surcharges, freight, and what a price was before."""
    found = [item for item in money.find_money(text, decimal_mark=context.decimal_mark) if item.currency]
    marks = cues.hits(text, "instead_of", "former")
    return [
        item.amount.value
        for index, item in enumerate(found)
        if not _is_added(text, found[index - 1].end if index else 0, item)
        and not any(0 <= item.start - mark.end <= 25 for mark in marks)
    ]


def _named_prices(
    text: str, amounts: Sequence[money.FoundMoney], candidates: Sequence[Candidate]
) -> list[money.FoundMoney]:
    """Amounts without a currency behind a word for price, with decimals, and near what the goods cost."""
    ours = [item.line.price for item in candidates if item.line.price]
    words = [hit.end for name in _PRICE_WORDS for hit in vocabulary.phrases_in(text, name)]
    words += [match.end() for match in _AT.finditer(text)]
    arrow = _ARROW.search(text)
    if arrow is not None:
        fresh = [item for item in amounts if item.amount.start == arrow.start("new")]
        if fresh:
            return fresh  # "24,40 -> 24,90": from … to …
    replaced = _replaced(text, amounts, ours)
    if replaced is not None:
        return [replaced]
    alone = [item for item in amounts if _DECIMALS.search(item.amount.text) and not item.amount.percent]
    if (
        len(alone) == 1
        and _IN_ROW.search(text)
        and any(price * 2 / 3 <= alone[0].amount.value <= price * 3 / 2 for price in ours)
    ):
        return alone  # "CR-8   crochet   90   3,20 net   04/05": the only amount of a row, near what we pay
    return [
        item
        for item in amounts
        if not item.amount.percent
        and re.search(r"[.,]\d{2,4}$", item.amount.text)
        and (
            (
                any(0 <= item.start - end <= 16 and not re.search(r"[\d,;]", text[end : item.start]) for end in words)
                and any(price / 2 <= item.amount.value <= price * 2 for price in ours)
            )
            # "now at 17,20 a pair": near the price that we know, and for its unit.
            or (
                any(price * 3 / 4 <= item.amount.value <= price * 5 / 4 for price in ours)
                and money.per_unit(text[item.end :]) is not None
            )
        )
    ]


#: Columns: a number between gaps, or behind a code and before a day.
_IN_ROW = re.compile(r"\S(?: {2,}|\t)\S[^\n]*?(?: {2,}|\t)\S")


def _replaced(text: str, amounts: Sequence[money.FoundMoney], ours: Sequence[Decimal]) -> money.FoundMoney | None:
    """ "Bitte 12,40 statt 13,00 ansetzen": one amount is what we pay, the other is new."""
    found = [item for item in amounts if _DECIMALS.search(item.amount.text) and not item.amount.percent]
    known = [item for item in found if item.amount.value in ours]
    fresh = [item for item in found if any(price / 2 <= item.amount.value <= price * 2 for price in ours)]
    fresh = [item for item in fresh if item.amount.value not in ours]
    if len(fresh) == 1 and known and cues.has(text, "instead_of", "former", "price_change", "price_increase", "new"):
        return fresh[0]
    return None


def _is_of_other_unit(text: str, item: money.FoundMoney, candidates: Sequence[Candidate]) -> bool:
    """The price is for a measure that the goods are not ordered in."""
    unit = units.find_unit(money.per_unit(text[item.end :]) or "")
    own = {units.find_unit(candidate.line.uom) for candidate in candidates}
    return bool(own) and unit is not None and unit != "unit" and unit not in own


def _explains(text: str, item: money.FoundMoney, among: Sequence[money.FoundMoney]) -> bool:
    """The amount stands in brackets right behind another one, alone or with a word."""
    before = [other for other in among if other.end <= item.start]
    if not before or not re.match(r"\s*[(（][^()（）\d]{0,20}$", text[before[-1].end : item.start]):
        return False
    return re.match(r"[^()（）\d]{0,20}[)）]", text[item.end :]) is not None


def _others(text: str, item: money.FoundMoney, context: Context) -> list[numbers.FoundNumber]:
    """The clause's other numbers."""
    found = numbers.find_numbers(text, decimal_mark=context.decimal_mark)
    return [other for other in found if other.start != item.amount.start and other.value > 0 and not other.percent]


def _is_product(text: str, item: money.FoundMoney, context: Context) -> bool:
    """ "8 pcs x 289.00 = 2,312.00 EUR": the amount is quantity times price, so it is the line's total."""
    return _factor(text, item, context) is not None


def _factor(text: str, item: money.FoundMoney, context: Context) -> numbers.FoundNumber | None:
    """The price whose product with a quantity before it is the amount; quantity 1 proves nothing."""
    others = [other for other in _others(text, item, context) if other.end <= item.start]
    for one, other in itertools.combinations(others, 2):
        if one.value != 1 and other.value != 1 and abs(one.value * other.value - item.amount.value) <= Decimal("0.01"):
            return other
    return None


def _factors(text: str, totals: Sequence[money.FoundMoney], context: Context) -> list[money.FoundMoney]:
    """The prices behind totals, where they carry no currency of their own."""
    found = []
    for total in totals:
        price = _factor(text, total, context)
        if price is not None:
            found.append(money.FoundMoney(amount=price, currency=total.currency, start=price.start, end=price.end))
    return found


def _is_added(text: str, left: int, item: money.FoundMoney) -> bool:
    """The amount is a surcharge, freight, a total: a word for it stands before it, nearer than another amount."""
    pieces = [
        piece
        for piece in re.split(r"[,;，；、。()]\s*", vocabulary.before(text, item.start, 40, least=left))
        if piece.strip()
    ]
    before = pieces[-1] if pieces else ""
    if _SURCHARGE.search(before):
        return True
    return any(vocabulary.phrases_in(before, name) for name in _ADDED)


def _basis(text: str, item: money.FoundMoney) -> money.FoundBasis | None:
    """How many units the price is for, said directly beside it."""
    near = [
        base
        for base in money.find_price_basis(text)
        if -12 <= base.start - item.end <= 15 or 0 <= item.start - base.end <= 6
    ]
    return near[0] if near else None


def _discounts(text: str) -> tuple[Decimal, ...]:
    """Percentages beside a word for discount, in their order."""
    found: list[Decimal] = []
    hits = vocabulary.phrases_in(text, "columns.discount")
    for match in money.DISCOUNT.finditer(numbers.fold(text)):
        named = any(-3 <= match.start() - hit.end <= 12 or -3 <= hit.start - match.end() <= 6 for hit in hits)
        taken_off = _REDUCED.search(text[: match.start()]) or (
            match.group().lstrip()[:1] in "-−–" and _AMOUNT_BEFORE.search(text[: match.start()])
        )
        if "%" in match.group() and (named or taken_off):
            found.extend(money.find_discounts(match.group()))
    bare = _LESS.search(text)
    if bare and not found:
        found.append(Decimal(bare.group(1)))
    return tuple(found)


_AMOUNT_BEFORE = re.compile(r"\d[.,]\d{2,4}\s{0,3}(?:€\s?|EUR\s?)?$")  # "68,00 -10 %"
#: "24,00 meno il 3", "50,00 min 20%": percentages that are taken off a price, though no word says discount.
_LESS = re.compile(
    r"\d[.,]\d{2,4}\s(?:€\s|EUR\s)?(?:meno|menos|moins|less|minus|min|minder|abz[uü]glich)\s(?:il\s|el\s|le\s)?"
    r"(\d{1,2})(?:\s?%|(?![\d/]|[.,]\d|\s?(?:€|EUR|\d)))",
    re.IGNORECASE,
)
