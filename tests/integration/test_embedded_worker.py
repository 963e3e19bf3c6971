"""Messages go through Celery's in-memory transport in one process: each is read once and its note left once."""

from understood_examples import late, order

from triage import settings as settings_room
from triage.domain.message import Message
from triage.domain.outcome import Outcome
from triage.intake.accept import Intake
from triage.store import inbox, outbox, queue
from triage.store.database import Store
from triage.tasks import app as apps
from triage.tasks import embedded
from triage.tasks import work as working


def test_what_is_accepted_is_read_and_noted_once(store: Store) -> None:
    read: list[str] = []

    def triage(message: Message, _reached: object) -> Outcome:
        read.append(message.id)
        if message.raw == b"3":
            raise ValueError("broken")
        return late(message.id, order(int(message.raw)))

    work = working.Work(
        store=store,
        terms=inbox.Terms(max_attempts=1),
        triage=triage,
        fingerprint=lambda _: "f",
        poster=outbox.LocalPoster(store=store),
    )
    intake = Intake(inbox=inbox.StoredInbox(store=store), max_size=1000)
    ids = [intake.accept(str(number).encode(), door="folder").message_id for number in range(1, 6)]
    again = intake.accept(b"1", door="upload")
    assert not again.new
    progress: list[int] = []
    app = apps.make_app(settings_room.load({}, dotenv=None, sweep_every=1), lambda lane: work)
    with embedded.running(app, store) as worker:
        for _ in range(2):  # fewer bells than messages: one bell is enough for all that wait
            worker.ring()
        worker.wait(ids, on_progress=progress.append)
    assert sorted(read) == sorted(ids)
    assert progress[-1] == 5
    assert queue.message_totals(store) == {"posted": 4, "failed": 1}
    assert [item.message_id for item in queue.failures(store)] == [ids[2]]
