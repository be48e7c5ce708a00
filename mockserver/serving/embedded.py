"""The mock in this process, for many tests: each gets a sandbox of its own, for less than a millisecond.

A sandbox is a whole application behind a port of its own; what was compiled
from the document, and the datasets, are shared. May import `config`, `doors`
and, when it is made, `app` and `sandbox`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.config import Config
from mockserver.serving.doors import Doors

if TYPE_CHECKING:
    from mockserver.serving.sandbox import Sandbox

#: What in-process clients of several frameworks call a server that has no name.
IN_PROCESS_HOST = "testserver"


class Embedded:
    """A mock whose sandboxes are opened and closed one by one.

    Args:
        settings: fields of `mockserver.config.Config` that differ from the defaults, for all sandboxes.

    Raises:
        MockServerError: a setting, or what is served, cannot be used.
    """

    def __init__(self, **settings: Any) -> None:
        from mockserver.app import Assembly
        from mockserver.serving.sandbox import Sandbox

        self._config = Config(**{"allow_hosts": (IN_PROCESS_HOST,), **settings})
        self._assembly = Assembly(self._config)
        self._doors = Doors(self._config.host)
        self._sandbox = Sandbox

    def open(self, **settings: Any) -> Sandbox:
        """Make a sandbox.

        Args:
            settings: how it differs from the other ones: `limit_minute`, `limit_day`, `clock`, `routines`, `seed`.

        Raises:
            MockServerError: a setting cannot be used, or its dataset not be made.
        """
        return self._sandbox(self._assembly.application(replace(self._config, **settings)), self._doors)

    def stop(self) -> None:
        """Close every port. Nothing can be opened after it."""
        self._doors.stop()
