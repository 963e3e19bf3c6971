"""The note for the record's chatter: short, escaped, only tags that Odoo keeps, nothing remote, nothing that acts.

A suspicious message and one about bank details are quoted nowhere: their note says what they are and what to do, and
repeats nothing of them. Hidden text is never shown. All sentences come from the catalogue of texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from zoneinfo import ZoneInfo

from triage.advisors import changes
from triage.advisors.masking import Hidden, masked
from triage.advisors.wording import Wording
from triage.domain import codes
from triage.domain.advice import Advice, Effect, Option, Priority, Rank, Route
from triage.domain.assessment import Assessment, DelayReason, Deviation, DeviationType, Kind
from triage.domain.document import Reading
from triage.domain.erp import Order
from triage.domain.evidence import Evidence, Stated
from triage.domain.outcome import Versions
from triage.domain.statement import Price

_MOST = 12  # deviations that are listed
_WITH_OWN_WORDS = frozenset(  # the deviation's reason says more than its type; it is masked
    (
        DeviationType.TERMS_CHANGE,
        DeviationType.UNREADABLE_DOCUMENT,
        DeviationType.UNMATCHED_REFERENCE,
        # What a scan found is told in our own words.
        DeviationType.MISSING_CONFIRMATION,
        DeviationType.OVERDUE_RECEIPT,
        DeviationType.STOCK_RISK,
        DeviationType.UNUSUAL_PURCHASE,
        DeviationType.SUPPLIER_DELAY_RISK,
        DeviationType.APPROVAL_STALLED,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a note is made of."""

    assessment: Assessment
    reading: Reading
    words: Wording
    mode: str  # "rules", "local" or "llm"
    policy: str  # digest
    timezone: str = "UTC"  # in which moments are told
    versions: Versions | None = None
    unheard: bool = False  # a language model should have been asked, and did not answer

    @property
    def quotes(self) -> bool:
        """False where nothing of the message may be repeated."""
        kinds = {item.type for item in self.assessment.deviations}
        return not (
            self.assessment.is_suspicious
            or DeviationType.BANK_DETAILS_CHANGE in kinds
            or self.assessment.kind.kind is Kind.BANK_DETAILS_CHANGE
        )

    @property
    def known(self) -> frozenset[str]:
        """Numbers and codes of ours that a quote may repeat."""
        orders = self.assessment.confirmation.orders
        own = [order.name for order in orders]
        for order in orders:
            for line in order.lines:
                own += [line.product_code, *line.supplier_codes]
        return frozenset(codes.canonical(code) for code in own if code)


def headline(told: Told, record: Order | None) -> str:
    """One line of plain text without supplier words."""
    assessment, words = told.assessment, told.words
    orders = [record] if record else []
    orders += [order for order in assessment.confirmation.orders if order is not record]
    about = ", ".join(order.name for order in orders[:3])
    if assessment.is_suspicious:
        said = words.say("note.title_suspicious")
    elif assessment.deviations:
        kinds = dict.fromkeys(item.type for item in assessment.deviations)
        said = ", ".join(_brief(kind, told) for kind in list(kinds)[:3])
        said = f"{words.say(f'kind.{assessment.kind.kind.value}')}: {said}"
    else:
        key = "note.title_read" if assessment.needs_review else "note.title_clean"
        said = words.say(key, kind=words.say(f"kind.{assessment.kind.kind.value}"))
    return f"{about}: {said}" if about else said[:1].upper() + said[1:]


def _brief(kind: DeviationType, told: Told) -> str:
    """A type of deviation with its largest figure and the number of its lines."""
    found = [item for item in told.assessment.deviations if item.type is kind]
    said = told.words.say(f"deviation.{kind.value}")
    days = max((item.days or 0 for item in found), default=0)
    percents = [item.percent for item in found if item.percent is not None]
    if days:
        said = told.words.say("note.brief_days", what=said, days=days)
    elif percents:
        said = f"{said} {max(percents, key=abs):+} %"
    return said if len(found) == 1 else f"{said} ({len(found)}×)"


