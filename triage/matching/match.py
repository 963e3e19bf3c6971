"""The statement meets our orders and becomes a confirmation: our lines with what is said about each.

What matches nothing stays visible. Nothing is filled from the order but what a message confirms "as ordered".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from triage.domain import codes, units
from triage.domain.assessment import Confirmation, ConfirmedLine, Doubt, DoubtCode, UnmatchedReference
from triage.domain.erp import Order, OrderBook, OrderLine
from triage.domain.evidence import Stated
from triage.domain.statement import Disposition, LineStatement, Price, Statement, WholeOrder
from triage.matching import assign, convert, merge, uoms

_SURE_FIT = 0.8
_AS_ORDERED = 0.8  # certainty of a value that is confirmed "as ordered"


def match(statement: Statement, book: OrderBook) -> Confirmation:
    """Match every statement to a line of ours where there is one."""
    by_name = {order.name: order for order in book.orders}
    named = [by_name[item.value] for item in statement.order_numbers if item.value in by_name]
    strange = [item for item in statement.order_numbers if item.value not in by_name]
    doubts: list[Doubt] = []
    orders = tuple(dict.fromkeys(named)) or _orders_by_content(statement, book, doubts)
    fits = assign.assign(statement.lines, orders)
    groups: dict[int, list[LineStatement]] = defaultdict(list)
    home: dict[int, tuple[Order, OrderLine, assign.Fit]] = {}
    loose: list[LineStatement] = []
    for line, fit in zip(statement.lines, fits, strict=True):
        if fit is None:
            loose.append(line)
            continue
        groups[fit.line.id].append(line)
        kept = home.get(fit.line.id)
        if kept is None or fit.score > kept[2].score:
            home[fit.line.id] = (fit.order, fit.line, fit)
    lines: list[ConfirmedLine] = []
    for line_id, members in groups.items():
        order, ours, fit = home[line_id]
        merged = merge.merge(members, {ours.quantity, ours.open_quantity})
        doubts.extend(merged.doubts)
        for entry in merged.entries:
            lines.append(_confirmed(entry, order, ours, fit, doubts))
    lines = _with_wholes(lines, statement, orders)
    lines.extend(_loose(loose, orders, book, doubts))
    if not named and orders and lines:
        doubts.append(_guessed(orders))
    seen = tuple(order for order in orders if named or any(line.order is order for line in lines))
    return Confirmation(
        orders=seen,
        lines=tuple(sorted(lines, key=_place)),
        unmatched=tuple(_unmatched(item) for item in strange),
        supplier_reference=statement.supplier_reference,
        terms=statement.terms,
        doubts=tuple(doubts),
    )


def _place(line: ConfirmedLine) -> tuple[str, int, str]:
    day = line.promised.isoformat() if line.promised else "9999"
    return (line.order_name or "~", line.line_number or 9999, day)


def _unmatched(item: Stated[str]) -> UnmatchedReference:
    return UnmatchedReference(written=item.value, evidence=item.evidence, confidence=item.confidence)


def _guessed(orders: Sequence[Order]) -> Doubt:
    names = ", ".join(order.name for order in orders[:3])
    return Doubt(
        code=DoubtCode.UNKNOWN_ORDER,
        reason=f"The message names no order of ours; its goods fit {names}.",
        needs_person=True,
    )


def _orders_by_content(statement: Statement, book: OrderBook, doubts: list[Doubt]) -> tuple[Order, ...]:
    """The sender's open order that the goods fit, where exactly one fits; by its own reference before that."""
    refs = {codes.canonical(item.value) for item in statement.order_numbers}
    if statement.supplier_reference is not None:
        refs.add(codes.canonical(statement.supplier_reference.value))
    by_ref = [order for order in book.orders if order.partner_ref and codes.canonical(order.partner_ref) in refs]
    if by_ref:
        return tuple(by_ref)
    if not statement.lines:
        return ()
    slips = [order for order in book.orders for ref in refs if codes.near(codes.canonical(order.name), ref)]
    scores: dict[int, float] = {}
    for order in slips or [order for order in book.orders if order.is_open]:
        fits = assign.assign(statement.lines, [order])
        good = [
            item.score
            for item, said in zip(fits, statement.lines, strict=True)
            if item is not None
            and item.by in ("code", "description")
            and said.quantity is not None
            and said.quantity.value in (item.line.quantity, item.line.open_quantity)
        ]
        if good:
            scores[order.id] = sum(good) / len(statement.lines)
    if not scores:
        return ()
    ranked = sorted(scores, key=lambda key: scores[key], reverse=True)
    if len(ranked) > 1 and scores[ranked[1]] > scores[ranked[0]] * 0.85:
        return ()
    return tuple(order for order in book.orders if order.id == ranked[0] and scores[ranked[0]] >= 0.5)


