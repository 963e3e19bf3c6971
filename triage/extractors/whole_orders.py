"""What a sentence that names no goods says about the whole order, about each of its lines, or about the other lines."""

import re
from collections.abc import Sequence
from dataclasses import replace

from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, WholeOrder
from triage.extractors import cues, regions, vocabulary
from triage.extractors.calendar_words import plain
from triage.extractors.clause_values import Values
from triage.extractors.clauses import Sentence
from triage.extractors.context import Context

_GENERAL = ("labels.prices", "labels.quantities", "labels.dates")
_PLURAL = frozenset(
    ("prices", "preise", "preisen", "prix", "tarifs", "precios", "prezzi", "prijzen", "ceny", "preços", "fiyatlar")
)
_UNCHANGED = re.compile(r"chang|ander|modif|cambi|vari|wijzig|zmian|alter|degi|変|变|mant|blei|blijv|rest|pozost")
_ORDERS = re.compile(
    r"bestellungen|orders\b|commandes|pedidos|ordini|zamówie[nń]|encomendas|siparişleriniz", re.IGNORECASE
)
_DAYS = ("labels.delivery_date", "columns.promised_date", "labels.dates")
_OPENS = 6  # characters before the words that open a sentence


def is_whole(text: str) -> bool:
    """The sentence speaks of all lines, or of all other lines."""
    named = [
        hit
        for hit in cues.hits(text, "all_lines", "every_line")
        if not _DATE_OF.match(text[hit.end :]) and not _is_left(text, hit)
    ]
    return bool(named) or bool(regions.of_others(text)) or is_general(text)


#: "We cancel it from your order", "aus dem Auftrag streichen": goods leave an order that stays.
_OUT_OF = re.compile(
    r"(?<![^\W\d_])(?:from|off|out of|aus(?: dem| der)?|von(?: dem| der)?|vom|de|du|del|dalla|dall'|dal|uit|van"
    r"|z|ze|da|do)\s?(?:this |dieser |diesem |esta |este |questo |deze |dit |tego |desta |deste )?$",
    re.IGNORECASE,
)
_LEAVES_BEHIND = re.compile(r"^\s?(?:里|中|から)|^(?:ten|dan|inden|ından|nden|ndan)(?![^\W\d_])", re.IGNORECASE)


def _is_left(text: str, hit: vocabulary.Hit) -> bool:
    """The order is what goods are taken out of; what is told is told of these goods."""
    if not cues.has(text, "cancel", "discontinued") or vocabulary.phrases_in(hit.phrase, "cues.every_line"):
        return False
    return bool(_OUT_OF.search(text[: hit.start]) or _LEAVES_BEHIND.match(text[hit.end :]))


#: "The delivery date in the order", "la fecha de entrega": of a date, not of all goods.
_DATE_OF = re.compile(r"\s?(?:date|time|term|week|schedule|slot)(?![^\W\d_])|日期|日|期", re.IGNORECASE)


def is_general(text: str) -> bool:
    """ "Prices as per your order", "quantities and dates unchanged": of all lines, whatever was spoken of before."""
    told = sum(bool(vocabulary.phrases_in(text, name)) for name in _GENERAL)
    plural = any(hit.phrase.casefold() in _PLURAL for hit in vocabulary.phrases_in(text, "labels.prices"))
    return (told > 1 or plural) and _as_in_order(text) and not regions.of_others(text)


def _as_in_order(text: str) -> bool:
    """ "As per your order" confirms what the order says; "unchanged" only that nothing new is said."""
    marks = cues.hits(text, "as_ordered") if cues.affirmed(text, "as_ordered") else []
    return any(not _UNCHANGED.search(plain(hit.phrase)) for hit in marks)


def is_about_some(text: str, values: Values) -> bool:
    """A quantity, or a rest, of goods that the sentence does not name so that we know them: not the whole order."""
    if is_whole(text):
        return False
    part = cues.has(text, "short", "partial", "missing") or values.remainder
    counted = values.quantity is not None and values.unit is not None
    opens = any(hit.start <= _OPENS for hit in cues.hits(text, "remainder"))
    return (counted and (part or values.promised is not None)) or (opens and values.promised is not None)


_ALSO = re.compile(
    r"(?<![^\W\d_])(?:ook|also|auch|aussi|tambi[eé]n|anche|tamb[eé]m|r[oó]wnie[zż]|as well)(?![^\W\d_])", re.IGNORECASE
)


def gives_way(before: WholeOrder, found: WholeOrder) -> bool:
    """ "ETA port 22 March", then "at your works 1 April": the day in the port is none of delivery."""
    if before.promised is None or found.promised is None or before.order_number not in (None, found.order_number):
        return False
    return cues.has(found.evidence.text, "at_your_place") and not cues.has(before.evidence.text, "at_your_place")


def _excepts_below(text: str) -> bool:
    """ "All confirmed, except:" - the exceptions stand in the lines below."""
    return any(not text[hit.end :].strip(" :–-.") for hit in cues.hits(text, "except"))


