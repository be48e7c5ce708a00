"""Where the server listens: the port is chosen and held before anything starts.

granian binds with SO_REUSEPORT, so two servers would share one port in silence
and each would get half of the requests. A socket of our own, bound without
that option, keeps the port for as long as the server lives.
"""

from __future__ import annotations

import errno
import socket
import sys
from dataclasses import dataclass

from mockserver.errors import ConfigInvalid, PortInUse, ToolError

#: Addresses that mean every interface, and the one of them to talk to.
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server answers.

    Attributes:
        host: numeric address that is bound, without brackets.
        port: 1–65535, the real one.
        base_path: path prefix of the API; begins with `/` or is empty.
    """

    host: str
    port: int
    base_path: str = ""

    @classmethod
    def of(cls, bound: socket.socket) -> Address:
        """Return the address of a bound socket."""
        host, port = bound.getsockname()[:2]
        return cls(str(host), int(port))

    @property
    def reachable_host(self) -> str:
        """The numeric host to connect to: loopback where every interface is bound."""
        return _WILDCARDS.get(self.host, self.host)

    @property
    def netloc(self) -> str:
        """`host:port` as in a URL, IPv6 in brackets."""
        host = self.reachable_host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """URL of the API, base path included, without a final slash."""
        return f"http://{self.netloc}{self.base_path}"

    @property
    def admin_url(self) -> str:
        """URL of the control API, without a final slash."""
        return f"http://{self.netloc}/__admin"


def bind_port(host: str, port: int) -> socket.socket:
    """Return a socket that is bound and does not listen; nobody else gets the port.

    Args:
        host: name or numeric address; a name with several takes IPv4 first.
        port: 0–65535; 0 takes any free one.

    Raises:
        PortInUse: another process holds the port.
        ConfigInvalid: the host is unknown or not of this machine, or the port
            needs rights that the user has not.
    """
    family, sockaddr = _resolve(host, port)
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        _bind_alone(bound, sockaddr)
    except OSError as exc:
        bound.close()
        raise _bind_error(exc, host, port) from exc
    return bound


def lend_port(bound: socket.socket) -> None:
    """Let granian bind the held port as well.

    On Linux the holder takes SO_REUSEPORT now that it is bound: granian, which
    sets it too, may join, and `bind_port` of a second server still fails.
    Elsewhere a bound socket that does not listen might swallow connections, so
    the port is released a moment before granian takes it.
    """
    if sys.platform == "linux":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    else:
        bound.close()


def _resolve(host: str, port: int) -> tuple[int, tuple[str, int] | tuple[str, int, int, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as exc:  # ValueError: no host name at all, such as "a..b"
        raise ConfigInvalid(f"{host!r} is not a host that this machine can find; try 127.0.0.1", "--host") from exc
    family, _, _, _, sockaddr = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    if len(sockaddr) == 4 and sockaddr[3]:
        raise ConfigInvalid(f"{host!r} belongs to one network interface; an address without % was expected", "--host")
    return family, sockaddr  # type: ignore[return-value]


def _bind_alone(bound: socket.socket, sockaddr: tuple[str, int] | tuple[str, int, int, int]) -> None:
    if sys.platform == "win32":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        bound.bind(sockaddr)
        return
    # SO_REUSEADDR while binding looks past connections of an earlier run that are
    # still in TIME_WAIT; taken back at once on Linux, where two sockets that both
    # carry it and do not listen may share a port.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(sockaddr)
    if sys.platform == "linux":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)


def _bind_error(exc: OSError, host: str, port: int) -> ToolError:
    if exc.errno == errno.EADDRINUSE or (sys.platform == "win32" and exc.errno == errno.EACCES):
        return PortInUse(
            f"port {port} on {host} is taken by another process; stop it, or choose another (--port 0 takes a free one)"
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return ConfigInvalid(f"this user may not bind port {port}; choose one above 1023", "--port")
    return ConfigInvalid(f"{host} is not an address of this machine ({exc.strerror}); try 127.0.0.1", "--host")
