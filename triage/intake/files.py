"""Doors for files: those named on a command line, and those that appear in a watched folder.

A file in the folder is moved after it was taken or refused, with the reason beside it; it is never deleted.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from triage.errors import InputError
from triage.intake.accept import Accepted, Intake

#: Where the folder's files go.
TAKEN = "taken"
REFUSED = "refused"

#: Names that programs use while they still write.
_UNFINISHED = (".part", ".tmp", ".crdownload", ".swp", "~")


def take(intake: Intake, path: Path, *, door: str, name: str = "") -> Accepted:
    """Accept one file, under another name than its own where one is given.

    Raises InputError with file, reason and way out where it can't be read or is refused.
    """
    try:
        if path.is_dir():
            raise InputError("is a folder", subject=str(path), way_out="Name the files in it.")
        intake.check_size(path.stat().st_size, door=door, name=name or path.name)
        with path.open("rb") as file:
            raw = file.read(intake.max_size + 1)  # it may grow meanwhile
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(reason, subject=str(path), way_out="Check the path and its rights.") from error
    except InputError as error:
        raise InputError(error.reason, subject=str(path), way_out=error.way_out) from error
    return intake.accept(raw, door=door, name=name or path.name)


class Folder:
    """A watched folder: a file counts once its size and time stood still between two looks."""

    def __init__(self, intake: Intake, path: Path) -> None:
        self._intake = intake
        self._path = path
        self._seen: dict[Path, tuple[int, int]] = {}  # (bytes, nanoseconds)

    def look(self) -> tuple[Accepted, ...]:
        """Take what is complete. Raises InputError where the folder itself can't be read."""
        seen: dict[Path, tuple[int, int]] = {}
        taken = []
        for path in self._files():
            with suppress(FileNotFoundError):  # moved by somebody else meanwhile
                status = path.stat()
                seen[path] = (status.st_size, status.st_mtime_ns)
                if self._seen.get(path) == seen[path]:
                    taken.append(self._take(path))
        self._seen = seen
        return tuple(item for item in taken if item is not None)

    def watch(self, every: float, on_accepted: Callable[[Accepted], None], *, stopped: Callable[[], bool]) -> None:
        """Look every so many seconds until `stopped`."""
        while not stopped():
            for accepted in self.look():
                on_accepted(accepted)
            time.sleep(every)

    def _files(self) -> Iterable[Path]:
        try:
            found = sorted(self._path.iterdir())
        except OSError as error:
            raise InputError(
                (error.strerror or "can't be read").lower(), subject=str(self._path), way_out="Set TRIAGE_WATCH_FOLDER."
            ) from error
        return [
            path
            for path in found
            if path.is_file() and not path.name.startswith(".") and not path.name.lower().endswith(_UNFINISHED)
        ]

    def _take(self, path: Path) -> Accepted | None:
        try:
            accepted = take(self._intake, path, door="folder")
        except InputError as error:
            place = self._move(path, REFUSED)
            place.with_name(place.name + ".reason.txt").write_text(f"{error}\n", encoding="utf-8")
            return None
        self._move(path, TAKEN)
        return accepted

    def _move(self, path: Path, folder: str) -> Path:
        """Into a folder beside, under a name that is free there."""
        target = self._path / folder / path.name
        target.parent.mkdir(exist_ok=True)
        number = 1
        while target.exists():
            target = target.with_name(f"{path.stem}.{number}{path.suffix}")
            number += 1
        return path.rename(target)
