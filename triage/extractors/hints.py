"""Our own orders as hints for reading: which codes, descriptions, quantities and dates may be expected.

A hint tells where to look and how to read what stands there. It never supplies a value.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from triage.domain import codes
from triage.domain.erp import Order, OrderBook, OrderLine
from triage.extractors import calendar_words

_BRACKETED = re.compile(r"\[([^\]]{2,40})\]")
#: Runs of one script: Chinese and Japanese stand beside Latin letters without a blank.
_RUN = re.compile(r"[\u3040-\u9fff]+|(?:(?![\u3040-\u9fff])[^\W_])+", re.UNICODE)
_DAY_FIRST_NOT = frozenset(
    (
        "united states",
        "usa",
        "philippines",
        "puerto rico",
        "japan",
        "china",
        "taiwan",
        "south korea",
        "korea",
        "hungary",
    )
)
#: A code this short says nothing by itself in running text.
SHORTEST_CODE = 4


#: Words of descriptions that name nothing.
_JOINING = frozenset(
    re.findall(
        r"\w+",
        "with without for from and the mit ohne fur und der die das von nach zum zur avec sans pour et les des dans con"
        " senza per sin para met zonder voor en het een van com sem dla bez oraz ile icin del della delle dei degli los"
        " las una de la le du au un il lo al el da do di se si te op im am zu na po za we ne in of an to as not be all"
        " our your it is on at by new neu neue nuevo nuovo nieuw nowy novo yeni",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A line of ours that the message may speak of."""

    order: Order
    line: OrderLine
    codes: frozenset[str]  # canonical: ours, the supplier's, those written in the description
    words: frozenset[str]  # lower-case words of the description


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the ERP lets us expect. `named` are the orders the message names; lines of others are weaker hints."""

    candidates: tuple[Candidate, ...]
    by_code: dict[str, tuple[Candidate, ...]]
    word_weight: dict[str, float]  # rarity of a description word among the candidates, 0 to 1
    product_codes: dict[str, int]  # canonical code → product id, of all products of these suppliers
    due_dates: tuple[date, ...]
    day_first: bool | None
    currency: str | None  # the orders' currency where they agree
    meanings: Mapping[str, str] = field(default_factory=dict)  # heads of columns learned of this supplier → role

    def of(self, order_id: int) -> tuple[Candidate, ...]:
        """The candidates of one order."""
        return tuple(item for item in self.candidates if item.order.id == order_id)


def words_of(text: str) -> frozenset[str]:
    """Lower-case words of two characters and more; CJK text in pairs of characters."""
    found: set[str] = set()
    for token in _RUN.findall(calendar_words.plain(text)):
        if any("\u3040" <= char <= "\u9fff" for char in token):
            found.update(token[i : i + 2] for i in range(len(token) - 1))
        elif len(token) > 1:
            found.add(token)
    return frozenset(found)


def _candidate(order: Order, line: OrderLine, extra: Iterable[str]) -> Candidate:
    written = [line.product_code, *line.supplier_codes, *extra, *_BRACKETED.findall(line.description)]
    canonical = frozenset(code for code in (codes.canonical(item) for item in written) if len(code) >= 3)
    words = words_of(_BRACKETED.sub(" ", line.description)) - _JOINING
    return Candidate(order=order, line=line, codes=canonical, words=words)


def day_first_of(book: OrderBook, orders: Iterable[Order]) -> bool | None:
    """How the supplier's country writes days: None where it is unknown."""
    countries = {order.supplier.country for order in orders} | {partner.country for partner in book.senders}
    known = {country.casefold() for country in countries if country}
    if not known:
        return None
    return not (known & _DAY_FIRST_NOT)


def hints_of(book: OrderBook, orders: tuple[Order, ...]) -> Hints:
    """Build hints from `orders` (those named, or all open ones of the sender where none is named)."""
    barcodes = {product.id: product.barcode for product in book.products if product.barcode}
    names = {product.id: product.name for product in book.products}
    supplier_names: dict[int, list[str]] = defaultdict(list)
    for item in book.supplier_products:
        if item.name:
            supplier_names[item.product_id].append(item.name)
    candidates = []
    for order in orders:
        for line in order.lines:
            extra = [barcodes[line.product_id]] if line.product_id in barcodes else []
            candidate = _candidate(order, line, extra)
            if line.product_id is not None:
                more = [names.get(line.product_id, ""), *supplier_names.get(line.product_id, [])]
                words = candidate.words | (words_of(" ".join(more)) - _JOINING)
                candidate = Candidate(order=order, line=line, codes=candidate.codes, words=words)
            candidates.append(candidate)
    by_code: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        for code in candidate.codes:
            by_code[code].append(candidate)
    # The same goods on several orders are one: a word is rare by the goods that it may name.
    goods = {(item.line.product_id or item.line.description): item.words for item in candidates}
    spread = Counter(word for words in goods.values() for word in words)
    products: dict[str, int] = {}
    for product in book.products:
        if len(codes.canonical(product.code)) >= 3:
            products[codes.canonical(product.code)] = product.id
    for item in book.supplier_products:
        if len(codes.canonical(item.code)) >= 3:
            products.setdefault(codes.canonical(item.code), item.product_id)
    currencies = {order.currency for order in orders if order.currency}
    return Hints(
        candidates=tuple(candidates),
        by_code={code: tuple(items) for code, items in by_code.items()},
        word_weight={word: 1 / count for word, count in spread.items()},
        product_codes=products,
        due_dates=tuple(sorted({item.line.due for item in candidates if item.line.due})),
        day_first=day_first_of(book, orders),
        currency=currencies.pop() if len(currencies) == 1 else None,
        meanings=dict(book.column_meanings),
    )
