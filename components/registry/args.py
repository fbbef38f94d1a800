"""Flat arguments of Registry. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import RegistryInputs


class RegistryArgs(TypedDict):
    """A container registry of the account that pods reach inside the VPC and pull from without a password."""

    instance_name: str
    """Name of the instance, unique in its region; image names begin with it: <instance_name>-registry-vpc.<region>.cr.aliyuncs.com. Allowed: 3 to 30 lower-case letters, digits and dashes, no dash at an end."""
    existing_instance_id: NotRequired[pulumi.Input[str]]
    """Id of an instance that exists already, such as the bootstrap's; left out: it is bought here, by the month. Allowed: an id such as cri-0a1b2c3d4e5f6g7h. Default: none."""
    edition: NotRequired[str]
    """Edition of an instance that is bought here; cannot be changed here later. Allowed: Basic, Standard, Advanced. Default: Basic."""
    months: NotRequired[int]
    """Months an instance is bought for; it is renewed by as many. Allowed: a whole number from 1 to 36. Default: 1."""
    namespace: NotRequired[str]
    """Namespace that holds the images; in a platform by default spark-<environment>. Allowed: 2 to 120 lower-case letters, digits, _ . -. Default: none."""
    more_namespaces: NotRequired[list[str]]
    """Further namespaces with the same repositories, such as those of other environments. Allowed: a list, each 2 to 120 lower-case letters, digits, _ . -. Default: empty."""
    content: NotRequired[str]
    """create: namespaces and repositories are created here; existing: they are there, such as those of the bootstrap, which images are copied into before the first deployment. Allowed: create, existing. Default: create."""
    more_repositories: NotRequired[list[str]]
    """Repositories besides those of the platform's images, for images of teams. Allowed: a list, each 2 to 64 lower-case letters, digits, _ . -. Default: empty."""
    immutable_tags: NotRequired[bool]
    """A tag never moves to another image: what was reviewed under it is what runs. Allowed: true or false. Default: true."""
    public_ranges: NotRequired[list[str]]
    """Ranges of the internet that may push and pull, to fill it from outside the VPC; none: no public endpoint. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: empty."""
    region: NotRequired[str]
    """Region of the instance and of the VPC. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    tags: NotRequired[dict[str, str]]
    """Further tags of the instance. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma, a colon or a line break (ECI writes them as key:value,key:value). Default: empty."""
    repositories: NotRequired[list[str]]
    """Repositories of the platform's images. Allowed: a list, each 2 to 64 lower-case letters, digits, _ . -. Default: empty."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """VPC from which it is reached; none: no endpoint is added. Allowed: an id such as vpc-bp1abc. Default: none."""
    vswitch_id: NotRequired[pulumi.Input[str]]
    """Vswitch that gives the endpoint its address. Allowed: an id such as vsw-bp1abc. Default: none."""
    cluster_id: NotRequired[pulumi.Input[str]]
    """ACK id of the cluster whose pods pull from it; none: nothing is installed for pulls. Allowed: text. Default: none."""
    pods: NotRequired[str]
    """What runs these pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: eci."""
    namespaces: NotRequired[list[str]]
    """Kubernetes namespaces whose pods pull from it, where an add-on hands out the credentials. Allowed: a list, each text. Default: empty."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    RegistryArguments = RegistryArgs | RegistryInputs
else:
    RegistryArguments = RegistryArgs
