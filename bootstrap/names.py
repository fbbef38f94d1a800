"""Names that the bootstrap assigns and CI uses. No imports: CI reads them before any package is installed."""

from typing import Final, Literal

Kind = Literal["preview", "deploy"]

KINDS: Final[tuple[Kind, ...]] = ("preview", "deploy")
"""The two roles of an environment: `preview` reads, `deploy` changes."""
AUDIENCE: Final = "sts.aliyuncs.com"
"""`aud` of the tokens that CI requests; the OIDC provider accepts no other."""
PLATFORM: Final = "spark-on-ack"
"""Name of the platform's Pulumi project: part of the paths of its state."""
SESSION_SECONDS: Final = 7200
"""How long CI's credentials live: twice the 20 to 40 minutes that a first deployment with a cluster is expected to take
(not measured on an account) and as much again for a slow API; RAM allows 900 to 43,200."""


def role_name(environment: str, kind: Kind) -> str:
    """The RAM role that CI assumes for an environment."""
    return f"{PLATFORM}-ci-{environment}-{kind}"


def role_arn(account: str, environment: str, kind: Kind) -> str:
    """Its ARN."""
    return f"acs:ram::{account}:role/{role_name(environment, kind)}"


def provider_arn(account: str, provider: str) -> str:
    """The ARN of an OIDC provider."""
    return f"acs:ram::{account}:oidc-provider/{provider}"


def runs_folder(environment: str, kind: Kind) -> str:
    """Folder of the state's bucket that hands work to containers in the VPC and back, one for each role: what the role
    that changes hands over holds its credentials for as long as the run takes.
    """
    return f"runs/{environment}-{kind}"


def state_url(bucket: str, region: str) -> str:
    """The backend URL of a state bucket: OSS through its S3 interface.

    Never with `s3ForcePathStyle=true`: OSS answers path style with 403 SecondLevelDomainForbidden.
    """
    return f"s3://{bucket}?endpoint=https://s3.oss-{region}.aliyuncs.com&region={region}"
