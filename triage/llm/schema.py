"""The schemas of answers: a closed subset of JSON Schema, checked by us whatever a service promises.

Known: object (all properties required, no others), array, string, integer, boolean, enum, maxLength, maxItems,
minimum, maximum, description. Our own marks say what is checked against the message afterwards:
`x-place` a line that was sent, `x-words-at: FIELD` words that stand in that line, `x-needed` the object is nothing
without them, `x-candidate` one of the labels offered, `x-prose` prose out of given facts, `x-prose: whole` with
all numbers of theirs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MARKS = ("x-place", "x-words-at", "x-needed", "x-candidate", "x-prose")
_KNOWN = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "maxItems"},
    "string": {"enum", "maxLength", *MARKS},
    "integer": {"minimum", "maximum"},
    "boolean": set(),
}
#: What services with strict schemas are known to take.
_SENT = ("type", "properties", "required", "additionalProperties", "items", "enum", "description")


def faults_of(schema: Any, path: str = "schema") -> Iterator[str]:
    """What is wrong with a schema; nothing where it keeps the subset."""
    if not isinstance(schema, Mapping) or schema.get("type") not in _KNOWN:
        yield f"{path}: its type must be one of {', '.join(sorted(_KNOWN))}"
        return
    kind = schema["type"]
    for key in sorted(set(schema) - _KNOWN[kind] - {"type", "description"}):
        yield f"{path}: {key} is unknown for {kind}"
    if kind == "object":
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            yield f"{path}: an object names its properties"
            return
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
            yield f"{path}: an object requires all its properties and allows no others"
        for name, item in properties.items():
            yield from faults_of(item, f"{path}.{name}")
            at = item.get("x-words-at") if isinstance(item, Mapping) else None
            if at is not None and not properties.get(at, {}).get("x-place"):
                yield f"{path}.{name}: x-words-at names no x-place beside it"
    elif kind == "array":
        if not isinstance(schema.get("maxItems"), int):
            yield f"{path}: a list says its maxItems"
        yield from faults_of(schema.get("items"), f"{path}[]")
    elif kind == "string" and "enum" not in schema and not isinstance(schema.get("maxLength"), int):
        yield f"{path}: a string says its maxLength or its enum"


def problems(schema: Mapping[str, Any], value: Any, path: str = "answer") -> Iterator[str]:
    """Where a value breaks its schema; the value itself is never repeated."""
    kind = schema["type"]
    if kind == "object":
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        properties = schema["properties"]
        if set(value) != set(properties):
            yield f"{path} has not the properties it should have"
            return
        for name, item in properties.items():
            yield from problems(item, value[name], f"{path}.{name}")
    elif kind == "array":
        if not isinstance(value, list) or len(value) > schema["maxItems"]:
            yield f"{path} is no list, or too long"
            return
        for index, item in enumerate(value):
            yield from problems(schema["items"], item, f"{path}[{index}]")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{path} is no string"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{path} is none of the values allowed"
        elif len(value) > schema.get("maxLength", len(value)):
            yield f"{path} is too long"
    elif kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path} is no integer"
        elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{path} is out of range"
    elif not isinstance(value, bool):
        yield f"{path} is no boolean"


def sent(schema: Mapping[str, Any], *, places: tuple[str, ...], candidates: tuple[str, ...]) -> dict[str, Any]:
    """The schema as a service gets it: without our marks, with the labels of this question as closed lists."""
    kept = {key: schema[key] for key in _SENT if key in schema}
    if schema.get("x-candidate"):
        kept["enum"] = [*candidates, "none"]
    if schema.get("x-place") and len(places) <= 200:
        kept["enum"] = list(places)
    if "properties" in kept:
        kept["properties"] = {
            name: sent(item, places=places, candidates=candidates) for name, item in schema["properties"].items()
        }
    if "items" in kept:
        kept["items"] = sent(schema["items"], places=places, candidates=candidates)
    return kept
