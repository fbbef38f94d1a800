"""Rights of Kubernetes roles: which verbs on which resources a rule grants, stars and subresources included.

API groups are not compared: a resource of the same name in another group does much the same (jobs of other schedulers).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.base.view import Props, View
from policies.evaluate.selectors import selector_of

ANY = "*"
READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")
POD_CREATING = (
    "pods", "replicationcontrollers", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs",
    "clonesets", "broadcastjobs", "advancedcronjobs",
)  # fmt: skip
"""Whoever creates one of these (the last are OpenKruise's) creates pods, and in them can run as any account."""
SHELLS = ("pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy")
SECRETS = ("secrets",)
SAFEGUARDS = (
    "roles", "rolebindings", "clusterroles", "clusterrolebindings", "serviceaccounts/token", "namespaces",
    "namespaces/finalize", "resourcequotas", "resourcequotas/status", "limitranges", "nodes", "nodes/status",
    "networkpolicies", "globalnetworkpolicies", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
    "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations", "certificatesigningrequests/approval", "signers", "apiservices",
)  # fmt: skip
"""The objects that rights, quotas and borders themselves consist of, or that lead around them."""
VOLUMES = ("persistentvolumes",)
"""A volume may be a folder of a node: whoever creates one and claims it reads the node's files."""
DEFAULTS = ("configmaps",)
"""In a team's namespace one ConfigMap holds the platform's defaults, with which the operator submits."""
IDENTITIES = ("users", "groups", "serviceaccounts", "uids", "userextras")
ESCALATING = ("escalate", "bind", "impersonate", "approve", "sign")
"""Verbs that give away rights that the account itself does not have."""


@dataclass(frozen=True)
class Grant:
    """One rule of a role."""

    part: Props

    @property
    def where(self) -> str:
        """Its path."""
        return self.part.where()

    @property
    def named(self) -> list[str]:
        """The objects that it is limited to; empty: all. `list`, `watch`, `create` know no names."""
        return self.part.texts("resourceNames")

    def verbs(self, *wanted: str) -> set[str]:
        """Those of the verbs that it grants, the star standing for all."""
        granted = self._texts("verbs")
        return {verb for verb in wanted if verb in granted or ANY in granted}

    def covers(self, resource: str) -> bool:
        """True when it is about the resource (with its subresource after a slash), by name or by a star."""
        main, slash, sub = resource.partition("/")
        wanted = {resource, ANY, f"{ANY}/{ANY}", f"{main}/{ANY}"} | ({f"{ANY}/{sub}"} if slash else set())
        return bool(self._texts("resources") & wanted)

    def on(self, resources: Iterable[str], *verbs: str) -> bool:
        """True when it grants one of the verbs on one of the resources."""
        return bool(self.verbs(*verbs)) and any(self.covers(r) for r in resources)

    @property
    def escalates(self) -> bool:
        """True when it grants a verb that gives away further rights."""
        return bool(self._texts("verbs") & set(ESCALATING)) or self.on(IDENTITIES, "impersonate")

    def _texts(self, key: str) -> set[str]:
        return {text.lower() for text in self.part.texts(key)}


def grants(role: View, others: Sequence[View] = ()) -> Iterator[Grant]:
    """The rules of a role; of one that gathers others (`aggregationRule`) also those of the ones it selects."""
    yield from (Grant(part) for part in role.props.each("rules"))
    for part in role.props.each("aggregationRule", "clusterRoleSelectors"):
        selector = selector_of(part)
        for other in others:
            labels = other.props.at("metadata", "labels")
            if other is not role and selector.selects({k: labels.text(k) or "" for k in labels.data}):
                yield from (Grant(rule) for rule in other.props.each("rules"))
