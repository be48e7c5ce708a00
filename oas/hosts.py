"""Whether a host is this machine, by its literal name or address; nothing is resolved."""

from __future__ import annotations

from ipaddress import ip_address

__all__ = ["is_loopback_address", "is_loopback_host"]


def is_loopback_address(address: str | None) -> bool:
    """Return whether an address is of 127.0.0.0/8, ::1, or the former mapped into IPv6.

    Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.
    """
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def is_loopback_host(host: str) -> bool:
    """Return whether a host, brackets removed, is `localhost`, a name below it, or a loopback address.

    Source: RFC 6761 §6.3.
    """
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or is_loopback_address(name)
