"""Rules about credentials: none is permanent, and none is where others can read it."""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Annotated

from components.admission.variables import ACCESS_KEY as ACCESS_KEY_PATTERN
from components.base.constants import DRIVER_ACCOUNT
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.shared import shared
from policies.base.view import Undecided, Unreadable, View, of_types
from policies.resources.conf import conf_of
from policies.resources.objects import namespace_of, workspaces
from policies.resources.pods import WITH_JOBS, containers, job_pods
from policies.resources.types import (
    ACCESS_KEY,
    CLUSTER_ROLE_BINDING,
    CONFIG_MAP,
    NAMESPACE,
    PROVIDER,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
)

_NO_KEY = shared("no-access-key")
_KEY = re.compile(ACCESS_KEY_PATTERN)
_CREDENTIAL = re.compile(
    r"LTAI[A-Za-z0-9]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY|client-key-data|\beyJ[\w-]{10,}\.eyJ"
    r"|\bpassword\s*[:=]\s*[^\s$<{]",
    re.IGNORECASE,
)
"""What an AccessKey, a private key, a kubeconfig's key, a token and a literal password look like."""
_CREDENTIAL_FILE = re.compile(r"(password|passwd|private.?key|kubeconfig|credentials?$|\.(pem|key|p12|jks)$)", re.I)
_CERTIFICATES = re.compile(r"\s*(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*)+")
_Names = list[str] | tuple[str, ...]


@rule(
    "config-map-secret",
    title="Config maps hold no credentials",
    severity="critical",
    reason="Every job of the namespace can read config maps, and they are stored unencrypted in the state.",
    way_out="keep it in a Secret outside the teams' namespaces, or better use a RAM role",
    types=(CONFIG_MAP,),
)
def config_map_secret(view: View, context: Context) -> Violations:
    """Checks for keys that name credentials and values that look like one; messages show the key only."""
    undecided: Undecided | None = None
    for part in ("data", "binaryData"):
        for key in sorted(view.props.keys(part)):
            try:
                if _is_credential(key, _value(view, part, key)):
                    yield f"{part}.{key} looks like a credential"
            except Undecided as e:
                undecided = undecided or e  # and go on: a credential in another key must not hide behind it
    if undecided is not None:
        raise undecided


def _value(view: View, part: str, key: str) -> str:
    text = view.props.text(part, key) or ""
    try:
        return b64decode(text).decode("latin-1") if part == "binaryData" else text
    except ValueError:
        raise Unreadable(view.props.where(part, key), "base64") from None


def _is_credential(key: str, value: str) -> bool:
    """A file of certificates, which are public, is none, whatever its name is."""
    certificates = _CERTIFICATES.fullmatch(value) is not None
    return _CREDENTIAL.search(value) is not None or (_CREDENTIAL_FILE.search(key) is not None and not certificates)


def _no_access_key(view: View, context: Context) -> Violations:
    conf = conf_of(view)
    names = [key for key in conf or () if _KEY.search(key)]
    job = conf is not None
    for pods in job_pods(view):
        job |= pods.is_job
        for container in containers(pods.pod):
            names += [name for env in container.each("env") if _KEY.search(name := env.text("name") or "")]
    if names:
        yield _NO_KEY.of(job, ", ".join(dict.fromkeys(names)), _KEY_OF_SERVICE)


_KEY_OF_SERVICE = ("a static AccessKey does not belong in a pod", "use a RAM role (RRSA or the ECI RAM role)")


NO_ACCESS_KEY = _NO_KEY.rule(_no_access_key, WITH_JOBS)


@rule(
    "static-access-key",
    title="No AccessKey is created",
    severity="critical",
    reason="It never expires, and its secret is stored in the state.",
    way_out="use RRSA or an ECI RAM role (the component Identity)",
    types=(ACCESS_KEY, PROVIDER),
)
def static_access_key(view: View, context: Context) -> Violations:
    """Every AccessKey counts, and those that a provider is given: they are kept in the state."""
    if view.type == ACCESS_KEY:
        yield "the stack creates a static AccessKey"
    elif any(view.props.has(key) for key in ("accessKey", "secretKey")):
        yield "the provider is given a static AccessKey"


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
    types=(NAMESPACE, SERVICE_ACCOUNT, ROLE_BINDING, CLUSTER_ROLE_BINDING),
    whole_stack=True,
)
def account_token(
    views: Sequence[View],
    context: Context,
    *,
    allowed: Annotated[_Names, Figure("accounts whose pods talk to the API server")] = (
        DRIVER_ACCOUNT,
        "spark-operator-controller",
    ),
) -> StackViolations:
    """Kubernetes mounts a token unless the account refuses. Outside the teams' namespaces an account with rights has a
    use for it."""
    teams, entitled = workspaces(views), set(_entitled(views))
    for view in of_types(views, SERVICE_ACCOUNT):
        mounted = view.props.flag("automountServiceAccountToken") is not False
        home, name = namespace_of(view), view.props.text("metadata", "name") or ""
        if mounted and name not in allowed and (home in teams or (home, name) not in entitled):
            yield view, "pods of this account get a token"


def _entitled(views: Sequence[View]) -> Iterator[tuple[str, str]]:
    """(namespace, name) of the service accounts that bindings of the stack give rights."""
    for binding in of_types(views, ROLE_BINDING, CLUSTER_ROLE_BINDING):
        for subject in binding.props.each("subjects"):
            if subject.text("kind") == "ServiceAccount":
                yield subject.text("namespace") or namespace_of(binding), subject.text("name") or ""
