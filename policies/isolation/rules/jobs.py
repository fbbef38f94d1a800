"""Rules about the configuration that teams' jobs are submitted with, and about the stack's own applications."""

import re
from collections.abc import Sequence

from components.admission.variables import IDENTITY_KEYS, OPERATOR_KEYS
from components.base.constants import LABEL_WORKSPACE
from components.spark.older_keys import current_name
from policies.base.rule import Context, StackViolations, Violations
from policies.base.shared import shared
from policies.base.view import Props, View, of_types
from policies.resources.conf import APPLICATIONS, WITH_CONF, conf_of, spec_of
from policies.resources.objects import namespace_of, workspaces
from policies.resources.types import CONFIG_MAP, NAMESPACE

_MODE, _IDENTITY, _FILES = shared("cluster-mode"), shared("conf-identity"), shared("operator-files")
_TENANT = shared("shuffle-tenant")
TENANT_KEY = "spark.celeborn.identity.user-specific.tenant"


def _cluster_mode(view: View, context: Context) -> Violations:
    if (spec_of(view.props).text("mode") or "cluster") != "cluster":
        yield _MODE.message


CLUSTER_MODE = _MODE.rule(_cluster_mode, APPLICATIONS)


def _matching(spec: Props, pattern: str) -> list[str]:
    """The keys of an application's configuration that match, under their current names."""
    return [key for key in spec.keys("sparkConf") if re.search(pattern, current_name(key))]


def _conf_identity(view: View, context: Context) -> Violations:
    spec = spec_of(view.props)
    keys = _matching(spec, IDENTITY_KEYS)
    if spec.has("driver", "kubernetesMaster"):
        keys.append("driver.kubernetesMaster")
    if keys:
        yield f"{_IDENTITY.message} ({', '.join(keys)})"


CONF_IDENTITY = _IDENTITY.rule(_conf_identity, APPLICATIONS)


def _operator_files(view: View, context: Context) -> Violations:
    keys = _matching(spec_of(view.props), OPERATOR_KEYS)
    if keys:
        yield f"{_FILES.message} ({', '.join(keys)})"


OPERATOR_FILES = _FILES.rule(_operator_files, APPLICATIONS)


def _shuffle_tenant(views: Sequence[View], context: Context) -> StackViolations:
    teams = workspaces(views)
    for view in of_types(views, CONFIG_MAP, *APPLICATIONS):
        conf, home = conf_of(view), namespace_of(view)
        if conf is not None and home in teams:
            team = teams[home].props.text("metadata", "labels", LABEL_WORKSPACE)
            if conf.get(TENANT_KEY, team) != team:
                yield view, f"{_TENANT.message} ({TENANT_KEY})"


SHUFFLE_TENANT = _TENANT.rule(_shuffle_tenant, (NAMESPACE, *WITH_CONF), whole_stack=True)
