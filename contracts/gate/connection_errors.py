"""What went wrong on a connection, in words."""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib

__all__ = ["not_answered", "not_connected"]


def not_connected(error: Exception, host: str) -> str:
    """Say why no connection to a host came about."""
    if isinstance(error, socket.gaierror):
        return f"the name {host} cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message}); --ca-bundle names another authority"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection comes about ({getattr(error, 'reason', None) or 'the other side speaks no TLS'})"
    if isinstance(error, TimeoutError):
        return "no connection came about in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused; nothing listens there"
    return f"no connection comes about ({_words(error)})"


def not_answered(error: Exception, timeout_s: float) -> str:
    """Say why there is no whole answer on a connection; `timeout_s`: what the exchange was given."""
    if isinstance(error, TimeoutError):
        return f"no whole answer within {timeout_s:g} s"
    if isinstance(error, http.client.IncompleteRead):
        return f"the connection was closed in the middle of the body, after {len(error.partial)} bytes of a piece"
    if isinstance(error, ConnectionError):
        return "the connection was closed before the answer was complete"
    if isinstance(error, zlib.error):
        return "the body is not in the content encoding that its header names"
    if isinstance(error, http.client.HTTPException | ValueError):
        return f"what came is no HTTP answer ({type(error).__name__})"
    return f"the connection broke ({_words(error)})"


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
