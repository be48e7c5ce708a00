"""The one clock: frozen, running at a distance, moved, stopped, restored."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockserver.state.clock import EARLIEST_S, LATEST_S, Clock
from mockserver.timestamps import iso_z

MAY = 1_746_954_000.0  # 2025-05-11T09:00:00Z
MOMENTS = st.floats(EARLIEST_S, LATEST_S)


class Machine:
    """Real time that tests let pass."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_a_real_clock_follows_the_machine() -> None:
    machine = Machine()
    clock = Clock(None, machine)
    machine.now += 5
    assert (clock.now(), clock.is_frozen, clock.setting) == (1005.0, False, (0.0, None))


def test_a_frozen_clock_stands_still() -> None:
    machine = Machine()
    clock = Clock(MAY, machine)
    machine.now += 5
    assert (clock.now(), clock.is_frozen, clock.setting) == (MAY, True, (0.0, MAY))


def test_a_running_clock_that_is_set_runs_on_from_there() -> None:
    machine = Machine()
    clock = Clock(None, machine)
    clock.set(MAY)
    machine.now += 5
    assert (clock.now(), clock.is_frozen) == (MAY + 5, False)


@pytest.mark.parametrize("seconds", [0.0, 1.0, -1.0, 86_400.0, 0.25])
@pytest.mark.parametrize("frozen_at", [None, MAY])
def test_a_clock_is_advanced_by_so_many_seconds(frozen_at: float | None, seconds: float) -> None:
    clock = Clock(frozen_at, Machine(MAY))
    clock.advance(seconds)
    assert clock.now() == MAY + seconds


def test_a_clock_that_was_stopped_runs_on_from_where_it_stood() -> None:
    machine = Machine(MAY)
    clock = Clock(None, machine)
    clock.freeze(True)
    machine.now += 100
    assert clock.now() == MAY
    clock.freeze(False)
    machine.now += 1
    assert clock.now() == MAY + 1


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("frozen_at", [None, MAY])
def test_stopping_what_stands_and_starting_what_runs_moves_nothing(frozen_at: float | None, frozen: bool) -> None:
    clock = Clock(frozen_at, Machine(MAY))
    for _ in range(2):
        clock.freeze(frozen)
    assert (clock.now(), clock.is_frozen) == (MAY, frozen)


@pytest.mark.parametrize("moment", [EARLIEST_S, LATEST_S])
def test_the_ends_of_the_range_are_in_it(moment: float) -> None:
    clock = Clock(MAY)
    clock.set(moment)
    assert clock.now() == moment


MOVES: dict[str, Callable[[Clock], None]] = {
    "set before": lambda clock: clock.set(EARLIEST_S - 1),
    "set after": lambda clock: clock.set(LATEST_S + 1),
    "set to nothing": lambda clock: clock.set(float("nan")),
    "set to never": lambda clock: clock.set(float("inf")),
    "advance before": lambda clock: clock.advance(-1e12),
    "advance after": lambda clock: clock.advance(1e12),
    "advance by nothing": lambda clock: clock.advance(float("nan")),
}


@pytest.mark.parametrize("frozen_at", [None, MAY])
@pytest.mark.parametrize("move", MOVES)
def test_a_clock_never_leaves_its_range(frozen_at: float | None, move: str) -> None:
    clock = Clock(frozen_at, Machine(MAY))
    with pytest.raises(ValueError, match="between 1971-01-01T00:00:00Z and 9990-01-01T00:00:00Z was expected"):
        MOVES[move](clock)
    assert (clock.now(), clock.is_frozen) == (MAY, frozen_at is not None)


@pytest.mark.parametrize("frozen_at", [None, MAY, 0.0])
def test_restoring_forgets_every_move(frozen_at: float | None) -> None:
    machine = Machine(MAY)
    clock = Clock(None, machine)
    clock.set(MAY + 10**6)
    clock.freeze(True)
    clock.restore(frozen_at)
    assert clock.setting == Clock(frozen_at, machine).setting


