from __future__ import annotations

from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.allowance.server_clock import Moment, ServerClock, http_date


def test_nothing_known_is_our_time_in_the_greatest_doubt() -> None:
    assert ServerClock().now(1000.0) == Moment(1000.0, 86_400.0)


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.001, 2), st.floats(0, 1)), min_size=1, max_size=20),
)
def test_the_true_time_is_within_the_bounds(ahead: float, answers: list[tuple[float, float, float]]) -> None:
    clock, ours = ServerClock(), 1e9
    for gap, taken, part in answers:
        ours += gap
        clock.observe(float(floor(ours + taken * part + ahead)), ours, ours + taken)
        ours += taken
    moment = clock.now(ours)
    assert moment.at - 1e-3 <= ours + ahead <= moment.at + moment.doubt_s + 1e-3


def test_each_answer_narrows_the_doubt() -> None:
    clock = ServerClock()
    clock.observe(100.0, 100.2, 100.3)
    wide = clock.now(100.3).doubt_s
    clock.observe(101.0, 101.9, 101.95)
    assert clock.now(101.95).doubt_s < wide


def test_answers_that_contradict_each_other_widen_it() -> None:
    clock = ServerClock()
    clock.observe(100.0, 100.0, 100.1)
    clock.observe(160.0, 100.0, 100.1)
    moment = clock.now(100.1)
    assert moment.at <= 100.1
    assert moment.at + moment.doubt_s >= 161


def test_what_an_earlier_run_knew_holds_until_the_first_answer() -> None:
    clock = ServerClock((30.0, 2.0))
    assert clock.now(100.0) == Moment(130.0, 2.0)
    clock.observe(100.0, 100.0, 100.1)
    assert clock.now(100.1).at == pytest.approx(100.0)


def test_a_mock_that_is_frozen_stands_still_until_it_is_set() -> None:
    clock = ServerClock()
    clock.set(50.0, 100.0, 100.1, is_frozen=True)
    assert clock.now(500.0) == Moment(50.0)
    clock.set(60.0, 500.0, 500.1)
    assert clock.now(510.1).at == pytest.approx(70.0)


@pytest.mark.parametrize(
    "value, moment",
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784111777.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("120", None),
        ("Sun, 06 Nov 99999 08:49:37 GMT", None),
        ("x" * 10_000, None),
    ],
)
def test_an_http_date_is_read_or_passed_over(value: str | None, moment: float | None) -> None:
    assert http_date(value) == moment