def _confirmed(
    entry: LineStatement, order: Order, ours: OrderLine, fit: assign.Fit, doubts: list[Doubt]
) -> ConfirmedLine:
    converted = convert.convert(entry, ours, order.currency)
    doubts.extend(converted.doubts)
    if entry.doubts:
        doubts.extend(
            Doubt(code=DoubtCode.ARITHMETIC, reason=text.capitalize() + ".", evidence=(entry.evidence,))
            for text in entry.doubts
        )
    return ConfirmedLine(
        statement=entry,
        order=order,
        line=ours,
        matched_by=fit.by,
        product_code=ours.product_code or None,
        supplier_product_code=_supplier_code(entry, ours),
        quantity=converted.quantity,
        uom=ours.uom if converted.packs else _uom(entry, ours),
        price=converted.price,
        currency=converted.currency if converted.price is not None else None,
        promised=entry.promised.value if entry.promised else None,
        status=entry.disposition.value if entry.disposition else None,
        confidence=_confidence(entry, fit, bool(converted.doubts)),
    )


def _uom(entry: LineStatement, ours: OrderLine) -> str | None:
    """The ERP's unit, where the message states a unit that means it.

    Another word ("zak", "box") means the ERP's unit where as many are confirmed as were ordered.
    """
    if entry.unit is None:
        return None
    known = uoms.erp_name(entry.unit.value, ours.uom)
    if known is None and entry.quantity is not None and entry.quantity.value in (ours.quantity, ours.open_quantity):
        return ours.uom
    return known


def _supplier_code(entry: LineStatement, ours: OrderLine) -> str | None:
    """The supplier's code as the message names it; the substitute's where there is one."""
    if entry.substitute_code is not None:
        return entry.substitute_code.value
    known = {codes.canonical(code): code for code in ours.supplier_codes}
    own = codes.canonical(ours.product_code)
    others = [item.value for item in entry.codes if codes.canonical(item.value) != own]
    if entry.disposition is not None and entry.disposition.value is Disposition.SUBSTITUTED:
        strange = [item for item in others if codes.canonical(item) not in known and _looks_like_code(item)]
        if strange:
            return strange[-1]
    for item in others:
        if codes.canonical(item) in known:
            return known[codes.canonical(item)]
    for item in others:
        for code, written in known.items():
            if len(codes.canonical(item)) >= 4 and (
                code.endswith(codes.canonical(item)) or code.startswith(codes.canonical(item))
            ):
                return written
    return None


def _looks_like_code(text: str) -> bool:
    return any(char.isdigit() for char in text) and " " not in text and len(text) >= 4


def _confidence(entry: LineStatement, fit: assign.Fit, doubted: bool) -> float:
    """That all values of the entry are right: the weakest of them, and of the match."""
    stated = [item.confidence for item in (entry.quantity, entry.price, entry.promised) if item is not None]
    weakest = min(stated, default=0.7)
    matched = 0.97 if fit.score >= _SURE_FIT else 0.6 + 0.4 * (fit.score - 0.5)
    value = min(weakest, matched)
    if len(stated) > 1:
        value *= 0.99
    return round(value * (0.5 if doubted or entry.doubts else 1.0), 4)


def _product_code(entry: LineStatement, book: OrderBook) -> str | None:
    """Our code of the goods, where a code of the row is ours or the supplier's."""
    wanted = {codes.canonical(item.value) for item in entry.codes}
    ours = {product.id: product.code for product in book.products}
    for product in book.products:
        if product.code and codes.canonical(product.code) in wanted:
            return product.code
    for item in book.supplier_products:
        if item.code and codes.canonical(item.code) in wanted:
            return ours.get(item.product_id)
    return None


def _loose(
    loose: Iterable[LineStatement], orders: Sequence[Order], book: OrderBook, doubts: list[Doubt]
) -> list[ConfirmedLine]:
    """Rows that are on no order of ours; sentences that point nowhere are no lines."""
    found = []
    for entry in loose:
        offered = entry.anchored_by == "code" and entry.price is not None and not orders
        if (entry.anchored_by and not offered) or not (entry.codes or entry.description):
            continue
        if entry.quantity is None and (orders or entry.price is None):
            continue
        if orders:
            doubts.append(
                Doubt(
                    code=DoubtCode.UNMATCHED_LINE,
                    reason="A line of the document is on none of the orders it names.",
                    evidence=(entry.evidence,),
                )
            )
        converted = convert.convert(entry, None, "")
        found.append(
            ConfirmedLine(
                statement=entry,
                order=None,
                line=None,
                matched_by="",
                product_code=_product_code(entry, book),
                supplier_product_code=_foreign_code(entry, book),
                quantity=converted.quantity,
                uom=_unit(entry, book),
                price=converted.price,
                currency=converted.currency,
                promised=entry.promised.value if entry.promised else None,
                status=Disposition.ADDED if orders else None,
                confidence=0.5,
            )
        )
    return found


def _unit(entry: LineStatement, book: OrderBook) -> str | None:
    """The stated unit in the ERP's words, where it is the one of the product that is named."""
    code, said = _product_code(entry, book), units.find_unit(entry.unit.value) if entry.unit else None
    known = next((product.uom for product in book.products if code and product.code == code), "")
    return known if said and known and units.find_unit(known) == said else None


