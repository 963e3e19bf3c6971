"""The domain's frozen types as JSON and back: what was stored decodes to equal values.

Generic over dataclasses: decimals as strings, instants and days in ISO 8601, enums by value, tuples as lists.
A dataclass that stands where several may stand carries its name under `"@"`. Never writes a class path or code,
never builds anything but the types it was asked for.
"""

import dataclasses
import enum
import functools
import json
import types
import typing
import zlib
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from triage.errors import StoreError

T = TypeVar("T")
_Encode = Callable[[Any], Any]
_Decode = Callable[[Any], Any]

#: Where a union holds several dataclasses, the name of the one that stands there.
_NAME = "@"


def pack(value: object, kind: Any) -> bytes:
    """`value`, of type `kind` (a type, union or generic alias), as compressed JSON."""
    return zlib.compress(dumps(value, kind).encode("ascii"), level=3)


def unpack(data: bytes, kind: type[T] | Any) -> T:
    """The value that `pack` wrote. Raises StoreError where the bytes hold no such value."""
    try:
        text = zlib.decompress(data).decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreError("stored outcome can't be decompressed", way_out="Replay the message.") from error
    return typing.cast(T, loads(text, kind))


def dumps(value: object, kind: Any) -> str:
    """`value`, of type `kind`, as JSON text in ASCII."""
    return json.dumps(_encoder(kind)(value), separators=(",", ":"))


def loads(text: str, kind: type[T] | Any) -> T:
    """The value that `dumps` wrote. Raises StoreError where the text holds no such value."""
    try:
        return typing.cast(T, _decoder(typing.cast(Any, kind))(json.loads(text)))
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise StoreError(f"stored outcome has another form: {error}", way_out="Replay the message.") from error


def plain(value: object, kind: Any) -> Any:
    """`value`, of type `kind`, as lists, dicts, strings and numbers: what the API answers with."""
    return _encoder(kind)(value)


def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Field names and types of a dataclass, its type variables replaced where `kind` is an alias like `Stated[int]`."""
    origin = typing.get_origin(kind) or kind
    hints = typing.get_type_hints(origin)
    given = dict(zip(getattr(origin, "__parameters__", ()), typing.get_args(kind), strict=False))
    return tuple((item.name, given.get(hints[item.name], hints[item.name])) for item in dataclasses.fields(origin))


def _is_dataclass(kind: Any) -> bool:
    return dataclasses.is_dataclass(typing.get_origin(kind) or kind)


def _members(kind: Any) -> tuple[Any, ...] | None:
    """What may stand in a union; None where `kind` is none."""
    return typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else None


def _named(members: tuple[Any, ...]) -> dict[str, Any]:
    return {(typing.get_origin(item) or item).__name__: item for item in members if _is_dataclass(item)}


@functools.cache
def _encoder(kind: Any) -> _Encode:
    members = _members(kind)
    if members is not None:
        return _union_encoder(members)
    if _is_dataclass(kind):
        # Looked up at the first use, so that types may hold each other.
        pairs = functools.cache(lambda: tuple((name, _encoder(item)) for name, item in _fields(kind)))
        return lambda value: {name: encode(getattr(value, name)) for name, encode in pairs()}
    if typing.get_origin(kind) is tuple:
        args = typing.get_args(kind)
        if len(args) == 2 and args[1] is Ellipsis:
            each = _encoder(args[0])
            return lambda value: [each(item) for item in value]
        encoders = tuple(_encoder(item) for item in args)
        return lambda value: [encode(item) for encode, item in zip(encoders, value, strict=True)]
    if isinstance(kind, type):
        if issubclass(kind, Decimal):
            return str
        if issubclass(kind, date):
            return lambda value: value.isoformat()
        if issubclass(kind, enum.Enum):
            return lambda value: value.value
        if kind in (str, int, float, bool, types.NoneType):
            return lambda value: value
    raise TypeError(f"{kind} has no JSON form")


def _union_encoder(members: tuple[Any, ...]) -> _Encode:
    named = _named(members)
    others = [item for item in members if not _is_dataclass(item) and item is not types.NoneType]
    if not named and len(others) == 1:
        only = _encoder(others[0])
        return lambda value: None if value is None else only(value)

    def encode(value: Any) -> Any:
        if value is None:
            return None
        member = named.get(type(value).__name__)
        if member is None:
            return _encoder(next(item for item in others if isinstance(value, item)))(value)
        body = _encoder(member)(value)
        return body if len(named) == 1 else {_NAME: type(value).__name__, **body}

    return encode


@functools.cache
def _decoder(kind: Any) -> _Decode:
    members = _members(kind)
    if members is not None:
        return _union_decoder(members)
    if _is_dataclass(kind):
        build = typing.get_origin(kind) or kind
        pairs = functools.cache(lambda: tuple((name, _decoder(item)) for name, item in _fields(kind)))
        # A field added since then keeps its default.
        return lambda data: build(**{name: decode(data[name]) for name, decode in pairs() if name in data})
    if typing.get_origin(kind) is tuple:
        args = typing.get_args(kind)
        if len(args) == 2 and args[1] is Ellipsis:
            each = _decoder(args[0])
            return lambda data: tuple(each(item) for item in data)
        decoders = tuple(_decoder(item) for item in args)
        return lambda data: tuple(decode(item) for decode, item in zip(decoders, data, strict=True))
    if isinstance(kind, type):
        if issubclass(kind, datetime | date):
            return kind.fromisoformat
        if issubclass(kind, Decimal | enum.Enum | float):
            return kind
        if kind in (str, int, bool, types.NoneType):
            return lambda data: data
    raise TypeError(f"{kind} has no JSON form")


def _union_decoder(members: tuple[Any, ...]) -> _Decode:
    named = _named(members)
    others = [item for item in members if not _is_dataclass(item) and item is not types.NoneType]
    if len(others) > 1:
        raise TypeError(f"{members} can't be told apart in JSON")

    def decode(data: Any) -> Any:
        if data is None:
            return None
        if isinstance(data, dict):
            member = named[data[_NAME]] if len(named) > 1 else next(iter(named.values()))
            return _decoder(member)({key: value for key, value in data.items() if key != _NAME})
        return _decoder(others[0])(data)

    return decode
