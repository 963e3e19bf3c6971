"""Reads a CSV of order lines and their receipts. A row that can't be used is counted and named, never guessed at."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from triage.domain.erp import ReceiptFact
from triage.errors import InputError

COLUMNS = (
    "order_line",
    "supplier",
    "product",
    "category",
    "origin_country",
    "ship_mode",
    "ordered_on",
    "promised_on",
    "received_on",
    "quantity",
    "unit_price",
)
_NEEDED = ("promised_on", "received_on")
_LARGEST = 512 * 1024 * 1024  # bytes
_MOST_LINES = 2_000_000
_NAMED = 5  # bad rows named one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """What the file told."""

    facts: tuple[ReceiptFact, ...]
    missing_columns: tuple[str, ...]
    left_out: int  # rows that can't be used
    reasons: tuple[str, ...]  # of the first of them, with their line numbers


def load(path: Path) -> Receipts:
    """Read the file. Columns may be missing except promised_on and received_on; an empty received_on means: not come.

    Dates are YYYY-MM-DD. Raises InputError with file and reason where nothing can be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("is larger than 512 MiB", subject=str(path), way_out="Leave out older years.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, file)
    except OSError as error:
        raise InputError(
            error.strerror or "can't be read", subject=str(path), way_out="Name a CSV file that you may read."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("is no UTF-8 text", subject=str(path), way_out="Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise InputError(f"is no CSV: {error}", subject=str(path)) from error


def _read(path: Path, file: Iterator[str]) -> Receipts:
    reader = csv.DictReader(file)
    present = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    lacking = [name for name in _NEEDED if name not in present]
    if lacking:
        raise InputError(
            f"has no column {' and no column '.join(lacking)}",
            subject=str(path),
            way_out=f"Its first line names the columns: {','.join(COLUMNS)}.",
        )
    reader.fieldnames = present
    facts: list[ReceiptFact] = []
    reasons: list[str] = []
    left_out = 0
    for row in reader:
        if len(facts) >= _MOST_LINES:
            raise InputError(
                f"has more than {_MOST_LINES:,} lines", subject=str(path), way_out="Leave out older years."
            )
        try:
            facts.append(_fact(row, reader.line_num))
        except ValueError as error:
            left_out += 1
            if len(reasons) < _NAMED:
                reasons.append(f"line {reader.line_num}: {error}")
    missing = tuple(name for name in COLUMNS if name not in present)
    return Receipts(facts=tuple(facts), missing_columns=missing, left_out=left_out, reasons=tuple(reasons))


def _fact(row: dict[str, str], number: int) -> ReceiptFact:
    promised = _day(row, "promised_on")
    if promised is None:
        raise ValueError("promised_on is empty")
    return ReceiptFact(
        line=_text(row, "order_line") or str(number),
        supplier=_text(row, "supplier"),
        promised_on=promised,
        received_on=_day(row, "received_on"),
        ordered_on=_day(row, "ordered_on"),
        product=_text(row, "product"),
        category=_text(row, "category"),
        origin_country=_text(row, "origin_country"),
        ship_mode=_text(row, "ship_mode"),
        quantity=_amount(row, "quantity"),
        price=_amount(row, "unit_price"),
    )


def _text(row: dict[str, str], name: str) -> str:
    return (row.get(name) or "").strip()


def _day(row: dict[str, str], name: str) -> date | None:
    written = _text(row, name)
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise ValueError(f"{name} {written!r} is no date like 2026-01-31") from None


def _amount(row: dict[str, str], name: str) -> Decimal | None:
    written = _text(row, name)
    try:
        amount = Decimal(written) if written else None
    except InvalidOperation:
        raise ValueError(f"{name} {written!r} is no number") from None
    if amount is not None and not amount.is_finite():
        raise ValueError(f"{name} {written!r} is no number")
    return amount
