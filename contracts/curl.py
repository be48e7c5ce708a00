"""A command that sends a request again, for a terminal."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

from contracts.messages import KEY_HEADER, Request

__all__ = ["KEY_VARIABLE", "curl_of"]

#: Environment variable that the command takes the key from.
KEY_VARIABLE = "CONTRACTS_API_KEY"
#: What stands for credentials that are made from the key; the rest is said in words.
_MADE = {"truncated": f"${{{KEY_VARIABLE}%?}}", "lengthened": f"${{{KEY_VARIABLE}}}x", "key": f"${KEY_VARIABLE}"}
_OTHER_HEADER = "X-API-KEY"


def curl_of(request: Request, base_url: str, key_header: str) -> str:
    """Write the shortest curl command for a request, quoted for a POSIX shell.

    Args:
        request: as planned.
        base_url: of the target, without a trailing `/`.
        key_header: header that carries the key; empty where the document names none.

    Returns:
        One line; the key is `$CONTRACTS_API_KEY`, expanded by the shell.
    """
    query = urlencode(request.query)
    url = f"{base_url}{request.path}" + (f"?{query}" if query else "")
    words = ["curl", "-sS"]
    has_body = request.raw_body is not None or request.body is not None
    if request.method != ("POST" if has_body else "GET"):
        words += ["-X", shlex.quote(request.method)]
    words += _credential(request.credential, key_header or KEY_HEADER)
    for name, value in request.headers:
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if has_body:
        words += ["-H", shlex.quote(f"Content-Type: {request.content_type}"), "--data-binary", _body(request)]
    return " ".join([*words, shlex.quote(url)])


def _credential(credential: str, key_header: str) -> list[str]:
    if credential == "none":
        return []
    if credential == "empty":
        return ["-H", shlex.quote(f"{key_header};")]
    if credential == "elsewhere":
        return ["-H", f'"{_OTHER_HEADER}: ${KEY_VARIABLE}"']
    value = _MADE.get(credential, f"<{credential} key>")
    return ["-H", f'"{key_header}: {value}"']


def _body(request: Request) -> str:
    if request.raw_body is not None:
        return shlex.quote(request.raw_body.decode("utf-8", "backslashreplace"))
    return shlex.quote(json.dumps(request.body, ensure_ascii=False, separators=(",", ":")))
