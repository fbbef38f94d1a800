"""One setting for the place of the platform's images, and what keeps its own."""

from typing import Any

import pytest

from components.base.constants import CELEBORN_VERSION
from components.base.mistakes import InputError
from components.platform import wiring
from components.platform.images import CELEBORN, OPERATOR, SIDECAR
from components.platform.inputs import Settings
from components.pods.kinds import WorkloadIdentity
from components.shuffle.inputs import ShuffleSettings
from components.spark_operator.component import chart_values
from components.spark_operator.inputs import OperatorImage

FOLDER = "registry-vpc.cn-hangzhou.aliyuncs.com/acme"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def settings(**more: Any) -> Settings:
    data: dict[str, Any] = {
        "environment": "test",
        "cluster": {"flavour": "acs"},
        "network": {"zones": ["cn-hangzhou-h"]},
        "storage": {"bucket_prefix": "acme-spark"},
        "identity": {"mode": "rrsa"},
        "history": {},
        "workspaces": [{"team": "a", "quota": {"pods": 200}}],
    }
    return Settings.read(data | more)


def images(**more: Any) -> dict[str, str | None]:
    """What every component gets, by component."""
    read = settings(**more)
    shuffle, operator = wiring.shuffle(read), wiring.operator(read)
    history = wiring.history(read, WorkloadIdentity(), "oss://b/logs")
    team = wiring.workspace(read, read.team(0), WorkloadIdentity(), "oss://b/logs").spark
    assert shuffle is not None
    assert operator is not None
    assert history is not None
    return {
        "shuffle": str(shuffle.image),
        "operator": operator.image.name,
        "history": str(history.image),
        "history sidecar": str(history.credentials_sidecar_image),
        "jobs": str(team.image),
        "jobs sidecar": str(team.credentials_sidecar_image),
    }


def test_all_images_follow_the_one_setting() -> None:
    assert images(images={"registry": FOLDER, "spark_tag": "3.5.9-7"}) == {
        "shuffle": f"{FOLDER}/celeborn:0.7.0",
        "operator": f"{FOLDER}/spark-operator:2.5.2",
        "history": f"{FOLDER}/spark:3.5.9-7",
        "history sidecar": f"{FOLDER}/ack-ram-tool:1.3.0",
        "jobs": f"{FOLDER}/spark:3.5.9-7",
        "jobs sidecar": f"{FOLDER}/ack-ram-tool:1.3.0",
    }


def test_without_the_setting_every_image_is_its_publishers() -> None:
    known = images(spark={"image": "registry.example.com/spark:1"})
    assert known["shuffle"] == f"apache/celeborn:{CELEBORN_VERSION}"
    assert known["operator"] == OPERATOR.upstream
    assert known["jobs sidecar"] == known["history sidecar"] == SIDECAR.upstream
    assert known["jobs"] == known["history"] == "registry.example.com/spark:1"


def test_a_component_that_names_its_image_keeps_it() -> None:
    own = images(
        images={"registry": FOLDER},
        shuffle={"image": "registry.example.com/celeborn:0.7.0-2"},
        operator={"image": {"registry": "mirror.example.com"}},
        history={"image": "registry.example.com/history:1"},
        spark={"image": "registry.example.com/spark:1", "credentials_sidecar_image": "registry.example.com/sts:1"},
    )
    assert own == {
        "shuffle": "registry.example.com/celeborn:0.7.0-2",
        "operator": "mirror.example.com/kubeflow/spark-operator/controller:2.5.2",
        "history": "registry.example.com/history:1",
        "history sidecar": "registry.example.com/sts:1",
        "jobs": "registry.example.com/spark:1",
        "jobs sidecar": "registry.example.com/sts:1",
    }


def test_a_team_that_names_its_image_keeps_it() -> None:
    team = {"team": "a", "quota": {"pods": 200}, "spark": {"image": "registry.example.com/team:1"}}
    known = images(images={"registry": FOLDER}, workspaces=[team])
    assert known["jobs"] == "registry.example.com/team:1"
    assert known["history"] == f"{FOLDER}/spark:3.5.9"


def test_digests_reach_every_image_and_the_chart_writes_them_behind_the_tag() -> None:
    names = ("spark:3.5.9", "celeborn:0.7.0", "spark-operator:2.5.2", "ack-ram-tool:1.3.0")
    pinned = images(images={"registry": FOLDER, "digests": dict.fromkeys(names, DIGEST)})
    assert all(str(image).endswith(f"@{DIGEST}") for image in pinned.values())
    inputs = wiring.operator(settings(images={"registry": FOLDER, "digests": {"spark-operator:2.5.2": DIGEST}}))
    assert inputs is not None
    assert chart_values(inputs)["image"] == {
        "registry": FOLDER, "repository": "spark-operator", "tag": f"2.5.2@{DIGEST}", "pullSecrets": [],
    }  # fmt: skip


def test_a_digest_of_another_tag_does_not_keep_the_old_image_after_an_upgrade() -> None:
    section = {"registry": FOLDER, "spark_tag": "3.5.9-8", "digests": {"spark:3.5.9-7": DIGEST}}
    assert images(images=section)["jobs"] == f"{FOLDER}/spark:3.5.9-8"


def test_the_publishers_names_are_the_components_defaults() -> None:
    assert CELEBORN.upstream == f"docker.io/{ShuffleSettings().image}"
    assert OPERATOR.upstream == OperatorImage().name


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"registry": "registry-vpc.cn-hangzhou.aliyuncs.com"}, "images.registry: 'registry-vpc.cn-hangzhou"),
        ({"registry": "https://example.com/acme"}, "allowed: a folder of a registry"),
        (
            {"registry": FOLDER, "digests": {"celebron:1": DIGEST}},
            "images.digests.celebron:1: is no image with its tag",
        ),
        ({"registry": FOLDER, "digests": {"spark:1": "sha256:1"}}, "sha256: and 64 hexadecimal digits"),
        ({"digests": {"spark:1": DIGEST}}, "images.digests: has no effect without registry"),
        ({"spark_tag": "1"}, "images.spark_tag: has no effect without registry"),
        ({"registry": FOLDER, "spark_tag": "a:b"}, "images.spark_tag: 'a:b'"),
    ],
)
def test_a_wrong_setting_is_told_with_its_key(section: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        settings(images=section, history=None)
    assert sentence in str(caught.value)
    assert len(caught.value.sentences) == 1
