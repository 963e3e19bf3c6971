"""The JSON API: entries of the queue, one entry whole, messages in, failures, decisions.

Everything stored about a message can be read here; the only things written are messages, decisions and replays.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, HTTPException, Query, Response, UploadFile
from pydantic import BaseModel, Field

from triage.store import codec, facts, inbox, queue
from triage.web.means import Given

router = APIRouter(prefix="/api/v1", tags=["queue"])

_State = Literal["open", "snoozed", "done", "info"]


class Uploaded(BaseModel):
    """A message that was taken in."""

    message_id: str = Field(description="SHA-256 of its bytes")
    new: bool = Field(description="false where the same bytes were here before")
    state: str


class DecisionIn(BaseModel):
    """What a person decided. It changes nothing in the ERP."""

    decision: queue.Decision
    comment: str = Field(default="", max_length=4000)
    person: str = Field(min_length=1, max_length=200)
    until: datetime | None = Field(default=None, description="end of a snooze, with its zone")


@router.get("/entries")
def entries(
    given: Given,
    state: _State = "open",
    priority: str = "",
    role: str = "",
    kind: str = "",
    company: str = "",
    deviation: Annotated[str, Query(description="type of exception")] = "",
    q: Annotated[str, Query(max_length=200, description="words that must all occur")] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The ranked queue, the most urgent first, and how many entries of each sort there are."""
    filters = queue.Filters(
        state=state, priority=priority, role=role, kind=kind, company=company, deviation=deviation, text=q
    )
    found = queue.listed(given.services.store, filters, page=page, size=size)
    return {
        "entries": [facts.of_entry(item) for item in found.entries],
        "page": found.number,
        "more": found.more,
        "counts": queue.counts(given.services.store, state),
    }


@router.get("/entries/{key:path}")
def entry(given: Given, key: str) -> dict[str, Any]:
    """One entry whole: every message about it as it was read and advised, and what people decided."""
    found = queue.detail(given.services.store, key)
    if found is None:
        raise HTTPException(404, "there is no such entry")
    return {
        "entry": facts.of_entry(found.entry),
        "messages": [
            {"received_at": told.at.isoformat(), **facts.of_outcome(outcome)} for told, outcome in found.current
        ],
        "history": codec.plain(found.history, tuple[queue.Told, ...]),
        "decisions": codec.plain(found.decisions, tuple[queue.Decided, ...]),
    }


@router.post("/entries/{key:path}/decisions", status_code=201)
def decide(given: Given, key: str, told: DecisionIn) -> dict[str, Any]:
    """Write down what a person decided."""
    until = told.until
    if until is not None and until.tzinfo is None:
        raise HTTPException(422, "until needs a zone")
    found = queue.decide(
        given.services.store, key, told.decision, comment=told.comment, person=told.person, until=until
    )
    return facts.of_entry(found)


@router.post("/messages", status_code=202)
def upload(given: Given, file: Annotated[UploadFile, File()], response: Response) -> Uploaded:
    """Take in one message: an .eml, an .msg or a bare document. 200 where the same bytes were here before."""
    name = (file.filename or "")[:255]
    if file.size is not None:
        given.services.intake.check_size(file.size, door="upload", name=name)
    raw = file.file.read(given.services.intake.max_size + 1)
    accepted = given.services.intake.accept(raw, door="upload", name=name)
    if accepted.new:
        given.ring()
    else:
        response.status_code = 200
    state = inbox.states(given.services.store, [accepted.message_id])[accepted.message_id]
    return Uploaded(message_id=accepted.message_id, new=accepted.new, state=state)


@router.get("/messages/{message_id}")
def message(given: Given, message_id: str) -> dict[str, Any]:
    """Where a message is, every change of its state, and the entry it stands in."""
    store = given.services.store
    state = inbox.states(store, [message_id]).get(message_id)
    if state is None:
        raise HTTPException(404, "there is no such message")
    steps = [
        {"at": at.isoformat(), "state": name, "detail": detail}
        for at, name, detail in queue.steps_of(store, message_id)
    ]
    return {
        "message_id": message_id,
        "state": state,
        "entry": queue.keys_of(store, [message_id]).get(message_id),
        "steps": steps,
    }


@router.post("/messages/{message_id}/replay", status_code=202)
def replay(given: Given, message_id: str) -> dict[str, str]:
    """Read a message anew, whatever it ended as."""
    if not inbox.replay(given.services.store, message_id):
        raise HTTPException(409, "there is no such message, or it is being read")
    given.ring()
    return {"message_id": message_id, "state": inbox.State.RECEIVED}


@router.get("/failures")
def failures(given: Given) -> dict[str, Any]:
    """Messages that could not be worked on, and what the doors turned away; newest first."""
    store = given.services.store
    return {
        "failed": codec.plain(queue.failures(store), tuple[queue.FailedMessage, ...]),
        "refused": codec.plain(queue.refused(store), tuple[queue.Refused, ...]),
    }
