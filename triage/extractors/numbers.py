"""Finds numbers in text the way suppliers of eleven languages write them. Says where a number can be read two ways.

Never takes a piece of a code, a time, a telephone number or an account for a number.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_WIDE_DIGITS = "０１２３４５６７８９"
_BLANK = "\u00a0\u2007\u2009\u202f"
#: Digits in groups of three, or plain; a mark with decimals behind. Groups are checked by `_readings`.
_NUMBER = re.compile(
    rf"(?:(?<=[\u3040-\u9fff])|(?<=[\s(]@)|(?<=^@)|(?<=[^\W\d_][:：,])|(?<![\w.,:/#@\-+'’]))([-−+])?(\d{{1,3}}(?:[.,'’{_BLANK} ]\d{{3}})+(?:[.,]\d{{1,6}})?|\d{{1,12}}(?:[.,]\d{{1,6}})?)"
    rf"(?![\d@])(?!['’:/\-–]\d)(?![.,]\d)"
)
_LETTER_BEHIND = re.compile(r"[^\W\d_]", re.UNICODE)
_PERCENT = re.compile(
    r"^[\s\u00a0]{0,2}(?:%|％|percent\b|prozent\b|pour\s?cent\b|por\s?ciento\b|per\s?cento\b|procent)", re.IGNORECASE
)
#: Technical measures: a number before one of these is a property of the goods, not a quantity of them.
_MEASURE = re.compile(
    r"^[\s\u00a0-]{0,2}(?:mm2?|mm²|cm|dm|µm|um|kv|mv|kw|mw|(?-i:[VWA])|ma|hz|khz|bar|mbar|kpa|mpa|nm|kn|rpm|ml|cl|°|°c|db|dpi|gb|mb"
    r"|shore|inch|zoll|\"|''|μm|vac|vdc|ah|mah|kva|kwh|ohm|ω|g/m|gsm|polig|pin|pole)(?![\w])",
    re.IGNORECASE,
)
_CROSS = re.compile(r"^\s?[x×*]\s?\d|^[x×]", re.IGNORECASE)
_BEFORE_CROSS = re.compile(r"\d\s?[x×*]\s?$", re.IGNORECASE)
_CJK_TEN_THOUSAND = re.compile(r"^\s?[万萬]")
_CJK_UNITS = "个個件只支套台米箱卷張张枚本条條片块塊双雙对對组組袋瓶吨元円圆根颗"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A number in a text."""

    value: Decimal
    start: int
    end: int
    text: str
    alternatives: tuple[Decimal, ...] = ()  # other readings of the same digits
    percent: bool = False
    measure: bool = False  # a size or rating ("24 V", "100x10"), no quantity of goods


def fold(text: str) -> str:
    """Full-width digits and marks as ASCII; the length stays. A full-width comma is a mark of numbers only between
    full-width digits: elsewhere it ends a clause ("USD11.90，12月15日").
    """
    if text.isascii():
        return text
    return "".join(
        folded
        if len(folded := unicodedata.normalize("NFKC", char)) == 1
        and (char in "０１２３４５６７８９．－％" or (char == "，" and _between_wide_digits(text, index)))
        else char
        for index, char in enumerate(text)
    )


def _between_wide_digits(text: str, index: int) -> bool:
    return 0 < index < len(text) - 1 and text[index - 1] in _WIDE_DIGITS and text[index + 1] in _WIDE_DIGITS


