"""The images that resources name: in pods, in the configuration of jobs, in applications, and in a chart's values."""

from collections.abc import Iterator

from policies.base.view import View
from policies.resources.conf import APPLICATIONS, Conf, conf_of, spec_of
from policies.resources.pods import chart_of, containers, job_pods
from policies.resources.types import CHART

_OPERATOR = "spark-operator"
_OPERATOR_IMAGE = {"registry": "ghcr.io", "repository": "kubeflow/spark-operator/controller"}
"""Values of the operator's chart where they are not set."""


def images_of(view: View) -> Iterator[tuple[str, str]]:
    """(path, image) of every image a resource names. Raises Undecided or Unreadable as `Props` does."""
    if view.type == CHART:
        yield from _of_chart(view)
        return
    conf = conf_of(view) or Conf()
    yield from ((key, image) for key, image in conf.items() if key.endswith("container.image"))
    for pods in job_pods(view):
        for container in containers(pods.pod):
            if image := container.text("image"):
                yield container.where("image"), image
    if view.type in APPLICATIONS:
        spec = spec_of(view.props)
        for part in (spec, spec.at("driver"), spec.at("executor")):
            if image := part.text("image"):
                yield part.where("image"), image


def _of_chart(view: View) -> Iterator[tuple[str, str]]:
    """The operator's image; its tag is the chart's version, unless one is set. Of other charts nothing is known."""
    if not chart_of(view).startswith(_OPERATOR):
        return
    image = view.props.at("values", "image")
    registry, repository = (image.text(key) or default for key, default in _OPERATOR_IMAGE.items())
    tag = image.text("tag") or view.props.text("version") or ""
    yield image.where(), f"{registry}/{repository}" + (f":{tag}" if tag else "")
