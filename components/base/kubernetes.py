"""Types that several components' inputs share: what Kubernetes takes as labels, annotations and names of users."""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from .constants import ECI, LABEL_COMPONENT, LABEL_MANAGED_BY, LABEL_NAME, LABEL_SPARK_ROLE, PROJECT
from .mistakes import not_allowed
from .sentences import Allowed

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Line breaks, tabs and other control characters."""
LABEL_WORDS: Final = (
    "text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and "
    "underscores"
)
_ROLE_KEYS = (f"{ECI}eci-ram-role-name", "pod-identity.alibabacloud.com/")
_TAG_KEYS = (f"{ECI}eci-custom-tags",)
_OWN_LABELS = (LABEL_NAME, LABEL_COMPONENT, LABEL_MANAGED_BY, LABEL_SPARK_ROLE)


def is_key(text: str) -> bool:
    """True for a key of a label or annotation: a name, or a domain, a slash and a name."""
    prefix, slash, name = text.rpartition("/")
    return bool(_NAME.fullmatch(name)) and (not slash or (len(prefix) <= 253 and bool(_PREFIX.fullmatch(prefix))))


def is_label(key: str, value: str) -> bool:
    """True for a label that the API server takes."""
    return is_key(key) and (value == "" or bool(_NAME.fullmatch(value)))


def one_line(text: str) -> bool:
    """True for a text without line breaks and other control characters."""
    return CONTROL.search(text) is None


def _labels(labels: dict[str, str]) -> dict[str, str]:
    for key, value in labels.items():
        if not is_label(key, value):
            raise not_allowed(f"{key!r}: {value!r} is not a label; allowed: {LABEL_WORDS}")
    return labels


def _pod_labels(labels: dict[str, str]) -> dict[str, str]:
    own = [key for key in labels if key in _OWN_LABELS or key.partition("/")[0].endswith(f"{PROJECT}.io")]
    if own:
        raise not_allowed(f"{', '.join(own)}: set by the platform; allowed: other keys")
    return _labels(labels)


def _annotations(annotations: dict[str, str]) -> dict[str, str]:
    for key, value in annotations.items():
        if not is_key(key) or not one_line(value):
            raise not_allowed(f"{key!r} is not an annotation; allowed: keys as name or domain/name, values of one line")
        if key.startswith(_ROLE_KEYS):
            raise not_allowed(f"{key}: gives the pods a role; allowed: leave it out, identity decides on roles")
        if key in _TAG_KEYS:
            raise not_allowed(f"{key}: overwrites the platform's tags; allowed: tags")
    return annotations


Labels = Annotated[dict[str, str], AfterValidator(_labels), Allowed(LABEL_WORDS)]
PodLabels = Annotated[dict[str, str], AfterValidator(_pod_labels), Allowed(LABEL_WORDS)]
"""Further labels of pods: not those that Services and policies select the pods by."""
Annotations = Annotated[dict[str, str], AfterValidator(_annotations), Allowed("text to text; keys as domain/name")]
"""Further annotations of pods: no role, which only the identity gives, and no tags."""
EVERYBODY: Final = ("system:", "*")
"""Beginnings of the names of groups and users that belong to the cluster itself, or stand for everybody."""


def somebody(text: str, *, accounts: bool) -> str | None:
    """Why a name is not one user or group of a team, as the end of a sentence; None where it is.

    `accounts`: service accounts by their user name are somebody, but not a namespace's default account.
    """
    lowered = text.lower()
    account = re.fullmatch(r"system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)", text)
    if accounts and account and account[2] != "default":
        return None
    if not text.strip() or text != text.strip() or not one_line(text) or len(text) > 253:
        return "not a name"
    if "*" in text or lowered.startswith(EVERYBODY):
        return "everybody's, or the cluster's own"
    if lowered.startswith(f"{PROJECT}:"):
        return "a group of a workspace, which has its members' rights already"
    return None


def names(of: str, *, accounts: bool) -> Any:  # noqa: ANN401 - an annotation's metadata has no narrower type
    """Metadata of `Annotated[tuple[str, ...], names(...)]`: users or groups that are somebody in particular."""

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if why := somebody(value, accounts=accounts):
                raise not_allowed(f"{value!r} is {why}; allowed: {of}")
        return values

    return AfterValidator(check)
