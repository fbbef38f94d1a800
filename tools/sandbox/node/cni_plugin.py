"""The last network plugin of a pod: it lets the pod start only when the enforcer has its rules in force.

A program of its own as CNI wants it: command and pod in the environment, configuration on standard input, the result of
the plugin before it is passed on. Standard library only, nothing imported from here: it runs for every pod.
"""

import json
import os
import socket
import sys
from typing import Any

SECONDS = 10
"""How long a pod may wait for its rules; then its start fails, and the kubelet tries again."""


def tell(path: str, message: dict[str, Any]) -> str:
    """Send one message to the enforcer; gives its answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(path)
        connection.sendall(json.dumps(message).encode() + b"\n")
        return connection.makefile().readline().strip()


def main() -> int:
    """Carry CNI_COMMAND out."""
    config, command = json.load(sys.stdin), os.environ.get("CNI_COMMAND", "")
    if command == "VERSION":
        print(json.dumps({"cniVersion": "0.4.0", "supportedVersions": ["0.3.1", "0.4.0"]}))
        return 0
    names = dict(item.partition("=")[::2] for item in os.environ.get("CNI_ARGS", "").split(";"))
    result = config.get("prevResult") or {}
    message = {
        "command": command,
        "container": os.environ.get("CNI_CONTAINERID", ""),
        "uid": names.get("K8S_POD_UID", ""),
        "addresses": [each["address"].partition("/")[0] for each in result.get("ips", [])],
    }
    if command in ("ADD", "DEL"):
        try:
            answer = tell(config["socket"], message)
        except OSError as error:
            answer = str(error)
        if answer != "ok" and command == "ADD":
            print(json.dumps({"cniVersion": config["cniVersion"], "code": 11, "msg": f"network policies: {answer}"}))
            return 1
    if command == "ADD":
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
