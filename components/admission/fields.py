"""CEL variables that name what is on no list: fields, volumes, resources, labels, annotations, Spark keys."""

from collections.abc import Iterable

from ..base.constants import ECI, LABEL_WORKSPACE
from .allowed import ALLOWED
from .cel import text, texts
from .rule import CONNECTS

TAGS = f"{ECI}eci-custom-tags="
DISK = f"{ECI}eci-extra-ephemeral-storage="


def _beyond(of_map: str, names: tuple[str, ...], prefix: str) -> str:
    """CEL: the keys of an optional map that are not in `names`, each behind `prefix`.

    `dyn`: the server knows the resources' schemas, and would not let an expression walk over an object's fields.
    """
    return f"{of_map}.orValue({{}}).filter(k, !(k in {texts(names)})).map(k, {text(prefix)} + k)"


def _beyond_each(containers: str) -> str:
    names = texts(ALLOWED.container)
    unknown = f"{containers}.map(c, dyn(c).filter(k, !(k in {names}))).filter(l, l.size() > 0)"
    return f"{unknown}.map(l, 'container: ' + l.join(', '))"


def of_submissions(target: str, ignored: Iterable[str]) -> dict[str, str]:
    """Variables of applications and Spark Connect servers; `ignored`: fields that another rule refuses."""
    driver = "server" if target == CONNECTS else "driver"
    parts = [
        _beyond("optional.of(dyn(variables.spec))", (*ALLOWED.spec, "sparkConfigMap", "hadoopConfigMap"), ""),
        _beyond("dyn(variables.spec).?deps", ALLOWED.deps, "deps."),
        _beyond("dyn(variables.spec).?sparkUIOptions", ALLOWED.ui, "sparkUIOptions."),
    ]
    for side, names in ((driver, ALLOWED.driver), ("executor", ALLOWED.executor)):
        template = f"dyn(variables.spec).?{side}.?template"
        parts += [
            _beyond(f"dyn(variables.spec).?{side}", (*names, *ignored), f"{side}."),
            _beyond(template, ALLOWED.template, f"{side}.template."),
            _beyond(f"{template}.?metadata", ALLOWED.template_metadata, f"{side}.template.metadata."),
            _beyond(f"{template}.?spec", ALLOWED.template_spec, f"{side}.template.spec."),
        ]
    parts.append(_beyond_each("variables.containers"))
    side_maps = [f"dyn(variables.spec).?{side}.?{field}" for side in (driver, "executor") for field in ("labels",)]
    side_maps += [f"dyn(variables.spec).?{side}.?template.?metadata.?labels" for side in (driver, "executor")]
    pairs = [f"{each}.orValue({{}}).map(k, k + '=' + string({each.replace('.?', '.')}[k]))" for each in side_maps]
    of_conf = [
        f"variables.conf_keys.filter(k, k.startsWith({text(prefix)})).map(k, k.substring({len(prefix)}) + '=' + "
        "variables.conf[k])"
        for prefix in ("spark.kubernetes.driver.label.", "spark.kubernetes.executor.label.")
    ]
    return {
        "unknown_fields": " + ".join(parts),
        "labels": " + ".join(pairs + of_conf),
        "told_keys": "variables.identity_keys + variables.operator_keys + variables.package_keys + "
        "variables.host_conf + variables.image_keys + variables.malformed_keys + variables.template_key_names",
        "unknown_marks": _unknown_marks(),
        "unknown_keys": _unknown_keys(),
    }


def _unknown_marks() -> str:
    domains = texts(ALLOWED.domains)
    foreign = f"(k.contains('/') && !(k.split('/')[0] in {domains}))"
    own = f"m.startsWith({text(LABEL_WORKSPACE + '=')}) && m != {text(LABEL_WORKSPACE + '=')} + variables.team"
    key = f"[m.split('=')[0]].exists(k, {foreign} || k in {texts(ALLOWED.never_labels)})"
    label = f"variables.labels.filter(m, {own} || {key})"
    annotation = f"variables.annotations.filter(m, [m.split('=')[0]].exists(k, {foreign})).map(m, m.split('=')[0])"
    return f"{label} + {annotation}"


def _unknown_keys() -> str:
    known = f"^spark\\.({ALLOWED.key_pattern})$"
    families = f"k.split('.').size() > 1 && k.split('.')[1] in {texts(ALLOWED.families)}"
    never = f"k.matches({text(f'^spark[.]({ALLOWED.never})$')})"
    of_conf = f"variables.conf_keys.filter(k, !({families} && !{never}) && !k.matches({text(known)}))"
    of_hadoop = f"variables.hadoop_keys.filter(k, !k.matches({text(f'^({ALLOWED.hadoop})$')}))"
    # AccessKeys, malformed keys and others have rules of their own, which say more
    return f"({of_conf} + {of_hadoop}).filter(k, !(k in variables.told_keys))"


def volume_images(volumes: str) -> str:
    """CEL: the references of image volumes, which the workspace's list of images is for as well."""
    return f"{volumes}.filter(v, dyn(v).?image.hasValue()).map(v, string(dyn(v).image.?reference.orValue('')))"


def unknown_volumes(volumes: str) -> str:
    """CEL: the names of volumes that are of another kind than those listed."""
    kinds = texts(ALLOWED.volumes)
    return f"{volumes}.filter(v, dyn(v).exists(k, !(k in {kinds}))).map(v, string(v.name))"


def unknown_resources(specs: str) -> str:
    """CEL: what the containers of pod specs request beyond the listed resources, and what a pod requests as a whole."""
    names, most = texts(ALLOWED.resources), text(ALLOWED.largest_disk)
    disk = "'ephemeral-storage'"
    too_much = f"(!(k in {names}) || (k == {disk} && quantity(string(r[k])).compareTo(quantity({most})) > 0))"
    stated = "[c.?resources.?requests.orValue({}), c.?resources.?limits.orValue({})]"
    of_containers = (
        f"variables.containers.map(c, {stated}.map(r, r.filter(k, {too_much}))).map(l, (l[0] + l[1]).join(', '))"
        ".filter(n, n != '')"
    )
    of_pod = " + ".join(
        f"{specs}.filter(s, s.?{field}.hasValue()).map(s, '{field} of the pod')"
        for field in ("resources", "resourceClaims")
    )
    return f"{of_containers} + {of_pod}"
