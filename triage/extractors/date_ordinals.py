"""Finds days told by their number alone ("the 16th", "le 23", "19 号", "24'ünde"): the month was named, or is near."""

import itertools
import re
from collections.abc import Iterator
from datetime import date

from triage.extractors import date_patterns
from triage.extractors.date_frame import Frame, Hit, day_of

#: "24,00 meno il 3": five per cent less.
_MINUS = re.compile(r"(?:meno|menos|moins|minus|less|min|minder)\s$")
_MONTHS = 4  # this month and three more, among which a day without a month is looked for
#: Turkish cases of a day: "15'inde", "24'unde", "20'sinde", "5'ine"; "20'si" counts.
_TURKISH = re.compile(r"(?<![\w.,])(\d{1,2})['’]s?[iu]n(?:d[ea]|[ea])(?![^\W\d_])")


def ordinals(text: str, frame: Frame, found: list[Hit]) -> Iterator[Hit]:
    """Such days of a text without accents and in lower case. found: the other days of the text.

    The month is that of the day named before in the text, or in the text before it; else the next such day counts.
    """
    for match in _matches(text, frame, found):
        if match.group().startswith("le ") and frame.languages and "fr" not in frame.languages:
            continue  # "le 10 colonne": an Italian article
        if _MINUS.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        day = int(next(group for group in match.groups() if group))
        before = [hit for hit in found if hit[1] <= match.start()]
        base = before[-1][2] if before else frame.today
        value = day_of(base.year, base.month, day)
        if value is None or (not before and value < frame.today):
            year, month = (base.year + 1, 1) if base.month == 12 else (base.year, base.month + 1)
            value = day_of(year, month, day)
        if not before and value not in frame.near:
            value = _expected(day, frame) or _told(day, frame) or value
        if value is not None:
            yield match.start(), match.end(), value, "day", (), 0.85


def _matches(text: str, frame: Frame, found: list[Hit]) -> Iterator[re.Match[str]]:
    yield from date_patterns.patterns()["ordinal"].finditer(text)
    yield from date_patterns.bare_day().finditer(text)
    yield from date_patterns.CHINESE_DAY.finditer(text)
    if "tr" in frame.languages:
        yield from _TURKISH.finditer(text)
    # "4月8日 … 翌週15日": the month was told before.
    named = frame.told is not None
    yield from itertools.filterfalse(
        lambda match: not (named or any(hit[1] <= match.start() for hit in found)),
        date_patterns.CJK_DAY.finditer(text),
    )


def _expected(day: int, frame: Frame) -> date | None:
    """ "By the 16th" of an order that is due on the 16th of the next month."""
    ahead = ((frame.today.month - 1 + more) for more in range(_MONTHS))
    days = (day_of(frame.today.year + month // 12, month % 12 + 1, day) for month in ahead)
    return next((item for item in days if item is not None and item in frame.near), None)


def _told(day: int, frame: Frame) -> date | None:
    """ "16 April … the 23rd": a later day of the month named before."""
    if frame.told is None or day <= frame.told.day or frame.told < frame.today:
        return None
    return day_of(frame.told.year, frame.told.month, day)
