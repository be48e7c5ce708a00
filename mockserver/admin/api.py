"""The control API as one table: the operations of every class, joined.

A new class of operations is one entry in `AdminApi.__init__`. Knows no web
framework. Paths and the shape of the journal are WireMock's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.admin.openapi import Description
from mockserver.admin.route import Route, Table
from mockserver.admin.routes.dataset import Data
from mockserver.admin.routes.events import Events
from mockserver.admin.routes.reload import Watching
from mockserver.admin.routes.requests import Requests
from mockserver.admin.routes.scenarios import ScenarioRoutes
from mockserver.admin.routes.sessions import SessionRoutes, chosen
from mockserver.admin.routes.verdict import Verdicts
from mockserver.admin.server_state import ServerState
from mockserver.state.sessions import Session, Sessions


class AdminApi:
    """Every operation.

    Args:
        sessions: what they work on.
        info: members of `GET /version`, among them `version`; also part of the health.
        served: what is served now.
    """

    def __init__(self, sessions: Sessions, info: Mapping[str, Any], served: ServerState) -> None:
        self._sessions = sessions
        version = str(info["version"])
        self._tables: tuple[Table, ...] = (
            SessionRoutes(sessions, info),
            Requests(version, served.spec),
            ScenarioRoutes(sessions, served.library),
            Events(),
            Verdicts(served.spec),
            Data(served.spec, served.plain),
            Watching(served.watch),
            Description(self.operations, version),
        )

    def operations(self) -> tuple[Route, ...]:
        """List every operation."""
        return tuple(operation for table in self._tables for operation in table.operations())

    def choose(self, name: str | None) -> Session:
        """Return the session of a name, the default one for None.

        Raises:
            Problem: 404, no session has the name.
        """
        return chosen(self._sessions, name)
