"""The browser's rules: which page may call the API, read what, and that none may call the control API."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from werkzeug.test import Client

from judged import JudgedClient
from mockserver.app import create_wsgi
from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.live.server import LiveServer

MakeClient = Callable[..., JudgedClient]
BASE = "/social_app/api/v1/third_party"
DEV = "http://localhost:5173"
PREFLIGHT = {"Origin": DEV, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
#: Answers of every kind: how to ask for each, and its status.
ANSWERS: list[tuple[str, str, Mapping[str, str], int]] = [
    ("GET", "/user-campaign-filters", {}, 200),
    ("GET", "/campaign-info?limit=0", {}, 400),
    ("GET", "/user-campaign-filters", {"Authorization": "nobody"}, 401),
    ("GET", "/nowhere", {}, 404),
    ("DELETE", "/campaign-info", {}, 405),
    ("GET", "/user-campaign-filters", {"Prefer": "code=429"}, 429),
    ("GET", "/user-campaign-filters", {"Prefer": "code=500"}, 500),
    ("GET", "/user-campaign-filters?undocumented=1", {}, 200),
]


@pytest.fixture
def own(make_client: MakeClient) -> JudgedClient:
    return make_client()


def ask(client: JudgedClient, method: str, path: str, headers: Mapping[str, str]) -> Any:
    path, _, query = path.partition("?")
    return client.request(method, path, query, headers={"Origin": DEV, **headers})


@pytest.mark.parametrize("method, path, headers, status", ANSWERS, ids=str)
def test_a_dev_server_may_read_every_answer_and_each_header_of_ours(
    own: JudgedClient, method: str, path: str, headers: Mapping[str, str], status: int
) -> None:
    answer = ask(own, method, path, headers)
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == DEV
    exposed = {name.lower() for name in answer.headers["Access-Control-Expose-Headers"].split(", ")}
    ours = {
        name for name in answer.headers if name.startswith(("x-ratelimit-", "x-mock-", "retry-after", "preference"))
    }
    assert ours - exposed == set()
    assert {"retry-after", "preference-applied", "x-ratelimit-remaining-minute", "x-mock-applied"} <= exposed


@pytest.mark.parametrize("method, path, headers, status", ANSWERS, ids=str)
def test_no_answer_allows_credentials_or_everybody(
    own: JudgedClient, method: str, path: str, headers: Mapping[str, str], status: int
) -> None:
    for origin in (DEV, "https://evil.example", "null"):
        answer = ask(own, method, path, {**headers, "Origin": origin})
        allowing = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
        assert "access-control-allow-credentials" not in allowing
        assert "*" not in "".join(allowing.values())
        assert bool(allowing) is (origin == DEV)
        assert answer.headers["Vary"] == "Origin"


def test_preflights_come_before_the_key_and_cost_nothing(make_client: MakeClient) -> None:
    client = make_client(limit_minute=1)
    for _ in range(3):
        answer = client.as_key(None).request("OPTIONS", "/campaign-info", headers=PREFLIGHT)
        assert answer.status == 204
    assert client.get("/campaign-info").status == 200
    assert client.admin("GET", "/requests").get_json()["meta"]["total"] == 1


def test_a_preflight_names_what_a_page_needs(own: JudgedClient) -> None:
    asked = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    headers = own.request("OPTIONS", "/campaign-info", headers=asked).headers
    assert {"GET", "POST", "HEAD"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
    assert {"authorization", "content-type", "prefer"} <= set(headers["Access-Control-Allow-Headers"].split(", "))
    assert headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize(
    "origin, cors, may",
    [
        ("http://localhost:3000", (), True),
        ("https://127.0.0.1:8443", (), True),
        ("http://[::1]", (), True),
        ("https://app.example", (), False),
        ("https://app.example", ("https://app.example",), True),
        ("http://app.example", ("https://app.example",), False),
        ("https://app.example:8443", ("https://app.example",), False),
        ("http://localhost.evil.example", (), False),
        ("http://127.0.0.1.evil.example:80", (), False),
    ],
)
def test_others_are_allowed_by_their_whole_origin(
    make_client: MakeClient, origin: str, cors: tuple[str, ...], may: bool
) -> None:
    answer = make_client(cors=cors).get("/campaign-info", headers={"Origin": origin})
    assert ("Access-Control-Allow-Origin" in answer.headers) is may


@pytest.mark.parametrize("origin", ["*", "app.example", "https://app.example/", "https://App.example", "null", ""])
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ConfigInvalid, match=r"--cors.*origin"):
        Config(cors=(origin,))


def test_a_rebound_name_reaches_neither_api_nor_control_api() -> None:
    client = Client(create_wsgi(Config()))
    headers = {"Host": "evil.example:4010", "Origin": "http://evil.example:4010"}
    assert client.get(f"{BASE}/campaign-info", headers=headers).status_code == 421
    assert client.get("/__admin/keys", headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 403


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(Config(cors=("https://app.example",), admin_token="token")) as server:
        yield server


def over_http(server: LiveServer, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def admin_routes(server: LiveServer) -> list[tuple[str, str]]:
    """List method and path of each operation, from the server's own description."""
    import requests

    description = requests.get(f"{server.admin_url}/openapi.json", timeout=10).json()
    return [
        (method.upper(), "/__admin" + path.replace("{", "").replace("}", ""))
        for path, item in description["paths"].items()
        for method in item
    ]


@pytest.mark.slow
def test_the_served_api_speaks_cors_too(server: LiveServer) -> None:
    status, headers = over_http(server, "OPTIONS", f"{BASE}/campaign-info", PREFLIGHT)
    assert (status, headers["access-control-allow-origin"]) == (204, DEV)
    status, headers = over_http(server, "GET", f"{BASE}/campaign-info", {"Origin": "https://app.example"})
    assert (status, headers["access-control-allow-origin"]) == (401, "https://app.example")


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:4010"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Origin": "https://app.example"},
        {"Origin": DEV},
        {"Origin": "null"},
        {"Origin": "https://app.example", "Authorization": "Bearer token"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
    ],
    ids=str,
)
def test_every_operation_of_the_served_control_api_refuses_strangers(
    server: LiveServer, headers: dict[str, str]
) -> None:
    routes = admin_routes(server)
    assert {("GET", "/__admin/requests/events"), ("GET", "/__admin/openapi.json")} < set(routes)
    for method, path in [*routes, ("OPTIONS", "/__admin/keys"), ("GET", "/__admin/"), ("GET", "/__admin/nothing")]:
        status, answer = over_http(server, method, path, headers)
        assert status in (401, 403), (method, path)
        assert answer["content-type"] == "application/problem+json"
        assert [name for name in answer if name.startswith("access-control")] == []
