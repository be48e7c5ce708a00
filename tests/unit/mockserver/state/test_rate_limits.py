"""Windows: exact whatever the threads, the identities and the clock do."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.rate_limits import FixedWindowLimiter, MemoryCounters, RateLimitStatus, with_limits
from oas.vocabulary import RateLimitWindow

MINUTE = RateLimitWindow("minute", 60, 3, "Limit-Minute", "Remaining-Minute")
DAY = RateLimitWindow("day", 86_400, 5, "Limit-Day", "Remaining-Day")
#: 2025-05-11T00:00:00Z, the beginning of a day.
MIDNIGHT = 1_746_921_600.0


class Yielding(str):
    """An identity that lets another thread run whenever it is looked up, also between reading and writing a count."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0)
        return hash(str(self))


def hits(quota: FixedWindowLimiter, times: int, now: float = MIDNIGHT, identity: str = "key") -> list[RateLimitStatus]:
    return [quota.hit(identity, now) for _ in range(times)]


def test_every_request_counts_in_every_window() -> None:
    assert [found.remaining for found in hits(FixedWindowLimiter([MINUTE, DAY]), 3)] == [(2, 4), (1, 3), (0, 2)]


def test_requests_up_to_the_limit_are_let_through_and_no_more() -> None:
    found = hits(FixedWindowLimiter([MINUTE, DAY]), 5)
    assert [allowance.exhausted for allowance in found] == [None, None, None, MINUTE, MINUTE]
    assert [allowance.retry_after_s for allowance in found] == [0, 0, 0, 60, 60]


def test_a_refused_request_counts_too() -> None:
    quota = FixedWindowLimiter([MINUTE, DAY])
    assert hits(quota, 5)[-1].remaining == (0, 0)
    assert quota.hit("key", MIDNIGHT + 60).exhausted == DAY


def test_of_two_exhausted_windows_the_day_is_named() -> None:
    found = hits(FixedWindowLimiter([MINUTE, DAY]), 6, now=MIDNIGHT + 30)[-1]
    assert (found.exhausted, found.retry_after_s, found.remaining) == (DAY, 86_370, (0, 0))


@pytest.mark.parametrize("order", [(MINUTE, DAY), (DAY, MINUTE)])
def test_the_order_of_the_windows_is_that_of_the_document(order: tuple[RateLimitWindow, ...]) -> None:
    found = hits(FixedWindowLimiter(order), 6)[-1]
    assert (found.windows, found.exhausted) == (order, DAY)


@pytest.mark.parametrize("second, wait_s", [(0.0, 60), (0.001, 60), (1.0, 59), (58.999, 2), (59.0, 1), (59.999, 1)])
def test_the_wait_is_rounded_up_to_whole_seconds(second: float, wait_s: int) -> None:
    assert hits(FixedWindowLimiter([MINUTE]), 4, now=MIDNIGHT + second)[-1].retry_after_s == wait_s


@pytest.mark.parametrize("moment", [MIDNIGHT + 60, MIDNIGHT + 120.5, MIDNIGHT + 1e6, MIDNIGHT - 0.001])
def test_another_window_begins_with_the_whole_limit(moment: float) -> None:
    quota = FixedWindowLimiter([MINUTE])
    hits(quota, 4, now=MIDNIGHT + 59.999)
    assert quota.hit("key", moment).remaining == (2,)


def test_the_day_goes_on_when_a_minute_ends() -> None:
    quota = FixedWindowLimiter([MINUTE, DAY])
    hits(quota, 2)
    assert quota.hit("key", MIDNIGHT + 60).remaining == (2, 2)


def test_a_clock_moved_back_finds_the_counts_it_left() -> None:
    quota = FixedWindowLimiter([MINUTE])
    hits(quota, 2)
    quota.hit("key", MIDNIGHT + 60)
    assert quota.hit("key", MIDNIGHT + 59).remaining == (0,)


def test_identities_do_not_share_a_window() -> None:
    quota = FixedWindowLimiter([MINUTE])
    hits(quota, 9)
    assert quota.hit("client:127.0.0.1", MIDNIGHT).remaining == (2,)


def test_clearing_forgets_every_count() -> None:
    quota = FixedWindowLimiter([MINUTE, DAY])
    hits(quota, 9)
    quota.clear()
    assert quota.hit("key", MIDNIGHT).remaining == (2, 4)


def test_without_windows_nothing_is_limited() -> None:
    assert FixedWindowLimiter([]).hit("key", MIDNIGHT) == ((), (), None, 0)


def test_the_headers_carry_limit_and_remaining_of_each_window() -> None:
    assert FixedWindowLimiter([MINUTE, DAY]).hit("key", MIDNIGHT).headers() == (
        ("Limit-Minute", "3"),
        ("Remaining-Minute", "2"),
        ("Limit-Day", "5"),
        ("Remaining-Day", "4"),
    )


