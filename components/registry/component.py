"""The container registry: instance, namespace, repositories, endpoint in the VPC, and what lets pods pull from it."""

import json
from typing import Final

import pulumi
import pulumi_alicloud as alicloud

from ..base.outputs import when_known
from ..base.tags import cloud_tags
from ..pods.kinds import KINDS
from .args import RegistryArguments
from .inputs import RegistryInputs

ALL_ACCOUNTS: Final = "*"
"""Service accounts that get the credentials, in the namespaces that are named."""


def addon_config(instance_id: str, region: str, namespaces: tuple[str, ...]) -> str:
    """Configuration of the add-on that hands out credentials. Its keys are those of its parameters page (2026-03) and
    of a live record of the API call; the namespaces are named, because the vendor warns of all of them.
    """
    return json.dumps(
        {
            "AcrInstanceInfo": [{"instanceId": instance_id, "regionId": region}],
            "watchNamespace": ",".join(namespaces) or "default",
            "serviceAccount": ALL_ACCOUNTS,
            "expiringThreshold": "15m",
            "enableRRSA": False,
        }
    )


class Registry(pulumi.ComponentResource):
    """A container registry (ACR Enterprise Edition), bought here or existing, that a VPC's pods reach without internet.

    ```python
    from spark_on_ack import Registry
    network = {"vpc_id": "vpc-bp1example", "vswitch_id": "vsw-bp1example"}
    instance = {"instance_name": "example", "existing_instance_id": "cri-example1"}
    Registry("registry", instance | network | {"namespace": "spark"})
    ```

    Repositories are private, and their tags immutable unless told otherwise. Pods on ECI pull from the account's own
    instances without a password by themselves; for pods on ACS an add-on gives their service accounts short-lived
    credentials, and needs the service role AliyunCSManagedAcrRole. A bought instance is a subscription that renews
    itself: it and what it holds are protected, and forgetting it here does not end it. None of this was tried on an
    account.
    """

    instance_id: pulumi.Output[str]
    """Id of the instance."""
    folder: str
    """Folder of the images, as pods name it: host inside the VPC and namespace."""

    def __init__(self, name: str, args: RegistryArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises InputError when an input is wrong, before any resource."""
        super().__init__("spark-on-ack:index:Registry", name, None, opts)
        inputs = RegistryInputs.of(args, f"Registry {name}")
        self._name, self._inputs = name, inputs
        bought = inputs.existing_instance_id is None
        self.instance_id = self._bought() if bought else pulumi.Output.from_input(inputs.existing_instance_id or "")
        self.folder = inputs.folder
        if inputs.content == "create":
            for namespace in dict.fromkeys((inputs.namespace or "", *inputs.more_namespaces)):
                self._repositories(namespace)
        self._endpoints()
        self._pulls()
        self.register_outputs({"instanceId": self.instance_id, "folder": self.folder})

    def _kept(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """What holds images is neither deleted nor replaced by a plain command."""
        return pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True, depends_on=list(after))

    def _bought(self) -> pulumi.Output[str]:
        """The provider knows no other payment than by the month (its reference, SDK 4.0.0)."""
        inputs = self._inputs
        return alicloud.cr.RegistryEnterpriseInstance(
            f"{self._name}-instance",
            instance_name=inputs.instance_name,
            instance_type=inputs.edition,
            payment_type="Subscription",
            period=inputs.months,
            renewal_status="AutoRenewal",
            renew_period=inputs.months,
            tags=cloud_tags(f"{self._name}-instance", inputs.tags),
            opts=self._kept(),
        ).id

    def _repositories(self, namespace: str) -> None:
        """A namespace with its repositories. None appears by a mere push: it would have tags that move."""
        inputs, name = self._inputs, f"{self._name}-{namespace}"
        holder = alicloud.cs.RegistryEnterpriseNamespace(
            name,
            instance_id=self.instance_id,
            name=namespace,
            auto_create=False,
            default_visibility="PRIVATE",
            opts=self._kept(),
        )
        for repository in inputs.all_repositories:
            alicloud.cs.RegistryEnterpriseRepo(
                f"{name}-{repository}",
                instance_id=self.instance_id,
                namespace=holder.name,
                name=repository,
                repo_type="PRIVATE",
                tag_immutability=inputs.immutable_tags,
                summary=f"Image {repository} of the Spark platform",
                opts=self._kept(),
            )

    def _endpoints(self) -> None:
        """The address in the VPC, with a private name for it; a public one only for listed ranges."""
        inputs, own = self._inputs, pulumi.ResourceOptions(parent=self)
        if inputs.vpc_id is not None:
            alicloud.cr.VpcEndpointLinkedVpc(
                f"{self._name}-vpc",
                instance_id=self.instance_id,
                vpc_id=inputs.vpc_id,
                vswitch_id=inputs.vswitch_id or "",
                module_name="Registry",
                enable_create_dns_record_in_pvzt=True,
                opts=own,
            )
        if inputs.public_ranges:
            alicloud.cr.InternetEndpoint(
                f"{self._name}-public",
                instance_id=self.instance_id,
                entries=[{"entry": each, "comment": "may push and pull"} for each in inputs.public_ranges],
                opts=own,
            )

    def _pulls(self) -> None:
        """The add-on, where pods cannot pull by themselves."""
        inputs, addon = self._inputs, KINDS[self._inputs.pods].pull_addon
        if inputs.cluster_id is not None and addon:
            alicloud.cs.KubernetesAddon(
                f"{self._name}-pulls",
                cluster_id=inputs.cluster_id,
                name=addon,
                config=when_known(addon_config, self.instance_id, inputs.region, inputs.namespaces),
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )
