"""The names the rules' CEL uses, bound for each kind of object.

The API server evaluates a variable only when it is used, and once. `?.` and `[?…]` keep a missing field from being an
error, which would refuse the object with a sentence nobody understands.
"""

from collections.abc import Mapping
from typing import Final

from ..base.constants import (
    ANNOTATION_IMAGES,
    ANNOTATION_MAX_CPU,
    ANNOTATION_MAX_EXECUTORS,
    ANNOTATION_MAX_MEMORY,
    ANNOTATION_RAM_ROLES,
    ANNOTATION_RETIRED,
    DRIVER_ACCOUNT,
    ECI,
    LABEL_SPARK_ROLE,
    LABEL_WORKSPACE,
)
from . import fields
from .cel import text, texts
from .pod_rules import ECI_KEYS
from .rule import APPLICATIONS, CONFIG_MAPS, CONNECTS, PODS, SCHEDULED, SUBMISSIONS

IGNORED_OF_PODS: Final = (  # noqa: SIM905 - a list of words reads better so
    "affinity configMaps dnsConfig env envFrom gpu hostAliases hostNetwork initContainers lifecycle memoryLimit "
    "nodeSelector podSecurityContext ports priorityClassName schedulerName securityContext shareProcessNamespace "
    "sidecars terminationGracePeriodSeconds tolerations"
).split()
"""Fields of driver and executor that only the operator's pod webhook reads (2.5.2, its pod defaulter)."""
IDENTITY_KEYS: Final = (
    r"^spark\.(master|submit\.deployMode|kubernetes\.(authenticate\..*|context|driver\.master|trust\.certificates))$"
)
OPERATOR_KEYS: Final = (
    r"^spark\.(kubernetes\.((driver|executor)\.(podTemplate(File|ContainerName)|pod\.\w*[fF]eatureSteps)"
    r"|file\.upload\.path|kerberos\..*|hadoop\.configMapName|submission\..*)|kerberos\..*|jars\.ivySettings)$"
)
PACKAGE_KEYS: Final = r"^spark\.jars\.(packages|excludes|repositories|ivy)$"
HOST_KEYS: Final = r"^spark\.kubernetes\.(driver|executor)\.volumes\.(hostPath|nfs)\."
ACCESS_KEY: Final = r"(?i)(access|secret)[._]?key"
CLOUD_PARTS: Final = ("aliyun", "alibabacloud")
"""Parts of the annotations that the cloud reads; rules about pods look at these only."""
FILES: Final = r"^((local:/|oss://|https://)[^,\s]*|spark-internal)$"
"""One file: after a comma spark-submit would read another, of any scheme."""
PLAIN_SPARK_KEY: Final = r"^spark\.[^\s=]+$"
PLAIN_KEY: Final = r"^[^\s=]+$"
IMAGE_KEYS: Final = r"^spark\.kubernetes\..*container\.image$"
FILE_KEYS: Final = ("spark.jars", "spark.files", "spark.archives", "spark.submit.pyFiles")
EXECUTOR_KEYS: Final = (
    "spark.executor.instances",
    "spark.dynamicAllocation.maxExecutors",
    "spark.dynamicAllocation.minExecutors",
    "spark.dynamicAllocation.initialExecutors",
)


def _pairs(of_map: str) -> str:
    """CEL: a map as a list of `key=value`."""
    return f"{of_map}.orValue({{}}).map(k, k + '=' + {of_map.replace('.?', '.')}[k])"


def _matching(keys: str, pattern: str) -> str:
    return f"{keys}.filter(k, k.matches({text(pattern)}))"


