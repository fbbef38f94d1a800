"""An account with objects in it that answers the provider's data sources, and the ids under which they are imported."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pulumi
import pytest

from policies.leftovers.existing import Existing
from policies.leftovers.search import Findings, search
from replay import cloud
from replay.graph import Graph, Resource, reveal
from tests.support import record

Args = Mapping[str, Any]


class Account:
    """Objects by the last part of their type: `Network` -> a list of them, each with `id` and its inputs."""

    def __init__(self) -> None:
        self.objects: dict[str, list[dict[str, Any]]] = {}

    def add(self, kind: str, id_: str, **properties: Any) -> None:
        self.objects.setdefault(kind, []).append({"id": id_, **properties})

    def listed(self, kind: str, args: Args, name: str = "name") -> list[dict[str, Any]]:
        """As data sources filter: by ids, tags and the pattern of a name."""
        return [
            o
            for o in self.objects.get(kind, [])
            if (not args.get("ids") or o["id"] in args["ids"])
            and all((o.get("tags") or {}).get(k) == v for k, v in (args.get("tags") or {}).items())
            and re.search(args.get("nameRegex") or "", str(o.get(name, "")))
        ]

    def answers(self) -> dict[str, Callable[[Args], dict[str, Any]]]:
        """Token -> answer, with the names of the provider's results."""

        def ids(kind: str) -> Callable[[Args], dict[str, Any]]:
            return lambda args: {"ids": [o["id"] for o in self.listed(kind, args)]}

        def all_of(kind: str, key: str, name: str = "name") -> Callable[[Args], dict[str, Any]]:
            def told(args: Args) -> dict[str, Any]:
                of_type = self.listed(kind, args, name)
                return {key: of_type, "names": [o[name] for o in of_type]}

            return told

        def below(kind: str, key: str, parent: str) -> Callable[[Args], dict[str, Any]]:
            return lambda args: {key: [o for o in self.objects.get(kind, []) if o[parent] == args[parent]]}

        def vswitches(args: Args) -> dict[str, Any]:
            of_type = self.listed("Switch", args)
            return {"ids": [o["id"] for o in of_type], "vswitches": of_type}

        def addresses(args: Args) -> dict[str, Any]:
            of_type = self.listed("EipAddress", args)
            return {"ids": [o["id"] for o in of_type], "addresses": of_type}

        def gateways(args: Args) -> dict[str, Any]:
            of_type = self.listed("NatGateway", args)
            return {"ids": [o["id"] for o in of_type], "gateways": of_type}

        def attachments(args: Args) -> dict[str, Any]:
            if args["roleName"] not in [r["name"] for r in self.objects.get("Role", [])]:
                raise LookupError(f"EntityNotExist.Role: {args['roleName']}")
            return below("RolePolicyAttachment", "attachments", "roleName")(args)

        return {
            "alicloud:vpc/getNetworks:getNetworks": ids("Network"),
            "alicloud:ecs/getSecurityGroups:getSecurityGroups": ids("SecurityGroup"),
            "alicloud:vpc/getSwitches:getSwitches": vswitches,
            "alicloud:vpc/getNatGateways:getNatGateways": gateways,
            "alicloud:ecs/getEipAddresses:getEipAddresses": addresses,
            "alicloud:ecs/getSecurityGroupRules:getSecurityGroupRules": below("SecurityGroupRule", "rules", "groupId"),
            "alicloud:vpc/getSnatEntries:getSnatEntries": below("SnatEntry", "entries", "snatTableId"),
            "alicloud:cs/getManagedKubernetesClusters:getManagedKubernetesClusters": all_of(
                "ManagedKubernetes", "clusters"
            ),
            "alicloud:cs/getKubernetesAddons:getKubernetesAddons": below("KubernetesAddon", "addons", "clusterId"),
            "alicloud:oss/getBuckets:getBuckets": all_of("Bucket", "buckets"),
            "alicloud:ros/getStacks:getStacks": below("Stack", "stacks", "stackName"),
            "alicloud:ram/getRoles:getRoles": all_of("Role", "roles"),
            "alicloud:ram/getPolicies:getPolicies": all_of("Policy", "policies", "policyName"),
            "alicloud:ram/getRolePolicyAttachments:getRolePolicyAttachments": attachments,
            "alicloud:ims/getOidcProviders:getOidcProviders": all_of("OidcProvider", "providers", "oidcProviderName"),
        }


