"""A check of storage from inside the cluster, run by hand: OSS-HDFS is reachable only inside its VPC."""

import json
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import pulumi
import pulumi_kubernetes as k8s

from ..base.constants import LABEL_COMPONENT, LABEL_MANAGED_BY, LABEL_NAME, PROJECT
from ..base.outputs import when_known
from ..pods.parts import container_security, pod_security, virtual_node_tolerations
from .args import StorageCheckArguments
from .inputs import StorageCheckInputs

SCRIPT: Final = Path(__file__).with_name("check.sh").read_text()
_SIZE: Final = {"cpu": "1", "memory": "2Gi"}


def core_site(conf: dict[str, str]) -> str:
    """Hadoop settings as the XML of a core-site.xml."""
    properties = [
        f"<property><name>{escape(k)}</name><value>{escape(v)}</value></property>" for k, v in sorted(conf.items())
    ]
    return f"<configuration>{''.join(properties)}</configuration>"


def check_pod(
    template: str, image: str, account: str, labels: dict[str, str], values: dict[str, str]
) -> dict[str, Any]:
    """The pod template of the check: `template` (JSON or "") with its first container replaced by the script's.

    `values` are the script's environment. Fulfils the Pod Security standard `restricted`. With a credential sidecar
    in the template, only ECI ends the pod after the script; elsewhere the job's deadline does.
    """
    base = json.loads(template) if template else {}
    metadata, spec = base.get("metadata", {}), base.get("spec", {})
    first, *sidecars = spec.get("containers") or [{}]
    mounts = [m for m in first.get("volumeMounts", []) if m["mountPath"] != "/tmp"]  # noqa: S108 - the pod's own
    container = {
        "name": "check",
        "image": image,
        "command": ["/bin/sh", "-c", SCRIPT],
        "env": [
            *first.get("env", []),
            *({"name": k, "value": v} for k, v in values.items()),
            {"name": "PROBE", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
        ],
        "resources": {"requests": _SIZE, "limits": _SIZE},
        "securityContext": {**container_security(), "readOnlyRootFilesystem": True},
        "volumeMounts": [*mounts, {"name": "check-tmp", "mountPath": "/tmp"}],  # noqa: S108
    }
    return {
        "metadata": {
            "labels": {**metadata.get("labels", {}), **labels},
            "annotations": metadata.get("annotations", {}),
        },
        "spec": {
            "enableServiceLinks": False,
            "securityContext": pod_security(),
            "tolerations": virtual_node_tolerations(),
            **spec,
            "restartPolicy": "Never",
            "serviceAccountName": account,
            "automountServiceAccountToken": False,
            "containers": [container, *sidecars],
            "volumes": [*spec.get("volumes", []), {"name": "check-tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
        },
    }


class StorageCheck(pulumi.ComponentResource):
    """A check of a bucket from inside the cluster: a suspended CronJob that costs nothing until someone runs it.

    ```python
    from spark_on_ack import StorageCheck
    root = "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com"
    pod = {"namespace": "spark", "service_account": "spark", "image": "registry.example.com/spark:3.5.9"}
    StorageCheck("check", {**pod, "root": root, "hadoop_conf": {}})
    ```

    The run (`command`) lists the root, creates the folders that must exist (event logs), writes, reads, renames and
    deletes; a failing step is named together with its usual cause. Run it as often as you like, for example after
    every change of roles, image or network.
    """

    command: str
    """Command that runs the check."""

    def __init__(self, name: str, args: StorageCheckArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises InputError when an input is wrong, before any resource."""
        super().__init__("spark-on-ack:index:StorageCheck", name, None, opts)
        inputs = StorageCheckInputs.of(args, f"StorageCheck {name}")
        labels = {LABEL_NAME: inputs.name, LABEL_COMPONENT: "storage-check", LABEL_MANAGED_BY: PROJECT}
        values = {
            "ROOT": inputs.root,
            "FOLDERS": " ".join(inputs.folders),
            "CORE_SITE": core_site(inputs.hadoop_conf),
            "JARS": "/opt/spark/jars",
        }
        pod = when_known(check_pod, inputs.pod_template, inputs.image, inputs.service_account, labels, values)
        k8s.batch.v1.CronJob(
            f"{name}-job",
            metadata={"name": inputs.name, "namespace": inputs.namespace, "labels": labels},
            spec={
                "schedule": "0 0 1 1 *",
                "suspend": True,  # the schedule never fires: jobs are created from it by hand
                "concurrency_policy": "Forbid",
                "job_template": {
                    "spec": {
                        "backoff_limit": 0,
                        "active_deadline_seconds": 900,
                        "ttl_seconds_after_finished": 86400,
                        "template": pod,
                    }
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        at = f"kubectl -n {inputs.namespace}"
        self.command = (
            f"job={inputs.name}-$(date +%s) && {at} create job $job --from=cronjob/{inputs.name} && "
            f"{at} logs -f job/$job -c check --pod-running-timeout=5m"
        )
        self.register_outputs({"command": self.command})
