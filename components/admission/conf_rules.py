"""Rules about a job's Spark configuration: the operator submits with it, so some keys act with the operator's rights.

The first three repeat, and widen, what the operator's own webhook refuses (2.5.2): that webhook is off, because it
would sit on the path of every executor.
"""

from ..base.constants import LABEL_WORKSPACE
from .rules import JOBS, SUBMISSIONS, Rule

CONF_RULES = (
    Rule(
        "conf-key",
        "Configuration keys are plain keys",
        "a configuration key starts with spark. and holds neither = nor spaces",
        "spark-submit splits at the first =, so a key with one smuggles another key past every check.",
        "write the key and its value apart",
        SUBMISSIONS,
        "variables.conf_keys.all(k, k.matches('^spark\\\\.[^\\\\s=]+$')) && "
        "variables.hadoop_keys.all(k, k.matches('^[^\\\\s=]+$'))",
        "(variables.conf_keys.filter(k, !k.matches('^spark\\\\.[^\\\\s=]+$')) + "
        "variables.hadoop_keys.filter(k, !k.matches('^[^\\\\s=]+$'))).join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "conf-identity",
        "Account, token and API server are not configurable",
        "this key sets whose rights the job has or which API server it talks to",
        "The operator submits with it: another account's rights, or the operator's token, would be within reach.",
        "remove it; the operator and the workspace set it",
        SUBMISSIONS,
        "variables.identity_keys.size() == 0",
        "variables.identity_keys.join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "conf-namespace",
        "A job stays in its namespace",
        "spark.kubernetes.namespace names another namespace",
        "The job would be made there with the operator's rights.",
        "remove the key",
        SUBMISSIONS,
        "variables.conf[?'spark.kubernetes.namespace'].orValue(request.namespace) == request.namespace",
        "variables.conf[?'spark.kubernetes.namespace'].orValue('')",
        "critical",
        sealed=True,
    ),
    Rule(
        "conf-image",
        "Images are named in the application",
        "an image is set by configuration",
        "The list of allowed images is checked where images belong, in the application.",
        "use the field image",
        SUBMISSIONS,
        "!variables.conf_keys.exists(k, k.matches('^spark\\\\.kubernetes\\\\..*container\\\\.image$'))",
        "variables.conf_keys.filter(k, k.matches('^spark\\\\.kubernetes\\\\..*container\\\\.image$')).join(', ')",
    ),
    Rule(
        "operator-files",
        "The operator reads no file and loads no class for a job",
        "this key makes the operator read its own files or load code, or leaves out parts of the pods",
        "spark-submit runs in the operator: files it uploads or templates it reads can be the operator's token.",
        "remove it; pod templates belong into driver.template and executor.template",
        SUBMISSIONS,
        "variables.operator_keys.size() == 0",
        "variables.operator_keys.join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "application-files",
        "Files of a job come from the image or from OSS",
        "the application's files must be in the image (local://), in OSS (oss://) or behind https://",
        "Any other path is one of the operator's own files, or would be read as an option of spark-submit.",
        "copy the file into the image, or upload it to the workspace's bucket",
        JOBS,
        "variables.bad_files.size() == 0",
        "variables.bad_files.join(', ')",
        "critical",
        sealed=True,
    ),
    Rule(
        "no-packages",
        "No package downloads at submission",
        "packages would be downloaded by the operator at submission",
        "It holds one of the few submission slots for minutes, and needs internet access that pods here do not have.",
        "put the jars into the image or into OSS (deps.jars)",
        SUBMISSIONS,
        "variables.package_keys.size() == 0",
        "variables.package_keys.join(', ')",
        "medium",
    ),
    Rule(
        "shuffle-service",
        "Shuffle data goes to the shuffle service",
        "shuffle data must go to the shuffle service, without falling back to executors' disks",
        "Executors that hold shuffle data cannot be given back, and are lost with what they hold.",
        "remove the key; the workspace's defaults set it",
        SUBMISSIONS,
        "variables.conf[?'spark.celeborn.client.spark.shuffle.fallback.policy'].orValue('NEVER').upperAscii() == "
        "'NEVER' && variables.conf[?'spark.shuffle.manager'].orValue('celeborn').matches('(?i)celeborn')",
        "['spark.celeborn.client.spark.shuffle.fallback.policy', 'spark.shuffle.manager'].filter(k, "
        "k in variables.conf).map(k, k + '=' + variables.conf[k]).join(', ')",
        "medium",
    ),
    Rule(
        "shuffle-tenant",
        "Shuffle data is counted for the own team",
        "the shuffle tenant is another team",
        "Quotas of the shuffle service are per tenant; another team would run into its own.",
        "remove the key; the workspace's defaults set it",
        SUBMISSIONS,
        "variables.conf[?'spark.celeborn.identity.user-specific.tenant'].orValue(variables.team) == variables.team && "
        "!('spark.celeborn.identity.provider' in variables.conf)",
        f"'this workspace is ' + namespaceObject.metadata.?labels[?'{LABEL_WORKSPACE}'].orValue('')",
    ),
    Rule(
        "shuffle-tracking",
        "Idle executors are given back",
        "dynamic allocation needs shuffleTrackingEnabled: false",
        "The operator switches tracking on unless told otherwise, and a tracked executor is kept, and paid, for ever.",
        "add shuffleTrackingEnabled: false, or leave dynamicAllocation out: the workspace's defaults have it on",
        SUBMISSIONS,
        "(!variables.spec.?dynamicAllocation.?enabled.orValue(false) || "
        "!variables.spec.dynamicAllocation.?shuffleTrackingEnabled.orValue(true)) && "
        "variables.conf[?'spark.dynamicAllocation.shuffleTracking.enabled'].orValue('false') == 'false'",
    ),
    Rule(
        "max-executors",
        "No job asks for more executors than the quota holds",
        "the job asks for more executors than the workspace's quota leaves beside the drivers",
        "The API server refuses the rest one by one, for as long as the job runs; Spark 4.2 and later give up.",
        "ask for fewer, or have the quota raised",
        SUBMISSIONS,
        "variables.most_executors < 0 || (variables.asked_executors.all(n, n <= variables.most_executors) && "
        "variables.asked_conf.all(n, n.matches('^[0-9]{1,9}$') && int(n) <= variables.most_executors))",
        "'at most ' + string(variables.most_executors)",
    ),
)