#: "Your other orders are not affected": nothing of this one.
_OTHER_ORDERS = re.compile(
    r"(?<![^\W\d_])(?:(?:other|remaining|further) (?:[^\W\d_]+ )?(?:orders|pos)|(?:ander|[üu]brig|weiter|restlich)\w*"
    r" (?:[^\W\d_]+ )?(?:bestellungen|auftr[äa]ge)|autres (?:[^\W\d_]+ )?commandes"
    r"|(?:otros|dem[áa]s|restantes) (?:[^\W\d_]+ )?pedidos"
    r"|altri (?:[^\W\d_]+ )?ordini|(?:andere|overige) (?:[^\W\d_]+ )?(?:orders|bestellingen)"
    r"|(?:inn|pozosta[łl])\w+ (?:[^\W\d_]+ )?zam[óo]wie\w+|(?:outras|restantes) (?:[^\W\d_]+ )?encomendas"
    r"|di[ğg]er (?:[^\W\d_]+ )?sipari[şs]\w*)(?![^\W\d_])"
    r"|其他(?:的)?(?:订单|单子)|(?:他|ほか)の?ご?注文",
    re.IGNORECASE,
)


#: "The tracking number stays the same": of papers, not of goods.
_PAPERS = re.compile(
    r"(?<![^\W\d_])(?:tracking|waybill|b/l|bill of lading|awb|container (?:number|no)|booking number"
    r"|sendungsnummer|frachtbrief"
    r"|num[ée]ro de suivi|connaissement|n[úu]mero de seguimiento|conocimiento de embarque"
    r"|numero di tracking|polizza di carico"
    r"|zendingsnummer|vrachtbrief|numer przesy[łl]ki|list przewozowy|n[úu]mero de rastreio|takip numaras|kon[şs]imento)"
    r"|提单号|运单号|单号不变|柜号|船荷証券|送り状番号|追跡番号",
    re.IGNORECASE,
)


def settled(wholes: Sequence[WholeOrder]) -> list[WholeOrder]:
    """Of several days for one whole order the one that is told as a change; a port or a closure has days, too."""
    result = []
    for whole in wholes:
        rivals = [
            other
            for other in wholes
            if other.order_number == whole.order_number
            and not (other.others_only or whole.others_only)
            and other.promised is not None
            and whole.promised is not None
            and other.promised.value != whole.promised.value
        ]
        if any(_is_change(other) for other in rivals) and not _is_change(whole):
            whole = replace(whole, promised=None)
        result.append(whole)
    return result


def _is_change(whole: WholeOrder) -> bool:
    """The sentence tells a new day against an old one."""
    return cues.has(whole.evidence.text, "delay", "instead_of") and whole.promised is not None


def _cancels_all(text: str, fate: Disposition | None, order: str | None) -> bool:
    """ "The order is cancelled as a whole": every line of it, whatever goods are named where the reason is told."""
    if fate is not Disposition.REJECTED or not cues.affirmed(text, "cancel", "reject"):
        return False
    if any(not _is_left(text, hit) for hit in cues.hits(text, "all_lines", "every_line")):
        return True
    named = order is not None and order in text
    return named and cues.affirmed(text, "cancel") and not _OUT_OF.search(text[: text.find(order or "")])


def whole_order(sentence: Sentence, values: Values, context: Context, order: str | None) -> WholeOrder | None:
    """The statement about the order; None where the sentence makes none. values: what the sentence says."""
    text = sentence.text
    others = bool(regions.of_others(text))
    if cues.has(text, "answer_to_come") and values.promised is None:
        return None  # "about the other item I will come back to you"
    if _OTHER_ORDERS.search(text) and values.promised is None:
        return None
    as_ordered = cues.affirmed(text, "as_ordered") or (cues.affirmed(text, "others_unchanged") and others)
    if values.promised is None and values.disposition is None and not as_ordered:
        return None
    if values.promised is None and _PAPERS.search(text) and not _as_in_order(text):
        return None
    place = context.evidence(text, page=sentence.page)
    if as_ordered and others:
        # "The rest as ordered" accepts the other lines; the rest is no backorder here.
        fate = Stated(value=Disposition.ACCEPTED, evidence=place, confidence=0.8, source="prose")
        values = replace(values, disposition=fate)
    priced = any(vocabulary.phrases_in(text, name) for name in ("columns.unit_price", "labels.prices"))
    amount = any(vocabulary.phrases_in(text, name) for name in ("columns.quantity", "labels.quantities"))
    # "Quantities and prices unchanged": unchanged against the order, where both are told or the order is confirmed.
    price = priced and (_as_in_order(text) or amount or cues.affirmed(text, "confirm"))
    # "The rest as ordered: quantities, prices and date" names the day as one of several; "the rest on the agreed date"
    # may be about a day of its own.
    listed = bool(vocabulary.phrases_in(text, "labels.dates")) and (priced or amount)
    day = listed if others else any(vocabulary.phrases_in(text, name) for name in _DAYS)
    if as_ordered and (priced or day) and _ALSO.search(text):
        amount = price = day = True  # "as ordered, the price and the date as well"
    # "All others unchanged" accepts them; it states no quantity, price or date of theirs.
    all_of_it = as_ordered and _as_in_order(text) and not (priced or day or amount) and not others
    return WholeOrder(
        evidence=place,
        order_number=None if is_general(text) and _ORDERS.search(text) else order,
        disposition=values.disposition,
        promised=values.promised,
        others_only=others,
        every_line=(
            cues.has(text, "every_line")
            or _excepts_below(text)
            or is_general(text)
            or (not others and _cancels_all(text, values.disposition.value if values.disposition else None, order))
        ),
        confirms_quantity=as_ordered and (amount or all_of_it),
        confirms_price=as_ordered and (price or all_of_it),
        confirms_date=as_ordered and (day or all_of_it) and values.promised is None,
    )
