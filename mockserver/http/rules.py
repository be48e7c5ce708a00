"""What holds for every request, whatever server it came through: host names, CORS, the part for the control API.

The edges `lane` (WSGI) and `rsgi` turn what their server gives them into
a `Request` and ask here.

Source: RFC 9112 §3.2 (Host); WHATWG Fetch, CORS protocol.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from mockserver.pipeline.pipeline import Pipeline
from oas.messages import Headers, Refusal, Request, Response

ADMIN = "/__admin"
#: Source: RFC 9110 §15.5.20. Not counted, because the Host check runs before routing.
MISDIRECTED = Refusal(
    421,
    "MISDIRECTED_REQUEST",
    "This host name is not served; call localhost or an address, or start the mock with --allow-host NAME",
    message="Misdirected request",
)
#: Values of `Host` whose judgement is remembered.
MAX_HOSTS = 256
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: Dev servers on this machine may call without being named.
_LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.ASCII)
_HEADER_NAMES = re.compile(r"[A-Za-z0-9_-]+( ?, ?[A-Za-z0-9_-]+){0,99}", re.ASCII)
#: What a page may send whether it says so or not.
_SENT_HEADERS = ("authorization", "content-type", "prefer")
_MOCK_HEADERS = (
    "Retry-After",
    "X-Mock-Version",
    "X-Mock-Request-Id",
    "X-Mock-Violations",
    "X-Mock-Applied",
    "Preference-Applied",
)


class HttpRules:
    """The rules of both edges.

    Args:
        pipeline: answers the API.
        max_body_bytes: longer bodies are not kept.
        origins: allowed by CORS beside those on this machine.
        hosts: accepted in `Host` beside the loopback names and addresses.

    Attributes:
        max_body_bytes: likewise.
    """

    def __init__(
        self, pipeline: Pipeline, *, max_body_bytes: int, origins: Iterable[str] = (), hosts: Iterable[str] = ()
    ) -> None:
        self.max_body_bytes = max_body_bytes
        self.use(pipeline)
        self._origins = frozenset(origins)
        self._hosts = LOCAL_NAMES | {host.lower() for host in hosts}
        # Clients send the same one again and again.
        self._is_known_host = lru_cache(MAX_HOSTS)(self._knows_host)

    @property
    def pipeline(self) -> Pipeline:
        """Answers the API."""
        return self._pipeline

    def use(self, pipeline: Pipeline) -> None:
        """Let another pipeline answer, from the next request on."""
        spec = pipeline.spec
        limits = [name for window in spec.windows for name in (window.limit_header, window.remaining_header)]
        self._exposed = ", ".join([*limits, *_MOCK_HEADERS])
        self._methods = ", ".join(sorted({one.method for one in spec.operations} | {"HEAD"}))
        self._pipeline = pipeline

    def answer(self, request: Request) -> Response:
        """Answer a request to the API; the path is none of `/__admin`."""
        headers = request.headers
        origin = headers.get("origin")
        if not self._is_known_host(headers.get("host", "")):
            response = self._pipeline.refuse(MISDIRECTED)
        elif request.method == "OPTIONS" and origin is not None and "access-control-request-method" in headers:
            response = self._preflight(origin, headers)
        else:
            response = self._pipeline.handle(request)
        if origin is None:
            return response
        return replace(response, headers=(*response.headers, *self._cors(origin)))

    def _knows_host(self, host: str) -> bool:
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

    def _is_known_origin(self, origin: str) -> bool:
        return origin in self._origins or _LOCAL_ORIGIN.fullmatch(origin) is not None

    def _cors(self, origin: str) -> Headers:
        if not self._is_known_origin(origin):
            return (("Vary", "Origin"),)
        return (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", self._exposed),
            ("Vary", "Origin"),
        )

    def _preflight(self, origin: str, headers: Mapping[str, str]) -> Response:
        """Answer a CORS preflight: before any stage, uncounted. One of a foreign page gets no permission."""
        if not self._is_known_origin(origin):
            return Response(204, (), b"")
        asked = headers.get("access-control-request-headers", "")
        names = asked.replace(" ", "").lower().split(",") if _HEADER_NAMES.fullmatch(asked) else ()
        allowed: list[tuple[str, str]] = [
            ("Access-Control-Allow-Methods", self._methods),
            ("Access-Control-Allow-Headers", ", ".join(dict.fromkeys((*_SENT_HEADERS, *names)))),
            ("Access-Control-Max-Age", "600"),
        ]
        if headers.get("access-control-request-private-network") == "true":
            allowed.append(("Access-Control-Allow-Private-Network", "true"))
        return Response(204, tuple(allowed), b"")


def is_admin_path(path: str) -> bool:
    """Whether a path goes on to the control API."""
    return path.startswith(ADMIN) and path[len(ADMIN) : len(ADMIN) + 1] in ("", "/")
