"""Finds amounts of money, the number of units that a price is for, and discounts. Ambiguous symbols stay open."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from triage.domain import units
from triage.extractors import numbers
from triage.extractors.numbers import FoundNumber

_SYMBOLS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "us$": "USD", "usd": "USD", "u$s": "USD", "£": "GBP", "gbp": "GBP",
    "zł": "PLN", "zl": "PLN", "pln": "PLN", "kč": "CZK", "czk": "CZK", "chf": "CHF", "sfr": "CHF", "fr.": "CHF", "₺": "TRY",
    "tl": "TRY", "try": "TRY", "元": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY", "円": "JPY", "jpy": "JPY", "日元": "JPY",
    "美元": "USD", "欧元": "EUR", "ユーロ": "EUR", "ドル": "USD", "sek": "SEK", "dkk": "DKK", "nok": "NOK", "r$": "BRL", "brl": "BRL",
    "dolar": "USD", "dollars": "USD", "dólares": "USD", "ca$": "CAD", "cad": "CAD", "aud": "AUD", "huf": "HUF", "ft": "HUF",
    "ron": "RON", "$": None, "¥": None, "￥": None, "kr": None,
}  # fmt: skip
#: What an ambiguous symbol means where nothing else is said.
#: Abbreviations that only in capitals are a currency: "8,65 cad." is a price for each (Italian cadauno).
_NO_CURRENCY = frozenset({"cad", "Cad", "try", "Try", "ron", "Ron"})
_LIKELY = {"$": "USD", "¥": "CNY", "￥": "CNY", "kr": "SEK"}
_WORD = "|".join(sorted((re.escape(word) for word in _SYMBOLS), key=len, reverse=True))
_CJK_WORD = "|".join(sorted((word for word in _SYMBOLS if "\u3040" <= word[0] <= "\u9fff"), key=len, reverse=True))
_CURRENCY = re.compile(rf"(?<![^\W\d_])({_WORD})(?![^\W\d_])", re.IGNORECASE)
#: Chinese and Japanese go on without a blank.
_BEHIND = re.compile(rf"^[\s\u00a0]{{0,2}}({_CJK_WORD}|(?:{_WORD})(?![^\W\d_]))", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:(?<=[\u3040-\u9fff])|(?<![^\W\d_]))({_WORD})[\s\u00a0:]{{0,2}}$", re.IGNORECASE)
#: "200  € 7,45": a sign nearer to the number behind it is that number's.
_IS_NEXT = re.compile(rf"^[\s\u00a0]{{2,}}(?:{_WORD})[\s\u00a0]?\d", re.IGNORECASE)
#: "60 € 12,50": behind a count the sign belongs to the amount with decimals.
_NEXT_HAS_DECIMALS = re.compile(rf"^[\s\u00a0]+(?:{_WORD})[\s\u00a0]?\d[\d.,]*[.,]\d\d(?!\d)", re.IGNORECASE)
_UNIT = r"(?:st\b|stk|stck|stück|stueck|pcs?|pieces?|units?|ea\b|pz|uds?|unidades|unid|pi[eè]ces?|szt|sztuk|adet|m\b|mtr|个|個|件|本|枚|stuks)?"
_BASIS = re.compile(
    rf"(?:\bper|\bje|\bpro|\bfür|\bles|\bpour|\bpor|\bal|\bogni|\bza|\bpe\b|\bpreiseinheit|\bprice unit|\bprix pour|\bpar|\bvoor"
    rf"|\bpor cada|\bcada|(?<![\s(]\d)(?<![\s(]\d\d)(?<!^\d)(?<!^\d\d)/|每|にごと)\s*:?\s*(?P<n>10|100|1[.,\s]?000)(?!\d)(?![.,/-]\d)\s*{_UNIT}"
    rf"|(?P<m>10|100|1[.,\s]?000)\s*(?:(?:个|個|件|本|枚)?(?:あたり|につき)|(?:adedi|adedin|adet fiyat[ıi]))"
    rf"|(?P<h>[/每]百[个個件只支本枚]?|\bper hundred|\b(?:pro|je|für) hundert|\ble cent\b|\bau cent\b|\b(?:el|al|por) ciento\b(?!\s+de\b)|\b(?:al|il) cento\b|\bo cento\b|\bza sto\b|\bper honderd|/\s?%(?!\w)|€/%|%\s?st\b|\byüz\b|(?-i:/C\b)(?!\w))"
    rf"|(?P<t>[/每]千[个個件只支本枚]?|\bper thousand|\bper mille\b|\b(?:pro|je|für) tausend|\bau mille\b|\b(?:le|il|el|al|por) mil(?:le|lar)?\b(?!\s+(?:euro|\d))|\b(?:o milhar|por milheiro|o mil)\b|\bpor cada mil\b|\bza tysiąc|\b(?:per|de) duizend|‰|\bbin adet|(?-i:(?<!U)/M\b)(?=[\s,.;)]|$)|/k\b)",
    re.IGNORECASE,
)
DISCOUNT = re.compile(
    r"(?P<chain>(?<![\d.,])\d{1,2}(?:[.,]\d{1,4})?\s*%?(?:\s*\+\s*\d{1,2}(?:[.,]\d{1,4})?\s*%?)+)"
    r"|[-−–]?\s*(?P<one>(?<![\d.,])\d{1,2}(?:[.,]\d{1,4})?)\s*%",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMoney:
    """An amount with its currency."""

    amount: FoundNumber
    currency: str | None  # ISO 4217; None where no currency stands by
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBasis:
    """How many units a price is for."""

    per: Decimal
    start: int
    end: int


def _iso(symbol: str) -> str | None:
    key = symbol.casefold()
    return _SYMBOLS.get(key) or _LIKELY.get(key)


def currency_in(text: str) -> str | None:
    """The currency a short text names, None where it names none or several."""
    found = {_iso(match.group(1)) for match in _CURRENCY.finditer(text) if match.group(1) not in _NO_CURRENCY} - {None}
    return found.pop() if len(found) == 1 else None


def find_money(text: str, *, decimal_mark: str | None = None) -> tuple[FoundMoney, ...]:
    """Every number with its currency where one stands directly before or behind it."""
    text = numbers.fold(text)
    found: list[FoundMoney] = []
    for number in _numbers_with_glued(text, decimal_mark):
        if number.percent:
            continue
        start, end, currency = number.start, number.end, None
        used = found[-1].end if found else 0
        behind = _BEHIND.match(text[number.end : number.end + 12])
        before = _BEFORE.search(text[max(0, number.start - 8) : number.start])
        if before and max(0, number.start - 8) + before.start() >= used:
            currency, start = _iso(before.group(1)), max(0, number.start - 8) + before.start()
        elif behind and behind.group(1) not in _NO_CURRENCY and not _is_next(text, number):
            currency, end = _iso(behind.group(1)), number.end + behind.end()
        small = _SMALL.match(text[number.end : number.end + 8]) if currency is None else None
        if small and not number.percent:
            # "11.8p", "14,5 Cent": hundredths of the unit.
            values = tuple(value / 100 for value in (number.value, *number.alternatives))
            number = replace(number, value=values[0], alternatives=values[1:])
            currency, end = _CENTS[small.group(1).strip().casefold()], number.end + small.end()
        found.append(FoundMoney(amount=number, currency=currency, start=start, end=end))
    return tuple(found)


_CENTS = {"p": "GBP", "cent": "EUR", "ct": "EUR", "cents": "EUR", "centimes": "EUR", "céntimos": "EUR"}
_SMALL = re.compile(r"((?-i:p)|[\s\u00a0]?(?:cents?|ct|centimes|céntimos))(?![^\W\d_])", re.IGNORECASE)


def _is_next(text: str, number: FoundNumber) -> bool:
    """The sign behind a number belongs to the number behind it."""
    behind = text[number.end : number.end + 24]
    if _IS_NEXT.match(behind[:16]):
        return True
    return not re.search(r"[.,]\d{2}$", number.text) and _NEXT_HAS_DECIMALS.match(behind) is not None


def _numbers_with_glued(text: str, decimal_mark: str | None) -> tuple[FoundNumber, ...]:
    """Numbers, those with a currency glued to them included ("USD5,803.00", "EUR12,50")."""
    spaced = re.sub(rf"({_WORD})(?=\d)", lambda match: " " * len(match.group()), text, flags=re.IGNORECASE)
    return numbers.find_numbers(spaced, decimal_mark=decimal_mark)


def find_price_basis(text: str) -> tuple[FoundBasis, ...]:
    """ "per 100", "/1000 Stk", "le cent", "€/%", "/C", "/M": how many units the price before it is for."""
    found = []
    for match in _BASIS.finditer(text):
        digits = match.group("n") or match.group("m")
        per = Decimal(re.sub(r"\D", "", digits)) if digits else Decimal(100) if match.group("h") else Decimal(1000)
        found.append(FoundBasis(per=per, start=match.start(), end=match.end()))
    return tuple(found)


def find_discounts(text: str) -> tuple[Decimal, ...]:
    """Discounts in percent in their order; chained ones ("10+5") one by one."""
    found: list[Decimal] = []
    for match in DISCOUNT.finditer(numbers.fold(text)):
        pieces = re.sub(r"[%\s]", "", match.group("chain") or match.group("one")).split("+")
        found.extend(Decimal(piece.strip().replace(",", ".")) for piece in pieces)
    return tuple(value for value in found if 0 < value < 100)


def discounts_in_cell(text: str, *, decimal_mark: str | None = None) -> tuple[Decimal, ...]:
    """Discounts of a cell below a head that says so: "20,0", "30/5" and "30+5" are percentages without a sign."""
    found = find_discounts(_CHAIN_BY_SLASH.sub("+", text))
    if found:
        return found
    plain = [number.value for number in numbers.find_numbers(text, decimal_mark=decimal_mark)]
    return tuple(value for value in map(abs, plain) if 0 < value < 100)


_CHAIN_BY_SLASH = re.compile(r"(?<=\d)\s?%?\s?/\s?(?=\d)")
_PER_UNIT = re.compile(
    r"^[\s\u00a0]{0,2}(?:/\s?|(?:per|pro|je|par|por|za|voor|the|à|a|al|alla|la|le|el)\s)?(?:\d{1,4}\s?)?"
    r"([mM][23²³](?!\w)|[个個件只支套台米箱卷張张枚本根]|c/u|[^\W\d_]{1,12})",
    re.IGNORECASE,
)
_HEAD_UNIT = re.compile(
    r"(?:/|(?<![^\W\d_])(?:per|pro|je|par|por|za|voor)\s)\s?([mM][23²³](?!\w)|[^\W\d_]{1,12})", re.IGNORECASE
)
_EACH = frozenset({"cad", "cadauno", "cadauna", "each", "ea", "c/u", "cada", "pièce", "apiece", "cda"})


def per_unit(text: str) -> str | None:
    """The unit with which a text begins behind a price ("el par", "/Stk", "each"); None where it begins otherwise."""
    match = _PER_UNIT.match(text)
    if match is None:
        return None
    if match.group(1).casefold() in _EACH:
        return "pcs"
    return match.group(1) if units.find_unit(match.group(1)) else None


def unit_behind(text: str, *, decimal_mark: str | None = None) -> str | None:
    """The unit that a price is for: "£2.95 ea", "€ 17,20 per rol", "46,50 cad.", the head "Preis/Stk."; None where
    none is written.
    """
    priced = [item for item in find_money(text, decimal_mark=decimal_mark) if item.currency]
    matches = [_PER_UNIT.match(text[item.end :]) for item in priced] or [_HEAD_UNIT.search(text)]
    for match in matches:
        if match is None:
            continue
        if match.group(1).casefold() in _EACH:
            return "pcs"
        if units.find_unit(match.group(1)):
            return match.group(1)
    return None
