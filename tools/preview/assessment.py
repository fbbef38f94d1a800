"""An assessment of a stack: its graph, costs, verdicts and prerequisites, computed by one tree's own program and tools.

`python -m tools.preview.assessment REQUEST.json` does it in a process of its own, so that another revision is assessed
with its own code, prices and policies.
"""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from components.base.mistakes import InputError
from components.platform.prerequisites import Prerequisite, prerequisites
from policies.base.check import Verdict
from policies.base.config import config_file
from policies.base.rule import Context
from policies.base.view import Unreadable
from policies.cost.model.estimate import Estimate, estimate_graph
from policies.cost.model.lines import Line
from replay import ROOT, ReplayError, replay, stack_file
from replay.graph import Graph, Resource
from tools.packs import PACKS, PackError, judged_by, verdicts
from tools.preflight.__main__ import settings_of


@dataclass
class Assessment:
    """Everything known about one stack at one revision."""

    stack: str
    environment: str = ""
    region: str = ""
    refused: str = ""
    """The program's own sentences when it refuses its settings; everything below is empty then."""
    graph: Graph = field(default_factory=lambda: Graph("", []))
    lines: list[Line] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    prerequisites: list[Prerequisite] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be assessed, and why; a preview with problems fails."""

    @property
    def cost(self) -> Estimate:
        """The cost lines with their sums."""
        return Estimate(tuple(self.lines))

    @property
    def fails(self) -> bool:
        """True when an update would be refused, or when that cannot be told."""
        return bool(self.refused or self.problems or [v for v in self.verdicts if v.level == "mandatory"])

    def to_json(self) -> str:
        """As JSON, for another process; `from_json` reads it back."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Assessment":
        """The assessment of `to_json`."""
        data = json.loads(text)
        graph = data.pop("graph")
        graph["resources"] = [Resource(**r) for r in graph["resources"]]
        data["lines"] = [_line(line) for line in data["lines"]]
        data["verdicts"] = [Verdict(**v) for v in data["verdicts"]]
        data["prerequisites"] = [Prerequisite(**p) for p in data["prerequisites"]]
        return cls(graph=Graph(**graph), **data)


def _line(data: dict[str, Any]) -> Line:
    amount = data.pop("cny_per_hour")
    data["keys"] = tuple(data["keys"])
    return Line(**data, cny_per_hour=None if amount is None else Decimal(amount))


def assess(stack: str, file: Path | None = None, say: Callable[[str], None] = lambda _: None) -> Assessment:
    """Assesses a stack of this tree; `file`: a stack file other than the stack's own; `say` gets each line of progress.

    Raises ReplayError when there is no such stack. When the program refuses its settings, the assessment says so.
    """
    path = file or stack_file(ROOT, stack)
    say(f"{stack}: running the program")
    try:
        graph = replay(stack, config=path)
        judged = judged_by(stack, path)
    except ReplayError as e:
        return Assessment(stack, refused=str(e).replace(f"{ROOT}/", ""))
    assessment = Assessment(stack, judged.environment, judged.region, graph=graph)
    say(f"{stack}: {len(graph.resources)} resources; running the policies")
    with ThreadPoolExecutor(len(PACKS)) as pool:  # each pack is a process of its own, and they run in parallel
        asked = {name: pool.submit(_ask, graph, folder, assessment) for name, folder in PACKS.items()}
        _count(assessment, path)
        for name, answer in asked.items():
            try:
                assessment.verdicts += answer.result()
            except (PackError, InputError, OSError, ValueError) as e:
                assessment.problems.append(f"policy pack {name} gave no answer: {str(e).strip().splitlines()[-1]}")
    assessment.verdicts.sort(key=lambda v: (v.level != "mandatory", v.undecided, v.rule, v.urn))
    return assessment


def _ask(graph: Graph, folder: Path, assessment: Assessment) -> list[Verdict]:
    environment, region = assessment.environment, assessment.region
    levels = json.loads(config_file(folder, environment).read_text(encoding="utf-8"))
    return verdicts(graph, folder, levels, region, environment)


def _count(assessment: Assessment, path: Path) -> None:
    try:
        assessment.lines = list(estimate_graph(assessment.graph, Context(region=assessment.region)).lines)
    except Unreadable as e:
        assessment.problems.append(f"the cost could not be estimated: {e}")
    assessment.prerequisites = prerequisites(settings_of(path))


def main() -> None:
    """Reads `{"stack": …, "out": …}` and writes the assessment to `out`."""
    request = json.loads(Path(sys.argv[1]).read_text())
    Path(request["out"]).write_text(assess(request["stack"]).to_json())


if __name__ == "__main__":
    main()