@pytest.mark.parametrize(
    "limits, expected", [({}, [3, 5]), ({"minute": 9}, [9, 5]), ({"minute": None, "day": 1, "week": 4}, [3, 1])]
)
def test_limits_are_overridden_by_the_name_of_the_window(limits: dict[str, int | None], expected: list[int]) -> None:
    assert [window.limit for window in with_limits([MINUTE, DAY], limits)] == expected


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "client:c"]),
            st.floats(MIDNIGHT - 200, MIDNIGHT + 200) | st.integers(-3, 3).map(lambda n: MIDNIGHT + 60 * n),
        ),
        max_size=60,
    )
)
def test_the_windows_agree_with_a_plain_count(requests: list[tuple[str, float]]) -> None:
    quota, seen = FixedWindowLimiter([MINUTE, DAY]), Counter[tuple[str, str, int]]()
    for identity, now in requests:
        counts = {}
        for window in (MINUTE, DAY):
            seen[name := (window.name, identity, math.floor(now) // window.seconds)] += 1
            counts[window] = seen[name]
        refusing = [window for window in (MINUTE, DAY) if counts[window] > window.limit]
        found = quota.hit(identity, now)
        assert found.remaining == tuple(max(window.limit - counts[window], 0) for window in (MINUTE, DAY))
        assert found.exhausted == (refusing[-1] if refusing else None)
        if found.exhausted:
            end = (math.floor(now) // found.exhausted.seconds + 1) * found.exhausted.seconds
            assert now < end
            assert found.retry_after_s == math.ceil(end - now) >= 1


def test_racing_threads_are_let_through_exactly_as_often_as_the_limit_says() -> None:
    window = RateLimitWindow("minute", 60, 500, "", "")
    quota, barrier = FixedWindowLimiter([window, DAY]), threading.Barrier(8)
    results: list[list[RateLimitStatus]] = [[] for _ in range(8)]

    def send(own: list[RateLimitStatus]) -> None:
        barrier.wait()
        own += hits(quota, 100, identity=Yielding("key"))

    threads = [threading.Thread(target=send, args=(own,)) for own in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lefts = [[found.remaining[0] for found in own] for own in results]
    let_through = [found.remaining[1] for own in results for found in own if found.exhausted is None]
    assert sorted(let_through) == [0, 1, 2, 3, 4]
    assert sorted(left for own in lefts for left in own if left) == list(range(1, 500))
    assert all(own == sorted(own, reverse=True) for own in lefts)


def test_threads_that_race_over_the_end_of_a_window_lose_no_request() -> None:
    quota, barrier = FixedWindowLimiter([RateLimitWindow("minute", 60, 10**6, "", "")]), threading.Barrier(4)

    def send(now: float) -> None:
        barrier.wait()
        hits(quota, 300, now=now, identity=Yielding("key"))

    threads = [threading.Thread(target=send, args=(MIDNIGHT + 60 * (number % 2),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [quota.hit("key", MIDNIGHT + 60 * number).remaining for number in (0, 1)] == [(10**6 - 601,)] * 2


def test_memory_stays_bounded_whatever_identities_come() -> None:
    counters = MemoryCounters(2, max_identities=10)
    for number in range(500):
        counters.hit(f"client:{number}", (number // 7, 0))
    assert len(counters) <= 2 * (2 * 10 + 1)


def test_memory_stays_bounded_whatever_the_clock_does() -> None:
    counters = MemoryCounters(1, max_tables=5)
    for number in range(200):
        counters.hit("key", (number * 7919 % 200,))
    assert len(counters) == 5


def test_beyond_the_bound_identities_share_a_count_and_exceed_no_limit() -> None:
    quota = FixedWindowLimiter([MINUTE], MemoryCounters(1, max_identities=2))
    assert [quota.hit(name, MIDNIGHT).remaining for name in "abcdefg"] == [(2,), (2,), (2,), (1,), (0,), (0,), (0,)]
    assert quota.hit("a", MIDNIGHT).remaining == (1,)


def test_the_window_that_was_longest_unused_is_forgotten_first() -> None:
    quota = FixedWindowLimiter([MINUTE], MemoryCounters(1, max_tables=2))
    found = [quota.hit("key", MIDNIGHT + 60 * minute).remaining for minute in (0, 1, 0, 2, 0)]
    assert found == [(2,), (2,), (1,), (2,), (0,)]
    assert quota.hit("key", MIDNIGHT + 60).remaining == (2,)


def test_counts_go_on_under_other_limits_but_not_in_other_windows() -> None:
    quota = FixedWindowLimiter([MINUTE, DAY])
    hits(quota, 2)
    raised = quota.under([replace(MINUTE, limit=7), DAY])
    assert hits(raised, 1)[0].remaining == (4, 2)
    assert hits(quota.under([MINUTE]), 1)[0].remaining == (2,)
