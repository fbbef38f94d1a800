"""Adding is local: each typical change of CONTRIBUTING's table is made in one file of a copy, and arrives."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT


@dataclass(frozen=True)
class Change:
    """One edit of one file, and a program that shows where it arrives."""

    file: str
    old: str
    new: str
    program: str
    shows: tuple[str, ...]


CHANGES = {
    "a cluster flavour": Change(
        "components/cluster/flavours.py",
        r'    "existing": Flavour\(',
        '    "edge": Flavour(words="pods at the edge", profile="Edge", pods="plain", addons={"poseidon": POSEIDON}, '
        'roles=ACK_ROLES),\n    "existing": Flavour(',
        """
from components.cluster.component import Cluster
from components.package.registry import COMPONENTS
from components.platform.inputs import Settings
from components.platform.prerequisites import prerequisites, roles_needed
from replay.child import record_function
from tools import generate_settings
def build():
    Cluster("c", {"flavour": "edge", "vswitch_ids": ["vsw-1"], "security_group_id": "sg-1"})
graph = record_function(build, "test", "spark-on-ack", ({}, []), known=True)
print(graph.one("ManagedKubernetes", "c-ack").inputs["profile"], graph.one("KubernetesAddon", "c-poseidon").name)
network = {"zones": ["cn-hangzhou-h"]}
settings = Settings.read({"environment": "test", "cluster": {"flavour": "edge"}, "network": network})
print(settings.cluster.pods, len(roles_needed(settings)), "pods at the edge" in generate_settings.source())
print(len(prerequisites(settings)) > 3)
""",
        ("Edge c-poseidon", "plain 6 True", "True"),
    ),
    "a region": Change(
        "components/base/regions.yaml",
        r"cn-hangzhou: ",
        "xx-narnia: {name: Narnia, oss_hdfs: true, further_eci_sizes: true}\ncn-hangzhou: ",
        """
from components.pods.sizes import is_row
from components.storage.inputs import StorageInputs
print(StorageInputs.of({"region": "xx-narnia", "bucket_prefix": "acme"}, "s").region, is_row(4, 18, "xx-narnia"))
""",
        ("xx-narnia True",),
    ),
    "a Celeborn key": Change(
        "components/shuffle/celeborn-keys.txt",
        r"celeborn.auth.enabled\t",
        "celeborn.worker.aa.brandNew\tint\t1\t1..9\tserver\nceleborn.auth.enabled\t",
        """
from components.base.mistakes import InputError
from components.shuffle.inputs import ShuffleSettings
def read(value):
    return ShuffleSettings.read({"workers": {"conf": {"celeborn.worker.aa.brandNew": value}}})
print("taken", read("3").workers.conf)
try:
    read("many")
except InputError as e:
    print("refused", e)
""",
        ("taken {'celeborn.worker.aa.brandNew': '3'}", "refused workers.conf.celeborn.worker.aa.brandNew: 'many'"),
    ),
    "a panel": Change(
        "components/monitoring/dashboards.py",
        r'        Panel\("Leading masters"',
        '        Panel("Brand new", f"sum(metrics_BrandNew_Value{here})", "new"),\n        Panel("Leading masters"',
        """
from components.monitoring.component import Monitoring
from replay.child import record_function
graph = record_function(lambda: Monitoring("m", {"shuffle_namespace": "celeborn"}), "t", "spark-on-ack", ({}, []), True)
board = graph.one("ConfigMap", "m-dashboards").inputs["data"]["spark-shuffle.json"]
print("Brand new" in board, "metrics_BrandNew_Value" in board)
""",
        ("True True",),
    ),
    "a setting of a component": Change(
        "components/workspace/inputs.py",
        r'    labels: Labels = Field\(\{\}, description="Further labels of the namespace"\)',
        '    contact: str = Field("", description="Whom to call about the team")\n\n'
        '    labels: Labels = Field({}, description="Further labels of the namespace")',
        """
from components.package.registry import COMPONENTS
from components.platform.inputs import Settings
from tools import generate_args, generate_settings
print("contact: NotRequired[str]" in generate_args.source(COMPONENTS["Workspace"]))
print("contact" in generate_settings.source())
data = {"environment": "test", "cluster": {"flavour": "existing"}, "workspaces": [{"team": "a", "contact": "x"}]}
print(Settings.read(data).team(0).contact)
""",
        ("True\nTrue\nx",),
    ),
    "a policy rule": Change(
        "policies/isolation/rules/services.py",
        r"\Z",
        '''

@rule(
    "brand-new",
    title="Nothing is called brand new.",
    severity="low",
    reason="A test adds this rule.",
    way_out="call it something else",
    types=("kubernetes:core/v1:ConfigMap",),
)
def brand_new(view: View, context: Context) -> Violations:
    """Refuses a name."""
    if view.object_name == "brand-new":
        yield "it is called brand new"
''',
        """
from datetime import date
from policies.base.rule import Context
from policies.base.view import Props, View
from policies.isolation.rules import RULES
from tools import generate_rules
added = next(r for r in RULES if r.id == "brand-new")
view = View("urn", "kubernetes:core/v1:ConfigMap", "c", Props({"metadata": {"name": "brand-new"}}))
print([added.sentence(v) for v in added.on_resource(view, Context("cn-hangzhou", date(2026, 1, 1)), {})])
print("brand-new" in generate_rules.source())
""",
        ("brand-new: it is called brand new; call it something else", "True"),
    ),
    "a resource type": Change(
        "policies/resources/known.py",
        r'    "its tags": ',
        '    "harmless: it only shows": ("alicloud:cms/dashboard:Dashboard",),\n    "its tags": ',
        """
from policies.guard import judge
from replay.graph import Graph, Resource
from tools import generate_rules
shown = Resource("urn", "alicloud:cms/dashboard:Dashboard", "d", True, {})
print(judge(Graph("prod", [shown]), "prod", "cn-hangzhou"), "harmless: it only shows" in generate_rules.source())
""",
        ("[] True",),
    ),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a program needs."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("components", "policies", "replay", "tools", "stacks", "examples", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "venv", "pictures"))
    for name in ("pyproject.toml", "Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def edited(copied: Path, request: pytest.FixtureRequest) -> Callable[[Change], None]:
    """A function that makes a change in the copy; it is undone after the test."""

    def edit(change: Change) -> None:
        file = copied / change.file
        text = file.read_text()
        request.addfinalizer(lambda: file.write_text(text) and None)
        replaced, count = re.subn(change.old, lambda _: change.new, text, count=1)
        assert count == 1, f"{change.old} is not in {change.file}"
        file.write_text(replaced)

    return edit


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_typical_change_is_made_in_one_file_and_arrives(
    change: Change, copied: Path, edited: Callable[[Change], None]
) -> None:
    edited(change)
    done = subprocess.run(
        [sys.executable, "-c", change.program], cwd=copied, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    for shown in change.shows:
        assert shown in done.stdout
