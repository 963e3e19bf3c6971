"""What may be spent: tokens and money, per message, hour and day, and per company and day. Looked at before every call.

Two workers that ask in the same moment may both still find room: an hour is overdrawn by a few answers at most.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from triage.domain.asking import Ledger, Spent

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of one span; 0: none."""

    tokens: int = 0
    money: Decimal = Decimal(0)

    def hold(self, spent: Spent, tokens: int, money: Decimal) -> bool:
        """True where so much more may still be spent."""
        return (not self.tokens or spent.tokens + tokens <= self.tokens) and (
            not self.money or spent.money + money <= self.money
        )

    @property
    def any(self) -> bool:
        return bool(self.tokens or self.money)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """All limits, and the prices of a million tokens."""

    message: Bounds
    hour: Bounds
    day: Bounds
    company_day: Bounds
    price_in: Decimal
    price_out: Decimal

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """Unrounded, in the currency of the prices."""
        return (self.price_in * tokens_in + self.price_out * tokens_out) / _MILLION

    def exceeded(self, ledger: Ledger, *, company: str, message: Spent, tokens_in: int, tokens_out: int) -> str:
        """Which limit the next question would break at worst, in words; "" where none."""
        tokens, money, now = tokens_in + tokens_out, self.cost(tokens_in, tokens_out), ledger.now
        if not self.message.hold(message, tokens, money):
            return "the budget of one message is spent"
        for name, bounds, span, whose in (
            ("an hour", self.hour, timedelta(hours=1), None),
            ("a day", self.day, timedelta(days=1), None),
            ("the company's day", self.company_day, timedelta(days=1), company),
        ):
            if bounds.any and not bounds.hold(ledger.spent(since=now - span, company=whose), tokens, money):
                return f"the budget of {name} is spent"
        return ""
