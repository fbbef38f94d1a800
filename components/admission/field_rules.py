"""Rules that refuse what is on no list (`allowed.yaml`): what nobody has thought about cannot pass."""

from .allowed import ALLOWED
from .fields import DISK, TAGS
from .rule import EVERYWHERE, SUBMISSIONS, Rule

FIELD_RULES = (
    Rule(
        id="known-field",
        title="A job sets listed fields only",
        message="this field is not on the list of what a job may set",
        reason="The operator acts on fields with its own rights: an ingress for a driver holds its workers, "
        "monitoring reads files of its own pod, and a new release may bring more.",
        way_out="remove the field, or ask the platform to have it listed in components/admission/allowed.yaml",
        targets=SUBMISSIONS,
        check="variables.unknown_fields.size() == 0",
        offending="variables.unknown_fields.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="known-key",
        title="A job sets listed Spark keys only",
        message="this key is not on the list of what a job may configure",
        reason="spark-submit runs in the operator and acts on keys with its rights and its files; those that only a "
        "job's own pods read are listed by family.",
        way_out="remove the key, or ask the platform to have it listed in components/admission/allowed.yaml",
        targets=SUBMISSIONS,
        check="variables.unknown_keys.size() == 0",
        offending="variables.unknown_keys.join(', ')",
        severity="critical",
        sealed=True,
    ),
    Rule(
        id="known-mark",
        title="Labels and annotations are the team's own",
        message="this label or annotation is not one that a job may set",
        reason="Controllers of the cloud and of the cluster act on labels and annotations; a label of another team's "
        "puts this job on its bill.",
        way_out="remove it; keys without a domain are free, except Spark's own",
        targets=SUBMISSIONS,
        check="variables.unknown_marks.size() == 0",
        offending="variables.unknown_marks.join(', ')",
        sealed=True,
    ),
    Rule(
        id="known-volume",
        title="Volumes are of listed kinds",
        message=f"a volume may only be one of {', '.join(v for v in ALLOWED.volumes if v not in ('name', 'hostPath'))}",
        reason="Other kinds mount file systems of the cloud or of others without any account of this workspace.",
        way_out="use emptyDir, a volume claim, or object storage",
        targets=EVERYWHERE,
        check="variables.unknown_volumes.size() == 0",
        offending="variables.unknown_volumes.join(', ')",
        sealed=True,
    ),
    Rule(
        id="known-resource",
        title="A pod requests what quotas count",
        message=f"a container may only request {', '.join(ALLOWED.resources)}, of disk at most {ALLOWED.largest_disk}, "
        "and a pod as a whole nothing",
        reason="Extended resources such as GPUs, resource claims and requests of the pod are in no quota of the "
        "workspace.",
        way_out="remove the resource; set cores, memory and the pod template's ephemeral-storage",
        targets=EVERYWHERE,
        check="variables.unknown_resources.size() == 0",
        offending="variables.unknown_resources.join(', ')",
        sealed=True,
    ),
    Rule(
        id="bounded-disk",
        title="The further disk of a pod is bounded",
        message=f"the further disk of a pod must be a quantity of at most {ALLOWED.largest_disk}",
        reason="It is billed, and no quota counts it.",
        way_out="request less, or keep the data in object storage",
        targets=EVERYWHERE,
        check=f"variables.annotations.all(a, !a.startsWith('{DISK}') || (isQuantity(a.substring({len(DISK)})) && "
        f"quantity(a.substring({len(DISK)})).compareTo(quantity('{ALLOWED.largest_disk}')) <= 0))",
        offending=f"variables.annotations.filter(a, a.startsWith('{DISK}')).join(', ')",
        severity="medium",
    ),
    Rule(
        id="own-tags",
        title="Cost tags name the own team",
        message="the tag team of a pod must name this workspace's team",
        reason="Bills are divided by this tag: another team would pay.",
        way_out=f"remove team from the annotation {TAGS.rstrip('=')}; the workspace's templates set it",
        targets=EVERYWHERE,
        check=f"variables.annotations.all(a, !a.startsWith('{TAGS}') || a.substring({len(TAGS)}).split(',').all(t, "
        "!t.lowerAscii().matches('^ *team *[:=]') || t == 'team:' + variables.team))",
        offending=f"variables.annotations.filter(a, a.startsWith('{TAGS}')).join(', ')",
    ),
)
