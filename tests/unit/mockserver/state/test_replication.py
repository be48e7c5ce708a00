"""Sessions of several processes: one state, changed anywhere, seen everywhere before the next request counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mockserver.config import Config
from mockserver.errors import ConfigInvalid, StateUnavailable
from mockserver.scenarios.parsing import rule_of
from mockserver.state.backend import Backend, StaleRevision
from mockserver.state.rate_limits import RateLimitStatus
from mockserver.state.sessions import SessionOptions, Sessions
from oas.api_keys import hash_of
from oas.messages import Exchange
from oas.vocabulary import RateLimitWindow

MakeShare = Callable[[], Backend]
WINDOWS = (RateLimitWindow("minute", 60, 100, "LM", "RM"), RateLimitWindow("day", 86_400, 5000, "LD", "RD"))
#: 2025-05-11T09:00:00Z.
MOMENT = 1_746_954_000.0
KEY = "your_api_key_here"


def sessions(share: Backend, max_sessions: int = 1000, **options: Any) -> Sessions:
    config = Config(**{"clock": MOMENT, **options})
    return Sessions(config, WINDOWS, lambda key: key, max_sessions=max_sessions, share=share)


def hit(world: Sessions, presented: str | None) -> RateLimitStatus:
    """Count a request as the pipeline does."""
    while True:
        session, key = world.find(presented)
        try:
            return session.quota.hit(key.hash_id if key else "client:x", session.clock.now())
        except StaleRevision:
            world.refresh()


@pytest.fixture
def pair(make_share: MakeShare) -> tuple[Sessions, Sessions]:
    return sessions(make_share()), sessions(make_share())


def test_requests_are_counted_together(pair: tuple[Sessions, Sessions]) -> None:
    assert [hit(pair[number % 2], KEY).remaining[0] for number in range(4)] == [99, 98, 97, 96]


def test_a_key_created_in_one_process_is_known_in_the_other_when_it_first_counts(
    pair: tuple[Sessions, Sessions],
) -> None:
    one, other = pair
    plain, key = one.default.keys.create("member", MOMENT)
    assert hit(other, plain).remaining == (99, 4999)
    assert other.find(plain) == (other.default, key)
    other.default.keys.deactivate(key.hash_id)
    hit(one, None)
    assert (found := one.find(plain)[1]) is not None
    assert not found.is_active


def test_a_session_is_made_in_one_process_and_ended_in_the_other(pair: tuple[Sessions, Sessions]) -> None:
    one, other = pair
    session, plain = one.create(SessionOptions(limit_minute=3, clock=MOMENT + 86_400, routines=5, seed=2))
    created, _ = session.keys.create("member", MOMENT)
    assert [hit(other, plain["admin"]).remaining, hit(one, plain["admin"]).remaining] == [(2, 4999), (1, 4998)]
    twin = other.named(session.name)
    assert twin is not None
    facts = [(made.dataset_key, made.dataset, made.clock.now(), made.limits, made.created) for made in (session, twin)]
    assert facts[0] == facts[1]
    assert other.find(created)[0] is twin
    assert other.drop(session.name)
    hit(one, None)
    assert [world.names() for world in pair] == [["default"]] * 2
    assert [one.find(key) for key in (created, *plain.values())] == [(one.default, None)] * 3
    assert not one.drop(session.name)


def test_one_session_too_many_ends_another_everywhere(make_share: MakeShare) -> None:
    one, other = (sessions(make_share(), max_sessions=2) for _ in range(2))
    first, second = one.create()[0].name, other.create()[0].name
    third = one.create()[0].name
    other.refresh()
    assert [sorted(world.names()) for world in (one, other)] == [sorted(["default", second, third])] * 2
    assert first not in one.names()


def test_the_clock_moves_for_all_and_moves_add_up(pair: tuple[Sessions, Sessions]) -> None:
    one, other = pair
    one.default.clock.advance(60)
    other.default.clock.advance(60)
    one.refresh()
    assert [world.default.clock.now() for world in pair] == [MOMENT + 120] * 2
    other.default.clock.freeze(False)
    one.refresh()
    assert not one.default.clock.is_frozen


def test_a_script_is_played_by_all(pair: tuple[Sessions, Sessions]) -> None:
    one, other = pair
    document = {"answers": [{"status": 500}], "times": 2}
    one.default.script.play("flaky")
    other.default.script.play("slow", "abc")
    other.default.script.limit({"minute": 7})
    rules = [world.default.script.add(lambda rule_id: rule_of(document, rule_id)) for world in (one, other)]
    one.refresh()
    assert [rule.id for rule in one.default.script.rules] == [rule.id for rule in rules]
    assert len({rule.id for rule in rules}) == 2
    assert one.default.script.contents == other.default.script.contents
    assert [world.default.script.turns.take("x") for world in (one, other, one)] == [0, 1, 2]
    assert other.default.limits == {"minute": 7, "day": 5000}


def test_a_reset_returns_everything_to_its_start_for_all(
    pair: tuple[Sessions, Sessions], exchange: Callable[..., Exchange]
) -> None:
    one, other = pair
    start = one.default.script.contents
    created, _ = one.default.keys.create("member", MOMENT)
    hit(other, KEY)
    one.default.clock.advance(5)
    one.default.script.play("flaky")
    one.default.script.turns.take("x")
    one.default.journal.record(exchange(1))
    other.reset(other.default)
    assert hit(one, KEY).remaining == (99, 4999)
    for world in pair:
        assert (world.find(created)[1], world.default.clock.now()) == (None, MOMENT)
        assert world.default.script.contents == start
        assert (world.default.script.cast.scenario, len(world.default.journal)) == ("", 0)
    assert one.default.script.turns.take("x") == 0


def test_the_journal_is_one(pair: tuple[Sessions, Sessions], exchange: Callable[..., Exchange]) -> None:
    for number in range(6):
        pair[number % 2].default.journal.record(exchange(number))
    assert [[one.id for one in world.default.journal.entries()] for world in pair] == [list("543210")] * 2
    found = pair[1].default.journal.get("4")
    assert found == exchange(4)


def test_a_process_that_comes_late_takes_over_what_there_is(make_share: MakeShare) -> None:
    early = sessions(make_share())
    created, key = early.default.keys.create("admin", MOMENT, "for tests")
    session, plain = early.create()
    late = sessions(make_share())
    assert late.find(created) == (late.default, key)
    assert late.find(plain["member"])[0].name == session.name
    assert late.default.dataset_key == early.default.dataset_key


@pytest.mark.parametrize("options", [{"limit_minute": 7}, {"clock": None}, {"seed": 1}, {"errors": 0.5}])
def test_processes_with_other_settings_share_nothing(make_share: MakeShare, options: dict[str, Any]) -> None:
    sessions(make_share())
    with pytest.raises(ConfigInvalid, match="other settings"):
        sessions(make_share(), **options)


def test_a_change_that_fails_is_not_made(pair: tuple[Sessions, Sessions]) -> None:
    one, other = pair
    made: list[str] = []

    def fail() -> None:
        with one.default.lock:
            made.append(one.default.keys.create("member", MOMENT)[0])
            one.default.clock.advance(60)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    for world in pair:
        world.refresh()
        assert (world.find(made[0])[1], world.default.clock.now()) == (None, MOMENT)
    other.default.clock.advance(1)
    hit(one, None)
    assert one.default.clock.now() == MOMENT + 1


def test_looking_changes_nothing(make_share: MakeShare) -> None:
    share = make_share()
    world = sessions(share)
    before = share.store.token()
    world.default.keys.list()
    assert share.store.token() == before
    world.default.keys.create("member", MOMENT)
    assert share.store.token() != before


def test_keys_created_by_racing_threads_of_two_processes_are_all_there(pair: tuple[Sessions, Sessions]) -> None:
    made: list[str] = []

    def create(world: Sessions) -> None:
        for _ in range(5):
            made.append(world.default.keys.create("member", MOMENT)[0])

    threads = [threading.Thread(target=create, args=(world,)) for world in pair * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for world in pair:
        world.refresh()
        assert all(world.find(plain)[1] for plain in made)
    assert len(made) == 20


class LikeOne(RuleBasedStateMachine):
    """Two processes beside one: keys, clock and script after any sequence of changes."""

    keys = Bundle("keys")

    @initialize()
    def start(self) -> None:
        """Begin as a new server does."""
        from mockserver.state.backends.process_lock import ProcessLock
        from mockserver.state.backends.shared_memory import SharedMemoryBackend, SharedMemoryHandle

        self.context = SharedMemoryHandle.made()
        bench = self.context.__enter__()
        assert isinstance(bench.lock, ProcessLock)
        self.shares = [SharedMemoryBackend(bench) for _ in range(2)]
        self.worlds = [sessions(share) for share in self.shares]
        self.model = Sessions(Config(clock=MOMENT), WINDOWS, lambda key: key)

    def change(self, worker: int, make: Callable[[Any], Any]) -> None:
        """Do the same in one of the processes and in the model."""
        made = [make(world.default) for world in (self.worlds[worker], self.model)]
        assert made[0] == made[1]

    @rule(worker=st.integers(0, 1), target=keys)
    def create(self, worker: int) -> str:
        """Create a key in a process, and let the model have it, too."""
        plain, _ = self.worlds[worker].default.keys.create("member", MOMENT)
        self.model.default.keys._new_key = lambda: plain
        self.model.default.keys.create("member", MOMENT)
        return plain

    @rule(worker=st.integers(0, 1), key=st.one_of(keys, st.just(KEY)), on=st.booleans())
    def switch(self, worker: int, key: str, on: bool) -> None:
        """Activate or deactivate a key, which may be gone."""
        self.change(worker, lambda one: (one.keys.activate if on else one.keys.deactivate)(hash_of(key)))

    @rule(worker=st.integers(0, 1), seconds=st.sampled_from([1.0, 60.0, -60.0]))
    def advance(self, worker: int, seconds: float) -> None:
        """Move the clock."""
        self.change(worker, lambda one: one.clock.advance(seconds))

    @rule(worker=st.integers(0, 1), name=st.sampled_from(["", "flaky"]), key_hash=st.sampled_from(["", "a"]))
    def play(self, worker: int, name: str, key_hash: str) -> None:
        """Play a scenario."""
        self.change(worker, lambda one: one.script.play(name, key_hash))

    @rule(worker=st.integers(0, 1))
    def add(self, worker: int) -> None:
        """Add a rule."""
        self.change(worker, lambda one: one.script.add(lambda name: rule_of({"answers": [{}]}, name)))

    @rule(worker=st.integers(0, 1))
    def reset(self, worker: int) -> None:
        """Return to the start."""
        self.change(worker, lambda one: one.reset())

    @invariant()
    def same(self) -> None:
        """Both processes know what the model knows."""
        if hasattr(self, "model"):
            for world in self.worlds:
                world.refresh()
            facts = [
                (one.keys.list(), one.clock.setting, one.script.contents)
                for one in (world.default for world in (*self.worlds, self.model))
            ]
            assert facts[0] == facts[1] == facts[2]

    def teardown(self) -> None:
        """Let go of the files."""
        if hasattr(self, "context"):
            for share in self.shares:
                share.store.close()
            self.context.__exit__(None, None, None)


TestLikeOne = LikeOne.TestCase
TestLikeOne.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


class Away:
    """A store that cannot be reached while `is_away`."""

    def __init__(self, share: Backend) -> None:
        self.is_away = False
        self._store = share.store

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise StateUnavailable("away")
        return getattr(self._store, name)


@pytest.mark.parametrize("goes_on_alone", [False, True])
def test_a_store_that_is_away_changes_nothing_here(make_share: MakeShare, goes_on_alone: bool) -> None:
    share: Any = make_share()
    store = Away(share)
    share.store, share.goes_on_alone = store, goes_on_alone
    world = sessions(share)
    store.is_away = True
    with pytest.raises(StateUnavailable):
        world.default.keys.create("member", MOMENT)
    if goes_on_alone:
        world.refresh()
    else:
        with pytest.raises(StateUnavailable):
            world.refresh()
    store.is_away = False
    world.refresh()
    assert len(world.default.keys.list()) == len(sessions(make_share()).default.keys.list())
