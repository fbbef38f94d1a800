"""What the account itself answers at preview: zones, service roles, free addresses.

Asked through provider functions, read-only. A zone that is not offered stops the program, because its vswitch cannot
be made; the rest is a warning, because a right answer may look different in an account of your own.
"""

from collections.abc import Iterable, Sequence

import pulumi
import pulumi_alicloud as alicloud

from ..base.mistakes import InputError
from ..network.inputs import PLATFORM_ADDRESSES, NetworkSettings
from ..pods.kinds import KINDS
from .prerequisites import HDFS_ROLE, roles_needed
from .sections import Sections


def ask(settings: Sections, parent: pulumi.Resource) -> None:
    """Asks what can be asked for these settings. Nothing is asked of a cluster elsewhere without storage."""
    opts = pulumi.InvokeOutputOptions(parent=parent)
    roles = roles_needed(settings)
    if roles:
        pattern = f"^({'|'.join(roles)})$"
        names = alicloud.ram.get_roles_output(name_regex=pattern, opts=opts).names
        names.apply(lambda have: _warn(missing_roles(roles, have)))
    network = settings.network
    if network is None:
        return
    if network.existing.in_use:
        _free_addresses(network, settings.pods_at_quota, opts)
        return
    possible = alicloud.get_zones_output(available_resource_creation="VSwitch", opts=opts).ids
    possible.apply(lambda have: refuse_zones(network.zones, have, "takes no vswitch"))
    if KINDS[settings.cluster.pods].on_eci:
        offered = alicloud.eci.get_zones_output(opts=opts).zones
        offered.apply(
            lambda all_: refuse_zones(network.zones, [z for r in all_ for z in r.zone_ids or ()], "has no ECI")
        )


def _free_addresses(network: NetworkSettings, pods: int | None, opts: pulumi.InvokeOutputOptions) -> None:
    ids = pulumi.Output.all(*network.existing.vswitch_ids)
    vswitches = alicloud.vpc.get_switches_output(ids=ids, opts=opts).vswitches
    vswitches.apply(lambda found: _warn(too_few_addresses([v.available_ip_address_count for v in found], pods)))


def missing_roles(needed: Sequence[str], have: Iterable[str]) -> list[str]:
    """One sentence for each place where roles have to be authorized."""
    lacking = [r for r in needed if r not in set(have)]
    ack = [r for r in lacking if r != HDFS_ROLE]
    found = []
    if ack:
        found.append(f"ACK is not authorized: {', '.join(ack)} missing; authorize at cs.console.aliyun.com")
    if HDFS_ROLE in lacking:
        found.append(
            f"OSS-HDFS is not authorized: {HDFS_ROLE} missing; authorize at oss.console.aliyun.com > a bucket > "
            "Data Lake > OSS-HDFS, or set storage.service_role: create"
        )
    return found


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
    return [f"network.existing.vswitch_ids: {sum(free)} addresses are free, {needed} are needed for all quotas at once"]


def _warn(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        pulumi.log.warn(f"preflight: {sentence} (leave these questions out: preflight: false)")
