"""The page of all rules."""

import re

from components.admission.rules import RULES as ARRIVAL_RULES
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES as ISOLATION_RULES
from tests.conftest import ROOT
from tools.generate_rules import source


def rows() -> dict[str, list[str]]:
    lines = [line for line in source().splitlines() if line.startswith("| [")]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
    return {re.sub(r"\[(.*)\]\(.*", r"\1", row[0]): row for row in cells}


def test_every_rule_is_in_the_table_once_with_a_section_of_its_own() -> None:
    expected = {r.id for r in (*COST_RULES, *ISOLATION_RULES)} | set(ARRIVAL_RULES)
    lines = [line for line in source().splitlines() if line.startswith("| [")]
    assert set(rows()) == expected
    assert len(lines) == len(expected) >= 42
    assert all(f"\n### {each}\n" in source() for each in expected)


def test_the_table_says_where_each_rule_is_enforced() -> None:
    table = rows()
    assert table["default-deny"][3:6] == ["isolation", "yes", "-"]
    assert table["no-privileges"][3:6] == ["isolation", "yes", "yes, sealed"]
    assert table["price-age"][3:6] == ["cost", "-", "-"]
    assert table["pod-creator"][3:6] == ["-", "-", "yes, sealed"]


def test_the_table_shows_each_environments_level_and_figures() -> None:
    assert rows()["cluster-protected"][6:] == ["a", "a", "M", "M"]
    assert "| `allowed` | whether it is allowed | false | true | false | false |" in source()


def test_the_command_gives_each_pack_its_environments_configuration() -> None:
    packs = re.findall(r"--policy-pack (\S+) --policy-pack-config (\S+)/ENV\.json", source().replace("`", " "))
    assert packs == [("policies/cost", "policies/cost"), ("policies/isolation", "policies/isolation")]
    assert all((ROOT / pack / "prod.json").is_file() for pack, _ in packs)


def test_what_package_commands_leave_behind_is_not_for_git() -> None:
    assert {".venv", "components/venv/", "sdks/"} <= set((ROOT / ".gitignore").read_text().split())
