"""What the API server has, refuses and runs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from components.admission.rules import RULES
from components.base.constants import DRIVER_ACCOUNT, ECI
from tools.sandbox.console import SandboxError
from tools.verify.admission_cases import BAD, GOOD, NAMESPACE, NAMESPACE_OBJECTS, RETIRED, Case, Json
from tools.verify.check import CannotAskError, FailedError, check
from tools.verify.platform import Platform
from tools.verify.probes import IDENTITY, pod

APPLICATION = "sparkapplications.sparkoperator.k8s.io"
DEFINITIONS = (APPLICATION, "scheduledsparkapplications.sparkoperator.k8s.io", "sparkconnects.sparkoperator.k8s.io")
MAY = ("create sparkapplications", "get pods", "get pods/log")
MAY_NOT = ("create pods", "get secrets", "update configmaps", "create rolebindings", "create pods/exec")


@check("api-server", "the API server serves Spark's kinds and has every admission policy, bound to refuse")
def api_server(platform: Platform) -> str:
    """Definitions Established, policies checked by the server, bindings that deny."""
    cluster = platform.cluster
    for name in DEFINITIONS:
        conditions = cluster.get("crd", name).get("status", {}).get("conditions", [])
        if not any(each["type"] == "Established" and each["status"] == "True" for each in conditions):
            raise FailedError(f"{name} is not served", "see `kubectl describe crd`, then `pulumi up` again")
    present = {each["metadata"]["name"]: each for each in cluster.get("validatingadmissionpolicies")["items"]}
    bound = {
        each["spec"]["policyName"]: each["spec"]["validationActions"]
        for each in cluster.get("validatingadmissionpolicybindings")["items"]
    }
    wanted = [each.inputs["metadata"]["name"] for each in platform.graph.of_type("ValidatingAdmissionPolicy")]
    for name in wanted:
        if name not in present or "Deny" not in bound.get(name, []):
            state = "is missing" if name not in present else f"is bound with {bound.get(name, 'nothing')}"
            raise FailedError(f"admission policy {name} {state}", "`pulumi up` puts it back; find out who changed it")
        warnings = present[name].get("status", {}).get("typeChecking", {}).get("expressionWarnings")
        if warnings:
            raise FailedError(f"the API server finds fault in {name}: {warnings[0]['warning']}", "report this")
    return f"{len(DEFINITIONS)} kinds served, {len(wanted)} admission policies deny"


@check("workloads", "every workload of the platform runs: its image was pulled, its pods are ready", seconds=60)
def workloads(platform: Platform) -> str:
    """Deployments and StatefulSets in the namespaces of the stack."""
    spaces = {each.inputs["metadata"]["name"] for each in platform.graph.of_type("Namespace")}
    running, images = 0, set[str]()
    for each in platform.cluster.get("deployments,statefulsets", "-A")["items"]:
        metadata, spec = each["metadata"], each["spec"]
        if metadata["namespace"] not in spaces:
            continue
        wanted, status = spec.get("replicas", 1), each["status"]
        ready = min(status.get("readyReplicas", 0), status.get("updatedReplicas", 0))  # of what it says now
        if ready < wanted or status.get("observedGeneration") != metadata["generation"]:
            title = f"{each['kind']} {metadata['namespace']}/{metadata['name']}"
            raise FailedError(
                f"{title} has {ready} of {wanted} pods ready as it is now: {_why(platform, metadata['namespace'])}",
                f"`kubectl describe pods -n {metadata['namespace']}`; `make images STACK={platform.stack}` for images",
            )
        running += 1
        images |= {container["image"] for container in spec["template"]["spec"]["containers"]}
    return f"{running} workloads ready, {len(images)} images pulled"


def _why(platform: Platform, space: str) -> str:
    pods = platform.cluster.get("pods", "-n", space)["items"]
    waiting = [
        container["state"]["waiting"]
        for each in pods
        for container in each["status"].get("containerStatuses", [])
        if "waiting" in container.get("state", {})
    ]
    return next((f"{each.get('reason')} {each.get('message', '')}".strip() for each in waiting), "no reason given")


@check("job-images", "the image of jobs is pulled by drivers' and executors' pods of every team", fen=1, seconds=120)
def job_images(platform: Platform) -> str:
    """The probes are made from it."""
    probes = platform.probes.running()
    return f"{len(probes)} pods run {', '.join(sorted({each.image for each in platform.teams[:2]}))}"


@check(
    "admission-refuses", "each rule for arriving jobs refuses what it forbids, with its sentence", needs=["api-server"]
)
def admission_refuses(platform: Platform) -> str:
    """One forbidden object of each rule, and the good ones, by server-side dry run in a namespace of their own."""
    cases = {case.rule: case for case in reversed(BAD)}
    cluster = platform.cluster
    try:
        manifest = {"apiVersion": "v1", "kind": "List", "items": NAMESPACE_OBJECTS}
        if (done := cluster.create(manifest)).returncode and "AlreadyExists" not in done.stderr:
            raise SandboxError(f"a namespace for the check was refused: {done.stderr.strip()}")
        with ThreadPoolExecutor(4) as pool:
            refusals = list(pool.map(lambda case: _refused(platform, case), cases.values()))
            welcome = list(
                pool.map(
                    lambda good: cluster.create(good[1], f"unlimited:{good[0]}", "--dry-run=server"), GOOD.values()
                )
            )
    finally:
        cluster.kubectl("delete", "namespace", NAMESPACE, RETIRED, "--ignore-not-found", "--wait=false")
    let_through = [rule for rule, refused in zip(cases, refusals, strict=True) if not refused]
    if let_through:
        raise FailedError(
            f"not refused: {', '.join(let_through)}", "compare the policies with the stack: `pulumi up`, then again"
        )
    for name, done in zip(GOOD, welcome, strict=True):
        if done.returncode:
            raise FailedError(f"{name} was refused: {done.stderr.strip()}", "a rule is wrong; report this")
    return f"{len(cases)} of {len(RULES)} rules refused their object, {len(GOOD)} good objects passed"


def _refused(platform: Platform, case: Case) -> bool:
    done = platform.cluster.create(case.manifest, f"unlimited:{case.user}", "--dry-run=server")
    return done.returncode != 0 and f"{case.rule}: " in done.stderr


@check("people", "a member of a team submits and follows its jobs, and nothing else, there and in other namespaces")
def people(platform: Platform) -> str:
    """What the API server answers to `can-i`."""
    first, *others = platform.teams
    wrong = [what for what in MAY if not _may(platform, first.person, what, first.namespace)]
    wrong += [f"not to {what}" for what in MAY_NOT if _may(platform, first.person, what, first.namespace)]
    for other in others[:1]:
        wrong += [
            f"not to {what} in {other.namespace}" for what in MAY if _may(platform, first.person, what, other.namespace)
        ]
    if wrong:
        raise FailedError(
            f"a member of {first.name} should be allowed {', '.join(wrong)}", "see the RoleBindings of its namespace"
        )
    return f"{len(MAY)} things allowed, {len(MAY_NOT) + len(MAY) * bool(others)} refused"


def _may(platform: Platform, user: str, what: str, space: str) -> bool:
    verb, resource = what.split()
    resource, _, part = resource.partition("/")
    options = [f"--subresource={part}"] if part else []
    done = platform.cluster.kubectl("auth", "can-i", verb, resource, "-n", space, *options, user=user)
    return done.stdout.strip() == "yes"


@check(
    "identity", "a job's pods are who they should be, hold no AccessKey, and no other team's role",
    needs=["api-server", "job-images"],
)  # fmt: skip
def identity(platform: Platform) -> str:
    """Accounts and environment of the probes; another team's RAM role, another account, are refused."""
    team = platform.teams[0]
    probes = platform.probes.running()
    driver, executor = (probes[f"{role}:{team.name}"].python(IDENTITY) for role in ("driver", "executor"))
    account = f"system:serviceaccount:{team.namespace}:{DRIVER_ACCOUNT}"
    _expect("the driver's account", driver["account"], account)
    _expect("the executor's account", executor["account"], "")
    _expect("names of keys in the environment", driver["keys"] + executor["keys"], [])
    seen = ["no AccessKey, executor without a token"]
    if len(platform.teams) > 1 and (role := _ram_role(platform.teams[1].templates["driver"])):
        manifest = pod(team, "driver")
        manifest["metadata"]["name"] = "verify-role"
        manifest["metadata"]["annotations"][f"{ECI}eci-ram-role-name"] = role
        done = platform.cluster.create(manifest, platform.operator, "--dry-run=server")
        if done.returncode == 0 or "ram-role: " not in done.stderr:
            raise FailedError(
                f"a pod of {team.name} may carry role {role}", "see rule ram-role of the admission policies"
            )
        seen.append(f"role {role} refused")
    return ", ".join(seen)