def _readings(digits: str, decimal_mark: str | None) -> tuple[Decimal, ...]:
    """All values the written digits can mean, the likeliest first; empty where the grouping is wrong."""
    text = digits.replace("’", "'")
    for blank in _BLANK + " ":
        text = text.replace(blank, "_")
    marks = [char for char in text if char in ".,'_"]
    if not marks:
        return (Decimal(text),)
    last = marks[-1]
    head, _, tail = text.rpartition(last)
    others = set(marks[:-1])
    if last in "'_":
        return (Decimal(re.sub(r"[.,'_]", "", text)),) if len(others - {last}) == 0 else ()
    if others and (last in others):
        # The same mark twice only groups.
        return (Decimal(re.sub(r"[.,'_]", "", text)),) if len(set(marks)) == 1 else ()
    whole = re.sub(r"[.,'_]", "", head)
    as_decimal = Decimal(f"{whole}.{tail}")
    if others or len(tail) != 3 or len(whole) > 3 or head.startswith("0"):
        return (as_decimal,)
    as_group = Decimal(whole + tail)
    if decimal_mark == last:
        return (as_decimal, as_group)
    return (as_group, as_decimal)


def _is_code(text: str, end: int) -> bool:
    """Letters hang on the number without a blank, and are no unit."""
    behind = text[end : end + 1]
    if not behind or not _LETTER_BEHIND.match(behind) or "\u3040" <= behind <= "\u9fff" or behind in _CJK_UNITS:
        return False
    word = re.match(r"[^\W_]+", text[end:])
    found = word.group() if word else ""
    if any(char.isdigit() for char in found):
        return True
    from triage.domain import units

    return not (
        units.find_unit(found)
        or _MEASURE.match(text[end:])
        or found.casefold() in ("x", "eur", "usd", "chf", "gbp", "pln", "zł", "tl", "h")
    )


def _blanks_group(text: str, start: int, written: str, decimal_mark: str | None) -> bool:
    """A plain blank groups digits only where the whole is long or has decimals: "2 050,00", never "2 600"."""
    if " " not in written:
        return True
    return bool(re.search(r"[.,]\d{1,3}$", written)) or decimal_mark == ","


def find_numbers(text: str, *, decimal_mark: str | None = None) -> tuple[FoundNumber, ...]:
    """All numbers of a text, in order.

    decimal_mark: the mark that the document uses, where that is known; it decides "1.234".
    """
    text = fold(text)
    found = []
    at = 0
    while match := _NUMBER.search(text, at):
        sign, written = match.group(1), match.group(2)
        start, end = match.start(2), match.end(2)
        if not _blanks_group(text, start, written, decimal_mark):
            written = written.split(" ")[0]
            end = start + len(written)
        at = max(end, match.start() + 1)
        values = _readings(written, decimal_mark)
        if not values or _is_code(text, end):
            continue
        if _CJK_TEN_THOUSAND.match(text[end : end + 2]):
            values = tuple(value * 10000 for value in values)
            end += 1
        negative = sign in ("-", "−") or (text[end : end + 1] == "-" and not text[end + 1 : end + 2].strip())
        rest = text[end : end + 16]
        found.append(
            FoundNumber(
                value=-values[0] if negative else values[0],
                start=start,
                end=end,
                text=text[start:end],
                alternatives=values[1:],
                percent=_PERCENT.match(rest) is not None,
                measure=bool(_MEASURE.match(rest) or (_CROSS.match(rest) and rest[:4].strip("x× ")[:1].isdigit()))
                or _BEFORE_CROSS.search(text[max(0, start - 4) : start]) is not None,
            )
        )
    return tuple(found)


def decimal_mark_of(texts: Iterable[str]) -> str | None:
    """The decimal mark that unambiguous numbers vote for; None where none does or they disagree evenly."""
    votes = {",": 0, ".": 0}
    for text in texts:
        for match in _NUMBER.finditer(fold(text)):
            written = match.group(2)
            marks = [char for char in written if char in ".,"]
            if not marks:
                continue
            tail = written.rpartition(marks[-1])[2]
            if len(set(marks)) == 2 or (len(tail) in (1, 2) and len(marks) == 1):
                votes[marks[-1]] += 1
            elif len(marks) > 1:
                votes["," if marks[-1] == "." else "."] += 1
    if votes[","] == votes["."]:
        return None
    return "," if votes[","] > votes["."] else "."
