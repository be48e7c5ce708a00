"""The mock in this process, for many tests: each gets a world of its own, for less than a millisecond.

A world is a whole application with keys, counters, journal and clock of its
own behind a port of its own; what was compiled from the document, and the
datasets, are shared. So a request belongs to the test whose port it went to,
whatever key it carries. May import `app`, `config` and `doors`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.config import Config
from mockserver.serving.doors import Door, Doors

if TYPE_CHECKING:
    from mockserver.app import Application
    from mockserver.messages import Exchange
    from mockserver.state.clock import Clock
    from mockserver.state.sessions import Session

#: What in-process clients of several frameworks call a server that has no name.
IN_PROCESS_HOST = "testserver"


class Embedded:
    """A mock whose worlds are opened and closed one by one.

    Args:
        settings: fields of `mockserver.config.Config` that differ from the defaults, for all worlds.

    Raises:
        MockServerError: a setting, or what is served, cannot be used.
    """

    def __init__(self, **settings: Any) -> None:
        from mockserver.app import Assembly

        self._config = Config(**{"allow_hosts": (IN_PROCESS_HOST,), **settings})
        self._assembly = Assembly(self._config)
        self._doors = Doors(self._config.host)

    def open(self, **settings: Any) -> World:
        """Make a world.

        Args:
            settings: how it differs from the other ones: `limit_minute`, `limit_day`, `clock`, `routines`, `seed`.

        Raises:
            MockServerError: a setting cannot be used, or its dataset not be made.
        """
        return World(self._assembly.application(replace(self._config, **settings)), self._doors)

    def stop(self) -> None:
        """Close every port. Nothing can be opened after it."""
        self._doors.stop()


class World:
    """One application behind a port of its own.

    Attributes:
        app: the same as a WSGI callable, for clients in this process.
        key: of an administrator, made for this world.
    """

    def __init__(self, app: Application, doors: Doors) -> None:
        self.app = app
        self._doors = doors
        self._opened: list[Door] = []
        self._session: Session = app.pipeline.sessions.default
        self.key, _ = self._session.keys.create("admin", self._session.clock.now(), "of the test")
        self.base_url = self.open_origin()

    @property
    def clock(self) -> Clock:
        """The clock of this world."""
        return self._session.clock

    def exchanges(self) -> list[Exchange]:
        """List what was asked and answered, the oldest first; keys are redacted."""
        return self._session.journal.entries()[::-1]

    def open_origin(self) -> str:
        """Open one more port to the same world; return the URL of the API there."""
        door = self._doors.open(self.app)
        self._opened.append(door)
        return door.address.base_url

    def close(self) -> list[Exception]:
        """Close the ports of this world; return the exceptions that left the application."""
        for door in self._opened:
            self._doors.close(door)
        return [error for door in self._opened for error in door.errors]
