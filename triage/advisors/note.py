"""The note for the record's chatter: short, escaped, only tags that Odoo keeps, nothing remote, nothing that acts.

A suspicious message is quoted nowhere: its note says that it is suspicious and what to do, and repeats nothing of it.
"""

from collections.abc import Iterator, Sequence
from html import escape

from triage.advisors.masking import masked
from triage.domain.advice import Effect, Option, Priority, Rank, Route
from triage.domain.assessment import Assessment, Deviation, DeviationType
from triage.domain.evidence import Evidence

_MODES = {
    "rules": "read by rules, without learned models",
    "local": "read by rules and local models",
    "llm": "read by rules, local models and a language model",
}
_MOST = 12


def words(text: str) -> str:
    """An enumeration's value as words."""
    return text.replace("_", " ")


def headline(assessment: Assessment, priority: Priority) -> str:
    """One line of plain text without supplier words."""
    orders = ", ".join(order.name for order in assessment.confirmation.orders[:3])
    about = f"{orders}: " if orders else ""
    if assessment.is_suspicious:
        return f"{about}suspicious message, do not act on it before security has looked"
    types = list(dict.fromkeys(words(item.type.value) for item in assessment.deviations))
    kind = words(assessment.kind.kind.value)
    if not types:
        return f"{about}{kind}, " + ("a person must read it" if assessment.needs_review else "nothing deviates")
    biggest = max((item.days or 0 for item in assessment.deviations), default=0)
    late = f", {biggest} days" if biggest else ""
    return f"{about}{kind}: {', '.join(types[:3])}{late}"


def _quote(place: Evidence) -> str:
    where = escape(masked(place.part, 60))
    page = f", page {place.page}" if place.page else ""
    return f"<em>“{escape(masked(place.text))}”</em> ({where}{page})"


def _deviation(item: Deviation, *, quiet: bool) -> str:
    line = f" line {item.line.number}" if item.line else ""
    order = f"{escape(item.order.name)}{line}: " if item.order else ""
    sure = f" <small>({item.confidence * 100:.0f} % sure)</small>"
    hushed = item.type in (DeviationType.BANK_DETAILS_CHANGE, DeviationType.SUSPICIOUS_CONTENT)
    proof = "" if quiet or hushed or not item.evidence else f"<br/>{_quote(item.evidence[0])}"
    reason = item.reason if not quiet or hushed else words(item.type.value).capitalize() + "."
    return f"<li>{order}{escape(masked(reason, 400))}{sure}{proof}</li>"


def _review(assessment: Assessment) -> Iterator[str]:
    reasons = [doubt.reason for doubt in assessment.doubts if doubt.needs_person]
    if not reasons:
        return
    yield "<p><strong>Please read the message itself, because:</strong></p><ul>"
    for reason in reasons[:5]:
        yield f"<li>{escape(masked(reason, 300))}</li>"
    yield "</ul>"


def _list(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield f"<p><strong>{escape(title)}</strong></p><ul>"
        yield from (f"<li>{escape(masked(text, 300))}</li>" for text in sentences)
        yield "</ul>"


def note_html(
    assessment: Assessment,
    *,
    effects: Sequence[Effect],
    options: Sequence[Option],
    route: Route,
    rank: Rank,
    mode: str,
    title: str,
) -> str:
    """The note exactly as it would be posted."""
    quiet = assessment.is_suspicious
    pieces = [f"<p><strong>{escape(title)}</strong> <small>priority {rank.priority.value}</small></p>"]
    if quiet:
        pieces.append(
            "<p>The message is suspicious. Do not answer it, open nothing in it and change nothing because of it. "
            "Ask the supplier on a way that you already knew.</p>"
        )
    if assessment.deviations:
        pieces.append("<ul>")
        pieces.extend(_deviation(item, quiet=quiet) for item in assessment.deviations[:_MOST])
        rest = len(assessment.deviations) - _MOST
        pieces.append(f"<li>and {rest} more</li></ul>" if rest > 0 else "</ul>")
    pieces.extend(_review(assessment))
    pieces.extend(_list("Effect", [effect.sentence for effect in effects[:5]]))
    pieces.extend(_list("Options", [option.sentence for option in options]))
    if assessment.respond_by is not None and not quiet:
        pieces.append(f"<p>The supplier expects an answer by {assessment.respond_by.isoformat()}.</p>")
    pieces.extend(_route(route))
    pieces.append(f"<p><small>Advice only: it changes nothing. {_MODES.get(mode, escape(mode))}.</small></p>")
    return "".join(pieces)


def _route(route: Route) -> Iterator[str]:
    if not route.steps:
        return
    names = []
    for step in route.steps:
        person = f" {escape(step.person)}" if step.person else ""
        names.append(f"{words(step.role.value)}{person} <small>({escape(step.rule)})</small>")
    act = f", by {route.act_by:%Y-%m-%d %H:%M} UTC" if route.act_by else ""
    yield f"<p><strong>Suggested:</strong> {'; '.join(names)}{act}.</p>"