def note_html(
    told: Told, *, title: str, effects: Sequence[Effect], options: Sequence[Option], route: Route, rank: Rank
) -> str:
    """The note exactly as it would be posted."""
    words, assessment = told.words, told.assessment
    priority = words.say(f"priority.{rank.priority.value}")
    pieces = [f"<p><strong>{escape(title)}</strong><br/>{escape(words.say('note.priority', priority=priority))}</p>"]
    if assessment.is_suspicious:
        pieces.append(_paragraph(words.say("note.warning_suspicious")))
    elif not told.quotes:
        pieces.append(_paragraph(words.say("note.warning_bank")))
    shown = [_deviation(item, told) for item in assessment.deviations[:_MOST]]
    if len(assessment.deviations) > _MOST:
        shown.append(escape(words.say("note.more", count=len(assessment.deviations) - _MOST)))
    pieces.extend(_items(shown))
    pieces.extend(_section(words.say("note.review"), _doubts(told)))
    pieces.extend(_section(words.say("note.effect"), [effect.sentence for effect in effects[:5]]))
    pieces.extend(_section(words.say("note.options"), [option.sentence for option in options]))
    if assessment.respond_by is not None and told.quotes:
        pieces.append(_paragraph(words.say("note.respond_by", day=assessment.respond_by)))
    if assessment.delay_reason not in (None, DelayReason.UNKNOWN) and told.quotes:
        reason = words.say(f"reason.{assessment.delay_reason}")
        pieces.append(_paragraph(words.say("note.delay_reason", reason=reason)))
    pieces.extend(_route(route, rank, told))
    if told.unheard:
        pieces.append(_paragraph(words.say("note.unheard")))
    pieces.append(f"<p><em>{escape(_footer(told))}</em></p>")
    return "".join(pieces)


