"""Rules about pods, whoever makes them; where an application says the same thing, it is refused already."""

from ..base.constants import DRIVER_ACCOUNT, ECI, EXECUTOR_ACCOUNT
from .rules import EVERYWHERE, PODS, Rule

RRSA_AUDIENCE = "sts.aliyuncs.com"
"""The fixed audience of the tokens that RAM takes (facts: RRSA)."""
ECI_KEYS = (  # noqa: SIM905 - a list of words reads better so
    "eci-auto-imc eci-core-pattern eci-custom-tags eci-ephemeral-storage-options eci-eviction-enable "
    "eci-extra-ephemeral-storage eci-fail-strategy eci-imc-id eci-max-pending-minute eci-ram-role-name "
    "eci-schedule-strategy eci-spot-duration eci-spot-fallback eci-spot-price-limit eci-spot-strategy "
    "imc-match-count-request imc-perfect-match"
).split()
"""ECI annotations a job may carry: no public address, no other network or identity, no size beside the requests."""

POD_RULES = (
    Rule(
        "pod-creator",
        "Only the driver and the operator create pods",
        "only this workspace's driver account and the Spark operator create pods here",
        "Whoever creates a pod can run as any account and mount any secret of the namespace.",
        "submit a SparkApplication",
        (PODS,),
        "variables.by_driver || variables.by_operator || variables.by_other_creator",
        "request.userInfo.username",
        "critical",
        sealed=True,
    ),
    Rule(
        "spark-role",
        "A pod is what its creator may make",
        "the driver makes executors, the operator makes drivers, and a pod's role never changes",
        "The role label decides which network policy and which account hold for a pod.",
        "leave the label spark-role to Spark",
        (PODS,),
        "request.operation == 'UPDATE' ? variables.role == variables.old_role : variables.by_driver ? "
        "variables.role == 'executor' : !variables.by_operator || variables.role in ['driver', 'connect-server']",
        "variables.role",
        "critical",
        sealed=True,
    ),
    Rule(
        "workload-account",
        "Drivers and executors run as their own accounts",
        f"drivers run as {DRIVER_ACCOUNT}, executors as {EXECUTOR_ACCOUNT}",
        "Only the driver may talk to the API server; an executor has no rights and no token.",
        f"leave the service accounts out, or name {DRIVER_ACCOUNT} and {EXECUTOR_ACCOUNT}",
        EVERYWHERE,
        f"variables.driver_accounts.all(a, a == '{DRIVER_ACCOUNT}') && "
        f"variables.executor_accounts.all(a, a == '{EXECUTOR_ACCOUNT}')",
        "(variables.driver_accounts + variables.executor_accounts).join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "executor-owner",
        "Executors belong to their driver",
        "an executor needs a controlling owner, its driver pod",
        "Without an owner it stays, and is paid for, when the driver is gone.",
        "run the driver in cluster mode, or set spark.kubernetes.driver.pod.name",
        (PODS,),
        "variables.role != 'executor' || "
        "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))",
    ),
    Rule(
        "allowed-image",
        "Images come from the workspace's list",
        "the image is not on this workspace's list",
        "An image decides what runs with the team's identity; unknown registries also pull over the internet.",
        "use an image of the list, or have it added to the workspace's images",
        EVERYWHERE,
        "variables.bad_images.size() == 0",
        "variables.bad_images.join(', ') + ' (allowed: ' + variables.allowed_images.join(', ') + ')'",
        sealed=True,
    ),
    Rule(
        "no-host-access",
        "No host network, process, path or port",
        "a job may not use the host's network, processes, paths or ports",
        "They lead around every other wall; virtual nodes do not have them either.",
        "remove hostNetwork, hostPID, hostIPC, hostPath and hostPort",
        EVERYWHERE,
        "variables.pod_specs.all(s, !s.?hostNetwork.orValue(false) && !s.?hostPID.orValue(false) && "
        "!s.?hostIPC.orValue(false) && s.?volumes.orValue([]).all(v, !has(v.hostPath))) && "
        "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)) && "
        "variables.host_conf.size() == 0",
        "variables.host_conf.join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "no-privileges",
        "No privileged container, no added capability",
        "a container may not be privileged, gain privileges or add capabilities",
        "Pod Security refuses the same; this holds where a namespace's label was lost.",
        "remove privileged, allowPrivilegeEscalation and capabilities.add",
        EVERYWHERE,
        "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false) && "
        "!c.?securityContext.?allowPrivilegeEscalation.orValue(false) && "
        "c.?securityContext.?capabilities.?add.orValue([]).size() == 0)",
        severity="critical",
        sealed=True,
    ),
    Rule(
        "token-audience",
        "Tokens are for the cloud identity only",
        f"a job may mount a service account token for {RRSA_AUDIENCE} only, and executors none for the API server",
        "A token for another audience is an identity elsewhere; an executor never talks to the API server.",
        f"remove the projected token or give it the audience {RRSA_AUDIENCE}",
        (PODS,),
        "(variables.role != 'executor' || !object.spec.?automountServiceAccountToken.orValue(false)) && "
        "object.spec.?volumes.orValue([]).all(v, v.?projected.?sources.orValue([]).all(s, "
        "!has(s.serviceAccountToken) || s.serviceAccountToken.?audience.orValue('') == "
        f"'{RRSA_AUDIENCE}' || (variables.role != 'executor' && s.serviceAccountToken.?audience.orValue('') == '')))",
        severity="critical",
        sealed=True,
    ),
    Rule(
        "ram-role",
        "Only the team's own RAM roles",
        "the RAM role is not one of this workspace",
        "Whoever names a role in this annotation gets its rights on data.",
        f"remove the annotation {ECI}eci-ram-role-name, the workspace's templates set it",
        EVERYWHERE,
        f"variables.annotations.all(a, !a.startsWith('{ECI}eci-ram-role-name=') || "
        f"a.substring({len(ECI + 'eci-ram-role-name=')}) in variables.allowed_roles)",
        f"variables.annotations.filter(a, a.startsWith('{ECI}eci-ram-role-name=')).join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "eci-annotation",
        "Only harmless ECI annotations",
        "this ECI annotation is not for jobs",
        "Annotations can give a pod a public address, another network, or a size that no quota counts.",
        "remove it; for size use cores and memory",
        EVERYWHERE,
        "variables.bad_eci.size() == 0",
        "variables.bad_eci.join(', ')",
        sealed=True,
    ),
    Rule(
        "no-spot-driver",
        "Drivers run on demand",
        "a driver may not run on spot capacity",
        "When the cloud takes a driver back, all the job has done is lost.",
        "put the spot annotations on executors only",
        EVERYWHERE,
        f"variables.driver_annotations.all(a, !a.startsWith('{ECI}eci-spot-strategy=') || a.endsWith('=NoSpot'))",
        severity="medium",
    ),
    Rule(
        "requests-and-limits",
        "Every container says what it needs",
        "every container needs requests for cpu and memory, and limits that are not above them",
        "Serverless pods are sized and billed by limits, quotas count requests; without either, 2 vCPU and 4 GiB.",
        "set cores, memory and memoryOverhead; a coreLimit must equal the cores",
        (PODS,),
        "variables.containers.all(c, ['cpu', 'memory'].all(r, r in c.?resources.?requests.orValue({}) && "
        "(!(r in c.?resources.?limits.orValue({})) || "
        "quantity(c.resources.limits[r]).compareTo(quantity(c.resources.requests[r])) <= 0)))",
        "variables.containers.map(c, c.name).join(', ')",
    ),
    Rule(
        "pod-size",
        "No container larger than the workspace's largest",
        "a container asks for more than the largest size of this workspace",
        "One oversized pod can take a team's whole quota or budget.",
        "use more and smaller executors, or have the workspace's largest size raised",
        (PODS,),
        "variables.containers.all(c, ['cpu', 'memory'].all(r, !(r in c.?resources.?requests.orValue({})) || "
        "!(r in variables.largest) || quantity(c.resources.requests[r]).compareTo(quantity(variables.largest[r])) "
        "<= 0))",
        "'at most ' + ['cpu', 'memory'].filter(r, r in variables.largest)"
        ".map(r, variables.largest[r] + ' ' + r).join(', ')",
        "medium",
    ),
    Rule(
        "priority-class",
        "No priority over other teams",
        "this priority class is not for jobs",
        "A higher priority pushes other teams' pods away.",
        "remove priorityClassName",
        EVERYWHERE,
        "variables.priorities.all(p, p == '' || p in variables.allowed_priorities)",
        "variables.priorities.join(', ')",
        "medium",
    ),
    Rule(
        "no-node-choice",
        "The scheduler places pods",
        "a pod may not name its node, scheduler or runtime class, nor tolerate every taint",
        "A node's name leads around the scheduler, a toleration without key onto nodes kept for others.",
        "remove nodeName, schedulerName and runtimeClassName, and give tolerations a key",
        EVERYWHERE,
        "variables.placed || variables.pod_specs.all(s, s.?nodeName.orValue('') == '' && "
        "s.?runtimeClassName.orValue('') == '' && "
        "s.?schedulerName.orValue('default-scheduler') == 'default-scheduler' && "
        "s.?tolerations.orValue([]).all(t, t.?key.orValue('') != ''))",
    ),
    Rule(
        "pod-fixed",
        "A running pod is not changed",
        "a job may change labels and annotations of its pods, nothing else",
        "A changed image would run unseen under the identity of the pod.",
        "start a new pod",
        (PODS,),
        "request.operation != 'UPDATE' || object.spec == oldObject.spec",
        severity="critical",
        sealed=True,
    ),
    Rule(
        "no-access-key",
        "No AccessKey in a job",
        "a static AccessKey does not belong into a job",
        "It is readable by everyone who can read jobs or pods, and it never expires.",
        "use the workspace's RAM role, which needs no key",
        EVERYWHERE,
        "variables.key_names.size() == 0",
        "variables.key_names.join(', ')",
        "critical",
        sealed=True,
    ),
)
