"""The one command line. Parses, loads the settings, and hands over to the room that a command belongs to.

Loads nothing heavy before a command is chosen. An error is one line on standard error: reason and way out.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from triage import __version__
from triage.cli import dead, events, local, memory, model, odoo, retention
from triage.cli.options import Handler, command, load, quiet, quiet_level
from triage.cli.options import mode as mode_option
from triage.errors import Error

_ABOUT = "Reads what suppliers answer to purchase orders, says what differs, and advises. It never decides."

_FIRST_STEPS = """\
first steps:
  triage demo                       try it: a mailbox, a ranked queue, pages on 127.0.0.1
  triage ingest answer.eml          read one message and see what is advised
  triage queue --priority urgent    what must be looked at now
  triage serve                      the queue in a browser
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 done, 1 something failed, 2 the call can't be carried out."""
    given = parser().parse_args(arguments)
    handler: Handler = given.handler
    try:
        return handler(given)
    except Error as error:
        sys.stderr.write(f"triage: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away, as `head` does: nothing is left to tell it.
        sys.stderr.close()
        return 0


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(
        prog="triage", description=_ABOUT, epilog=_FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"triage {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _reading_commands(commands)
    _service_commands(commands)
    _evaluation_commands(commands)
    model.add(commands)
    _risk_commands(commands)
    _bench_command(commands)
    _replay_command(commands)
    odoo.add(commands)
    memory.add(commands)
    dead.add(commands)
    events.add(commands)
    retention.add(commands)
    local.add(commands)
    return top


def _reading_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ingest = command(
        commands,
        "ingest",
        _ingest,
        "read messages or documents and print what is advised",
        "triage ingest answer.eml confirmation.pdf --erp erp.json --json",
    )
    ingest.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".eml, .msg or a bare document")
    ingest.add_argument("--json", action="store_true", help="print JSON")
    ingest.add_argument("--erp", type=Path, metavar="SNAPSHOT", help="recorded ERP (default: TRIAGE_ERP_SNAPSHOT)")
    ingest.add_argument("--show", action="store_true", help="write a page with the words marked, for each message")
    ingest.add_argument("--show-dir", type=Path, default=Path("out/show"), metavar="DIR", help="default: out/show")
    ingest.add_argument("--dry-run", action="store_true", help="keep nothing")
    ingest.add_argument("--again", action="store_true", help="read anew what was read before")
    mode_option(ingest)
    queue = command(commands, "queue", _queue, "print the ranked queue", "triage queue --priority urgent --role buyer")
    queue.add_argument("--state", default="open", choices=("open", "snoozed", "done", "info"))
    queue.add_argument("--priority", default="", choices=("urgent", "high", "normal", "low"))
    for name, about in (
        ("company", "company's name"),
        ("kind", "kind of message, such as delay_notice"),
        ("role", "role that looks, such as planner"),
        ("text", "words that must all occur"),
    ):
        queue.add_argument(f"--{name}", default="", help=about)
    queue.add_argument("--limit", type=int, default=50, help="entries shown (default: 50)")
    queue.add_argument("--json", action="store_true", help="print JSON")
    summary = command(commands, "summary", _summary, "print the queue in a few sentences", "triage summary --json")
    summary.add_argument("--json", action="store_true", help="print JSON")
    mode_option(summary)
    scan = command(
        commands, "scan", _scan, "look at the ERP for what no message tells", "triage scan --dry-run --erp erp.json"
    )
    scan.add_argument("--json", action="store_true", help="print JSON")
    scan.add_argument("--dry-run", action="store_true", help="only print, bring nothing onto the queue")
    scan.add_argument("--erp", type=Path, metavar="SNAPSHOT", help="recorded ERP (default: Odoo or the snapshot set)")
    watch = command(commands, "watch", _watch, "take in every file that appears in a folder", "triage watch inbox/")
    watch.add_argument("folder", nargs="?", type=Path, help="default: TRIAGE_WATCH_FOLDER")


def _service_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = command(
        commands, "demo", _demo, "try it on a bundled mailbox, then serve the pages", "triage demo --no-serve"
    )
    demo.add_argument("--no-serve", action="store_true", help="end after the table")
    demo.add_argument("--mailbox", type=Path, help="folder with cases/*/message.eml and erp.json")
    mode_option(demo)
    serve = command(commands, "serve", _serve, "serve pages and API of the queue", "triage serve --port 9000")
    for server in (demo, serve):
        server.add_argument("--host", help="address to listen on (default: TRIAGE_HOST)")
        server.add_argument("--port", type=int, help="port to listen on (default: TRIAGE_PORT)")
    mode_option(serve)
    worker = command(
        commands,
        "worker",
        _worker,
        "work on messages that other processes take in",
        "triage worker --queues reading,odoo --concurrency 2",
    )
    worker.add_argument("--queues", metavar="NAMES", help="default: TRIAGE_WORKER_QUEUES, else all")
    worker.add_argument("--concurrency", type=int, help="processes (default: TRIAGE_WORKER_CONCURRENCY)")
    mode_option(worker)
    command(commands, "scheduler", _scheduler, "put back work that got stuck, every so often")
    alive = command(
        commands, "alive", _alive, "tell whether the worker or scheduler of TRIAGE_HEARTBEAT does its rounds"
    )
    alive.add_argument("--json", action="store_true", help="print JSON")
    command(commands, "migrate", _migrate, "bring the database's tables to this version")


def _evaluation_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluation = commands.add_parser("eval", help="measure on evaluation sets, compare two runs")
    actions = evaluation.add_subparsers(title="actions", required=True, metavar="ACTION")
    run = command(actions, "run", _eval_run, "run evaluation sets", "triage eval run eval_sets/first --out out/first")
    run.add_argument("sets", nargs="+", type=Path, metavar="SET", help="folder in the eval set format")
    run.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the results go")
    run.add_argument("--json", action="store_true", help="print the figures as JSON")
    kept = run.add_mutually_exclusive_group()
    kept.add_argument("--record", type=Path, metavar="DIR", help="keep a language model's answers there")
    kept.add_argument("--replay", type=Path, metavar="DIR", help="ask nobody: take recorded answers from there")
    mode_option(run)
    compare = command(actions, "compare", _eval_compare, "compare two runs", "triage eval compare out/before out/after")
    model.add_tiers(actions)
    compare.add_argument("one", type=Path)
    compare.add_argument("other", type=Path)
    compare.add_argument("--json", action="store_true", help="print JSON")


def _bench_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = command(
        commands, "bench", _bench, "measure messages and pages a second beside other programs", "triage bench --json"
    )
    sets = [Path("eval_sets/first")]
    bench.add_argument("sets", nargs="*", type=Path, default=sets, metavar="SET", help="default: eval_sets/first")
    bench.add_argument("--seconds", type=float, default=5.0, help="that each figure is measured for (default: 5)")
    bench.add_argument("--json", action="store_true", help="print JSON")


def _replay_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    replay = command(
        commands,
        "replay",
        _replay,
        "read a mailbox of past months again: what would have been flagged, and how early",
        "triage replay mails/ --erp erp.json",
    )
    replay.add_argument("folder", type=Path, metavar="FOLDER", help="folder with .eml files, folders inside included")
    replay.add_argument("--erp", type=Path, metavar="SNAPSHOT", help="recorded ERP (default: TRIAGE_ERP_SNAPSHOT)")
    replay.add_argument("--json", action="store_true", help="print JSON")
    mode_option(replay)


def _risk_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    risk = commands.add_parser("risk", help="measure how well late deliveries can be predicted")
    actions = risk.add_subparsers(title="actions", required=True, metavar="ACTION")
    evaluate = command(
        actions,
        "evaluate",
        _risk_evaluate,
        "learn from receipts before a day, predict those after it, beside simple baselines",
        "triage risk evaluate --receipts receipts.csv --cut 2026-01-01",
    )
    columns = (
        "order_line,supplier,product,category,origin_country,ship_mode,ordered_on,promised_on,received_on,"
        "quantity,unit_price; dates like 2026-01-31; only promised_on and received_on must be there"
    )
    evaluate.add_argument("--receipts", required=True, type=Path, metavar="FILE", help=f"CSV: {columns}")
    evaluate.add_argument("--cut", required=True, metavar="DATE", help="first promised day that is predicted")
    evaluate.add_argument("--json", action="store_true", help="print JSON")


def _ingest(given: argparse.Namespace) -> int:
    from triage.tasks import ingest

    return ingest.run(
        quiet(given),
        given.files,
        as_json=given.json,
        dry_run=given.dry_run,
        again=given.again,
        snapshot=given.erp,
        show=given.show_dir if given.show else None,
    )


def _queue(given: argparse.Namespace) -> int:
    from triage.store import queue
    from triage.tasks import ingest

    filters = queue.Filters(
        state=given.state,
        company=given.company,
        kind=given.kind,
        priority=given.priority,
        role=given.role,
        text=given.text,
    )
    return ingest.show_queue(quiet(given), filters, as_json=given.json, limit=max(given.limit, 1))


def _summary(given: argparse.Namespace) -> int:
    from triage.tasks import summary

    return summary.run(quiet(given), as_json=given.json)


def _scan(given: argparse.Namespace) -> int:
    from triage.tasks import scan

    return scan.run(quiet(given), as_json=given.json, dry_run=given.dry_run, snapshot=given.erp)


def _demo(given: argparse.Namespace) -> int:
    from rich.console import Console

    from triage import bootstrap
    from triage.tasks import app, demo, embedded, work

    mailbox = demo.mailbox(given.mailbox or demo.MAILBOX)
    # A person waits: what fails is tried again at once.
    soon = {"retry_delay": 1.0, "sweep_every": 1}
    settings = load(given, broker_url="memory://", erp_snapshot=mailbox.erp, **soon, **quiet_level())
    services = bootstrap.services(settings)
    console = Console()
    ready = work.of(services)  # what is missing is told before anything starts
    celery = app.make_app(settings, lambda lane: ready)
    with embedded.running(celery, services.store) as worker:
        new = demo.fill(services, worker, mailbox.messages, console)
        demo.show(services, console, new=new, known=len(mailbox.messages) - new)
        if given.no_serve:
            return 0
        from triage.web import serving

        return serving.serve(services, ring=worker.ring, look=worker.look)


def _serve(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.tasks import app, embedded, serving, work
    from triage.web import serving as pages

    settings = load(given)
    services = bootstrap.services(settings)
    if not settings.embedded:
        return pages.serve(services, ring=serving.ringer(settings), look=serving.looker(settings))
    celery = app.make_app(settings, lambda lane: work.of(services))
    with embedded.running(celery, services.store) as worker:
        return pages.serve(services, ring=worker.ring, look=worker.look)


def _watch(given: argparse.Namespace) -> int:
    from triage.tasks import watching

    return watching.run(load(given, watch_folder=given.folder))


def _worker(given: argparse.Namespace) -> int:
    from triage.tasks import serving

    return serving.worker(load(given, worker_queues=given.queues, worker_concurrency=given.concurrency))


def _scheduler(given: argparse.Namespace) -> int:
    from triage.tasks import serving

    return serving.scheduler(load(given))


def _alive(given: argparse.Namespace) -> int:
    from triage.tasks import serving

    fault = serving.alive(quiet(given))
    if given.json:
        sys.stdout.write(json.dumps({"alive": not fault, "fault": fault}) + "\n")
    elif fault:
        sys.stdout.write(f"{fault}\n")
    return 1 if fault else 0


def _migrate(given: argparse.Namespace) -> int:
    from triage.store import database, migrate

    settings = load(given)
    store = database.open_store(settings.database_url.get_secret_value(), timeout=settings.database_timeout)
    before, after = migrate.migrate(store)
    sys.stdout.write(
        f"tables are at {after}" + (f", were at {before or 'nothing'}\n" if before != after else " already\n")
    )
    return 0


def _eval_run(given: argparse.Namespace) -> int:
    from triage.evaluation import command

    # A replay takes the settings of the language model from its recording.
    load(argparse.Namespace(mode="local") if given.replay else given, **quiet_level())
    return command.run(
        given.sets, given.out, mode=given.mode, as_json=given.json, record=given.record, replay=given.replay
    )


def _eval_compare(given: argparse.Namespace) -> int:
    from triage.evaluation import command

    return command.compare(given.one, given.other, as_json=given.json)


def _replay(given: argparse.Namespace) -> int:
    from triage.evaluation import replay

    return replay.run(quiet(given), given.folder, snapshot=given.erp, as_json=given.json)


def _bench(given: argparse.Namespace) -> int:
    from triage.evaluation import bench

    quiet(given)
    return bench.run(given.sets, seconds=max(given.seconds, 0.1), as_json=given.json)


def _risk_evaluate(given: argparse.Namespace) -> int:
    from triage.evaluation import risk_command

    return risk_command.run(given.receipts, given.cut, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
