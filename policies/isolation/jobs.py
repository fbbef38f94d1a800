"""The pods of jobs as resources describe them: workspaces' templates and SparkApplications."""

from collections.abc import Iterator

from policies.base.view import Props, View
from policies.cost.model.spark import APPLICATION, SCHEDULED, spec_of
from policies.cost.model.workloads import WITH_PODS, PodSet, pod_sets

APPLICATIONS = (APPLICATION, SCHEDULED)
WITH_JOBS = (*WITH_PODS, *APPLICATIONS)
"""Every type in which a pod or a job is described."""


def job_pods(view: View) -> list[PodSet]:
    """All pods a resource describes, the templates of SparkApplications too."""
    if view.type not in APPLICATIONS:
        return pod_sets(view)
    spec = spec_of(view.props)
    driver, executor = spec.at("driver", "template"), spec.at("executor", "template")
    return [
        PodSet(view, driver, 1, "driver", driver.where()),
        PodSet(view, executor, 1, "executor", executor.where()),
    ]


def of_jobs(view: View) -> Iterator[PodSet]:
    """The pods of drivers and executors among them."""
    return (pods for pods in job_pods(view) if pods.role in ("driver", "executor"))


def containers(pod: Props) -> list[Props]:
    """All containers of a pod, those that run first included."""
    return [*pod.each("spec", "containers"), *pod.each("spec", "initContainers")]
