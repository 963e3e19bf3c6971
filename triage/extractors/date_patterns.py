"""The patterns by which dates are found in text without accents and in lower case. Built once, when first used."""

import re
from functools import cache

from triage.extractors import calendar_words as words


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    month = words.month_pattern()
    return {
        "iso": re.compile(r"(?<![\d.])(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d])(?!\.\d)"),
        "cjk": re.compile(r"(?:(\d{4}|\d{2})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2}|[上中下]旬|初|底|末)\s*[日号號]?"),
        "reiwa": re.compile(r"(?:令和|(?<![a-z0-9])r)\s*(\d{1,2}|元)\s*[年.]\s*(\d{1,2})\s*[月.]\s*(\d{1,2})"),
        "numeric": re.compile(
            r"(?<![\d./,\-a-z])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(20\d\d|\d\d)(?![\d])(?![./-]\d)"
        ),
        "short": re.compile(r"(?<![\d./,\-a-z])(\d{1,2})\.\s?(\d{1,2})\.(?![\d])(?!\s?\d{2,4}(?!\d))"),
        "dotted": re.compile(
            r"(?<![\d./,\-a-z_])(\d{1,2})\.(0[1-9]|1[0-2])(?!\d|[.,/:-]\d|\.|\s?(?:%|€|£|\$|eur|usd|gbp|pln|zl|mm|cm|m\b|kg|st|szt|pcs|pz|uds?\b|uhr|h\b))"
        ),
        "slash": re.compile(r"(?<![\d./,\-a-z])(\d{1,2})/(\d{1,2})(?![\d/%]|\.\d)(?!\s?(?:\"|'|zoll|inch))"),
        "dashed": re.compile(
            r"(?<![^\W\d_])(?:op|am|le|el|on|per|il|au|al|tot|d\.d\.|van|komt|komen|levering|leverdatum|geleverd|binnen|vanaf|naar)\s"
            r"(\d{1,2})-(\d{1,2})(?![\w-]|[.,]\d|\s?(?:dag|day|tag|jour|d[ií]a|week|woche|sem|st|pcs|uds))"
        ),
        "bare_dashed": re.compile(r"(?<![\w./,-])(\d{1,2})-(\d{1,2})(?![\w-]|[.,]\d)"),
        "compact": re.compile(r"(?<![\d\w])(20[2-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?![\d\w])"),
        "named": re.compile(
            rf"(?<![\w.])(\d{{1,2}})(?:\.|st|nd|rd|th|er|ere|o|º|ª|°)?[\s\u00a0\-./]{{0,3}}(?:of |de |d'|di )?({month})(?![^\W\d_])\.?"
            rf"(?:[\s\u00a0,\-./]{{0,3}}(?:de |del |of )?(20\d\d)(?!\d)|[\s\u00a0\-./]{{0,2}}('?\d\d)(?![\d:.,]))?"
        ),
        "named_first": re.compile(
            rf"(?<![^\W\d_])({month})\.?[\s\u00a0\-]{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?(?![\d.]\d|\d|\s?(?:pcs|st|units|stk))(?:,?\s{{0,2}}(20\d\d))?"
        ),
        "week": re.compile(
            rf"(?<![^\W\d_])(?:{words.WEEK})[\s\u00a0.:#]{{0,3}}(?:n[ro°º]?\.?\s?)?(\d{{1,2}})(?!\d)"
            rf"(?:\s?(?:-|–|/|a|bis|to|bis zu|oder|or|ou|o|of|und|al|do)\s?(?:kw|wk|week|sem\.?|s|cw)?\s?(\d{{1,2}})(?!\d|[./]\d))?"
            rf"(?:\s?[/,.\-]?\s?(?:of |de |del |van |von )?(20\d\d)(?!\d)|\s?[/.\-]?\s?('?\d\d)(?![\d:.,]))?"
        ),
        "week_behind": re.compile(
            r"(?<![\d.,])(\d{1,2})(?:\.|st|nd|rd|th|a|ª|e|eme|os)?\s?(?:kw|kalenderwoche|settimana|semana|semaine|hafta(?:si|da|nin)?|tydzien|tygodni\w*|tyg\b|week)(?![^\W\d_])(?!\s\d{1,2}(?!\d))"
            r"(?:\s?/?\s?(20\d\d))?"
        ),
        "iso_week": re.compile(
            r"(?<![\w-])(20\d\d)[-/]?w(\d{1,2})(?:-([1-7]))?(?![\w-])|(?<![\w/-])(?:[ws][/ ]?|t)(\d{1,2})(?:/(20\d\d|\d\d))?(?![/.,]\d|[\w-])"
        ),
        "cjk_week": re.compile(r"第?\s*(\d{1,2})\s*[周週]"),
        "week_of": re.compile(
            r"(?:week of|week commencing|w/c|woche (?:vom|ab)|semaine du|semana del|settimana del|week van|tydzien od|semana de)\s+"
        ),
        "part": re.compile(
            rf"(?<![^\W\d_])(?:(?P<b>{words.BEGIN})|(?P<m>{words.MIDDLE})|(?P<e>{words.END}))\s?({month})(?![^\W\d_])\.?(?:\s?(?:de )?(20\d\d))?"
        ),
        "part_behind": re.compile(
            rf"(?<![^\W\d_])({month})\s(?:ayi(?:nin)?\s)?(?:(?P<b>basi\w*)|(?P<m>ortasi\w*)|(?P<e>sonu\w*))(?:\s?(20\d\d))?"
        ),
        "ordinal": re.compile(
            r"(?<![^\W\d_])ayin (\d{1,2})['’]|(?<![\w.,/-])(\d{1,2})\.? (?:do corrente|del corriente|del corrente|courant|dieses monats|ds\. ?m(?:on|t)s?|inst\b)|(?<![\w-])(\d{1,2})-(?:go|ego)(?![^\W\d_])|(?<![\w])(?:the|be|on|by|for|until|till|from) (\d{1,2})(?:st|nd|rd|th)(?! ?(?:of |floor|lot|batch|"
            rf"{month}))(?![\w])"
        ),
        "month": re.compile(rf"(?<![^\W\d_])({month})\.?\s(?:de )?(20\d\d)(?!\d)"),
        "weekday": re.compile(
            rf"(?<![^\W\d_])(?:(?P<next>{words.NEXT})\s)?(?P<day>{words.weekday_pattern()})(?![^\W\d_])"
            rf"(?:,?\s(?:(?:den|the|le|el|il|de|dem|dnia)\s)?(?P<n>\d{{1,2}})(?:\.|st|nd|rd|th|er)?(?!(?:st|nd|rd|th|er)?(?:[\d.:/,]\d|\d|\.?\s?(?:de |di |of |d')?(?:{month}))))?(?:\s(?P<behind>{words.NEXT}))?"
        ),
    }


