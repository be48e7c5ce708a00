"""The way to Redis: errors become ours, and nobody waits before a closed door."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from mockserver.errors import ConfigInvalid, StateUnavailable
from mockserver.state.backends.redis_connection import PAUSE_S, RedisConnection, key_of


class Door:
    """Counts who knocks, and opens when told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.now = 100.0
        self.knocks = 0
        self.link = RedisConnection(self, "Redis on here", lambda: self.now)

    def knock(self, _: Any) -> str:
        self.knocks += 1
        if self.error is not None:
            raise self.error
        return "open"

    def ask(self) -> str:
        return self.link.ask(self.knock)


@pytest.mark.parametrize("error", [ConnectionError("refused"), TimeoutError("late"), ResponseError("LOADING")])
def test_an_error_is_ours_and_says_where(error: Exception) -> None:
    door = Door()
    door.error = error
    with pytest.raises(StateUnavailable, match=f"Redis on here does not answer: {error}"):
        door.ask()


def test_nobody_asks_for_a_while_after_a_failure_and_then_one_does() -> None:
    door = Door()
    door.error = TimeoutError("late")

    def refused() -> int:
        with pytest.raises(StateUnavailable):
            door.ask()
        return door.knocks

    assert [refused(), refused()] == [1, 1]
    door.now += PAUSE_S
    assert [refused(), refused()] == [2, 2]
    door.now += PAUSE_S
    door.error = None
    assert [door.ask(), door.ask(), door.knocks] == ["open", "open", 4]


def test_only_one_finds_out_whether_it_is_back() -> None:
    door = Door()
    door.error = TimeoutError("late")
    with pytest.raises(StateUnavailable):
        door.ask()
    door.now += PAUSE_S
    refused: list[StateUnavailable] = []

    def knock_while_another_waits(_: Any) -> None:
        try:
            door.ask()
        except StateUnavailable as error:
            refused.append(error)

    door.link.ask(knock_while_another_waits)
    assert (len(refused), door.knocks) == (1, 1)


def test_other_errors_are_not_its_own() -> None:
    def fail(_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Door().link.ask(fail)


@pytest.mark.parametrize(
    "url, place",
    [("redis://127.0.0.1:1/0", "127.0.0.1:1"), ("unix:///nowhere/redis.sock", "/nowhere/redis.sock")],
)
def test_an_error_names_the_place_and_never_the_password(url: str, place: str) -> None:
    link = RedisConnection.to(url.replace("//", "//:secret@", 1) if "127" in url else url)
    with pytest.raises(StateUnavailable, match=place) as caught:
        link.ask(lambda client: client.ping())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://host:port", "redis://host:99999999/0"])
def test_what_is_no_url_is_said(url: str) -> None:
    with pytest.raises((ConfigInvalid, StateUnavailable)):
        RedisConnection.to(url).ask(lambda client: client.ping())


def test_a_missing_client_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigInvalid, match=r"konnector-contracts\[redis\]"):
        RedisConnection.to("redis://127.0.0.1/0")


def test_all_keys_lie_on_one_node_of_a_cluster() -> None:
    names: Callable[..., str] = key_of
    assert names("a", "b").startswith("{mockserver}:a:b")
