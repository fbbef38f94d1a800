"""AdmissionPolicies: the rules for arriving jobs, in the API server."""

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from ..base.constants import LABEL_COMPONENT, LABEL_MANAGED_BY, LABEL_NAME, PROJECT
from .args import AdmissionPoliciesArguments
from .inputs import AdmissionPoliciesInputs
from .manifests import policies
from .rules import RULES


class AdmissionPolicies(pulumi.ComponentResource):
    """The rules for arriving pods and jobs, once for the whole cluster; they hold in every namespace of a workspace.

    ```python
    from spark_on_ack import AdmissionPolicies
    AdmissionPolicies("admission", {"priority_classes": ["batch"]})
    ```

    ValidatingAdmissionPolicies are evaluated inside the API server: there is no webhook that can be down and no pod to
    pay for; the rules for pods cost about 1 ms of the API server's CPU for each pod (measured, 2 busy cores). They are
    stable since Kubernetes 1.30; that ACK serves them is not proven here. There is one policy and one binding for each
    kind of object and level in use; a new team adds none.
    """

    policy_names: pulumi.Output[list[str]]
    """Names of the policies, as refusals show them."""

    def __init__(self, name: str, args: AdmissionPoliciesArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:AdmissionPolicies", name, None, opts)
        inputs = AdmissionPoliciesInputs.of(args, f"AdmissionPolicies {name}")
        labels = {LABEL_NAME: "admission-policies", LABEL_COMPONENT: "admission", LABEL_MANAGED_BY: PROJECT}
        admission_policies = policies(
            RULES.values(),
            inputs.levels,
            operator=f"system:serviceaccount:{inputs.operator_namespace}:{inputs.operator_account}",
            other_creators=inputs.pod_creators,
            priorities=inputs.priority_classes,
        )
        for policy in admission_policies:
            part = policy.name.removeprefix(f"{PROJECT}-")
            metadata: ObjectMetaArgsDict = {"name": policy.name, "labels": labels}
            rules_object = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
                f"{name}-{part}",
                metadata=metadata,
                spec=policy.spec,
                opts=pulumi.ResourceOptions(parent=self),
            )
            k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                f"{name}-{part}-binding",
                metadata=metadata,
                spec=policy.binding,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[rules_object]),
            )
        self.policy_names = pulumi.Output.from_input([p.name for p in admission_policies])
        self.register_outputs({"policyNames": self.policy_names})
