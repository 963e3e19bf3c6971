"""The commands about messages that failed: list them, look at one, have it read again, give it up."""

import argparse
import getpass
import json
import sys
from typing import TYPE_CHECKING, Any

from triage.cli.options import Commands, command, quiet

if TYPE_CHECKING:
    from triage.store.database import Store


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `dead list`, `dead show`, `dead replay` and `dead discard`."""
    dead = commands.add_parser("dead", help="messages that failed: list, show, replay, discard")
    actions = dead.add_subparsers(title="actions", required=True, metavar="ACTION")
    listed = command(actions, "list", _list, "list the messages that failed, newest first", "triage dead list --json")
    about = "show one with its steps, the reason and the traceback"
    shown = command(actions, "show", _show, about, "triage dead show 3f9a2c")
    about = "put failed messages back to the start; a worker reads them"
    replayed = command(actions, "replay", _replay, about, "triage dead replay 3f9a2c")
    replayed.add_argument("--all", action="store_true", help="all that failed")
    about = "give failed messages up: they are kept, and stand on no list any more"
    discarded = command(actions, "discard", _discard, about, "triage dead discard 3f9a2c --why 'advertising'")
    discarded.add_argument("--why", required=True, help="kept with the message")
    shown.add_argument("message", help="its number, or the beginning of it")
    for several in (replayed, discarded):
        several.add_argument("messages", nargs="*", metavar="MESSAGE", help="numbers, or the beginnings of them")
    for each in (listed, shown, replayed, discarded):
        each.add_argument("--json", action="store_true", help="print JSON")


def _store(given: argparse.Namespace) -> "Store":
    from triage import bootstrap

    return bootstrap.services(quiet(given)).store


def _list(given: argparse.Namespace) -> int:
    from triage.store import codec, queue

    found = queue.failures(_store(given), limit=10_000)
    if given.json:
        return _print(codec.plain(found, tuple[queue.FailedMessage, ...]))
    if not found:
        sys.stdout.write("Nothing failed.\n")
    for item in found:
        name = _plain(item.name or "message")
        sys.stdout.write(
            f"{item.message_id[:12]}  {item.updated_at:%Y-%m-%d %H:%M}  {name}, {item.attempts} attempts,"
            f" {item.step or 'failed'}: {_plain(item.reason)}\n"
        )
    return 0


def _show(given: argparse.Namespace) -> int:
    from triage.store import codec, dead

    store = _store(given)
    letter = dead.letter(store, dead.found(store, given.message))
    if given.json:
        return _print(codec.plain(letter, dead.DeadLetter))
    lines = (
        ("message", letter.message_id),
        ("name", f"{letter.name or '-'}, {letter.size} bytes, through {letter.door}"),
        ("received", f"{letter.received_at:%Y-%m-%d %H:%M} UTC"),
        ("state", f"{letter.state} after {letter.attempts} attempts"),
        ("step", letter.step or "-"),
        ("reason", letter.reason),
        ("way out", letter.way_out or "-"),
    )
    for label, value in lines:
        sys.stdout.write(f"{label:<10}{_plain(value)}\n")
    for at, state, detail in letter.steps:
        sys.stdout.write(f"  {at:%Y-%m-%d %H:%M:%S}  {state}  {_plain(detail)}\n")
    if letter.trace:
        sys.stdout.write(f"\n{letter.trace.rstrip()}\n")
    return 0


def _replay(given: argparse.Namespace) -> int:
    from triage.errors import InputError
    from triage.store import dead, inbox, queue

    store = _store(given)
    if given.all == bool(given.messages):
        raise InputError("name the messages, or give --all", way_out="`triage dead list` shows them.")
    wanted = (
        [item.message_id for item in queue.failures(store, limit=10_000)]
        if given.all
        else [dead.found(store, item) for item in given.messages]
    )
    back = [item for item in wanted if inbox.replay(store, item)]
    return _told(given, "back at the start", back)


def _discard(given: argparse.Namespace) -> int:
    from triage.errors import InputError
    from triage.store import dead, inbox

    store = _store(given)
    if not given.messages:
        raise InputError("name the messages", way_out="`triage dead list` shows them.")
    wanted = [dead.found(store, item) for item in given.messages]
    done = [item for item in wanted if inbox.discard(store, item, person=getpass.getuser(), why=given.why)]
    return _told(given, "discarded", done)


def _told(given: argparse.Namespace, what: str, done: list[str]) -> int:
    if given.json:
        return _print({"messages": done})
    for item in done:
        sys.stdout.write(f"{what}: {item[:12]}\n")
    if not done:
        sys.stdout.write("nothing to do\n")
    return 0


def _print(value: Any) -> int:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    return 0


def _plain(text: str) -> str:
    """Without control characters: a file's name must not move the cursor of a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
