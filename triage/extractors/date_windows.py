"""Two days that are the ends of one window: "2 December to 4 December", "2 to 4 December"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from triage.extractors import date_patterns
from triage.extractors.date_frame import FoundDate


def joined(text: str, folded: str, found: list[FoundDate]) -> Iterator[FoundDate]:
    """Join "2 December to 4 December" and "2 to 4 December" to one window, whose last day counts."""
    index = 0
    while index < len(found):
        item = found[index]
        following = found[index + 1] if index + 1 < len(found) else None
        if (
            following is not None
            and date_patterns.RANGE.match(folded[item.end : following.start])
            and item.value < following.value <= item.value + timedelta(days=31)
            and _is_window(folded, item, following)
        ):
            yield replace(
                following,
                start=item.start,
                text=text[item.start : following.end],
                precision="range",
                confidence=min(0.9, following.confidence),
            )
            index += 2
            continue
        lead = date_patterns.LEADING_DAY.search(folded[max(0, item.start - 22) : item.start])
        if lead and item.precision == "day" and 1 <= int(lead.group(1)) < item.value.day:
            start = max(0, item.start - 22) + lead.start()
            yield replace(item, start=start, text=text[start : item.end], precision="range", confidence=0.9)
        else:
            yield item
        index += 1


def _is_window(folded: str, first: FoundDate, second: FoundDate) -> bool:
    """A word like "from" before the first date with "moved" near by tells a change of date, no window."""
    before = folded[max(0, first.start - 70) : first.start]
    if re.search(
        r"(?:verschob|verschieb|moved?|push|postpone|report|aplaz|retras|postic|spostat|rinvi|verplaatst|verschov|przesun|przelo|adiad|ertelen|change|ander|modif|推迟|延期|改|変更)",
        before,
    ):
        return False
    joint = folded[first.end : second.start].strip()
    if joint in ("and", "und", "et", "y", "e", "en", "&", "と"):
        return bool(re.search(r"(?:between|zwischen|entre|tra|tussen|miedzy)\s*(?:the|dem|le|el|il)?\s*$", before))
    return True
