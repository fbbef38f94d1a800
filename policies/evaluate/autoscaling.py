"""What may make a workload larger than it says: autoscalers of replicas and of sizes, of every kind and version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policies.base.view import Props, Undecided, Unreadable, View

Target = tuple[str, str, str]
"""Namespace, kind and name of a workload."""
_BY_REPLICAS = re.compile(r"kubernetes:autoscaling/v[a-z0-9]+:HorizontalPodAutoscaler(Patch)?")
_BY_EVENTS = re.compile(r"kubernetes:keda\.sh/v[a-z0-9]+:ScaledObject(Patch)?")
_BY_SIZE = re.compile(r"kubernetes:autoscaling\.k8s\.io/v[a-z0-9]+:VerticalPodAutoscaler(Patch)?")
KEDA_MOST = 100.0
"""KEDA's own maximum where none is set (its reference of ScaledObject)."""


@dataclass(frozen=True)
class Largest:
    """How large a workload may become: replicas, and vCPU and bytes of each of its pods (None: nothing bounds them).

    0 where no autoscaler says anything. `unread` says why an autoscaler's bound is not known.
    """

    replicas: float = 0
    vcpu: float | None = 0
    memory: float | None = 0
    unread: str = ""


def largest(views: Sequence[View]) -> dict[Target, Largest]:
    """What the autoscalers among the resources allow, by workload; of several the largest counts."""
    result: dict[Target, Largest] = {}
    for view in views:
        if is_autoscaler(view.type):
            target, bound = _bound(view)
            old = result.get(target, Largest())
            result[target] = Largest(
                max(old.replicas, bound.replicas),
                _larger(old.vcpu, bound.vcpu),
                _larger(old.memory, bound.memory),
                old.unread or bound.unread,
            )
    return result


def is_autoscaler(type_: str) -> bool:
    """True for the type token of an autoscaler."""
    return any(kind.fullmatch(type_) for kind in (_BY_REPLICAS, _BY_EVENTS, _BY_SIZE))


def _bound(view: View) -> tuple[Target, Largest]:
    target: Target = (view.namespace, "", "")
    try:
        spec = view.props.at("spec")
        reference = spec.at("targetRef" if _BY_SIZE.fullmatch(view.type) else "scaleTargetRef")
        target = (view.namespace, reference.text("kind") or "Deployment", reference.text("name") or "")
        if _BY_SIZE.fullmatch(view.type):
            return target, _sizes(spec)
        if _BY_EVENTS.fullmatch(view.type):
            most = spec.number("maxReplicaCount")
            return target, Largest(KEDA_MOST if most is None else most)
        return target, Largest(spec.number("maxReplicas") or 0)
    except (Undecided, Unreadable) as e:
        return target, Largest(unread=str(e))


def _sizes(spec: Props) -> Largest:
    """The largest pod that a vertical autoscaler makes; one that only recommends changes nothing."""
    if spec.text("updatePolicy", "updateMode") == "Off":
        return Largest()
    amounts: dict[str, float | None] = {"cpu": 0.0, "memory": 0.0}
    policies = spec.each("resourcePolicy", "containerPolicies")
    for policy in policies or [Props({})]:
        if policy.text("mode") == "Off":
            continue
        for resource, old in amounts.items():
            most = policy.quantity("maxAllowed", resource)
            amounts[resource] = None if most is None or old is None else old + most
    return Largest(vcpu=amounts["cpu"], memory=amounts["memory"])


def _larger(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)
