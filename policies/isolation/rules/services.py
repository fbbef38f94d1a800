"""Rules about the platform's own services: cluster, disks, operator, shuffle service."""

from typing import Annotated

from components.base.constants import PROJECT
from policies.base.rule import Context, Figure, Violations, rule
from policies.base.view import View
from policies.resources.conf import parse_conf
from policies.resources.pods import chart_of
from policies.resources.types import CHART, CLUSTER, CONFIG_MAP, STORAGE_CLASS

_CELEBORN = "celeborn-defaults.conf"


@rule(
    "cluster-protected",
    title="The cluster cannot be deleted by a single command",
    severity="critical",
    reason="All running jobs and all shuffle data would be lost with it.",
    way_out="set cluster.deletion_protection: true",
    types=(CLUSTER,),
)
def cluster_protected(view: View, context: Context) -> Violations:
    """Checks the engine's protection and ACK's own."""
    if not view.options.get("protect"):
        yield "the cluster is not protected"
    if view.props.flag("deletionProtection") is not True:
        yield "ACK's deletion protection is off"


@rule(
    "audit-log",
    title="The API server keeps an audit log",
    severity="medium",
    reason="After an incident only this log shows who did what.",
    way_out="set cluster.logs.audit: true",
    types=(CLUSTER,),
)
def audit_log(view: View, context: Context) -> Violations:
    """Reads the cluster's audit log setting."""
    if view.props.flag("auditLogConfig", "enabled") is not True:
        yield "the audit log is off"


@rule(
    "disk-encryption",
    title="Disks are encrypted",
    severity="high",
    reason="Shuffle data consists of copies of the teams' data.",
    way_out='set the parameter encrypted: "true"',
    types=(STORAGE_CLASS,),
)
def disk_encryption(view: View, context: Context) -> Violations:
    """Reads storage classes of Alibaba Cloud's disks."""
    ours = (view.props.text("provisioner") or "").startswith("diskplugin.csi.alibabacloud.com")
    if ours and view.props.text("parameters", "encrypted") != "true":
        yield "disks of this class are not encrypted"


@rule(
    "operator-scope",
    title="The operator works in the teams' namespaces only",
    severity="critical",
    reason="Its chart gives it rights on the pods of every namespace unless it is told where jobs run.",
    way_out="name the workspaces' namespaces in spark.jobNamespaces",
    types=(CHART,),
)
def operator_scope(
    view: View,
    context: Context,
    *,
    never: Annotated[list[str] | tuple[str, ...], Figure("namespaces in which jobs never run")] = (
        "",
        "default",
        "kube-system",
    ),
) -> Violations:
    """An empty name, and an empty list, mean all namespaces."""
    if not chart_of(view).startswith("spark-operator"):
        return
    named = view.props.texts("values", "spark", "jobNamespaces")
    selected = view.props.has("values", "spark", "jobNamespaceSelector")
    if selected or not named or any(n in never for n in named):
        yield "the operator's rights are not limited to named namespaces of teams"


@rule(
    "shuffle-authentication",
    title="Jobs authenticate to the shuffle service",
    severity="critical",
    reason="Without authentication every job can read and delete every other team's shuffle data.",
    way_out=f"set shuffle.authentication: true ({PROJECT}'s default)",
    types=(CONFIG_MAP,),
)
def shuffle_authentication(view: View, context: Context) -> Violations:
    """Reads the servers' configuration."""
    text = view.props.text("data", _CELEBORN) if view.props.has("data") else None
    if text is not None and parse_conf(text).get("celeborn.auth.enabled") != "true":
        yield f"data.{_CELEBORN} does not turn authentication on"
