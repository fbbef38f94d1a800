"""The search: which objects exist for the resources of a program, asked type by type."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from policies.leftovers.existing import Existing, Known
from policies.leftovers.lookups import LOOKUPS
from replay.graph import Resource


@dataclass
class Findings:
    """What a search brought: the objects that exist, and the types that could not be asked for, with the reason."""

    existing: list[Existing] = field(default_factory=list)
    unanswered: dict[str, str] = field(default_factory=dict)


def search(resources: Iterable[Resource], ids: Mapping[str, str]) -> Findings:
    """Looks for the objects of `resources`.

    `ids`: URN -> id of what is in the state; what is found for certain is added to it for the types that follow. Runs
    inside a Pulumi program, since the provider's data sources are asked through the engine.
    """
    everything, known = list(resources), dict(ids)
    findings = Findings()
    for type_, lookup in LOOKUPS.items():
        of_type = [r for r in everything if r.type == type_]
        if not of_type:
            continue
        try:
            existing = list(lookup(of_type, Known(known)))
        except Exception as e:  # whatever a provider answers: no rights, throttled, a service that is not open
            findings.unanswered[type_] = str(e).strip().splitlines()[0] if str(e).strip() else type(e).__name__
            continue
        findings.existing += existing
        times = Counter(e.urn for e in existing)
        known |= {e.urn: e.id for e in existing if times[e.urn] == 1 and e.urn not in known}
    return findings
