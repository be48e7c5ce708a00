"""The WSGI edge: environ → `Request`, `Response` → wire, with CORS and the `Host` check.

Stands in front of Flask: paths below `/__admin` go on to it, everything else is
the API and never becomes HTML. May import `config`, `messages`, `pipeline`.

Source: PEP 3333; RFC 9112 §3.2 (Host); WHATWG Fetch, CORS protocol.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from mockserver.messages import Headers, Refusal, Request, Response
from mockserver.pipeline.order import Pipeline

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ADMIN = "/__admin"
#: Source: RFC 9110 §15.5.20. Not counted: it is refused before it is a request to this API.
MISDIRECTED = Refusal(
    421,
    "MISDIRECTED_REQUEST",
    "This host name is not served; call localhost or an address, or start the mock with --allow-host NAME",
    message="Misdirected request",
)
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: Dev servers on this machine may call without being named.
_LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.ASCII)
_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Lane:
    """WSGI middleware that answers the API itself and hands the rest on.

    Args:
        admin: the application for paths below `/__admin`.
        pipeline: answers everything else.
        max_body_bytes: longer bodies are not kept.
        origins: allowed by CORS beside those on this machine.
        hosts: accepted in `Host` beside the loopback names and addresses.
    """

    def __init__(
        self,
        admin: WSGI,
        pipeline: Pipeline,
        *,
        max_body_bytes: int,
        origins: Iterable[str] = (),
        hosts: Iterable[str] = (),
    ) -> None:
        self._admin = admin
        self._handle = pipeline.handle
        self._refuse = pipeline.refuse
        self._max_body_bytes = max_body_bytes
        self._origins = frozenset(origins)
        self._hosts = LOCAL_NAMES | {host.lower() for host in hosts}
        windows = pipeline.spec.windows
        limits = [name for window in windows for name in (window.limit_header, window.remaining_header)]
        mock = ["Retry-After", "X-Mock-Version", "X-Mock-Request-Id", "X-Mock-Violations", "Preference-Applied"]
        self._exposed = ", ".join([*limits, *mock])
        self._methods = ", ".join(sorted({one.method for one in pipeline.spec.operations.values()} | {"HEAD"}))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. Source: PEP 3333."""
        path = environ["PATH_INFO"]
        if path.startswith(ADMIN) and path[len(ADMIN) : len(ADMIN) + 1] in ("", "/"):
            return self._admin(environ, start_response)
        origin = environ.get("HTTP_ORIGIN")
        cors = self._cors(origin) if origin is not None else ()
        method = environ["REQUEST_METHOD"]
        if not self._is_known_host(environ.get("HTTP_HOST", "")):
            response = self._refuse(MISDIRECTED)
        elif method == "OPTIONS" and cors and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            response = self._preflight(environ)
        else:
            response = self._handle(self._request(environ, method, path))
        body = response.body
        headers = [*response.headers, *cors, ("Content-Length", str(len(body)))]
        start_response(_REASONS.get(response.status) or f"{response.status} Status", headers)
        return [body] if method != "HEAD" else [b""]

    def _request(self, environ: Mapping[str, Any], method: str, path: str) -> Request:
        body, is_too_large = self._body(environ)
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        content_type = environ.get("CONTENT_TYPE")
        if content_type:
            headers["content-type"] = content_type
        if not path.isascii():
            path = path.encode("latin-1", "replace").decode("utf-8", "replace")
        return Request(
            method, path, environ.get("QUERY_STRING", ""), headers, body, environ.get("REMOTE_ADDR", ""), is_too_large
        )

    def _body(self, environ: Mapping[str, Any]) -> tuple[bytes, bool]:
        """Read a body up to the limit; one that announces more is not read at all."""
        length = environ.get("CONTENT_LENGTH") or environ.get("HTTP_CONTENT_LENGTH")
        if not length:
            if "HTTP_TRANSFER_ENCODING" not in environ:
                return b"", False
            expected = self._max_body_bytes + 1
        elif not length.isascii() or not length.isdigit() or int(length[:20]) > self._max_body_bytes:
            return b"", True
        else:
            expected = int(length)
        parts, size = [], 0
        read = environ["wsgi.input"].read
        while size < expected:
            part = read(min(expected - size, 65536))
            if not part:
                break
            parts.append(part)
            size += len(part)
        return (b"".join(parts), False) if size <= self._max_body_bytes else (b"", True)

    def _is_known_host(self, host: str) -> bool:
        """Whether a `Host` cannot be another site's name that resolves to this machine (DNS rebinding)."""
        name = host.lower()
        if name[-1:] != "]":
            name = name.rpartition(":")[0] or name
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _cors(self, origin: str) -> Headers:
        if origin not in self._origins and not _LOCAL_ORIGIN.fullmatch(origin):
            return (("Vary", "Origin"),)
        return (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", self._exposed),
            ("Vary", "Origin"),
        )

    def _preflight(self, environ: Mapping[str, Any]) -> Response:
        """Answer a CORS preflight: before any stage, uncounted."""
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        names = asked if re.fullmatch(r"[A-Za-z0-9_,\- ]{0,1000}", asked) else ""
        headers: list[tuple[str, str]] = [
            ("Access-Control-Allow-Methods", self._methods),
            ("Access-Control-Allow-Headers", names or "Authorization, Content-Type, Prefer"),
            ("Access-Control-Max-Age", "600"),
        ]
        if environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true":
            headers.append(("Access-Control-Allow-Private-Network", "true"))
        return Response(204, tuple(headers), b"")
