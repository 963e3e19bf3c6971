"""UBL 2.1 OrderResponse, OrderResponseSimple and DespatchAdvice, and cXML ConfirmationRequest and ShipNoticeRequest."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from triage.domain.statement import Disposition, LineStatement, Price
from triage.extractors.edi.structured import Draft, Structured, day_of, decimal_of, stated

#: UBL LineStatusCode / OrderResponseCode: UNCL 1229 and 4343 subsets that Peppol BIS 3 uses, and words in use.
UBL_STATUS = {
    "1": Disposition.ADDED, "3": Disposition.CHANGED, "5": Disposition.ACCEPTED, "7": Disposition.REJECTED,
    "42": Disposition.ACCEPTED, "AP": Disposition.ACCEPTED, "RE": Disposition.REJECTED, "AC": None, "CA": None,
    "AB": None, "29": Disposition.ACCEPTED, "27": Disposition.REJECTED, "30": None,
}  # fmt: skip
#: cXML ConfirmationStatus/@type.
CXML_STATUS = {
    "accept": Disposition.ACCEPTED, "detail": Disposition.CHANGED, "allDetail": Disposition.CHANGED,
    "reject": Disposition.REJECTED, "backordered": Disposition.BACKORDERED, "except": Disposition.CHANGED,
    "replace": Disposition.SUBSTITUTED,
}  # fmt: skip


def _tree(text: str) -> Any | None:
    """The root, parsed with entities, DTD and network off; None where it is no well-formed XML."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, recover=False
    )
    begin = text.find("<")
    try:
        return etree.fromstring(text[begin:].encode("utf-8"), parser) if begin >= 0 else None
    except (etree.XMLSyntaxError, ValueError):
        stripped = text[text.find("?>") + 2 :] if "<?xml" in text[:200] else text
        try:
            return etree.fromstring(stripped.strip().encode("utf-8"), parser)
        except (etree.XMLSyntaxError, ValueError):
            return None


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(node: Any, *path: str) -> Iterator[Any]:
    """Descendants by a path of local names, each step a child."""
    if not path:
        yield node
        return
    for child in node:
        if _name(child) == path[0]:
            yield from _all(child, *path[1:])


def _first(node: Any, *paths: str) -> tuple[str, str]:
    """(text, element as words) of the first path ("A/B") that holds text."""
    for path in paths:
        for found in _all(node, *path.split("/")):
            text = (found.text or "").strip()
            if text:
                return text, f"{_name(found)} {text}"
    return "", ""


def _attribute(node: Any, path: str, name: str) -> str:
    return next((str(found.get(name)) for found in _all(node, *path.split("/")) if found.get(name)), "")


def read(part: str, text: str) -> Structured | None:
    """Read a document; None where the XML is none of these."""
    root = _tree(text)
    if root is None:
        return None
    name = _name(root)
    if name in ("OrderResponse", "OrderResponseSimple"):
        return _order_response(part, root)
    if name == "DespatchAdvice":
        return _despatch_advice(part, root)
    if name == "cXML":
        return _cxml(part, root)
    return None


def _ubl_head(part: str, root: Any, kind: str) -> Structured:
    number, words = _first(root, "ID")
    orders = []
    for path in ("OrderReference/ID", "OrderReference/BuyerOrderReferenceID"):
        for found in _all(root, *path.split("/")):
            if (found.text or "").strip():
                orders.append(stated(part, found.text.strip(), f"{_name(found)} {found.text.strip()}"))
    fate = UBL_STATUS.get(_first(root, "OrderResponseCode")[0])
    accepted = _first(root, "AcceptedIndicator")[0].casefold()
    if accepted in ("true", "1"):
        fate = Disposition.ACCEPTED
    elif accepted in ("false", "0"):
        fate = Disposition.REJECTED
    return Structured(
        kind=kind,
        order_numbers=tuple(orders),
        reference=stated(part, number, words) if number else None,
        document_date=day_of(_first(root, "IssueDate")[0]),
        header_disposition=stated(part, fate, f"response {fate.value}") if fate else None,
    )


def _order_response(part: str, root: Any) -> Structured:
    head = _ubl_head(part, root, "order_confirmation")
    currency = _first(root, "DocumentCurrencyCode")[0]
    day, day_words = _first(
        root, "Delivery/PromisedDeliveryPeriod/EndDate", "Delivery/PromisedDeliveryPeriod/StartDate",
        "Delivery/RequestedDeliveryPeriod/EndDate", "PromisedDeliveryPeriod/EndDate",
    )  # fmt: skip
    lines: list[LineStatement] = []
    for outer in _all(root, "OrderLine"):
        for item in _all(outer, "LineItem"):
            lines.extend(_ubl_line(part, item, currency, outer, (day, day_words)))
    return replace(head, lines=tuple(lines))


