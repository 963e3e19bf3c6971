"""Gives the columns of a table their meaning from the words of its header rows. Never reads values."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import units
from triage.domain.document import Cell, Table
from triage.extractors import cues, money, vocabulary


class Role(enum.StrEnum):
    """What a column holds. Values are the names of the vocabulary's sections."""

    POSITION = "position"
    OUR_CODE = "our_code"
    SUPPLIER_CODE = "supplier_code"
    CODE = "code"
    EAN = "ean"
    DESCRIPTION = "description"
    QUANTITY = "quantity"
    ORDERED_QUANTITY = "ordered_quantity"
    CONFIRMED_QUANTITY = "confirmed_quantity"
    DELIVERED_QUANTITY = "delivered_quantity"
    OPEN_QUANTITY = "open_quantity"
    UNIT = "unit"
    UNIT_PRICE = "unit_price"
    NET_PRICE = "net_price"
    GROSS_PRICE = "gross_price"
    PRICE_BASIS = "price_basis"
    DISCOUNT = "discount"
    AMOUNT = "amount"
    PROMISED_DATE = "promised_date"
    REQUESTED_DATE = "requested_date"
    DISPATCH_DATE = "dispatch_date"
    FORMER_DATE = "former_date"
    WEEK = "week"
    CURRENCY = "currency"
    ORDER_NUMBER = "order_number"
    REMARK = "remark"
    STATUS = "status"
    SUBSTITUTE = "substitute"
    TAX = "tax"
    WEIGHT = "weight"