def _foreign_code(entry: LineStatement, book: OrderBook) -> str | None:
    """The row's code that is not ours."""
    ours = {codes.canonical(product.code) for product in book.products if product.code}
    return next((item.value for item in entry.codes if codes.canonical(item.value) not in ours), None)


def _with_wholes(lines: list[ConfirmedLine], statement: Statement, orders: Sequence[Order]) -> list[ConfirmedLine]:
    """Apply what is said of whole orders: to lines that lack the value, or to every line where none is named."""
    result = list(lines)
    for whole in statement.whole_orders:
        for order in _meant(whole, orders):
            mine = [line for line in result if line.order is order]
            if mine:
                alone = Counter(line.line.id for line in mine if line.line)
                result = [
                    _fill(line, whole, alone=line.line is not None and alone[line.line.id] == 1)
                    if line.order is order
                    else line
                    for line in result
                ]
            if not mine or whole.others_only or whole.every_line:
                named = {line.line.id for line in mine if line.line}
                if not whole.every_line:
                    named |= set(statement.mentioned)
                result.extend(_from_whole(whole, order, ours) for ours in order.lines if _concerns(whole, ours, named))
    return result


def _meant(whole: WholeOrder, orders: Sequence[Order]) -> Sequence[Order]:
    if whole.order_number is None:
        return orders
    wanted = codes.canonical(whole.order_number)
    return [order for order in orders if codes.canonical(order.name) == wanted]


def _concerns(whole: WholeOrder, ours: OrderLine, named: set[int]) -> bool:
    return ours.id not in named and (ours.open_quantity > 0 or not ours.received)


def _fill(line: ConfirmedLine, whole: WholeOrder, *, alone: bool) -> ConfirmedLine:
    """A line takes what the message says of the whole order and not of the line: its day, what it confirms.

    alone: it is the only delivery of its line, so that a confirmed quantity is all of it.
    """
    if whole.others_only or line.status in (Disposition.REJECTED,) or line.line is None:
        return line
    ours, entry, place = line.line, line.statement, whole.evidence
    changed: dict[str, Any] = {}
    sure = [line.confidence]
    late = entry.disposition is not None and entry.disposition.value is Disposition.BACKORDERED
    waits = late and (entry.remainder or entry.quantity is None)
    if whole.promised is not None and line.promised is None and not waits:
        entry = replace(entry, promised=whole.promised)
        changed["promised"] = whole.promised.value
        sure.append(whole.promised.confidence)
    if whole.confirms_date and line.promised is None and whole.promised is None and not waits and ours.due is not None:
        entry = replace(entry, promised=Stated(value=ours.due, evidence=place, confidence=_AS_ORDERED, source="prose"))
        changed["promised"] = ours.due
        sure.append(_AS_ORDERED)
    if whole.confirms_quantity and line.quantity is None and entry.quantity is None and alone:
        stated = Stated(value=ours.quantity, evidence=place, confidence=_AS_ORDERED, source="prose")
        entry = replace(entry, quantity=stated)
        changed["quantity"] = ours.quantity
        sure.append(_AS_ORDERED)
    if whole.confirms_price and line.price is None and entry.price is None and line.order is not None:
        price = Price(amount=ours.price, currency=line.order.currency)
        entry = replace(entry, price=Stated(value=price, evidence=place, confidence=_AS_ORDERED, source="prose"))
        changed |= {"price": ours.price, "currency": line.order.currency}
        sure.append(_AS_ORDERED)
    if not changed:
        return line
    return replace(line, statement=entry, confidence=round(min(sure), 4), **changed)


def _from_whole(whole: WholeOrder, order: Order, ours: OrderLine) -> ConfirmedLine:
    """A line that only the statement about the whole order speaks of."""
    place = whole.evidence
    sure = min((item.confidence for item in (whole.promised, whole.disposition) if item), default=0.8)
    quantity = (
        Stated(value=ours.quantity, evidence=place, confidence=sure, source="prose")
        if whole.confirms_quantity
        else None
    )
    price = (
        Stated(value=Price(amount=ours.price, currency=order.currency), evidence=place, confidence=sure, source="prose")
        if whole.confirms_price
        else None
    )
    promised = whole.promised
    if promised is None and whole.confirms_date and ours.due is not None:
        promised = Stated(value=ours.due, evidence=place, confidence=sure, source="prose")
    disposition = whole.disposition
    if disposition is None and (whole.confirms_date or whole.confirms_quantity or whole.confirms_price):
        disposition = Stated(value=Disposition.ACCEPTED, evidence=place, confidence=sure, source="prose")
    entry = LineStatement(
        evidence=place, quantity=quantity, price=price, promised=promised, disposition=disposition,
        anchor=ours.id, anchored_by="whole order",
    )  # fmt: skip
    return ConfirmedLine(
        statement=entry,
        order=order,
        line=ours,
        matched_by="whole order",
        product_code=ours.product_code or None,
        supplier_product_code=None,
        quantity=ours.quantity if quantity else None,
        uom=None,
        price=ours.price if price else None,
        currency=order.currency if price else None,
        promised=promised.value if promised else None,
        status=disposition.value if disposition else None,
        confidence=round(sure, 4),
    )
