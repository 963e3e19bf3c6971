"""Reads the policy file and says exactly what is wrong with it: file, line, key, and what would be right."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from triage.domain.advice import Priority, Role
from triage.domain.assessment import DeviationType, Kind
from triage.domain.policy import Bars, Policy, RouteRule, Tolerances, Variant
from triage.errors import PolicyError

DEFAULT = Path(__file__).parents[2] / "policies" / "default.yaml"
T = TypeVar("T")


class _Node:
    """A piece of the file that knows its line."""

    def __init__(self, path: Path, node: yaml.Node, key: str) -> None:
        self.path, self.node, self.key = path, node, key

    def fail(self, reason: str, way_out: str) -> NoReturn:
        line = self.node.start_mark.line + 1
        raise PolicyError(f"{self.key or 'the file'} {reason}", subject=f"{self.path}:{line}", way_out=way_out)

    def mapping(self, allowed: Mapping[str, object] | None = None) -> dict[str, "_Node"]:
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("must hold keys and values", "Write `key: value` lines.")
        found: dict[str, _Node] = {}
        for key, value in self.node.value:
            child = _Node(self.path, value, f"{self.key}.{key.value}".lstrip("."))
            if allowed is not None and key.value not in allowed:
                _Node(self.path, key, child.key).fail("is unknown", f"Known here: {', '.join(sorted(allowed))}.")
            if key.value in found:
                _Node(self.path, key, child.key).fail("stands twice", "Keep one of them.")
            found[key.value] = child
        return found

    def sequence(self) -> list["_Node"]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail("must be a list", "Write `- item` lines or [a, b].")
        return [_Node(self.path, item, f"{self.key}[{index}]") for index, item in enumerate(self.node.value)]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.fail("must be a text", "Write a single value.")
        return str(self.node.value)

    def convert(self, reader: Callable[[str], T], what: str) -> T:
        text = self.text()
        try:
            return reader(text)
        except (ValueError, InvalidOperation):
            self.fail(f"is {text!r}", f"It must be {what}.")

    def boolean(self) -> bool:
        text = self.text().casefold()
        if text not in ("true", "false"):
            self.fail(f"is {text!r}", "It must be true or false.")
        return text == "true"

    def one_of(self, choices: type[T]) -> T:
        known = ", ".join(str(item) for item in choices)  # type: ignore[attr-defined]
        return self.convert(lambda text: choices(text), f"one of: {known}")  # type: ignore[call-arg]


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value < 0:
        raise ValueError(text)
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value


def _numbers(node: _Node, kind: type[T]) -> T:
    """A data class of whole numbers and decimals from a mapping."""
    names = {item.name: item.type for item in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, child in node.mapping(names).items():
        if names[name] is int:
            values[name] = child.convert(_whole, "a whole number, 0 or more")
        else:
            values[name] = child.convert(_number, "a number, 0 or more")
    return kind(**values)


def _variant(node: _Node) -> Variant:
    parts = node.mapping(dict.fromkeys(("company", "supplier", "category", "tolerances")))
    if "tolerances" not in parts:
        node.fail("has no tolerances", "Add `tolerances:` with what differs.")
    names = {name: parts[name].text() for name in ("company", "supplier", "category") if name in parts}
    return Variant(tolerances=_numbers(parts["tolerances"], Tolerances), **names)


_FLAGS = ("when_uncovered", "first", "when_order", "when_review", "alone", "final")


def _rule(node: _Node) -> RouteRule:
    allowed = dict.fromkeys(("name", "roles", "when_kind", "when_deviation", "min_abs_percent", "min_days", *_FLAGS))
    parts = node.mapping(allowed)
    for needed in ("name", "roles"):
        if needed not in parts:
            node.fail(f"has no {needed}", f"Add `{needed}:`.")
    values: dict[str, Any] = {name: parts[name].boolean() for name in _FLAGS if name in parts}
    if "when_kind" in parts:
        values["when_kind"] = tuple(item.one_of(Kind) for item in parts["when_kind"].sequence())
    if "when_deviation" in parts:
        values["when_deviation"] = tuple(item.one_of(DeviationType) for item in parts["when_deviation"].sequence())
    if "min_abs_percent" in parts:
        values["min_abs_percent"] = parts["min_abs_percent"].convert(_number, "a number, 0 or more")
    if "min_days" in parts:
        values["min_days"] = parts["min_days"].convert(_whole, "a whole number, 0 or more")
    roles = tuple(item.one_of(Role) for item in parts["roles"].sequence())
    return RouteRule(name=parts["name"].text(), roles=roles, **values)


def load_policy(path: Path | None = None) -> Policy:
    """The policy of a file; None takes the default policy. Raises PolicyError with file, line and key."""
    path = path or DEFAULT
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "can't be read"
        raise PolicyError(reason, subject=str(path), way_out="Check TRIAGE_POLICY_FILE.") from error
    try:
        root = yaml.compose(raw.decode("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise PolicyError("is not YAML", subject=place, way_out="Mend the indentation or the quotes there.") from error
    if root is None:
        raise PolicyError("is empty", subject=str(path), way_out="Start from policies/default.yaml.")
    return _policy(_Node(path, root, ""), hashlib.sha256(raw).hexdigest())


def _policy(root: _Node, digest: str) -> Policy:
    known = (
        "timezone",
        "language",
        "review_below",
        "tolerances",
        "bars",
        "variants",
        "act_within_hours",
        "people",
        "routes",
    )
    parts = root.mapping(dict.fromkeys(known))
    if "routes" not in parts:
        root.fail("has no routes", "Copy them from policies/default.yaml.")
    values: dict[str, Any] = {}
    for name in ("timezone", "language"):
        if name in parts:
            values[name] = parts[name].text()
    if "review_below" in parts:
        values["review_below"] = parts["review_below"].convert(_share, "a number from 0 to 1")
    hours = []
    for name, child in (
        parts["act_within_hours"].mapping(dict.fromkeys(Priority)).items() if "act_within_hours" in parts else ()
    ):
        hours.append((name, child.convert(_whole, "a whole number of hours")))
    people = []
    for name, child in parts["people"].mapping(dict.fromkeys(Role)).items() if "people" in parts else ():
        people.append((Role(name), child.text()))
    return Policy(
        digest=digest,
        tolerances=_numbers(parts["tolerances"], Tolerances) if "tolerances" in parts else Tolerances(),
        bars=_numbers(parts["bars"], Bars) if "bars" in parts else Bars(),
        variants=tuple(_variant(item) for item in parts["variants"].sequence()) if "variants" in parts else (),
        routes=tuple(_rule(item) for item in parts["routes"].sequence()),
        act_within_hours=tuple(hours),
        people=tuple(people),
        **values,
    )
