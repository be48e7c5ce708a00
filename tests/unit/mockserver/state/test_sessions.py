"""Sessions: found by key, apart from each other, bounded, restored."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date

import pytest

from mockserver.config import Config
from mockserver.errors import DatasetInvalid
from mockserver.state.keys import DEFAULT_KEYS
from mockserver.state.session_factory import MAGIC_KEYS
from mockserver.state.sessions import DatasetKey, Session, SessionOptions, Sessions
from oas.api_keys import hash_of
from oas.messages import Exchange, Request, Response
from oas.vocabulary import RateLimitWindow

WINDOWS = (RateLimitWindow("minute", 60, 100, "LM", "RM"), RateLimitWindow("day", 86_400, 5000, "LD", "RD"))
#: 2025-05-11T09:00:00Z.
MOMENT = 1_746_954_000.0


@dataclass(frozen=True)
class FakeDataset:
    key: DatasetKey


def sessions(max_sessions: int = 1000, **settings: object) -> Sessions:
    config = Config(**({"clock": MOMENT} | settings))  # type: ignore[arg-type]
    return Sessions(config, WINDOWS, FakeDataset, max_sessions=max_sessions, source=lambda: 1_000_000.0)


def limits(session: Session) -> list[int]:
    return [window.limit for window in session.quota.windows]


def exchange(size: int = 0) -> Exchange:
    return Exchange("1", MOMENT, 0.1, None, "", Request("GET", "/"), Response(200, (), b"x" * size))


@pytest.mark.parametrize("presented", [None, "", "unknown", "your_api_key_here"])
def test_a_request_with_no_key_of_another_session_belongs_to_the_default_one(presented: str | None) -> None:
    world = sessions()
    world.create()
    assert world.find(presented) == (world.default, world.default.keys.find(presented))


@pytest.mark.parametrize("presented", [None, "", "unknown"])
def test_a_request_without_a_key_of_any_session_belongs_to_the_one_that_it_names(presented: str | None) -> None:
    world = sessions()
    session, plain = world.create()
    other, _ = world.create()
    assert world.find(presented, session.name) == (session, None)
    assert world.find(presented, "session-none") == (world.default, None)
    assert world.find(plain["admin"], other.name)[0] is session
    assert world.find("your_api_key_here", session.name) == world.find("your_api_key_here")


@pytest.mark.parametrize("role", ["admin", "member"])
def test_a_session_is_found_by_its_own_keys(role: str) -> None:
    world = sessions()
    session, plain = world.create()
    found, key = world.find(plain[role])
    assert found is session
    assert key is not None
    assert (key.role, key.is_active, key.created_at, key.hash_id) == (role, True, MOMENT, hash_of(plain[role]))


def test_a_session_does_not_know_the_default_keys() -> None:
    session, _ = sessions().create()
    assert session.keys.find("your_api_key_here") is None


def test_a_key_created_in_a_session_leads_to_it_until_the_reset() -> None:
    world = sessions()
    session, plain = world.create()
    created, key = session.keys.create("member", now=MOMENT)
    assert world.find(created) == (session, key)
    world.reset(session)
    assert world.find(created) == (world.default, None)
    assert world.find(plain["admin"])[0] is session


def test_a_deactivated_key_still_leads_to_its_session() -> None:
    world = sessions()
    session, plain = world.create()
    session.keys.deactivate(hash_of(plain["admin"]))
    found, key = world.find(plain["admin"])
    assert found is session
    assert key is not None
    assert not key.is_active


def test_sessions_do_not_see_each_other() -> None:
    world = sessions()
    session, _ = world.create()
    session.quota.hit("key", MOMENT)
    session.journal.record(exchange())
    session.clock.advance(60)
    session.keys.create("member", now=MOMENT)
    default = world.default
    assert default.quota.hit("key", MOMENT).remaining == (99, 4999)
    assert (len(default.journal), default.clock.now(), len(default.keys.list())) == (
        0,
        MOMENT,
        len(DEFAULT_KEYS) + len(MAGIC_KEYS),
    )


def test_a_reset_restores_keys_counters_journal_and_clock() -> None:
    world = sessions()
    default = world.default
    default.quota.hit("key", MOMENT)
    default.journal.record(exchange())
    default.clock.freeze(False)
    default.keys.deactivate(hash_of("your_api_key_here"))
    world.reset(default)
    assert default.quota.hit("key", MOMENT).remaining == (99, 4999)
    assert (len(default.journal), default.clock.now(), default.clock.is_frozen) == (0, MOMENT, True)
    assert world.find("your_api_key_here")[1] == default.keys.list()[0]
    assert default.keys.list()[0].is_active


def test_a_reset_returns_a_session_to_its_own_moment() -> None:
    world = sessions()
    session, _ = world.create(SessionOptions(clock=MOMENT + 86_400))
    session.clock.advance(999)
    world.reset(session)
    assert session.clock.now() == MOMENT + 86_400


def test_without_a_configured_moment_the_clock_runs() -> None:
    default = sessions(clock=None).default
    assert (default.clock.is_frozen, default.clock.now(), default.created) == (False, 1_000_000.0, 1_000_000.0)


def test_limits_come_from_the_document_then_the_configuration_then_the_session() -> None:
    assert limits(sessions().default) == [100, 5000]
    world = sessions(limit_minute=7)
    assert limits(world.default) == [7, 5000]
    assert limits(world.create(SessionOptions(limit_day=9))[0]) == [7, 9]
    assert limits(world.create(SessionOptions(limit_minute=3))[0]) == [3, 5000]


@pytest.mark.parametrize(
    "options, expected",
    [
        (SessionOptions(), DatasetKey(50, 7, date(2025, 5, 11))),
        (SessionOptions(routines=0, seed=0), DatasetKey(0, 0, date(2025, 5, 11))),
        (SessionOptions(clock=MOMENT + 15 * 3600), DatasetKey(50, 7, date(2025, 5, 12))),
    ],
)
def test_the_dataset_follows_size_seed_and_first_day(options: SessionOptions, expected: DatasetKey) -> None:
    session, _ = sessions(routines=50, seed=7).create(options)
    assert session.dataset_key == expected
    assert session.dataset == FakeDataset(expected)


def test_an_impossible_dataset_makes_no_session() -> None:
    def refuse(key: DatasetKey) -> FakeDataset:
        if key.routines is not None:
            raise DatasetInvalid("no")
        return FakeDataset(key)

    world = Sessions(Config(), WINDOWS, refuse)
    with pytest.raises(DatasetInvalid):
        world.create(SessionOptions(routines=1))
    assert world.list() == [world.default]


def test_sessions_are_named_and_listed_in_order() -> None:
    world = sessions()
    made = [world.create()[0] for _ in range(3)]
    assert world.list() == [world.default, *made]
    assert [world.named(session.name) for session in world.list()] == world.list()
    assert world.named("nobody") is None


def test_a_dropped_session_and_its_keys_are_unknown() -> None:
    world = sessions()
    session, plain = world.create()
    created, _ = session.keys.create("member", now=MOMENT)
    assert world.drop(session.name)
    assert [world.find(key) for key in (created, *plain.values())] == [(world.default, None)] * 3
    assert (world.named(session.name), world.drop(session.name)) == (None, False)


def test_a_key_made_after_its_session_was_dropped_leads_nowhere() -> None:
    world = sessions()
    session, _ = world.create()
    world.drop(session.name)
    assert world.find(session.keys.create("member", now=MOMENT)[0]) == (world.default, None)


def test_the_default_session_cannot_be_dropped() -> None:
    assert not sessions().drop("default")


def test_one_session_too_many_drops_the_longest_unused() -> None:
    world = sessions(max_sessions=3)
    (first, keys), (second, _), (third, _) = world.create(), world.create(), world.create()
    world.find(keys["member"])
    world.named(second.name)
    fourth, _ = world.create()
    assert world.list() == [world.default, first, second, fourth]
    assert world.named(third.name) is None


def fill(made: list[Session]) -> None:
    for session in made:
        for _ in range(20):
            session.journal.record(exchange(5000))


def test_the_journals_of_many_sessions_share_one_bound() -> None:
    world = sessions(journal_bytes=64_000)
    made = [world.create()[0] for _ in range(16)]
    fill(made)
    assert all(56_000 < session.journal.kept_bytes <= 64_000 for session in made)
    made += [world.create()[0] for _ in range(48)]
    fill(made)
    assert 8 * 64_000 < sum(session.journal.kept_bytes for session in made) <= 16 * 64_000
    for session in made[1:]:
        world.drop(session.name)
    made[0].journal.record(exchange(10_000))
    assert made[0].journal.entries()[0].response.body == b"x" * 10_000


def test_racing_threads_make_and_drop_sessions_without_loss() -> None:
    world, barrier = sessions(max_sessions=50), threading.Barrier(4)
    kept: list[tuple[Session, str]] = []

    def work() -> None:
        barrier.wait()
        for number in range(20):
            session, plain = world.create()
            if number % 2:
                kept.append((session, plain["admin"]))
            else:
                world.drop(session.name)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.list()) == 41
    assert all(world.find(key)[0] is session for session, key in kept)


def test_sessions_go_on_under_a_changed_document_and_dataset() -> None:
    world = sessions()
    other, plain = world.create(SessionOptions(limit_minute=7))
    other.quota.hit("a", MOMENT)
    world.renew([replace(WINDOWS[0], limit=50), replace(WINDOWS[1], limit=60)], lambda key: ("new", key.seed))
    assert (limits(world.default), limits(other)) == ([50, 60], [7, 60])
    assert other.quota.hit("a", MOMENT).remaining == (5, 58)
    assert (world.default.dataset, other.dataset) == (("new", 0), ("new", 0))
    assert world.find(plain["admin"])[0] is other
    later, _ = world.create()
    assert (limits(later), later.dataset) == ([50, 60], ("new", 0))


def test_what_cannot_be_renewed_stays_as_it_is() -> None:
    world = sessions()
    before = world.default.dataset

    def fail(key: DatasetKey) -> None:
        raise DatasetInvalid("no")

    with pytest.raises(DatasetInvalid):
        world.renew([replace(WINDOWS[0], limit=50)], fail)
    assert (world.default.dataset, limits(world.default)) == (before, [100, 5000])


def test_who_listens_to_a_session_that_ends_is_let_go() -> None:
    world = sessions()
    session, _ = world.create()
    reader, other = session.journal.feed.subscribe(), world.default.journal.feed.subscribe()
    world.drop(session.name)
    assert (reader.is_closed, other.is_closed) == (True, False)
