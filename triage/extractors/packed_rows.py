"""Rows of a packing list that pack one line's goods in several cartons, pallets or lots: their quantities added up."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from triage.domain import codes
from triage.domain.evidence import Stated
from triage.domain.statement import LineStatement
from triage.extractors.columns import Header, Role
from triage.extractors.context import Context

#: Heads of columns that tell the cartons, pallets, lots or serial numbers of a row.
_PACKAGES = re.compile(
    r"(?<![^\W\d_])(?:cartons?|ctns?|c/no|cases?|box|boxes|pallets?|palette\w*|packages?|pkgs?|parcels?|kolli|coll[io]"
    r"|karton\w*|kiste\w*|packst\w+|colis|bultos?|cajas?|caixas?|volumes?|scatol[ae]|bancal\w+|palets?|paletes?"
    r"|doos|dozen|paczk\w+|palet\w*|koli|kutu|sscc|nve|lots?|batch\w*|charge\w*|serial\w*|heat|schmelze|lott[oi]"
    r"|lotes?|partia|parti|series?|serien\w*|container)(?![^\W\d_])|箱|托盘|批号|批次|ロット|梱包|ケース|シリアル",
    re.IGNORECASE,
)


def added_up(lines: Sequence[LineStatement], header: Header, context: Context) -> tuple[LineStatement, ...]:
    """The statements of a section, rows that pack the same goods made one. Only where the table speaks of packages,
    or the document of what was shipped or billed; and where our orders hold the goods in one line.
    """
    packing = any(_PACKAGES.search(text) for text in header.texts) or Role.DELIVERED_QUANTITY in header.roles
    if not (packing or context.is_shipping or context.is_invoice):
        return tuple(lines)
    groups: dict[object, list[LineStatement]] = {}
    for number, line in enumerate(lines):
        groups.setdefault(_goods(line, context) if line.quantity is not None else number, []).append(line)
    found = []
    for key, group in groups.items():
        if len(group) > 1 and isinstance(key, tuple) and _once(group, context) and _alike(group):
            found.append(_sum(group))
        else:
            found.extend(group)
    return tuple(found)


def _goods(line: LineStatement, context: Context) -> tuple[object, ...] | None:
    """What the row is of: its order and codes, those that we know where there are such, or else its position."""
    written = frozenset(codes.canonical(item.value) for item in line.codes)
    names = frozenset(name for name in written if name in context.hints.by_code) or written
    order = line.order_number.value if line.order_number else None
    if not names and line.position is None:
        return None
    return (order, names or line.position.value if line.position else names)


def _once(group: Sequence[LineStatement], context: Context) -> bool:
    """Our orders hold these goods in fewer lines than the table has rows for them."""
    names = {codes.canonical(item.value) for line in group for item in line.codes}
    order = group[0].order_number
    meant = {
        candidate.line.id
        for name in names
        for candidate in context.hints.by_code.get(name, ())
        if order is None or codes.canonical(candidate.order.name) == codes.canonical(order.value)
    }
    if len(meant) > 1:
        return False
    positions = {line.position.value for line in group if line.position}
    return bool(meant) or len(positions) <= 1


def _alike(group: Sequence[LineStatement]) -> bool:
    """The rows differ in nothing but how much they hold."""
    days = {line.promised.value for line in group if line.promised}
    prices = {line.price.value.per_unit for line in group if line.price}
    measures = {line.unit.value.casefold() for line in group if line.unit}
    fates = {line.disposition.value if line.disposition else None for line in group}
    rest = {line.remainder for line in group}
    return all(len(found) <= 1 for found in (days, prices, measures)) and len(fates) == len(rest) == 1


def _sum(group: Sequence[LineStatement]) -> LineStatement:
    first = group[0]
    counts = [line.quantity for line in group if line.quantity]
    total = sum((item.value for item in counts), Decimal(0))
    sure = min(item.confidence for item in counts)
    amounts = [line.amount for line in group if line.amount]
    amount = None
    if len(amounts) == len(group):
        amount = replace(amounts[0], value=sum((item.value for item in amounts), Decimal(0)))
    return replace(
        first,
        quantity=Stated(value=total, evidence=counts[0].evidence, confidence=sure, source="table"),
        promised=next((line.promised for line in group if line.promised), None),
        position=first.position if len({line.position and line.position.value for line in group}) == 1 else None,
        amount=amount,
        doubts=tuple(dict.fromkeys(doubt for line in group for doubt in line.doubts)),
    )
