"""Which of our order lines a statement is about: by code first, then description, quantity and price, position last."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from triage.domain import codes
from triage.domain.erp import Order, OrderLine
from triage.domain.statement import LineStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How well a statement fits a line."""

    order: Order
    line: OrderLine
    by: str
    score: float  # 0 to 1; from 0.5 on it is taken


_TAKEN_FROM = 0.5
_NUMBERED = 0.6  # of a line that is named by its number alone


def codes_of(line: OrderLine) -> set[str]:
    """Canonical codes of a line: ours, the supplier's, those in brackets of its description."""
    written = [line.product_code, *line.supplier_codes]
    head = line.description.split("]")[0]
    if head.startswith("["):
        written.append(head[1:])
    return {code for code in map(codes.canonical, written) if len(code) >= 3}


def _by_code(statement: LineStatement, line: OrderLine) -> float:
    """1.0 for an equal code, less for one that is a part of the other."""
    ours = codes_of(line)
    best = 0.0
    for stated in statement.codes:
        code = codes.canonical(stated.value)
        if code in ours:
            return 1.0
        for own in ours:
            if min(len(code), len(own)) >= 4 and (own in code or code in own):
                best = max(best, 0.75 * min(len(code), len(own)) / max(len(code), len(own)) + 0.2)
    return best


def _by_drawing(statement: LineStatement, order: Order, line: OrderLine) -> float:
    """0.85 for a code that stands in the words of this line and of no other of the order: its drawing, its type."""
    for stated in statement.codes:
        code = codes.canonical(stated.value)
        if len(code) < _SHORTEST_DRAWING or code.isalpha() or stated.source != "table":
            continue
        if [other.id for other in order.lines if code in _written(other)] == [line.id]:
            return 0.85
    return 0.0


def _written(line: OrderLine) -> set[str]:
    """The words of a line's description that hold digits, as codes."""
    words = (word.strip(".,;:()[]") for word in line.description.split("]")[-1].split())
    return {codes.canonical(word) for word in words if any(char.isdigit() for char in word)}


_SHORTEST_DRAWING = 5


def _by_values(statement: LineStatement, line: OrderLine) -> float:
    """Agreement of quantity, price and date with the order: weak alone, telling together."""
    score = 0.0
    if statement.quantity is not None and statement.quantity.value in (line.quantity, line.open_quantity):
        score += 0.2
    if statement.price is not None and line.price:
        ratio = abs(statement.price.value.per_unit - line.price) / line.price
        score += 0.2 if ratio <= 0.005 else 0.1 if ratio <= 0.1 else 0.0
    if statement.promised is not None and statement.promised.value == line.due:
        score += 0.05
    return score


def _by_description(statement: LineStatement, line: OrderLine) -> float:
    if statement.description is None:
        return 0.0
    ours = line.description.split("]")[-1]
    return max(fuzz.token_set_ratio(statement.description.value.casefold(), ours.casefold()) - 50, 0) / 50


def fit(statement: LineStatement, order: Order, line: OrderLine) -> Fit:
    """All signals together; names the strongest."""
    code = max(_by_code(statement, line), _by_drawing(statement, order, line))
    description = _by_description(statement, line)
    values = _by_values(statement, line)
    position = 0.0
    if statement.position is not None:
        number = statement.position.value
        position = 0.25 if number in (line.number, line.number * 10) else 0.0
    anchored = 1.0 if statement.anchor == line.id else 0.0
    signals = {
        "code": code * 0.9,
        "anchor": anchored * 0.9,
        "description": description * 0.55,
        "position": position,
        "values": values,
    }
    strongest = max(signals, key=lambda name: signals[name])
    score = max(signals["code"], signals["anchor"], signals["description"]) + 0.5 * (values + position)
    if position and _is_numbered(statement, line):
        score, strongest = max(score, _NUMBERED), "position"
    contrary = bool(statement.codes) and code < 0.3 and not anchored
    if contrary:
        # It names a code, and the code is another one.
        score *= 0.75
    by = statement.anchored_by if strongest == "anchor" and statement.anchored_by else strongest
    return Fit(order=order, line=line, by=by, score=min(score, 1.0))


def _is_numbered(statement: LineStatement, line: OrderLine) -> bool:
    """A structured document that names a line by our number alone, and no more than was ordered of it."""
    number = statement.position
    bare = not statement.codes and statement.description is None and statement.anchor is None
    fits = statement.quantity is None or statement.quantity.value <= line.quantity
    return bare and fits and number is not None and number.source == "edi" and number.value == line.number


def assign(statements: Sequence[LineStatement], orders: Sequence[Order]) -> list[Fit | None]:
    """The best line for each statement; a line may take several statements (splits), a statement one line.

    Rows without any code are given lines greedily, the best fit first, so that two rows of the same
    description do not take the same line.
    """
    table: list[list[Fit]] = []
    for statement in statements:
        fits = [fit(statement, order, line) for order in _orders_for(statement, orders) for line in order.lines]
        table.append(sorted(fits, key=lambda item: item.score, reverse=True))
    chosen: list[Fit | None] = [None] * len(statements)
    used: set[int] = set()
    order = sorted(range(len(statements)), key=lambda i: table[i][0].score if table[i] else 0.0, reverse=True)
    for index in order:
        fits = [item for item in table[index] if item.score >= _TAKEN_FROM]
        if not fits:
            continue
        best = fits[0]
        if best.line.id in used and statements[index].anchor != best.line.id:
            # The same goods on another line of ours, not yet spoken of, are as likely.
            others = [item for item in fits if item.line.id not in used and item.score >= best.score - 0.15]
            best = others[0] if others else best
        chosen[index] = best
        used.add(best.line.id)
    if len(orders) == 1:
        for index, line in _by_numbers(statements, chosen, orders[0], used).items():
            chosen[index] = Fit(order=orders[0], line=line, by="position", score=_NUMBERED)
    return chosen


def _by_numbers(
    statements: Sequence[LineStatement], chosen: Sequence[Fit | None], order: Order, used: set[int]
) -> dict[int, OrderLine]:
    """Rows under codes of nobody's that bear the numbers of our lines, and their quantities, all of them alike.

    One such row may be chance; where at least two agree and most of the table does, the supplier counted our lines.
    """
    rows = [index for index, statement in enumerate(statements) if statement.position is not None]
    free = [index for index in rows if chosen[index] is None and statements[index].quantity is not None]
    found = {}
    for index in free:
        number, quantity = statements[index].position, statements[index].quantity
        for line in order.lines:
            same = number is not None and number.value in (line.number, line.number * 10)
            if same and quantity is not None and quantity.value in (line.quantity, line.open_quantity):
                found[index] = line
    alike = len(found) >= _FEWEST_ALIKE and len(found) >= len(rows) * _MOST_ALIKE
    return {index: line for index, line in found.items() if line.id not in used} if alike else {}


_FEWEST_ALIKE, _MOST_ALIKE = 2, 0.6


def _orders_for(statement: LineStatement, orders: Sequence[Order]) -> Sequence[Order]:
    if statement.order_number is None:
        return orders
    wanted = codes.canonical(statement.order_number.value)
    mine = [order for order in orders if codes.canonical(order.name) == wanted or codes.canonical(order.name) in wanted]
    return mine or orders
