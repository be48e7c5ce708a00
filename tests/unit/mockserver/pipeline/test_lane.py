"""The WSGI edge: what reaches the pipeline, and what leaves, for every shape of request."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.messages import Refusal, Request, Response
from mockserver.pipeline.lane import Lane


class StubPipeline:
    """Remembers what it was asked; answers everything alike."""

    def __init__(self) -> None:
        window = SimpleNamespace(limit_header="X-Limit", remaining_header="X-Remaining")
        operation = SimpleNamespace(method="GET")
        self.spec = SimpleNamespace(windows=(window,), operations={"read": operation})
        self.seen: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(200, (("Content-Type", "application/json"),), b'{"a": 1}')

    def refuse(self, refusal: Refusal) -> Response:
        return Response(refusal.status, (), b"{}")


class Caller:
    """Calls a lane with an environ of its own making."""

    def __init__(self, **options: Any) -> None:
        self.pipeline = StubPipeline()
        self.lane = Lane(self.admin, self.pipeline, **{"max_body_bytes": 8, **options})  # type: ignore[arg-type]

    def admin(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"admin"]

    def __call__(self, method: str = "GET", path: str = "/a", body: bytes = b"", **environ: Any) -> None:
        base = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:4010",
            "wsgi.input": io.BytesIO(body),
        }
        if body:
            base["CONTENT_LENGTH"] = str(len(body))
        self.body = b"".join(self.lane({**base, **environ}, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = int(status[:3]), dict(headers)

    @property
    def request(self) -> Request:
        return self.pipeline.seen[-1]


@pytest.mark.parametrize("path", ["/__admin", "/__admin/health"])
def test_admin_paths_go_on_to_flask(path: str) -> None:
    call = Caller()
    call(path=path)
    assert call.body == b"admin"


@pytest.mark.parametrize("path", ["/__administrator", "/", "//__admin"])
def test_other_paths_are_the_api(path: str) -> None:
    call = Caller()
    call(path=path)
    assert call.request.path == path


def test_headers_arrive_in_lower_case_with_the_content_type() -> None:
    call = Caller()
    call("POST", body=b"{}", HTTP_X_TRACE="1", CONTENT_TYPE="application/json")
    assert call.request.headers == {"host": "localhost:4010", "x-trace": "1", "content-type": "application/json"}
    assert call.request.body == b"{}"


def test_path_bytes_are_read_as_utf8() -> None:
    call = Caller()
    call(path="/Ã¼")  # how WSGI hands over %C3%BC
    assert call.request.path == "/ü"


def test_head_has_the_length_of_the_body_and_no_body() -> None:
    call = Caller()
    call("HEAD")
    assert (call.body, call.headers["Content-Length"]) == (b"", "8")


@pytest.mark.parametrize("length", [8, 9])
def test_a_body_beyond_the_limit_is_not_kept(length: int) -> None:
    call = Caller()
    call("POST", body=b"x" * length)
    assert call.request.is_too_large is (length > 8)
    assert call.request.body == (b"x" * 8 if length == 8 else b"")


@pytest.mark.parametrize("length", [8, 9])
def test_a_chunked_body_is_read_up_to_the_limit(length: int) -> None:
    call = Caller()
    call("POST", body=b"x" * length, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert call.request.is_too_large is (length > 8)


@pytest.mark.parametrize("length", ["9" * 30, "-1", "x", "٣"])
def test_an_impossible_length_reads_nothing(length: str) -> None:
    call = Caller()
    call("POST", CONTENT_LENGTH=length)
    assert call.request.is_too_large


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:4010", "[::1]:4010", "[::1]", "192.0.2.7:80", "mock:80"]
)
def test_own_names_and_addresses_are_served(host: str) -> None:
    call = Caller(hosts=["Mock"])
    call(HTTP_HOST=host)
    assert call.status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "evil.example:4010", "127.0.0.1.evil"])
def test_a_foreign_name_is_misdirected(host: str) -> None:
    call = Caller()
    call(HTTP_HOST=host)
    assert call.status == 421
    assert call.pipeline.seen == []


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:3000", "https://app.example"]
)
def test_an_allowed_origin_may_read_the_limits(origin: str) -> None:
    call = Caller(origins=["https://app.example"])
    call(HTTP_ORIGIN=origin)
    assert call.headers["Access-Control-Allow-Origin"] == origin
    assert {"X-Limit", "X-Remaining", "Retry-After"} <= set(call.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in call.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:5173.evil"]
)
def test_a_foreign_origin_gets_no_permission(origin: str) -> None:
    call = Caller()
    call(HTTP_ORIGIN=origin)
    assert "Access-Control-Allow-Origin" not in call.headers
    assert call.headers["Vary"] == "Origin"


def preflight(call: Caller, **environ: Any) -> None:
    call("OPTIONS", HTTP_ORIGIN="http://localhost:1", HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET", **environ)


def test_a_preflight_is_answered_before_the_pipeline() -> None:
    call = Caller()
    preflight(call, HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,prefer")
    assert (call.status, call.body, call.pipeline.seen) == (204, b"", [])
    assert call.headers["Access-Control-Allow-Headers"] == "authorization,prefer"
    assert "GET" in call.headers["Access-Control-Allow-Methods"]


def test_a_preflight_to_a_private_network_is_granted_when_asked() -> None:
    call = Caller()
    preflight(call)
    assert "Access-Control-Allow-Private-Network" not in call.headers
    preflight(call, HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK="true")
    assert call.headers["Access-Control-Allow-Private-Network"] == "true"


def test_a_preflight_cannot_inject_a_header() -> None:
    call = Caller()
    preflight(call, HTTP_ACCESS_CONTROL_REQUEST_HEADERS="a\r\nX-Evil: 1")
    assert "\r" not in call.headers["Access-Control-Allow-Headers"]


def test_options_without_an_origin_is_no_preflight() -> None:
    call = Caller()
    call("OPTIONS")
    assert call.request.method == "OPTIONS"
