"""Access to an existing cluster."""

import pulumi

from .inputs import ClusterInputs


def existing_kubeconfig(inputs: ClusterInputs) -> tuple[pulumi.Input[str] | None, pulumi.Output[str]]:
    """What the Kubernetes provider reads (content or path; None: the default kubeconfig), and the component's output.

    Content is a secret. A path is not, and the provider reads the file itself, so its content is in no state file.
    """
    if inputs.kubeconfig is not None:
        secret = pulumi.Output.secret(inputs.kubeconfig)
        return secret, secret
    path = inputs.existing.kubeconfig_file
    return path, pulumi.Output.secret(path or "")
