"""Lets you count working days and working hours of a country: Monday to Friday without its public holidays.

Never fails for a country without a known calendar: there only the weekend is free.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Names of countries in Odoo that differ from the names in CLDR.
_OTHER_NAMES = {
    "turkey": "TR",
    "czech republic": "CZ",
    "czechia": "CZ",
    "usa": "US",
    "united states of america": "US",
    "great britain": "GB",
    "macedonia": "MK",
    "russian federation": "RU",
    "korea, south": "KR",
    "viet nam": "VN",
    "hong kong": "HK",
    "ivory coast": "CI",
}
_LONGEST = 4000  # days that are looked at before counting is given up


@cache
def country_code(name: str) -> str:
    """ISO 3166 code of a country's English name, "" where it is none."""
    from babel import Locale

    wanted = name.strip().casefold()
    if not wanted:
        return ""
    if wanted in _OTHER_NAMES:
        return _OTHER_NAMES[wanted]
    names = Locale("en").territories.items()
    return next((code for code, known in names if len(code) == 2 and known.casefold() == wanted), "")


@cache
def _holidays(code: str, year: int) -> frozenset[date]:
    import holidays

    if code not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(code, years=year))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """When people of a company work."""

    country: str = ""  # ISO 3166; "" knows only weekends
    timezone: str = "UTC"
    opens: int = 8  # local hour
    closes: int = 17  # local hour

    def is_workday(self, day: date) -> bool:
        """True from Monday to Friday where it is no public holiday of the whole country."""
        return day.weekday() < 5 and not (self.country and day in _holidays(self.country, day.year))

    def workday_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself for 0."""
        for _ in range(_LONGEST):
            if count <= 0:
                break
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def hours_after(self, start: datetime, hours: int) -> datetime:
        """The moment at which `hours` working hours have passed since `start`. Both aware, the result in UTC."""
        zone = ZoneInfo(self.timezone)
        moment, left = start.astimezone(zone), timedelta(hours=hours)
        for _ in range(_LONGEST):
            day = moment.date()
            opens = datetime(day.year, day.month, day.day, self.opens, tzinfo=zone)
            closes = opens + timedelta(hours=self.closes - self.opens)
            moment = max(moment, opens)
            if self.is_workday(day) and moment < closes:
                if closes - moment >= left:
                    return (moment + left).astimezone(UTC)
                left -= closes - moment
            following = day + timedelta(days=1)
            moment = datetime(following.year, following.month, following.day, self.opens, tzinfo=zone)
        return moment.astimezone(UTC)
