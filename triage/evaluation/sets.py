"""Loads an eval set folder as `eval-set-format` describes it, wherever it lies. Never changes it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.errors import EvalSetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: the messages before, the message, and what a careful buyer reads in it."""

    set_name: str
    id: str
    erp: Path  # the snapshot that counts for this case
    earlier: tuple[Path, ...]
    message: Path
    expected: dict[str, Any]  # {} where the case has no answer yet


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSet:
    """A folder of cases."""

    name: str
    folder: Path
    licence: str
    cases: tuple[Case, ...]


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalSetError(
            error.strerror or "can't be read", subject=str(path), way_out="Check the path and its rights."
        ) from error
    except ValueError as error:
        raise EvalSetError(f"is not JSON ({error})", subject=str(path), way_out="Mend the file.") from error


def _about(folder: Path) -> dict[str, Any]:
    path = folder / "set.yaml"
    if not path.is_file():
        raise EvalSetError(
            "has no set.yaml", subject=str(folder), way_out="Name a folder in the eval set format (docs/evaluator.md)."
        )
    try:
        about = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EvalSetError(f"is not YAML ({error})", subject=str(path), way_out="Mend the file.") from error
    if not isinstance(about, dict) or str(about.get("format", 1)) != "1":
        raise EvalSetError("is not of format 1", subject=str(path), way_out="Convert the set to format 1.")
    return about


def _cases(folder: Path, name: str) -> Iterator[Case]:
    cases = folder / "cases"
    if not cases.is_dir():
        raise EvalSetError("has no folder 'cases'", subject=str(folder), way_out="Put each case in cases/<id>/.")
    for path in sorted(item for item in cases.iterdir() if item.is_dir()):
        message = path / "message.eml"
        own = path / "erp.json"
        expected = path / "expected.json"
        yield Case(
            set_name=name,
            id=path.name,
            erp=own if own.is_file() else folder / "erp.json",
            earlier=tuple(sorted((path / "earlier").glob("*.eml"))),
            message=message,
            expected=_json(expected) if expected.is_file() else {},
        )


def load(folder: Path) -> EvalSet:
    """Load a set. Raises EvalSetError where the folder does not keep the format."""
    if not folder.is_dir():
        raise EvalSetError("is no folder", subject=str(folder), way_out="Name an existing eval set folder.")
    about = _about(folder)
    name = str(about.get("name") or folder.name)
    cases = tuple(_cases(folder, name))
    if not cases:
        raise EvalSetError("has no cases", subject=str(folder), way_out="Put each case in cases/<id>/.")
    return EvalSet(name=name, folder=folder, licence=str(about.get("licence", "")), cases=cases)