def facts(told: Told, advice: Advice) -> tuple[str, ...]:
    """What the note says as plain sentences, without any words of the message: all that a model's prose may say."""
    words = told.words
    said = [_sentence(item, told, own_words=False) for item in told.assessment.deviations[:_MOST]]
    priority = words.say(f"priority.{advice.rank.priority.value}")
    steps = [words.say(f"role.{step.role.value}") for step in advice.route.steps]
    return (
        advice.headline,
        words.say("note.priority", priority=priority),
        *said,
        *(effect.sentence for effect in advice.effects[:5]),
        *(option.sentence for option in advice.options),
        *([words.say("note.route", steps="; ".join(steps))] if steps else []),
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _items(escaped: Sequence[str]) -> Iterator[str]:
    if escaped:
        yield f"<ul>{''.join(f'<li>{item}</li>' for item in escaped)}</ul>"


def _section(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield f"<p><strong>{escape(title)}</strong></p>"
        yield from _items([escape(text) for text in sentences])


def _deviation(item: Deviation, told: Told) -> str:
    """What changed, how sure, and where it stands; escaped."""
    said = _sentence(item, told)
    sure = told.words.say("note.sure", percent=f"{item.confidence * 100:.0f}")
    quote = _quotes(item, told)
    return f"{escape(said)} ({escape(sure)}){f'<br/>{quote}' if quote else ''}"


def _sentence(item: Deviation, told: Told, *, own_words: bool = True) -> str:
    """What changed, and on which line. own_words: the deviation's own reason may stand there."""
    words = told.words
    said = words.say(f"deviation.{item.type.value}")
    said = said[:1].upper() + said[1:]
    detail = _detail(item, told) if own_words or item.type not in _WITH_OWN_WORDS else ""
    if detail:
        said = f"{said}: {detail}"
    if item.order is not None:
        where = item.order.name
        if item.line is not None:
            code = f" ({item.line.product_code})" if item.line.product_code else ""
            where = words.say("note.line", order=where, number=item.line.number, code=code)
        said = f"{where}: {said}"
    return said


def _detail(item: Deviation, told: Told) -> str:
    """Old and new value, or the size of the difference."""
    words = told.words
    change = changes.change_of(item, told.assessment)
    if change.is_known:
        values = words.say("note.change", old=change.old, new=change.new)
        values = f"{values} {change.unit}".rstrip()
    else:
        values = ""
    sizes = []
    if item.days is not None:
        sizes.append(words.say("note.days", days=item.days))
    if item.percent is not None:
        sizes.append(f"{item.percent:+} %")
    if item.quantity is not None and (not change.is_known or item.days is not None):
        unit = f" {item.line.uom}" if item.line and item.line.uom else ""
        sizes.append(words.say("note.about_quantity", quantity=item.quantity) + unit)
    if values and sizes:
        return f"{values} ({', '.join(sizes)})"
    if values or sizes:
        return values or ", ".join(sizes)
    if item.type in _WITH_OWN_WORDS and told.quotes:
        return masked(item.reason, known=told.known, most=200)
    return ""


def _proof(item: Deviation, told: Told) -> tuple[Evidence, ...]:
    """Where it stands: the row or sentence, and the changed value's own place where that stands elsewhere."""
    hidden = Hidden(told.reading)
    places = [place for place in item.evidence if place.text.strip() and not hidden.holds(place.text)]
    entry = next(iter(changes.entries_of(item, told.assessment)), None)
    value: Stated[date] | Stated[Price] | None = None
    if entry is not None and item.type in (DeviationType.LATE_DELIVERY, DeviationType.EARLY_DELIVERY):
        value = entry.statement.promised
    elif entry is not None and item.type is DeviationType.PRICE_DEVIATION:
        value = entry.statement.price
    shown = places[:1]
    if value is not None and value.evidence in places and shown and value.evidence.text not in shown[0].text:
        shown.append(value.evidence)
    return tuple(shown)


def _quotes(item: Deviation, told: Told) -> str:
    """The message's own words with part and page; escaped, "" where they must not be repeated."""
    if not told.quotes or item.type is DeviationType.UNREADABLE_DOCUMENT:
        return ""
    shown = []
    for place in _proof(item, told):
        quoted = escape(masked(place.text, known=told.known))
        shown.append(f"<em>“{quoted}”</em> ({escape(_place(place, told.words))})")
    return "<br/>".join(shown)


def _place(place: Evidence, words: Wording) -> str:
    part = words.say(f"note.part_{place.part}") if place.part in ("body", "subject") else masked(place.part, most=60)
    return words.say("note.part_page", part=part, page=place.page) if place.page is not None else part


def _doubts(told: Told) -> list[str]:
    """Why a person must read the message: in English with the details, elsewhere by the kind of doubt."""
    found = [doubt for doubt in told.assessment.doubts if doubt.needs_person]
    if told.quotes and told.words.language == "en":
        said = [masked(doubt.reason, known=told.known, most=240) for doubt in found]
    else:
        said = [told.words.say(f"doubt.{doubt.code.name.lower()}") for doubt in found]
    return list(dict.fromkeys(said))[:5]


def _route(route: Route, rank: Rank, told: Told) -> Iterator[str]:
    words = told.words
    if not route.steps:
        return
    named = []
    for step in route.steps:
        role = words.say(f"role.{step.role.value}")
        person = f" {step.person}" if step.person else ""
        named.append(words.say("note.route_step", role=f"{role}{person}", rule=step.rule))
    if rank.priority is Priority.LOW:
        yield _paragraph(words.say("note.for_information", steps="; ".join(named)))
        return
    text = words.say("note.route", steps="; ".join(named))
    if route.act_by is not None:
        text = f"{text} {words.say('note.act_by', moment=route.act_by.astimezone(ZoneInfo(told.timezone)))}"
    yield _paragraph(text)


def _footer(told: Told) -> str:
    """What made the note, so that it can be made again."""
    words = told.words
    made = words.say(f"mode.{told.mode}") if words.knows(f"mode.{told.mode}") else told.mode
    versions = [f"{words.say('note.policy')} {told.policy[:8]}"]
    if told.versions is not None:
        versions.insert(0, told.versions.code)
        versions += [f"{name} {digest[:8]}" for name, digest in told.versions.models]
    return words.say("note.footer", made=made, versions=", ".join(versions))
