"""Whatever is sent, the answer is an envelope with a 4xx or a right answer: never a 500, a hang, or HTML."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from judged import Answer, Judge, JudgedClient, LiveClient
from mockserver.config import Config
from mockserver.live.server import LiveServer

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "query, pointer",
    [
        ("limit=0", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=1.5", "/limit"),
        ("limit=", "/limit"),
        ("limit", "/limit"),
        ("limit=%2B5", "/limit"),
        ("limit=1_0", "/limit"),
        ("limit=%D9%A3", "/limit"),  # an Arabic digit
        ("limit=" + "9" * 5000, "/limit"),
        ("limit=NaN", "/limit"),
        ("limit=1e3", "/limit"),
        ("offset=-1", "/offset"),
        ("limit=1&limit=2", "/limit"),
        ("term=a&term=b", "/term"),
        ("term=%", "/term"),
        ("term=%zz", "/term"),
        ("term=%ff", "/term"),
        ("term=%ed%a0%80", "/term"),  # a surrogate
        ("start_date=2025-02-30", "/start_date"),
        ("start_date=0000-01-01", "/start_date"),
        ("start_date=10000-01-01", "/start_date"),
        ("start_date=2025-5-1", "/start_date"),
        ("start_date=2025-05-01T00:00:00Z", "/start_date"),
        ("start_date=", "/start_date"),
        ("campaign_status=ACTIVE", "/campaign_status"),
        ("campaign_type=other", "/campaign_type"),
        ("sort_by=id", "/sort_by"),
        ("sort_order=up", "/sort_order"),
        ("%zz=1", ""),
    ],
)
def test_a_bad_query_is_refused_and_explained(client: JudgedClient, query: str, pointer: str) -> None:
    answer = client.get("/campaign-info", query)
    assert (answer.status, answer.error_code) == (400, "INVALID_REQUEST")
    assert pointer in [violation["pointer"] for violation in answer.violations]
    assert all(violation["message"] for violation in answer.violations)


@pytest.mark.parametrize(
    "query, rows",
    [
        ("limit=" + "9" * 400, 36),
        ("limit=2&offset=" + "9" * 400, 0),
        ("start_date=0001-01-01&end_date=9999-12-31", 36),
        ("term=%00", 0),
        ("term=", 36),
        ("term=%F0%9F%98%80" + "x" * 5000, 0),
        ("&&&", 36),
        ("start_date=9999-12-31", 0),
        ("not_documented=" + "x" * 5000, 36),
    ],
)
def test_an_odd_but_valid_query_is_answered(client: JudgedClient, query: str, rows: int) -> None:
    answer = client.get("/campaign-info", query)
    assert (answer.status, len(answer.data["campaign_info"])) == (200, rows)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"limit": NaN}',
        b'{"limit": Infinity}',
        b'{"limit": 1e999}',
        b'{"limit": 1, "limit": 2}',
        b'{"limit": null}',
        b'{"limit": "10"}',
        b'{"limit": true}',
        b'{"limit": 1.5}',
        b'{"term": "\\ud800"}',
        b'{"term": 5}',
        b'{"linkedin_user_information_ids": "encrypted_id_string"}',
        b'{"linkedin_user_information_ids": [null]}',
        b'{"start_date": 20250501}',
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b"\x00",
        b"[" * 200_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"limit": ' + b"9" * 5000 + b"}",
        b" ",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_bad_body_is_refused(client: JudgedClient, body: bytes) -> None:
    answer = client.post("/campaign-info", body=body, headers=JSON)
    assert (answer.status, answer.error_code) == (400, "INVALID_REQUEST")
    assert answer.violations


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"term": "\\u0000"}',
        b'{"limit": 10.0}',
        b'{"offset": 1' + b"0" * 300 + b"}",
        b'{"x": ' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"x": "' + b"y" * 1_000_000 + b'"}',
    ],
    ids=lambda body: repr(body[:30]),
)
def test_an_odd_but_valid_body_is_answered(client: JudgedClient, body: bytes) -> None:
    assert client.post("/campaign-info", body=body, headers=JSON).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json; charset=latin-1", ""])
def test_another_content_type_is_refused(client: JudgedClient, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post("/campaign-info", body=b"{}", headers=headers)
    assert (answer.status, answer.violations[0]["code"]) == (400, "content-type")


def test_a_body_of_more_than_a_mebibyte_is_too_large(client: JudgedClient) -> None:
    answer = client.post("/campaign-info", body=b" " * (1 << 20) + b"{}", headers=JSON)
    assert (answer.status, answer.error_code) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/campaign-info/", "//campaign-info", "/Campaign-Info", "/%00", "/../etc/passwd"]
)
def test_an_unknown_path_is_an_envelope(client: JudgedClient, path: str) -> None:
    assert client.get(path).error_code == "NOT_FOUND"


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "QUERY"])
def test_an_unknown_method_is_an_envelope_that_names_the_known_ones(client: JudgedClient, method: str) -> None:
    answer = client.request(method, "/campaign-info")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_undocumented_names_are_ignored_and_reported(client: JudgedClient) -> None:
    answer = client.get("/campaign-info", "start-date=2025-05-01&limit=1")
    assert answer.status == 200
    (violation,) = answer.violations
    assert (violation["code"], violation["pointer"], violation["severity"]) == (
        "undocumented",
        "/start-date",
        "warning",
    )
    assert "start_date" in violation["message"]


@pytest.mark.parametrize(
    "query, body, status, code",
    [
        ("limit=0&start_date=2025-05-02&end_date=2025-05-01", None, 400, "INVALID_REQUEST"),
        ("linkedin_user_information_ids=x&start_date=2025-05-02&end_date=2025-05-01", None, 400, "INVALID_DATE_RANGE"),
        ("linkedin_user_information_ids=x", None, 400, "INVALID_USER_IDS"),
        ("linkedin_user_information_ids=", None, 400, "INVALID_USER_IDS"),
    ],
)
def test_refusals_come_in_their_order(client: JudgedClient, query: str, body: Any, status: int, code: str) -> None:
    answer = client.get("/campaign-info", query)
    assert (answer.status, answer.error_code) == (status, code)


def test_the_violations_header_stays_within_its_bound(client: JudgedClient) -> None:
    answer = client.get("/campaign-info", "&".join(f"undocumented_{number}=1" for number in range(500)))
    assert answer.status == 200
    assert len(answer.headers["X-Mock-Violations"]) <= 8192


# What only a real connection can send.


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """A running server with limits that nobody reaches."""
    with LiveServer(Config(check_answers=True, limit_minute=10**6, limit_day=10**6)) as running:
        yield running


@pytest.fixture
def send(server: LiveServer, judge: Judge) -> Callable[[bytes], Answer]:
    """Send raw bytes on a connection and judge what comes back."""
    url = urlsplit(server.base_url)
    client = LiveClient(server.base_url, judge)

    def send(data: bytes) -> Answer:
        with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
            connection.sendall(data)
            return client.read(connection, data)

    return send


HEAD = (
    b"POST /social_app/api/v1/third_party/campaign-info HTTP/1.1\r\n"
    b"Host: localhost\r\nAuthorization: your_api_key_here\r\n"
)


def test_a_chunked_body_without_a_length_is_read(send: Callable[[bytes], Answer]) -> None:
    head = HEAD + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert send(head + b'b\r\n{"limit": 1\r\n1\r\n}\r\n0\r\n\r\n').status == 200


def test_a_chunked_body_beyond_the_limit_is_too_large(send: Callable[[bytes], Answer]) -> None:
    head = HEAD + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    assert send(head + chunk * 17 + b"0\r\n\r\n").error_code == "PAYLOAD_TOO_LARGE"


def test_an_announced_body_beyond_the_limit_is_refused_unread(send: Callable[[bytes], Answer]) -> None:
    assert send(HEAD + b"Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n").status == 413


def test_a_path_with_broken_escapes_is_an_envelope(send: Callable[[bytes], Answer]) -> None:
    answer = send(b"GET /social_app/api/v1/third_party/%zz%ff HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.error_code == "NOT_FOUND"


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_the_http_server_refuses_is_a_4xx_and_never_html(server: LiveServer, data: bytes) -> None:
    url = urlsplit(server.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(data)
        received = connection.recv(65536)
    status = int(received.split(b" ", 2)[1])
    body = received.partition(b"\r\n\r\n")[2]
    assert 400 <= status < 500
    assert body == b"" or json.loads(body)["code"] == status
