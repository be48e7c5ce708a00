"""The control API on HTTP: who gets in, how it says no, what a body may be."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adminjudge import admin_judge, served
from mockserver.admin.api import AdminApi
from mockserver.admin.app import HEADERS, create_admin, is_admin_path
from mockserver.config import Config
from mockserver.state.sessions import Sessions
from oas.messages import Exchange, Request
from oas.messages import Response as Answer
from tables import failures

TOKEN = "correct-horse"
REMOTE = "192.0.2.7"
MOMENT = 1_746_954_000.0
#: Served by a test of its own, and described nowhere.
FOREIGN = ("/__admin/page",)
UNSERVED = [
    ("GET", ""),
    ("GET", "/"),
    ("POST", "/nothing"),
    ("GET", "/keys/"),
    ("BREW", "/clock"),
    ("GET", "/../clock"),
]


class HeldClient(FlaskClient):
    """A client whose every answer of the control API is held against the API's own description."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        path, content_type = answer.request.path, answer.content_type
        if is_admin_path(path) and path not in FOREIGN and answer.status_code != 500:
            body = answer.data if "json" in content_type else b""
            admin_judge().check(
                answer.request.method, path.removeprefix("/__admin"), answer.status_code, content_type, body
            )
        return answer


def make(**settings: Any) -> tuple[Sessions, Flask]:
    config = Config(**({"clock": MOMENT} | settings))
    sessions = Sessions(config, (), lambda key: key)
    app = Flask("mock", static_folder=None)
    app.test_client_class = HeldClient
    app.register_blueprint(create_admin(sessions, config, {"version": "1.2.3"}, served()))
    app.add_url_rule("/other", "other", lambda: "other")
    return sessions, app


def every_route() -> Iterator[tuple[str, str]]:
    """List method and path of everything below the prefix, and some that nobody serves."""
    for rule in make()[1].url_map.iter_rules():
        if is_admin_path(rule.rule):
            for method in rule.methods or ():
                yield method, re.sub("<target.*>", "x", rule.rule)
    yield from ((method, f"/__admin{path}") for method, path in UNSERVED)


OPERATIONS = AdminApi(make()[0], {"version": "1"}, served()).operations()
ROUTES = sorted(every_route())


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return make()[1].test_client()


@pytest.fixture(scope="module")
def tokened() -> FlaskClient:
    return make(admin_token=TOKEN, allow_hosts=("mock.test",))[1].test_client()


def send(client: FlaskClient, method: str, path: str, peer: str = "127.0.0.1", **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=sent, environ_overrides={"REMOTE_ADDR": peer})


