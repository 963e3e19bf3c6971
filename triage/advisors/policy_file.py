"""Lets you read the policy file, and learn exactly what is wrong with it: file, line, key, and what would be right.

Never fills in what the file gets wrong: a policy is whole or it is refused.
"""

import difflib
import hashlib
from collections.abc import Callable, Collection
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from triage.domain.advice import Priority, Role
from triage.domain.assessment import DeviationType, Kind
from triage.domain.policy import Bars, Policy, RouteRule, Tolerances, Variant, Watch
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

    def mapping(self, allowed: Collection[str]) -> dict[str, "_Node"]:
        """The values by key; keys that are not allowed, or that stand twice, are errors."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("must hold keys and values", "Write `key: value` lines.")
        found: dict[str, _Node] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            child = _Node(self.path, value, f"{self.key}.{name}".lstrip("."))
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                way_out = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(allowed))}."
                _Node(self.path, key, child.key).fail("is unknown", way_out)
            if name in found:
                _Node(self.path, key, child.key).fail("stands twice", "Keep one of them.")
            found[name] = child
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
        known = [str(item) for item in choices]  # type: ignore[attr-defined]
        text = self.text()
        if text in known:
            return choices(text)  # type: ignore[call-arg]
        near = difflib.get_close_matches(text, known, n=1)
        self.fail(f"is {text!r}", f"Did you mean {near[0]}?" if near else f"It must be one of: {', '.join(known)}.")


_MOST = 1_000_000  # larger than any tolerance or deadline


def _whole(text: str) -> int:
    value = int(text)
    if not 0 <= value <= _MOST:
        raise ValueError(text)
    return value


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or not 0 <= value <= _MOST:
        raise ValueError(text)
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value


def _numbers(node: _Node, kind: type[T]) -> T:
    """A data class of whole numbers and decimals from a mapping; what is not named keeps its default."""
    names = {item.name: item.type for item in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, child in node.mapping(names).items():
        if names[name] is int:
            values[name] = child.convert(_whole, "a whole number, 0 or more")
        else:
            values[name] = child.convert(_number, "a number, 0 or more")
    return kind(**values)


def _variant(node: _Node) -> Variant:
    parts = node.mapping(("company", "supplier", "category", "tolerances"))
    if "tolerances" not in parts:
        node.fail("has no tolerances", "Add `tolerances:` with what differs.")
    names = {name: parts[name].text() for name in ("company", "supplier", "category") if name in parts}
    if not any(names.values()):
        node.fail("holds for everybody", "Name a company, supplier or category; what holds for all stands above.")
    return Variant(tolerances=_numbers(parts["tolerances"], Tolerances), **names)


_FLAGS = ("when_uncovered", "first", "when_order", "when_review", "alone", "final")
_RULE_KEYS = ("name", "roles", "when_kind", "when_deviation", "min_abs_percent", "min_days", *_FLAGS)


def _rule(node: _Node) -> RouteRule:
    parts = node.mapping(_RULE_KEYS)
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
    if not roles:
        parts["roles"].fail("names nobody", "Name at least one role, or delete the rule.")
    return RouteRule(name=parts["name"].text(), roles=roles, **values)


def _rules(node: _Node) -> tuple[RouteRule, ...]:
    """All rules; their names tell them apart in notes, so each stands once."""
    found: dict[str, RouteRule] = {}
    for item in node.sequence():
        rule = _rule(item)
        if not rule.name or rule.name in found:
            item.fail(f"has the name {rule.name!r} of another rule", "Give each rule a name of its own.")
        found[rule.name] = rule
    return tuple(found.values())


def load_policy(path: Path | None = None) -> Policy:
    """The policy of a file; None takes the default policy. Raises PolicyError with file, line and key."""
    path = path or DEFAULT
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "can't be read"
        raise PolicyError(reason, subject=str(path), way_out="Check TRIAGE_POLICY_FILE.") from error
    try:
        root = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise PolicyError("is no UTF-8 text", subject=str(path), way_out="Save it as UTF-8.") from error
    except RecursionError as error:
        raise PolicyError("is nested too deeply", subject=str(path)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "can't be parsed"
        raise PolicyError(
            f"is not YAML: {problem}", subject=place, way_out="Mend the indentation or the quotes there."
        ) from error
    if root is None:
        raise PolicyError("is empty", subject=str(path), way_out="Start from policies/default.yaml.")
    return _policy(_Node(path, root, ""), hashlib.sha256(raw).hexdigest())


_KEYS = (
    "timezone", "language", "review_below", "tolerances", "bars", "variants", "act_within_hours", "working_hours",
    "people", "routes", "watch",
)  # fmt: skip


def _policy(root: _Node, digest: str) -> Policy:
    parts = root.mapping(_KEYS)
    if "routes" not in parts:
        root.fail("has no routes", "Copy them from policies/default.yaml.")
    values: dict[str, Any] = {}
    if "timezone" in parts:
        values["timezone"] = parts["timezone"].convert(_zone, "a time zone such as Europe/Berlin")
    if "language" in parts:
        values["language"] = parts["language"].convert(_language, "a language code such as en or de")
    if "review_below" in parts:
        values["review_below"] = parts["review_below"].convert(_share, "a number from 0 to 1")
    if "working_hours" in parts:
        values["working_hours"] = _hours(parts["working_hours"])
    if "variants" in parts:
        values["variants"] = tuple(_variant(item) for item in parts["variants"].sequence())
    else:
        values["variants"] = ()
    deadlines = parts["act_within_hours"].mapping(list(Priority)) if "act_within_hours" in parts else {}
    people = parts["people"].mapping(list(Role)) if "people" in parts else {}
    return Policy(
        digest=digest,
        tolerances=_numbers(parts["tolerances"], Tolerances) if "tolerances" in parts else Tolerances(),
        bars=_numbers(parts["bars"], Bars) if "bars" in parts else Bars(),
        watch=_numbers(parts["watch"], Watch) if "watch" in parts else Watch(),
        routes=_rules(parts["routes"]),
        act_within_hours=tuple((name, node.convert(_whole, "whole hours")) for name, node in deadlines.items()),
        people=tuple((Role(name), node.text()) for name, node in people.items()),
        **values,
    )


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(text) from error


def _language(text: str) -> str:
    if not (len(text) == 2 and text.isascii() and text.islower()):
        raise ValueError(text)
    return text


def _hours(node: _Node) -> tuple[int, int]:
    found = [item.convert(_whole, "an hour from 0 to 24") for item in node.sequence()]
    if len(found) != 2 or not 0 <= found[0] < found[1] <= 24:
        node.fail("is no working day", "Write the hours from and to, such as [8, 17].")
    return found[0], found[1]


def json_schema() -> dict[str, Any]:
    """The file's JSON schema, for editors: what `load_policy` accepts, apart from relations between values."""
    number = {"type": "number", "minimum": 0}
    whole = {"type": "integer", "minimum": 0}

    def block(properties: dict[str, Any], required: Collection[str] = ()) -> dict[str, Any]:
        return {
            "type": "object", "additionalProperties": False, "properties": properties, "required": list(required),
        }  # fmt: skip

    def listing(items: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": items}

    def named(kind: type) -> dict[str, Any]:
        return {"enum": [str(item) for item in kind]}  # type: ignore[attr-defined]

    def sizes(kind: type) -> dict[str, Any]:
        return block({item.name: whole if item.type is int else number for item in fields(kind)})

    text = {"type": "string"}
    rule = {
        "name": text, "roles": {**listing(named(Role)), "minItems": 1}, "when_kind": listing(named(Kind)),
        "when_deviation": listing(named(DeviationType)), "min_abs_percent": number, "min_days": whole,
        **{flag: {"type": "boolean"} for flag in _FLAGS},
    }  # fmt: skip
    whom = {"company": text, "supplier": text, "category": text}
    schema = block(
        {
            "timezone": text,
            "language": {"type": "string", "pattern": "^[a-z]{2}$"},
            "review_below": {"type": "number", "minimum": 0, "maximum": 1},
            "tolerances": sizes(Tolerances),
            "bars": sizes(Bars),
            "watch": sizes(Watch),
            "variants": listing(block({**whom, "tolerances": sizes(Tolerances)}, ["tolerances"])),
            "act_within_hours": block({str(item): whole for item in Priority}),
            "working_hours": {**listing({**whole, "maximum": 24}), "minItems": 2, "maxItems": 2},
            "people": block({str(item): text for item in Role}),
            "routes": listing(block(rule, ["name", "roles"])),
        },
        ["routes"],
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Policy", **schema}
