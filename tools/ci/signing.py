"""Signatures of requests to Alibaba Cloud: of its RPC interfaces (version 1.0), and of addresses of objects (S3's V4).

Objects are reached through OSS's S3 interface, as Pulumi's state is.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Credentials:
    """Short-lived credentials of a role; `token` is empty for those of a user."""

    key: str
    secret: str
    token: str = ""


def rpc(parameters: Mapping[str, str], who: Credentials, now: datetime, nonce: str, method: str = "POST") -> str:
    """The form of a signed request. `now` in UTC; `nonce` must never repeat."""
    signed = {
        "Format": "JSON",
        **parameters,
        "AccessKeyId": who.key,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if who.token:
        signed["SecurityToken"] = who.token
    canonical = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in sorted(signed.items()))
    text = f"{method}&%2F&{_quoted(canonical)}"
    signature = hmac.new(f"{who.secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return urlencode({**signed, "Signature": base64.b64encode(signature).decode()}, quote_via=quote)


def presigned(method: str, url: str, region: str, who: Credentials, now: datetime, seconds: int) -> str:
    """The address with which whoever holds it may do `method` on one object, for so many seconds."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    day = now.strftime("%Y%m%d")
    scope = f"{day}/{region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{who.key}/{scope}",
        "X-Amz-Date": now.strftime("%Y%m%dT%H%M%SZ"),
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if who.token:
        query["X-Amz-Security-Token"] = who.token
    canonical = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in sorted(query.items()))
    request = "\n".join((method, f"/{path}", canonical, f"host:{host}\n", "host", "UNSIGNED-PAYLOAD"))
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, digest))
    key = f"AWS4{who.secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{scheme}://{host}/{path}?{canonical}&X-Amz-Signature={signature}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
