"""The isolation rules, by subject."""

import importlib

from policies.base.rule import rules_of

SUBJECTS = (
    "types", "rbac", "namespaces", "network", "images", "credentials", "pods", "jobs", "ram", "buckets", "services",
)  # fmt: skip
EXCEPTIONS = frozenset({
    "known-types", "rbac-wildcard", "rbac-secrets", "rbac-exec", "rbac-cluster-pods", "rbac-escalation",
    "rbac-cross-namespace", "rbac-cluster-binding", "pod-security", "network-ingress", "public-service",
    "security-group-open", "network-peering", "config-map-secret", "no-access-key", "static-access-key",
    "team-secret", "account-token", "no-host-access", "pod-hardening", "ram-wildcard",
    "ram-folder-scope", "ram-system-policy", "ram-trust", "bucket-tls", "bucket-policy-tls", "bucket-private",
    "bucket-encryption", "bucket-acl", "bucket-policy-public", "data-protected", "disk-encryption",
})  # fmt: skip
"""Rules about one resource that may be another team's on purpose. What keeps teams apart, and jobs in bounds, is not
here: of these no resource is exempt."""
RULES = rules_of((importlib.import_module(f"{__name__}.{subject}") for subject in SUBJECTS), EXCEPTIONS)
"""All isolation rules, in the order of the documentation."""
