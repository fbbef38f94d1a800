"""Rules about a job's Spark configuration: the operator submits with it, so some keys act with the operator's rights.

The first three refuse what the operator's own webhook (2.5.2) refuses, and more: that webhook is off, because every
executor would have to pass it.
"""

from ..base.constants import LABEL_WORKSPACE
from .rule import JOBS, SUBMISSIONS, Rule

CONF_RULES = (
    Rule(
        id="conf-key",
        title="Configuration keys are plain keys",
        message="a key of sparkConf must start with spark., and no key may contain = or spaces",
        reason="spark-submit splits at the first =, so a key that contains one smuggles another key past every check.",
        way_out="write the key and its value separately",
        targets=SUBMISSIONS,
        check="variables.malformed_keys.size() == 0",
        offending="variables.malformed_keys.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="conf-identity",
        title="Account, token and API server cannot be configured",
        message="this key decides whose rights the job has or which API server it talks to",
        reason="The operator submits with these keys, so another account's rights or its own token would be in reach.",
        way_out="remove the key; the operator and the workspace set it",
        targets=SUBMISSIONS,
        check="variables.identity_keys.size() == 0",
        offending="variables.identity_keys.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="conf-namespace",
        title="A job stays in its namespace",
        message="spark.kubernetes.namespace names another namespace",
        reason="The job would be created there, with the operator's rights.",
        way_out="remove the key",
        targets=SUBMISSIONS,
        check="variables.conf[?'spark.kubernetes.namespace'].orValue(request.namespace) == request.namespace",
        offending="variables.conf[?'spark.kubernetes.namespace'].orValue('')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="conf-image",
        title="Images are named in the application's own fields",
        message="an image is set in the configuration",
        reason="Images are compared with the workspace's list in those fields only.",
        way_out="set the field image",
        targets=SUBMISSIONS,
        check="variables.image_keys.size() == 0",
        offending="variables.image_keys.join(', ')",
    ),
    Rule(
        id="operator-files",
        title="The operator reads no files and loads no classes for a job",
        message="this key makes the operator read its own files or load code, or leaves parts of the pods out",
        reason="spark-submit runs in the operator: a file it uploads or a template it reads may be its own token.",
        way_out="remove the key; pod templates belong in driver.template and executor.template",
        targets=SUBMISSIONS,
        check="variables.operator_keys.size() == 0",
        offending="variables.operator_keys.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="application-files",
        title="A job's files come from the image, from OSS or over HTTPS",
        message="the application's files must be in the image (local://), in OSS (oss://) or at an https:// address",
        reason="Any other path names one of the operator's own files or would be read as an option of spark-submit.",
        way_out="copy the file into the image, or upload it to the workspace's bucket",
        targets=JOBS,
        check="variables.bad_files.size() == 0",
        offending="variables.bad_files.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="no-packages",
        title="No package downloads at submission",
        message="packages would be downloaded by the operator at submission",
        reason="A download blocks one of the few submission slots for minutes, and pods here have no internet access.",
        way_out="put the jars into the image or into OSS (deps.jars)",
        targets=SUBMISSIONS,
        check="variables.package_keys.size() == 0",
        offending="variables.package_keys.join(', ')",
        severity="medium",
    ),
    Rule(
        id="shuffle-service",
        title="Shuffle data goes to the shuffle service",
        message="shuffle data must go to the shuffle service, without falling back to the executors' disks",
        reason="An executor that holds shuffle data cannot be given back, and when it is lost, so is the data.",
        way_out="remove the key; the workspace's defaults set it",
        targets=SUBMISSIONS,
        check="variables.conf[?'spark.celeborn.client.spark.shuffle.fallback.policy'].orValue('NEVER').upperAscii() == "
        "'NEVER' && variables.conf[?'spark.shuffle.manager'].orValue('celeborn').matches('(?i)celeborn')",
        offending="['spark.celeborn.client.spark.shuffle.fallback.policy', 'spark.shuffle.manager'].filter(k, "
        "k in variables.conf).map(k, k + '=' + variables.conf[k]).join(', ')",
        severity="medium",
    ),
    Rule(
        id="shuffle-tenant",
        title="Shuffle data counts towards its own team's quota",
        message="the shuffle tenant is not this workspace's team",
        reason="The shuffle service has a quota for each tenant, so another team's quota would be used up.",
        way_out="remove the key; the workspace's defaults set it",
        targets=SUBMISSIONS,
        check="variables.conf[?'spark.celeborn.identity.user-specific.tenant'].orValue(variables.team) == "
        "variables.team && !('spark.celeborn.identity.provider' in variables.conf)",
        offending=f"'this workspace is ' + namespaceObject.metadata.?labels[?'{LABEL_WORKSPACE}'].orValue('')",
    ),
    Rule(
        id="shuffle-tracking",
        title="Idle executors are given back",
        message="dynamic allocation needs shuffleTrackingEnabled: false",
        reason="The operator turns tracking on by default, and a tracked executor is paid for until the job ends.",
        way_out="add shuffleTrackingEnabled: false, or leave dynamicAllocation out and use the workspace's",
        targets=SUBMISSIONS,
        check="(!variables.spec.?dynamicAllocation.?enabled.orValue(false) || "
        "!variables.spec.dynamicAllocation.?shuffleTrackingEnabled.orValue(true)) && "
        "variables.conf[?'spark.dynamicAllocation.shuffleTracking.enabled'].orValue('false') == 'false'",
    ),
    Rule(
        id="max-executors",
        title="No job requests more executors than the quota allows",
        message="the job requests more executors than the workspace's quota leaves besides the drivers",
        reason="The API server keeps refusing the others as long as the job runs; Spark 4.2 and later give up.",
        way_out="request fewer, or have the quota raised",
        targets=SUBMISSIONS,
        check="variables.most_executors < 0 || (variables.asked_executors.all(n, n <= variables.most_executors) && "
        "variables.asked_conf.all(n, n.matches('^[0-9]{1,9}$') && int(n) <= variables.most_executors))",
        offending="'at most ' + string(variables.most_executors)",
    ),
)
