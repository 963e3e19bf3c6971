"""Finds dates in text in eleven languages: days, calendar weeks, parts of months, windows, relative days.

Conventions (eval set format): a calendar week is its Friday, a window is its last day. Of a month: its beginning is
the 10th, its middle the 15th, its end the last day; a bare month is its last day.
"""

import calendar
import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import lru_cache

from triage.domain import units
from triage.extractors import calendar_words as words
from triage.extractors import date_ordinals, date_patterns, date_relative, date_windows
from triage.extractors.date_frame import PAST, FoundDate, Frame, Hit, day_of, full_year, likely_year, plausible
from triage.extractors.numbers import fold

_COUNTED = re.compile(r"\s?((?!to\b|no\b|un\b)[^\W\d_]{2,12}\.?)(?![^\W_])")
_LONG_PAST, _FAR_AHEAD = timedelta(days=300), timedelta(days=550)


def _plain(text: str) -> str:
    return words.plain_in_place(fold(text))


def _friday(year: int, week: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, 5)
    except ValueError:
        return None


def _week(week: int, year: str | None, frame: Frame) -> date | None:
    if year:
        return _friday(full_year(year.strip("'")), week)
    for candidate in (frame.today.year, frame.today.year + 1):
        found = _friday(candidate, week)
        if found is not None and found >= frame.today - PAST:
            return found
    return None


def _numeric(
    first: int, second: int, year: int | None, frame: Frame, separator: str
) -> tuple[date, tuple[date, ...], float] | None:
    """Day and month in the order that is possible, that the country uses, or that lies near our dates."""

    def build(day: int, month: int) -> date | None:
        return day_of(year, month, day) if year else likely_year(month, day, frame)

    day_first, month_first = build(first, second), build(second, first)
    options = [item for item in (day_first, month_first) if item is not None and plausible(item, frame)]
    if not options:
        return None
    if len(options) == 1 or day_first == month_first:
        return options[0], (), 1.0
    if separator == ".":
        return options[0], (), 1.0
    if frame.day_first is not None:
        chosen = day_first if frame.day_first else month_first
        other = month_first if frame.day_first else day_first
        if chosen is None or other is None:
            return None
        doubt = _far(chosen, frame) and not _far(other, frame)
        return chosen, (other,), 0.6 if doubt else 0.97
    near = [item for item in options if not _far(item, frame)]
    if len(near) == 1:
        rest = tuple(item for item in options if item != near[0])
        return near[0], rest, 0.85
    return options[0], tuple(options[1:]), 0.5


def _far(value: date, frame: Frame) -> bool:
    """Far from every day on which our orders expect goods, or long past."""
    if value < frame.today - timedelta(days=20):
        return True
    return bool(frame.near) and all(abs(value - day) > timedelta(days=45) for day in frame.near)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_day(part: str, month: int, year: str | None, frame: Frame) -> date | None:
    day = {"b": 10, "m": 15, "e": 28}[part]
    base = day_of(int(year), month, day) if year else likely_year(month, day, frame)
    if base is None:
        return None
    return _end_of_month(base.year, month) if part == "e" else base


