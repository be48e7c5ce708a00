"""One application for one test: a whole API with keys, counters, journal, rules and clock of its own.

What came to its port belongs to it, whatever key it carried.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any

from mockserver.admin.journal_format import to_wiremock
from mockserver.live.in_process_server import InProcessServer, OpenPort
from mockserver.pipeline.record import key_header
from mockserver.scenarios.parsing import read_rule

if TYPE_CHECKING:
    from mockserver.app import Application
    from mockserver.state.clock import Clock
    from mockserver.state.sessions import Session

#: Keeps method and body. Source: RFC 9110 §15.4.8.
_REDIRECT = 307


class Sandbox:
    """One application behind a port of its own.

    Attributes:
        app: the same as a WSGI callable, for clients in this process.
        key: of an administrator, made for it.
        key_header: lower-cased name of the header that carries it.
        base_path: path prefix of the API.
        base_url: URL of the API, without a final slash.
    """

    def __init__(self, app: Application, doors: InProcessServer) -> None:
        self.app = app
        self.base_path = app.base_path
        self.key_header = key_header(app.pipeline.spec)
        self._doors = doors
        self._opened: list[OpenPort] = []
        self._session: Session = app.pipeline.sessions.default
        self.key, _ = self._session.keys.create("admin", self._session.clock.now(), "of the test")
        self.base_url = self._open()

    @property
    def clock(self) -> Clock:
        """The clock of this sandbox."""
        return self._session.clock

    def journal(self) -> dict[str, Any]:
        """Return what was asked and answered, as `GET /__admin/requests` does: the newest first, without keys.

        A request that went to another origin has its member `origin`.
        """
        strange = {door.address.netloc for door in self._opened[1:]}
        entries = [
            to_wiremock(exchange) | _origin(exchange.request.headers.get("host", ""), strange)
            for exchange in self._session.journal.entries()
        ]
        return {"requests": entries, "meta": {"total": self._session.journal.total}}

    def limit(self, windows: Mapping[str, int]) -> None:
        """Let so many requests through from now on: name of a window → requests."""
        self._session.script.limit(windows)

    def add_rule(self, rule: Mapping[str, Any]) -> None:
        """Answer by a rule, as of `POST /__admin/rules`.

        Raises:
            ScenarioInvalid: with the pointer to what is wrong.
        """
        operations = self.app.pipeline.spec.by_id
        self._session.script.add(lambda rule_id: read_rule(rule, rule_id, operations))

    def redirect(self, operation: str) -> None:
        """Answer an operation once by a redirect to another origin, which leads to the same sandbox.

        Raises:
            ScenarioInvalid: there is no such operation.
        """
        found = self.app.pipeline.spec.by_id.get(operation)
        answer = {"status": _REDIRECT, "location": self._open() + (found.path if found is not None else "")}
        self.add_rule({"operation": operation, "times": 1, "priority": 1, "answers": [answer]})

    def close(self) -> list[Exception]:
        """Close the ports of this sandbox; return the exceptions that left the application."""
        for door in self._opened:
            self._doors.close(door)
        return [error for door in self._opened for error in door.errors]

    def _open(self) -> str:
        door = self._doors.open(self.app)
        self._opened.append(door)
        return door.address.base_url


def _origin(host: str, strange: Container[str]) -> dict[str, str]:
    return {"origin": f"http://{host}"} if host in strange else {}
