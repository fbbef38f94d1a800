"""`make prices [REGION=cn-hangzhou]`: updates the ECI prices of a region in policies/cost/prices.yaml.

Asks the vendor's price API (`DescribeContainerGroupPrice` of ECI) through the vendor's own command line, `aliyun`,
which signs the calls and finds credentials itself (single sign-on, OIDC, a role of the machine); this tool never sees
them.
The account needs the RAM action eci:DescribeContainerGroupPrice, nothing else. Other products have no such call: their
entries are read from the vendor's pages by hand.

The answer's fields are taken from the vendor's reference (2025-10-17), its nesting is not: fields are found wherever
they are. The list price (`OriginalPrice`) is kept, not the account's own discount. No account has run this yet; the
tests run it against recorded answers.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

from policies.cost.model.prices import FILE, Price, read

Ask = Callable[[Mapping[str, str]], Any]
"""Parameters of the call -> its answer, parsed."""
SMALL, LARGE, PROOF = (2, 4), (2, 8), (4, 16)
"""vCPU and GiB: two sizes give both unit prices, the third proves that the price is linear."""
HOUR = Decimal(3600)
SOURCE = "ECI DescribeContainerGroupPrice, OriginalPrice"


class RefreshError(Exception):
    """The prices could not be read; nothing was written."""


@dataclass(frozen=True)
class Answer:
    """What the API says about one size: price per second, currency, and what spot costs as shares of on demand."""

    price: Decimal
    currency: str
    spot_shares: tuple[Decimal, ...]


def main(argv: list[str] | None = None) -> int:
    """Rewrites the price file and prints what changed; returns 1 with one sentence on failure."""
    parser = argparse.ArgumentParser(prog="make prices", description="Updates the ECI prices of a region.")
    parser.add_argument("region", nargs="?", default="cn-hangzhou")
    parser.add_argument("--file", type=Path, default=FILE, help="price file to rewrite")
    arguments = parser.parse_args(argv)
    try:
        before = read(arguments.file)
        fetched = fresh(arguments.region, aliyun, date.today())
        changes = write(arguments.file, before, fetched)
    except (RefreshError, OSError, ValueError) as e:
        sys.stderr.write(f"{e}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in changes))
    return 0


def aliyun(parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """One call of the API through the vendor's command line. Raises RefreshError with the first line of its error."""
    program = shutil.which("aliyun")
    if program is None:
        raise RefreshError(
            "the vendor's command line `aliyun` is not on PATH; it calls the price API with your credentials"
        )
    command = [program, "eci", "DescribeContainerGroupPrice"]
    for name, value in parameters.items():
        command += [f"--{name}", value]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise RefreshError(f"aliyun: {lines[0] if lines else f'ended with {done.returncode}'}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise RefreshError("aliyun: its answer is not JSON") from None


def fresh(region: str, ask: Ask, today: date) -> list[Price]:
    """The hourly prices of a region's ECI pods. Raises RefreshError when the answers contradict each other."""

    def one(size: tuple[int, int], **more: str) -> Answer:
        sys.stderr.write(f"asking for the price of {size[0]} vCPU/{size[1]} GiB in {region} …\n")
        return answer(ask({"RegionId": region, "Cpu": str(size[0]), "Memory": str(size[1]), **more}))

    small, large, proof = one(SMALL), one(LARGE), one(PROOF)
    spot_shares = one(PROOF, SpotStrategy="SpotAsPriceGo").spot_shares
    gib = (large.price - small.price) / (LARGE[1] - SMALL[1])
    vcpu = (small.price - gib * SMALL[1]) / SMALL[0]
    expected = vcpu * PROOF[0] + gib * PROOF[1]
    if abs(expected - proof.price) > expected / 100:
        raise RefreshError(
            f"{region}: prices are not linear: {PROOF[0]} vCPU/{PROOF[1]} GiB costs {proof.price:f} a second, "
            f"{expected:f} was expected"
        )
    entry = Price("", region, Decimal(0), small.currency, "", today, "api", SOURCE)
    shares = {"low": min, "high": max}
    spot = [
        replace(entry, key=f"spot.share.{word}", value=pick(spot_shares), currency="share",
                unit="of the on-demand price", source="ECI DescribeContainerGroupPrice, SpotPrice / OriginPrice")
        for word, pick in shares.items() if spot_shares
    ]  # fmt: skip
    return [
        replace(entry, key="eci.vcpu", value=_hourly(vcpu), unit="vCPU/h"),
        replace(entry, key="eci.gib", value=_hourly(gib), unit="GiB/h"),
        *spot,
    ]


def answer(data: Any) -> Answer:  # noqa: ANN401 - JSON
    """Reads one answer. Raises RefreshError naming the field that is missing or not a number."""
    fields = dict(reversed(list(_fields(data))))  # of equal names the outermost counts
    price, currency = _number(fields, "OriginalPrice"), str(fields.get("Currency") or "CNY")
    if currency not in ("CNY", "USD"):
        raise RefreshError(f"the price is in {currency}; allowed: CNY, USD")
    spots = [o for o in _objects(data) if "SpotPrice" in o and "OriginPrice" in o]
    shares = [_number(o, "SpotPrice") / _number(o, "OriginPrice") for o in spots]
    return Answer(price, currency, tuple(share.quantize(Decimal("0.001")) for share in shares))


def write(path: Path, before: list[Price], fetched: list[Price]) -> list[str]:
    """Puts the found prices over the ones of the same key and region; returns what changed, one line a price."""
    new = {(p.key, p.region): p for p in fetched}
    kept = [new.pop((p.key, p.region), p) for p in before]
    path.write_text(_head(path) + "".join(_line(p) for p in [*kept, *new.values()]), encoding="utf-8")
    old = {(p.key, p.region): p.value for p in before}
    return [
        f"{p.key} in {p.region}: {old.get((p.key, p.region), 'not known')} -> {p.value} {p.currency} per {p.unit}"
        for p in fetched
    ]


def _head(path: Path) -> str:
    return "".join(line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line[:1] == "#")


def _line(price: Price) -> str:
    value = int(price.value) if price.value == int(price.value) else float(price.value)
    data = {**asdict(price), "value": value}
    text = yaml.safe_dump(data, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return f"- {text.strip()}\n"


def _hourly(per_second: Decimal) -> Decimal:
    """By the hour, rounded up to four decimals as the vendor's pages print it."""
    if per_second <= 0:
        raise RefreshError("the answers give a unit price of zero or less")
    return (per_second * HOUR).quantize(Decimal("0.000001")).quantize(Decimal("0.0001"), ROUND_UP).normalize()


def _number(data: Mapping[str, Any], field: str) -> Decimal:
    try:
        value = Decimal(str(data[field]))
    except (KeyError, ArithmeticError):
        raise RefreshError(f"the answer has no number in {field}") from None
    if value <= 0:
        raise RefreshError(f"the answer's {field} is {value}; allowed: more than 0")
    return value


def _objects(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(data, dict):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _objects(inner)


def _fields(data: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Every field of every object, outermost first."""
    for each in _objects(data):
        yield from each.items()


if __name__ == "__main__":
    sys.exit(main())
