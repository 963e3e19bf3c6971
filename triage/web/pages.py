"""The pages for people: the ranked queue, one entry, failures. Server-made, readable without scripts.

Forms carry a token that another site can't know; what is decided here is written down and changes nothing in the ERP.
"""

import functools
import hmac
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import jinja2
import nh3
from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from triage.domain.advice import Priority, Role
from triage.domain.assessment import DeviationType, Kind
from triage.store import events, inbox, queue
from triage.web import view
from triage.web.means import Given

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_TOKEN = "form_token"  # noqa: S105  # the name of a cookie
_NOTE_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "em",
    "i",
    "br",
    "table",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "h3",
    "h4",
}

#: How long a snooze may last, in days; 0: until something worse is told.
SNOOZES = (1, 3, 7, 0)

_STATES = (("open", "Open"), ("snoozed", "Snoozed"), ("info", "For information"), ("done", "Done"))
_DECISIONS = (
    (queue.Decision.ACCEPTED, "Accept"),
    (queue.Decision.ACCEPTED_WITH_CONDITIONS, "Accept with conditions"),
    (queue.Decision.REJECTED, "Reject"),
    (queue.Decision.REVISED, "Order is revised"),
    (queue.Decision.ESCALATED, "Escalate"),
    (queue.Decision.SNOOZED, "Snooze"),
)


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(words=view.words, age=view.age, due=view.due, urlpath=lambda text: quote(text, safe=""))
    return environment


