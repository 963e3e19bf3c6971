"""How the dates of one text are to be read: the day of writing, the country's habit, the days our orders expect."""

from dataclasses import dataclass
from datetime import date, timedelta

PAST = timedelta(days=75)  # a day without a year may lie this far back; otherwise the next one is meant


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date in a text."""

    value: date
    start: int
    end: int
    text: str
    precision: str  # "day", "week", "part of month", "month", "relative", "range"
    alternatives: tuple[date, ...] = ()
    confidence: float = 1.0


#: start, end, value, precision, other readings, confidence
Hit = tuple[int, int, date, str, tuple[date, ...], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How the dates of one text are to be read."""

    today: date
    day_first: bool | None
    near: tuple[date, ...]
    languages: tuple[str, ...] = ()  # of the message; empty where unknown
    told: date | None = None  # a day that the text before named


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str) -> int:
    number = int(text)
    return number + 2000 if number < 100 else number


def likely_year(month: int, day: int, frame: Frame) -> date | None:
    """The day in the year that makes it lie ahead, or shortly behind."""
    for year in (frame.today.year, frame.today.year + 1):
        found = day_of(year, month, day)
        if found is not None and found >= frame.today - PAST:
            return found
    return day_of(frame.today.year, month, day)


def plausible(value: date, frame: Frame) -> bool:
    return date(2000, 1, 1) <= value <= frame.today + timedelta(days=365 * 6)
