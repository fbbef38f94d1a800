"""A small client of the API server for the node's own helpers, with a client certificate: requests and watches."""

import json
import ssl
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
WATCH_SECONDS = 600
"""After this long the API server ends a watch; it is taken up again by a new list."""
RETRY_SECONDS = 0.5
USER_AGENT = "spark-on-ack-sandbox"
"""Who asks, in the API server's audit log."""


class Api:
    """One API server, as the user of a kubeconfig that `write_kubeconfig` wrote."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._server: str = cluster["server"]
        self._tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self._tls.load_cert_chain(user["client-certificate"], user["client-key"])

    def request(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request; its answer. Raises OSError (urllib's HTTPError among them)."""
        with self._open(method, path, body, timeout=30) as answer:
            return dict(json.load(answer))

    def watch(self, path: str, version: str) -> Iterator[Json]:
        """Events after the resource version until the API server ends the watch. Raises OSError."""
        query = f"watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={WATCH_SECONDS}"
        with self._open("GET", f"{path}?{query}", None, timeout=WATCH_SECONDS + 60) as lines:
            for line in lines:
                yield json.loads(line)

    def _open(self, method: str, path: str, body: Json | None, timeout: float) -> Any:  # noqa: ANN401
        data = None if body is None else json.dumps(body).encode()
        headers = {"User-Agent": USER_AGENT} | ({"Content-Type": "application/json"} if data else {})
        request = urllib.request.Request(self._server + path, data=data, headers=headers, method=method)  # noqa: S310 (https)
        return urllib.request.urlopen(request, context=self._tls, timeout=timeout)  # noqa: S310


class Store:
    """All objects of one collection, kept up to date by a thread; `changed` is called after every change."""

    def __init__(self, api: Api, path: str, changed: Callable[[], None]) -> None:
        self._api, self._path, self._changed = api, path, changed
        self._objects: dict[str, Json] = {}
        self._lock = threading.Lock()
        self.synced = threading.Event()
        """Set once the first list is in."""

    def start(self) -> "Store":
        """Begin to follow."""
        threading.Thread(target=self._follow, daemon=True).start()
        return self

    def all(self) -> list[Json]:
        """The objects as they are known now."""
        with self._lock:
            return list(self._objects.values())

    def _follow(self) -> None:
        while True:
            try:
                self._list_and_watch()
            except (OSError, HTTPException, ValueError) as error:
                print(f"watch of {self._path}: {error}; once more", file=sys.stderr, flush=True)
                time.sleep(RETRY_SECONDS)

    def _list_and_watch(self) -> None:
        full = self._api.request("GET", self._path)
        with self._lock:
            self._objects = {each["metadata"]["uid"]: each for each in full["items"]}
        self.synced.set()
        self._changed()
        for event in self._api.watch(self._path, full["metadata"]["resourceVersion"]):
            if event["type"] == "ERROR":  # the version is too old: list anew
                return
            if event["type"] == "BOOKMARK":
                continue
            uid = event["object"]["metadata"]["uid"]
            with self._lock:
                if event["type"] == "DELETED":
                    self._objects.pop(uid, None)
                else:
                    self._objects[uid] = event["object"]
            self._changed()
