"""The program: settings -> guard -> SparkPlatform -> outputs."""

import pulumi

from components.platform import SparkPlatform
from stacks.settings import load

settings, kubeconfig = load()
platform = SparkPlatform("platform", SparkPlatform.arguments(settings, kubeconfig))
for key, value in platform.exports().items():
    pulumi.export(key, value)
