"""Reading prices anew, against recorded answers; the vendor's command line is played by a small program."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from policies.cost.model.prices import FILE, Prices, read
from tools import refresh_prices
from tools.refresh_prices import RefreshError, answer, fresh, write

TODAY = date(2026, 11, 22)
SAMPLE = {
    "RequestId": "0D23F0B2",
    "PriceInfo": {
        "Currency": "CNY",
        "Price": {"OriginalPrice": 0.00012252, "TradePrice": 0.00011, "DiscountPrice": 0},
        "SpotPrices": {"SpotPrice": []},
    },
}
"""The vendor's documented sample for 2 vCPU/4 GiB; its nesting is remembered."""


def cloud(parameters: Mapping[str, str]) -> Any:
    vcpu, gib = Decimal(parameters["Cpu"]), Decimal(parameters["Memory"])
    price = vcpu * Decimal("0.000049") + gib * Decimal("0.00000613")
    spot = [
        {"ZoneId": z, "InstanceType": "ecs.c6.xlarge", "SpotPrice": 0.2, "OriginPrice": o}
        for z, o in (("a", 1), ("b", 0.5))
    ]
    spot_prices = spot if parameters.get("SpotStrategy") else []
    return {
        "PriceInfo": {
            "Currency": "CNY",
            "Price": {"OriginalPrice": str(price)},
            "SpotPrices": {"SpotPrice": spot_prices},
        }
    }


def test_the_documented_sample_is_the_linear_price() -> None:
    assert answer(SAMPLE).price == Decimal("0.00012252")
    assert answer(SAMPLE).price == 2 * Decimal("0.000049") + 4 * Decimal("0.00000613")


def test_unit_prices_come_out_as_the_vendor_prints_them() -> None:
    fetched = {p.key: p for p in fresh("cn-beijing", cloud, TODAY)}
    assert fetched["eci.vcpu"].value == Decimal("0.1764")
    assert fetched["eci.gib"].value == Decimal("0.0221")
    assert fetched["spot.share.low"].value == Decimal("0.2")
    assert fetched["spot.share.high"].value == Decimal("0.4")
    assert {p.region for p in fetched.values()} == {"cn-beijing"}
    assert {p.date for p in fetched.values()} == {TODAY}


def test_a_regions_own_price_wins_over_its_group(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    shutil.copy(FILE, path)
    write(path, read(path), fresh("ap-southeast-1", cloud, TODAY))
    assert Prices(read(path), "ap-southeast-1").pair("eci") == (Decimal("0.1764"), Decimal("0.0221"))
    assert Prices(read(path), "eu-central-1").pair("eci") is None


def test_writing_without_news_changes_nothing_and_twice_is_as_once(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    shutil.copy(FILE, path)
    assert write(path, read(path), []) == []
    assert path.read_text() == FILE.read_text()
    changes = write(path, read(path), fresh("cn-beijing", cloud, TODAY))
    once = path.read_text()
    write(path, read(path), fresh("cn-beijing", cloud, TODAY))
    assert path.read_text() == once
    assert changes[0] == "eci.vcpu in cn-beijing: not known -> 0.1764 CNY per vCPU/h"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({}, "no number in OriginalPrice"),
        ({"OriginalPrice": "free"}, "no number in OriginalPrice"),
        ({"OriginalPrice": 0}, "allowed: more than 0"),
        ({"OriginalPrice": 1, "Currency": "EUR"}, "allowed: CNY, USD"),
    ],
)
def test_an_answer_without_a_price_is_refused(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(RefreshError, match=words):
        answer({"PriceInfo": broken})


def test_prices_that_are_not_linear_are_refused() -> None:
    def odd(parameters: Mapping[str, str]) -> Any:
        return {"OriginalPrice": "0.001"} if parameters["Memory"] == "16" else cloud(parameters)

    with pytest.raises(RefreshError, match="not linear"):
        fresh("cn-beijing", odd, TODAY)


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A program `aliyun` that does what the vendor's does, by recorded answers."""
    program = tmp_path / "aliyun"
    program.write_text(f"#!{sys.executable}\nimport json, sys\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_the_command_asks_the_vendors_program_and_rewrites_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {f"{c}-{m}": cloud({"Cpu": str(c), "Memory": str(m)}) for c, m in ((2, 4), (2, 8), (4, 16))}
    body = (
        f"answers = json.loads({json.dumps(json.dumps(answers))})\n"
        "given = dict(zip(sys.argv[3::2], sys.argv[4::2]))\n"
        "assert sys.argv[1:3] == ['eci', 'DescribeContainerGroupPrice'] and given['--RegionId'] == 'cn-beijing'\n"
        "print(json.dumps(answers[given['--Cpu'] + '-' + given['--Memory']]))"
    )
    stand_in(tmp_path, monkeypatch, body)
    path = tmp_path / "prices.yaml"
    shutil.copy(FILE, path)
    assert refresh_prices.main(["cn-beijing", "--file", str(path)]) == 0
    assert "eci.gib in cn-beijing" in capsys.readouterr().out
    assert Prices(read(path), "cn-beijing").cny("eci.gib") == Decimal("0.0221")


def test_an_error_of_the_vendors_program_is_one_sentence_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(tmp_path, monkeypatch, "sys.stderr.write('ERROR: no permission\\nmore\\n'); sys.exit(1)")
    path = tmp_path / "prices.yaml"
    shutil.copy(FILE, path)
    assert refresh_prices.main(["cn-beijing", "--file", str(path)]) == 1
    assert "aliyun: ERROR: no permission\n" in capsys.readouterr().err
    assert path.read_text() == FILE.read_text()


def test_without_the_vendors_program_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert refresh_prices.main(["cn-beijing"]) == 1
    assert "`aliyun` is not on PATH" in capsys.readouterr().err
