"""Lists the licences of everything the service depends on, as the installed packages declare them.

Never looks anything up elsewhere; a package that declares nothing is shown as such, not guessed.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

#: Optional parts that a service may run with; "dev" serves its makers alone.
RUN_TIME = ("embeddings", "llm", "postgres")

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^]]*)\])?")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
_LESSER = re.compile(
    r"\bGPL\S* WITH GCC-exception\S*|\bLGPL[^ ]*|GNU Lesser General Public|GNU Library or Lesser", re.IGNORECASE
)
_PREFIX = "License :: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What a package says of itself."""

    name: str
    version: str
    text: str  # an SPDX expression where it declares one; "" where it declares nothing

    @property
    def forbidden(self) -> bool:
        """True for GPL and AGPL without an alternative; the LGPL may be imported."""
        alternatives = re.split(r"\s+OR\s+|\s*/\s*|;\s*", self.text)
        return bool(self.text) and all(_COPYLEFT.search(_LESSER.sub("", item)) for item in alternatives)


def of_dependencies(root: str = "triage", extras: tuple[str, ...] = RUN_TIME) -> tuple[Licence, ...]:
    """The licences of `root`'s installed dependencies and of theirs, by name."""
    found: dict[str, Licence] = {}
    waiting = [(root, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        key = (_folded(name), wanted)
        if key in seen:
            continue
        seen.add(key)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an optional part that is not installed, or one for another system
        waiting += _required(distribution, wanted)
        if _folded(name) != _folded(root):
            found[_folded(name)] = Licence(
                name=distribution.metadata["Name"], version=distribution.version, text=_declared(distribution)
            )
    return tuple(found[name] for name in sorted(found))


def _required(distribution: metadata.Distribution, wanted: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for requirement in distribution.requires or ():
        words, _, condition = requirement.partition(";")
        asked = set(_EXTRA.findall(condition))
        match = _NAME.match(words)
        if match and (not asked or asked & wanted):
            extras = frozenset(filter(None, (item.strip() for item in (match[2] or "").split(","))))
            yield match[1], extras


def _declared(distribution: metadata.Distribution) -> str:
    fields = distribution.metadata
    expression = fields.get_all("License-Expression")
    if expression:
        return str(expression[0])
    classified = [item.rpartition(" :: ")[2] for item in fields.get_all("Classifier") or () if item.startswith(_PREFIX)]
    classified = [item for item in classified if item != "OSI Approved"]
    if classified:
        return "; ".join(classified)
    lines = "".join(fields.get_all("License") or ()).strip().splitlines()
    return lines[0][:80] if lines else ""


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def show(*, as_json: bool = False) -> int:
    """Print the list; exit status 1 where one may not be imported."""
    if as_json:
        listed = of_dependencies()
        rows = [
            {"package": item.name, "version": item.version, "licence": item.text, "allowed": not item.forbidden}
            for item in listed
        ]
        sys.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return 1 if any(item.forbidden for item in listed) else 0
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Licences of what triage depends on")
    for column in ("package", "version", "licence"):
        table.add_column(column)
    found = of_dependencies()
    for item in found:
        text = item.text or "not declared"
        table.add_row(item.name, item.version, f"[red]{text}: not allowed[/red]" if item.forbidden else text)
    console = Console()
    console.print(table)
    forbidden = [item.name for item in found if item.forbidden]
    console.print(f"{len(found)} packages, {len(forbidden)} under the GPL or AGPL.")
    return 1 if forbidden else 0
