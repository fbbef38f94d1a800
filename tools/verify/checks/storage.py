"""Object storage, with the credentials that a driver's pod has."""

from tools.verify.check import FailedError, check
from tools.verify.hadoop import FOLDER, Action, act
from tools.verify.platform import Platform

CREDENTIALS = (
    "see the team's RAM role and its policies, and rule ram-role; facts of the refusal are in OSS's access log"
)


@check(
    "storage-own", "a job writes, reads, renames, lists and deletes under its team's prefix", needs=["dns"], seconds=60
)
def own(platform: Platform) -> str:
    """From a driver's pod, with the driver's credentials, through the job's own client."""
    team = platform.teams[0]
    folder = f"{team.root}/{FOLDER}/own"
    actions: list[Action] = [
        ("write", f"{folder}/a", "written by make verify"),
        ("rename", f"{folder}/a", f"{folder}/b"),
        ("list", folder, ""),
        ("read", f"{folder}/b", ""),
        ("delete", folder, ""),
    ]
    outcomes = act(platform.probes.running()[f"driver:{team.name}"], team, actions)
    wanted = [True, True, ["b"], "written by make verify", True]
    for (action, where, _), (outcome, answer), expected in zip(actions, outcomes, wanted, strict=True):
        if outcome != "done" or answer != expected:
            raise FailedError(f"{action} {where}: {outcome} {answer}", CREDENTIALS)
    return f"{len(actions)} actions under {team.root}"


@check(
    "storage-foreign",
    "a job is refused under another team's prefix and in the backend's folder",
    needs=["storage-own"],
    seconds=60,
)
def foreign(platform: Platform) -> str:
    """Reading and writing where the driver's role has no right; RAM cannot part teams inside one HDFS bucket."""
    first, second = platform.two_teams()
    files = platform.graph.of_type("spark-on-ack:index:Storage")[0].outputs["filesRoot"]
    bucket = first.root.split("/")[2].partition(".")[0]
    shared = second.root.split("/")[2].partition(".")[0] == bucket
    actions: list[Action] = [
        ("write", f"{files}/teams/{second.name}/{FOLDER}", "must not be written"),
        ("list", f"{files}/teams/{second.name}", ""),
        *([] if platform.is_sandbox else [("list", f"oss://{bucket}/.dlsdata", "")]),  # its gateway has no such folder
        *([] if shared else [("write", f"{second.root}/{FOLDER}", "must not be written"), ("list", second.root, "")]),
    ]
    outcomes = act(platform.probes.running()[f"driver:{first.name}"], first, actions)
    for (action, where, _), (outcome, answer) in zip(actions, outcomes, strict=True):
        if outcome == "done":
            raise FailedError(f"{first.name}'s driver may {action} {where}: {answer}", CREDENTIALS)
    told = f"; inside {bucket}, which both teams use, RAM cannot part them" if shared else ""
    return f"{len(actions)} actions refused{told}"