_NOTES = "namespaceObject.metadata.?annotations.orValue({})"
OF_NAMESPACE: Final = {
    "notes": _NOTES,
    "team": f"namespaceObject.metadata.?labels[?{text(LABEL_WORKSPACE)}].orValue('')",
    "allowed_images": f"variables.notes[?{text(ANNOTATION_IMAGES)}].orValue('').split(',')",
    "allowed_roles": f"variables.notes[?{text(ANNOTATION_RAM_ROLES)}].orValue('').split(',')",
    "most_executors": f"int(variables.notes[?{text(ANNOTATION_MAX_EXECUTORS)}].orValue('-1'))",
    "retired": f"variables.notes[?{text(ANNOTATION_RETIRED)}].orValue('')",
    "largest": f"{{?'cpu': variables.notes[?{text(ANNOTATION_MAX_CPU)}], "
    f"?'memory': variables.notes[?{text(ANNOTATION_MAX_MEMORY)}]}}",
}
DERIVED: Final = {
    "bad_images": "variables.images.filter(i, !variables.allowed_images.exists(p, i == p || "
    "i.startsWith(p.endsWith('/') ? p : p + ':') || i.startsWith(p + '@')))",
    "bad_eci": f"variables.annotations.filter(a, a.startsWith({text(ECI)}) && "
    f"!(a.substring({len(ECI)}).split('=')[0] in {texts(tuple(ECI_KEYS))})).map(a, a.split('=')[0])",
}


def of_pods(operator: str, other_creators: tuple[str, ...]) -> dict[str, str]:
    """Variables of pods; `operator` and `other_creators` are user names."""
    spec = "object.spec"
    user = "request.userInfo.username"
    return {
        "by_driver": f"{user} == 'system:serviceaccount:' + request.namespace + ':{DRIVER_ACCOUNT}'",
        "by_operator": f"{user} == {text(operator)}",
        "by_other_creator": f"{user} in {texts(other_creators)}",
        "role": f"object.metadata.?labels[?{text(LABEL_SPARK_ROLE)}].orValue('')",
        "old_role": f"oldObject.metadata.?labels[?{text(LABEL_SPARK_ROLE)}].orValue('')",
        "placed": "request.operation == 'UPDATE'",
        "account": f"{spec}.?serviceAccountName.orValue('')",
        "driver_accounts": "variables.role == 'executor' ? [] : [variables.account]",
        "executor_accounts": "variables.role == 'executor' ? [variables.account] : []",
        "containers": f"{spec}.containers + {spec}.?initContainers.orValue([])",
        "pod_specs": f"[{spec}]",
        "volumes": f"{spec}.?volumes.orValue([])",
        "images": "variables.containers.map(c, c.?image.orValue('')) + " + fields.volume_images("variables.volumes"),
        "unknown_volumes": fields.unknown_volumes("variables.volumes"),
        "unknown_resources": fields.unknown_resources(f"[dyn({spec})]"),
        "host_conf": "[]",
        "annotations": "object.metadata.?annotations.orValue({}).filter(k, "
        + " || ".join(f"k.contains({text(part)})" for part in CLOUD_PARTS)
        + ").map(k, k + '=' + object.metadata.annotations[k])",
        "driver_annotations": "variables.role == 'executor' ? [] : variables.annotations",
        "priorities": f"[{spec}.?priorityClassName.orValue('')]",
        # a regular expression on each of some 30 names would cost more than all other rules together
        "key_names": "variables.containers.map(c, c.?env.orValue([])"
        f".filter(e, e.name.lowerAscii().contains('key') && e.name.matches({text(ACCESS_KEY)}))"
        ".map(e, e.name).join(', ')).filter(n, n != '')",
    }


def _template_side(side: str) -> dict[str, str]:
    """Variables about the pod template of one side (driver or executor), which the CRDs leave untyped."""
    template = f"variables.{side}.?template"
    annotation = f"spark.kubernetes.{side}.annotation."
    return {
        f"{side}_containers": f"{template}.?spec.?containers.orValue([]) + "
        f"{template}.?spec.?initContainers.orValue([])",
        f"{side}_template_annotations": f"{template}.?metadata.?annotations.orValue({{}})",
        f"{side}_notes": f"variables.{side}_template_annotations.map(k, "
        f"k + '=' + string(variables.{side}_template_annotations[k])) + "
        f"variables.conf_keys.filter(k, k.startsWith({text(annotation)})).map(k, "
        f"k.substring({len(annotation)}) + '=' + variables.conf[k])",
        f"{side}_env": f"variables.{side}_containers.map(c, c.?env.orValue([])"
        f".filter(e, e.name.matches({text(ACCESS_KEY)})).map(e, string(e.name)).join(', ')).filter(n, n != '')",
    }


