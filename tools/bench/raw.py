"""Creates of pods by a plain client: what the API server can take, and what the rules cost of it."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tools.bench.platform import NAMESPACE, Platform


@dataclass(frozen=True)
class Rate:
    """How fast the creates went."""

    connections: int
    created: int
    refused: int
    seconds: float
    first_refusal: str = ""

    @property
    def per_second(self) -> float:
        """Pods a second."""
        return self.created / self.seconds


def copy(pod: Mapping[str, Any], name: str, owner: Mapping[str, Any]) -> dict[str, Any]:
    """A pod as it was sent, out of one that the API server has: under another name, for another driver."""
    metadata = {key: pod["metadata"][key] for key in ("namespace", "labels", "annotations") if key in pod["metadata"]}
    reference = {"apiVersion": "v1", "kind": "Pod", "name": owner["name"], "uid": owner["uid"], "controller": True}
    spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
    metadata |= {"name": name, "ownerReferences": [reference]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def create(platform: Platform, pods: Sequence[dict[str, Any]], connections: int, token: str) -> Rate:
    """Create the pods over so many connections at a time, with one account's token."""
    bodies = [json.dumps(each).encode() for each in pods]
    began = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        parts = pool.map(
            lambda part: _send(platform, part, token), [bodies[i::connections] for i in range(connections)]
        )
        answers = [answer for part in parts for answer in part]
    seconds = time.monotonic() - began
    refusals = [text for status, text in answers if status != http.client.CREATED]
    return Rate(connections, len(answers) - len(refusals), len(refusals), seconds, refusals[0] if refusals else "")


def _send(platform: Platform, bodies: Sequence[bytes], token: str) -> list[tuple[int, str]]:
    context = ssl.create_default_context(cafile=str(platform.authority))
    connection = http.client.HTTPSConnection("127.0.0.1", platform.settings.ports["kube-apiserver"], context=context)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answers = []
    for body in bodies:
        connection.request("POST", f"/api/v1/namespaces/{NAMESPACE}/pods", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        answers.append((answer.status, "" if answer.status == http.client.CREATED else text.decode(errors="replace")))
    connection.close()
    return answers
