"""JSON over HTTP; a few statuses are worth a second try."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

_AGAIN = {429, 500, 502, 503, 504}
_TRIES = 4
_WAIT_SECONDS = 2.0
_TIMEOUT_SECONDS = 30


class WebError(Exception):
    """A request was refused or got no answer; the message never holds headers or the body that was sent."""


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: bytes | None = None,
    wait: float = _WAIT_SECONDS,
) -> Any:  # noqa: ANN401 - JSON
    """The JSON answer to a request with a JSON `body` or a `form`. Raises WebError."""
    data, kind = (json.dumps(body).encode(), "application/json") if body is not None else (form, None)
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))  # noqa: S310 - ours
    if kind:
        request.add_header("Content-Type", kind)
    where = f"{method} {url.partition('?')[0]}"
    for left in reversed(range(_TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                text = answer.read()
            try:
                return json.loads(text) if text else None
            except ValueError:
                raise WebError(f"{where}: the answer is not JSON") from None
        except urllib.error.HTTPError as error:
            reason = error.read().decode(errors="replace")[:300]
            # a repeated POST could make a second comment: only an explicit "too many" is repeated
            if left == 0 or error.code not in ({429} if method == "POST" and form is None else _AGAIN):
                raise WebError(f"{where}: {error.code} {error.reason}: {reason}") from None
        except (OSError, http.client.HTTPException) as error:  # an answer cut off is no OSError
            if left == 0 or (method == "POST" and form is None):
                raise WebError(f"{where}: {error}") from None
        time.sleep(wait * (_TRIES - left))
    raise AssertionError("unreachable")
