"""`triage bench`: how many messages and pages a second, beside other programs and a floor measured in the same run.

Every figure is a rate over whole passes of the same messages on one core, after one pass to warm up. Speed is shown
here and never tested.
"""

import email
import email.policy
import importlib.util
import io
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from triage import bootstrap, pipeline, settings
from triage.domain.message import Message, message_of
from triage.errors import InputError
from triage.evaluation import sets
from triage.reading.reader import InProcessReader

Job = Callable[[], int]  # one pass; returns how many messages or pages it did


def run(folders: Sequence[Path], *, seconds: float, as_json: bool) -> int:
    """Measure and print. seconds: that each figure is measured for, at least. Raises EvalSetError, InputError."""
    cases = [case for folder in folders for case in sets.load(folder).cases]
    messages = [
        message_of(case.message.read_bytes(), door="bench", received_at=datetime.now(UTC), name=case.message.name)
        for case in cases
    ]
    if not messages:
        raise InputError("no messages to measure on", way_out="Name a folder in the eval set format.")
    pdfs = [content for message in messages for content in _pdfs(message.raw)]
    jobs = _message_jobs(messages, cases[0].erp) | _page_jobs(pdfs)
    results: dict[str, Any] = {"messages": len(messages), "pdfs": len(pdfs), "rates": {}}
    console = Console(stderr=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        task = progress.add_task("")
        for name, (unit, job) in jobs.items():
            progress.update(task, description=f"measuring {name}")
            results["rates"][name] = {"unit": unit, **_rate(job, seconds)}
        progress.update(task, description="measuring the whole way")
        results["whole way"] = _whole_way(messages)
        results["cold start ms"] = {name: _cold(code) for name, code in _COLD.items()}
    results["memory MiB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if as_json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
    else:
        _print(results)
    return 0


def _pdfs(raw: bytes) -> list[bytes]:
    """PDF attachments that can be opened: what all readers are measured on."""
    import pypdfium2

    found = []
    for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content[:1024].lstrip().startswith(b"%PDF"):
            try:
                document = pypdfium2.PdfDocument(content)
            except pypdfium2.PdfiumError:
                continue
            if len(document) and document[0].get_textpage().count_chars() > 20:
                found.append(content)
            document.close()
    return found


def _message_jobs(messages: Sequence[Message], erp_file: Path) -> dict[str, tuple[str, Job]]:
    """Passes over the messages: the floor, reading alone, the path by rules and with local models."""
    reader = InProcessReader()
    loaded = settings.load()
    erp = bootstrap.erp(loaded, erp_file)

    def floor() -> int:
        with tempfile.TemporaryDirectory() as folder, sqlite3.connect(f"{folder}/floor.db") as database:
            database.execute("CREATE TABLE m (id INTEGER PRIMARY KEY, content BLOB)")
            for message in messages:
                for part in email.message_from_bytes(message.raw, policy=email.policy.compat32).walk():
                    part.get_payload(decode=True)
                for content in _pdfs(message.raw):
                    _pypdf_text(content)
                database.execute("INSERT INTO m (content) VALUES (?)", (message.raw,))
                database.commit()
        return len(messages)

    def reading() -> int:
        for message in messages:
            reader.read(message)
        return len(messages)

    def path(mode: str) -> Job:
        chosen = loaded.model_copy(update={"mode": mode})
        tools = bootstrap.toolkit(chosen, bootstrap.NoMemory(), reader_of_parts=reader)

        def work() -> int:
            for message in messages:
                pipeline.triage_message(message, erp, tools)
            return len(messages)

        return work

    return {
        "floor: MIME, PDF text by pypdf, one insert": ("messages", floor),
        "reading": ("messages", reading),
        "whole path, rules": ("messages", path("rules")),
        "whole path, local models": ("messages", path("local")),
    }


def _page_jobs(pdfs: Sequence[bytes]) -> dict[str, tuple[str, Job]]:
    """Passes over the PDFs: ours with tables, and what others take for less or the same."""
    import pypdfium2

    pages = 0
    for content in pdfs:
        document = pypdfium2.PdfDocument(content)
        pages += len(document)
        document.close()
    if not pages:
        return {}
    reader = InProcessReader()
    files = [message_of(item, door="bench", received_at=datetime.now(UTC), name="a.pdf") for item in pdfs]

    def ours() -> int:
        for message in files:
            reader.read(message)
        return pages

    def plain() -> int:
        for content in pdfs:
            _pypdf_text(content)
        return pages

    jobs: dict[str, tuple[str, Job]] = {
        "pages, ours: words, boxes, tables": ("pages", ours),
        "pages, pypdf: text": ("pages", plain),
    }
    if importlib.util.find_spec("pdfplumber"):
        jobs["pages, pdfplumber: text and tables"] = ("pages", lambda: _pdfplumber(pdfs, pages))
    if importlib.util.find_spec("invoice2data"):
        jobs["pages, invoice2data: text by pdfplumber, templates"] = ("pages", lambda: _invoice2data(pdfs, pages))
    return jobs


def _pypdf_text(content: bytes) -> None:
    import pypdf

    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        page.extract_text()


def _pdfplumber(pdfs: Sequence[bytes], pages: int) -> int:
    import pdfplumber

    for content in pdfs:
        with pdfplumber.open(io.BytesIO(content)) as document:
            for page in document.pages:
                page.extract_text()
                page.extract_tables()
    return pages


def _invoice2data(pdfs: Sequence[bytes], pages: int) -> int:
    import logging

    from invoice2data import extract_data
    from invoice2data.extract.loader import read_templates
    from invoice2data.input import pdfplumber as reader

    logging.getLogger("invoice2data").setLevel(logging.CRITICAL)
    templates = read_templates()
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(pdfs):
            path = Path(folder) / f"{number}.pdf"
            path.write_bytes(content)
            extract_data(str(path), templates=templates, input_module=reader)
    return pages


def _rate(job: Job, seconds: float) -> dict[str, float]:
    """Per second over whole passes, and the spread of the passes (percent of the median)."""
    job()
    rates: list[float] = []
    end = time.perf_counter() + seconds
    while not rates or time.perf_counter() < end:
        started = time.process_time()
        done = job()
        rates.append(done / max(time.process_time() - started, 1e-9))
    middle = statistics.median(rates)
    return {"per second": round(middle, 1), "spread percent": round((max(rates) - min(rates)) / middle * 100, 1)}


def _whole_way(messages: Sequence[Message]) -> dict[str, float]:
    """Bytes in, outcome stored, note left in the store: milliseconds a message, in one process with the sandbox."""
    from triage.store import inbox, outbox, results

    with tempfile.TemporaryDirectory() as folder:
        loaded = settings.load(database_url=f"sqlite:///{folder}/bench.db", mode="local", odoo_url="")
        services = bootstrap.services(loaded)
        store, erp = services.store, bootstrap.erp(loaded)
        tools = bootstrap.toolkit(loaded, bootstrap.memory(store))
        taken = []
        for message in messages:
            started = time.perf_counter()
            accepted = services.intake.accept(message.raw, door="upload", name=message.name)
            claim = inbox.claim(store, accepted.message_id, services.terms)
            assert claim is not None
            outcome = pipeline.triage_message(claim.message, erp, tools)
            stored = results.finish(
                store, claim, outcome, services.terms, fingerprint=lambda end: pipeline.fingerprint(end.reading)
            )
            note = outbox.claim(store, stored.outbox_id, services.terms) if stored and stored.outbox_id else None
            if note is not None:
                outbox.confirm(store, note, services.poster.post(note.note))
            taken.append((time.perf_counter() - started) * 1000)
        store.close()
    ordered = sorted(taken)
    return {
        "median ms": round(statistics.median(ordered), 1),
        "95th percentile ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "messages a second": round(len(taken) / sum(taken) * 1000, 1),
    }


_COLD = {
    "triage --help": "from triage import cli; cli.parser().format_help()",
    "the pages": "import triage.web.serving",
    "the path with local models": (
        "from triage import bootstrap, pipeline, settings\n"
        "bootstrap.toolkit(settings.load(), bootstrap.NoMemory(), reader_of_parts=object())"
    ),
}


def _cold(code: str) -> int:
    """Milliseconds from nothing, the best of three."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        taken.append(time.perf_counter() - started)
    return round(min(taken) * 1000)


def _print(results: dict[str, Any]) -> None:
    console = Console()
    table = Table("on one core", "a second", "spread", title=f"{results['messages']} messages, {results['pdfs']} PDFs")
    for name, figures in results["rates"].items():
        table.add_row(name, f"{figures['per second']:,.1f} {figures['unit']}", f"{figures['spread percent']:.0f} %")
    console.print(table)
    whole = results["whole way"]
    console.print(
        f"whole way with store and sandbox: median {whole['median ms']} ms, 95th percentile "
        f"{whole['95th percentile ms']} ms, {whole['messages a second']} messages a second"
    )
    for name, taken in results["cold start ms"].items():
        console.print(f"cold start of {name}: {taken} ms")
    console.print(f"memory of this process at most: {results['memory MiB']} MiB")
