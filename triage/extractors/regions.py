"""Cuts a sentence that names several goods into the stretches in which each one's values stand."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from triage.extractors import clauses, cues, vocabulary
from triage.extractors.anchor import Anchor
from triage.extractors.context import Context


def same_goods(one: Anchor, other: Anchor) -> bool:
    return {item.line.id for item in one.candidates} == {item.line.id for item in other.candidates}


#: "25 pcs with the rest of the order": nothing is said of the rest.
WITH = re.compile(
    r"(?<![^\W\d_])(?:with|mit|avec|con|insieme a[il]?|met|z|wraz z|com|junto con|junto com)\s"
    r"(?:(?:the|dem|der|den|le|la|el|il|de|o|a)\s)?$",
    re.IGNORECASE,
)
_IN_COMPANY = re.compile(
    r"(?<![^\W\d_])(?:with|along with|mit|avec|con|insieme a(?:i|l|lla|lle|gli|llo)?|met|z|wraz z|razem z"
    r"|com|junto con|junto com|juntamente com)\s(?:(?:the|dem|der|den|les?|la|los|las|el|il|lo|i|gli|de|os?|as?)\s)?"
    r"(?:\d[\d.,]*\s)?(?:[^\W\d_]+\s){0,2}$",
    re.IGNORECASE,
)
_IN_COMPANY_BEHIND = re.compile(r"^\w*(?:\s(?:ile\s)?birlikte)(?!\w)|^一起|^と(?:一緒|ともに|同時)", re.IGNORECASE)


def subjects(text: str, found: Sequence[Anchor]) -> list[Anchor]:
    """Without goods that others only come with: "the pulleys leave together with the 20 supports".

    "With the supports all is well" speaks of nothing else.
    """
    kept = [
        anchor
        for anchor in found
        if not _IN_COMPANY.search(text[: anchor.start]) and not _IN_COMPANY_BEHIND.match(text[anchor.end :])
    ]
    opens = found and _IN_COMPANY.match(text[: found[0].start])
    return kept or (list(found) if opens else [])


#: A sentence that opens with a condition.
IF = re.compile(
    r"\W{0,3}(?:if|in case|wenn|falls|sollten? sie|si vous|si votre|si ok|si está|si les|se per|se vi|se accett|als u"
    r"|als jullie|indien|jeśli|jeżeli|caso|se aceit|eğer|如果|もし)(?![^\W\d_])",
    re.IGNORECASE,
)
#: Where what is said of the whole order ends and what differs begins.
BUT = re.compile(
    r"[,;]?\s(?:but|aber|jedoch|allerdings|mais|pero|ma|maar|echter|ale|lecz|mas|ancak|fakat)\s|，?但是?|ただし|しかし",
    re.IGNORECASE,
)


#: "The other 60", "the other half": a part of the same goods.
_COUNTED = re.compile(
    r"\W{0,3}(?:\d|(?:half|dozen|h[äa]lfte|dutzend|moiti[ée]|douzaine|mitad|docena|met[àa]|dozzina|helft"
    r"|dozijn|po[łl]ow|tuzin"
    r"|metade|d[úu]zia|yar[ıi])(?![^\W\d_]{3}))",
    re.IGNORECASE,
)


def of_others(text: str) -> list[vocabulary.Hit]:
    """Words for the other lines of an order. "The other 60", "the rest (6)" are the rest of the same goods."""
    return [
        hit
        for hit in cues.hits(text, "others_unchanged")
        if not _COUNTED.match(text[hit.end :]) and not WITH.search(text[: hit.start])
    ]


#: Of two names of the same goods the second tells more: "line 2 (… A-100)", "fan RV 125 (TW-RV125)".
_BETTER = {("description", "code"), ("description", "position"), ("position", "code"), ("quantity", "code")}


def narrowed(found: Sequence[Anchor], order: str | None, named: Sequence[str]) -> list[Anchor]:
    """Each anchor with its candidates of the order spoken of, else of the orders named; the same goods once."""
    kept: list[Anchor] = []
    for anchor in found:
        mine = tuple(item for item in anchor.candidates if item.order.name == order)
        of_named = tuple(item for item in anchor.candidates if item.order.name in named)
        anchor = replace(anchor, candidates=mine or of_named or anchor.candidates)
        if not kept or not same_goods(kept[-1], anchor):
            kept.append(anchor)
        elif (kept[-1].by, anchor.by) in _BETTER or (
            kept[-1].by == anchor.by and anchor.confidence > kept[-1].confidence
        ):
            # "fan RV 125 (TW-RV125)": one name of the goods, known by its code.
            kept[-1] = replace(anchor, start=kept[-1].start)
    return kept


def covered(text: str, found: Sequence[Anchor]) -> str:
    """The text with the anchors' words made unreadable, place for place."""
    for anchor in found:
        if anchor.by in ("code", "position"):
            text = text[: anchor.start] + "_" * (anchor.end - anchor.start) + text[anchor.end :]
    return text


