"""Flat arguments of SparkPlatform. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import SparkPlatformInputs


class SparkPlatformArgs(TypedDict):
    """The whole platform in one component: the same settings as a stack file, as one object."""

    settings: dict[str, Any]
    """What a stack file holds, with the same keys: environment, cluster, workspaces and so on. Allowed: an object with the keys environment, region, tags, network, cluster, storage, registry, images, identity, shuffle, operator, admission, spark, workspaces, retire, history, monitoring, preflight."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """Content of an existing cluster's kubeconfig; kept as a secret. Allowed: text. Default: none."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    SparkPlatformArguments = SparkPlatformArgs | SparkPlatformInputs
else:
    SparkPlatformArguments = SparkPlatformArgs
