"""Who may use the control API, decided from the connection and four headers.

Two ways in: the administrator's token, or a browser-proof proof of being on
this machine, which is a loopback peer that names a loopback host and came
through no proxy. Any web page can send requests to 127.0.0.1, so neither the
peer alone nor the host alone is enough. Knows no web framework.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockserver.admin.problem import Problem
from oas.hosts import is_loopback_address

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
#: A proxy sends one of these: the peer is then the proxy, not who asks.
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Peer:
    """Who asks.

    Attributes:
        peer: address of the connection's other end, without port; None or empty where unknown.
        headers: lower-cased name → value.
    """

    peer: str | None
    headers: Mapping[str, str]


class Guard:
    """Refuses everybody but the administrator and this machine.

    Args:
        allow_hosts: names accepted in `Host` beside the loopback ones, without
            port; case does not matter.
        admin_token: opens to any peer and any host; in ASCII; None opens to none.
    """

    __slots__ = ("_hosts", "_token")

    def __init__(self, allow_hosts: Iterable[str] = (), admin_token: str | None = None) -> None:
        self._hosts = frozenset(name.lower() for name in (*LOOPBACK_HOSTS, *allow_hosts) if name)
        self._token = admin_token.encode("utf-8", "surrogatepass") if admin_token else None

    def admit(self, caller: Peer) -> None:
        """Return if the caller may go on.

        A right token stands for peer and host: a page that rebinds a name to
        this machine does not know it, and no browser sends it unasked. Nothing
        stands for a foreign origin.

        Raises:
            Problem: 403, or 401 where a token would help.
        """
        self._check_origin(caller)
        if self._has_token(caller):
            return
        if not is_loopback_address(caller.peer) or any(name in caller.headers for name in FORWARDING_HEADERS):
            raise self._unauthorized()
        if _name_of(caller.headers.get("host", "")) not in self._hosts:
            raise Problem(
                403,
                "The Host header must name this machine (localhost, 127.0.0.1 or [::1]); "
                "start the server with --allow-host NAME to accept another name.",
            )

    def _check_origin(self, caller: Peer) -> None:
        origin, host = caller.headers.get("origin"), caller.headers.get("host", "").lower()
        # A proxy may have ended TLS, so that the scheme of an own page is not always the one seen here.
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            raise Problem(
                403,
                "A page of another origin may not use the control API; "
                "call it from a program, or from a page that this server serves.",
            )

    def _has_token(self, caller: Peer) -> bool:
        scheme, _, token = caller.headers.get("authorization", "").partition(" ")
        if self._token is None or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(token.strip().encode("utf-8", "surrogatepass"), self._token)

    def _unauthorized(self) -> Problem:
        if self._token is None:
            return Problem(
                403,
                "Only programs on this machine may use the control API, and not through a proxy; "
                "start the server with --admin-token to open it to others.",
            )
        return Problem(
            401,
            "From another machine, or through a proxy, the control API needs the header "
            "`Authorization: Bearer <token>` with the token that the server was started with.",
            (("WWW-Authenticate", 'Bearer realm="mockserver admin"'),),
        )


def _name_of(host: str) -> str:
    """Return the lower-cased name of a Host header; empty where its port is not a number."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower()
    return name.lower() if port.isascii() and port.isdigit() else ""