def _of_submissions(target: str, spec: str, driver: str) -> dict[str, str]:
    """Variables that applications and Spark Connect servers share."""
    templates = "[?variables.driver.?template.?spec, ?variables.executor.?template.?spec]"
    asked = "[?variables.spec.?dynamicAllocation.?{}, ?variables.spec.?dynamicAllocation.?{}, {}]".format(
        "maxExecutors", "initialExecutors", "?variables.executor.?instances"
    )
    return {
        "spec": spec,
        "driver": f"variables.spec.{driver}",
        "executor": "variables.spec.executor",
        "conf": "variables.spec.?sparkConf.orValue({})",
        "conf_keys": "variables.conf.map(k, k)",
        "hadoop_keys": "variables.spec.?hadoopConf.orValue({}).map(k, k)",
        **_template_side("driver"),
        **_template_side("executor"),
        "placed": "false",
        "containers": "variables.driver_containers + variables.executor_containers",
        "pod_specs": templates,
        "operator_keys": _matching("variables.conf_keys", OPERATOR_KEYS),
        "asked_executors": asked,
        "asked_conf": f"{texts(EXECUTOR_KEYS)}.filter(k, k in variables.conf).map(k, variables.conf[k])",
        "template_images": "variables.containers.filter(c, has(c.image)).map(c, string(c.image)) + "
        + " + ".join(
            fields.volume_images(f"variables.{side}.?template.?spec.?volumes.orValue([])")
            for side in ("driver", "executor")
        ),
        "unknown_volumes": " + ".join(
            fields.unknown_volumes(f"variables.{side}.?template.?spec.?volumes.orValue([])")
            for side in ("driver", "executor")
        ),
        "unknown_resources": fields.unknown_resources("variables.pod_specs.map(s, dyn(s))"),
        "image_keys": _matching("variables.conf_keys", IMAGE_KEYS),
        "malformed_keys": f"variables.conf_keys.filter(k, !k.matches({text(PLAIN_SPARK_KEY)})) + "
        f"variables.hadoop_keys.filter(k, !k.matches({text(PLAIN_KEY)}))",
        "template_key_names": f"{_matching('(variables.conf_keys + variables.hadoop_keys)', ACCESS_KEY)} + "
        "variables.driver_env + variables.executor_env",
        "template_priorities": "variables.pod_specs.map(s, string(s.?priorityClassName.orValue('')))",
        **{f"template_{side}_accounts": _template_accounts(side) for side in ("driver", "executor")},
    }


def _template_accounts(side: str) -> str:
    names = [f"?variables.{side}.?template.?spec.?{field}" for field in ("serviceAccountName", "serviceAccount")]
    return f"[{', '.join(names)}].map(a, string(a))"


def _ignored() -> str:
    parts = [
        f"(has(variables.{side}.{field}) ? ['{side}.{field}'] : [])"
        for side in ("driver", "executor")
        for field in IGNORED_OF_PODS
    ]
    parts += [f"(has(variables.spec.{f}) ? ['{f}'] : [])" for f in ("sparkConfigMap", "hadoopConfigMap")]
    parts.append(
        "variables.spec.?volumes.orValue([]).filter(v, !v.name.startsWith('spark-local-dir-'))"
        ".map(v, 'volumes: ' + v.name)"
    )
    return " + ".join(parts)