@pytest.mark.parametrize("setting", [(0.0, None), (-5.0, None), (0.0, MAY), (7.5, MAY)])
def test_a_clock_takes_over_the_setting_of_another(setting: tuple[float, float | None]) -> None:
    clock, other = Clock(1.0, Machine()), Clock(None, Machine())
    clock.adopt(*setting)
    other.adopt(*clock.setting)
    assert (other.setting, other.now()) == (setting, clock.now())


def test_moves_that_race_add_up() -> None:
    clock = Clock(MAY)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(clock.advance, [1.0] * 2000))
    assert clock.now() == MAY + 2000


class Held(AbstractContextManager[None]):
    """A lock that says how often it is held now, and how often it was."""

    def __init__(self) -> None:
        self.depth = self.times = 0

    def __enter__(self) -> None:
        self.depth += 1
        self.times += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1


CHANGES: dict[str, Callable[[Clock], None]] = {
    "set": lambda clock: clock.set(MAY),
    "advance": lambda clock: clock.advance(1),
    "freeze": lambda clock: clock.freeze(True),
    "restore": lambda clock: clock.restore(None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_clock_is_moved_under_the_lock_that_it_was_given(change: str) -> None:
    lock, depths = Held(), []

    def source() -> float:
        depths.append(lock.depth)
        return MAY

    clock = Clock(None, source, lock)
    CHANGES[change](clock)
    assert lock.times >= 1
    assert lock.depth == 0
    assert all(depths)


@pytest.mark.parametrize(
    "moment, stamp",
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (MAY, "2025-05-11T09:00:00Z"),
        (MAY + 0.999, "2025-05-11T09:00:00Z"),
        (-0.5, "1969-12-31T23:59:59Z"),
        (LATEST_S, "9990-01-01T00:00:00Z"),
        (-62_135_596_800.0, "0001-01-01T00:00:00Z"),
    ],
)
def test_a_stamp_is_a_whole_second_in_utc(moment: float, stamp: str) -> None:
    assert iso_z(moment) == stamp


@given(MOMENTS, MOMENTS)
def test_stamps_are_ordered_as_moments_are(first: float, second: float) -> None:
    assert (iso_z(first) <= iso_z(second)) is (first // 1 <= second // 1)


class ClockMachine(RuleBasedStateMachine):
    """A clock against the plainest one that can be: whole seconds, so that no rounding hides a mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(MAY)
        self.clock = Clock(None, self.machine)
        self.shown, self.stands = MAY, False

    @rule(seconds=st.integers(0, 10**6))
    def time_passes(self, seconds: int) -> None:
        """Let real time pass."""
        self.machine.now += seconds
        self.shown += 0 if self.stands else seconds

    @rule(moment=st.integers(int(EARLIEST_S), int(LATEST_S)))
    def set_it(self, moment: int) -> None:
        """Move to a moment."""
        self.clock.set(float(moment))
        self.shown = moment

    @rule(seconds=st.integers(-(10**10), 10**10))
    def advance_it(self, seconds: int) -> None:
        """Move by a distance, which may lead too far."""
        try:
            self.clock.advance(float(seconds))
        except ValueError:
            assert not EARLIEST_S <= self.shown + seconds <= LATEST_S
        else:
            self.shown += seconds

    @rule(stands=st.booleans())
    def stop_or_start(self, stands: bool) -> None:
        """Stop the clock, or let it run."""
        self.clock.freeze(stands)
        self.stands = stands

    @rule(frozen_at=st.none() | st.integers(int(EARLIEST_S), int(LATEST_S)))
    def restore_it(self, frozen_at: int | None) -> None:
        """Return to the start."""
        self.clock.restore(frozen_at)
        self.stands = frozen_at is not None
        self.shown = self.machine.now if frozen_at is None else frozen_at

    @invariant()
    def it_shows_what_the_plain_one_shows(self) -> None:
        """Compare both."""
        assert (self.clock.now(), self.clock.is_frozen) == (self.shown, self.stands)


TestClockMachine = ClockMachine.TestCase