def _written_out(text: str, frame: Frame) -> Iterator[Hit]:
    patterns, months = date_patterns.patterns(), words.months()
    for match in patterns["iso"].finditer(text):
        found = day_of(int(match.group(1)), int(match.group(3)), int(match.group(4)))
        if found:
            yield match.start(), match.end(), found, "day", (), 1.0
    for match in patterns["reiwa"].finditer(text):
        era = 1 if match.group(1) == "元" else int(match.group(1))
        found = day_of(2018 + era, int(match.group(2)), int(match.group(3)))
        if found:
            yield match.start(), match.end(), found, "day", (), 1.0
    for match in patterns["cjk"].finditer(text):
        found = _cjk(match, frame)
        if found:
            yield match.start(), match.end(), found, "day" if match.group(3).isdigit() else "part of month", (), 1.0
    for match in patterns["numeric"].finditer(text):
        result = _numeric(int(match.group(1)), int(match.group(3)), full_year(match.group(4)), frame, match.group(2))
        if result:
            yield match.start(), match.end(), result[0], "day", result[1], result[2]
    for match in patterns["compact"].finditer(text):
        found = day_of(*map(int, match.groups()))
        if found:
            yield match.start(), match.end(), found, "day", (), 0.85
    for match in patterns["named"].finditer(text):
        year, end = _year_behind(match, text, frame)
        month, day = months[match.group(2)], int(match.group(1))
        found = day_of(year, month, day) if year else likely_year(month, day, frame)
        if found and plausible(found, frame):
            yield match.start(), end, found, "day", (), 1.0
    for match in patterns["named_first"].finditer(text):
        month, day, written = months[match.group(1)], int(match.group(2)), match.group(3)
        found = day_of(int(written), month, day) if written else likely_year(month, day, frame)
        if found and plausible(found, frame):
            yield match.start(), match.end(), found, "day", (), 0.98
    for match in patterns["bare_dashed"].finditer(text):
        value = day_of(frame.today.year, int(match.group(2)), int(match.group(1)))
        value = value if value in frame.near else day_of(frame.today.year + 1, int(match.group(2)), int(match.group(1)))
        if value in frame.near and value is not None:  # "as agreed, so 5-3": one of our days
            yield match.start(), match.end(), value, "day", (), 0.8
    for name in ("short", "slash", "dashed"):
        for match in patterns[name].finditer(text):
            result = _numeric(int(match.group(1)), int(match.group(2)), None, frame, "." if name == "short" else "/")
            if result and (name != "slash" or _slash_is_date(text, match, result[0], frame)):
                sure = result[2] * (1 if name == "short" else 0.9)
                if name == "slash" and result[0] not in frame.near and len(text.split()) > _ROW_WORDS:
                    said = date_relative.ON_A_DAY.search(text[max(0, match.start() - 24) : match.start()])
                    sure *= 1 if said else 0.6  # "il cavo 20/3 (due matasse)"
                yield match.start(1), match.end(), result[0], "day", result[1], sure


_ROW_WORDS = 9  # up to so many words a line is a row, in which "29/9" is a day


def _dotted(text: str, frame: Frame) -> Iterator[Hit]:
    """ "w piątek 19.02", "il 16.03": without a dot behind the month only where a word for a day stands before, or
    one of our days is meant; elsewhere it is a number.
    """
    for match in date_patterns.patterns()["dotted"].finditer(text):
        result = _numeric(int(match.group(1)), int(match.group(2)), None, frame, ".")
        if result is None or not abs(result[0] - frame.today) <= timedelta(days=240):
            continue
        said = date_relative.ON_A_DAY.search(text[max(0, match.start() - 24) : match.start()])
        if frame.languages[:1] == ("pl",) and len(match.group(1)) == 2:
            said = said or match
        if said or result[0] in frame.near:
            yield match.start(), match.end(), result[0], "day", (), 0.9 if said else 0.8


def _year_behind(match: re.Match[str], text: str, frame: Frame) -> tuple[int | None, int]:
    """The year in the last two groups (of four digits, of two) and where the date ends.

    Two digits are a year only near this one, and where they count nothing: "2 Dec 20 pcs", "KW 49 30 Stück".
    """
    four, two = match.groups()[-2:]
    if four:
        return int(four), match.end()
    if not two:
        return None, match.end()
    start = match.start(len(match.groups()))
    year = full_year(two.strip("'"))
    counted = _COUNTED.match(text, match.end())
    if not -1 <= year - frame.today.year <= 3 or (counted and units.find_unit(counted.group(1))):
        return None, start
    return year, match.end()


def _slash_is_date(text: str, match: re.Match[str], value: date, frame: Frame) -> bool:
    """12/04 without a year is a date only near today or our dates, and never "1/2" of something."""
    if int(match.group(1)) <= 2 and int(match.group(2)) <= 4 and len(match.group()) <= 3:
        before = text[max(0, match.start() - 24) : match.start()]
        return date_relative.ON_A_DAY.search(before) is not None and value >= frame.today
    return abs(value - frame.today) <= timedelta(days=240) and "24/7" not in match.group()


