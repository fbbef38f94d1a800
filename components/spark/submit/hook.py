#!/usr/bin/env python3
"""Takes spark-submit's place in the Spark operator's pod: adds the workspace's defaults, then becomes spark-submit.

Reads the ConfigMap `spark-defaults` of the job's namespace and the SparkApplication, with the pod's own account.
Configuration: handed over as --properties-file, so whatever the application says wins. Pod templates: the
application's own is merged over the workspace's. Refuses what would run a team's code inside the operator.
A submission that was under way when the operator was killed is made again by the next one: the hook knows the driver
that it left, and reports success.
An error is one sentence on stderr; the operator shows it in the application's status.

Standard library only, Python 3.8 and later: it runs in the operator's image.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

DEFAULTS = "spark-defaults"
"""Name of the ConfigMap; its keys are the three below."""
NEEDED = f"a job's namespace needs the ConfigMap {DEFAULTS} of a workspace"
CONF, TEMPLATES = "spark-defaults.conf", {"driver": "driver-template.json", "executor": "executor-template.json"}
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
FLAGS = {"--load-spark-defaults", "--supervise", "--verbose", "-v"}
"""Options of spark-submit without a value."""
MERGED_BY = {"containers": "name", "initContainers": "name", "volumeMounts": "mountPath", "ownerReferences": "uid"}
REPLACED_BY = {"volumes": "name", "env": "name"}
"""Lists of a pod whose entries have a key; the second kind has alternatives that must not be mixed."""
TRIES = 3
SUBMISSION = "sparkoperator.k8s.io/submission-id"
"""Label of a driver. The operator 2.5.2 draws a new id for every try and records it when the try has ended."""
UNFINISHED_SECONDS = 30
"""How long a spark-submit that still runs elsewhere (an operator that lost its lease) may take to finish its driver."""
SUBMIT_SECONDS = 60
"""How long a submission may hold one of the operator's workers. From the hook's start to spark-submit's end it takes 2
to 8 s. The operator waits without end, and its health check does not notice."""


class Refused(Exception):
    """Why this job is not submitted, in one sentence."""


class Absent(Refused):
    """An object that the job needs is not there."""


class AlreadySubmitted(Exception):
    """An earlier submission, which nobody recorded, has made this driver."""


def main() -> int:
    """Becomes spark-submit; returns only when the job is refused."""
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(int(os.environ.get("SPARK_ON_ACK_SUBMIT_SECONDS", SUBMIT_SECONDS)))
    try:
        arguments = prepared(sys.argv[1:])
    except AlreadySubmitted as e:
        sys.stdout.write(f"spark-on-ack: driver {e} exists already, from a submission that was interrupted\n")
        return 0
    except Refused as e:
        sys.stderr.write(f"spark-on-ack: {e}\n")
        return 1
    finally:
        left = signal.alarm(0)
    signal.alarm(max(left, 1))  # this one outlives exec: it ends spark-submit, and the job's restart policy decides
    home = os.environ.get("SPARK_ON_ACK_SPARK_HOME", "/opt/spark")
    os.environ["SPARK_HOME"] = home
    program = f"{home}/bin/spark-submit"
    os.execv(program, [program, *arguments])  # noqa: S606 - a list, no shell


def out_of_time(*_: object) -> None:
    """Raises Refused."""
    raise Refused(f"what the submission needs could not be read within {SUBMIT_SECONDS} s; it may be submitted again")


def prepared(arguments: list[str]) -> list[str]:
    """The arguments for spark-submit, with the files they name written. Raises Refused."""
    options, conf = parsed(arguments)
    namespace, name = conf.get("spark.kubernetes.namespace", ""), options.get("--name", "")
    if not namespace or not name:
        raise Refused("called without --name and spark.kubernetes.namespace; only the Spark operator may call it")
    if options.get("--deploy-mode") not in ("", "cluster"):
        raise Refused("spec.mode: client would run the driver inside the operator's pod; allowed: cluster")
    defaults = get(f"/api/v1/namespaces/{namespace}/configmaps/{DEFAULTS}").get("data", {})
    application = get(f"/apis/sparkoperator.k8s.io/v1beta2/namespaces/{namespace}/sparkapplications/{name}")
    if str(application["spec"].get("mainApplicationFile", "")).startswith("-"):
        raise Refused("spec.mainApplicationFile: must not begin with '-'; allowed: the path of a jar or Python file")
    look_for_driver(application, conf, namespace)
    return [*write_files(application, defaults, conf), *with_mode(arguments)]


def look_for_driver(application: dict[str, Any], conf: dict[str, str], namespace: str) -> None:
    """Raises AlreadySubmitted when an interrupted submission of this application has left its driver.

    That driver belongs to the application and bears an id that the application's status does not know. spark-submit
    creates the pod first and its ConfigMap last (Spark 3.5): a driver without it can never start, and is deleted so
    that the submission is made anew. Any other pod of that name is left to spark-submit, which refuses it.
    """
    name = conf.get("spark.kubernetes.driver.pod.name", "")
    path = f"/api/v1/namespaces/{namespace}/pods/{urllib.parse.quote(name, safe='')}"
    for waited in range(UNFINISHED_SECONDS + 1):
        try:
            pod = get(path) if name else {}
        except Absent:
            return
        if not pod or not interrupted(pod, application):
            return
        if pod.get("status", {}).get("phase", "Pending") != "Pending" or is_finished(pod, namespace):
            raise AlreadySubmitted(name)
        if waited < UNFINISHED_SECONDS:
            time.sleep(1)
    delete(path, pod)


def interrupted(pod: dict[str, Any], application: dict[str, Any]) -> bool:
    """Whether a submission of this very application made the pod and was never recorded."""
    meta = pod["metadata"]
    owned = application["metadata"]["uid"] in [o.get("uid") for o in meta.get("ownerReferences", [])]
    submission = meta.get("labels", {}).get(SUBMISSION, "")
    recorded = application.get("status", {}).get("submissionID", "")
    return owned and "deletionTimestamp" not in meta and bool(submission) and submission != recorded


def is_finished(pod: dict[str, Any], namespace: str) -> bool:
    """Whether the ConfigMaps that the driver mounts are there: the last things that spark-submit creates."""
    maps = [v["configMap"] for v in pod["spec"].get("volumes", []) if "configMap" in v]
    try:
        for each in maps:
            if not each.get("optional"):
                get(f"/api/v1/namespaces/{namespace}/configmaps/{urllib.parse.quote(each['name'], safe='')}")
    except Absent:
        return False
    return True


def delete(path: str, pod: dict[str, Any]) -> None:
    """Deletes exactly this pod, which has never run, as it was last seen. Raises Refused when it has changed since."""
    meta = pod["metadata"]
    seen = {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0, "preconditions": seen}
    try:
        ask("DELETE", path, options)
    except Absent:
        return  # it has gone by itself, or by a try whose answer was lost


def parsed(arguments: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """(options, Spark configuration) up to the application's file, as spark-submit splits them (`--conf`, `-c`,
    `--name=value`). Raises Refused for a second namespace.
    """
    options: dict[str, str] = {}
    conf: dict[str, str] = {}
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        option, equals, value = arguments[at].partition("=")
        if not equals or not value or not option.startswith("--"):
            option = arguments[at]
            value = "" if option in FLAGS or at + 1 >= len(arguments) else arguments[at + 1]
            at += 0 if option in FLAGS else 1
        at += 1
        if option in ("--conf", "-c"):
            key, _, setting = value.partition("=")
            if key == "spark.kubernetes.namespace" and conf.get(key, setting) != setting:
                raise Refused(f"spec.sparkConf[{key!r}]: {setting!r} is another namespace; allowed: leave it out")
            conf[key] = setting
        else:
            options[option] = value
    return options, conf


def with_mode(arguments: list[str]) -> list[str]:
    """The same arguments; an application without `mode` (no webhook fills it in) runs in cluster mode."""
    return ["cluster" if before == "--deploy-mode" else a for before, a in zip(["", *arguments], arguments)]  # noqa: B905


def write_files(application: dict[str, Any], defaults: dict[str, str], conf: dict[str, str]) -> list[str]:
    """Writes the templates where the operator has put its own and the defaults beside them."""
    folder = None
    for role, key in TEMPLATES.items():
        file = Path(conf.get(f"spark.kubernetes.{role}.podTemplateFile", ""))
        if not file.is_absolute():
            raise Refused(f"the operator named no pod template for the {role}; this hook fits release 2.5 of it")
        own = application["spec"].get(role, {}).get("template") or {}
        template = merged(json.loads(defaults.get(key, "{}")), own)
        owner = owner_reference(application, role)
        file.write_text(json.dumps(merged(template, {"metadata": {"ownerReferences": [owner]}})), encoding="utf-8")
        folder = file.parent
    if CONF not in defaults or folder is None:
        return []
    (folder / CONF).write_text(with_limits(defaults[CONF], conf), encoding="utf-8")
    return ["--properties-file", str(folder / CONF)]


def with_limits(defaults: str, conf: dict[str, str]) -> str:
    """The defaults, with CPU limits of the application's own cores where it names cores and no limit.

    The defaults' limit fits the defaults' cores: with fewer the pod is refused on arrival, with more by Kubernetes.
    """
    for role in TEMPLATES:
        limit = f"spark.kubernetes.{role}.limit.cores"
        cores = conf.get(f"spark.kubernetes.{role}.request.cores") or conf.get(f"spark.{role}.cores")
        if cores and limit not in conf:
            defaults += f"\n# the application's own cores\n{limit} {cores}\n"  # of two lines the last counts
    return defaults


def owner_reference(application: dict[str, Any], role: str) -> dict[str, Any]:
    """What makes a pod go with its application; as the operator writes it into its own templates."""
    meta = application["metadata"]
    owner = {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication"}
    owner.update(name=meta["name"], uid=meta["uid"])
    return {**owner, "controller": True, "blockOwnerDeletion": True} if role == "driver" else owner


def merged(base: Any, over: Any, key: str = "") -> Any:  # noqa: ANN401 - any part of a pod
    """`over` laid on `base` as Kubernetes merges pods: maps by key, containers and the like by name."""
    if isinstance(base, dict) and isinstance(over, dict):
        both = {k: merged(base[k], v, k) if k in base else v for k, v in over.items() if v is not None}
        return {**base, **both}
    if not isinstance(base, list) or not isinstance(over, list):
        return over
    by = MERGED_BY.get(key) or REPLACED_BY.get(key)
    if by is None:
        return [*base, *(item for item in over if item not in base)]
    by_key = {item.get(by): item for item in base}
    for item in over:
        name = item.get(by)
        by_key[name] = merged(by_key[name], item) if name in by_key and key in MERGED_BY else item
    return list(by_key.values())


def get(path: str) -> dict[str, Any]:
    """An object from the API server. Raises Absent, or Refused with the reason when it cannot be had."""
    return ask("GET", path)


def ask(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The API server's answer. Raises Absent, or Refused with the reason when there is none."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    host = f"[{host}]" if ":" in host else host
    trusted = ssl.create_default_context(cafile=os.environ.get("SPARK_ON_ACK_CA_FILE", f"{ACCOUNT}/ca.crt"))
    token = Path(os.environ.get("SPARK_ON_ACK_TOKEN_FILE", f"{ACCOUNT}/token")).read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"https://{host}:{port}{path}", data=sent, headers=headers, method=method)
    reason = ""
    for waited in range(TRIES):
        time.sleep(waited)
        try:
            with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:  # noqa: S310
                result: dict[str, Any] = json.load(answer)
                return result
        except urllib.error.HTTPError as e:
            reason = f"{e.code} {e.reason}"
            if e.code == 404:
                raise Absent(f"{path}: {reason}; {NEEDED}") from e
            if e.code in (401, 403, 409):
                break
        except OSError as e:
            reason = str(e)
    raise Refused(f"{method} {path}: {reason}" if body else f"{path}: {reason}; {NEEDED}")


if __name__ == "__main__":
    sys.exit(main())
