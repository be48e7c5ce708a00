from __future__ import annotations

import contextlib

import pytest

from contracts.errors import BudgetExhausted
from contracts.messages import Request
from unit.contracts.upstream import FILTERS, KEY, NOON, Clock, FakeMock, Upstream, gate_to

ANONYMOUS = Request(operation_id="", method="GET", path="/user-campaign-filters", credential="none")


def test_a_mock_is_put_forward_instead_of_waited_for() -> None:
    clock = Clock()
    mock = FakeMock(clock)
    with Upstream(mock) as upstream, gate_to(upstream.url, clock) as gate:
        gate.open()
        for _ in range(350):
            gate.send(FILTERS, "fuzz")
        assert gate.is_mock
        assert gate.sent == len(upstream.seen) - len(mock.admin)
    assert (mock.refused, clock.slept) == (0, [])
    assert mock.ahead_s[""] <= 240


@pytest.mark.parametrize("is_frozen", [True, False])
def test_without_a_key_the_run_has_a_session_that_ends_with_it(is_frozen: bool) -> None:
    clock = Clock()
    mock = FakeMock(clock, is_frozen=is_frozen)
    with Upstream(mock) as upstream, gate_to(upstream.url, clock, api_key=None) as gate:
        first = gate.open().answer
        assert first is not None
        assert first.status == 401
        for _ in range(120):
            answer = gate.send(FILTERS, "fuzz").answer
            assert answer is not None
            assert answer.status == 200
        assert gate.has("member")
        assert gate.now().at == pytest.approx(mock.now("session-1-0f8e2c"), abs=0.1)
        assert "session-1-0f8e2c" not in repr(gate.exchanges)
    assert (mock.refused, clock.slept) == (0, [])
    assert mock.ahead_s == {"": 0.0}
    assert mock.admin[-1] == "DELETE /__admin/sessions/session-1-0f8e2c"


@pytest.mark.parametrize("is_frozen", [True, False])
def test_requests_without_a_key_belong_to_the_session_of_the_run_and_leave_the_users_alone(is_frozen: bool) -> None:
    clock = Clock()
    mock = FakeMock(clock, is_frozen=is_frozen)
    with Upstream(mock) as upstream, gate_to(upstream.url, clock, api_key=None) as gate:
        gate.open()
        for _ in range(250):
            gate.send(ANONYMOUS, "fuzz")
    assert (mock.refused, mock.ahead_s, clock.slept) == (0, {"": 0.0}, [])
    assert sum(count for (session, _), count in mock.counts.items() if session == "") == 1


def test_a_run_begins_though_the_users_own_allowance_is_used_up() -> None:
    clock = Clock()
    mock = FakeMock(clock, counts={("", int(NOON // 60)): 100})
    with Upstream(mock) as upstream, gate_to(upstream.url, clock, api_key=None) as gate:
        answer = gate.open().answer
    assert answer is not None
    assert answer.status == 401
    assert clock.slept == []


def test_a_mock_without_a_clock_is_waited_for() -> None:
    clock = Clock()
    mock = FakeMock(clock, has_clock=False, makes_sessions=False)
    with Upstream(mock) as upstream, gate_to(upstream.url, clock) as gate:
        gate.open()
        for _ in range(110):
            gate.send(FILTERS, "fuzz")
    assert mock.refused == 0
    assert sum(clock.slept) > 0


def test_a_mock_to_be_treated_like_any_other_host_is_left_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    clock = Clock(NOON + 30)
    mock = FakeMock(clock)
    ledger = tmp_path_factory.mktemp("state") / "ledger.json"
    with Upstream(mock) as upstream, gate_to(upstream.url, clock, is_live=True, budget=120, ledger=ledger) as gate:
        gate.open()
        for _ in range(119):
            gate.send(FILTERS, "relations")
        assert not gate.is_mock
    assert (mock.admin, mock.refused) == ([], 0)


def test_a_clock_that_does_not_help_is_given_up() -> None:
    clock = Clock()
    mock = FakeMock(clock)
    mock.counts.update({("", minute): 10**6 for minute in range(int(NOON // 60), int(NOON // 60) + 100)})
    with Upstream(mock) as upstream, gate_to(upstream.url, clock, max_wait_s=120.0) as gate:
        gate.open()
        for _ in range(10):
            with contextlib.suppress(BudgetExhausted):
                gate.send(FILTERS, "fuzz")
        with pytest.raises(BudgetExhausted, match="--max-wait"):
            gate.send(FILTERS, "fuzz")
    assert sum(clock.slept) > 0
    assert mock.ahead_s[""] <= 200


def test_a_given_key_is_used_as_given() -> None:
    mock = FakeMock(Clock())
    with Upstream(mock) as upstream, gate_to(upstream.url) as gate:
        gate.open()
        gate.send(FILTERS, "relations")
        assert {seen.headers["authorization"] for seen in upstream.seen if "__admin" not in seen.target} == {KEY}
    assert not [call for call in mock.admin if "sessions" in call]
