"""Many clients at once, over real connections: limits stay exact, nobody waits for a sleeper."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from judged import Answer, LiveClient

THREADS, EACH, LIMIT = 8, 20, 100
NOON = 1746964800.0  # 2025-05-11T12:00:00Z


def race(client: LiveClient) -> list[list[Answer]]:
    """Send the same number of requests from every thread; answers in the order of each thread."""

    def run(_: int) -> list[Answer]:
        return [client.get("/user-campaign-filters") for _ in range(EACH)]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_racing_threads_get_exactly_the_limit(live: Callable[..., LiveClient]) -> None:
    answers = race(live(clock=NOON))
    statuses = [answer.status for thread in answers for answer in thread]
    assert statuses.count(200) == LIMIT
    assert statuses.count(429) == THREADS * EACH - LIMIT


def test_what_is_left_never_rises_and_is_never_told_twice(live: Callable[..., LiveClient]) -> None:
    answers = race(live(clock=NOON))
    for thread in answers:
        left = [answer.remaining for answer in thread]
        assert left == sorted(left, reverse=True)
    told = [answer.remaining[0] for thread in answers for answer in thread if answer.status == 200]
    assert sorted(told) == list(range(LIMIT))
    days = [answer.remaining[1] for thread in answers for answer in thread]
    assert len(set(days)) == THREADS * EACH
