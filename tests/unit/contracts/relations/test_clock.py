"""The target's own clock: its stamp, a mock's clock, its Date, and this machine's as the last resort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import NOON, seen
from contracts.observations.observations import Observation
from contracts.relations.clock import clock_of, clocks_of, date_of, in_one_window

RECEIVED = datetime.fromtimestamp(NOON, UTC)
DATE = "Sun, 11 May 2025 09:00:00 GMT"
SENT = datetime(2025, 5, 11, 9, tzinfo=UTC)


def answer(body: Any = None, **headers: str) -> Observation:
    """Make an answer; `date` becomes its Date."""
    return seen("getCampaignInfo", body, headers=headers)


@pytest.mark.parametrize(
    "date, moment",
    [
        (DATE, SENT),
        ("Sun, 11 May 2025 14:30:00 +0530", SENT),
        ("Sunday, 11-May-25 09:00:00 GMT", SENT),
        ("11 May 2025 09:00:00 -0000", SENT),
    ],
)
def test_a_date_is_read_in_utc(date: str, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    found = date_of(answer(date=date))
    assert (found, found.utcoffset()) == (moment, timedelta(0))


@pytest.mark.parametrize("date", ["", "yesterday", "2025-05-11", "Sun, 99 May 2025 09:00:00 GMT", "0"])
def test_where_no_date_can_be_read_this_machine_stands_in(date: str) -> None:
    assert date_of(answer(date=date)) == RECEIVED


def test_without_a_date_the_moment_of_arrival_stands_in() -> None:
    assert date_of(answer()) == RECEIVED


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_no_date_that_a_server_sends_does_harm(date: str) -> None:
    assert date_of(answer(date=date)).tzinfo is UTC


@pytest.mark.parametrize(
    "body, stamp, moment",
    [
        ({"at": "2025-05-11T14:30:00+05:30"}, "/at", SENT),
        ({"at": "2025-05-11T09:00:00Z"}, "/at", SENT),
        ({"at": "2025-05-11T09:00:00"}, "/at", datetime(2026, 1, 1, tzinfo=UTC)),  # without a zone: no moment
        ({"at": "2025-05-11"}, "/at", datetime(2026, 1, 1, tzinfo=UTC)),
        ({"at": None}, "/at", datetime(2026, 1, 1, tzinfo=UTC)),
        ({}, "/at", datetime(2026, 1, 1, tzinfo=UTC)),
        ({"at": "2025-05-11T09:00:00Z"}, "", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
    ids=range(7),
)
def test_the_stamp_of_an_answer_goes_before_its_date(body: Any, stamp: str, moment: datetime) -> None:
    assert clock_of(answer(body, date="Thu, 01 Jan 2026 00:00:00 GMT"), stamp) == moment


def test_all_that_is_known_is_the_moment_of_arrival() -> None:
    assert clock_of(answer({}), "/at") == RECEIVED


class Mock:
    """An answer that tells a mock's own clock."""

    def __init__(self, now: float | None, body: Any = None) -> None:
        self._seen = answer(body, date=DATE)
        self.now, self.body, self.answer = now, self._seen.body, self._seen.answer


def mocked(now: float | None, body: Any = None) -> Any:
    return Mock(now, body)


def test_the_clock_of_a_mock_goes_before_its_date_and_behind_its_stamp() -> None:
    assert clock_of(mocked(0.0), "/at") == datetime(1970, 1, 1, tzinfo=UTC)
    assert clock_of(mocked(0.0, {"at": "2025-05-11T09:00:00Z"}), "/at") == SENT


def test_both_clocks_of_a_mock_may_be_meant() -> None:
    assert clocks_of(mocked(None)) == (SENT,)
    assert clocks_of(mocked(86_400.0)) == (SENT, datetime(1970, 1, 2, tzinfo=UTC))


@given(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_stamp_is_the_same_moment_in_every_zone(moment: datetime, minutes: int) -> None:
    stamped = moment.replace(microsecond=0, tzinfo=UTC)
    written = stamped.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    assert clock_of(answer({"at": written}), "/at") == stamped


@pytest.mark.parametrize(
    "first, second, slack_s, is_one",
    [(1, 58, 1, True), (1, 59, 1, False), (0, 58, 1, False), (2, 57, 2, True), (2, 58, 2, False), (30, 90, 0, False)],
)
def test_two_answers_are_in_one_window_if_none_can_have_begun_between_them(
    first: float, second: float, slack_s: float, is_one: bool
) -> None:
    assert in_one_window(mocked(first), mocked(second), "/at", 60, slack_s) is is_one
