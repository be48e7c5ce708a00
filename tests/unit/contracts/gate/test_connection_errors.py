from __future__ import annotations

import http.client
import socket
import ssl
import zlib

import pytest

from contracts.gate.transport import not_answered, not_connected


@pytest.mark.parametrize(
    "error, words",
    [
        (socket.gaierror(-2, "Name or service not known"), "the name a.example cannot be resolved"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "no TLS connection comes about"),
        (TimeoutError(), "no connection came about in time"),
        (ConnectionRefusedError(), "the connection is refused; nothing listens there"),
        (OSError(113, "No route to host"), "no connection comes about (No route to host)"),
        (UnicodeError("label too long"), "no connection comes about (UnicodeError)"),
    ],
)
def test_why_there_is_no_connection(error: Exception, words: str) -> None:
    assert not_connected(error, "a.example").startswith(words)


@pytest.mark.parametrize(
    "error, words",
    [
        (TimeoutError(), "no whole answer within 2.5 s"),
        (http.client.IncompleteRead(b"abc"), "closed in the middle of the body, after 3 bytes"),
        (ConnectionResetError(), "the connection was closed before the answer was complete"),
        (zlib.error("bad"), "not in the content encoding that its header names"),
        (http.client.BadStatusLine("x"), "what came is not an HTTP answer (BadStatusLine)"),
        (OSError(5, "Input/output error"), "the connection broke (Input/output error)"),
    ],
)
def test_why_there_is_no_answer(error: Exception, words: str) -> None:
    assert words in not_answered(error, 2.5)
