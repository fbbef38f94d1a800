"""Ten changes as they are proposed in pull requests, each with the comment a reviewer reads (`make snapshots`)."""

import difflib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from replay import ROOT
from tests.tools.preview.trees import Edit, both, code, nothing, policy, price, setting, tree
from tools.preview.assessment import Assessment
from tools.preview.markdown import markdown
from tools.preview.report import report_of
from tools.preview.revisions import assess_tree

GOLDEN = Path(__file__).parent / "golden"
ALIAS = (
    'ShuffleService("celeborn", inputs, pulumi.ResourceOptions.merge(self._inside(), '
    'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="shuffle")])))'
)
TEAM_C = {"team": "team-c", "quota": {"pods": 20, "cpu": 40, "memory_gib": 160}}


class Case(NamedTuple):
    """An edit, what its comment must say and what it must not say."""

    edit: Edit
    says: tuple[str, ...]
    silent: tuple[str, ...] = ()


CASES = {
    "bigger-quota": Case(
        setting("workspaces.0.quota", {"pods": 200, "drivers": 5, "cpu": 400, "memory_gib": 1600}),
        (
            "changed",
            "at the worst: new jobs and new pods only",
            "`ResourceQuota spark-team-a/workspace`",
            "| `spark-team-a/workspace` | at quota | +54.00 |",
        ),
        ("<b>added</b>", "<b>removed</b>", "<b>replaced</b>"),
    ),
    "new-team": Case(
        setting("workspaces.2", TEAM_C),
        ("<b>added</b>", "`Namespace spark-team-c`", "`RAM Role team-c-identity-role`"),
        ("<b>removed</b>", "<b>replaced</b>"),
    ),
    "flavour-switch": Case(
        setting("cluster.flavour", "serverless"),
        ("`Stash cluster-as-made`", "refused: the deployed stack was created with the old value", "would be refused"),
    ),
    "bucket-renamed": Case(
        setting("storage.bucket_prefix", "example-lake-dev"),
        ("<b>replaced</b>", "`OSS Bucket storage-files`", "all objects in the bucket", "protected", "(replaces)"),
    ),
    "celeborn-upgrade": Case(
        code(
            "components/base/constants.py", r'CELEBORN_VERSION: Final = "[0-9.]+"', 'CELEBORN_VERSION: Final = "0.7.99"'
        ),
        ("at the worst: a rolling restart", "`StatefulSet celeborn/celeborn-worker`", "spark-dev/celeborn:0.7.99`"),
        ("<b>added</b>", "<b>removed</b>", "<b>replaced</b>"),
    ),
    "spot-off": Case(
        setting("spark.executor.spot", False),
        ("`ConfigMap spark-team-a/spark-defaults` and 1 more like it",),
        ("<b>replaced</b>",),
    ),
    "prices": Case(
        price("acs.general-purpose.default.vcpu", 1.5),
        ("No resource changes.", "| `celeborn/celeborn-worker` | idle | +"),
    ),
    "policy-tightened": Case(
        policy("disk-size", {"enforcementLevel": "mandatory", "max_gib": 50}),
        ("No resource changes.", "**now fires** (mandatory): disk-size", "A mandatory rule forbids this update."),
    ),
    "renamed-with-alias": Case(
        code("components/platform/component.py", r'ShuffleService\("shuffle", inputs, self\._inside\(\)\)', ALIAS),
        ("<b>renamed</b>", "was StatefulSet shuffle-worker, recognized by its alias"),
        ("<b>added</b>", "<b>removed</b>", "<b>replaced</b>"),
    ),
    "broken-file": Case(
        both(setting("workspaces.0.quota", {"pods": 0}), setting("workspaces.1.qouta", {"pods": 50})),
        ("An update would stop before the first resource.", "workspaces[0].quota.pods: 0", "did you mean"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def assessments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Assessment]]:
    """All trees are looked at, two at a time, as soon as the first is asked for. Rules on the age of prices are off, so
    that a comment does not change with the day."""
    base = tmp_path_factory.mktemp("trees")
    origin = tree(ROOT, base / "origin", policy("price-age", "disabled"))  # one state, whatever goes on in the tree
    edits = {"base": nothing, **{name: case.edit for name, case in CASES.items()}}
    pool = ThreadPoolExecutor(2)

    def one(name: str, edit: Edit) -> Assessment:
        return assess_tree(tree(origin, base / name, edit), "dev")

    futures = {name: pool.submit(one, name, edit) for name, edit in edits.items()}
    pool.shutdown(wait=False)
    return futures


@pytest.mark.parametrize("name", CASES)
def test_a_change_has_the_comment_that_was_recorded(name: str, assessments: dict[str, Future[Assessment]]) -> None:
    comment = markdown(report_of(assessments[name].result(), "main", assessments["base"].result()))
    case = CASES[name]
    assert [s for s in case.says if s not in comment] == []
    assert [s for s in case.silent if s in comment] == []
    path = GOLDEN / f"{name}.md"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(comment)
    recorded = path.read_text() if path.exists() else ""
    if comment != recorded:
        lines = list(
            difflib.unified_diff(recorded.splitlines(), comment.splitlines(), "recorded", "now", "", "", 1, "")
        )
        pytest.fail(
            f"the comment on {name} changed; if that is meant: make snapshots, and commit the difference\n"
            + "\n".join(lines[:60]),
            pytrace=False,
        )


def test_the_tree_that_is_compared_with_has_no_problem(assessments: dict[str, Future[Assessment]]) -> None:
    base = assessments["base"].result()
    assert (base.refused, base.problems) == ("", [])
    assert not base.fails
