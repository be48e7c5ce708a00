from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.gate.target import Target
from contracts.gate.transport import Reply as Received
from contracts.gate.transport import Transport, WireRequest
from contracts.messages import MAX_BODY_BYTES
from unit.contracts.upstream import RawUpstream, Reply, Seen, Upstream, read_head

GET = WireRequest(method="GET", target="/")
PEM = Path(__file__).parents[3] / "data" / "loopback.pem"
HEAD = b"HTTP/1.1 200 OK\r\n"


OPENED: list[Transport] = []


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def transport(url: str, timeout_s: float = 5.0, ca_bundle: Path | None = None) -> Transport:
    OPENED.append(Transport(Target.of(Config(base_url=url)), timeout_s, ca_bundle))
    return OPENED[-1]


def reply_to(act: Callable[[socket.socket], None], timeout_s: float = 5.0) -> Received:
    with RawUpstream(act) as upstream:
        return transport(upstream.url, timeout_s).send(GET)


def sending(data: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(data)


def dripping(head: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        connection.sendall(head)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            connection.sendall(drop)
            time.sleep(0.01)

    return act


def test_a_request_arrives_as_it_was_written() -> None:
    headers = (("X-A", "1"), ("X-A", "é"), ("Accept-Encoding", "identity"))
    with Upstream() as upstream:
        wire = WireRequest(method="PUT", target="/a%20b?c=%2F", headers=headers, body=b"\x00body")
        reply = transport(upstream.url).send(wire)
    seen = upstream.seen[0]
    assert (seen.method, seen.target, seen.body) == ("PUT", "/a%20b?c=%2F", b"\x00body")
    assert seen.headers["host"] == upstream.origin.removeprefix("http://")
    assert (reply.status, reply.failure) == (200, "")
    assert reply.headers["content-type"] == ("application/json",)


def test_connections_are_kept() -> None:
    def act(connection: socket.socket) -> None:
        for _ in range(3):
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
            read_head(connection)

    with RawUpstream(act) as upstream:
        sender = transport(upstream.url)
        assert [sender.send(GET).body for _ in range(3)] == [b"ok"] * 3
        assert upstream.connections == 1


def test_a_kept_connection_that_the_server_closed_is_not_used() -> None:
    closed = threading.Event()

    def act(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        connection.close()
        closed.set()

    with RawUpstream(act) as upstream:
        sender = transport(upstream.url)
        assert sender.send(GET).status == 200
        assert closed.wait(5)
        assert sender.send(GET).status == 200


def test_a_kept_connection_that_dies_under_the_request_is_told_apart() -> None:
    def act(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        read_head(connection)

    with RawUpstream(act) as upstream:
        sender = transport(upstream.url)
        assert not sender.send(GET).is_stale
        reply = sender.send(GET)
    assert reply.is_stale
    assert reply.failure == "the connection was closed before the answer was complete"


#: Without the moment of its making, so that every process names the case alike.
CUT_GZIP = gzip.compress(b"abc", mtime=0)[:-9]


@pytest.mark.parametrize(
    "data, failure",
    [
        (b"", "the connection was closed before the answer was complete"),
        (b"\x16\x03\x01garbage\r\n\r\n", "what came is not an HTTP answer (BadStatusLine)"),
        (b"HTTP/1.1 abc\r\n\r\n", "what came is not an HTTP answer (BadStatusLine)"),
        (HEAD + b"no header\r\nX: y\r\n\r\n", "what came is not an HTTP answer (HTTPException)"),
        (HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n", "what came is not an HTTP answer (LineTooLong)"),
        (HEAD + b"X: y\r\n" * 200 + b"\r\n", "what came is not an HTTP answer (HTTPException)"),
        (HEAD + b"Content-Length: 9\r\n\r\nhalf", "the connection was closed before the answer was complete"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "the connection was closed in the middle of the body"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "the connection was closed in the middle of the body"),
        (HEAD + b"Content-Encoding: gzip\r\n\r\nplain", "the body is not in the content encoding"),
        (HEAD + b"Content-Encoding: br\r\n\r\nx", "the body is not in the content encoding"),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + CUT_GZIP, "the body is not in the content"),
    ],
)
def test_a_cut_or_garbled_answer_is_a_failure_in_words(data: bytes, failure: str) -> None:
    reply = reply_to(sending(data))
    assert reply.status == 0
    assert reply.failure.startswith(failure)


@pytest.mark.parametrize(
    "act",
    [
        lambda connection: read_head(connection),
        dripping(b"", b"H"),
        dripping(HEAD, b"X: y\r\n"),
        dripping(HEAD + b"Content-Length: 99999\r\n\r\n", b"x"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_server_that_drips_is_left_in_time(act: Callable[[socket.socket], None]) -> None:
    started = time.monotonic()
    reply = reply_to(act, timeout_s=0.15)
    assert time.monotonic() - started < 2
    assert reply.failure in ("no whole answer within 0.15 s", "what came is not an HTTP answer (HTTPException)")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_packed_body_is_unpacked(encoding: str) -> None:
    packed = gzip.compress(b"plain", mtime=0) if encoding == "gzip" else zlib.compress(b"plain")
    reply = reply_to(sending(HEAD + f"Content-Encoding: {encoding}\r\n\r\n".encode() + packed))
    assert (reply.body, reply.is_cut, reply.failure) == (b"plain", False, "")


def test_a_body_of_twenty_megabytes_is_cut_at_eight() -> None:
    with Upstream(lambda _seen: Reply(body=bytes(20 * 1024 * 1024))) as upstream:
        reply = transport(upstream.url).send(GET)
    assert (len(reply.body), reply.is_cut, reply.status) == (MAX_BODY_BYTES, True, 200)


def test_a_body_that_unpacks_without_end_is_cut() -> None:
    bomb = gzip.compress(bytes(50 * 1024 * 1024))
    reply = reply_to(sending(HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb))
    assert (len(reply.body), reply.is_cut) == (MAX_BODY_BYTES, True)


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    with Upstream(lambda _seen: Reply(body=bytes(MAX_BODY_BYTES))) as upstream:
        assert not transport(upstream.url).send(GET).is_cut


@pytest.mark.parametrize(
    "wire",
    [
        WireRequest(method="GET", target="/a b"),
        WireRequest(method="GE T", target="/"),
        WireRequest(method="GET", target="/", headers=(("X-A", "b\r\nX-Evil: 1"),)),
        WireRequest(method="GET", target="/", headers=(("Xé", "b"),)),
    ],
)
def test_what_cannot_be_written_in_http_is_not_sent(wire: WireRequest) -> None:
    with Upstream() as upstream:
        reply = transport(upstream.url).send(wire)
    assert reply.failure.startswith("the request cannot be written in HTTP")
    assert upstream.seen == []


def test_a_folded_header_is_one_line() -> None:
    assert reply_to(sending(HEAD + b"X-A: b\r\n c\r\n\r\n")).headers["x-a"] == ("b c",)


def test_a_refused_connection_and_an_unknown_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert transport(f"http://127.0.0.1:{port}").send(GET).failure == "the connection is refused; nothing listens there"

    def unknown(*_args: object, **_values: object) -> None:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert transport("http://api.example.localhost").send(GET).failure == (
        "the name api.example.localhost cannot be resolved"
    )


@pytest.fixture
def tls() -> Iterator[RawUpstream]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with RawUpstream(sending(HEAD + b"Content-Length: 2\r\n\r\nok"), context) as upstream:
        yield upstream


def test_tls_is_verified_and_another_authority_can_be_named(tls: RawUpstream) -> None:
    url = tls.url.replace("http:", "https:")
    assert "the certificate is not trusted (self-signed certificate); --ca-bundle" in transport(url).send(GET).failure
    assert transport(url, ca_bundle=PEM).send(GET).body == b"ok"


def test_the_name_in_the_certificate_counts(tls: RawUpstream) -> None:
    url = tls.url.replace("http://127.0.0.1", "https://127.0.0.2")
    failure = transport(url, ca_bundle=PEM).send(GET).failure
    assert "not trusted" in failure or "refused" in failure


def test_a_server_without_tls_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def act() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(4096)

        thread = threading.Thread(target=act)
        thread.start()
        reply = transport(f"https://127.0.0.1:{listener.getsockname()[1]}").send(GET)
        thread.join(5)
    assert reply.failure == "no TLS connection comes about (WRONG_VERSION_NUMBER)"


def test_a_bundle_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(ConfigInvalid, match="ca-bundle"):
        transport("https://127.0.0.1", ca_bundle=tmp_path / "empty.pem")


def test_a_proxy_is_asked_for_a_tunnel_and_told_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def act(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with RawUpstream(act, heads=heads) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//me:pw@"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        wire = WireRequest(method="GET", target="/", headers=(("Authorization", "key"),))
        reply = transport("https://api.example.test").send(wire)
    assert heads[0].startswith(b"CONNECT api.example.test:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic bWU6cHc=" in heads[0]
    assert b"key" not in heads[0]
    assert reply.failure.startswith("no connection comes about")


def test_requests_go_through_the_tunnel(monkeypatch: pytest.MonkeyPatch, tls: RawUpstream) -> None:
    def act(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", int(tls.url.rsplit(":", 1)[1]))) as behind:
            back = threading.Thread(target=copy, args=(behind, connection), daemon=True)
            back.start()
            copy(connection, behind)
            back.join(5)

    with RawUpstream(act) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert transport("https://api.example.test", ca_bundle=PEM).send(GET).body == b"ok"


def test_a_proxy_for_plain_http_gets_the_whole_url(monkeypatch: pytest.MonkeyPatch) -> None:
    with Upstream() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert transport("http://api.example.test/base").send(GET).status == 200
    seen: Seen = proxy.seen[0]
    assert (seen.target, seen.headers["host"]) == ("http://api.example.test/", "api.example.test")


def copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
