"""The forward proxy between this machine and the target, where the environment or the system names one.

Read by the standard library from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or
the system's settings.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from contracts.errors import ConfigInvalid
from contracts.gate.target import Target

__all__ = ["ForwardProxy", "relay_to"]


@dataclass(frozen=True, slots=True)
class ForwardProxy:
    """A forward proxy. `headers` introduce us to it, and go to nobody else."""

    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def relay_to(target: Target) -> ForwardProxy | None:
    """Return the proxy for a target, None where there is none; there is never one for this machine.

    Raises:
        ConfigInvalid: it cannot be used: only `http://host:port` can, with or without user name and password.
    """
    if target.is_loopback:
        return None
    # Costs 20 ms, which a run on this machine need not pay.
    from urllib.request import getproxies, proxy_bypass

    url = getproxies().get(target.scheme)
    if not url or proxy_bypass(target.host):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigInvalid(
            "a proxy like http://host:port was expected; name the target in NO_PROXY to go without one",
            f"{target.scheme.upper()}_PROXY",
        )
    headers: tuple[tuple[str, str], ...] = ()
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers = (("Proxy-Authorization", "Basic " + base64.b64encode(pair).decode()),)
    return ForwardProxy(parts.hostname, parts.port or 80, headers)
