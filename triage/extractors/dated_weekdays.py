"""Days of the week that a message writes with their date."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from triage.extractors import calendar_words as words
from triage.extractors.dates import find_dates
from triage.extractors.numbers import fold


def named_weekdays(lines: Iterable[str], today: date) -> tuple[date, ...]:
    """The days to come that are written with their day of the week: "Friday 26 March", "środa 17.03"."""
    found = set()
    pattern = re.compile(
        rf"(?<![^\W\d_])(?:{words.weekday_pattern()})[,.]?\s(?:den |the |dem |le |el |dnia |dia )?(?=\d)"
    )
    for line in lines:
        folded = words.plain_in_place(fold(line[:400]))
        for match in pattern.finditer(folded):
            said = line[match.start() : match.end() + 24]
            days = [day for day in find_dates(said, today=today) if day.end > match.end() - match.start()]
            if days and days[0].precision == "day" and today <= days[0].value <= today + timedelta(days=60):
                found.add(days[0].value)
    return tuple(sorted(found))
