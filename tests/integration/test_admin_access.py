"""Everything below `/__admin` of a whole application, console included: strangers are refused, whatever they ask for.

The routes come from the application itself, so that a new one is tried without a line here.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from conftest import MAY_2025
from mockserver.admin.route import PREFIX
from mockserver.app import create_wsgi
from mockserver.config import Config
from tables import failures

TOKEN = "correct-horse"
REMOTE = "192.0.2.7"
STREAM = f"{PREFIX}/requests/events"
STATIC = Path(str(files("mockserver.console") / "static"))
#: What no operation and no page serves is refused in the same way: it says nothing about what exists.
UNSERVED = [("GET", f"{PREFIX}/nothing"), ("OPTIONS", f"{PREFIX}/keys"), ("BREW", f"{PREFIX}/clock")]

#: Who is refused without a token on the server: headers and peer.
STRANGERS: dict[str, tuple[dict[str, str], str]] = {
    "foreign host": ({"Host": "evil.example"}, "127.0.0.1"),
    "rebound host": ({"Host": "evil.example:4010", "Origin": "http://evil.example:4010"}, "127.0.0.1"),
    "no host": ({"Host": ""}, "127.0.0.1"),
    "foreign origin": ({"Origin": "https://evil.example"}, "127.0.0.1"),
    "origin of a file": ({"Origin": "null"}, "127.0.0.1"),
    "page of a dev server": ({"Origin": "http://localhost:3000"}, "127.0.0.1"),
    "other machine": ({}, REMOTE),
    "other machine that says localhost": ({"Host": "localhost:4010"}, REMOTE),
    "other machine in IPv6": ({}, "2001:db8::7"),
    "other machine with a token that nobody set": ({"Authorization": f"Bearer {TOKEN}"}, REMOTE),
    "other machine with an API key": ({"Authorization": "your_api_key_here"}, REMOTE),
    "unknown machine": ({}, ""),
    "proxy: Forwarded": ({"Forwarded": "for=127.0.0.1"}, "127.0.0.1"),
    "proxy: X-Forwarded-For": ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
    "proxy: X-Forwarded-Host": ({"X-Forwarded-Host": "localhost"}, "127.0.0.1"),
    "proxy: X-Real-IP": ({"X-Real-IP": "127.0.0.1"}, "127.0.0.1"),
}


def application(**settings: Any) -> Any:
    return create_wsgi(Config(clock=MAY_2025, **settings))


@pytest.fixture(scope="module")
def app() -> Any:
    return application()


@pytest.fixture(scope="module")
def tokened() -> Any:
    return application(admin_token=TOKEN)


def routes() -> list[tuple[str, str]]:
    """List method and path of every route of a whole application."""
    found = [
        (method, re.sub("<[^>]+>", "x", rule.rule))
        for rule in application().flask.url_map.iter_rules()
        for method in rule.methods or ()
    ]
    return sorted(found) + UNSERVED


ROUTES = routes()


def send(app: Any, method: str, path: str, headers: dict[str, str], peer: str) -> TestResponse:
    """Send a request, and leave a stream after its head."""
    client = Client(app, use_cookies=False)
    sent = {"Content-Type": "application/json", **headers}
    answer = client.open(path, method=method, headers=sent, data=b"{}", environ_base={"REMOTE_ADDR": peer})
    answer.close()
    return answer


def test_everything_is_below_the_prefix_and_among_the_routes(app: Any) -> None:
    paths = {path for _, path in ROUTES}
    assert all(path == PREFIX or path.startswith(f"{PREFIX}/") for path in paths)
    names = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()]
    assert len(names) > 20
    assert paths >= {f"{PREFIX}/console/{name}" for name in names}
    assert paths >= {PREFIX, f"{PREFIX}/", f"{PREFIX}/reference", f"{PREFIX}/console/openapi.json", STREAM}
    described = send(app, "GET", f"{PREFIX}/openapi.json", {}, "127.0.0.1")
    assert described.status_code == 200


@pytest.mark.parametrize("stranger", STRANGERS)
def test_every_route_refuses_every_stranger(app: Any, stranger: str) -> None:
    statuses = {route: send(app, *route, *STRANGERS[stranger]).status_code for route in ROUTES}
    assert {route: status for route, status in statuses.items() if status != 403} == {}


def test_every_route_opens_to_the_token_alone(tokened: Any) -> None:
    assert failures(ROUTES, lambda route: hold_token(tokened, *route)) == {}


def hold_token(tokened: Any, method: str, path: str) -> None:
    right, wrong = {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}
    foreign = {**right, "Origin": "https://evil.example"}
    proxied = {"X-Forwarded-For": "127.0.0.1"}
    asked = [
        (right, REMOTE),
        ({**right, **proxied}, "127.0.0.1"),
        (wrong, REMOTE),
        ({}, REMOTE),
        (proxied, "127.0.0.1"),
    ]
    let_in, behind_proxy, *refused = [send(tokened, method, path, headers, peer) for headers, peer in asked]
    assert let_in.status_code not in (401, 403)
    assert behind_proxy.status_code not in (401, 403)
    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert send(tokened, method, path, foreign, REMOTE).status_code == 403


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_learns_and_changes_nothing(stranger: str) -> None:
    app = application()
    session = app.pipeline.sessions.default
    before = (session.keys.contents, session.script.contents, session.limits)
    headers, peer = STRANGERS[stranger]
    answers = [send(app, method, path, headers, peer) for method, path in ROUTES if method != "HEAD"]
    assert {answer.content_type for answer in answers} == {"application/problem+json"}
    assert len({answer.data for answer in answers}) == 1
    assert not any(name.lower().startswith("access-control") for answer in answers for name, _ in answer.headers)
    assert app.pipeline.sessions.list() == [session]
    assert (session.keys.contents, session.script.contents, session.limits) == before
    assert not session.journal.feed.readers


@pytest.mark.parametrize("host", ["localhost:4010", "127.0.0.1:4010", "[::1]:4010"])
def test_the_stream_opens_to_this_machine(app: Any, host: str) -> None:
    answer = send(app, "GET", STREAM, {"Host": host, "Origin": f"http://{host}"}, "127.0.0.1")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