def _ram_role(template: Json) -> str:
    return str(template["metadata"].get("annotations", {}).get(f"{ECI}eci-ram-role-name", ""))


def _expect(what: str, seen: Any, wanted: Any) -> None:  # noqa: ANN401
    if seen != wanted:
        raise FailedError(f"{what}: {seen or 'none'} instead of {wanted or 'none'}", "see the workspace's templates")


@check(
    "quota",
    "a job that cannot fit into its team's quota is refused at once, with what is possible",
    needs=["api-server"],
)
def quota(platform: Platform) -> str:
    """More executors than the quota leaves, by dry run."""
    team = platform.teams[0]
    hard = [each["spec"]["hard"] for each in platform.cluster.get("resourcequotas", "-n", team.namespace)["items"]]
    if not hard:
        raise FailedError(f"{team.namespace} has no ResourceQuota", "`pulumi up` puts it back; find out who removed it")
    spec = {
        "type": "Python",
        "mode": "cluster",
        "sparkVersion": team.image.rpartition(":")[2].partition("-")[0],
        "mainApplicationFile": "local:///opt/spark/examples/src/main/python/pi.py",
        "driver": {"serviceAccount": DRIVER_ACCOUNT},
        "executor": {"instances": 100_000},
    }
    manifest = {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {"name": "verify-quota", "namespace": team.namespace},
        "spec": spec,
    }
    done = platform.cluster.create(manifest, team.person, "--dry-run=server")
    if done.returncode == 0 or "max-executors: " not in done.stderr:
        raise FailedError(
            f"100,000 executors were not refused: {done.stderr.strip() or 'accepted'}", "see rule max-executors"
        )
    return done.stderr.partition("max-executors: ")[2].partition(";")[0].strip()[:120]


@check(
    "tags",
    "pods of jobs carry the labels and annotations by which their cost is assigned to the team",
    needs=["job-images"],
)
def tags(platform: Platform) -> str:
    """What the stack's templates say is on the pods; another team's tags are refused."""
    team = platform.teams[0]
    seen = platform.cluster.get("pod", "verify-executor", "-n", team.namespace)["metadata"]
    wanted = platform.rendered_template(team, "executor")["metadata"]
    for kind in ("labels", "annotations"):
        missing = {k: v for k, v in wanted.get(kind, {}).items() if seen.get(kind, {}).get(k) != v}
        if missing:
            raise FailedError(
                f"an executor lacks {kind} {missing}",
                "`pulumi up` puts the templates back, unless something changes pods",
            )
    own = {k: v for k, v in {**wanted["labels"], **wanted.get("annotations", {})}.items() if team.name in str(v)}
    if not own:
        raise CannotAskError("the workspace's templates name no team")
    return ", ".join(f"{k.rpartition('/')[2]}={v}" for k, v in own.items())[:160]
