"""A Celeborn shuffle service for an existing cluster."""

import pulumi
import pulumi_kubernetes as k8s
from spark_on_ack import ShuffleService

config = pulumi.Config()
context = config.require("context")
cluster = k8s.Provider("cluster", context=context, cluster_identifier=context)

shuffle = ShuffleService(
    "shuffle",
    {
        "pods": "plain",  # eci, virtual-node or acs on Alibaba Cloud
        "workers_replicas": config.get_int("workers") or 3,
        "workers_disk_gib": 100,
        "disks_storage_class": "standard",  # leave it out on Alibaba Cloud, for encrypted ESSDs
        "zone_spread": False,
    },
    pulumi.ResourceOptions(providers=[cluster]),
)

pulumi.export("endpoints", shuffle.endpoints)
pulumi.export("sparkConf", shuffle.spark_conf)
pulumi.export("commands", shuffle.commands)
