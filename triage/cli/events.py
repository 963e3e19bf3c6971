"""The commands about outgoing events: list those that nobody took, send them again, give them up."""

import argparse
import json
import sys

from triage.cli.options import Commands, command, quiet


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add `events list`, `events replay` and `events discard`."""
    told = commands.add_parser("events", help="outgoing events that nobody took: list, replay, discard")
    actions = told.add_subparsers(title="actions", required=True, metavar="ACTION")
    about = "list the events that were given up, newest first"
    listed = command(actions, "list", _list, about, "triage events list --json")
    listed.add_argument("--waiting", action="store_true", help="those that wait to be sent, too")
    about = "have events that were given up sent again, under their old number"
    replayed = command(actions, "replay", _replay, about, "triage events replay --all")
    replayed.add_argument("--all", action="store_true", help="all that were given up")
    replayed.add_argument("events", nargs="*", type=int, metavar="NUMBER", help="as the list shows it")
    about = "take events off the list; they are not sent any more"
    discarded = command(actions, "discard", _discard, about, "triage events discard 17")
    discarded.add_argument("events", nargs="+", type=int, metavar="NUMBER", help="as the list shows it")
    for each in (listed, replayed, discarded):
        each.add_argument("--json", action="store_true", help="print JSON")


def _list(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.store import codec, events

    states = (events.EventState.FAILED, *((events.EventState.PENDING,) if given.waiting else ()))
    found = events.listed(bootstrap.services(quiet(given)).store, states, limit=10_000)
    if given.json:
        sys.stdout.write(json.dumps(codec.plain(found, tuple[events.Listed, ...]), indent=1) + "\n")
        return 0
    if not found:
        sys.stdout.write("No event was given up.\n")
    for item in found:
        about = item.entry_key or item.message_id[:12]
        sys.stdout.write(
            f"{item.id}  {item.at:%Y-%m-%d %H:%M}  {item.type} {about}, {item.state} after {item.attempts} attempts"
            f"{f': {item.reason}' if item.reason else ''}\n"
        )
    return 0


def _replay(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.errors import InputError
    from triage.store import events

    if given.all == bool(given.events):
        raise InputError("name the events, or give --all", way_out="`triage events list` shows them.")
    number = events.replay(bootstrap.services(quiet(given)).store, None if given.all else given.events)
    return _told(given, "replayed", number)


def _discard(given: argparse.Namespace) -> int:
    from triage import bootstrap
    from triage.store import events

    return _told(given, "discarded", events.discard(bootstrap.services(quiet(given)).store, given.events))


def _told(given: argparse.Namespace, what: str, number: int) -> int:
    sys.stdout.write(json.dumps({what: number}) + "\n" if given.json else f"{what}: {number}\n")
    return 0