def _cjk(match: re.Match[str], frame: Frame) -> date | None:
    month, last = int(match.group(2)), match.group(3)
    if not 1 <= month <= 12:
        return None
    days = {"上旬": 10, "初": 10, "中旬": 20, "下旬": 28, "底": 28, "末": 28}
    day = int(last) if last.isdigit() else days[last]
    year = match.group(1)
    found = day_of(full_year(year), month, day) if year else likely_year(month, day, frame)
    if found is not None and last in ("下旬", "底", "末"):
        return _end_of_month(found.year, month)
    return found


def _weeks(text: str, frame: Frame) -> Iterator[Hit]:
    patterns = date_patterns.patterns()
    for match in patterns["week"].finditer(text):
        rated = re.search(
            r"(?<!\d)(?!20\d\d)\d{1,4}(?:[.,]\d+)?\s{0,4}$", text[max(0, match.start() - 10) : match.start()]
        )
        if rated and match.group().startswith(("kw", "w")):
            # "3,5 kW   20": a rating.
            continue
        if _OTHER_WEEK.search(text[max(0, match.start() - 14) : match.start()]):
            continue  # "letzte Woche 25 bekommen": a count
        last = match.group(2) or match.group(1)
        year, end = _year_behind(match, text, frame)
        if year is None and _is_year(match, frame):
            last, year = match.group(1), full_year(match.group(2))
        found = _friday(year, int(last)) if year else _week(int(last), None, frame)
        if found:
            yield match.start(), end, found, "week", (), 0.97
    for match in patterns["week_behind"].finditer(text):
        found = _week(int(match.group(1)), match.group(2), frame)
        # "2 Wochen" is a span and never stands in the singular before the year.
        if found and not re.match(r"\s?(?:later|spater|plus|mas|piu)", text[match.end() : match.end() + 8]):
            yield match.start(), match.end(), found, "week", (), 0.9
    for match in patterns["iso_week"].finditer(text):
        if match.group(1):
            found = _friday(int(match.group(1)), int(match.group(2)))
        elif "pl" in frame.languages and match.group().startswith("w ") and not _POLISH_WEEK.match(text, match.end()):
            continue  # "w 14 dni": the preposition
        else:
            found = _week(int(match.group(4)), match.group(5), frame)
        if found:
            yield match.start(), match.end(), found, "week", (), 0.95 if match.group(1) else 0.8
    for match in date_patterns.FRENCH_WEEK.finditer(text):
        found = _week(int(match.group(1)), None, frame)
        if found:
            yield match.start(1) - 3, match.end(), found, "week", (), 0.85
    for match in patterns["cjk_week"].finditer(text):
        found = _week(int(match.group(1)), None, frame) if "第" in match.group() else None
        if found:
            yield match.start(), match.end(), found, "week", (), 0.95


_KILOWATT = re.compile(r"kW(?![^\W\d_])")  # "9kW" is a rating, "9 KW" and "KW 9" are weeks
_OTHER_WEEK = re.compile(
    r"(?<![^\W\d_])(?:letzte[nr]?|vorige[nr]?|diese[rn]?|nachste[nr]?|kommende[nr]?|last|this|next|per|cette|esta|questa|deze"
    r"|afgelopen|volgende|pro|jede)\s$"
)
_POLISH_WEEK = re.compile(r"\.?\s?tyg")


def _is_year(match: re.Match[str], frame: Frame) -> bool:
    """ "KW 47/26": behind a stroke stands the year, where it is this one or the next and no later week."""
    behind = match.group(2)
    if behind is None or "/" not in match.group():
        return False
    ahead = int(behind) - int(match.group(1))
    return int(behind) - frame.today.year % 100 in (0, 1) and (ahead < 0 or ahead > _MOST_WEEKS)


_MOST_WEEKS = 8  # from the first to the last week of a window


