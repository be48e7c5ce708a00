"""What holds for every request: host names, CORS, which paths are the control API's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.http.rules import HttpRules, is_admin_path
from oas.messages import Refusal, Request, Response


class StubPipeline:
    """Remembers what it was asked; answers everything alike."""

    def __init__(self) -> None:
        window = SimpleNamespace(limit_header="X-Limit", remaining_header="X-Remaining")
        self.spec = SimpleNamespace(windows=(window,), operations=(SimpleNamespace(method="GET"),))
        self.seen: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(200, (("Content-Type", "application/json"),), b'{"a": 1}')

    def refuse(self, refusal: Refusal) -> Response:
        return Response(refusal.status, (), b"{}")


class Caller:
    """Asks an edge with headers of its own making."""

    def __init__(self, **options: Any) -> None:
        self.pipeline = StubPipeline()
        self.edge = HttpRules(self.pipeline, **{"max_body_bytes": 8, **options})  # type: ignore[arg-type]

    def __call__(self, method: str = "GET", **headers: str) -> Response:
        sent = {"host": "localhost:4010", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.response = self.edge.answer(Request(method, "/a", headers=sent))
        self.headers = dict(self.response.headers)
        return self.response

    def preflight(self, **headers: str) -> Response:
        return self("OPTIONS", origin="http://localhost:1", access_control_request_method="GET", **headers)


@pytest.mark.parametrize(
    "path, is_admin",
    [
        ("/__admin", True),
        ("/__admin/health", True),
        ("/__administrator", False),
        ("/", False),
        ("//__admin", False),
    ],
)
def test_only_a_whole_segment_is_the_control_apis(path: str, is_admin: bool) -> None:
    assert is_admin_path(path) is is_admin


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:4010", "[::1]:4010", "[::1]", "192.0.2.7:80", "mock:80"]
)
def test_own_names_and_addresses_are_served(host: str) -> None:
    assert Caller(hosts=["Mock"])(host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "evil.example:4010", "127.0.0.1.evil"])
def test_a_foreign_name_is_misdirected(host: str) -> None:
    call = Caller()
    assert call(host=host).status == 421
    assert call.pipeline.seen == []


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:3000", "https://app.example"]
)
def test_an_allowed_origin_may_read_the_limits(origin: str) -> None:
    call = Caller(origins=["https://app.example"])
    call(origin=origin)
    assert call.headers["Access-Control-Allow-Origin"] == origin
    assert {"X-Limit", "X-Remaining", "Retry-After"} <= set(call.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in call.headers
    assert call.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:5173.evil"]
)
def test_a_foreign_origin_gets_no_permission(origin: str) -> None:
    call = Caller()
    call(origin=origin)
    assert "Access-Control-Allow-Origin" not in call.headers
    assert call.headers["Vary"] == "Origin"


def test_a_preflight_is_answered_before_the_pipeline() -> None:
    call = Caller()
    response = call.preflight(access_control_request_headers="X-Trace, prefer")
    assert (response.status, response.body, call.pipeline.seen) == (204, b"", [])
    assert call.headers["Access-Control-Allow-Headers"] == "authorization, content-type, prefer, x-trace"
    assert "GET" in call.headers["Access-Control-Allow-Methods"]


def test_a_preflight_to_a_private_network_is_granted_when_asked() -> None:
    call = Caller()
    call.preflight()
    assert "Access-Control-Allow-Private-Network" not in call.headers
    call.preflight(access_control_request_private_network="true")
    assert call.headers["Access-Control-Allow-Private-Network"] == "true"


def test_a_preflight_cannot_inject_a_header() -> None:
    call = Caller()
    call.preflight(access_control_request_headers="a\r\nX-Evil: 1")
    assert "\r" not in call.headers["Access-Control-Allow-Headers"]


def test_options_without_an_origin_is_no_preflight() -> None:
    call = Caller()
    call("OPTIONS", access_control_request_method="GET")
    assert call.pipeline.seen[-1].method == "OPTIONS"


@pytest.mark.parametrize("headers", [{}, {"access_control_request_private_network": "true"}])
def test_a_preflight_of_a_foreign_page_gets_no_permission_and_is_no_request(headers: dict[str, str]) -> None:
    call = Caller()
    call("OPTIONS", origin="https://evil.example", access_control_request_method="GET", **headers)
    assert (call.response.status, call.headers, call.pipeline.seen) == (204, {"Vary": "Origin"}, [])


def test_another_pipeline_answers_from_the_next_request_on() -> None:
    call, other = Caller(), StubPipeline()
    other.spec.windows = (SimpleNamespace(limit_header="X-New", remaining_header="X-Rest"),)
    other.spec.operations = (SimpleNamespace(method="PATCH"),)
    call()
    call.edge.use(other)  # type: ignore[arg-type]
    call(origin="http://localhost:1")
    assert (len(call.pipeline.seen), len(other.seen)) == (1, 1)
    assert "X-New, X-Rest" in call.headers["Access-Control-Expose-Headers"]
    call.preflight()
    assert call.headers["Access-Control-Allow-Methods"] == "HEAD, PATCH"
