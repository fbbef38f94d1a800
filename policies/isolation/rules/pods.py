"""Rules about pods: those that hold when a job arrives, for the pods and jobs of the stack itself."""

import re
from collections.abc import Iterator, Sequence

from components.admission.pod_rules import ECI_KEYS, RRSA_AUDIENCE
from components.admission.variables import HOST_KEYS
from components.base.constants import (
    ANNOTATION_IMAGES,
    ANNOTATION_RAM_ROLES,
    DRIVER_ACCOUNT,
    ECI,
    EXECUTOR_ACCOUNT,
)
from policies.base.rule import Context, StackViolations, Violations, rule
from policies.base.shared import shared
from policies.base.view import Props, View, of_types
from policies.resources.conf import Conf, conf_of
from policies.resources.images import images_of
from policies.resources.objects import namespace_of, workspaces
from policies.resources.pods import WITH_JOBS, containers, drivers_and_executors, job_pods
from policies.resources.types import NAMESPACE

_HOST, _PRIVILEGES = shared("no-host-access"), shared("no-privileges")
_AUDIENCE, _ECI = shared("token-audience"), shared("eci-annotation")
_ROLE, _IMAGE = shared("ram-role"), shared("allowed-image")
_ACCOUNT, _NODE = shared("workload-account"), shared("no-node-choice")
_ROLE_KEY = f"{ECI}eci-ram-role-name"


