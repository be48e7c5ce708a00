"""The control API as one table: the operations of every class, joined.

A new class of operations is one entry in `Control.__init__`. Knows no web
framework. Paths and the shape of the journal are WireMock's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.control.choosing import Choosing
from mockserver.control.data import Data
from mockserver.control.description import Description
from mockserver.control.events import Events
from mockserver.control.operation import Operation, Table
from mockserver.control.requests import Requests
from mockserver.control.served import Served
from mockserver.control.verdict import Verdicts
from mockserver.control.watching import Watching
from mockserver.control.worlds import Worlds, chosen
from mockserver.state.sessions import Session, Sessions


class Control:
    """Every operation.

    Args:
        sessions: what they work on.
        info: members of `GET /version`, among them `version`; also part of the health.
        served: what is served now.
    """

    def __init__(self, sessions: Sessions, info: Mapping[str, Any], served: Served) -> None:
        self._sessions = sessions
        version = str(info["version"])
        self._tables: tuple[Table, ...] = (
            Worlds(sessions, info),
            Requests(version, served.spec),
            Choosing(sessions, served.library),
            Events(),
            Verdicts(served.spec),
            Data(served.spec, served.plain),
            Watching(served.watch),
            Description(self.operations, version),
        )

    def operations(self) -> tuple[Operation, ...]:
        """List every operation."""
        return tuple(operation for table in self._tables for operation in table.operations())

    def choose(self, name: str | None) -> Session:
        """Return the session of a name, the default one for None.

        Raises:
            Problem: 404, no session has the name.
        """
        return chosen(self._sessions, name)