def _ubl_line(part: str, item: Any, currency: str, outer: Any, head_day: tuple[str, str]) -> Iterator[LineStatement]:
    number, words = _first(item, "ID")
    reference, reference_words = _first(outer, "OrderLineReference/LineID")
    draft = Draft(part=part, texts=[words])
    position, position_words = (reference, reference_words) if reference.isdigit() else (number, words)
    if position.isdigit():
        draft.position = stated(part, int(position), position_words)
    status = UBL_STATUS.get(_first(item, "LineStatusCode")[0])
    if status is not None:
        draft.disposition = stated(part, status, f"LineStatusCode {_first(item, 'LineStatusCode')[0]}")
    _ubl_item(draft, item)
    substitute, substitute_words = _first(
        outer,
        "SellerSubstitutedLineItem/Item/SellersItemIdentification/ID",
        "SellerSubstitutedLineItem/Item/StandardItemIdentification/ID",
    )
    if substitute:
        draft.substitute = stated(part, substitute, substitute_words)
        draft.disposition = stated(part, Disposition.SUBSTITUTED, substitute_words)
    amount, amount_words = _first(item, "Price/PriceAmount")
    value = decimal_of(amount)
    if value is not None:
        per = decimal_of(_first(item, "Price/BaseQuantity")[0]) or Decimal(1)
        money = _attribute(item, "Price/PriceAmount", "currencyID") or currency or None
        draft.price = stated(part, Price(amount=value, per=per, currency=money), amount_words)
    quantity, quantity_words = _first(item, "Quantity")
    unit = _attribute(item, "Quantity", "unitCode")
    deliveries = list(_all(item, "Delivery"))
    count = decimal_of(quantity)
    if count is not None:
        draft.quantity = stated(part, count, quantity_words)
    if unit:
        draft.unit = stated(part, unit, f"unitCode {unit}")
    dated = [node for node in deliveries if _delivery_day(node)[0]]
    if len(dated) > 1:
        for node in dated:
            yield _delivery(replace(draft, texts=list(draft.texts)), node).statement()
        return
    if dated:
        yield _delivery(draft, dated[0], keep_quantity=True).statement()
        return
    promised = day_of(head_day[0])
    if promised is not None:
        draft.promised = stated(part, promised, head_day[1])
    yield draft.statement()


def _delivery_day(node: Any) -> tuple[str, str]:
    return _first(
        node, "PromisedDeliveryPeriod/EndDate", "PromisedDeliveryPeriod/StartDate", "EstimatedDeliveryPeriod/EndDate",
        "LatestDeliveryDate", "RequestedDeliveryPeriod/EndDate", "ActualDeliveryDate",
    )  # fmt: skip


def _delivery(draft: Draft, node: Any, *, keep_quantity: bool = False) -> Draft:
    day, words = _delivery_day(node)
    value = day_of(day)
    if value is not None:
        draft.promised = stated(draft.part, value, words)
    quantity, quantity_words = _first(node, "Quantity")
    number = decimal_of(quantity)
    if number is not None and not (keep_quantity and draft.quantity is not None):
        draft.quantity = stated(draft.part, number, quantity_words)
    return draft


def _ubl_item(draft: Draft, node: Any) -> None:
    for path in ("BuyersItemIdentification", "SellersItemIdentification", "StandardItemIdentification"):
        code, words = _first(node, f"Item/{path}/ID")
        draft.add_code(code, words)
    name, words = _first(node, "Item/Name", "Item/Description")
    if name:
        draft.description = stated(draft.part, name, words)
        draft.texts.append(words)


def _despatch_advice(part: str, root: Any) -> Structured:
    head = _ubl_head(part, root, "shipping_notice")
    day, day_words = _first(
        root,
        "Shipment/Delivery/EstimatedDeliveryPeriod/EndDate", "Shipment/Delivery/EstimatedDeliveryPeriod/StartDate",
        "Shipment/Delivery/RequestedDeliveryPeriod/EndDate", "Shipment/Delivery/Despatch/ActualDespatchDate",
    )  # fmt: skip
    lines = []
    for node in _all(root, "DespatchLine"):
        number, words = _first(node, "OrderLineReference/LineID", "ID")
        draft = Draft(part=part, texts=[words])
        if number.isdigit():
            draft.position = stated(part, int(number), words)
        order, order_words = _first(node, "OrderLineReference/OrderReference/ID")
        if order:
            draft.order_number = stated(part, order, order_words)
        quantity, quantity_words = _first(node, "DeliveredQuantity")
        count = decimal_of(quantity)
        if count is not None:
            draft.quantity = stated(part, count, quantity_words)
        unit = _attribute(node, "DeliveredQuantity", "unitCode")
        if unit:
            draft.unit = stated(part, unit, f"unitCode {unit}")
        _ubl_item(draft, node)
        arrival = day_of(day)
        if arrival is not None:
            draft.promised = stated(part, arrival, day_words)
        lines.append(draft.statement())
    return replace(head, lines=tuple(lines))


