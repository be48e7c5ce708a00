"""Counters, turns, journal and documents in Redis: what one process would have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mockserver.config import Config
from mockserver.errors import StateUnavailable
from mockserver.state.backend import Seen, StaleRevision
from mockserver.state.backends import redis_store
from mockserver.state.backends.redis import RedisBackend
from mockserver.state.backends.redis_connection import RedisConnection, key_of
from mockserver.state.backends.redis_counters import KEPT_S, RedisCounters, RedisTurns
from mockserver.state.backends.redis_journal import RedisShelf
from mockserver.state.backends.redis_store import LOCK, RedisStore
from mockserver.state.journal import MemoryShelf
from mockserver.state.rate_limits import MemoryCounters
from mockserver.state.rules import MemoryTurns
from mockserver.state.sessions import Sessions
from oas.messages import Exchange, Request, Response
from oas.vocabulary import RateLimitWindow

MakeExchange = Callable[..., Exchange]


def seen(link: RedisConnection) -> Seen:
    """Change something, and see it."""
    store = RedisStore(link)
    with store.changing():
        store.put("default", "1", b"{}")
    made = Seen()
    made.token = store.token()
    return made


def machine(link: RedisConnection) -> Sessions:
    """Return the sessions of one more machine."""
    windows = (RateLimitWindow("minute", 60, 100, "L", "R"),)
    return Sessions(Config(clock=1e9), windows, lambda key: key, share=RedisBackend(link))


class LikeMemory(RuleBasedStateMachine):
    """Parts of two machines beside those of one process."""

    @initialize()
    def start(self) -> None:
        """Begin with nothing."""
        fakeredis = pytest.importorskip("fakeredis")
        pytest.importorskip("lupa", reason="scripts in a Redis inside the process need lupa, of fakeredis[lua]")
        link = RedisConnection(fakeredis.FakeRedis())
        eyes = seen(link)
        self.counters: list[Any] = [RedisCounters(link, "default", eyes) for _ in range(2)]
        self.counters.append(MemoryCounters(2))
        self.turns: list[Any] = [RedisTurns(link, "default"), RedisTurns(link, "default"), MemoryTurns()]
        self.shelves: list[Any] = [RedisShelf(link, "default", 5, 4000) for _ in range(2)]
        self.shelves.append(MemoryShelf(5, 4000))

    @rule(worker=st.integers(0, 1), identity=st.sampled_from("abcd"), minute=st.integers(0, 1), day=st.integers(0, 1))
    def hit(self, worker: int, identity: str, minute: int, day: int) -> None:
        """Count in one machine what the model counts, too."""
        assert self.counters[worker].hit(identity, (minute, day)) == self.counters[2].hit(identity, (minute, day))

    @rule(worker=st.integers(0, 1), name=st.sampled_from("xy"))
    def take(self, worker: int, name: str) -> None:
        """Take a turn."""
        assert self.turns[worker].take(name) == self.turns[2].take(name)

    @rule(worker=st.integers(0, 1), number=st.integers(0, 999), size=st.integers(0, 5000))
    def put(self, worker: int, number: int, size: int) -> None:
        """Put an exchange."""
        exchange = Exchange(str(number), 0.0, 0.1, None, "", Request("GET", "/"), Response(200, (), b"x"))
        for shelf in (self.shelves[worker], self.shelves[2]):
            shelf.put(size + 1, exchange)

    @rule(worker=st.integers(0, 1))
    def clear(self, worker: int) -> None:
        """Forget everything."""
        for parts in (self.counters, self.turns, self.shelves):
            parts[worker].clear()
            parts[2].clear()

    @rule(max_bytes=st.sampled_from([500, 2000, 4000]))
    def resize(self, max_bytes: int) -> None:
        """Change the bound, as every machine does."""
        for shelf in self.shelves:
            shelf.resize(max_bytes)

    @invariant()
    def same(self) -> None:
        """All see the same journal."""
        if hasattr(self, "shelves"):
            facts = [(one.kept(), len(one), one.kept_bytes, one.total) for one in self.shelves]
            assert facts[0] == facts[1] == facts[2]


TestLikeMemory = LikeMemory.TestCase
TestLikeMemory.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)


def test_a_change_that_was_not_seen_is_not_counted_by(link: RedisConnection) -> None:
    eyes = seen(link)
    counters = RedisCounters(link, "default", eyes)
    counters.hit("a", (1,))
    assert seen(link).token != eyes.token
    with pytest.raises(StaleRevision):
        counters.hit("a", (1,))
    eyes.token = RedisStore(link).token()
    assert counters.hit("a", (1,)) == [2]


def test_identities_beyond_the_bound_of_a_window_are_counted_as_one(link: RedisConnection) -> None:
    eyes = seen(link)
    for counters in (RedisCounters(link, "default", eyes, 2), MemoryCounters(1, 2)):
        assert [counters.hit(name, (1,))[0] for name in "abcdabcd"] == [1, 1, 1, 2, 2, 2, 3, 4]


def test_nothing_is_counted_where_nothing_is_known(link: RedisConnection) -> None:
    with pytest.raises(StaleRevision):
        RedisCounters(link, "default", Seen()).hit("a", (1,))


def test_counters_and_turns_outlive_two_real_days(link: RedisConnection) -> None:
    RedisCounters(link, "default", seen(link)).hit("a", (1, 2))
    RedisTurns(link, "default").take("x")
    names = link.ask(lambda client: client.keys(key_of("counters", "*")) + client.keys(key_of("turns", "*")))
    lives = link.ask(lambda client: [client.ttl(name) for name in names])
    assert len(lives) == 3
    assert all(2 * 86_400 < life <= KEPT_S for life in lives)


def test_sessions_are_counted_apart(link: RedisConnection) -> None:
    eyes = seen(link)
    one, other = (RedisCounters(link, name, eyes) for name in ("a", "b"))
    one.hit("key", (1,))
    one.clear()
    assert [one.hit("key", (1,)), one.hit("key", (1,)), other.hit("key", (1,))] == [[1], [2], [1]]


def test_a_session_that_is_no_more_leaves_nothing_that_stays(link: RedisConnection, exchange: MakeExchange) -> None:
    share = RedisBackend(link)
    share.shelf("gone", 5, 10_000).put(1, exchange(1))
    share.turns("gone").take("x")
    share.forget("gone")
    assert link.ask(lambda client: client.keys("*gone*")) == []


def test_a_change_that_comes_too_late_is_not_made(link: RedisConnection) -> None:
    store = RedisStore(link)

    def change() -> None:
        with store.changing():
            link.ask(lambda client: client.set(LOCK, "another"))
            store.put("a", "1", b"x")

    with pytest.raises(StateUnavailable, match="too long"):
        change()
    assert (store.versions(), store.token()) == ({}, None)
    assert link.ask(lambda client: client.get(LOCK)) == b"another"


def test_a_lock_that_is_never_let_go_is_an_error(link: RedisConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_store, "LOCK_S", 0.02)
    link.ask(lambda client: client.set(LOCK, "another"))
    with pytest.raises(StateUnavailable, match="locked"), RedisStore(link).changing():
        pass


def test_the_lock_of_a_machine_that_is_gone_ends_by_itself(
    link: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    link.ask(lambda client: client.set(LOCK, "gone", px=20))
    with RedisStore(link).changing():
        assert link.ask(lambda client: client.get(LOCK)) != b"gone"
    assert link.ask(lambda client: client.get(LOCK)) is None


def test_a_redis_that_has_lost_everything_is_given_what_the_first_machine_knows(link: RedisConnection) -> None:
    one, other = machine(link), machine(link)
    created, key = one.default.keys.create("member", 1e9)
    session, _ = one.create()
    other.refresh()
    link.ask(lambda client: client.flushall())
    other.refresh()
    one.refresh()
    for world in (one, other):
        assert world.find(created) == (world.default, key)
        assert world.names() == ["default", session.name]


def test_a_redis_that_lost_everything_after_a_change_failed_is_given_it_again(
    link: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "LOCK_S", 0.02)
    one = machine(link)
    created, key = one.default.keys.create("member", 1e9)
    link.ask(lambda client: client.set(LOCK, "another"))
    with pytest.raises(StateUnavailable, match="locked"):
        one.default.keys.create("member", 1e9)
    link.ask(lambda client: client.flushall())
    for _ in range(2):  # gives its own, then has seen that it did
        one.refresh()
    assert one.default.quota.hit("x", 1e9).remaining == (99,)
    assert one.find(created) == (one.default, key)


# The list of versions only as long as somebody has a change to look at, as the one who made the key has here.
@pytest.mark.parametrize("lost", [redis_store.TOKEN, redis_store._VERSIONS])
def test_what_a_redis_has_evicted_is_given_it_again(link: RedisConnection, lost: str) -> None:
    one, other = machine(link), machine(link)
    created, key = one.default.keys.create("member", 1e9)
    link.ask(lambda client: client.delete(lost))
    for world in (one, other):
        for _ in range(2):  # gives it, then has seen that it did
            world.refresh()
    assert [world.default.quota.hit("x", 1e9).remaining for world in (one, other)] == [(99,), (98,)]
    late = machine(link)
    assert late.default.quota.hit("x", 1e9).remaining == (97,)
    assert late.find(created) == (late.default, key)


def test_an_exchange_is_lost_rather_than_its_answer(link: RedisConnection, exchange: MakeExchange) -> None:
    shelf = RedisShelf(link, "default", 5, 10_000)

    def away(*_: Any) -> None:
        raise StateUnavailable("away")

    shelf._put = away
    shelf.put(1, exchange(1))
    del away
    assert shelf.kept() == []
