"""The program: settings -> guard -> SparkPlatform -> outputs."""

import pulumi

from components.platform.component import SparkPlatform
from components.platform.inputs import SparkPlatformInputs
from policies.guard import PLACEHOLDER, refuse_violations
from policies.leftovers.guard import take_over_leftovers
from stacks.settings import load

settings, kubeconfig = load()


def build(secret: pulumi.Output[str] | None) -> SparkPlatform:
    """The whole platform; the guard builds it once before, without the stack's secrets."""
    return SparkPlatform("platform", SparkPlatformInputs(settings=settings, kubeconfig=secret))


graph = refuse_violations(settings, lambda: build(None if kubeconfig is None else pulumi.Output.secret(PLACEHOLDER)))
if graph and settings.preflight:
    take_over_leftovers(graph)
for key, value in build(kubeconfig).exports().items():
    pulumi.export(key, value)
