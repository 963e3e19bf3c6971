"""What a language model was asked and answered, and which messages wait for it. Shared by all processes.

Never keeps a word of a message beside its answers, and those only for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.domain.asking import Answer, Spending, Spent
from triage.store import inbox, measures
from triage.store.database import Store, insert_once
from triage.store.tables import model_answers, model_calls, rereads

_MILLION = Decimal(1_000_000)
#: Answers are kept this long, so that a message read again is not paid for again.
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLedger:
    """The `Ledger` port over the store."""

    store: Store

    @property
    def now(self) -> datetime:
        return self.store.now

    def spent(self, *, since: datetime, company: str | None = None) -> Spent:
        """The sum since a moment, of one company or of all."""
        query = sa.select(
            sa.func.coalesce(sa.func.sum(model_calls.c.tokens), 0).label("tokens"),
            sa.func.coalesce(sa.func.sum(model_calls.c.micros), 0).label("micros"),
        ).where(model_calls.c.at >= since)
        if company is not None:
            query = query.where(model_calls.c.company == company)
        with self.store.read() as connection:
            row = connection.execute(query).one()
        return Spent(tokens=int(row.tokens), money=Decimal(int(row.micros)) / _MILLION)

    def add(self, spending: Spending) -> None:
        """One question."""
        asked = spending.asked
        paid = asked.source == "model"
        values = {
            "at": spending.at,
            "message_id": spending.message_id,
            "company": spending.company,
            "task": asked.task,
            "model": asked.model,
            "request": asked.request,
            "source": asked.source,
            "result": asked.result,
            "tokens": asked.tokens_in + asked.tokens_out if paid else 0,
            "micros": int((asked.cost * _MILLION).to_integral_value(ROUND_CEILING)),
            "milliseconds": round(spending.seconds * 1000),
        }
        with self.store.write() as connection:
            connection.execute(model_calls.insert().values(**values))
        if asked.source not in ("cache", "recording"):
            self.store.measures.observe(measures.MODEL, spending.seconds, asked.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswers:
    """The `Answers` port over the store."""

    store: Store
    source: str = "cache"

    def get(self, request: str) -> Answer | None:
        with self.store.read() as connection:
            row = connection.execute(sa.select(model_answers).where(model_answers.c.request == request)).one_or_none()
        if row is None or row.at < self.store.now - _KEPT:
            return None
        return Answer(text=row.answer.decode("utf-8", "replace"), tokens_in=row.tokens_in, tokens_out=row.tokens_out)

    def put(self, request: str, answer: Answer, about: Mapping[str, str]) -> None:
        """Keep an answer; old ones go."""
        now = self.store.now
        values = {
            "request": request,
            "at": now,
            "answer": answer.text.encode("utf-8", "replace"),
            "tokens_in": answer.tokens_in,
            "tokens_out": answer.tokens_out,
        }
        with self.store.write() as connection:
            connection.execute(sa.delete(model_answers).where(model_answers.c.at < now - _KEPT))
            connection.execute(sa.delete(model_answers).where(model_answers.c.request == request))
            insert_once(connection, model_answers, values)


def wait_for_model(connection: Connection, message_id: str, now: datetime, *, undecided: bool) -> None:
    """Note in the transaction of an outcome whether its message waits for a language model. Each waits once at most."""
    if undecided:
        insert_once(connection, rereads, {"message_id": message_id, "since": now})
        return
    waiting = sa.and_(rereads.c.message_id == message_id, rereads.c.again_at.is_(None))
    connection.execute(sa.delete(rereads).where(waiting))


def waiting(store: Store, *, limit: int = 20) -> tuple[str, ...]:
    """Ids of messages that wait for a language model, the longest first."""
    query = sa.select(rereads.c.message_id).where(rereads.c.again_at.is_(None)).order_by(rereads.c.since).limit(limit)
    with store.read() as connection:
        return tuple(connection.execute(query).scalars())


def read_again(store: Store, message_id: str) -> bool:
    """Put a message that waits back to the start, once. False where another did, or it is being worked on."""
    mine = sa.and_(rereads.c.message_id == message_id, rereads.c.again_at.is_(None))
    with store.write() as connection:
        if connection.execute(sa.update(rereads).where(mine).values(again_at=store.now)).rowcount != 1:
            return False
    return inbox.replay(store, message_id)
