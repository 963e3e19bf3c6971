"""What the company decided beforehand: tolerances, roles, deadlines. Read from a file by bootstrap."""

from dataclasses import dataclass
from decimal import Decimal

from triage.domain.advice import Role
from triage.domain.assessment import DeviationType, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """What still counts as "as ordered". Sources: the eval set format's conventions."""

    late_days: int = 1  # up to this many calendar days after the order's date is on time
    early_days: int = 7  # more than this many calendar days before is early
    price_percent: Decimal = Decimal("0.5")  # of the order's unit price, either way
    quantity_percent: Decimal = Decimal(0)  # of the ordered quantity, either way


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """From where on something is high."""

    late_days_high: int = 7  # more than this many days late
    price_percent_high: Decimal = Decimal(3)
    letter_percent_high: Decimal = Decimal(5)
    answer_workdays_high: int = 2  # a question that asks for an answer within this many working days


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When the ERP alone gives reason to look. Calendar days."""

    answer_days: int = 0  # an order must be confirmed within; 0: by each supplier's own usual time
    approval_days: int = 3  # an order may wait for approval
    late_chance: Decimal = Decimal("0.6")  # probability of a late arrival from which on a line is told
    fresh_days: int = 7  # orders not older than this are compared with earlier purchases


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Tolerances for a company, supplier or product category; the first that fits wins."""

    tolerances: Tolerances
    company: str = ""
    supplier: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """Who looks when something is the case. Rules apply in order; roles are added behind, each once."""

    name: str
    roles: tuple[Role, ...]
    when_kind: tuple[Kind, ...] = ()  # empty: any
    when_deviation: tuple[DeviationType, ...] = ()  # any of these; empty: none needed
    min_abs_percent: Decimal | None = None  # of the deviation
    min_days: int | None = None
    when_uncovered: bool = False  # a customer order suffers
    first: bool = False  # these roles stand in front of all others
    when_order: bool = False  # the message is about an order of ours
    when_review: bool = False  # a person must read the message
    alone: bool = False  # the message has no deviation of other types than `when_deviation`
    final: bool = False  # where it applies, no later rule is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole policy. `digest` identifies the file it came from."""

    digest: str
    tolerances: Tolerances
    bars: Bars
    variants: tuple[Variant, ...]
    routes: tuple[RouteRule, ...]
    act_within_hours: tuple[tuple[str, int], ...]  # (priority, working hours)
    people: tuple[tuple[Role, str], ...] = ()  # role → name shown
    review_below: float = 0.5  # confidence under which a person is asked
    timezone: str = "UTC"  # in which the ERP's instants become dates
    watch: Watch = Watch()
    language: str = "en"  # of notes, where the buyer's own is unknown; ISO 639-1
    working_hours: tuple[int, int] = (8, 17)  # local hours from and to, Monday to Friday

    def tolerances_for(self, *, company: str, supplier: str, category: str) -> Tolerances:
        """The first variant whose every named condition holds, else the general tolerances."""
        for variant in self.variants:
            if (
                variant.company in ("", company)
                and variant.supplier in ("", supplier)
                and variant.category in ("", category)
            ):
                return variant.tolerances
        return self.tolerances
