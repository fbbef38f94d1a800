"""Rules about credentials: none is permanent, and none is where others can read it."""

import base64
import re
from collections.abc import Sequence
from typing import Annotated

from components.admission.variables import ACCESS_KEY as ACCESS_KEY_PATTERN
from components.base.constants import DRIVER_ACCOUNT
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.shared import shared
from policies.base.view import View, of_types
from policies.resources.conf import Conf, conf_of
from policies.resources.objects import namespace_of, workspaces
from policies.resources.pods import WITH_JOBS, containers, job_pods
from policies.resources.types import ACCESS_KEY, CONFIG_MAP, NAMESPACE, SECRET, SERVICE_ACCOUNT

_NO_KEY = shared("no-access-key")
_KEY = re.compile(ACCESS_KEY_PATTERN)
_CREDENTIAL = re.compile(
    r"LTAI[A-Za-z0-9]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY|client-key-data|\beyJ[\w-]{10,}\.eyJ"
    r"|\bpassword\s*[:=]\s*[^\s$<{]",
    re.IGNORECASE,
)
"""What an AccessKey, a private key, a kubeconfig's key, a token and a literal password look like."""
_CREDENTIAL_FILE = re.compile(r"(password|passwd|private.?key|kubeconfig|credentials?$|\.(pem|key|p12|jks)$)", re.I)
_Names = list[str] | tuple[str, ...]


@rule(
    "config-map-secret",
    title="Config maps hold no credentials",
    severity="critical",
    reason="Every job of the namespace can read config maps, and they are stored unencrypted in the state.",
    way_out="use a Secret in a namespace without jobs, or better a RAM role",
    types=(CONFIG_MAP,),
)
def config_map_secret(view: View, context: Context) -> Violations:
    """Checks for keys that name credentials and values that look like one; messages show the key only."""
    for part in ("data", "binaryData"):
        for key in view.props.keys(part):
            text = view.props.text(part, key) or ""
            content = _decoded(text) if part == "binaryData" else text
            if _CREDENTIAL_FILE.search(key) or _CREDENTIAL.search(content):
                yield f"{part}.{key} looks like a credential"


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except ValueError:
        return text


def _no_access_key(view: View, context: Context) -> Violations:
    conf = conf_of(view) or Conf()
    names = [key for key in conf if _KEY.search(key)]
    for pods in job_pods(view):
        for container in containers(pods.pod):
            names += [name for env in container.each("env") if _KEY.search(name := env.text("name") or "")]
    if names:
        yield f"{_NO_KEY.message} ({', '.join(dict.fromkeys(names))})"


NO_ACCESS_KEY = _NO_KEY.rule(_no_access_key, WITH_JOBS)


@rule(
    "static-access-key",
    title="No AccessKey is created",
    severity="critical",
    reason="It never expires, and its secret is stored in the state.",
    way_out="use RRSA or an ECI RAM role (the component Identity)",
    types=(ACCESS_KEY,),
)
def static_access_key(view: View, context: Context) -> Violations:
    """Every AccessKey counts."""
    yield "the stack creates a static AccessKey"


@rule(
    "team-secret",
    title="No secret is in a team's namespace",
    severity="high",
    reason="Whoever submits jobs there can mount it, whatever it was meant for.",
    way_out="keep it in one of the platform's namespaces, or name it in allowed if the team may have it",
    types=(NAMESPACE, SECRET),
    whole_stack=True,
)
def team_secret(
    views: Sequence[View],
    context: Context,
    *,
    allowed: Annotated[_Names, Figure("names of secrets that teams may have, such as those for image pulls")] = (),
) -> StackViolations:
    """Checks the secrets that the stack creates."""
    teams = workspaces(views)
    for secret in of_types(views, SECRET):
        if namespace_of(secret) in teams and secret.props.text("metadata", "name") not in allowed:
            yield secret, "the secret is in a team's namespace"


@rule(
    "account-token",
    title="Only pods that talk to the API server have a token",
    severity="high",
    reason="A token in a pod that needs none is one more way into the API server.",
    way_out="set automountServiceAccountToken: false on the account",
    types=(SERVICE_ACCOUNT,),
)
def account_token(
    view: View,
    context: Context,
    *,
    allowed: Annotated[_Names, Figure("accounts whose pods talk to the API server")] = (
        DRIVER_ACCOUNT,
        "spark-operator-controller",
    ),
) -> Violations:
    """Kubernetes mounts a token unless the account refuses."""
    mounted = view.props.flag("automountServiceAccountToken") is not False
    if mounted and view.props.text("metadata", "name") not in allowed:
        yield "pods of this account get a token"