def _cxml(part: str, root: Any) -> Structured | None:
    for request in root.iter():
        if _name(request) == "ConfirmationRequest":
            return _confirmation_request(part, request)
        if _name(request) == "ShipNoticeRequest":
            return _ship_notice(part, request)
    return None


def _cxml_head(part: str, request: Any, header: Any, kind: str, number: str) -> Structured:
    order = _attribute(request, "OrderReference", "orderID") or next(
        (
            str(node.get("orderID"))
            for node in request.iter()
            if _name(node) == "OrderReference" and node.get("orderID")
        ),
        "",
    )
    return Structured(
        kind=kind,
        order_numbers=(stated(part, order, f"orderID {order}"),) if order else (),
        reference=stated(part, number, f"{_name(header)} {number}") if number else None,
        document_date=day_of(header.get("noticeDate")),
    )


def _confirmation_request(part: str, request: Any) -> Structured | None:
    header = next(iter(_all(request, "ConfirmationHeader")), None)
    if header is None:
        return None
    head = _cxml_head(part, request, header, "order_confirmation", str(header.get("confirmID") or ""))
    fate = CXML_STATUS.get(str(header.get("type")))
    if header.get("type") in ("accept", "reject") and fate is not None:
        head = replace(head, header_disposition=stated(part, fate, f"type {header.get('type')}"))
    lines: list[LineStatement] = []
    for item in _all(request, "ConfirmationItem"):
        for status in _all(item, "ConfirmationStatus"):
            lines.append(_cxml_line(part, item, status).statement())
    return replace(head, lines=tuple(lines))


def _cxml_line(part: str, item: Any, status: Any) -> Draft:
    kind = str(status.get("type"))
    draft = Draft(part=part, texts=[f"ConfirmationStatus {kind} {status.get('quantity') or ''}"])
    number = str(item.get("lineNumber") or "")
    if number.isdigit():
        draft.position = stated(part, int(number), f"lineNumber {number}")
    fate = CXML_STATUS.get(kind)
    if fate is not None:
        draft.disposition = stated(part, fate, f"type {kind}")
    quantity = decimal_of(status.get("quantity"))
    if quantity is not None:
        draft.quantity = stated(part, quantity, f"quantity {status.get('quantity')}")
    unit = _first(status, "UnitOfMeasure")[0] or _first(item, "UnitOfMeasure")[0]
    if unit:
        draft.unit = stated(part, unit, f"UnitOfMeasure {unit}")
    day = day_of(status.get("deliveryDate")) or day_of(status.get("shipmentDate"))
    if day is not None:
        draft.promised = stated(part, day, f"deliveryDate {status.get('deliveryDate') or status.get('shipmentDate')}")
    amount, words = _first(status, "UnitPrice/Money", "ItemIn/ItemDetail/UnitPrice/Money")
    value = decimal_of(amount)
    if value is not None:
        money = _attribute(status, "UnitPrice/Money", "currency") or _attribute(
            status, "ItemIn/ItemDetail/UnitPrice/Money", "currency"
        )
        draft.price = stated(part, Price(amount=value, currency=money or None), words)
    for path in ("ItemIn/ItemID/SupplierPartID", "ItemIn/ItemID/BuyerPartID"):
        code, words = _first(status, path)
        draft.add_code(code, words)
        if code and kind == "replace":
            draft.substitute = stated(part, code, words)
    return draft


def _ship_notice(part: str, request: Any) -> Structured | None:
    header = next(iter(_all(request, "ShipNoticeHeader")), None)
    if header is None:
        return None
    head = _cxml_head(part, request, header, "shipping_notice", str(header.get("shipmentID") or ""))
    day = day_of(header.get("deliveryDate")) or day_of(header.get("shipmentDate"))
    lines = []
    for item in request.iter():
        if _name(item) != "ShipNoticeItem":
            continue
        number, quantity = str(item.get("lineNumber") or ""), decimal_of(item.get("quantity"))
        draft = Draft(part=part, texts=[f"ShipNoticeItem {number} {item.get('quantity')}"])
        if number.isdigit():
            draft.position = stated(part, int(number), f"lineNumber {number}")
        if quantity is not None:
            draft.quantity = stated(part, quantity, f"quantity {item.get('quantity')}")
        for path in ("ItemID/SupplierPartID", "ItemID/BuyerPartID"):
            draft.add_code(*_first(item, path))
        if day is not None:
            draft.promised = stated(part, day, f"deliveryDate {day.isoformat()}")
        lines.append(draft.statement())
    return replace(head, lines=tuple(lines))
