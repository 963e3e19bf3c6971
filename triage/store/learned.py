"""Keeps what accepted answers taught about a supplier; lists it and forgets it. Never learns from anything else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from triage.domain.lessons import Lesson, LessonKind, learned_from
from triage.errors import InputError
from triage.store import codec, entries
from triage.store.database import Store, insert_once
from triage.store.tables import lessons, outcomes

_MOST = 2000  # lessons read for one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A lesson with where it comes from."""

    id: int
    lesson: Lesson
    person: str  # who accepted the answer
    at: datetime


def learn(connection: Connection, outcome_id: int, *, person: str, now: datetime) -> int:
    """Note what an accepted outcome teaches; returns how much of it is new. A later meaning replaces an earlier one."""
    document = connection.execute(sa.select(outcomes.c.document).where(outcomes.c.id == outcome_id)).scalar_one()
    new = 0
    for lesson in learned_from(codec.unpack(document, entries.GoodEnd)):
        row = {
            "supplier_id": lesson.supplier_id,
            "kind": lesson.kind,
            "written": lesson.written,
            "meaning": lesson.meaning,
            "outcome_id": outcome_id,
            "person": person[:200],
            "at": now,
        }
        if insert_once(connection, lessons, row):
            new += 1
            continue
        same = sa.and_(
            lessons.c.supplier_id == lesson.supplier_id,
            lessons.c.kind == lesson.kind,
            lessons.c.written == lesson.written,
            lessons.c.meaning != lesson.meaning,
        )
        new += connection.execute(sa.update(lessons).where(same).values(**row)).rowcount
    return new


def of_suppliers(store: Store, supplier_ids: Collection[int]) -> tuple[Lesson, ...]:
    """What was learned about these suppliers, in a fixed order."""
    query = (
        sa.select(lessons)
        .where(lessons.c.supplier_id.in_(sorted(supplier_ids)))
        .order_by(lessons.c.supplier_id, lessons.c.kind, lessons.c.written)
        .limit(_MOST)
    )
    with store.read() as connection:
        return tuple(_lesson(row) for row in connection.execute(query).all())


def known(store: Store, *, supplier_id: int | None = None) -> tuple[Learned, ...]:
    """Everything learned, newest first; of one supplier where one is given."""
    query = sa.select(lessons).order_by(lessons.c.id.desc()).limit(_MOST)
    if supplier_id is not None:
        query = query.where(lessons.c.supplier_id == supplier_id)
    with store.read() as connection:
        return tuple(
            Learned(id=row.id, lesson=_lesson(row), person=row.person, at=row.at)
            for row in connection.execute(query).all()
        )


def forget(store: Store, lesson_id: int) -> None:
    """Forget one lesson. Raises InputError where there is none of that number."""
    with store.write() as connection:
        if not connection.execute(sa.delete(lessons).where(lessons.c.id == lesson_id)).rowcount:
            raise InputError("there is no such lesson", subject=str(lesson_id), way_out="`triage memory` lists them.")


def _lesson(row: sa.Row[tuple[object, ...]]) -> Lesson:
    return Lesson(supplier_id=row.supplier_id, kind=LessonKind(row.kind), written=row.written, meaning=row.meaning)
