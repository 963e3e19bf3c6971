"""The buying company's records as the steps see them, whatever system and version they come from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRef:
    """Any record of the ERP: an advisory hangs on one of these, not on a purchase order by assumption."""

    model: str  # "purchase.order"
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    id: int
    name: str
    currency: str  # ISO 4217
    email: str = ""
    country: str = ""  # name as in the ERP
    approval_from: Decimal | None = None  # orders from this amount on need approval; None: none does


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A supplier or one of its people."""

    id: int
    name: str
    email: str = ""
    parent_id: int | None = None
    is_company: bool = False
    country: str = ""  # English name as Odoo has it; "" where unknown
    is_supplier: bool = False
    language: str = ""  # ISO 639-1; "" where unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of the ERP."""

    id: int
    name: str
    login: str  # "" where the ERP does not tell it
    email: str = ""
    language: str = ""  # ISO 639-1; "" where unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierProduct:
    """What a supplier calls one of our products (product.supplierinfo)."""

    supplier_id: int
    product_id: int
    code: str = ""
    name: str = ""
    price: Decimal | None = None
    currency: str = ""
    lead_days: int | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: int
    code: str  # default_code; "" where none
    name: str
    barcode: str = ""
    uom: str = ""
    category: str = ""
    standard_price: Decimal | None = None  # company currency
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A goods line of a purchase order; sections and notes are no lines."""

    id: int
    order_id: int
    number: int  # 1-based by sequence, then id
    product_id: int | None
    product_code: str  # ours
    supplier_codes: tuple[str, ...]  # this supplier's codes for the product
    description: str
    quantity: Decimal
    received: Decimal
    invoiced: Decimal
    uom: str
    price: Decimal  # net per `uom`, after the order's own discount
    currency: str
    due: date | None  # the line's own planned date

    @property
    def open_quantity(self) -> Decimal:
        """Not yet received; never negative."""
        return max(self.quantity - self.received, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase order with its lines."""

    id: int
    name: str
    supplier: Partner
    company: Company
    currency: str
    state: str  # draft, sent, to approve, purchase, done, cancel
    ordered_on: date | None
    buyer: Person | None
    lines: tuple[OrderLine, ...]
    partner_ref: str = ""  # the supplier's reference as kept on the order
    payment_term: str = ""
    incoterm: str = ""  # code
    warehouse_id: int | None = None
    warehouse: str = ""
    origin: str = ""
    revised_at: datetime | None = None  # write_date: identifies the revision read

    @property
    def ref(self) -> RecordRef:
        return RecordRef(model="purchase.order", id=self.id, name=self.name)

    @property
    def is_open(self) -> bool:
        """Goods are still expected."""
        return self.state not in ("cancel", "draft") and any(line.open_quantity > 0 for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """What the ERP knows that bears on one message: the sender, and the orders it may speak of."""

    companies: tuple[Company, ...]
    senders: tuple[Partner, ...]  # partners that the sender's address belongs to, companies and people
    sender_known_by: str  # "address", "domain" or "" (unknown)
    orders: tuple[Order, ...]  # named in the message, and open ones of the senders
    products: tuple[Product, ...]  # of those orders and of those suppliers
    supplier_products: tuple[SupplierProduct, ...]
    bank_accounts: tuple[tuple[int, str], ...] = ()  # (partner id, normalised account)
    own_addresses: tuple[str, ...] = ()  # our companies' and users' addresses, lower case
    supplier_domains: tuple[str, ...] = ()  # mail domains of all suppliers, to find look-alikes
    column_meanings: tuple[tuple[str, str], ...] = ()  # learned: (head of a column in lower case, what it holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """An open customer order line."""

    order: RecordRef
    customer: str
    product_id: int
    quantity: Decimal  # still to deliver
    due: date
    company_id: int
    warehouse_id: int | None = None
    value: Decimal | None = None  # of the open quantity
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Goods expected on a purchase order line."""

    order_line_id: int
    order_name: str
    product_id: int
    quantity: Decimal
    expected: date
    company_id: int
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Free stock of a product in a warehouse (on hand less reserved)."""

    product_id: int
    warehouse_id: int | None
    warehouse: str
    company_id: int
    free: Decimal
    minimum: Decimal | None = None  # reordering rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Stock, demand and receipts of some products."""

    stock: tuple[Stock, ...] = ()
    demand: tuple[Demand, ...] = ()
    incoming: tuple[Incoming, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFact:
    """An order line that was promised for a day, and when it came: history for suppliers' reliability."""

    line: str  # any text that names the order line
    supplier: str  # "" where unknown; so with all texts below
    promised_on: date
    received_on: date | None  # None: has not come yet
    ordered_on: date | None = None
    product: str = ""
    category: str = ""
    origin_country: str = ""
    ship_mode: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None  # of one unit

    @property
    def days_late(self) -> int | None:
        """Calendar days after the promise; negative where it came earlier; None where it has not come."""
        return None if self.received_on is None else (self.received_on - self.promised_on).days


class ErpView(Protocol):
    """Reads that the path needs, each one batched. Implemented by the recorded snapshot and by Odoo."""

    @property
    def now(self) -> datetime:
        """The moment from which deadlines run; aware, UTC."""
        ...

    @property
    def version(self) -> str:
        """The ERP's version, "" where unknown."""
        ...

    def order_book(self, *, sender: str, text: str, company_hints: Collection[str] = ()) -> OrderBook:
        """The sender's partners, the orders whose names stand in `text`, and the senders' open orders.

        sender: mail address, may be empty. text: subject, file names and all visible text of the message;
        order names are found in it however they are prefixed or spaced. company_hints: addresses it was sent to.
        """
        ...

    def supply(self, product_ids: Collection[int]) -> Supply:
        """Stock, demand and receipts for products, in one batch."""
        ...

    def offers(self, product_ids: Collection[int]) -> tuple[tuple[SupplierProduct, Partner], ...]:
        """Every supplier's prices and lead times for products."""
        ...
