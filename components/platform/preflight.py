"""Questions to the account at preview: zones, service roles, free addresses.

Asked through provider functions, read-only. A zone that is not offered stops the program, because its vswitch cannot
be created; the rest are warnings, because a correct answer may look different in your account.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pulumi
import pulumi_alicloud as alicloud

from ..base.mistakes import InputError
from ..network.inputs import PLATFORM_ADDRESSES, NetworkSettings
from ..pods.kinds import KINDS
from ..storage.buckets import ros_stack_name
from .prerequisites import HDFS_ROLE, roles_needed
from .sections import Sections

DEAD_ENDS: Final = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
"""States of a ROS stack that only its deletion ends (status list of the provider; the first creation went wrong)."""


def ask(settings: Sections, parent: pulumi.Resource) -> None:
    """Asks what these settings depend on. Nothing is asked for an existing cluster without storage."""
    opts = pulumi.InvokeOutputOptions(parent=parent)
    roles = roles_needed(settings)
    if roles:
        pattern = f"^({'|'.join(roles)})$"
        names = alicloud.ram.get_roles_output(name_regex=pattern, opts=opts).names
        names.apply(lambda have: _warn(missing_roles(roles, have)))
    if settings.storage is not None and settings.storage.hdfs.mode == "ros":
        names = [ros_stack_name(bucket) for bucket in settings.storage.hdfs_buckets]
        stacks = alicloud.ros.get_stacks_output(name_regex=f"^({'|'.join(names)})$", opts=opts).stacks
        stacks.apply(lambda have: _warn(rolled_back({s.stack_name: s.status for s in have})))
    network = settings.network
    if network is None:
        return
    if network.existing.in_use:
        _free_addresses(network, settings.pods_at_quota, opts)
        return
    possible = alicloud.get_zones_output(available_resource_creation="VSwitch", opts=opts).ids
    possible.apply(lambda have: refuse_zones(network.zones, have, "does not offer vswitches"))
    if KINDS[settings.cluster.pods].on_eci:
        offered = alicloud.eci.get_zones_output(opts=opts).zones
        offered.apply(
            lambda all_: refuse_zones(network.zones, [z for r in all_ for z in r.zone_ids or ()], "does not offer ECI")
        )


def _free_addresses(network: NetworkSettings, pods: int | None, opts: pulumi.InvokeOutputOptions) -> None:
    ids = pulumi.Output.all(*network.existing.vswitch_ids)
    vswitches = alicloud.vpc.get_switches_output(ids=ids, opts=opts).vswitches
    vswitches.apply(lambda existing: _warn(too_few_addresses([v.available_ip_address_count for v in existing], pods)))


def missing_roles(needed: Sequence[str], have: Iterable[str]) -> list[str]:
    """One sentence for each place where roles have to be authorized."""
    lacking = [r for r in needed if r not in set(have)]
    ack = [r for r in lacking if r != HDFS_ROLE]
    sentences = []
    if ack:
        sentences.append(f"ACK is not authorized: {', '.join(ack)} missing; authorize at cs.console.aliyun.com")
    if HDFS_ROLE in lacking:
        sentences.append(
            f"OSS-HDFS is not authorized: {HDFS_ROLE} missing; authorize at oss.console.aliyun.com > a bucket > "
            "Data Lake > OSS-HDFS, or set storage.service_role: create"
        )
    return sentences


def rolled_back(statuses: Mapping[str, str]) -> list[str]:
    """One sentence for each ROS stack that cannot be updated any more. `statuses`: name of a stack -> its status."""
    return [
        f"the ROS stack {name} is {status}: it takes no update, and its protection keeps it from being created again; "
        "docs/adopt.md, section 8, says how to get rid of it without losing the bucket"
        for name, status in sorted(statuses.items())
        if status in DEAD_ENDS
    ]


def refuse_zones(wanted: Sequence[str], have: Sequence[str], why: str) -> None:
    """Raises InputError with a sentence for each wanted zone that is not there. An empty answer says nothing."""
    wrong = [z for z in wanted if have and z not in have]
    if wrong:
        allowed = ", ".join(sorted(set(have)))
        raise InputError([f"network.zones[{wanted.index(z)}]: {z!r} {why}; allowed: {allowed}" for z in wrong])


def too_few_addresses(free: Sequence[int], pods: int | None) -> list[str]:
    """A sentence when existing vswitches have fewer free addresses than the quotas need."""
    needed = (pods or 0) + PLATFORM_ADDRESSES
    if sum(free) >= needed:
        return []
    return [f"network.existing.vswitch_ids: {sum(free)} addresses are free, but all quotas together need {needed}"]


def _warn(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        pulumi.log.warn(f"preflight: {sentence} (to skip these questions, set preflight: false)")
