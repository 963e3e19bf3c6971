"""Finds days that are told from the day of writing: weekdays, tomorrow, lead times, weeks of a month.

Conventions: a span counts from the day of writing and its longer end counts; working days are Monday to Friday; the
n-th week of a month is the n-th of its weeks that has at least four of its days, told by its Friday.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from triage.extractors import calendar_words as words
from triage.extractors import date_patterns, shifts
from triage.extractors.date_frame import Frame, Hit, day_of

_ON = (
    r"(?:on|by|until|before|this|coming|am|bis|bis zum|diesen|kommenden|le|ce|pour|d\'ici|avant|el|este"
    r"|al|para el|antes del|antes de"
    r"|il|questo|entro|per|op|deze|voor|tegen|uiterlijk|w|we|do|na|przed|ate|na proxima|nesta|esta"
    r"|with you|arriv\w*|delivery"
    r"|shipp?\w*|dispatch\w*|collected|leav\w*|gaan|gaat|komt|komen|volgt|volgen|wordt|worden|levering"
    r"|kommt|kommen|lieferung|liefern wir"
    r"|riceverete|ricevera(?:i|nno)?|arrivano|recevrez|recevras|recibir\w*|erhalten(?: sie)?"
    r"|bekommt(?: ihr)?|bekommen(?: sie)?|ontvangt?|ontvangen"
    r"|otrzyma\w*|recebe\w*|there|here|chez vous|da voi|bei (?:ihnen|euch)|bij (?:u|jullie)|u panstwa"
    r"|llegan?|salen?|entrega|consegna|livraison|livree?s?|expedie\w*|dostawa|wysylka|wyslemy)"
)
#: A word directly before a day: "am", "do", or the day of the week.
ON_A_DAY = re.compile(
    rf"(?<![^\W\d_])(?:{_ON}|zum|il|al|dal|entro il|beda|bedzie|dnia|dn\.?|z|od|{words.weekday_pattern()})[,.]?\s$"
)
_SOON = {
    "tomorrow": 1,
    "demain": 1,
    "domani": 1,
    "amanha": 1,
    "jutro": 1,
    "yarin": 1,
    "morgen": 1,
    "manana": 1,
    "apres-demain": 2,
    "apres demain": 2,
    "ubermorgen": 2,
    "overmorgen": 2,
    "pasado manana": 2,
    "dopodomani": 2,
    "pojutrze": 2,
    "depois de amanha": 2,
    "obur gun": 2,
    "day after tomorrow": 2,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "明後日": 2,
}
#: "Guten Morgen", "por la mañana": a time of day.
_MORNING = re.compile(r"(?:gut\w{0,2}|goede?n?|am|heute|diesen|moin|la|jeden|elke|vana?f?) $")
#: "shipped Friday", "went out on Monday": the last such day.
_GONE = re.compile(
    r"(?:shipped|dispatched|despatched|left|sent|went out|picked up|collected|versandt|verschickt"
    r"|abgegangen|raus|abgeholt|expedie\w*|parti\w*|envoye\w*"
    r"|enviad\w*|sali\w*|spedit\w*|partit\w*|inviat\w*|verzonden|verstuurd|vertrokken|wyslan\w*"
    r"|wyslalismy|expedid\w*|yola cikti|sevk edildi)"
    r"(?: (?:on|last|this|am|letzten|le|el|il|op|afgelopen|w|na))? $"
)
_SPAN_IN = re.compile(
    r"(?:(?<![^\W\d_])(?:in|within|sous|dans|d\'ici|en|entro|tra|fra|binnen|over|w ciagu|za|w terminie"
    r"|dentro de|em|ate|no prazo de"
    r"|lieferzeit|lieferfrist|delivery(?: time)?|lead ?time|delai(?: de livraison)?|plazo(?: de entrega)?"
    r"|tempi di consegna|consegna"
    r"|levertijd|termin dostawy|czas dostawy|czas realizacji|prazo(?: de entrega)?|teslim suresi"
    r"|dispo(?:nible)? sous)"
    r"|交期|交货期|納期)\s?[:：]?\s?(?:ca\.?|approx\.?|about|around|etwa|rund|environ|circa|unos|aprox\.?|ok\.?|约|大约|約)?\s?$"
)
_SPAN_BEHIND = re.compile(
    r"^\s?(?:aro\b|after receipt|after order|from order|from receipt|from today|from now|ab auftrag"
    r"|ab bestell|nach auftrag|nach eingang"
    r"|a partir|a compter|apres|desde|dalla|dall\'|dal\b|na bestel|na ontvangst|od zamow|od daty|apos"
    r"|icinde|icerisinde|sonra|以内|内|后|後)"
)
_IN_ROW = re.compile(
    r"[\d_]\W*(?:[^\W\d_]{1,6}\.?)?\s[-–—:|]\s*(?:ca\.?\s)?$"
)  # "A-100 x 80 - 3 weeks" at the end of a row
_WORKING = re.compile(
    r"^\s?(?:ouvr|habil|lavorativ|laborabl|robocz|uteis|is gun|工作日|営業日)|^(?:working|business|werk|arbeits)"
)
_NO_DELIVERY = re.compile(
    r"(?:net\b|netto|payment|zahl|paiement|pago|pagament|betaling|platn|odeme|付款|支払|valid|gultig|validite"
    r"|geldig|wazn|gecerli|有效"
    r"|antwort|reply|respon|repon|risp|odpow|回复|返信|inform|meld|advise|update|let you know|notif|later"
    r"|spater|plus tard|retard"
    r"|retras|ritard|vertrag|opozn|atras|gecik|verzog|verspat|推迟|延|遅|delay|slip|claim|reklam|garant|warrant|skonto"
    r"|deposit|down ?payment|anzahlung|acompte|anticipo|acconto|caparra|aanbetaling|zaliczk|sinal|kapora"
    r"|pesinat|定金|订金|预付|前金"
    r"|approv|freigabe|accord|aprobaci|approvazione|goedkeuring|akceptac|aprovac|onay|确认图|承認)"
)
_WEEK_OF = (
    r"(?<![\w])(?:(?P<n>\d)(?:\.|st|nd|rd|th|e|ere|eme|a|ª)?|(?P<w>first|second|third|fourth|last"
    r"|erste[nr]?|zweite[nr]?|dritte[nr]?|vierte[nr]?"
    r"|letzte[nr]?|premiere|deuxieme|troisieme|derniere|primera|segunda|tercera|ultima|prima|seconda"
    r"|terza|eerste|tweede|derde|laatste"
    r"|pierwszy\w*|drugi\w*|trzeci\w*|ostatni\w*|primeira|terceira))\s"
    r"(?:(?:week|semaine|semana|settimana|tydzien|tygodniu|tygodnia)(?:\s(?:of|in|de|del|di|van"
    r"|w))?\s(?P<m>%(month)s)|(?P<g>%(month)s)woche)"
    r"(?![^\W\d_])(?:\s(20\d\d))?"
)
_NTH = (
    (("first", "erst", "premiere", "primera", "prima", "eerste", "pierwsz", "primeira"), 1),
    (("second", "zweit", "deuxieme", "segunda", "seconda", "tweede", "drugi"), 2),
    (("third", "dritt", "troisieme", "tercera", "terza", "derde", "trzeci", "terceira"), 3),
    (("fourth", "viert"), 4),
    (("last", "letzt", "derniere", "ultima", "laatste", "ostatni"), 5),
)


_NEXT_WEEK = re.compile(
    r"(?<![^\W\d_])(?:next week|(?:nachste|kommende)[rn]? woche|semaine prochaine|proxima semana"
    r"|semana que viene|prossima settimana"
    r"|settimana prossima|volgende week|(?:przyszlym|nastepnym) tygodniu|gelecek hafta|onumuzdeki hafta)(?![^\W\d_])"
    r"|(?:下|来)[周週](?![一二三四五六日天月火水木金土の])"
)
_THIS_WEEK = re.compile(
    r"(?<![^\W\d_])(?:this week|diese[rn]? woche|cette semaine|esta semana|nesta semana|questa settimana"
    r"|deze week|tym tygodniu"
    r"|bu hafta)(?![^\W\d_])|(?:本|今|这)[周週](?![一二三四五六日天月火水木金土の])"
)


def relative(text: str, frame: Frame) -> Iterator[Hit]:
    """All such days of a text without accents and in lower case."""
    yield from _weekdays(text, frame)
    yield from _lead_times(text, frame)
    yield from _weeks_of_months(text, frame)
    friday = frame.today + timedelta(days=4 - frame.today.weekday())
    for weeks, pattern in ((0, _THIS_WEEK), (1, _NEXT_WEEK)):
        for match in pattern.finditer(text):
            start, end, value = _on_weekday(text, match.start(), match.end(), friday + timedelta(days=7 * weeks))
            yield start, end, value, "week" if (start, end) == match.span() else "relative", (), 0.75
    for match in re.finditer("|".join(sorted(_SOON, key=len, reverse=True)), text):
        bare = match.group().isascii()
        if _MORNING.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        if not bare or not re.search(
            r"[a-z]", text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        ):
            yield match.start(), match.end(), frame.today + timedelta(days=_SOON[match.group()]), "relative", (), 0.8


_THAT_WEEK = re.compile(
    r"\s(?:of|in) (?:that|the same) week|\s(?:in )?(?:dieser|jener|derselben|der gleichen) woche"
    r"|\sde (?:cette|la) meme semaine"
    r"|\sde (?:esa|la)(?: misma)? semana|\sdi quella(?: stessa)? settimana|\sdella stessa settimana"
    r"|\s(?:van|in) (?:die|dezelfde) week"
    r"|\s(?:tego samego|tamtego|w tym samym) tygodni\w|\sdess[ae] (?:mesma )?semana"
)


def _on_weekday(text: str, start: int, end: int, friday: date) -> tuple[int, int, date]:
    """ "next week Wednesday", "Mittwoch nächster Woche": the weekday beside the week, within it."""
    names = words.weekdays()
    for match in re.finditer(words.weekday_pattern(), text):
        day = names.get(match.group())
        beside = 0 <= match.start() - end <= 5 or 0 <= start - match.end() <= 8
        between = text[end : match.start()] if match.start() >= end else text[match.end() : start]
        if day is not None and beside and not re.search(r"[\d.;]", between):
            return min(start, match.start()), max(end, match.end()), friday + timedelta(days=day - 4)
    return start, end, friday


def _weekdays(text: str, frame: Frame) -> Iterator[Hit]:
    patterns, names = date_patterns.patterns(), words.weekdays()
    monday = frame.today - timedelta(days=frame.today.weekday())
    for match in date_patterns.CJK_NEXT.finditer(text):
        if match.group(1):
            weeks = {"下下": 2, "下": 1}.get(match.group(1), 0)
            day = "一二三四五六日天".index(match.group(2)) % 7 if match.group(2) != "天" else 6
        else:
            weeks = {"来週": 1, "再来週": 2}.get(match.group(3), 0)
            day = "月火水木金土日".index(match.group(4))
        yield match.start(), match.end(), monday + timedelta(days=7 * weeks + day), "relative", (), 0.9
    for match in patterns["weekday"].finditer(text):
        name = names.get(match.group("day"))
        if name is None:
            continue
        ahead = (name - frame.today.weekday()) % 7 or 7
        if _THAT_WEEK.match(text, match.end()):
            # "Monday the 30th … the Thursday of that week"; of which week is not known where no day was told.
            if frame.told is not None:
                monday_told = frame.told - timedelta(days=frame.told.weekday())
                yield match.start(), match.end(), monday_told + timedelta(days=name), "relative", (), 0.8
            continue
        if match.group("n"):
            gone = _GONE.search(text[max(0, match.start() - 28) : match.start()]) is not None
            found = _weekday_of_month(name, int(match.group("n")), frame, gone=gone)
            if found:
                yield match.start(), match.end(), found, "day", (), 0.95
        elif match.group("next") or match.group("behind"):
            # "next Friday" said on a Thursday is not tomorrow.
            ahead += 7 if ahead <= 2 else 0
            first = frame.today + timedelta(days=ahead)
            yield match.start(), match.end(), first, "relative", (first + timedelta(days=7),), 0.7
        elif _GONE.search(text[max(0, match.start() - 28) : match.start()]):
            last = frame.today - timedelta(days=(frame.today.weekday() - name) % 7 or 7)
            yield match.start(), match.end(), last, "relative", (), 0.75
        elif re.search(rf"(?<![^\W\d_]){_ON}\s$", text[max(0, match.start() - 16) : match.start()]) and not re.match(
            # "Monday to Friday" are hours of work; "op woensdag 2 december" is told by its day.
            r"\s?(?:-|–|to|bis|a\b|al\b|do\b|t/m)\s?|[,.]?\s?(?:(?:the|den|dem|le|el|il|de|d\.|dnia|dia)\s)?\d",
            text[match.end() : match.end() + 10],
        ):
            yield match.start(), match.end(), frame.today + timedelta(days=ahead), "relative", (), 0.8


def _weekday_of_month(weekday: int, day: int, frame: Frame, *, gone: bool) -> date | None:
    """The next day of a month with that number that falls on that weekday; the last one where something was sent."""
    year, month = frame.today.year, frame.today.month
    past: date | None = None
    for _ in range(3):
        found = day_of(year, month, day)
        if found is not None and found >= frame.today - timedelta(days=7) and found.weekday() == weekday:
            if found >= frame.today or gone:
                return found
            past = past or found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return past


def _lead_times(text: str, frame: Frame) -> Iterator[Hit]:
    """ "in 2-3 weeks", "sous 8 jours ouvres", "2-3 weeks ARO", "Lieferzeit 10 Tage"; never terms of payment or delays."""
    for shift in shifts.find_shifts(text):
        before, behind = text[max(0, shift.start - 48) : shift.start], text[shift.end : shift.end + 40]
        row = _IN_ROW.search(before) and not behind.strip(" .,;")
        if not _SPAN_IN.search(before) and not _SPAN_BEHIND.match(behind) and not row:
            continue
        near = re.split(r"[,;()]\s", before)[-1][-34:]
        if _NO_DELIVERY.search(near) or _NO_DELIVERY.search(re.split(r"[,;(.]", behind)[0][:32]):
            continue
        working = shift.working or _WORKING.search(behind)
        value = add_workdays(frame.today, shift.days) if working else frame.today + timedelta(days=shift.days)
        if shift.days <= 400:
            yield shift.start, shift.end, value, "relative", (), 0.75


def _weeks_of_months(text: str, frame: Frame) -> Iterator[Hit]:
    for match in _week_of().finditer(text):
        month = words.months()[match.group("m") or match.group("g")]
        number = int(match.group("n")) if match.group("n") else _nth(match.group("w"))
        year = int(match.group(5)) if match.group(5) else frame.today.year + (month < frame.today.month)
        found = _friday_of(year, month, number)
        if found is not None:
            yield match.start(), match.end(), found, "week", (), 0.85


@cache
def _week_of() -> re.Pattern[str]:
    return re.compile(_WEEK_OF % {"month": words.month_pattern()})


def _nth(word: str) -> int:
    return next((number for stems, number in _NTH if word.startswith(stems)), 1)


def _friday_of(year: int, month: int, number: int) -> date | None:
    """The Friday of the n-th week of a month; 5 is the last."""
    fourth = date(year, month, 4)
    first = fourth + timedelta(days=4 - fourth.weekday())  # the week with the 4th has at least four days of the month
    fridays = [first + timedelta(days=7 * index) for index in range(5)]
    inside = [day for index, day in enumerate(fridays) if index == 0 or day.month == month or day.day <= 3]
    if number >= 5:
        return [day for day in inside if day.month == month or day is inside[0]][-1]
    return inside[number - 1] if 1 <= number <= len(inside) else None


def add_workdays(start: date, count: int) -> date:
    """`count` days from Monday to Friday after `start`; public holidays are not known here."""
    day = start
    for _ in range(min(count, 400)):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day
