from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.config import Config
from contracts.errors import RequestRefused
from contracts.gate.mock_admin import MockAdminClient, MockSession
from contracts.gate.target import Target
from unit.contracts.upstream import NOON, Clock, FakeMock, Reply, Upstream


@pytest.fixture
def mock() -> FakeMock:
    return FakeMock(Clock())


@pytest.fixture
def control(mock: FakeMock) -> Iterator[MockAdminClient]:
    with Upstream(mock) as upstream:
        control = MockAdminClient(Target.of(Config(base_url=upstream.url)), mock.clock.now)
        yield control
        control.close()


def test_the_clock_is_read_and_put_forward(control: MockAdminClient) -> None:
    clock = control.clock()
    assert clock is not None
    reading = clock.advance(12.3451)
    assert reading is not None
    assert reading.moment == pytest.approx(NOON + 12.346)
    assert not reading.is_frozen
    assert (reading.sent, reading.received) == (NOON, NOON)


@pytest.mark.parametrize("seconds", [0, -1, 1e12, float("nan")])
def test_the_clock_goes_only_forward_and_not_for_ever(control: MockAdminClient, mock: FakeMock, seconds: float) -> None:
    clock = control.clock()
    assert clock is not None
    assert clock.advance(seconds) is None
    assert mock.ahead_s == {"": 0.0}


def test_a_session_is_made_used_and_dropped(control: MockAdminClient, mock: FakeMock) -> None:
    session = control.create_session()
    assert session == MockSession(name="session-1-0f8e2c", key="session-1-0f8e2c", member="session-1-0f8e2c-member")
    clock = control.clock(session.name)
    assert clock is not None
    clock.advance(60)
    assert mock.ahead_s == {"": 0.0, session.name: 560.0}
    control.drop_session(session.name)
    control.drop_session(session.name)
    assert mock.ahead_s == {"": 0.0}


def test_the_keys_are_in_no_representation() -> None:
    assert "secret" not in repr(MockSession(name="a", key="secret-1", member="secret-2"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404),
        Reply(body=b"<html>"),
        Reply(body=b"[]"),
        Reply(body=b"{}"),
        Reply(body=b'{"now": "noon"}'),
        Reply(body=b'{"now": 5}'),
    ],
)
def test_a_server_that_has_neither_clock_nor_sessions_is_taken_as_it_is(reply: Reply) -> None:
    with Upstream(lambda _seen: reply) as upstream:
        control = MockAdminClient(Target.of(Config(base_url=upstream.url)))
        assert (control.clock(), control.create_session()) == (None, None)
        control.close()


@pytest.mark.parametrize(
    "config", [Config(base_url="https://example.com"), Config(base_url="http://[::1]", is_live=True)]
)
def test_a_live_target_is_never_controlled(config: Config) -> None:
    with pytest.raises(RequestRefused):
        MockAdminClient(Target.of(config))
