"""The pipeline on a state that others change, or that is away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from judged import JudgedClient
from mockserver.errors import StateUnavailable
from mockserver.state.backend import StaleRevision
from mockserver.state.rate_limits import MemoryCounters
from mockserver.state.sessions import Sessions

MakeClient = Callable[..., JudgedClient]
PATH = "/user-campaign-filters"


class Counters:
    """Counters that fail with each of some errors once, and then count."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self._own = MemoryCounters(2)

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        if self._errors:
            raise self._errors.pop(0)
        return self._own.hit(identity, numbers)

    def clear(self) -> None:
        self._own.clear()


def sessions_of(client: JudgedClient, *errors: Exception) -> Sessions:
    sessions = client.app.pipeline.sessions
    sessions.default.quota._counters = Counters(*errors)
    return sessions


def test_a_request_is_counted_once_and_by_what_others_changed(make_client: MakeClient) -> None:
    client = make_client()
    sessions = sessions_of(client, StaleRevision(), StaleRevision())
    refreshed: list[str] = []

    def refresh() -> None:
        refreshed.append("x")
        if len(refreshed) == 2:
            sessions.default.keys._new_key = lambda: "0" * 32
            sessions.default.keys.create("member", 0.0)

    sessions.refresh = refresh
    answer = client.get(PATH, headers={"Authorization": "0" * 32})
    assert (answer.status, answer.remaining, len(refreshed)) == (200, (99, 4999), 2)


def test_a_state_that_is_never_seen_whole_ends_the_wait(make_client: MakeClient) -> None:
    client = make_client()
    sessions_of(client, *(StaleRevision() for _ in range(100)))
    answer = client.get(PATH)
    assert (answer.status, answer.headers["Retry-After"], answer.remaining) == (500, "1", (0, 0))
    assert "changes faster" in answer.data["error"]
    assert client.get(PATH).remaining == (99, 4999)


@pytest.mark.parametrize("path", [PATH, "/nowhere"])
def test_where_nothing_can_be_counted_nothing_is_answered(make_client: MakeClient, path: str) -> None:
    client = make_client()
    sessions = sessions_of(client, StateUnavailable("Redis does not answer"))
    answer = client.get(path)
    assert (answer.status, answer.error_code) == (500, "INTERNAL_SERVER_ERROR")
    assert answer.data["error"] == "Redis does not answer"
    assert (answer.headers["Retry-After"], answer.remaining) == ("1", (0, 0))
    assert len(sessions.default.journal) == 0
    assert client.get(PATH).remaining == (99, 4999)


def test_a_key_that_cannot_be_told_to_others_is_not_made(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    keys = client.app.pipeline.sessions.default.keys

    class Away:
        def __enter__(self) -> None:
            raise StateUnavailable("Redis does not answer")

        def __exit__(self, *error: object) -> None: ...

    before, keys._lock = keys.list(), Away()
    answer = client.post("/create-api-key", {})
    assert (answer.status, answer.headers["Retry-After"], answer.remaining) == (500, "1", (99, 4999))
    assert [key for _, key in keys._entries.values()] == before


def test_the_control_api_says_when_to_ask_again(make_client: MakeClient) -> None:
    client = make_client()

    def refresh() -> Any:
        raise StateUnavailable("Redis does not answer")

    client.app.pipeline.sessions.refresh = refresh
    answer = client.admin("GET", "/keys")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json["detail"] == "Redis does not answer."
