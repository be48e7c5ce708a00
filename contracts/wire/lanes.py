"""Which requests the server counts together, and the mock behind them, where there is one.

Everywhere but on a mock there is one lane: whatever the server counts by, key or
address, the sum of all requests keeps every one of its counters. On a mock with a
session of our own, requests without a key of the session's fall into the default
session, whose clock is not ours to move: they have a lane of their own. May
import `allowance`, `config`, `credentials`, `ledger`, `mockcontrol`, `pacing`,
`shelf`, `surface`, `target` and the standard library.
"""

from __future__ import annotations

from contracts.allowance.book import open_ledger
from contracts.allowance.ledger import Ledger
from contracts.allowance.mockcontrol import MockClock, MockControl, MockSession
from contracts.allowance.pacing import Lane, Timing
from contracts.allowance.serverclock import Moment
from contracts.allowance.shelf import MemoryShelf
from contracts.config import Config
from contracts.contract.surface import Surface
from contracts.redaction.credentials import Credentials
from contracts.wire.target import Target

__all__ = ["Lanes"]

#: Credentials that a mock counts in the session that their key belongs to.
_KEYED = ("key", "member", "created")


class Lanes:
    """The lanes of a run.

    Args:
        config: names the ledger.
        target: whose allowance it is.
        surface: what the contract says about limits.
        timing: clocks of this machine.
    """

    def __init__(self, config: Config, target: Target, surface: Surface, timing: Timing) -> None:
        self._target = target
        self._surface = surface
        self._timing = timing
        self._keyed = self._anonymous = Lane(surface, open_ledger(config, target, surface), timing)
        self._control: MockControl | None = None
        self._session: MockSession | None = None

    @property
    def is_mock(self) -> bool:
        """Whether a mock was met."""
        return self._control is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong with the ledger's file, in words."""
        return self._keyed.ledger.warnings

    def now(self) -> Moment:
        """Return what the target's clock shows."""
        return self._keyed.now()

    def of(self, credential: str) -> Lane:
        """Return the lane of the requests with a credential."""
        return self._keyed if credential in _KEYED else self._anonymous

    def meet_mock(self, credentials: Credentials) -> None:
        """Use the clock of a mock on loopback and, where there is no key, a session of our own, whose keys are taken.

        Raises:
            RequestRefused: the target is to be spared.
        """
        control = MockControl(self._target, self._timing.now)
        self._control = control
        if credentials.key is None:
            self._session = control.create_session()
        if self._session is None:
            clock = control.clock()
            if clock is not None:
                self._keyed = self._anonymous = self._lane(self._keyed.ledger, clock)
            return
        credentials.key = self._session.key
        credentials.member = credentials.member or self._session.member
        self._anonymous = self._lane(self._anonymous.ledger, control.clock(may_advance=False))
        self._keyed = self._lane(Ledger(self._surface.windows, MemoryShelf()), control.clock(self._session.name))

    def close(self) -> None:
        """End the session, leave the mock. Can be called twice."""
        if self._control is None:
            return
        if self._session is not None:
            self._control.drop_session(self._session.name)
            self._session = None
        self._control.close()

    def _lane(self, ledger: Ledger, clock: MockClock | None) -> Lane:
        return Lane(self._surface, ledger, self._timing, clock)
