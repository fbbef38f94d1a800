"""The metadata service of the sandbox's pods: `python -m tools.sandbox.object_storage.metadata_service`.

As ECI's at 100.100.100.200 it tells a pod the credentials of the RAM role that its annotation names. Which pod asks is
seen by its address; a pod without the annotation is told nothing. The paths and the fields are those that Alibaba
Cloud documents for instances with a RAM role.
"""

import argparse
import json
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from components.base.constants import ECI
from tools.sandbox.node.watch import Api

ROLE_ANNOTATION = f"{ECI}eci-ram-role-name"
PATH = "/latest/meta-data/ram/security-credentials/"
HOURS = 6
"""How long credentials are said to be good, as on ECI; the sandbox's do not expire."""


class Roles:
    """Which role a pod has, and the keys of each role."""

    def __init__(self, api: Api, keys: Path) -> None:
        self._api, self._keys = api, keys

    def of_address(self, address: str) -> str | None:
        """The role of the live pod with this address."""
        pods = self._api.request("GET", f"/api/v1/pods?fieldSelector=status.podIP={address}")["items"]
        live = [each for each in pods if each["status"].get("phase") in ("Pending", "Running")]
        return next((role for each in live if (role := role_of(each))), None)

    def credentials(self, role: str) -> dict[str, str] | None:
        """What the service answers for a role."""
        keys = json.loads(self._keys.read_text())
        if role not in keys:
            return None
        now = time.time()
        return {
            "Code": "Success",
            "AccessKeyId": role,
            "AccessKeySecret": keys[role],
            "SecurityToken": "sandbox",
            "LastUpdated": _time(now),
            "Expiration": _time(now + HOURS * 3600),
        }


def role_of(pod: dict[str, Any]) -> str | None:
    """The RAM role that a pod's annotation names."""
    role: str | None = pod["metadata"].get("annotations", {}).get(ROLE_ANNOTATION)
    return role


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def handler(roles: Roles) -> type[BaseHTTPRequestHandler]:
    """The request handler that asks `roles`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer the role's name, or its credentials; 404 to whoever has no role or asks for another's."""
            role = roles.of_address(self.client_address[0]) if self.path.startswith(PATH) else None
            if role is None:
                return self._answer(HTTPStatus.NOT_FOUND, "")
            if self.path == PATH:
                return self._answer(HTTPStatus.OK, role)
            known = roles.credentials(role) if self.path == PATH + role else None
            if known is None:
                return self._answer(HTTPStatus.NOT_FOUND, "")
            return self._answer(HTTPStatus.OK, json.dumps(known))

        def _answer(self, status: HTTPStatus, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    return Handler


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True, help="JSON: role to secret key")
    options = parser.parse_args()
    roles = Roles(Api(options.kubeconfig), options.keys)
    ThreadingHTTPServer((options.address, options.port), handler(roles)).serve_forever()


if __name__ == "__main__":
    main()
