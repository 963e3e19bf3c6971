"""Gets a real Odoo 19 for the tests: Debian's package unpacked into a cache, with a Python environment of its own.

Nothing is installed on the machine. The cache lies in TRIAGE_TEST_CACHE (default ~/.cache/triage-tests) and is kept;
its key is the package's version and the list of Python packages. Run as a program it only fills the cache.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "odoo-19"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
#: What the tests do not need: languages, and the accounting of countries but the one that the demo data uses.
_LEFT_OUT = ("*/i18n/*.po", "*/l10n_[!u]*", "*/dist-packages/addons", "*/static/tests/*")


class Unavailable(Exception):
    """Odoo can't be had here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An Odoo that can be started."""

    root: Path  # of the unpacked package
    python: Path
    key: str  # changes whenever the package or its Python packages do

    @property
    def library(self) -> Path:
        return self.root / "usr/lib/python3/dist-packages"

    @property
    def program(self) -> Path:
        return self.root / "usr/bin/odoo"


def cache() -> Path:
    """The folder that is kept between runs."""
    return Path(os.environ.get("TRIAGE_TEST_CACHE") or Path.home() / ".cache" / "triage-tests")


def installed() -> Installed:
    """The cached Odoo, fetched where it is not there yet. Raises Unavailable with the reason."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "install.lock"):
        archive = _archive(folder)
        wanted = hashlib.sha256(archive.name.encode() + REQUIREMENTS.read_bytes()).hexdigest()[:16]
        home = folder / f"odoo-{wanted}"
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            _unpack(archive, home / "root")
            _environment(home / "venv")
            (home / "ready").touch()
    return Installed(root=home / "root", python=home / "venv" / "bin" / "python", key=wanted)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _archive(folder: Path) -> Path:
    """The .deb: the one in the cache, else fetched with apt's own tools from the suite that has it."""
    found = sorted(folder.glob(f"{PACKAGE}_*.deb"))
    if found:
        return found[-1]
    if not shutil.which("apt-get"):
        raise Unavailable("apt-get is not here, which fetches Odoo's package")
    private = folder / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (private / name).mkdir(parents=True, exist_ok=True)
    sources = private / "sources.list"
    sources.write_text(f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {_mirror()} sid main\n")
    options = [
        f"Dir::Etc::sourcelist={sources}", "Dir::Etc::sourceparts=-", f"Dir::State::lists={private}/lists",
        f"Dir::Cache={private}/cache", "APT::Architectures=all", "Acquire::Languages=none",
    ]  # fmt: skip
    apt = ["apt-get", "-q", *(item for option in options for item in ("-o", option))]
    for command in ([*apt, "update"], [*apt, "download", PACKAGE]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"apt-get {command[-1]}: {done.stderr.strip()[-300:]}")
    return sorted(folder.glob(f"{PACKAGE}_*.deb"))[-1]


def _mirror() -> str:
    """The Debian mirror that this machine uses."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for place in places:
        if place.is_file():
            for match in re.finditer(
                r"^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S*/debian/?)(?:\s|$)", place.read_text(), re.M
            ):
                return match.group(1)
    raise Unavailable("no Debian mirror is configured on this machine")


def _unpack(archive: Path, root: Path) -> None:
    root.mkdir(parents=True)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as source:
        excluded = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
        subprocess.run(["tar", "x", "-C", str(root), *excluded], stdin=source.stdout, check=True)
    if source.returncode:
        raise Unavailable(f"{archive} can't be unpacked")


def _environment(folder: Path) -> None:
    """Odoo's Python packages, apart from ours: it pins older ones."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    done = subprocess.run([*pip, "install", "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"Odoo's Python packages: {done.stderr.strip()[-300:]}")


if __name__ == "__main__":
    print(installed())
