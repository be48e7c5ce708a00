"""The control API of a running server, asked from the shell.

Over `http.client`, which follows no redirection and asks no proxy, so that a
token goes where it was meant to go.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mockserver.errors import ConfigInvalid, RequestRefused, TargetUnreachable

TIMEOUT_S = 10.0
#: Longer than the silence that a stream of events fills with comments.
STREAM_TIMEOUT_S = 30.0
DEFAULT_URL = "http://127.0.0.1:4010"


@dataclass(frozen=True, slots=True)
class Remote:
    """One running server.

    Attributes:
        url: of the server; a path in it is left out.
        session: to be chosen; empty for the default one.
        token: of the administrator; empty where none is needed.
    """

    url: str = DEFAULT_URL
    session: str = ""
    token: str = field(default="", repr=False)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer of one operation.

        Args:
            method: upper case.
            path: below `/__admin`, with its query.
            body: to be sent as JSON.

        Raises:
            TargetUnreachable: nobody answers, or not as a mock server does.
            RequestRefused: the server says no.
            ConfigInvalid: the URL is none.
        """
        with closing(self._connect(TIMEOUT_S)) as connection:
            answer = self._send(connection, method, path, body)
            try:
                document: dict[str, Any] = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise TargetUnreachable(f"{self.url} did not answer as a mock server does: {error}") from error
        if answer.status >= 400:
            raise RequestRefused(str(document.get("detail", document)))
        return document

    def events(self) -> Generator[tuple[str, dict[str, Any]]]:
        """Yield kind and data of each event of the journal until the server ends the stream.

        Raises:
            TargetUnreachable: nobody answers, or no longer.
            RequestRefused: the server says no.
            ConfigInvalid: the URL is none.
        """
        with closing(self._connect(STREAM_TIMEOUT_S)) as connection:
            answer = self._send(connection, "GET", "/requests/events", None)
            if answer.status >= 400:
                raise RequestRefused(str(json.loads(answer.read()).get("detail")))
            kind = ""
            try:
                while line := answer.readline():
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        yield kind, json.loads(value)
            except (OSError, http.client.HTTPException) as error:
                raise TargetUnreachable(f"{self.url} has ended the stream") from error

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        try:
            parts = urlsplit(self.url)
            kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[parts.scheme]
            if not parts.hostname:
                raise ValueError
            connection: http.client.HTTPConnection = kind(parts.hostname, parts.port, timeout=timeout_s)
        except (KeyError, ValueError) as error:
            raise ConfigInvalid(f"{self.url!r} is not a URL of a server, such as {DEFAULT_URL}", "--url") from error
        return connection

    def _send(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Mapping[str, Any] | None
    ) -> http.client.HTTPResponse:
        headers = {"X-Mock-Session": self.session} if self.session else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            connection.request(method, f"/__admin{path}", content, headers)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            text = (
                f"no mock server answers on {self.url} ({error}); start one with `mockserver serve`, or name it: --url"
            )
            raise TargetUnreachable(text) from error
        except UnicodeEncodeError as error:
            raise ConfigInvalid("a session and a token in ASCII were expected", "--session") from error
