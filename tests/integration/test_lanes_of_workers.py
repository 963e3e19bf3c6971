"""Workers of one kind of work each, on real Redis and PostgreSQL: the slow hold nobody up, urgent ones pass."""

import io
import subprocess
from email.message import EmailMessage
from pathlib import Path

import redis
import sqlalchemy as sa
from processes import TRIAGE, running, until

from triage import bootstrap, settings
from triage.store import inbox, lanes
from triage.store.tables import transitions
from triage.tasks import app as apps
from triage.tasks import serving


def mail(number: int, *, picture: bool = False, urgent: bool = False) -> bytes:
    message = EmailMessage()
    message["From"] = "Sales <sales@muster.example>"
    message["Subject"] = f"Question number {number}"
    if urgent:
        message["Importance"] = "high"
    message.set_content(f"Dear team, which address shall we deliver the {number} pallets to?\n")
    if picture:
        from PIL import Image, ImageDraw

        page = Image.effect_noise((900, 500), 60).convert("RGB")
        ImageDraw.Draw(page).text((40, 40), "ORDER CONFIRMATION", fill="black")
        out = io.BytesIO()
        page.save(out, "PNG")
        message.add_attachment(out.getvalue(), maintype="image", subtype="png", filename="scan.png")
    return message.as_bytes()


def started(environment: dict[str, str]) -> tuple[bootstrap.Services, serving.Ring]:
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    loaded = settings.load(environment, dotenv=None)
    return bootstrap.services(loaded), serving.ringer(loaded)


def test_pictures_wait_for_their_own_worker_and_hold_nobody_up(environment: dict[str, str], tmp_path: Path) -> None:
    services, ring = started(environment)
    log = tmp_path / "triage.log"
    pictures = [services.intake.accept(mail(n, picture=True), door="mailbox").message_id for n in range(1, 4)]
    plain = [services.intake.accept(mail(n), door="mailbox").message_id for n in range(4, 12)]
    ring()

    def all_ended(ids: list[str]) -> bool:
        return set(inbox.states(services.store, ids).values()) <= set(inbox.FINAL)

    with (
        running(TRIAGE, "worker", "--queues", "intake,reading,odoo", env=environment, log=log),
        running(TRIAGE, "scheduler", env=environment, log=log),
    ):
        until(lambda: all_ended(plain), 60, "what holds no pictures")
        if bootstrap.reads_scans():
            assert set(inbox.states(services.store, pictures).values()) == {inbox.State.RECEIVED}
            assert lanes.waiting(services.store) == ((lanes.Lane.SCANS, 3),)
        with running(TRIAGE, "worker", "--queues", "scans", "--concurrency", "1", env=environment, log=log):
            until(lambda: all_ended(pictures), 90, "what holds pictures")
    assert inbox.State.FAILED not in inbox.states(services.store, [*pictures, *plain]).values()
    services.store.close()


def test_an_urgent_message_is_not_stuck_behind_an_import(environment: dict[str, str], tmp_path: Path) -> None:
    services, ring = started(environment)
    imported = [services.intake.accept(mail(n), door="folder").message_id for n in range(300)]
    ring()
    with running(TRIAGE, "worker", env=environment, log=tmp_path / "triage.log"):
        until(lambda: set(inbox.FINAL) & set(inbox.states(services.store, imported).values()), 60, "a start", 0.05)
        urgent = services.intake.accept(mail(1000, urgent=True), door="mailbox").message_id
        ids = [*imported, urgent]
        until(lambda: set(inbox.states(services.store, ids).values()) <= set(inbox.FINAL), 120, "all of them")
    with services.store.read() as connection:
        ended = sa.select(transitions.c.message_id).where(transitions.c.state == "done").order_by(transitions.c.id)
        order = list(connection.execute(ended).scalars())
    assert order.index(urgent) < 250
    services.store.close()


def test_a_queue_that_there_is_not_is_refused(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [TRIAGE, "worker", "--queues", "reeding"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "reeding" in done.stderr, "reading" in done.stderr) == (2, True, True)


def test_two_workers_together_keep_to_the_rate_of_a_queue(environment: dict[str, str], tmp_path: Path) -> None:
    environment = environment | {"TRIAGE_QUEUE_RATES": "reading=3"}
    services, ring = started(environment)
    log = tmp_path / "triage.log"
    ids = [services.intake.accept(mail(n), door="mailbox").message_id for n in range(16)]
    for _ in ids:
        ring()
    with (
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "scheduler", env=environment, log=log),
    ):
        until(lambda: set(inbox.states(services.store, ids).values()) <= set(inbox.FINAL), 60, "all of them")
    with services.store.read() as connection:
        begun = sa.select(transitions.c.at).where(transitions.c.state == "reading").order_by(transitions.c.at)
        at = list(connection.execute(begun).scalars())
    assert len(at) == len(ids)  # each once
    # In no while more than three a second, and those of one second that a pause had left; however slow the machine is.
    for first, start in enumerate(at):
        for last, end in enumerate(at[first:], first):
            assert last - first <= 3 * ((end - start).total_seconds() + 1) + 1
    assert inbox.State.FAILED not in inbox.states(services.store, ids).values()
    services.store.close()


def test_sweeps_that_nobody_hears_pile_up_no_bells(environment: dict[str, str]) -> None:
    services, _ = started(environment)
    loaded = settings.load(environment, dotenv=None)
    app = serving.app_of(loaded)
    for n in range(100):
        services.intake.accept(mail(n), door="mailbox")
    with redis.Redis.from_url(environment["TRIAGE_BROKER_URL"]) as broker:
        for _ in range(3):
            app.tasks[apps.SWEEP].apply(throw=True)
            assert broker.llen("reading") == apps._MOST_BELLS
        broker.ltrim("reading", 0, 9)
        app.tasks[apps.SWEEP].apply(throw=True)
        assert broker.llen("reading") == apps._MOST_BELLS
        assert broker.llen("odoo") == 0
    services.store.close()
