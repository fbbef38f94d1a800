"""A client of the gateway: signed requests, enough to make buckets, set policies and put, read and list objects."""

import datetime
import hashlib
import hmac
import http.client
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

REGION = "us-east-1"
"""The gateway's only region."""
_ALGORITHM = "AWS4-HMAC-SHA256"


class StorageError(OSError):
    """The gateway refused a request; `code` is its word for it, such as AccessDenied."""

    def __init__(self, status: int, code: str, what: str) -> None:
        super().__init__(f"{what}: {status} {code}")
        self.status, self.code = status, code


@dataclass(frozen=True)
class Client:
    """Requests to `host:port`, signed with one pair of keys."""

    host: str
    port: int
    access_key: str
    secret_key: str

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write an object. Raises StorageError."""
        self.request("PUT", f"{bucket}/{key}", content)

    def get(self, bucket: str, key: str) -> bytes:
        """Read an object. Raises StorageError."""
        return self.request("GET", f"{bucket}/{key}")

    def list(self, bucket: str, prefix: str = "") -> list[str]:
        """Keys below `prefix`, at most a thousand. Raises StorageError."""
        answer = self.request("GET", bucket, query={"list-type": "2", "prefix": prefix})
        root = ElementTree.fromstring(answer)  # noqa: S314
        return [each.text or "" for each in root.iter() if each.tag.rpartition("}")[2] == "Key"]

    def upload(self, bucket: str, prefix: str, folder: Path) -> int:
        """Write all files below `folder`, keys as their paths; gives their number."""
        files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
        for each in files:
            self.put(bucket, f"{prefix}{each.relative_to(folder)}", each.read_bytes())
        return len(files)

    def request(self, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None) -> bytes:
        """One request; its body. Raises StorageError when the status is not 2xx."""
        target = "/" + urllib.parse.quote(path, safe="/-_.~")
        text = urllib.parse.urlencode(sorted((query or {}).items()), quote_via=urllib.parse.quote)
        headers = self._signed(method, target, text, body)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, f"{target}?{text}" if text else target, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise StorageError(answer.status, _code(content), f"{method} {target}")
        return content

    def _signed(self, method: str, target: str, query: str, body: bytes) -> dict[str, str]:
        """Headers with a signature of version 4."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": f"{self.host}:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(sorted(headers))
        listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = "\n".join((method, target, query, listed, names, digest))
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        to_sign = "\n".join((_ALGORITHM, now, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
        credential = f"Credential={self.access_key}/{scope}"
        headers["authorization"] = f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
        return headers


def _code(content: bytes) -> str:
    try:
        root = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
        return content[:100].decode(errors="replace")
    return root.findtext("Code") or root.tag