def fill(account: Account, graph: Iterable[Resource]) -> dict[str, str]:  # noqa: PLR0912 - one case a type
    """Puts the object of every resource into the account; URN -> the id to import it under."""
    ids: dict[str, str] = {}
    resources = [r for r in graph if r.type.startswith("alicloud:")]

    def behind(resource: Resource, key: str) -> str:
        (urn,) = resource.property_dependencies[key]
        return ids[urn]

    for r in sorted(resources, key=lambda r: len(r.property_dependencies)):  # what others belong to comes first
        i = reveal(r.inputs)
        tags = i.get("tags")
        match r.kind:
            case "Network" | "SecurityGroup" | "NatGateway":
                ids[r.urn] = f"{r.kind.lower()}-1"
                account.add(r.kind, ids[r.urn], tags=tags, snatTableIds=["stb-1"])
            case "EipAddress":
                ids[r.urn] = "eip-1"
                account.add(r.kind, "eip-1", tags=tags, instanceId="natgateway-1")
            case "Switch":
                ids[r.urn] = f"vsw-{i['zoneId']}"
                account.add(r.kind, ids[r.urn], tags=tags, vpcId="network-1")
            case "ManagedKubernetes":
                ids[r.urn] = "c1"
                account.add(r.kind, "c1", name="an-older-name", vpcId="network-1")
                account.add(r.kind, "c2", name=i["name"], vpcId="another")
            case "KubernetesAddon":
                ids[r.urn] = f"c1:{i['name']}"
                account.add(r.kind, "", name=i["name"], currentVersion="1", clusterId="c1")
            case "SecurityGroupRule":
                ids[r.urn] = f"securitygroup-1:{i['type']}:all:-1/-1:intranet:{i['cidrIp']}:accept:1"
                where = "sourceCidrIp" if i["type"] == "ingress" else "destCidrIp"
                rule = {"direction": i["type"], "ipProtocol": "ALL", "portRange": "-1/-1", where: i["cidrIp"]}
                account.add(r.kind, "", **{"sourceCidrIp": "", "destCidrIp": ""} | rule, groupId="securitygroup-1")
            case "EipAssociation":
                ids[r.urn] = "eip-1:natgateway-1"
            case "SnatEntry":
                ids[r.urn] = f"stb-1:snat-{r.name}"
                entry = {"snatEntryId": f"snat-{r.name}", "sourceVswitchId": behind(r, "sourceVswitchId")}
                account.add(r.kind, "", **entry, snatTableId="stb-1")
            case "Bucket":
                ids[r.urn] = i["bucket"]
                account.add(r.kind, i["bucket"], name=i["bucket"], tags=tags)
            case "Stack":
                ids[r.urn] = f"ros-{i['stackName']}"
                account.add(r.kind, ids[r.urn], stackName=i["stackName"], tags=tags, status="CREATE_COMPLETE")
                account.add(r.kind, "gone", stackName=i["stackName"], tags=tags, status="DELETE_COMPLETE")
            case "Role":
                ids[r.urn] = i["roleName"]
                account.add(r.kind, i["roleName"], name=i["roleName"], tags=tags)
            case "Policy":
                ids[r.urn] = i["policyName"]
                account.add(r.kind, i["policyName"], policyName=i["policyName"], tags=tags)
            case "RolePolicyAttachment":
                told = {k: i[k] for k in ("policyName", "policyType", "roleName")}
                ids[r.urn] = f"role:{i['policyName']}:{i['policyType']}:{i['roleName']}"
                account.add(r.kind, "", **told)
            case "OidcProvider":
                ids[r.urn] = i["oidcProviderName"]
                account.add(r.kind, ids[r.urn], oidcProviderName=i["oidcProviderName"])
    return ids


def searched(
    monkeypatch: pytest.MonkeyPatch,
    account: Account,
    graph: Graph | list[Resource],
    ids: Mapping[str, str] | None = None,
) -> Findings:
    """What the search brings in that account, asked from inside a program."""
    for token, answer in account.answers().items():
        monkeypatch.setitem(cloud.CALLS, token, answer)

    def build() -> None:
        findings = search(list(graph), ids or {})
        pulumi.export("existing", [list(e) for e in findings.existing])
        pulumi.export("unanswered", findings.unanswered)

    exports = record(build).exports
    return Findings([Existing(*e) for e in exports["existing"]], exports["unanswered"])
