"""Inputs of Registry: the instance, made or existing, what it holds, and who reaches it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..base.cloud import Region, Tags, VpcId, VswitchId, cidr
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.values import Value, matching
from ..pods.kinds import PODS_WORDS, Pods

InstanceId = Annotated[str, *matching(r"cri-[a-z0-9]+", "an id such as cri-0a1b2c3d4e5f6g7h")]
InstanceName = Annotated[
    str,
    *matching(r"[a-z0-9]([a-z0-9-]{1,28}[a-z0-9])", "3 to 30 lower-case letters, digits and dashes, no dash at an end"),
]
Folder = Annotated[
    str, *matching(r"[a-z0-9]([a-z0-9_.-]{0,118}[a-z0-9])", "2 to 120 lower-case letters, digits, _ . -")
]
Repository = Annotated[
    str, *matching(r"[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])", "2 to 64 lower-case letters, digits, _ . -")
]
Range = Annotated[str, *cidr(8, 32, private=False)]


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise not_allowed(f"{name!r} is listed twice; allowed: each once")
    return names


Repositories = Annotated[tuple[Repository, ...], AfterValidator(_each_once)]


class RegistrySettings(Inputs):
    """A container registry of the account (ACR Enterprise Edition) that pods reach inside the VPC."""

    instance_name: InstanceName = Field(
        description="Name of the instance, unique in its region; image names begin with it: "
        "<instance_name>-registry-vpc.<region>.cr.aliyuncs.com"
    )
    existing_instance_id: Value[InstanceId] | None = Field(
        None,
        description="Id of an instance that exists already, such as the bootstrap's; left out: it is bought here, by "
        "the month",
    )
    edition: Literal["Basic", "Standard", "Advanced"] = Field(
        "Basic", description="Edition of an instance that is bought here; cannot be changed here later"
    )
    months: Annotated[int, Field(ge=1, le=36)] = Field(
        1, description="Months an instance is bought for; it is renewed by as many"
    )
    namespace: Folder | None = Field(
        None, description="Namespace that holds the images; in a platform by default spark-<environment>"
    )
    more_namespaces: Annotated[tuple[Folder, ...], AfterValidator(_each_once)] = Field(
        (), description="Further namespaces with the same repositories, such as those of other environments"
    )
    content: Literal["create", "existing"] = Field(
        "create",
        description="create: namespaces and repositories are created here; existing: they are there, such as those of "
        "the bootstrap, which images are copied into before the first deployment",
    )
    more_repositories: Repositories = Field(
        (), description="Repositories besides those of the platform's images, for images of teams"
    )
    immutable_tags: bool = Field(
        True, description="A tag never moves to another image: what was reviewed under it is what runs"
    )
    public_ranges: tuple[Range, ...] = Field(
        (),
        description="Ranges of the internet that may push and pull, to fill it from outside the VPC; none: no public "
        "endpoint",
    )

    def host(self, region: str) -> str:
        """The instance's default address inside a VPC of its region."""
        return f"{self.instance_name}-registry-vpc.{region}.cr.aliyuncs.com"

    @check
    def _existing_instance_is_not_bought(self) -> Mistakes:
        if self.existing_instance_id is not None:
            for key in ("edition", "months"):
                if key in self.changed_keys():
                    yield key, "has no effect with existing_instance_id; allowed: leave it out"

    @check
    def _content_is_created_where_it_is_described(self) -> Mistakes:
        if self.content == "existing":
            for key in ("more_namespaces", "more_repositories", "immutable_tags"):
                if key in self.changed_keys():
                    yield key, "has no effect with content existing; allowed: leave it out"
            if self.existing_instance_id is None:
                yield "content", "'existing' needs existing_instance_id; allowed: create, for an instance bought here"


class RegistryWiring(Inputs):
    """Where the registry is reached from, and by which pods."""

    region: Region = Field("cn-hangzhou", description="Region of the instance and of the VPC")
    tags: Tags = Field({}, description="Further tags of the instance")
    repositories: Repositories = Field((), description="Repositories of the platform's images")
    vpc_id: Value[VpcId] | None = Field(None, description="VPC from which it is reached; none: no endpoint is added")
    vswitch_id: Value[VswitchId] | None = Field(None, description="Vswitch that gives the endpoint its address")
    cluster_id: Value[str] | None = Field(
        None, description="ACK id of the cluster whose pods pull from it; none: nothing is installed for pulls"
    )
    pods: Pods = Field("eci", description=f"What runs these pods: {PODS_WORDS}")
    namespaces: tuple[str, ...] = Field(
        (), description="Kubernetes namespaces whose pods pull from it, where an add-on hands out the credentials"
    )


class RegistryInputs(RegistryWiring, RegistrySettings):
    """A container registry of the account that pods reach inside the VPC and pull from without a password."""

    @check
    def _endpoint_is_whole(self) -> Mistakes:
        for key, other in (("vpc_id", "vswitch_id"), ("vswitch_id", "vpc_id")):
            if getattr(self, key) is None and getattr(self, other) is not None:
                yield key, f"missing; {other} needs it; allowed: both, or neither"

    @check
    def _images_have_a_namespace(self) -> Mistakes:
        if self.namespace is None:
            yield "namespace", "missing; allowed: the name of a namespace, such as spark"

    @property
    def all_repositories(self) -> tuple[str, ...]:
        """Every repository, each once."""
        return tuple(dict.fromkeys((*self.repositories, *self.more_repositories)))

    @property
    def folder(self) -> str:
        """The folder that image names begin with, inside the VPC."""
        return f"{self.host(self.region)}/{self.namespace}"