def listed(text: str, found: Sequence[Anchor], context: Context) -> bool:
    """The goods are only listed ("40 pcs A and 20 pcs B come on …"): nothing else is said between their names."""
    for left, right in itertools.pairwise(found):
        between = text[left.end : right.start]
        words = re.findall(r"[^\W\d_]{2,}", between)
        if cues.dates_in(between, context):
            return False
        if len(words) > 5 or cues.has(between, "as_ordered", "delay", "reject", "confirm", "received", "shipped"):
            return False
    return True


_JOINT = re.compile(
    r"^[^\W\d_]{0,4}[\s,()]*(?:[/&+–-]|bis|und|and|et|y|e|ed|en|i|ve|as well as|sowie|ainsi que|ile|和|及|与|と|、)?\s*"
    r"(?:(?:the|die|der|das|den|les|le|la|los|las|el|gli|lo|il|de|het|os|as|o|a|i)\s)?"
    # "the 12 bollards and the 40 cleats": each is counted
    r"(?:(?:\d[\d.,]*|two|three|four|five|six|zwei|drei|vier|fünf|sechs|deux|trois|quatre|cinq|due|tre"
    r"|quattro|cinque|sei"
    r"|dos|tres|cuatro|cinco|seis|twee|drie|vier|vijf|zes|dois|duas|três)\s(?:(?:x|pcs?|pieces|stück"
    r"|stk\.?|st\.?|units?|uds?\.?"
    r"|pezzi|pz\.?|pièces|szt\.?|stuks|adet|m|kg|un\.?)\s)?(?:(?:of|de|di|d'|von)\s?)?)?$",
    re.IGNORECASE,
)


def joined(text: str, found: Sequence[Anchor]) -> list[list[int]]:
    """Indexes of anchors, those together between which nothing but "and" stands: what is said is said of each."""
    groups: list[list[int]] = [[0]]
    for place in range(1, len(found)):
        if _JOINT.match(text[found[place - 1].end : found[place].start]):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def regions(text: str, found: list[Anchor], context: Context) -> list[tuple[int, int]]:
    """The stretch of a sentence in which each anchor's values stand.

    Values usually follow the name of the goods; where a quantity or a date stands before the first name and
    none behind the last, they precede it.
    """
    if len(found) == 1:
        lead = text[: found[0].start]
        cut = last_break(lead)
        # "The units on 27 November, brackets 30 on 27 November": what stands before is of goods that are not known.
        apart = cut and cues.dates_in(lead[:cut], context) and cues.dates_in(text[found[0].end :], context)
        return [(cut if apart else 0, len(text))]
    days = cues.dates_in(text, context)
    before = any(day.end <= found[0].start for day in days)
    behind = any(day.start >= found[-1].end for day in days)
    cuts: list[int] = [0]
    for left, right in itertools.pairwise(found):
        between = text[left.end : right.start]
        if before and not behind:
            # "on 4.12. A, on 11.12. B": the second date belongs to B.
            cuts.append(left.end + first_break(between))
        else:
            at = last_break(between)
            # A day behind the break still belongs to the goods before it.
            cuts.append(right.start if cues.dates_in(between[at:], context) else left.end + at)
    cuts.append(len(text))
    return list(itertools.pairwise(cuts))


def last_break(between: str) -> int:
    """Cut before what introduces the next name ("…, 40 pcs of")."""
    breaks = clauses.breaks(between)
    return breaks[-1].end() if breaks else 0


def first_break(between: str) -> int:
    breaks = clauses.breaks(between)
    return breaks[0].end() if breaks else 0
