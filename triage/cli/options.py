"""What the commands share: one shape for their help, and the settings with the command line on top."""

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.settings import Settings

Commands = argparse._SubParsersAction  # the type of `add_subparsers`, which argparse keeps to itself
Handler = Callable[[argparse.Namespace], int]

MODES = ("rules", "local", "llm")


def command(
    commands: "Commands[argparse.ArgumentParser]", name: str, handler: Handler, about: str, example: str = ""
) -> argparse.ArgumentParser:
    """Add a command with its help and an example."""
    found = commands.add_parser(
        name,
        help=about,
        description=about[:1].upper() + about[1:] + ".",
        epilog=f"example:\n  {example}" if example else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.set_defaults(handler=handler)
    return found


def mode(parser: argparse.ArgumentParser) -> None:
    """The option `--mode`."""
    parser.add_argument("--mode", choices=MODES, help="what reads the messages (default: TRIAGE_MODE)")


def load(given: argparse.Namespace, **more: object) -> "Settings":
    """The settings, with what the command line says on top; logs are set up by them."""
    from triage import bootstrap, settings

    names = {name: getattr(given, name, None) for name in ("mode", "host", "port")}
    loaded = settings.load(**names | more)
    bootstrap.configure_logging(loaded)
    return loaded


def quiet(given: argparse.Namespace) -> "Settings":
    """The settings of commands that print what goes well: they log only what does not."""
    return load(given, **quiet_level())


def quiet_level() -> dict[str, object]:
    """The log level of such commands, unless another is asked for."""
    return {"log_level": os.environ.get("TRIAGE_LOG_LEVEL") or "error"}
