"""The price file: list prices with unit, region, source and date, and the one way to look one up."""

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parent.parent / "prices.yaml"
HOURS_PER_MONTH = Decimal(730)
"""365 days x 24 h / 12, as cloud bills count a month."""
FEN = Decimal("0.01")
YEAR_DAYS = 365


@dataclass(frozen=True)
class Price:
    """One price of the price file. `region`: a region id, `mainland`, `elsewhere` or `any`."""

    key: str
    region: str
    value: Decimal
    currency: str
    unit: str
    date: datetime.date
    certainty: str
    source: str

    def stale(self, today: datetime.date, days: int = YEAR_DAYS) -> bool:
        """True when the price was read more than `days` ago."""
        return (today - self.date).days > days


def region_group(region: str) -> str:
    """`mainland` or `elsewhere`: the two groups of the vendor's lists. Hong Kong has the prices of other countries."""
    return "mainland" if region.startswith("cn-") and region != "cn-hongkong" else "elsewhere"


class Prices:
    """Prices of one region. Money is CNY; a price listed in USD only is turned into CNY by the lists' own ratio."""

    def __init__(self, all_prices: Sequence[Price], region: str | None) -> None:
        self.region = region
        self._scopes = [region, region_group(region), "any"] if region else ["any"]
        self._prices = {(price.key, price.region): price for price in all_prices}

    def find(self, key: str) -> Price | None:
        """The price of a key in this region, else in its group, else anywhere; None when none is known."""
        return next((self._prices[key, scope] for scope in self._scopes if (key, scope) in self._prices), None)

    def cny(self, key: str) -> Decimal | None:
        """The value of a key in CNY per its unit, None when no price is known."""
        price = self.find(key)
        if price is None:
            return None
        return price.value * self._rate() if price.currency == "USD" else price.value

    def pair(self, prefix: str) -> tuple[Decimal, Decimal] | None:
        """The vCPU and GiB prices of a kind of pod (`eci`, `acs.performance.default`), None unless both are known."""
        vcpu, gib = self.cny(f"{prefix}.vcpu"), self.cny(f"{prefix}.gib")
        return None if vcpu is None or gib is None else (vcpu, gib)

    def _rate(self) -> Decimal:
        rate = self.find("usd")
        if rate is None:
            raise LookupError("prices.yaml lacks the price `usd`, which prices listed in USD only need")
        return rate.value


def read(path: Path = FILE) -> list[Price]:
    """All prices of a price file. Raises ValueError naming the row that is not a price."""
    result: list[Price] = []
    for i, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
        try:
            value = Decimal(str(row["value"]))
            price = Price(**{**row, "value": value})
        except (TypeError, KeyError, ArithmeticError) as e:
            raise ValueError(f"{path.name}: row {i + 1} is not a price ({e})") from None
        if value < 0 or not isinstance(price.date, datetime.date):
            raise ValueError(f"{path.name}: row {i + 1} ({price.key}): needs a value of 0 or more and a date")
        result.append(price)
    return result


@functools.cache
def prices(region: str | None) -> Prices:
    """The committed prices for a region (None: not known, so only prices that hold anywhere)."""
    return Prices(read(), region)


def fen(amount: Decimal) -> Decimal:
    """An amount rounded to 0.01 CNY, half up."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def decimal(value: float | int | Decimal) -> Decimal:
    """A quantity as Decimal, by its shortest text."""
    return value if isinstance(value, Decimal) else Decimal(str(value))
