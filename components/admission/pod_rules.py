"""Rules about pods, whoever creates them; an application that would lead to such a pod is refused already."""

from ..base.constants import DRIVER_ACCOUNT, ECI, EXECUTOR_ACCOUNT
from .rule import EVERYWHERE, PODS, Rule

RRSA_AUDIENCE = "sts.aliyuncs.com"
"""The fixed audience of the tokens that RAM accepts from pods (RRSA)."""
ECI_KEYS = (  # noqa: SIM905 - a list of words reads better so
    "eci-auto-imc eci-core-pattern eci-custom-tags eci-ephemeral-storage-options eci-eviction-enable "
    "eci-extra-ephemeral-storage eci-fail-strategy eci-imc-id eci-max-pending-minute eci-ram-role-name "
    "eci-schedule-strategy eci-spot-duration eci-spot-fallback eci-spot-price-limit eci-spot-strategy "
    "imc-match-count-request imc-perfect-match"
).split()
"""ECI annotations a job may carry. None gives a public address, another network, or a size other than requested; the
RAM role has a rule of its own."""

POD_RULES = (
    Rule(
        id="pod-creator",
        title="Only the driver and the operator create pods",
        message="only this workspace's driver account and the Spark operator create pods here",
        reason="Whoever creates a pod can run as any account and mount any secret of the namespace.",
        way_out="submit a SparkApplication",
        targets=(PODS,),
        check="variables.by_driver || variables.by_operator || variables.by_other_creator",
        offending="request.userInfo.username",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="spark-role",
        title="A pod's role is one that its creator may create",
        message="drivers create executors, the operator creates drivers, and a pod's role never changes",
        reason="The role label decides which network policy and which account apply to a pod.",
        way_out="leave the label spark-role to Spark",
        targets=(PODS,),
        check="request.operation == 'UPDATE' ? variables.role == variables.old_role : variables.by_driver ? "
        "variables.role == 'executor' : !variables.by_operator || variables.role in ['driver', 'connect-server']",
        offending="variables.role",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="workload-account",
        title="Drivers and executors run as their own accounts",
        message=f"drivers run as {DRIVER_ACCOUNT}, executors as {EXECUTOR_ACCOUNT}",
        reason="Only the driver may talk to the API server; an executor has no rights and no token.",
        way_out=f"leave the service accounts out, or name {DRIVER_ACCOUNT} and {EXECUTOR_ACCOUNT}",
        targets=EVERYWHERE,
        check=f"variables.driver_accounts.all(a, a == '{DRIVER_ACCOUNT}') && "
        f"variables.executor_accounts.all(a, a == '{EXECUTOR_ACCOUNT}')",
        offending="(variables.driver_accounts + variables.executor_accounts).join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="executor-owner",
        title="Executors belong to their driver",
        message="an executor needs its driver pod as controlling owner",
        reason="Without an owner it stays, and is paid for, after the driver is gone.",
        way_out="run the driver in cluster mode, or set spark.kubernetes.driver.pod.name",
        targets=(PODS,),
        check="variables.role != 'executor' || "
        "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))",
    ),
    Rule(
        id="allowed-image",
        title="Images come from the workspace's list",
        message="the image is not on this workspace's list",
        reason="An image decides what runs with the team's identity, and unknown registries are on the internet.",
        way_out="use an image from the list, or have this one added to the workspace's images",
        targets=EVERYWHERE,
        check="variables.bad_images.size() == 0",
        offending="variables.bad_images.join(', ') + ' (allowed: ' + variables.allowed_images.join(', ') + ')'",
        sealed=True,
    ),
    Rule(
        id="no-host-access",
        title="No job uses its host's network, processes, paths or ports",
        message="a job may not use the host's network, processes, paths or ports",
        reason="They bypass every other safeguard; virtual nodes do not have them either.",
        way_out="remove hostNetwork, hostPID, hostIPC, hostPath and hostPort",
        targets=EVERYWHERE,
        check="variables.pod_specs.all(s, !s.?hostNetwork.orValue(false) && !s.?hostPID.orValue(false) && "
        "!s.?hostIPC.orValue(false) && s.?volumes.orValue([]).all(v, !has(v.hostPath))) && "
        "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)) && "
        "variables.host_conf.size() == 0",
        offending="variables.host_conf.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="no-privileges",
        title="No container is privileged or adds capabilities",
        message="a container may not be privileged, gain privileges or add capabilities",
        reason="Pod Security refuses the same; this rule still holds when a namespace has lost its label.",
        way_out="remove privileged, allowPrivilegeEscalation and capabilities.add",
        targets=EVERYWHERE,
        check="variables.containers.all(c, !c.?securityContext.?privileged.orValue(false) && "
        "!c.?securityContext.?allowPrivilegeEscalation.orValue(false) && "
        "c.?securityContext.?capabilities.?add.orValue([]).size() == 0)",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="token-audience",
        title="Tokens are for the cloud identity only",
        message=f"a job may mount tokens for {RRSA_AUDIENCE} only, and its driver those for the API server as well",
        reason="A token for another audience is an identity elsewhere, and an executor never talks to the API server.",
        way_out=f"remove the projected token, or give it the audience {RRSA_AUDIENCE}",
        targets=(PODS,),
        check="(variables.role != 'executor' || !object.spec.?automountServiceAccountToken.orValue(false)) && "
        "object.spec.?volumes.orValue([]).all(v, v.?projected.?sources.orValue([]).all(s, "
        "!has(s.serviceAccountToken) || s.serviceAccountToken.?audience.orValue('') == "
        f"'{RRSA_AUDIENCE}' || (variables.role != 'executor' && s.serviceAccountToken.?audience.orValue('') == '')))",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="ram-role",
        title="Pods carry only their own team's RAM roles",
        message="the RAM role is not one of this workspace's",
        reason="A pod that names a role in this annotation gets that role's access to data.",
        way_out=f"remove the annotation {ECI}eci-ram-role-name; the workspace's templates set it",
        targets=EVERYWHERE,
        check=f"variables.annotations.all(a, !a.startsWith('{ECI}eci-ram-role-name=') || "
        f"a.substring({len(ECI + 'eci-ram-role-name=')}) in variables.allowed_roles)",
        offending=f"variables.annotations.filter(a, a.startsWith('{ECI}eci-ram-role-name=')).join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="eci-annotation",
        title="Jobs use only harmless ECI annotations",
        message="this ECI annotation is not allowed on jobs",
        reason="Annotations can give a pod a public address, another network, or a size that no quota counts.",
        way_out="remove the annotation; set the size by cores and memory",
        targets=EVERYWHERE,
        check="variables.bad_eci.size() == 0",
        offending="variables.bad_eci.join(', ')",
        sealed=True,
    ),
    Rule(
        id="no-spot-driver",
        title="Drivers never run on spot capacity",
        message="a driver may not run on spot capacity",
        reason="When the cloud reclaims a driver, everything the job has done is lost.",
        way_out="put the spot annotations on executors only",
        targets=EVERYWHERE,
        check=f"variables.driver_annotations.all(a, !a.startsWith('{ECI}eci-spot-strategy=') || a.endsWith('=NoSpot'))",
        severity="medium",
    ),
    Rule(
        id="requests-and-limits",
        title="Every container states what it needs",
        message="every container needs requests for cpu and memory, and no limit may be above its request",
        reason="Serverless pods are sized and billed by limits (2 vCPU/4 GiB without any), and quotas count requests.",
        way_out="set cores, memory and memoryOverhead; a coreLimit must equal the cores",
        targets=(PODS,),
        check="variables.containers.all(c, ['cpu', 'memory'].all(r, r in c.?resources.?requests.orValue({}) && "
        "(!(r in c.?resources.?limits.orValue({})) || c.resources.limits[r] == c.resources.requests[r] || "
        "quantity(c.resources.limits[r]).compareTo(quantity(c.resources.requests[r])) <= 0)))",
        offending="variables.containers.map(c, c.name).join(', ')",
    ),
    Rule(
        id="pod-size",
        title="No container is larger than the workspace's largest size",
        message="a container requests more than the largest size of this workspace",
        reason="One oversized pod can take a team's whole quota or budget.",
        way_out="use more and smaller executors, or have the workspace's largest size raised",
        targets=(PODS,),
        check="variables.containers.all(c, ['cpu', 'memory'].all(r, !(r in c.?resources.?requests.orValue({})) || "
        "!(r in variables.largest) || quantity(c.resources.requests[r]).compareTo(quantity(variables.largest[r])) "
        "<= 0))",
        offending="'at most ' + ['cpu', 'memory'].filter(r, r in variables.largest)"
        ".map(r, variables.largest[r] + ' ' + r).join(', ')",
        severity="medium",
    ),
    Rule(
        id="priority-class",
        title="No job has priority over other teams",
        message="this priority class is not allowed for jobs",
        reason="A higher priority evicts other teams' pods.",
        way_out="remove priorityClassName",
        targets=EVERYWHERE,
        check="variables.priorities.all(p, p == '' || p in variables.allowed_priorities)",
        offending="variables.priorities.join(', ')",
        severity="medium",
    ),
    Rule(
        id="no-node-choice",
        title="The scheduler places pods",
        message="a pod may not name its node, scheduler or runtime class, nor tolerate every taint",
        reason="A node's name bypasses the scheduler, and a toleration without a key opens nodes reserved for others.",
        way_out="remove nodeName, schedulerName and runtimeClassName, and give tolerations a key",
        targets=EVERYWHERE,
        check="variables.placed || variables.pod_specs.all(s, s.?nodeName.orValue('') == '' && "
        "s.?runtimeClassName.orValue('') == '' && "
        "s.?schedulerName.orValue('default-scheduler') == 'default-scheduler' && "
        "s.?tolerations.orValue([]).all(t, t.?key.orValue('') != ''))",
    ),
    Rule(
        id="pod-fixed",
        title="A running pod is not changed",
        message="a job may change nothing but labels and annotations of its pods",
        reason="A changed image would run unnoticed under the pod's identity.",
        way_out="start a new pod",
        targets=(PODS,),
        check="request.operation != 'UPDATE' || object.spec == oldObject.spec",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="no-access-key",
        title="No job holds an AccessKey",
        message="a static AccessKey does not belong in a job",
        reason="It is readable by everyone who can read jobs or pods, and it never expires.",
        way_out="use the workspace's RAM role, which needs no key",
        targets=EVERYWHERE,
        check="variables.key_names.size() == 0",
        offending="variables.key_names.join(', ')",
        severity="critical",
        sealed=True,
    ),
)
