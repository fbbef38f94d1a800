"""Object storage as a job reaches it: Hadoop's file system with the conf, and in the pod, of a driver."""

import json
import textwrap

from tools.verify.deployed import Team
from tools.verify.probes import Probe

FOLDER = "verify"
"""Of the team's data; nothing else uses it, and it is removed."""
HADOOP = textwrap.dedent("""
    import glob, json, os, sys
    home = os.environ.setdefault("SPARK_HOME", "/opt/spark")
    sys.path[:0] = [f"{home}/python", *glob.glob(f"{home}/python/lib/*.zip")]
    from py4j.protocol import Py4JJavaError
    from pyspark.java_gateway import launch_gateway
    asked = json.load(sys.stdin)
    jvm = launch_gateway().jvm
    conf = jvm.org.apache.hadoop.conf.Configuration()
    for key, value in asked["conf"].items():
        conf.set(key, value)
    path = jvm.org.apache.hadoop.fs.Path
    def do(action, where, more):
        files = path(where).getFileSystem(conf)
        if action == "write":
            stream = files.create(path(where), True)
            stream.write(more.encode())
            stream.close()
        elif action == "read":
            stream = files.open(path(where))
            text = jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
            stream.close()
            return text
        elif action == "rename":
            return files.rename(path(where), path(more))
        elif action == "list":
            return [each.getPath().getName() for each in files.listStatus(path(where))]
        elif action == "delete":
            return files.delete(path(where), True)
        return True
    answers = []
    for action, where, more in asked["actions"]:
        try:
            answers.append(["done", do(action, where, more)])
        except Py4JJavaError as error:
            answers.append(["refused", str(error.java_exception).splitlines()[0]])
    print(json.dumps(answers))
""")
Action = tuple[str, str, str]
"""What, where, and the content or the new name."""


def act(probe: Probe, team: Team, actions: list[Action]) -> list[tuple[str, object]]:
    """What became of each action: `done` with its answer, or `refused` with the exception's first line."""
    prefix = "spark.hadoop."
    conf = {key.removeprefix(prefix): value for key, value in team.conf.items() if key.startswith(prefix)}
    answers = probe.python(HADOOP, stdin=json.dumps({"conf": conf, "actions": actions}), timeout=180)
    return [(outcome, answer) for outcome, answer in answers]