@cache
def bare_day() -> re.Pattern[str]:
    """ "am 27.", "de 27e", "le 27", "el 27": a day of this month or the next, where nothing counted follows."""
    month = words.month_pattern()
    return re.compile(
        r"(?<![^\W\d_])(?:(?:am|zum|bis|bis zum|ab dem) (?P<de>\d{1,2})\.|(?:op )?de (?P<nl>\d{1,2})e|(?:le|el|il|dia) (?P<ro>\d{1,2}))"
        r"(?=\s(?!\d)|[,;.!?]|$)(?!\.?\d|[.,]\d|\s?(?:%|x\b|h\b|per cento|por ciento|pour cent|e 1|et \d|und \d|y \d)"
        rf"|\s?(?:de |di |d')?(?:{month})(?![^\W\d_]))"
    )


#: "livraison s. 50": elsewhere "s. 50" is a page.
FRENCH_WEEK = re.compile(
    r"(?:livr\w*|dispo\w*|exped\w*|depart|arriv\w*|debut|fin|en|pour|prevue?)\s(?:la\s)?s\.\s?(\d{1,2})(?![\d.,%])"
)
CJK_DAY = re.compile(r"(?<![\d月/.-])(\d{1,2})日(?!間|以内|前|後|分|内|本)")
#: "19 号到": elsewhere "3 号" numbers a building or a line.
CHINESE_DAY = re.compile(
    r"(?<![\d月/.-])(\d{1,2})\s?[号號](?=\s?(?:左右|之?前|以前|到|发|發|送|交|出|能|可|就|，|。|；|$))"
)
CJK_NEXT = re.compile(
    r"(下下|下|本|这)(?:个)?(?:周|星期|礼拜)([一二三四五六日天])|(来週|再来週|今週)の?([月火水木金土日])曜"
)


RANGE = re.compile(
    r"^\s{0,2}(?:-|–|—|to|bis(?: zum)?|au|et|y|al|a|e|and|und|do|en|ile|ate|tot(?: en met)?|t/m|&|~|〜|至|到|から|と)\s{0,2}(?:the |le |el |il |den |dem )?$"
)


LEADING_DAY = re.compile(
    r"(?<![\w.,/])(\d{1,2})\.?\s?(?:-|–|to|bis|au|et|y|al|a|e|and|und|do|en|tot|/)\s?(?:the |le |el |il |den )?$"
)
