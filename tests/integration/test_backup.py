"""A backup made while the service works is restored into an empty database: all is there, and work goes on."""

import json
import subprocess
from pathlib import Path

import psycopg
from processes import TRIAGE
from understood_examples import late, order

from triage import bootstrap, settings
from triage.store import inbox, outbox, results

MAILS = 12


def program(name: str) -> str:
    return str(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1])


def test_what_was_backed_up_is_restored_and_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    services = bootstrap.services(settings.load(environment, dotenv=None))
    ids = [services.intake.accept(b"Subject: %d\n\nx" % n, door="folder").message_id for n in range(MAILS)]
    for number, message_id in enumerate(ids[:-2], start=1):
        claim = inbox.claim(services.store, message_id, services.terms)
        assert claim is not None
        stored = results.finish(
            services.store, claim, late(message_id, order(number)), services.terms, fingerprint=lambda _: "f"
        )
        assert stored is not None
    half_done = inbox.claim(services.store, ids[-1], services.terms)
    assert half_done is not None

    url = environment["TRIAGE_DATABASE_URL"]
    backup = tmp_path / "triage.dump"
    subprocess.run([program("pg_dump"), "-Fc", "-f", str(backup), url], check=True, capture_output=True)
    outbox_id = outbox.stuck(services.store, services.terms)[0]
    note = outbox.claim(services.store, outbox_id, services.terms)  # after the backup: the note is left once more later
    assert note is not None
    outbox.confirm(services.store, note, services.poster.post(note.note))
    services.store.close()

    base, _, host = url.partition("?")
    server, _, name = base.rpartition("/")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_restored"')  # type: ignore[arg-type]
    restored = f"{server}/{name}_restored?{host}"
    subprocess.run([program("pg_restore"), "-d", restored, str(backup)], check=True, capture_output=True)

    again = environment | {"TRIAGE_DATABASE_URL": restored}
    shown = subprocess.run([TRIAGE, "queue", "--json"], env=again, check=True, capture_output=True, text=True)
    assert len(json.loads(shown.stdout)) == MAILS - 2
    services = bootstrap.services(settings.load(again, dotenv=None))
    states = inbox.states(services.store, ids)
    assert states[ids[-2]] is inbox.State.RECEIVED
    assert states[ids[-1]] is inbox.State.READING  # whoever had it is gone: the lease decides
    assert inbox.raw_of(services.store, ids[0]) == b"Subject: 0\n\nx"
    waiting = outbox.stuck(services.store, services.terms)
    for outbox_id in waiting:
        note = outbox.claim(services.store, outbox_id, services.terms)
        assert note is not None
        outbox.confirm(services.store, note, services.poster.post(note.note))  # the same key: replaced, not doubled
    assert len(waiting) == MAILS - 2
    services.store.close()
