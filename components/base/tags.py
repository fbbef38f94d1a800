"""The tags that lead from a cloud object back to the program that made it."""

from collections.abc import Mapping

import pulumi


def cloud_tags(resource: str, tags: Mapping[str, str]) -> dict[str, str]:
    """`tags` of the stack plus project, stack and the Pulumi name of the resource.

    What an interrupted run left in the cloud, but not in the state, is found by these.
    """
    origin = {"pulumi:project": pulumi.get_project(), "pulumi:stack": pulumi.get_stack(), "pulumi:resource": resource}
    return {**tags, **origin}
