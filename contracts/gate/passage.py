"""The allowance that requests are counted by, and the mock behind it, where there is one.

Whatever a server counts by, key or address, the sum of all requests keeps every
one of its counters. On a mock where no key was given the run has a session of its
own: its keys lead there by themselves, requests without one name it, so that the
user's keys, counters and clock stay as they are.
"""

from __future__ import annotations

from dataclasses import replace

from contracts.allowance.ledger import Ledger, open_ledger
from contracts.allowance.rate_limiter import RateLimiter, Timing
from contracts.allowance.server_clock import Moment
from contracts.allowance.storage import MemoryStorage
from contracts.config import Config
from contracts.gate.credentials import Credentials
from contracts.gate.mock_admin import MockAdminClient, MockSession
from contracts.gate.target import Target
from contracts.gate.transport import WireRequest
from contracts.request_index import RequestIndex

__all__ = ["Passage"]

#: Credentials that a mock counts in the session that their key belongs to.
_KEYED = ("key", "member", "created")
#: Names the session of a request without a key of any.
_SESSION_HEADER = "X-Mock-Session"


class Passage:
    """The way of a run's requests into the target.

    Args:
        config: names the ledger.
        target: whose allowance it is.
        surface: what the contract says about limits.
        timing: clocks of this machine.

    Attributes:
        lane: what every request is counted and paced by.
    """

    def __init__(self, config: Config, target: Target, surface: RequestIndex, timing: Timing) -> None:
        self._target = target
        self._surface = surface
        self._timing = timing
        self.lane = RateLimiter(surface, open_ledger(config, target.origin, surface, is_live=target.is_live), timing)
        self._control: MockAdminClient | None = None
        self._session: MockSession | None = None

    @property
    def is_mock(self) -> bool:
        """Whether a mock was met."""
        return self._control is not None

    @property
    def is_apart(self) -> bool:
        """Whether the run has a session of its own on a mock."""
        return self._session is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong with the ledger's file, in words."""
        return self.lane.ledger.warnings

    def now(self) -> Moment:
        """Return what the target's clock shows."""
        return self.lane.now()

    def addressed(self, wire: WireRequest, credential: str) -> WireRequest:
        """Return a request as it leaves: one without a key of a session of our own names it."""
        if self._session is None or credential in _KEYED:
            return wire
        return replace(wire, headers=(*wire.headers, (_SESSION_HEADER, self._session.name)))

    def meet_mock(self, credentials: Credentials) -> None:
        """Use the clock of a mock on loopback and, where there is no key, a session of our own, whose keys are taken.

        Raises:
            RequestRefused: the target is live.
        """
        control = MockAdminClient(self._target, self._timing.now)
        self._control = control
        if credentials.key is None:
            self._session = control.create_session()
        if self._session is None:
            clock = control.clock()
            if clock is not None:
                self.lane = RateLimiter(self._surface, self.lane.ledger, self._timing, clock)
            return
        credentials.key = self._session.key
        credentials.member = credentials.member or self._session.member
        ledger = Ledger(self._surface.windows, MemoryStorage())
        self.lane = RateLimiter(self._surface, ledger, self._timing, control.clock(self._session.name))

    def close(self) -> None:
        """End the session, leave the mock. Can be called twice."""
        if self._control is None:
            return
        if self._session is not None:
            self._control.drop_session(self._session.name)
            self._session = None
        self._control.close()
