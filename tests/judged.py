"""Clients whose every answer is held against the contract by openapi-core before a test sees it."""

from __future__ import annotations

import http.client
import json as jsonlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.test import Client

from adminjudge import admin_judge
from mockserver.app import Application
from oas.document import Document
from oas.messages import Request, Response
from oas.reference import ReferenceJudge

ADMIN_KEY = "your_api_key_here"


@dataclass(frozen=True)
class Answer:
    """An answer that fits the contract."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return jsonlib.loads(self.body)

    @property
    def data(self) -> Any:
        """The envelope's `data`."""
        return self.json["data"]

    @property
    def error_code(self) -> str:
        """The envelope's error code; empty on success."""
        return str(self.data.get("error_code", ""))

    @property
    def violations(self) -> list[dict[str, str]]:
        """What `X-Mock-Violations` says."""
        found: list[dict[str, str]] = jsonlib.loads(self.headers.get("X-Mock-Violations", "[]"))
        return found

    @property
    def remaining(self) -> tuple[int, int]:
        """What is left in the minute and in the day."""
        return (
            int(self.headers["X-RateLimit-Remaining-Minute"]),
            int(self.headers["X-RateLimit-Remaining-Day"]),
        )


class Judge:
    """Asserts that an answer fits the contract."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._reference = ReferenceJudge(document)

    def check(self, request: Request, response: Response) -> Answer:
        """Return the answer, or fail with everything that is wrong with it."""
        judged = response
        if request.method == "HEAD":  # its body is the GET's, not sent
            errors = [] if not response.body else ["an answer to HEAD has a body"]
        elif response.status == 204 and request.method == "OPTIONS":
            errors = [] if not response.body else ["a preflight has a body"]
        else:
            errors = self._reference.response_errors(request, judged)
        names = dict(response.headers)
        if "X-Mock-Version" not in names and request.method != "OPTIONS":
            errors.append("the answer does not say that it comes from a mock")
        assert not errors, f"{request.method} {request.path}?{request.query} → {response.status}: {errors}"
        return Answer(response.status, _Headers(response.headers), response.body)


class _Headers(dict[str, str]):
    """Headers by any spelling of their names."""

    def __init__(self, pairs: Any) -> None:
        super().__init__({name.lower(): value for name, value in pairs})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header or the default."""
        return super().get(name.lower(), default)


def query_of(parameters: Mapping[str, Any] | str | None) -> str:
    """Write parameters as a query string; lists are repeated, text is taken as it is."""
    if isinstance(parameters, str):
        return parameters
    return urlencode(parameters or {}, doseq=True)


class JudgedClient:
    """Calls an application in this process.

    Args:
        app: to call.
        judge: of every answer.
        key: sent in `Authorization`; None sends none.
    """

    def __init__(self, app: Application, judge: Judge, key: str | None = ADMIN_KEY) -> None:
        self.app = app
        self.key = key
        self._judge = judge
        self._client = Client(app, use_cookies=False)

    def as_key(self, key: str | None) -> JudgedClient:
        """Return a client of the same application with another key."""
        return JudgedClient(self.app, self._judge, key)

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str | None = None,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request below the base path; `path` that begins with `//` or the base path is sent as it is."""
        sent = dict(headers or {})
        if self.key is not None:
            sent.setdefault("Authorization", self.key)
        if json is not None:
            body = jsonlib.dumps(json).encode()
            sent.setdefault("Content-Type", "application/json")
        text = query_of(query)
        full = path if path.startswith((self.app.base_path, "//", "/__bare")) else self.app.base_path + path
        full = full.removeprefix("/__bare")
        raw = self._client.open(full, method=method, query_string=text, headers=sent, data=body or b"")
        names = {name.lower(): value for name, value in sent.items()}
        request = Request(method, full, text, names, body or b"")
        return self._judge.check(request, Response(raw.status_code, tuple(raw.headers.items()), raw.data))

    def get(self, path: str, query: Mapping[str, Any] | str | None = None, **more: Any) -> Answer:
        """Send a GET."""
        return self.request("GET", path, query, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        """Send a POST with a JSON body."""
        return self.request("POST", path, json=json, **more)

    def admin(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """Call the control API; its answers are held to its own description."""
        peer = {"REMOTE_ADDR": "127.0.0.1"}
        answer = self._client.open("/__admin" + path, method=method, json=json, environ_base=peer, **more)
        body = answer.data if "json" in answer.content_type else b""  # a stream has no end
        admin_judge().check(method, path.partition("?")[0], answer.status_code, answer.content_type, body)
        return answer


class LiveClient:
    """Calls a running server over HTTP.

    Args:
        base_url: of the API.
        judge: of every answer.
    """

    def __init__(self, base_url: str, judge: Judge) -> None:
        self.base_url = base_url
        self.url = urlsplit(base_url)
        self._judge = judge

    def request(self, method: str, path: str, query: Mapping[str, Any] | str | None = None, **more: Any) -> Answer:
        """Send a request below the base path on a connection of its own."""
        headers = {"Authorization": ADMIN_KEY, **(more.get("headers") or {})}
        body = more.get("body")
        if more.get("json") is not None:
            body = jsonlib.dumps(more["json"]).encode()
            headers.setdefault("Content-Type", "application/json")
        text = query_of(query)
        full = self.url.path + path
        connection = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=20)
        try:
            connection.request(method, full + (f"?{text}" if text else ""), body, headers)
            raw = connection.getresponse()
            content, pairs = raw.read(), tuple(raw.getheaders())
        finally:
            connection.close()
        named = tuple((_title(name), value) for name, value in pairs)
        request = Request(method, full, text, {name.lower(): value for name, value in headers.items()}, body or b"")
        return self._judge.check(request, Response(raw.status, named, content))

    def get(self, path: str, query: Mapping[str, Any] | str | None = None, **more: Any) -> Answer:
        """Send a GET."""
        return self.request("GET", path, query, **more)

    def read(self, connection: socket.socket, sent: bytes) -> Answer:
        """Read and judge the answer to raw bytes that were sent on a connection."""
        raw = http.client.HTTPResponse(connection)
        raw.begin()
        content = raw.read()
        method, target, _ = sent.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        path, _, text = target.partition("?")
        named = tuple((_title(name), value) for name, value in raw.getheaders())
        return self._judge.check(Request(method, path, text), Response(raw.status, named, content))


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-")).replace("Ratelimit", "RateLimit")