def _no_host_access(view: View, context: Context) -> Violations:
    for pods in job_pods(view):
        spec = pods.pod.at("spec")
        shared_host = any(spec.flag(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
        path = any(volume.has("hostPath") for volume in spec.each("volumes"))
        port = any(p.number("hostPort") for c in containers(pods.pod) for p in c.each("ports"))
        if shared_host or path or port:
            yield _HOST.of(pods.is_job, pods.where, _HOST_OF_SERVICE)
    keys = [key for key in conf_of(view) or Conf() if re.search(HOST_KEYS, key)]
    if keys:
        yield f"{_HOST.message} ({', '.join(keys)})"


_HOST_OF_SERVICE = ("a pod uses its node's network, processes, paths or ports", _HOST.way_out)
NO_HOST_ACCESS = _HOST.rule(_no_host_access, WITH_JOBS)


def _no_privileges(view: View, context: Context) -> Violations:
    for pods in job_pods(view):
        for container in containers(pods.pod):
            security = container.at("securityContext")
            raised = security.flag("privileged") or security.flag("allowPrivilegeEscalation")
            if raised or security.texts("capabilities", "add"):
                yield f"{_PRIVILEGES.message} ({container.where()})"


NO_PRIVILEGES = _PRIVILEGES.rule(_no_privileges, WITH_JOBS)


@rule(
    "pod-hardening",
    title="Pods give up the privileges they do not need",
    severity="high",
    reason="Pod Security refuses other pods at run time; here the mistake shows before anything is changed.",
    way_out="set runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation: false and drop ALL",
    types=tuple(t for t in WITH_JOBS if "helm" not in t and "sparkoperator" not in t),
)
def pod_hardening(view: View, context: Context) -> Violations:
    """Checks workloads and workspaces' pod templates against the standard `restricted`."""
    for pods in job_pods(view):
        of_pod = pods.pod.at("spec", "securityContext")
        for container in containers(pods.pod):
            if container.where().startswith("data.") and container.path[-1] != 0:
                continue  # Pod Security itself checks the sidecars of jobs
            if _unhardened(of_pod, container.at("securityContext")):
                yield f"{container.where()} keeps privileges that it does not need"


def _unhardened(pod: Props, container: Props) -> bool:
    root = container.flag("runAsNonRoot")
    seccomp = container.text("seccompProfile", "type") or pod.text("seccompProfile", "type")
    return (
        (pod.flag("runAsNonRoot") if root is None else root) is not True
        or seccomp not in ("RuntimeDefault", "Localhost")
        or container.flag("allowPrivilegeEscalation") is not False
        or "ALL" not in container.texts("capabilities", "drop")
    )


def _token_audience(view: View, context: Context) -> Violations:
    for pods in drivers_and_executors(view):
        executor = pods.role == "executor"
        wrong = executor and pods.pod.flag("spec", "automountServiceAccountToken") is True
        for volume in pods.pod.each("spec", "volumes"):
            for source in volume.each("projected", "sources"):
                audience = source.text("serviceAccountToken", "audience") or ""
                own = audience == RRSA_AUDIENCE or (not executor and not audience)
                wrong |= source.has("serviceAccountToken") and not own
        if wrong:
            yield f"{_AUDIENCE.message} ({pods.where})"


TOKEN_AUDIENCE = _AUDIENCE.rule(_token_audience, WITH_JOBS)


def _eci_annotation(view: View, context: Context) -> Violations:
    for pods in drivers_and_executors(view):
        keys = [key.removeprefix(ECI) for key in pods.pod.keys("metadata", "annotations") if key.startswith(ECI)]
        foreign = [key for key in keys if key not in ECI_KEYS]
        if foreign:
            yield f"{_ECI.message} ({pods.where}: {', '.join(foreign)})"


ECI_ANNOTATION = _ECI.rule(_eci_annotation, WITH_JOBS)


def _in_workspaces(views: Sequence[View]) -> Iterator[tuple[View, View]]:
    """Each resource that describes pods in a team's namespace, with that namespace."""
    teams = workspaces(views)
    for view in of_types(views, *WITH_JOBS):
        if "helm" not in view.type and (home := namespace_of(view)) in teams:
            yield view, teams[home]


def _listed(namespace: View, annotation: str) -> list[str]:
    return (namespace.props.text("metadata", "annotations", annotation) or "").split(",")


def _ram_role(views: Sequence[View], context: Context) -> StackViolations:
    for view, namespace in _in_workspaces(views):
        for pods in job_pods(view):
            role = pods.pod.text("metadata", "annotations", _ROLE_KEY)
            if role is not None and role not in _listed(namespace, ANNOTATION_RAM_ROLES):
                yield view, f"{_ROLE.message} ({pods.where})"


RAM_ROLE = _ROLE.rule(_ram_role, (NAMESPACE, *WITH_JOBS), whole_stack=True)


def _allowed_image(views: Sequence[View], context: Context) -> StackViolations:
    for view, namespace in _in_workspaces(views):
        for where, image in images_of(view):
            if not any(_matches(image, prefix) for prefix in _listed(namespace, ANNOTATION_IMAGES)):
                yield view, f"{_IMAGE.message} ({where})"


def _matches(image: str, prefix: str) -> bool:
    """As the admission policies compare: the image itself, a tag or digest of it, or anything in a folder."""
    folder = prefix if prefix.endswith("/") else f"{prefix}:"
    return image == prefix or image.startswith((folder, f"{prefix}@"))


ALLOWED_IMAGE = _IMAGE.rule(_allowed_image, (NAMESPACE, *WITH_JOBS), whole_stack=True)


def _workload_account(view: View, context: Context) -> Violations:
    expected = {"driver": DRIVER_ACCOUNT, "executor": EXECUTOR_ACCOUNT}
    conf = conf_of(view) or Conf()
    for role, account in expected.items():
        key = f"spark.kubernetes.authenticate.{role}.serviceAccountName"
        if conf.get(key, account) != account:
            yield f"{_ACCOUNT.message} ({key})"
    for pods in drivers_and_executors(view):
        named = pods.pod.text("spec", "serviceAccountName")
        if named not in (None, expected[pods.role]):
            yield f"{_ACCOUNT.message} ({pods.where})"


WORKLOAD_ACCOUNT = _ACCOUNT.rule(_workload_account, WITH_JOBS)


def _no_node_choice(view: View, context: Context) -> Violations:
    for pods in drivers_and_executors(view):
        spec = pods.pod.at("spec")
        chosen = spec.text("nodeName") or spec.text("runtimeClassName")
        scheduler = spec.text("schedulerName") not in (None, "default-scheduler")
        if chosen or scheduler or any(not t.text("key") for t in spec.each("tolerations")):
            yield f"{_NODE.message} ({pods.where})"


NO_NODE_CHOICE = _NODE.rule(_no_node_choice, WITH_JOBS)