def hold_problem(response: TestResponse, status: int) -> str:
    """Hold that an answer is a problem document with the headers of all answers; its detail."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert [name for name, _ in response.headers if name.startswith("Access-Control")] == []
    if not response.data:
        return ""
    document = response.get_json(force=True)
    assert document["status"] == status
    assert document["detail"].endswith(".")
    return str(document["detail"])


def test_every_operation_is_among_the_routes() -> None:
    assert {method for method, _ in ROUTES} >= {"GET", "HEAD", "POST", "PATCH", "DELETE"}
    assert len(ROUTES) == len(OPERATIONS) + sum(one.method == "GET" for one in OPERATIONS) + len(UNSERVED)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"},
        {"Host": "evil.test:4010", "Origin": "http://evil.test:4010"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"peer": REMOTE},
        {"peer": REMOTE, "Authorization": "Bearer x"},
        {"peer": REMOTE, "Authorization": f"Bearer {TOKEN}"},
    ],
    ids=str,
)
def test_every_route_refuses_strangers(client: FlaskClient, headers: dict[str, str]) -> None:
    assert failures(ROUTES, lambda route: hold_problem(send(client, *route, **headers), 403)) == {}


def test_every_route_asks_another_machine_for_the_token(tokened: FlaskClient) -> None:
    assert failures(ROUTES, lambda route: hold_token(tokened, *route)) == {}


def hold_token(tokened: FlaskClient, method: str, path: str) -> None:
    refused = send(tokened, method, path, peer=REMOTE, Authorization="Bearer wrong")
    hold_problem(refused, 401)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    let_in = send(tokened, method, path, peer=REMOTE, Authorization=f"Bearer {TOKEN}", Host="mock.internal")
    assert let_in.status_code not in (401, 403)
    hold_problem(send(tokened, method, path, peer=REMOTE, Authorization=f"Bearer {TOKEN}", Origin="http://x"), 403)


@pytest.mark.parametrize("host", ["localhost:4010", "127.0.0.1", "[::1]:4010", "mock.test"])
def test_this_machine_is_let_in(tokened: FlaskClient, host: str) -> None:
    answer = send(tokened, "GET", "/__admin/health", Host=host, Origin=f"http://{host}")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "healthy", "version": "1.2.3"})
    assert answer.content_type == "application/json"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("host", ["exa mple", "a/b", "localhost:port", "\xe4", "[::1", "localhost\\@evil.test"])
def test_a_malformed_host_is_refused_like_a_foreign_one(client: FlaskClient, host: str) -> None:
    answer = client.get("/__admin/health", environ_overrides={"HTTP_HOST": host})
    hold_problem(answer, 403)


@pytest.mark.parametrize("method, path", UNSERVED)
def test_what_nobody_serves_is_a_problem_too(client: FlaskClient, method: str, path: str) -> None:
    hold_problem(send(client, method, f"/__admin{path}"), 405 if method == "BREW" else 404)


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("PUT", "/clock", "GET, HEAD, POST"),
        ("OPTIONS", "/clock", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
        ("GET", "/keys/x", "PATCH"),
        ("GET", "/requests/find", "POST"),
        ("POST", "/requests/x", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, method: str, path: str, allow: str) -> None:
    answer = send(client, method, f"/__admin{path}")
    hold_problem(answer, 405)
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize("path", ["/other", "/__adminx", "/__admi"])
def test_other_paths_are_left_alone(client: FlaskClient, path: str) -> None:
    answer = send(client, "GET", path, peer=REMOTE, Host="evil.test")
    assert answer.status_code == (200 if path == "/other" else 404)
    assert "Cache-Control" not in answer.headers
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""],
)
def test_a_body_of_another_type_is_refused(client: FlaskClient, content_type: str | None) -> None:
    def hold(route: tuple[str, str]) -> None:
        method, path = route
        hold_problem(client.open(path, method=method, data=b"{}", content_type=content_type), 415)

    writing = [item for item in ROUTES if item[0] in ("POST", "PATCH") and "nothing" not in item[1]]
    assert failures(writing, hold) == {}


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_taken_by_any_spelling_of_its_type(client: FlaskClient, content_type: str) -> None:
    assert client.post("/__admin/clock", data=b'{"freeze":true}', content_type=content_type).status_code == 200


@pytest.mark.parametrize("path, status", [("/reset", 200), ("/sessions", 201), ("/clock", 415), ("/keys", 415)])
def test_a_body_may_be_left_out_where_every_member_may(client: FlaskClient, path: str, status: int) -> None:
    assert client.post(f"/__admin{path}").status_code == status


@pytest.mark.parametrize("path", ["/reset", "/sessions"])
def test_an_empty_form_of_another_site_is_refused(client: FlaskClient, path: str) -> None:
    hold_problem(client.post(f"/__admin{path}", content_type="application/x-www-form-urlencoded"), 415)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"advance_s":NaN}', b'{"advance_s":1e999}', b'{"freeze":true,"freeze":true}', b"\xff"]
)
def test_a_body_that_cannot_be_used_is_a_400(client: FlaskClient, body: bytes) -> None:
    hold_problem(client.post("/__admin/clock", data=body, content_type="application/json"), 400)


def test_a_body_is_bounded_in_size_and_depth() -> None:
    small = make(max_body_bytes=20, max_depth=2)[1].test_client()
    fits, large = b'{"freeze": true}    ', b'{"freeze": true}     '
    assert small.post("/__admin/clock", data=fits, content_type="application/json").status_code == 200
    hold_problem(small.post("/__admin/clock", data=large, content_type="application/json"), 413)
    hold_problem(small.post("/__admin/clock", data=b'{"set":[[]]}', content_type="application/json"), 400)


@pytest.mark.parametrize("size, status", [(20, 200), (21, 413), (1 << 20, 413)])
def test_a_body_of_unknown_length_is_read_no_further_than_it_may_be(size: int, status: int) -> None:
    stream = io.BytesIO(b'{"freeze": true}'.ljust(size))
    answer = (
        make(max_body_bytes=20)[1]
        .test_client()
        .post(
            "/__admin/clock",
            content_type="application/json",
            input_stream=stream,
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
    )
    assert answer.status_code == status
    assert stream.tell() <= 21


@pytest.mark.parametrize("query", ["?x=1", "?limit=1&limit=2", "?limit=-1", "?since=now", "?status=%F0%9F"])
def test_a_wrong_query_is_a_400(client: FlaskClient, query: str) -> None:
    hold_problem(client.get(f"/__admin/requests{query}"), 400)


def test_deleting_requests_takes_no_filter_and_so_deletes_nothing(client: FlaskClient) -> None:
    hold_problem(client.delete("/__admin/requests?status=200"), 400)


@pytest.mark.parametrize(
    "choose",
    [lambda name: {"query_string": {"session": name}}, lambda name: {"headers": {"X-Mock-Session": name}}],
    ids=["query", "header"],
)
def test_a_session_is_chosen_by_query_or_header(choose: Callable[[str], dict[str, Any]]) -> None:
    sessions, app = make()
    client = app.test_client()
    name = client.post("/__admin/sessions", json={"clock": "2026-01-01T00:00:00Z"}).get_json()["name"]
    assert client.get("/__admin/clock", **choose(name)).get_json()["now"] == "2026-01-01T00:00:00Z"
    client.post("/__admin/clock", json={"advance_s": 5}, **choose(name))
    assert sessions.default.clock.now() == MOMENT
    hold_problem(client.get("/__admin/clock", **choose("nobody")), 404)
    assert client.get("/__admin/health", **choose("nobody")).status_code == 200


def test_no_key_is_shown_but_in_the_answer_that_makes_it() -> None:
    sessions, app = make()
    client = app.test_client()
    plain = client.post("/__admin/keys", json={"role": "member"}).get_json()["key"]
    request = Request("GET", "/things", f"key={plain}", {"authorization": plain}, plain.encode())
    sessions.default.journal.record(Exchange("1", MOMENT, 0.1, "op", "", request, Answer(200, (), plain.encode())))
    shown = [
        client.get(f"/__admin{path}").text for path in ("/requests", "/requests/1", "/keys", "/sessions", "/version")
    ]
    assert [text for text in shown if plain in text] == []


def test_a_failure_of_the_mock_is_a_500_without_its_inside(caplog: pytest.LogCaptureFixture) -> None:
    sessions, app = make()
    sessions.default.clock = None  # type: ignore[assignment]
    detail = hold_problem(app.test_client().get("/__admin/clock"), 500)
    assert "NoneType" not in detail
    assert "NoneType" in caplog.text


def test_a_page_may_bring_a_policy_of_its_own() -> None:
    _, app = make()
    app.add_url_rule(
        "/__admin/page", "page", lambda: Response("page", headers={"Content-Security-Policy": "default-src 'self'"})
    )
    answer = app.test_client().get("/__admin/page")
    assert answer.headers.get_all("Content-Security-Policy") == ["default-src 'self'"]
    hold_problem(send(app.test_client(), "GET", "/__admin/page", Host="evil.test"), 403)
