"""The control API as one table: the operations of every class, joined.

A new class of operations is one entry in `Control.__init__`. Knows no web
framework. Paths and the shape of the journal are WireMock's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.spec import Spec
from mockserver.control.choosing import Choosing
from mockserver.control.data import Data
from mockserver.control.description import Description
from mockserver.control.events import Events
from mockserver.control.operation import Operation, Table
from mockserver.control.requests import Requests
from mockserver.control.verdict import Verdicts
from mockserver.control.watching import Watching
from mockserver.control.worlds import Worlds, chosen
from mockserver.pipeline.looking import Plain
from mockserver.reload import Watch
from mockserver.scenarios.library import Library
from mockserver.state.sessions import Session, Sessions


@dataclass(slots=True)
class Served:
    """What is served now; under `--watch` that changes.

    Attributes:
        spec: returns the compiled document.
        library: returns the scenarios.
        plain: builds the answer that a valid request would get in a session, uncounted.
        watch: over the files; None where nobody watches.
    """

    spec: Callable[[], Spec]
    library: Callable[[], Library]
    plain: Plain
    watch: Watch | None = None


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