def _page(request: Request, template: str, **values: Any) -> HTMLResponse:
    token = request.cookies.get(_TOKEN) or secrets.token_urlsafe(24)
    text = _templates().get_template(template).render(token=token, path=request.url.path, **values)
    response = HTMLResponse(text)
    response.set_cookie(_TOKEN, token, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response


def error_page(_request: Request, status: int, reason: str, way_out: str) -> str:
    """A page that says what did not work."""
    return _templates().get_template("error.html").render(status=status, reason=reason, way_out=way_out, path="")


def _check(request: Request, token: str) -> None:
    """Raises HTTPException where a form was not made by us for this browser."""
    kept = request.cookies.get(_TOKEN, "")
    if not kept or not hmac.compare_digest(kept.encode(), token.encode()):
        raise HTTPException(403, "this form is out of date: load the page again")


@router.get("/")
def listing(
    request: Request,
    given: Given,
    state: str = "open",
    priority: str = "",
    role: str = "",
    kind: str = "",
    company: str = "",
    deviation: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    group: str = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> HTMLResponse:
    """The ranked queue."""
    store = given.services.store
    state = state if state in dict(_STATES) else "open"
    grouping = queue.Grouping(group) if group in set(queue.Grouping) else queue.Grouping.NONE
    filters = queue.Filters(
        state=state, priority=priority, role=role, kind=kind, company=company, deviation=deviation, text=q
    )
    found = queue.listed(store, filters, page=page, size=given.services.settings.page_size, grouping=grouping)
    counts = queue.counts(store, state)
    unfinished = queue.unfinished(store)
    chosen = {
        "state": state,
        "priority": priority,
        "role": role,
        "kind": kind,
        "company": company,
        "deviation": deviation,
        "q": q,
        "group": group,
    }
    selects = [
        ("priority", "Priority", _options(reversed(Priority), counts.get("priority", {}), priority)),
        ("role", "Role", _options(Role, counts.get("role", {}), role)),
        ("deviation", "Exception", _options(DeviationType, counts.get("deviation", {}), deviation)),
        ("kind", "Kind", _options(Kind, counts.get("kind", {}), kind)),
        ("company", "Company", _options((), counts.get("company", {}), company)),
    ]
    return _page(
        request,
        "queue.html",
        groups=view.grouped(found.entries, grouping),
        found=found,
        now=store.now,
        erp_now=given.services.erp_now(),
        chosen=chosen,
        selects=[item for item in selects if len(item[2]) > 1 or chosen[item[0]]],
        states=_STATES,
        totals=queue.totals(store),
        failed=unfinished.get(inbox.State.FAILED, 0),
        link=lambda **more: "/?" + urlencode({name: value for name, value in (chosen | more).items() if value}),
        filtered=any(value for name, value in chosen.items() if name not in ("state", "group")),
        waiting=sum(unfinished.get(name, 0) for name in (inbox.State.RECEIVED, *inbox.CLAIMED)),
    )


def _options(known: Any, counts: dict[str, int], chosen: str) -> list[tuple[str, str, int]]:
    """(value, words, number) of a filter: what occurs, in the order of the known ones, and what is chosen."""
    order = {str(item): place for place, item in enumerate(known)}
    values = {value for value in counts if value} | ({chosen} if chosen else set())
    ranked = sorted(values, key=lambda value: (order.get(value, len(order)), value))
    return [(value, view.words(value) if value in order else value, counts.get(value, 0)) for value in ranked]


@router.get("/entries/{key:path}")
def entry(request: Request, given: Given, key: str) -> HTMLResponse:
    """One entry."""
    found = queue.detail(given.services.store, key)
    if found is None:
        raise HTTPException(404, "there is no such entry")
    shown = view.entry_page(found)
    return _page(
        request,
        "entry.html",
        page=shown,
        note=Markup(nh3.clean(shown.shown.advice.note_html, tags=_NOTE_TAGS, attributes={})),  # noqa: S704
        now=given.services.store.now,
        erp_now=given.services.erp_now(),
        decisions=_DECISIONS,
        snoozes=SNOOZES,
        person=getattr(request.state, "person", ""),
    )


@router.post("/entries/{key:path}")
def decide(
    request: Request,
    given: Given,
    key: str,
    token: Annotated[str, Form()],
    decision: Annotated[queue.Decision, Form()],
    comment: Annotated[str, Form(max_length=4000)] = "",
    person: Annotated[str, Form(max_length=200)] = "",
    days: Annotated[int, Form(ge=0, le=365)] = 0,
) -> Response:
    """Write down a decision."""
    _check(request, token)
    store = given.services.store
    until = store.now + timedelta(days=days) if days else None
    who = getattr(request.state, "person", "") or person.strip() or "somebody at this machine"
    queue.decide(store, key, decision, comment=comment.strip(), person=who, until=until)
    return RedirectResponse(f"/entries/{quote(key, safe='')}#decisions", 303)


@router.get("/failures")
def failures(request: Request, given: Given) -> HTMLResponse:
    """What failed, what was refused, and events that nobody took, with reasons."""
    store = given.services.store
    found = {"failed": queue.failures(store), "refused": queue.refused(store), "events": events.listed(store)}
    return _page(request, "failures.html", **found, now=store.now)


@router.post("/failures/{message_id}/replay")
def replay(request: Request, given: Given, message_id: str, token: Annotated[str, Form()]) -> Response:
    """Read a failed message again."""
    _check(request, token)
    if not inbox.replay(given.services.store, message_id):
        raise HTTPException(409, "it is being read already")
    given.ring()
    return RedirectResponse("/failures", 303)


@router.post("/failures/{message_id}/discard")
def discard(
    request: Request,
    given: Given,
    message_id: str,
    token: Annotated[str, Form()],
    why: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Give a failed message up; it is kept."""
    _check(request, token)
    who = getattr(request.state, "person", "") or "somebody at this machine"
    if not inbox.discard(given.services.store, message_id, person=who, why=why.strip() or "no reason given"):
        raise HTTPException(409, "it has not failed")
    return RedirectResponse("/failures", 303)


@router.get("/messages/{message_id}/original")
def original(given: Given, message_id: str) -> Response:
    """The bytes as they came in, to be saved: a browser must not open them here."""
    raw = inbox.raw_of(given.services.store, message_id)
    if raw is None:
        raise HTTPException(404, "there is no such message")
    headers = {"Content-Disposition": f'attachment; filename="message-{message_id[:12]}.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)
