"""Rules about the other fields of an application, and about the defaults that the operator submits with."""

from .rule import CONFIG_MAPS, JOBS, SUBMISSIONS, Rule

JOB_RULES = (
    Rule(
        id="cluster-mode",
        title="Drivers run in pods of their own",
        message="the mode must be cluster",
        reason="In client mode the driver runs inside the operator, with the operator's rights on every team.",
        way_out="set mode: cluster, or leave it out",
        targets=JOBS,
        check="variables.spec.?mode.orValue('cluster') == 'cluster'",
        offending="variables.spec.?mode.orValue('')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="ignored-field",
        title="No field is set that nothing reads",
        message="the operator reads this field only with its pod webhook, which is off",
        reason="The job would start without it, and nobody would notice.",
        way_out="set it in driver.template or executor.template",
        targets=JOBS,
        check="variables.ignored.size() == 0",
        offending="variables.ignored.join(', ')",
        severity="medium",
    ),
    Rule(
        id="restart-policy",
        title="A failing job gives up in the end",
        message="the restart policy restarts a failing job without end, or more than 100 times",
        reason="A job that fails at once would be started, and paid for, again and again.",
        way_out="use type: Never, or OnFailure with onFailureRetries and onSubmissionFailureRetries of at most 100",
        targets=JOBS,
        check="variables.spec.?restartPolicy.?type.orValue('Never') != 'Always' && "
        "variables.spec.?restartPolicy.?onFailureRetries.orValue(0) <= 100 && "
        "variables.spec.?restartPolicy.?onSubmissionFailureRetries.orValue(0) <= 100",
        offending="variables.spec.?restartPolicy.?type.orValue('Never')",
        severity="medium",
    ),
    Rule(
        id="workspace-retired",
        title="A retired workspace takes no new jobs",
        message="this workspace is retired, and the day from which it may be removed is set",
        reason="Its namespace is deleted from that day on, with every job that still runs in it.",
        way_out="submit the job from another workspace, or ask the platform to take the team out of retire.teams",
        targets=SUBMISSIONS,
        check="request.operation != 'CREATE' || variables.retired == ''",
        offending="variables.retired",
    ),
    Rule(
        id="internal-service",
        title="A job's services stay inside the cluster",
        message="a job's services must be of type ClusterIP and without external addresses",
        reason="A load balancer costs money and exposes the driver's UI, which has no login.",
        way_out="remove the service type; reach the UI with kubectl port-forward or the history server",
        targets=SUBMISSIONS,
        check="variables.service_types.all(t, t == 'ClusterIP') && !variables.external_service",
        offending="variables.service_types.join(', ')",
    ),
    Rule(
        id="defaults-untouched",
        title="Jobs do not change the workspace's defaults",
        message="the workspace's spark-defaults and pod templates belong to the platform",
        reason="The operator submits the team's jobs with them, so whoever changes them runs code as the operator.",
        way_out="set the keys in the application's sparkConf, which wins over the defaults",
        targets=(CONFIG_MAPS,),
        check="false",
        offending="request.userInfo.username",
        severity="critical",
        sealed=True,
    ),
)
