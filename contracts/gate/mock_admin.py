"""The control interface of a mock server on this machine: its clock, and a session of our own.

These requests are no requests of the run: they go past the gate, only to
loopback, and only to a server that says that it is a mock. Paths and shapes
are those of `mockserver`'s control interface.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from contracts.allowance.server_clock import ClockReading
from contracts.errors import RequestRefused
from contracts.gate.target import Target
from contracts.gate.transport import Transport, WireRequest

__all__ = ["MockAdminClient", "MockClock", "MockSession"]

_TIMEOUT_S = 5.0
_MAX_ADVANCE_S = 400 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class MockSession:
    """A world of our own on a mock. `key` is an administrator's, `member` is not."""

    name: str
    key: str = field(repr=False)
    member: str | None = field(repr=False)


class MockAdminClient:
    """Speaks with the control interface.

    Args:
        target: the mock.
        now: wall clock of this machine, seconds since the epoch.

    Raises:
        RequestRefused: the target is not on loopback, or is to be treated like any other host.
    """

    def __init__(self, target: Target, now: Callable[[], float] = time.time) -> None:
        if target.is_live:
            raise RequestRefused(f"{target.origin} is not a mock on this machine; its control interface is left alone")
        self._transport = Transport(target, _TIMEOUT_S)
        self._now = now

    def clock(self, session: str = "", *, may_advance: bool = True) -> MockClock | None:
        """Return the clock of a session, the default one's for an empty name; None where there is no clock."""
        clock = MockClock(self, session, may_advance=may_advance)
        return clock if clock.read() is not None else None

    def create_session(self, limits: Mapping[str, int] | None = None) -> MockSession | None:
        """Make a session with keys of its own; None where the mock makes none for us.

        Args:
            limits: `limit_minute`, `limit_day` → requests, in place of the mock's own.
        """
        answer = self.ask("POST", "/__admin/sessions", limits or {})
        keys = answer.get("keys") if answer else None
        if answer is None or not isinstance(keys, Mapping) or not isinstance(keys.get("admin"), str):
            return None
        member = keys.get("member")
        return MockSession(name=str(answer.get("name")), key=keys["admin"], member=member and str(member))

    def drop_session(self, name: str) -> None:
        """End a session; one that is gone already is none of our business."""
        self.ask("DELETE", "/__admin/sessions/" + quote(name, safe=""))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Send a control request; return the JSON object of a 2xx answer, None for any other answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = (("Accept", "application/json"), *((("Content-Type", "application/json"),) if data else ()))
        reply = self._transport.send(WireRequest(method=method, target=path, headers=headers, body=data))
        if not 200 <= reply.status < 300:
            return None
        try:
            value = json.loads(reply.body or b"{}")
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def read(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> ClockReading | None:
        """Send a request for the clock; None where the answer tells no time."""
        sent = self._now()
        answer = self.ask(method, path, body)
        try:
            moment = datetime.fromisoformat(str(answer["now"])).timestamp() if answer else None
        except (KeyError, ValueError, OverflowError):
            return None
        return (
            None
            if moment is None or answer is None
            else ClockReading(moment, sent, self._now(), answer.get("frozen") is True)
        )


class MockClock:
    """The clock of one session.

    Args:
        control: of the mock.
        session: name; empty for the default one.
        may_advance: it is ours to put forward.
    """

    def __init__(self, control: MockAdminClient, session: str, *, may_advance: bool) -> None:
        self.may_advance = may_advance
        self._control = control
        self._path = "/__admin/clock" + (f"?session={quote(session, safe='')}" if session else "")

    def read(self) -> ClockReading | None:
        """Return what it shows; None where it cannot be read."""
        return self._control.read("GET", self._path)

    def advance(self, seconds: float) -> ClockReading | None:
        """Put it forward; return what it shows then, None where the mock does not do it."""
        if not 0 < seconds <= _MAX_ADVANCE_S:
            return None
        # Up to whole milliseconds, so that the moment waited for is reached, not just missed.
        return self._control.read("POST", self._path, {"advance_s": math.ceil(seconds * 1000) / 1000})
