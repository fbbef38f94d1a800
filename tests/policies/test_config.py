"""An environment's JSON: strict where the engine is not."""

import json
import shutil
from pathlib import Path

import pytest

from components.base.mistakes import InputError
from policies.base.config import check_all, config_file, defaults, load, read
from policies.cost.rules import RULES
from tools.packs import PACKS, PackError, running

PACK = PACKS["cost"]


@pytest.mark.parametrize("environment", ["sandbox", "dev", "staging", "prod"])
def test_every_environment_has_a_file_without_mistakes(environment: str) -> None:
    path = config_file(PACK, environment)
    assert path.name == f"{environment}.json"
    assert set(load(path, RULES).levels) == {r.id for r in RULES}


def test_an_environment_without_a_file_is_judged_as_strictly_as_prod() -> None:
    assert config_file(PACK, "playground").name == "prod.json"


def test_dev_advises_where_prod_forbids() -> None:
    dev, prod = (load(config_file(PACK, e), RULES).levels for e in ("dev", "prod"))
    assert [r for r in dev if dev[r] == "advisory" and prod[r] == "mandatory"]
    assert prod["idle-ceiling"] == "mandatory"


def test_all_mistakes_are_told_at_once_with_the_nearest_name() -> None:
    wrong = {
        "all": "strict",
        "idle-ceilng": "mandatory",
        "disk-size": {"max_gb": 3, "enforcementLevel": "mandatry"},
        "disk-performance": {"highest": "PL9"},
        "idle-ceiling": {"max_cny_per_hour": "15"},
        "cloud-tags": {"required": "environment"},
        "nat-gateway": {"allowed": 1},
        "quota-ramp-up": {"creates_per_minute": 0},
        "pod-tags": 3,
    }
    with pytest.raises(InputError) as caught:
        read(wrong, RULES, "dev.json")
    text = "\n".join(caught.value.sentences)
    assert len(caught.value.sentences) == 10
    assert "dev.json: idle-ceilng: unknown key; did you mean 'idle-ceiling'?" in text
    assert "dev.json: disk-size.max_gb: unknown key; did you mean 'max_gib'?" in text
    assert "did you mean 'mandatory'?" in text
    assert "dev.json: disk-performance.highest: 'PL9' is not allowed; allowed: text of PL0, PL1, PL2, PL3" in text


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text('{"disk-size": "advisory", "disk-size": "mandatory"}')
    with pytest.raises(InputError, match="twice"):
        load(tmp_path / "dev.json", RULES)


def test_broken_json_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text('{\n "all": }')
    with pytest.raises(InputError, match="line 2"):
        check_all(tmp_path, RULES)


def test_without_a_file_the_rules_own_levels_and_figures_hold() -> None:
    config = defaults(RULES)
    assert config.levels["price-age"] == "advisory"
    assert config.figures["disk-size"]["max_gib"] == 500


def test_a_pack_with_a_misspelt_rule_in_its_json_does_not_start(tmp_path: Path) -> None:
    copy = tmp_path / "policies"
    shutil.copytree(PACK.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("components", "replay", "tools"):
        (tmp_path / folder).symlink_to(PACK.parent.parent / folder)
    (copy / "cost" / "dev.json").write_text(json.dumps({"idle-ceilng": "mandatory"}))
    with pytest.raises(PackError, match="did you mean 'idle-ceiling'"), running(copy / "cost"):
        pass
