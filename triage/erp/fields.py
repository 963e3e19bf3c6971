"""Lets you read one value of a raw Odoo record: link, text, number, day, instant. A missing field reads as false.

Never knows a model: what a field is called stands in `records` and `stock`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Row: TypeAlias = Mapping[str, Any]


def first_of(row: Row, *names: str) -> Any:
    """The first of these fields that is there and not false: the same thing has other names in other versions."""
    for name in names:
        value = row.get(name)
        if value is not None and value is not False:
            return value
    return False


def link(row: Row, *names: str) -> int | None:
    """The id of a many2one, however it was read: `[id, name]`, a bare id, false.

    Raises ValueError for anything else.
    """
    value = first_of(row, *names)
    if value is False or value == []:
        return None
    if isinstance(value, list | tuple):
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{names[0]} is no link to a record: {value!r}")
    return value


def link_name(row: Row, *names: str) -> str:
    """The display name of a many2one, "" where it is empty or was read without its name."""
    value = first_of(row, *names)
    if isinstance(value, list | tuple) and len(value) > 1 and isinstance(value[1], str):
        return value[1]
    return ""


def text(row: Row, *names: str) -> str:
    """A text without surrounding blanks, "" for false."""
    value = first_of(row, *names)
    return "" if value is False else str(value).strip()


def truth(row: Row, name: str, *, missing: bool = False) -> bool:
    """A boolean; `missing` where the field was not read at all."""
    return bool(row[name]) if name in row else missing


def number(row: Row, *names: str) -> Decimal | None:
    """A number as the shortest Decimal that prints it, None where it is false or missing.

    Zero stays zero: Odoo writes 0.0, not false, for an empty number. Raises ValueError for what is no finite number.
    """
    value = first_of(row, *names)
    if value is False:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{names[0]} is no number: {value!r}") from error
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise ValueError(f"{names[0]} is no usable number: {value!r}")
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()


def amount(row: Row, *names: str) -> Decimal:
    """Like `number`, zero where it is missing."""
    return number(row, *names) or Decimal(0)


def instant(row: Row, *names: str) -> datetime | None:
    """A datetime field: Odoo's are UTC without saying so. A bare date is its midnight. None for false.

    Raises ValueError for what is no date.
    """
    value = first_of(row, *names)
    if value is False or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{names[0]} is no date: {value!r}") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(row: Row, zone: ZoneInfo, *names: str) -> date | None:
    """The day of a date or datetime field; a datetime becomes the day that it is in `zone`."""
    value = first_of(row, *names)
    found = instant(row, *names)
    if found is None:
        return None
    return found.date() if len(str(value)) == 10 else found.astimezone(zone).date()


def language(row: Row, *names: str) -> str:
    """The language of a locale field: "de" of "de_DE"; "" where unknown."""
    return text(row, *names).replace("-", "_").partition("_")[0].lower()
