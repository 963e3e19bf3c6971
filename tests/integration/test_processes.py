"""The compose file's topology as plain processes: Redis, PostgreSQL, workers, a scheduler; one worker is killed."""

import json
import os
import signal
import subprocess
from pathlib import Path

from processes import TRIAGE, answers, free_port, running, until

from triage import bootstrap, settings
from triage.store import inbox, queue
from triage.tasks import serving

MAIL = """From: Sales <sales@muster.example>
To: buying@northwind.example
Subject: Order PX%05d
Message-ID: <%d@muster.example>
Content-Type: text/plain; charset=utf-8

Dear team, which address shall we deliver order PX%05d to?
"""


def test_every_message_ends_once_though_a_worker_dies_and_the_broker_forgets(
    environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "triage.log"
    refused = subprocess.run([TRIAGE, "worker"], env=environment, capture_output=True, text=True, check=False)
    assert (refused.returncode, "triage migrate" in refused.stderr) == (2, True)
    subprocess.run([TRIAGE, "migrate"], env=environment, check=True, capture_output=True)
    loaded = settings.load(environment, dotenv=None)
    services = bootstrap.services(loaded)
    ring = serving.ringer(loaded)
    with running(TRIAGE, "worker", env=environment, log=log) as first:
        ids = []
        for number in range(12):
            mail = (MAIL % (number, number, number)).encode()
            ids.append(services.intake.accept(mail, door="folder").message_id)
            if number % 3:  # the others are rung for by nobody: the scheduler finds them
                ring()
        until(lambda: set(inbox.CLAIMED) & set(inbox.states(services.store, ids).values()), 60, "a claim", every=0.01)
        os.killpg(first.pid, signal.SIGKILL)
    with (
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "worker", env=environment, log=log),
        running(TRIAGE, "scheduler", env=environment, log=log),
    ):
        done = set(inbox.FINAL)
        until(lambda: set(inbox.states(services.store, ids).values()) <= done, 120, "every message to end")
    assert set(inbox.states(services.store, ids).values()) <= {inbox.State.DONE, inbox.State.POSTED}
    keys = queue.keys_of(services.store, ids)
    assert len(keys) == 12
    for message_id in ids:
        ends = [state for _, state, _ in queue.steps_of(services.store, message_id) if state in ("done", "advised")]
        assert len(ends) == 1, queue.steps_of(services.store, message_id)
    services.store.close()


def test_pages_are_there_at_once_and_an_interrupt_ends_them_cleanly(tmp_path: Path) -> None:
    port = free_port()
    snapshot = tmp_path / "erp.json"
    snapshot.write_text(json.dumps({"_now": "2026-03-02 08:00:00"}), encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith("TRIAGE_")}
    env |= {
        "TRIAGE_ERP_SNAPSHOT": str(snapshot),
        "TRIAGE_MODE": "rules",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/t.db",
    }
    log = tmp_path / "serve.log"
    with running(TRIAGE, "serve", "--port", str(port), env=env, log=log) as process:
        until(lambda: answers(port), 20, "the pages")
        taken = subprocess.run(
            [TRIAGE, "serve", "--port", str(port)], env=env, capture_output=True, text=True, check=False
        )
        assert (taken.returncode, f"port {port}" in taken.stderr) == (2, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0
    told = log.read_text(encoding="utf-8")
    assert f"http://127.0.0.1:{port}/" in told
    assert "Traceback" not in told
