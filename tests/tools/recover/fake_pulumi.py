"""A `pulumi` for the tests of the recovery: keeps a state in a file and writes down what it was told.

The engine cannot be had from a package registry; what it does with these commands is described in docs/adopt.md.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("FAKE_PULUMI", "/nonexistent"))
STATE = HOME / "backend/.pulumi/stacks/spark-on-ack/dev.json"


def deployment() -> dict[str, Any]:
    latest: dict[str, Any] = json.loads(STATE.read_text())["checkpoint"]["latest"] or {}
    return latest


def keep(latest: object) -> None:
    STATE.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1]


def main() -> int:
    command = " ".join(a for a in sys.argv[1:3] if not a.startswith("-"))
    with (HOME / "calls").open("a") as calls:
        calls.write(command + "\n")
    if "SPARK_ON_ACK_LOOKUP" in os.environ:
        if command == "preview":
            (Path(os.environ["SPARK_ON_ACK_LOOKUP"]) / "answer.json").write_text((HOME / "answer.json").read_text())
        return 0
    if command == "whoami":
        print(json.dumps({"url": f"file://{HOME}/backend"}))
    elif command == "stack export":
        print(json.dumps({"version": 3, "deployment": deployment()}))
    elif command == "stack import":
        keep(json.loads(Path(option("--file")).read_text())["deployment"])
    elif command == "import":
        listed = json.loads(Path(option("--file")).read_text())
        (HOME / "imported.json").write_text(json.dumps(listed))
        latest = deployment()
        new = [{"urn": r["name"], "id": r.get("id", ""), "type": r["type"]} for r in listed["resources"]]
        keep({**latest, "resources": [*(latest.get("resources") or []), *new]})
    elif command == "preview":
        plan = HOME / "plan.json"
        updated = (HOME / "updated").exists()
        print(json.dumps({"changeSummary": {"same": 1} if updated else json.loads(plan.read_text())}))
    elif command == "up":
        (HOME / "updated").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