def _vague(text: str, frame: Frame) -> Iterator[Hit]:
    patterns, months = date_patterns.patterns(), words.months()
    for name in ("part", "part_behind"):
        for match in patterns[name].finditer(text):
            part = next(key for key in "bme" if match.group(key))
            month = next(months[group] for group in match.groups() if group in months)
            found = _month_day(part, month, match.groups()[-1], frame)
            if found:
                yield match.start(), match.end(), found, "part of month", (), 0.85
    for match in patterns["month"].finditer(text):
        if len(match.group(1)) >= 3:
            yield (
                match.start(),
                match.end(),
                _end_of_month(int(match.group(2)), months[match.group(1)]),
                "month",
                (),
                0.7,
            )


def find_dates(
    text: str,
    *,
    today: date,
    day_first: bool | None = None,
    languages: tuple[str, ...] = (),
    near: Collection[date] = (),
    told: date | None = None,
) -> tuple[FoundDate, ...]:
    """All dates of a text, in order; overlapping readings give way to the longer.

    today: the day the message was written; years that are not written are chosen by it. day_first: how the supplier's
    country writes 4/12, None where unknown: then `near`, the days our orders expect, decide, or the date is doubtful.
    told: a day that the text before named; "the 23rd" behind "16 April" is one of April.
    """
    return _found(
        text[:_LONGEST],
        Frame(today=today, day_first=day_first, near=tuple(near), languages=languages, told=told),
    )


_LONGEST = 4000  # characters


@lru_cache(maxsize=4096)
def _found(text: str, frame: Frame) -> tuple[FoundDate, ...]:
    """The same sentence is asked for its days many times over."""
    folded = _plain(_KILOWATT.sub("__", text))
    if not any(char.isdigit() for char in folded) and not re.search(r"[周週曜月明后後]|[a-z]{4,}", folded):
        return ()
    hits = [
        *_written_out(folded, frame),
        *_dotted(folded, frame),
        *_weeks(folded, frame),
        *_vague(folded, frame),
        *date_relative.relative(folded, frame),
    ]
    hits += list(date_ordinals.ordinals(folded, frame, sorted(hits)))
    hits = [hit for hit in hits if not _named_by_day(hit, hits, folded)]
    kept: list[FoundDate] = []
    for start, end, value, precision, others, confidence in sorted(hits, key=lambda hit: (hit[0], -(hit[1] - hit[0]))):
        trimmed = text[start:end].rstrip(" ,")
        if kept and start < kept[-1].end:
            continue
        if precision == "week" and kept and _same_week(kept[-1], value, start):
            continue
        if not frame.today - _LONG_PAST <= value <= frame.today + _FAR_AHEAD and _far(value, frame):
            # Nobody promises a day so long past; what looks like one was misread or miswritten.
            confidence *= 0.5
        if precision == "day" and _is_week_of(folded[max(0, start - 24) : start]):
            value, precision, confidence = value + timedelta(days=4 - value.weekday()), "week", 0.9
        kept.append(
            FoundDate(
                value=value,
                start=start,
                end=start + len(trimmed),
                text=trimmed,
                precision=precision,
                alternatives=others,
                confidence=confidence,
            )
        )
    return tuple(date_windows.joined(text, folded, kept))


def _named_by_day(hit: Hit, hits: list[Hit], text: str) -> bool:
    """ "le lundi suivant, 4 mai": the day of the week only names the day that is written behind it."""
    if hit[3] != "relative":
        return False
    return any(
        other[3] == "day"
        and 0 < other[0] - hit[1] <= _NAMED_REACH
        and other[2].weekday() == hit[2].weekday()
        and not re.search(r"[\d.;]", text[hit[1] : other[0]])
        for other in hits
    )


_NAMED_REACH = 18  # characters between a day of the week and the day it names


def _same_week(before: FoundDate, friday: date, start: int) -> bool:
    """ "16.11.2026 (KW 47)": the week only repeats the day."""
    return (
        start - before.end <= 4
        and before.precision == "day"
        and before.value.isocalendar()[:2] == friday.isocalendar()[:2]
    )


def _is_week_of(before: str) -> bool:
    """ "week of", "Woche vom" directly before a day: the week is meant, so its Friday."""
    return re.search(date_patterns.patterns()["week_of"].pattern + "$", before) is not None