#: A table without one of these says nothing about order lines.
_NAMES_A_LINE = {Role.OUR_CODE, Role.SUPPLIER_CODE, Role.CODE, Role.EAN, Role.DESCRIPTION, Role.POSITION}
_SAYS_SOMETHING = {
    Role.QUANTITY, Role.ORDERED_QUANTITY, Role.CONFIRMED_QUANTITY, Role.DELIVERED_QUANTITY, Role.OPEN_QUANTITY,
    Role.UNIT_PRICE, Role.NET_PRICE, Role.AMOUNT, Role.PROMISED_DATE, Role.DISPATCH_DATE, Role.WEEK, Role.STATUS,
    Role.FORMER_DATE, Role.REQUESTED_DATE,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Columns by index, and what the header says for all rows."""

    roles: tuple[Role | None, ...]
    texts: tuple[str, ...]
    rows: int  # how many rows the header takes
    price_per: Decimal | None = None  # "Price/100"
    currency: str | None = None
    unit: str = ""  # unit named in the quantity's header

    def index(self, *wanted: Role) -> int | None:
        """The first column that has one of the roles, in the order wanted."""
        for role in wanted:
            if role in self.roles:
                return self.roles.index(role)
        return None


#: Heads that were learned of a supplier: words in lower case → role.
Meanings = Mapping[str, str]


def role_of(text: str, meanings: Meanings) -> tuple[Role | None, float]:
    """The role that covers most of a header cell, and the share covered (0 to 1); what was learned goes first."""
    clean = " ".join(text.split())
    if not clean or len(clean) > 60:
        return None, 0.0
    if clean.casefold() in meanings:
        return Role(meanings[clean.casefold()]), 1.0
    letters = max(sum(char.isalnum() for char in clean), 1)
    if _is_pack_size(clean):
        return None, 0.0
    if money.find_price_basis(clean) and (money.currency_in(clean) or _speaks_of_price(clean)):
        return _kind_of_price(clean), 1.0  # "PU HT le cent", "List €/100"
    if "/" in clean and money.currency_in(clean) and units.find_unit(clean.rpartition("/")[2].strip(" )")):
        return _kind_of_price(clean), 1.0
    if money.currency_in(clean) and all(map(units.find_unit, _without_currency(clean))):
        return Role.UNIT_PRICE, 1.0  # "Unit £", "Each USD": money for one, not the unit's name
    if _PRICE_WORD.search(clean) and not money.find_price_basis(clean):
        # "Pr. ordine | Pr. confermato": what a price is of does not make it a quantity or a day.
        if cues.has(clean, "former"):
            return None, 0.0
        found = _price_role(clean)
        if found is not None:
            return found, 0.9
    if _WEIGHED.search(clean) and not _speaks_of_price(_WEIGHED.sub(" ", clean)) and not money.currency_in(clean):
        return Role.WEIGHT, 0.9  # "Brüt kg", "Poids net": what goods weigh, though "brut" and "net" head prices too
    if _QUANTITY_WORD.search(clean) and not vocabulary.phrases_in(clean, "columns.open_quantity"):
        which = _of_which(Role.QUANTITY, clean)
        if which is not Role.QUANTITY:
            return which, 0.9
    best: tuple[Role | None, float] = (None, 0.0)
    for role in Role:
        for hit in vocabulary.phrases_in(clean, f"columns.{role.value}"):
            covered = sum(char.isalnum() for char in clean[hit.start : hit.end])
            share = min(covered / letters, 1.0)
            if share > best[1]:
                best = (role, share)
    if best[0] in _DAYS and _QUANTITY_WORD.search(clean):
        best = (Role.QUANTITY, best[1])  # "Delivery qty": how much, not when
    if best[0] is Role.AMOUNT and not _speaks_of_price(clean) and not money.currency_in(clean):
        counts = vocabulary.phrases_in(clean, "columns.quantity")
        best = (Role.QUANTITY, best[1]) if counts else best  # "Total qty"
    return _of_which(best[0], clean), best[1]


def _is_pack_size(text: str) -> bool:
    """ "Qty/ctn", "Stk je Karton", "入数": how much a package holds, not how much comes."""
    match = _PER_PACK.search(text)
    if match is None or _speaks_of_price(text) or money.currency_in(text):
        return False
    return match.group(1) is None or units.find_unit(match.group(1)) in units.PACKS


_PER_PACK = re.compile(
    r"[^\W\d_]\.?\s?(?:/|(?<=\s)(?:per|pro|je|par|por|za|w|in|à|a)\s)\s?([^\W\d_]{2,10})\.?\)?$|入数|每箱|装箱数",
    re.IGNORECASE,
)


def _speaks_of_price(text: str) -> bool:
    return _PRICE_WORD.search(text) is not None or any(
        vocabulary.phrases_in(text, f"columns.{role.value}") for role in _PRICES
    )


def _kind_of_price(text: str) -> Role:
    """Which price a head speaks of: the net one, the one before discount, or simply the price."""
    for role in (Role.NET_PRICE, Role.GROSS_PRICE):
        if any(len(hit.phrase) > _SHORTEST_KIND for hit in vocabulary.phrases_in(text, f"columns.{role.value}")):
            return role
    return Role.UNIT_PRICE


_SHORTEST_KIND = 2  # letters: "LP" beside another word for price is too little


def _without_currency(text: str) -> list[str]:
    """The words of a head but for the currency; a word that is no unit where there is none."""
    words = [word for word in re.split(r"[\s()\[\]/]+", text) if word and not money.currency_in(word)]
    return [word for word in words if not _FOR_EACH.fullmatch(word)] or [text]


_FOR_EACH = re.compile(r"per|je|pro|por|par|za|al|in|en|em|w", re.IGNORECASE)


def _of_which(role: Role | None, text: str) -> Role | None:
    """Below "Quantity" and "Delivery" the words "order" and "confirmation" tell which of them a column holds."""
    confirmed = bool(_CONFIRMED.search(text))
    ordered = bool(_ORDERED.search(text)) and not confirmed
    if role in (Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.ORDERED_QUANTITY) and _QUANTITY_WORD.search(text):
        return Role.CONFIRMED_QUANTITY if confirmed else Role.ORDERED_QUANTITY if ordered else role
    if role is Role.PROMISED_DATE and ordered:
        return Role.REQUESTED_DATE
    return role


_CONFIRMED = re.compile(
    r"(?<![^\W\d_])(?:confirm|conferm|best[aä]tig|bevestig|potw|onay|conf\b)|确认|回答", re.IGNORECASE
)
_ORDERED = re.compile(
    r"(?<![^\W\d_])(?:order(?:ed)?|ordine|ordinat\w*|bestell\w*|command[eé]e?|cde|pedid[oa]|encomend\w*|zam\w*|besteld"
    r"|sipari[şs])(?![^\W\d_])"
    r"|订单|注文",
    re.IGNORECASE,
)
_QUANTITY_WORD = re.compile(
    r"(?<![^\W\d_])(?:qty|quantity|menge|q\.?t[àa]|qt[eé]|quantit[éa]|cant|cantidad|ilo[śs][ćc]|aantal|hoeveelheid|qtd|quantidade|miktar)"
    r"|数量",
    re.IGNORECASE,
)


#: Gross, net and tare beside a unit or a word of weight.
_WEIGHED = re.compile(
    r"(?<![^\W\d_])(?:(?:br[uü]t+[oa]?|gross|nett?[oa]?|lord[oa]|l[ií]quid[oa]|neto|tara|tare|dara|g\.?w|n\.?w)[\s.(\[]{0,3}"
    r"(?:kgs?|lbs?|(?:gewicht|wt|weight|peso|poids|waga|a[gğ][iı]rl[iı]k)\w{0,4})"
    r"|(?:kgs?|lbs?|(?:gewicht|weight|wt|peso|poids|waga|masa|a[gğ][iı]rl[iı]k)\w{0,4})[\s.]{0,2}"
    r"(?:br[uü]t+[oa]?|gross|nett?[oa]?|lord[oa]|l[ií]quid[oa]|neto|tara|tare))(?![^\W\d_])|[毛净淨皮][重]|総重量|正味重量",
    re.IGNORECASE,
)
_PER_CENT = re.compile(r"[^\W\d_]\.?\s?%\s*$")  # "Precio %": for a hundred
_OF_ORDER = ("ordered_price", "ordered_quantity", "order_number")
_PRICE_WORD = re.compile(
    r"(?<![^\W\d_])(?:pr|prezzo|preis|ep|vk|p\.?u\.?|price|prix|precio|cena|pre[cç]o|fiyat[ıi]?|prijs)(?![^\W\d_])|[单單]价|単価|價格|价格",
    re.IGNORECASE,
)
_OF_PRICE = (Role.GROSS_PRICE, Role.NET_PRICE, Role.UNIT_PRICE, Role.PRICE_BASIS, Role.DISCOUNT, Role.AMOUNT)


def _price_role(text: str) -> Role | None:
    """The role of a head with a word for price beside one that elsewhere heads quantities or dates; None else."""
    if any(vocabulary.phrases_in(text, f"columns.{role.value}") for role in _OF_PRICE if role is not Role.UNIT_PRICE):
        return None
    other = ("confirmed_quantity", "ordered_quantity", "order_number", "promised_date", "former_date")
    return Role.UNIT_PRICE if any(vocabulary.phrases_in(text, f"columns.{name}") for name in other) else None


def _join(rows: tuple[tuple[Cell, ...], ...]) -> tuple[str, ...]:
    """The texts of a header that runs over several rows, column by column."""
    return tuple(" ".join(row[index].text for row in rows if row[index].text) for index in range(len(rows[0])))


def _two_lined(text: str, meanings: Meanings) -> tuple[Role | None, float] | None:
    """A head of two lines, "Menge\nLiefertermin": the first is of the item's row, the second of the row below."""
    above, _, below = text.partition("\n")
    if not below.strip():
        return None
    first, second = role_of(above, meanings), role_of(below, meanings)
    return first if first[0] in _COUNTS and second[0] in _DAYS else None


_DAYS = (Role.PROMISED_DATE, Role.DISPATCH_DATE, Role.WEEK)


def _spread(rows: tuple[tuple[Cell, ...], ...]) -> tuple[tuple[Cell, ...], ...]:
    """Heads that span several columns ("Quantity" above "order | confirmation") said for each of them."""
    first, second = rows[0], rows[1]
    if first[0].text.strip() and all(cell.text.strip() for cell in second):
        filled: list[Cell] = []
        for cell in first:
            filled.append(cell if cell.text.strip() else filled[-1])
        return (tuple(filled), *rows[1:])
    return rows


def _read(texts: tuple[str, ...], meanings: Meanings) -> tuple[tuple[Role | None, ...], float]:
    """Roles of header cells and how convincing they are; a role is given once, to its best cell."""
    found = [_two_lined(text, meanings) or role_of(text, meanings) for text in texts]
    roles: list[Role | None] = [role if share >= 0.3 else None for role, share in found]
    for index, role in enumerate(roles):
        # "Old net": what was, not what is.
        if role in (Role.UNIT_PRICE, Role.NET_PRICE) and cues.has(texts[index], "former"):
            roles[index] = None
    priced = [index for index, role in enumerate(roles) if role in (Role.UNIT_PRICE, Role.NET_PRICE)]
    for index in priced if len(priced) > 1 else ():
        # "Your price | our price": the first is what was ordered at; alone it is what a customer pays.
        of_order = any(vocabulary.phrases_in(texts[index], f"columns.{name}") for name in _OF_ORDER)
        if of_order and not vocabulary.phrases_in(texts[index], "columns.confirmed_quantity"):
            roles[index] = None
    units_at = [index for index, role in enumerate(roles) if role is Role.UNIT]
    if (
        len(units_at) > 1
        and Role.PRICE_BASIS not in roles
        and roles[units_at[-1] - 1] in (Role.UNIT_PRICE, Role.NET_PRICE)
    ):
        roles[units_at[-1]] = Role.PRICE_BASIS  # "Unit price | UM": what the price is for
    places = [roles.index(role) for role in _TO_NET if role in roles]
    if len(places) == len(_TO_NET) and places == sorted(places) and Role.NET_PRICE not in roles:
        roles[places[-1]] = Role.NET_PRICE  # "List | Disc | Price": the discount is taken off already
    for role in {item for item in roles if item is not None}:
        holders = [index for index, item in enumerate(roles) if item is role]
        keep = max(holders, key=lambda index: found[index][1])
        for index in holders:
            if index != keep and role not in (Role.PROMISED_DATE, Role.DISCOUNT):
                roles[index] = None
    _currency_columns(texts, roles)
    strength = sum(share for role, share in found if role is not None and share >= 0.3)
    return tuple(roles), strength


_TO_NET = (Role.GROSS_PRICE, Role.DISCOUNT, Role.UNIT_PRICE)


def _currency_columns(texts: tuple[str, ...], roles: list[Role | None]) -> None:
    """A column headed by a currency alone holds amounts right of the prices, else prices."""
    for index, text in enumerate(texts):
        bare = re.sub(r"[\s()/.\[\]]", "", text)
        if roles[index] is not None or not bare or len(bare) > 4 or not money.currency_in(text):
            continue
        prices = [at for at, role in enumerate(roles) if role in (Role.UNIT_PRICE, Role.NET_PRICE)]
        if prices and prices[0] < index and Role.AMOUNT not in roles:
            roles[index] = Role.AMOUNT
        elif not prices:
            roles[index] = Role.UNIT_PRICE


def _is_header(roles: tuple[Role | None, ...]) -> bool:
    given = {role for role in roles if role is not None}
    return len(given) >= 2 and bool(given & _SAYS_SOMETHING) and (bool(given & _NAMES_A_LINE) or len(given) >= 3)


def _looks_like_data(row: tuple[Cell, ...]) -> bool:
    """Half of the filled cells are numbers: no header, whatever words stand beside them."""
    filled = [cell.text for cell in row if cell.text.strip()]
    numeric = [text for text in filled if sum(char.isdigit() for char in text) * 2 > len(text.replace(" ", ""))]
    return bool(filled) and len(numeric) * 2 >= len(filled)


def _holds_fields(row: tuple[Cell, ...]) -> bool:
    """ "Terms: 30 days", "Portes: pagados", though it be cut into cells: labels with values, no heads."""
    return _FIELD.search("   ".join(cell.text for cell in row if cell.text.strip())) is not None


_FIELD = re.compile(r"[^\W\d_]\s?[:：]\s{0,4}\w")


def header_at(table: Table, start: int, meanings: Meanings) -> Header | None:
    """The header that begins in row `start`, over one to three rows; None where there is none."""
    best: tuple[float, Header] | None = None
    for height in (1, 2, 3):
        rows = table.rows[start : start + height]
        if len(rows) < height or any(_looks_like_data(row) for row in rows):
            break
        whole = _spread(rows) if height > 1 else rows
        texts = _join(whole)
        if height > 1 and _holds_fields(rows[0]) and header_at(table, start + 1, meanings) is not None:
            break  # a line of fields that stands directly above the head
        roles, strength = _read(texts, meanings)
        if whole is not rows:
            strength += len(whole)  # heads that span columns are no heads without the row below them
        if not _is_header(roles):
            continue
        # A higher header must explain more columns, or the rows below are data already.
        strength -= 0.6 * (height - 1)
        if best is None or strength > best[0]:
            best = (strength, _header(roles, texts, height))
    return best[1] if best else None


def _header(roles: tuple[Role | None, ...], texts: tuple[str, ...], height: int) -> Header:
    per: Decimal | None = None
    currency: str | None = None
    for role, text in zip(roles, texts, strict=True):
        if role in _PRICES:
            bases = money.find_price_basis(text)
            per = bases[0].per if bases else Decimal(100) if _PER_CENT.search(text) else per
        if role in (*_PRICES, Role.AMOUNT, Role.CURRENCY):
            currency = currency or money.currency_in(text)
    named = (_unit_in(text) for role, text in zip(roles, texts, strict=True) if role in _COUNTS)
    unit = next((word for word in named if word), "")
    return Header(roles=roles, texts=texts, rows=height, price_per=per, currency=currency, unit=unit)


_PRICES = (Role.UNIT_PRICE, Role.NET_PRICE, Role.GROSS_PRICE)
_COUNTS = (
    Role.QUANTITY, Role.CONFIRMED_QUANTITY, Role.DELIVERED_QUANTITY, Role.ORDERED_QUANTITY, Role.OPEN_QUANTITY
)  # fmt: skip
_LEADS_HEAD = re.compile(r"^\W*([^\W\d_]{2,8})\.?\s[^\W\d_]{3}")
_ENDS_HEAD = re.compile(r"\s([^\W\d_]{2,5})\.?$")
_IN_HEAD = re.compile(r"[(\[/]\s*([mM][23²³]|[^\W\d_]{1,12})\.?\s*(?:[)\]]|$)")


def _unit_in(head: str) -> str:
    """The unit named in the head of a quantity: "Menge (Stk)", "Qty/pcs", "Uds."; "" where none is."""
    if units.find_unit(head.strip()):
        return head.strip()
    for match in (_IN_HEAD.search(head), _LEADS_HEAD.match(head), _ENDS_HEAD.search(head)):
        if match and units.find_unit(match.group(1)) and not _CONFIRMED.match(match.group(1)):
            return match.group(1)  # "Menge (Stk)", "Uds. confirmadas"
    return ""
