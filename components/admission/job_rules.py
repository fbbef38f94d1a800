"""Rules about the other fields of an application, and about what the operator submits with."""

from .rules import CONFIG_MAPS, JOBS, SUBMISSIONS, Rule

JOB_RULES = (
    Rule(
        "cluster-mode",
        "Drivers run in pods of their own",
        "the mode must be cluster",
        "In client mode the driver runs inside the operator, with the operator's rights on every team.",
        "set mode: cluster, or leave it out",
        JOBS,
        "variables.spec.?mode.orValue('cluster') == 'cluster'",
        "variables.spec.?mode.orValue('')",
        "critical",
        sealed=True,
    ),
    Rule(
        "ignored-field",
        "No field that nobody reads",
        "the operator does not read this field without its pod webhook, which is off",
        "The job would start without it, and nobody would be told.",
        "say it in driver.template or executor.template",
        JOBS,
        "variables.ignored.size() == 0",
        "variables.ignored.join(', ')",
        "medium",
    ),
    Rule(
        "restart-policy",
        "A failing job ends",
        "the restart policy has no end",
        "A job that fails at once would be started, and paid, for ever.",
        "use type: OnFailure with onFailureRetries and onSubmissionFailureRetries of at most 100, or Never",
        JOBS,
        "variables.spec.?restartPolicy.?type.orValue('Never') != 'Always' && "
        "variables.spec.?restartPolicy.?onFailureRetries.orValue(0) <= 100 && "
        "variables.spec.?restartPolicy.?onSubmissionFailureRetries.orValue(0) <= 100",
        "variables.spec.?restartPolicy.?type.orValue('Never')",
        "medium",
    ),
    Rule(
        "internal-service",
        "A job's services stay inside",
        "a job's service must be of type ClusterIP, without external addresses",
        "A load balancer costs money and puts the driver's UI, which has no login, on a network.",
        "remove the service type; reach the UI with kubectl port-forward or the history server",
        SUBMISSIONS,
        "variables.service_types.all(t, t == 'ClusterIP') && !variables.external_service",
        "variables.service_types.join(', ')",
    ),
    Rule(
        "defaults-untouched",
        "Jobs do not change what jobs are submitted with",
        "the workspace's spark-defaults and pod templates belong to the platform",
        "The operator submits every job of the team with them: changing them is running code as the operator.",
        "set keys in the application's sparkConf; it wins over the defaults",
        (CONFIG_MAPS,),
        "false",
        "request.userInfo.username",
        "critical",
        sealed=True,
    ),
)