def of_jobs(spec: str) -> dict[str, str]:
    """Variables of SparkApplications; `spec` is where the application's spec is."""
    lists = [f"variables.spec.?deps.?{field}.orValue([])" for field in ("jars", "files", "pyFiles", "archives")]
    confs = [f"variables.conf[?{text(key)}].orValue('').split(',')" for key in FILE_KEYS]
    packages = ("packages", "excludePackages", "repositories")
    named = " + ".join(f"(has(variables.spec.deps.{p}) ? ['deps.{p}'] : [])" for p in packages)
    sides, maps = ("driver", "executor"), ("envVars", "envSecretKeyRefs")
    env_maps = [f"variables.{side}.?{each}.orValue({{}})" for side in sides for each in maps]
    return {
        **_of_submissions(APPLICATIONS, spec, "driver"),
        "images": "[?variables.spec.?image, ?variables.driver.?image, ?variables.executor.?image] + "
        "variables.template_images",
        "driver_accounts": "[?variables.driver.?serviceAccount] + variables.template_driver_accounts",
        "executor_accounts": "[?variables.executor.?serviceAccount] + variables.template_executor_accounts",
        "driver_annotations": f"{_pairs('variables.driver.?annotations')} + variables.driver_notes",
        "annotations": "variables.driver_annotations + "
        f"{_pairs('variables.executor.?annotations')} + variables.executor_notes",
        "priorities": "variables.template_priorities",
        "host_conf": f"{_matching('variables.conf_keys', HOST_KEYS)} + "
        "variables.spec.?volumes.orValue([]).filter(v, has(v.hostPath)).map(v, 'volumes: ' + v.name)",
        "identity_keys": f"{_matching('variables.conf_keys', IDENTITY_KEYS)} + "
        "(has(variables.driver.kubernetesMaster) ? ['driver.kubernetesMaster'] : [])",
        "bad_files": f"([?variables.spec.?mainApplicationFile] + {' + '.join(lists)} + "
        f"({' + '.join(confs)}).filter(f, f != '')).filter(f, !f.matches({text(FILES)}))",
        "package_keys": f"{_matching('variables.conf_keys', PACKAGE_KEYS)} + (has(variables.spec.deps) ? {named} : [])",
        "ignored": _ignored(),
        "service_types": "[?variables.spec.?sparkUIOptions.?serviceType] + variables.spec.?driverIngressOptions"
        ".orValue([]).filter(o, has(o.serviceType)).map(o, o.serviceType)",
        "external_service": "false",
        "key_names": "variables.template_key_names + "
        + " + ".join(f"{m}.map(k, k).filter(k, k.matches({text(ACCESS_KEY)}))" for m in env_maps),
    }


def of_connects() -> dict[str, str]:
    """Variables of Spark Connect servers, which have fewer fields of their own: the rest is in their pod templates."""
    service = "variables.driver.?service.?spec"
    return {
        **_of_submissions(CONNECTS, "object.spec", "server"),
        "images": "[?variables.spec.?image] + variables.template_images",
        "driver_accounts": "variables.template_driver_accounts",
        "executor_accounts": "variables.template_executor_accounts",
        "driver_annotations": "variables.driver_notes",
        "annotations": "variables.driver_notes + variables.executor_notes",
        "priorities": "variables.template_priorities",
        "host_conf": _matching("variables.conf_keys", HOST_KEYS),
        "identity_keys": _matching("variables.conf_keys", IDENTITY_KEYS),
        "package_keys": _matching("variables.conf_keys", PACKAGE_KEYS),
        "service_types": f"[?{service}.?type]",
        "external_service": f"{service}.?externalIPs.orValue([]).size() > 0",
        "key_names": "variables.template_key_names",
    }


def variables(
    target: str, operator: str, other_creators: tuple[str, ...], priorities: tuple[str, ...]
) -> Mapping[str, str]:
    """Name → CEL of all variables of a target; a variable only uses earlier ones."""
    own = {
        PODS: lambda: of_pods(operator, other_creators),
        APPLICATIONS: lambda: of_jobs("object.spec"),
        SCHEDULED: lambda: of_jobs("object.spec.template"),
        CONNECTS: of_connects,
        CONFIG_MAPS: dict,
    }[target]()
    beyond = fields.of_submissions(target, IGNORED_OF_PODS) if target in SUBMISSIONS else {}
    return {**OF_NAMESPACE, "allowed_priorities": texts(priorities), **own, **beyond, **DERIVED}
